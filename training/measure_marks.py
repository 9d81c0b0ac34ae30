"""Measure the reading of marks on seeds, a hand and shapes of ticks that were not fitted on.

    python -m training.measure_marks --first-seed 400000 --seeds 96 --tuning-seeds 24

Every condition of `training.mark_pages` gets the same share of the seeds. Prints, by condition and
by manner: options, those judged wrong, those left open, and those that a threshold on the share of
dark pixels gets wrong on the same pages. Margin and threshold are the best for each style on
`--tuning-seeds` other seeds (drawn as for fitting, from `--first-tuning-seed`). Processor
milliseconds an option count everything after the blank is subtracted.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.marks import MarkReader
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import Box, MarkStyle
from pipelines.ink import Ink, subtract_blank
from pipelines.marks import option_groups, read_marks
from pipelines.records import Mark, MarkState, RegisteredPage
from training.contact_sheet import save_crop
from training.mark_cells.data import templates_of
from training.mark_pages import (
    CONDITIONS,
    CROSSED,
    EMPTY,
    MARKED,
    STRUCK,
    MarkedPage,
    marked_pages,
    registered_marks,
)

STATES = {
    EMPTY: MarkState.EMPTY,
    MARKED: MarkState.MARKED,
    STRUCK: MarkState.STRUCK,
    CROSSED: MarkState.MARKED,
}
_MARGINS_MM = (0.0, 0.4, 0.8)
_DARK = 96
_BANDS = (0.0, 0.7, 0.9, 0.97, 0.995, 1.01)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One option as drawn and as judged.

    `shares` are the shares of dark pixels of the page, and of ink after subtracting the blank, in
    the box grown by each margin. `against` is how another network judges it.
    """

    style: MarkStyle
    condition: str
    manner: str
    truth: int
    state: MarkState
    confidence: float
    shares: tuple[float, ...]
    against: MarkState | None = None

    @property
    def chosen(self) -> bool:
        """Whether the option is chosen in truth."""
        return self.truth in (MARKED, CROSSED)

    @property
    def wrong(self) -> bool:
        """Whether it is judged wrongly; open is not wrong."""
        return not self.open and self.state is not STATES[self.truth]

    @property
    def open(self) -> bool:
        """Whether it is left to a person."""
        return self.state is MarkState.AMBIGUOUS


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One form and seed to draw and read."""

    form: int
    seed: int
    measuring: bool
    crops: Path | None
    model: str | None
    against: str | None


def main() -> int:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=400_000)
    parser.add_argument("--seeds", type=int, default=96)
    parser.add_argument("--first-tuning-seed", type=int, default=300_000)
    parser.add_argument("--tuning-seeds", type=int, default=24)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--model", help="version of the network; the current one if not given")
    parser.add_argument("--against", help="version of a network to compare with")
    parser.add_argument("--show-wrong", type=Path, help="folder for crops of what is not right")
    options = parser.parse_args()
    tuned = _all_seen(options.first_tuning_seed, options.tuning_seeds, options, measuring=False)
    seen = _all_seen(options.first_seed, options.seeds, options, measuring=True)
    limits = {style: _best_limit([s for s, _ in tuned if s.style is style]) for style in MarkStyle}
    rows = [(option, _by_limit(option, limits) != option.chosen) for option, _ in seen]
    _print_tables(rows, limits)
    milliseconds = [ms for _, ms in seen]
    sys.stdout.write(
        f"processor ms an option: mean {np.mean(milliseconds):.3f},"
        f" 99th percentile {np.percentile(milliseconds, 99):.3f}\n"
    )
    return 0


def _all_seen(
    first: int, count: int, options: argparse.Namespace, *, measuring: bool
) -> list[tuple[Seen, float]]:
    """All options of some seeds, each with the processor milliseconds an option of its page."""
    forms = range(len(FormLibrary.builtin().entries))
    crops = options.show_wrong if measuring else None
    jobs = [
        Job(
            form=form,
            seed=seed,
            measuring=measuring,
            crops=crops,
            model=options.model,
            against=options.against if measuring else None,
        )
        for form in forms
        for seed in range(first, first + count)
    ]
    with get_context("spawn").Pool(options.processes) as pool:
        parts = pool.imap_unordered(_seen_of, jobs, chunksize=8)
        return [row for part in parts for row in part]


def _seen_of(job: Job) -> list[tuple[Seen, float]]:
    cv2.setNumThreads(1)
    reader = MarkReader.load(version=job.model)
    against = MarkReader.load(version=job.against) if job.against else None
    entry = FormLibrary.builtin().entries[job.form]
    condition = list(CONDITIONS)[job.seed % len(CONDITIONS)]
    pages = marked_pages(entry, job.seed, measuring=job.measuring, condition=condition)
    return [row for drawn in pages for row in _page_seen(entry, drawn, reader, against, job)]


def _page_seen(
    entry: FormEntry, drawn: MarkedPage, reader: MarkReader, against: MarkReader | None, job: Job
) -> Iterator[tuple[Seen, float]]:
    template = templates_of(entry)[drawn.form_page - 1]
    registered = registered_marks(entry, template, drawn)
    if registered is None:
        sys.stderr.write(f"{entry.key.id} {job.seed}: not registered\n")
        return
    ink = subtract_blank(registered, template)
    started = time.process_time()
    marks = read_marks(registered, template, entry.definition, ink, reader)
    spent = (time.process_time() - started) * 1000 / max(1, len(drawn.truth))
    held = {(mark.group, mark.option): mark for mark in marks}
    others = read_marks(registered, template, entry.definition, ink, against) if against else ()
    by_other = {(mark.group, mark.option): mark.state for mark in others}
    for group in option_groups(entry.definition, drawn.form_page):
        for option, box in group.options:
            key = (group.name, option)
            manner = drawn.manner[key]
            if group.name.endswith(".era") and manner == "circle":
                manner = "circle (era)"
            row = Seen(
                style=group.style,
                condition=drawn.condition,
                manner=manner,
                truth=drawn.truth[key],
                state=held[key].state,
                confidence=held[key].confidence,
                shares=_shares(registered, ink, box),
                against=by_other.get(key),
            )
            if job.crops is not None and (row.wrong or row.open):
                _keep_crop(job, entry, drawn, held[key], manner)
            yield row, spent


def _keep_crop(job: Job, entry: FormEntry, drawn: MarkedPage, mark: Mark, manner: str) -> None:
    kind = "open" if mark.state is MarkState.AMBIGUOUS else f"read_{mark.state}"
    name = f"{manner}-{kind}-{drawn.condition}-{entry.key.id}-{job.seed}-{mark.group}-{mark.option}"
    assert job.crops is not None
    save_crop(job.crops / f"{name}.png", drawn.pixels, mark.box)


def _shares(registered: RegisteredPage, ink: Ink, box: Box) -> tuple[float, ...]:
    mm = registered.dpi / 25.4
    shares = []
    for margin in _MARGINS_MM:
        rows = slice(
            max(0, round((box.y - margin) * mm)), round((box.y + box.height + margin) * mm)
        )
        columns = slice(
            max(0, round((box.x - margin) * mm)), round((box.x + box.width + margin) * mm)
        )
        shares.append(float((ink.darkness[rows, columns] > _DARK).mean()))
        shares.append(float(ink.mask[rows, columns].mean()))
    return tuple(shares)


def _best_limit(options: list[Seen]) -> tuple[int, float]:
    """Which share, and which threshold on it, gets the fewest options wrong."""
    if not options:
        return 0, 0.5
    chosen = np.array([o.chosen for o in options])
    best = (len(options) + 1, 0, 0.0)
    for number in range(len(options[0].shares)):
        values: NDArray[np.float64] = np.array([o.shares[number] for o in options])
        for limit in np.unique(np.quantile(values, np.linspace(0, 1, 400))):
            wrong = int(((values > limit) != chosen).sum())
            best = min(best, (wrong, number, float(limit)))
    return best[1], best[2]


def _by_limit(option: Seen, limits: dict[MarkStyle, tuple[int, float]]) -> bool:
    number, limit = limits[option.style]
    return option.shares[number] > limit


def _print_tables(
    rows: list[tuple[Seen, bool]], limits: dict[MarkStyle, tuple[int, float]]
) -> None:
    for style, (number, limit) in limits.items():
        what = "ink after subtracting the blank" if number % 2 else "dark pixels"
        margin = _MARGINS_MM[number // 2]
        sys.stdout.write(f"threshold {style}: {what}, margin {margin} mm, {limit:.4f}\n")
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for option, threshold_wrong in rows:
        for key in (
            ("by condition", option.condition),
            ("by manner", option.manner),
            ("all", "options"),
            *([("all", "marks")] if option.truth != EMPTY else []),
        ):
            counts[key].update(
                count=1, wrong=option.wrong, open=option.open, threshold=threshold_wrong
            )
            if option.against is not None:
                is_open = option.against is MarkState.AMBIGUOUS
                wrong = not is_open and option.against is not STATES[option.truth]
                counts[key].update(against=wrong, against_open=is_open)
    for (table, name), row in sorted(counts.items()):
        total = row["count"]
        sys.stdout.write(
            f"{table:12} {name:14} {total:6} wrong {row['wrong']:4} ({row['wrong'] / total:.3%})"
            f" open {row['open']:4} ({row['open'] / total:.3%})"
            f" threshold wrong {row['threshold']:5} ({row['threshold'] / total:.2%})"
            f" against wrong {row['against']:3} open {row['against_open']:3}\n"
        )
    for low, high in pairwise(_BANDS):
        held = [not o.wrong and not o.open for o, _ in rows if low <= o.confidence < high]
        if held:
            sys.stdout.write(
                f"confidence {low:.3f}..{high:.3f}: {len(held)} right {np.mean(held):.4f}\n"
            )


if __name__ == "__main__":
    raise SystemExit(main())
