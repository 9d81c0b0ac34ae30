"""What the gate says of a candidate at a made-up office.

    python -m ocr_service.loop.simulate_office CANDIDATES/NAME/VERSION --documents 40 --rounds 1

The gold set has papers of writers with habits of their own (`synthesis/hasty.py`, seeds from
672,000), as the office would have confirmed them, beside the synthetic scans that everybody has.
Both readers run in this process, on what ships and on the candidate in place of its model.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import cv2

from models.engines import load_engines
from models.manifest import Place, in_use
from ocr_service.loop.evaluate import judge_document
from ocr_service.loop.gate import ALL, judge, own_measure
from ocr_service.loop.gold import Gold, category_of, synthetic_gold
from ocr_service.loop.measures import Measure, Truth
from ocr_service.loop.packing import read_candidate
from pipelines.categorise import load_category_model
from pipelines.forms.load import FormLibrary
from pipelines.learned import load_learned
from pipelines.reader import Reader, load_reader
from pipelines.run import read_document
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.hasty import hasty_writer
from pipelines.synthesis.synthesize import synthesize

SEED = 672_000
_LOOKS = (("clean",), ("skew",), ("noise", "jpeg"))


def office_gold(forms: FormLibrary, count: int) -> Iterator[Gold]:
    """Papers of the office with their truth, forms and looks in turn."""
    for number in range(count):
        entry = forms.entries[number % len(forms.entries)]
        scan = synthesize(
            entry,
            seed=SEED + number,
            writer=hasty_writer(SEED + number),
            degradations=_LOOKS[number % len(_LOOKS)],
        )
        yield Gold(
            data=encode_scan(scan.pages, ScanFormat.PDF, dpi=scan.dpi),
            today=date.fromisoformat(scan.truth.on),
            truth=Truth(
                document=f"office/{number}",
                form=entry.definition.id,
                category=category_of(forms, entry.definition.id),
                values={field.name: field.value for field in scan.truth.fields},
            ),
        )


def _reader(forms: FormLibrary, places: dict[str, Place]) -> Reader:
    with in_use(places):
        return load_reader(
            forms,
            load_engines(),
            load_category_model(),
            program="simulated",
            learned=load_learned(),
        )


def main() -> int:
    """Read with both, print the verdict."""
    parser = argparse.ArgumentParser(prog="python -m ocr_service.loop.simulate_office")
    parser.add_argument("candidate", type=Path)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    manifest, _ = read_candidate(options.candidate)
    place = Place(manifest.version, options.candidate.resolve().parents[1])
    forms = FormLibrary.builtin()
    readers = _reader(forms, {}), _reader(forms, {manifest.name: place})
    judged, counts = [], Counter[str]()
    golds = [*office_gold(forms, options.documents), *synthetic_gold(forms, rounds=options.rounds)]
    for number, gold in enumerate(golds, start=1):
        both = (read_document(gold.data, reader=each, today=gold.today) for each in readers)
        judged.append(judge_document(gold, *both))
        pair = judged[-1].pairs[Measure.VALUES]
        told = gold.truth.document.partition("/")[0]
        counts[f"{told}: values"] += pair.items
        counts[f"{told}: gained"] += pair.gained
        counts[f"{told}: lost"] += pair.lost
        counts[f"{told}: right before"] += round(pair.active)
        counts[f"{told}: right after"] += round(pair.candidate)
        sys.stderr.write(f"{number} of {len(golds)}: {dict(counts)}\n")
    report = judge(judged, own_measure(manifest.name, manifest.task))
    sys.stdout.write("".join(f"{name}: {counts[name]}\n" for name in sorted(counts)))
    for row in report.rows:
        if row.group == ALL or row.worse:
            r = row.result
            sys.stdout.write(
                f"{row.measure} {row.group}: {r.active:.4f} to {r.candidate:.4f}, difference "
                f"{r.difference:.4f} ({r.low:.4f} to {r.high:.4f}), p worse {row.p_worse:.3f}\n"
            )
    verdict = "passed" if report.passed else "refused: " + ", ".join(report.reasons)
    sys.stdout.write(f"{report.documents} documents: {verdict}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
