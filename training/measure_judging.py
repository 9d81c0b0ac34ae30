"""Measure the checks on real readings: `python -m training.measure_judging`.

Filled synthetic scans with deliberate faults (a missing value, an impossible one, two options, a
strike) go through the whole pipeline; what the checks say is compared with what the paper deserves.
Printed are the share of due findings that were made, and the findings too many by rule, severity
and degradation, then every one missed or too many with its form, seed, hand and degradation.
`attachment.*` only reminds of papers and is no alarm. Seeds start at 30,000; progress goes to the
other output, so that a run that is cut short is not lost.

    python -m training.measure_judging --scans 2000 --first-seed 740000

The postal check has no fault of its own in the synthesis: there, the code that was read is put
in place of one of another town, which tells how often the check can speak after a real reading.
"""

import argparse
import sys
from datetime import date

import cv2

from models.engines import load_engines
from pipelines.categorise import load_category_model
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.reader import Reader, load_reader
from pipelines.run import read_document
from pipelines.synthesis.degrade import Degradation
from pipelines.synthesis.faults_of_rules import RULE_FAULTS as BY_RULE
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.hand import Hand
from pipelines.synthesis.synthesize import synthesize
from pipelines.synthesis.truth import Truth
from training.judging_counts import Judging

FIRST_SEED = 30_000
_TELL_EVERY = 100
HANDS = (Hand.STROKES, Hand.KILOJI, Hand.YUSEI, Hand.SETO, Hand.TYPED_MINCHO, Hand.TYPED_GOTHIC)
FAULTS: tuple[tuple[str, ...], ...] = (
    (),
    ("missing",),
    ("implausible",),
    ("two-options",),
    ("missing", "implausible"),
    ("struck",),
    ("withdrawn",),
    ("dirt",),
)

# One fault for every shared rule that has one.
RULE_FAULTS: tuple[tuple[str, ...], ...] = tuple((str(fault),) for fault in BY_RULE)


def judge_scans(
    reader: Reader, count: int, first_seed: int, faults: tuple[tuple[str, ...], ...] = FAULTS
) -> Judging:
    """Read `count` scans, forms, `faults`, degradations and hands in turn."""
    result = Judging()
    for number in range(count):
        scan = _scan(reader.library.entries, number, first_seed, faults)
        today = date.fromisoformat(scan[1].on)
        suggestion = read_document(scan[0], reader=reader, today=today)
        result.add(suggestion, scan[1], reader.library)
        if (number + 1) % _TELL_EVERY == 0:
            sys.stderr.write("\n".join([*result.report(), "", ""]))
            sys.stderr.flush()
    return result


def _scan(
    entries: tuple[FormEntry, ...],
    number: int,
    first_seed: int,
    faults: tuple[tuple[str, ...], ...] = FAULTS,
) -> tuple[bytes, Truth]:
    round_ = number // len(entries)
    degradations = tuple(Degradation)
    scan = synthesize(
        entries[number % len(entries)],
        seed=first_seed + number,
        hand=HANDS[(number + round_) % len(HANDS)],
        degradations=(degradations[(number // 2 + round_) % len(degradations)],),
        faults=faults[(number + 3 * round_) % len(faults)],
    )
    kind = ScanFormat.JPEG if len(scan.pages) == 1 else ScanFormat.TIFF
    return encode_scan(scan.pages, kind, dpi=scan.dpi), scan.truth


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scans", type=int, default=60)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--rules", action="store_true", help="a fault for every shared rule")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    categories = load_category_model()
    reader = load_reader(FormLibrary.builtin(), load_engines(), categories, program="measure")
    faults = RULE_FAULTS if options.rules else FAULTS
    for line in judge_scans(reader, options.scans, options.first_seed, faults).report():
        print(line)  # noqa: T201


if __name__ == "__main__":
    main()
