"""How much of filled forms is read exactly: by kind of field, hand and degradation.

    python -m training.measure_reading --seeds 5000 --count 3

Every built-in form is filled, scanned, degraded, identified, registered and read; marks come from
the page, too. Seeds 1000-1999 were used for tuning: report other ones. `--forms` and `--hands`
narrow the run; `--errors` lists what was read wrongly.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.engines import Engines, load_engines
from pipelines.fields import read_fields
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.template import build_templates
from pipelines.identify import build_index, identify_page
from pipelines.ink import subtract_blank
from pipelines.marks import read_marks
from pipelines.records import Field, Page
from pipelines.register import register_page
from pipelines.synthesis.compare import Outcome, compare
from pipelines.synthesis.degrade import Degradation
from pipelines.synthesis.hand import Hand
from pipelines.synthesis.synthesize import synthesize
from training.benchmark.metrics import Judged, calibration_error

TUNED = range(1000, 2000)
_HANDS = [hand for hand in Hand if hand is not Hand.MIXED]


@dataclass(frozen=True, slots=True)
class Reading:
    """One field of one document: what should be there, what was read, and where it comes from."""

    form: str
    seed: int
    hand: str
    degradation: str
    outcome: Outcome
    confidence: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurement and print its tables."""
    options = _options(arguments)
    if any(seed in TUNED for seed in range(options.seeds, options.seeds + options.count)):
        _say("these seeds were used for tuning: the figures flatter")
    cv2.setNumThreads(1)
    engines = load_engines()
    readings: list[Reading] = []
    seconds: list[tuple[float, int]] = []
    number = 0
    for entry in FormLibrary.builtin().entries:
        if options.forms and entry.definition.id not in options.forms:
            continue
        for seed in range(options.seeds, options.seeds + options.count):
            hand = options.hands[number % len(options.hands)]
            degradation = options.degradations[number // 2 % len(options.degradations)]
            # Half of all scans are clean; the other half goes through the degradations.
            degradation = Degradation.CLEAN if number % 2 else degradation
            readings += measure(entry, seed, hand, degradation, engines, seconds)
            number += 1
    _print(readings, seconds)
    if options.errors:
        for r in readings:
            if not r.outcome.exact:
                o = r.outcome
                place = f"{r.form} {r.seed} {r.hand} {r.degradation}"
                _say(f"{place} {o.kind} {o.name}: {o.expected!r} {o.got!r} {r.confidence}")
    return 0


def measure(
    entry: FormEntry,
    seed: int,
    hand: Hand,
    degradation: Degradation,
    engines: Engines,
    seconds: list[tuple[float, int]],
) -> Iterator[Reading]:
    """Fill, scan, degrade and read one form; `seconds` gets processor time and fields a page."""
    scan = synthesize(entry, seed=seed, hand=hand, degradations=(degradation,))
    templates = build_templates(entry)
    index = build_index(templates)
    form = entry.definition
    fields: list[Field] = []
    for number, pixels in enumerate(scan.pages, start=1):
        height, width = pixels.shape[:2]
        page = Page(
            number=number,
            pixels=pixels,
            dpi=scan.dpi,
            to_scan=np.eye(3),
            scan_width=width,
            scan_height=height,
        )
        found = identify_page(page, index)
        template = next((t for t in templates if found and t.form_page == found.form_page), None)
        registered = register_page(page, template, found) if found and template else None
        if registered is None or template is None:
            continue
        ink = subtract_blank(registered, template)
        marks = read_marks(registered, template, form, ink, engines.marks)
        start = time.process_time()
        read = read_fields(
            registered,
            template,
            form,
            marks,
            ink,
            engines.recogniser,
            digits=engines.digits,
            wording=engines.wording,
        )
        seconds.append((time.process_time() - start, sum(f.raw_text != "" for f in read)))
        fields += read
    by_name = {field.name: field for field in fields}
    for outcome in compare(fields, scan.truth).outcomes:
        if outcome.kind not in ("mark", "seal"):
            field = by_name.get(outcome.name)
            confidence = field.confidence if field else 0.0
            yield Reading(form.id, seed, scan.truth.hand, str(degradation), outcome, confidence)


def _print(readings: Sequence[Reading], seconds: Sequence[tuple[float, int]]) -> None:
    groups: dict[str, list[bool]] = defaultdict(list)
    for r in readings:
        if r.outcome.blank:
            groups["blank boxes found blank"].append(r.outcome.state_right)
            continue
        for name in (
            "written fields",
            f"kind: {r.outcome.kind}",
            f"hand: {r.hand}",
            f"degradation: {r.degradation}",
        ):
            groups[name].append(r.outcome.exact)
    for name in sorted(groups, key=lambda n: (":" in n, n)):
        exact = groups[name]
        _say(f"{name:32} {sum(exact):5} of {len(exact):5}  {100 * np.mean(exact):5.1f}%")
    written = [r.outcome for r in readings if not r.outcome.blank]
    if written:
        _say(f"doubtful {100 * np.mean([o.doubtful for o in written]):.1f}% of the written fields")
        _say(f"wrong without a warning {100 * np.mean([o.silent for o in written]):.2f}%")
        judged = [Judged(r.confidence, float(r.outcome.exact)) for r in readings
                  if not r.outcome.blank]  # fmt: skip
        _say(f"expected calibration error {100 * calibration_error(judged):.2f}%")
    count = sum(fields for _, fields in seconds)
    if count:
        spent = sum(s for s, _ in seconds)
        _say(f"{1000 * spent / count:.1f} ms of one core a field ({count} fields)")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Exact rate of reading filled forms.")
    parser.add_argument("--seeds", type=int, default=5000, help="first seed")
    parser.add_argument("--count", type=int, default=2, help="seeds a form")
    parser.add_argument("--forms", nargs="*", default=[], help="form ids (all)")
    parser.add_argument("--hands", nargs="*", type=Hand, default=_HANDS)
    parser.add_argument("--degradations", nargs="*", type=Degradation, default=list(Degradation))
    parser.add_argument("--errors", action="store_true", help="list what was read wrongly")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
