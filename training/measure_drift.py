"""Measure whether pages of another revision are told from good scans of a form.

    python -m training.measure_drift --seeds 8 --revisions 8

First filled scans of all built-in forms, one a seed and condition (of `measure_imaging`): pages on
which `form.drift` would be reported though nothing is wrong. Then scans of revisions that differ in
one place (`drift_revisions`), conditions taking turns: those refused (no form is claimed), those
reported, those read in silence. Where nothing of the old print is gone (the frame that moved lay on
rules that stay) a revision only adds print, and is counted apart when it is read in silence. Forms
whose print is a background have no revisions here. Ends with processor milliseconds a page.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from pipelines.drift import DriftZone, find_drift
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.template import Template, build_templates
from pipelines.identify import TemplateIndex, build_index, identify_page
from pipelines.ink import subtract_blank
from pipelines.records import Page
from pipelines.register import register_page
from pipelines.synthesis.synthesize import synthesize
from training.drift_revisions import MOVES, Drift, Revision, revise
from training.measure_imaging import CONDITIONS, page_of

_REFUSED, _OTHER, _REPORTED, _SILENT = "refused", "other_form", "reported", "silent"
_ADDED = "only_added"
_LEAST_LOST_MM2 = 0.5


@dataclass(slots=True)
class _World:
    """Forms with their templates, and the time that looking for drift took (ms a page)."""

    entries: Sequence[FormEntry]
    templates: dict[str, tuple[Template, ...]]
    index: TemplateIndex
    taken: list[float] = field(default_factory=list)

    def outcome(self, page: Page, template: Template) -> tuple[str, tuple[DriftZone, ...]]:
        """Say what becomes of a page that is meant for `template`."""
        found = identify_page(page, self.index)
        if found is None:
            return _REFUSED, ()
        if (found.form, found.form_page) != (template.key, template.form_page):
            return _OTHER, ()
        registered = register_page(page, template, found)
        if registered is None:
            return _REFUSED, ()
        ink = subtract_blank(registered, template)
        started = time.process_time()
        zones = find_drift(registered, template, ink)
        self.taken.append(1000 * (time.process_time() - started))
        return (_REPORTED if zones else _SILENT), zones


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8, help="good scans a form and condition")
    parser.add_argument("--revisions", type=int, default=8, help="revisions a form and kind")
    parser.add_argument("--first-seed", type=int, default=310_000)
    parser.add_argument("--moves", type=float, nargs=2, default=MOVES, help="least and most mm")
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    entries = FormLibrary.builtin().entries
    templates = {entry.key.id: build_templates(entry) for entry in entries}
    world = _World(entries, templates, build_index(t for g in templates.values() for t in g))
    first: int = options.first_seed
    if options.seeds:
        _measure_good(world, range(first, first + options.seeds))
    moves = (options.moves[0], options.moves[1])
    _measure_revisions(world, range(first, first + options.revisions), moves)
    if world.taken:
        at = np.percentile(world.taken, [50, 95])
        _say(f"drift: {at[0]:.1f} ms a page, 95% under {at[1]:.1f} ms (processor time)")
    return 0


def _measure_good(world: _World, seeds: Sequence[int]) -> None:
    total: Counter[str] = Counter()
    for name, degradations in CONDITIONS.items():
        counts: Counter[str] = Counter()
        for entry in world.entries:
            for seed in seeds:
                scan = synthesize(entry, seed=seed, degradations=degradations)
                for number, pixels in enumerate(scan.pages, start=1):
                    template = world.templates[entry.key.id][number - 1]
                    outcome, zones = world.outcome(page_of(number, pixels), template)
                    counts[outcome] += 1
                    if zones:
                        _say(f"  false alarm: {entry.key.id} page {number} {name} {seed}: {zones}")
        _row(f"good {name}", counts, "false alarms")
        total += counts
    _row("good, all", total, "false alarms")


def _measure_revisions(world: _World, seeds: Sequence[int], moves: tuple[float, float]) -> None:
    counts: dict[Drift, Counter[str]] = defaultdict(Counter)
    for made, name, page, template in _revised(world, seeds, moves):
        outcome, _ = world.outcome(page, template)
        if outcome == _SILENT:
            outcome = _SILENT if _lost_mm2(made, template) > _LEAST_LOST_MM2 else _ADDED
            _say(f"  in silence: {name} {outcome}")
        counts[made.drift][outcome] += 1
    for drift, row in counts.items():
        _row(f"revised {drift}", row, "reported")


def _lost_mm2(made: Revision, template: Template) -> float:
    """Print of the form that the revision does not have any more."""
    blank = build_templates(made.entry)[template.form_page - 1].grey
    lost = np.count_nonzero((template.grey < 128) & (blank > 200))
    return lost * (25.4 / template.dpi) ** 2


def _revised(
    world: _World, seeds: Sequence[int], moves: tuple[float, float]
) -> Iterator[tuple[Revision, str, Page, Template]]:
    """Make scans of revisions, each with its name, its page, and the template it was made from."""
    conditions = list(CONDITIONS)
    for seed in seeds:
        rng = np.random.default_rng(seed)
        for turn, entry in enumerate(world.entries):
            for step, drift in enumerate(Drift):
                made = revise(entry, drift, rng, moves)
                if made is None:
                    continue
                condition = conditions[(seed + turn + step) % len(conditions)]
                scan = synthesize(made.entry, seed=seed, degradations=CONDITIONS[condition])
                number = made.page
                name = f"{entry.key.id} page {number} {condition} {seed} {drift} {made.shift:.1f}"
                page = page_of(number, scan.pages[number - 1])
                yield made, name, page, world.templates[entry.key.id][number - 1]


def _row(name: str, counts: Counter[str], reported: str) -> None:
    """Print a row; the share is of the pages that were read as the form."""
    read = counts[_REPORTED] + counts[_SILENT]
    _say(
        f"{name:24} pages {sum(counts.values()):5} refused {counts[_REFUSED]:4} other form"
        f" {counts[_OTHER]:3} print only added {counts[_ADDED]:3} read {read:5}"
        f" {reported} {counts[_REPORTED]:4} ({counts[_REPORTED] / max(1, read):.1%})"
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
