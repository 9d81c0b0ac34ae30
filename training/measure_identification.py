"""Measure which form a page is taken for, among many forms, and what is taken for a form wrongly.

    python -m training.measure_identification --forms 200 --first-seed 620000 --sift-every 40

Makes a catalogue of forms (`form_variants`, no QR codes) and shows, by turns: every form filled in
and made worse in some ways of `identification_pages.CONDITIONS`; and pages that are no form of the
catalogue: other forms of the same kind, receipts, letters, noise, and the real pages below
`--real`. Prints, by condition: right, wrong and refused; then the share of unknown pages taken for
a form at the score at which 99% of the known pages are taken; processor milliseconds a page (one
thread, decoding not counted); and the same for SIFT against every template on every so manieth of
the same pages. Seeds 610000 to 619999 were for tuning.
"""

import argparse
import json
import multiprocessing
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipelines.forms.template import Template, build_templates
from pipelines.identify import (
    TemplateIndex,
    build_index,
    deserves_another_look,
    identify_page,
)
from pipelines.orient import straighten
from training.form_variants import form_variants
from training.identification_pages import CONDITIONS, Trial, known_pages, real_pages, unknown_pages
from training.sift_matching import SiftMatcher

_OTHER_SEEDS = 5000
"""How far the seeds of forms outside of the catalogue lie from those within."""
_RECALL = 0.99
_SAVED = 20
"""Pages after which the rows are written again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What became of one page. `score` is the best of all templates compared (0: none)."""

    source: str
    known: bool
    taken: bool
    right: bool
    score: float
    best_right: bool
    ms: float
    sift_score: int | None = None
    sift_right: bool = False
    sift_ms: float = 0.0


def main() -> int:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=200)
    parser.add_argument("--other-forms", type=int, default=50, help="forms outside the catalogue")
    parser.add_argument("--first-seed", type=int, default=610_000)
    parser.add_argument("--conditions", nargs="*", default=list(CONDITIONS))
    parser.add_argument("--each", type=int, default=2, help="conditions a form is shown in")
    parser.add_argument("--other-each", type=int, default=4, help="the same for other forms")
    parser.add_argument("--sift-every", type=int, default=0, help="0: without the peer")
    parser.add_argument("--sift-features", type=int, default=1000)
    parser.add_argument("--real", type=Path, help="folder of real pages, none of them a known form")
    parser.add_argument("--out", type=Path, help="folder of JSON, a row a page")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--report", type=Path, nargs="*", help="only print what such files hold")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.report:
        rows = [Row(**row) for path in options.report for row in json.loads(path.read_text())]
        _report(rows)
        return 0
    entries = list(form_variants(options.forms, options.first_seed))
    others = list(form_variants(options.other_forms, options.first_seed + _OTHER_SEEDS))
    templates = [t for entry in entries for t in build_templates(entry)]
    index = build_index(templates)
    sift = SiftMatcher(templates, features=options.sift_features) if options.sift_every else None
    sys.stdout.write(f"{len(entries)} forms, {len(templates)} pages in the catalogue\n")
    sys.stdout.flush()

    def measure(part: int) -> list[Row]:
        mine = slice(part, None, options.processes)
        seed, ways = options.first_seed, options.conditions
        trials = _by_turns(
            known_pages(entries, ways, seed, options.each, mine),
            unknown_pages(others, ways, seed + _OTHER_SEEDS, options.other_each, mine),
            real_pages(options.real, mine) if options.real else (),
        )
        out = options.out and options.out / f"rows{part}.json"
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
        return _measure(trials, index, templates, sift, options.sift_every, out)

    _report([row for rows in _forked(measure, options.processes) for row in rows])
    return 0


def _by_turns(*groups: Iterable[Trial]) -> Iterator[Trial]:
    """One of each group after the other: what is cut short has some of all."""
    for turn in zip_longest(*groups):
        yield from (trial for trial in turn if trial is not None)


def _forked(measure: Callable[[int], list[Row]], processes: int) -> list[list[Row]]:
    """Measure in so many processes that share what is in memory."""
    if processes == 1:
        return [measure(0)]
    context = multiprocessing.get_context("fork")
    results: Any = context.SimpleQueue()
    for part in range(processes):
        context.Process(target=lambda p=part: results.put(measure(p))).start()
    return [results.get() for _ in range(processes)]


def _measure(
    trials: Iterable[Trial],
    index: TemplateIndex,
    templates: Sequence[Template],
    sift: SiftMatcher | None,
    every: int,
    out: Path | None,
) -> list[Row]:
    rows: list[Row] = []
    for number, trial in enumerate(trials):
        peer = sift if sift is not None and number % every == 0 else None
        rows.append(_one(trial, index, templates, peer))
        if out is not None and len(rows) % _SAVED == 0:
            _save(rows, out)
        row = rows[-1]
        if row.taken and not row.right:
            sys.stderr.write(f"  {row.source}: taken for another, score {row.score:.2f}\n")
    if out is not None:
        _save(rows, out)
    return rows


def _save(rows: list[Row], out: Path) -> None:
    out.write_text(json.dumps([asdict(row) for row in rows]) + "\n", "utf-8")


def _one(
    trial: Trial, index: TemplateIndex, templates: Sequence[Template], sift: SiftMatcher | None
) -> Row:
    scores: list[tuple[float, bool]] = []

    def seen(template: Template, score: float) -> None:
        scores.append((score, _is_it(template, trial)))

    started = time.process_time()
    found = identify_page(trial.page, index, seen=seen)
    if found is None:
        # As `run.py` does.
        straight = straighten(trial.page)
        best = max((score for score, _ in scores), default=0.0)
        if straight is not trial.page and deserves_another_look(straight, best):
            found = identify_page(straight, index, seen=seen)
    ms = 1000 * (time.process_time() - started)
    score, best_right = max(scores, default=(0.0, False))
    right = found is not None and (found.form, found.form_page) == (trial.form, trial.form_page)
    peer: dict[str, object] = {}
    if sift is not None:
        started = time.process_time()
        best, inliers = sift.best(trial.page)
        taken_ms = 1000 * (time.process_time() - started)
        peer_right = _is_it(templates[best], trial)
        peer = {"sift_score": inliers, "sift_right": peer_right, "sift_ms": taken_ms}
    return Row(
        source=trial.source,
        known=trial.form is not None,
        taken=found is not None,
        right=right,
        score=score,
        best_right=best_right,
        ms=ms,
        **peer,  # type: ignore[arg-type]
    )


def _is_it(template: Template, trial: Trial) -> bool:
    return (template.key, template.form_page) == (trial.form, trial.form_page)


def _report(rows: list[Row]) -> None:
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        real = row.source not in CONDITIONS and "#" in row.source
        by_source["real" if real else row.source].append(row)
    for source, held in by_source.items():
        counts = Counter(_outcome(row) for row in held)
        times = np.percentile([row.ms for row in held], [50, 95])
        sys.stdout.write(
            f"{source:14} pages {len(held):5} right {counts['right']:5} wrong {counts['wrong']:3}"
            f" refused {counts['refused']:5} | cpu ms median {times[0]:.0f} p95 {times[1]:.0f}"
            f" mean {np.mean([row.ms for row in held]):.0f}\n"
        )
    known = [row for row in rows if row.known]
    unknown = [row for row in rows if not row.known]
    top = np.mean([row.best_right for row in known])
    sys.stdout.write(f"known {len(known)}: best template right {top:.4f}\n")
    ours = [(row.score, row.known, row.best_right) for row in rows]
    sys.stdout.write("ours " + _operating_point(ours) + "\n")
    sys.stdout.write(
        f"as it is: taken {np.mean([r.taken for r in known]):.4f} of known,"
        f" {sum(r.taken for r in unknown)} of {len(unknown)} unknown\n"
    )
    compared = [row for row in rows if row.sift_score is not None]
    if compared:
        _report_peer(compared)


def _outcome(row: Row) -> str:
    if not row.taken:
        return "refused"
    return "right" if row.right else "wrong"


def _operating_point(judged: list[tuple[float, bool, bool]]) -> str:
    """Unknown pages taken at the score that takes 99% of the known pages."""
    known = sorted((score for score, known, _ in judged if known), reverse=True)
    limit = known[min(len(known) - 1, int(np.ceil(_RECALL * len(known))) - 1)]
    unknown = [score for score, known, _ in judged if not known]
    passed = sum(score >= limit for score in unknown)
    wrong = sum(score >= limit and known and not right for score, known, right in judged)
    return (
        f"at 99% recall (score {limit:.3f}): {passed} of {len(unknown)} unknown taken,"
        f" {wrong} of {len(known)} known taken for another"
    )


def _report_peer(rows: list[Row]) -> None:
    known = [row for row in rows if row.known]
    ours, theirs = (np.mean([getattr(r, k) for r in rows]) for k in ("ms", "sift_ms"))
    judged = [(float(r.sift_score or 0), r.known, r.sift_right) for r in rows]
    same = [(r.score, r.known, r.best_right) for r in rows]
    sys.stdout.write(
        f"SIFT against every template, the same {len(rows)} pages ({len(known)} known):"
        f" right {np.mean([r.sift_right for r in known]):.4f} (ours"
        f" {np.mean([r.best_right for r in known]):.4f}) | cpu ms {theirs:.0f} (ours {ours:.0f},"
        f" {ours / theirs:.3f} of it)\n  SIFT {_operating_point(judged)}\n  ours"
        f" {_operating_point(same)}\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
