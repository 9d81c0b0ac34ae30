"""Fit the confidence of read fields, and say how far it can be trusted.

    python -m training.calibrate                                   # fit and write the artifact
    python -m training.calibrate --check --seeds 700000 --count 60 # only measure it

Forms are filled, scanned, degraded and read as `training.measure_reading` does, one seed of
20,000 to 29,999 a document. For all groups of kinds one logistic, whose weights keep to the signs
that make sense, is fitted to whether a value was right, with a slope and an offset for each group
and one monotone curve after it. The figures in the artifact are of documents left out of the fit.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import cv2

from models.engines import Engines, load_engines
from pipelines import fields as reading
from pipelines.confidence import ALL_GROUPS, ARTIFACT, CRITICAL, FEATURES, SURE, features, group_of
from pipelines.field_values import Candidate, Value, choose_value
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import FieldDefinition
from pipelines.synthesis.degrade import Degradation
from pipelines.synthesis.hand import Hand
from training.benchmark.metrics import Judged, area_under_risk, calibration_error, reliability
from training.calibration import Fit, Sample, fit_groups, left_out
from training.measure_reading import measure

SEEDS = range(20_000, 30_000)
_VERSION = "1"
_HANDS = [hand for hand in Hand if hand is not Hand.MIXED]
_PRECISION = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A read value: its inputs for the fit, what was stated of it, and whether it was right."""

    sample: Sample
    likelihood: float
    confidence: float
    critical: bool
    warned: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit or check the calibration and print its figures."""
    options = _options(arguments)
    if not options.check and (
        options.seeds not in SEEDS or options.seeds + options.count - 1 not in SEEDS
    ):
        _say(f"calibration keeps to seeds {SEEDS.start} to {SEEDS.stop - 1}")
        return 2
    cv2.setNumThreads(1)
    engines = load_engines()
    read = list(_read_documents(options.seeds, options.count, engines))
    samples = [r.sample for r in read]
    right = [r.sample.right for r in read]
    before = _judged([r.likelihood for r in read], right)
    if options.check:
        _report("as stated", read, [r.confidence for r in read])
        _say(f"ECE of the ink's own probability {100 * calibration_error(before):.2f}%")
        return 0
    chances = left_out(samples)
    _report("documents left out", read, chances)
    after = _judged(chances, right)
    artifact = {
        "version": _VERSION,
        "recogniser": ", ".join(f"{name} {version}" for name, version in engines.versions.items()),
        "command": f"python -m training.calibrate --seeds {options.seeds} --count {options.count}",
        "documents": options.count,
        "samples": len(samples),
        "wrong": right.count(False),
        "ece_before": round(calibration_error(before), _PRECISION),
        "ece_after": round(calibration_error(after), _PRECISION),
        "features": list(FEATURES),
        "groups": {name: _rounded(fit) for name, fit in fit_groups(samples).items()},
    }
    _say(f"ECE {artifact['ece_before']:.2%} before, {artifact['ece_after']:.2%} after")
    options.out.write_text(json.dumps(artifact, indent=1, ensure_ascii=False) + "\n", "utf-8")
    _say(f"written: {options.out.name}")
    return 0


def _read_documents(first: int, count: int, engines: Engines) -> Iterator[Read]:
    """Values of `count` documents; forms, hands and degradations go round."""
    entries = FormLibrary.builtin().entries
    degradations = list(Degradation)
    for number in range(count):
        entry = entries[number % len(entries)]
        turn = number // len(entries) + number
        hand = _HANDS[turn % len(_HANDS)]
        # Half of all scans are clean; the other half goes through the degradations.
        degradation = Degradation.CLEAN if turn % 2 else degradations[turn // 2 % len(degradations)]
        yield from _read_document(entry, first + number, hand, degradation, engines)
        if (number + 1) % 30 == 0:
            _say(f"{number + 1} of {count} documents")


def _read_document(
    entry: FormEntry, seed: int, hand: Hand, degradation: Degradation, engines: Engines
) -> Iterator[Read]:
    values: dict[str, Value] = {}

    def noting(field: FieldDefinition, candidates: Sequence[Candidate]) -> Value:
        value = choose_value(field, candidates)
        # The first value of a field is what stands there; another is what was struck out.
        return values.setdefault(field.name, value) and value

    with patch.object(reading, "choose_value", noting):
        outcomes = list(measure(entry, seed, hand, degradation, engines, []))
    by_name = {field.name: field for field in entry.definition.fields}
    for outcome in (o.outcome for o in outcomes):
        value = values.get(outcome.name)
        if value is None or outcome.blank:
            continue
        field = by_name[outcome.name]
        sample = Sample(
            document=f"{entry.definition.id} {seed}",
            group=group_of(field.kind),
            inputs=features(value.evidence),
            right=outcome.exact,
        )
        yield Read(
            sample=sample,
            likelihood=value.likelihood,
            confidence=value.confidence,
            critical=field.critical,
            warned=bool(value.normalised.problems) or value.normalised.value is None,
        )


def _report(title: str, read: Sequence[Read], chances: Sequence[float]) -> None:
    right = [r.sample.right for r in read]
    judged = _judged(chances, right)
    _say(f"{title}: {len(read)} values, {right.count(False)} wrong")
    for part in reliability(judged):
        _say(f"  {part.count:5}  stated {part.confidence:.4f}  right {part.right:.4f}")
    _say(f"  ECE {calibration_error(judged):.2%}, AURC {area_under_risk(judged):.5f}")
    for group in ALL_GROUPS:
        own = [j for j, r in zip(judged, read, strict=True) if r.sample.group == group]
        wrong = sum(1 for j in own if not j.right)
        _say(f"  {group:10} {len(own):5} values {wrong:3} wrong  ECE {calibration_error(own):.2%}")
    for sure in (0.95, 0.97, 0.98, 0.985, 0.99, 0.995):
        doubted = [
            r.warned or c < (max(sure, CRITICAL) if r.critical else sure)
            for r, c in zip(read, chances, strict=True)
        ]
        silent = sum(1 for d, ok in zip(doubted, right, strict=True) if not d and not ok)
        mark = " *" if sure == SURE else ""
        _say(f"  sure from {sure}: {sum(doubted) / len(read):.1%} doubtful, {silent} silent{mark}")


def _judged(chances: Sequence[float], right: Sequence[bool]) -> list[Judged]:
    return [Judged(c, float(ok)) for c, ok in zip(chances, right, strict=True)]


def _rounded(fit: Fit) -> dict[str, object]:
    return {
        "bias": round(fit.bias, _PRECISION),
        "weights": [round(w, _PRECISION) for w in fit.weights],
        "scores": [round(s, _PRECISION) for s in fit.scores],
        "chances": [round(c, _PRECISION) for c in fit.chances],
    }


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Calibrated confidence of read fields.")
    parser.add_argument("--seeds", type=int, default=SEEDS.start, help="first seed")
    parser.add_argument("--count", type=int, default=210, help="documents, one seed each")
    parser.add_argument("--out", type=Path, default=ARTIFACT, help="where to write the artifact")
    parser.add_argument("--check", action="store_true", help="measure, write nothing")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
