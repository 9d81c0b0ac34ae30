"""Confidences of this office: how often values like these turned out right when people looked.

The reading's own calibration (`confidence.py`) was fitted on synthetic scans. What an office
confirms can correct it by kind of field, with thresholds of its own. The reading stays as it is:
only the confidence of a value changes, and with it who is asked to look.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from models.errors import ModelError, ModelProblem
from pipelines.confidence import CRITICAL, SURE, curve, is_sure
from pipelines.forms.model import FormDefinition
from pipelines.normalise import normalise_value
from pipelines.records import Field, FieldSource, FieldState

MODEL = "field_confidence"


@dataclass(frozen=True, kw_only=True, slots=True)
class KindCalibration:
    """Of one kind of field: monotone points from stated to true confidence, and its thresholds."""

    stated: tuple[float, ...]
    true: tuple[float, ...]
    sure: float = SURE
    critical: float = CRITICAL


Calibration = Mapping[str, KindCalibration]
"""By kind of field."""


def recalibrated(
    fields: Iterable[Field], form: FormDefinition, calibration: Calibration
) -> tuple[Field, ...]:
    """Give the fields with the office's confidences; kinds without any stay as they are."""
    critical = {field.name for field in form.fields if field.critical}
    return tuple(
        _one(field, calibration.get(field.kind), field.name in critical) for field in fields
    )


def _one(field: Field, known: KindCalibration | None, critical: bool) -> Field:
    read = field.state is FieldState.READ and field.source is FieldSource.READ
    if known is None or not read or field.value is None:
        return field
    confidence = round(curve(known.stated, known.true, field.confidence), 4)
    enough = confidence >= (known.critical if critical else known.sure)
    return replace(
        field,
        confidence=confidence,
        doubtful=not enough or (field.doubtful and _doubted_anyway(field, critical)),
    )


def _doubted_anyway(field: Field, critical: bool) -> bool:
    """Whether a doubtful value had another reason than its confidence."""
    if is_sure(field.confidence, critical):
        return True
    return bool(normalise_value(field.kind, field.raw_text).problems)


def dump_calibration(calibration: Calibration) -> bytes:
    """Write as JSON."""
    kinds = {
        kind: {
            "stated": list(each.stated),
            "true": list(each.true),
            "sure": each.sure,
            "critical": each.critical,
        }
        for kind, each in sorted(calibration.items())
    }
    return json.dumps({"format": 1, "kinds": kinds}, sort_keys=True, indent=1).encode()


def parse_calibration(data: bytes) -> dict[str, KindCalibration]:
    """Read it back. Raises `ModelError(damaged)` also for points that fall or leave 0..1."""
    try:
        body = json.loads(data)
        if body["format"] != 1:
            raise ValueError("unknown format")
        found = {
            str(kind): KindCalibration(
                stated=tuple(map(float, each["stated"])),
                true=tuple(map(float, each["true"])),
                sure=float(each["sure"]),
                critical=float(each["critical"]),
            )
            for kind, each in body["kinds"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(ModelProblem.DAMAGED, MODEL, type(error).__name__) from error
    for kind, each in found.items():
        rises = list(each.stated) == sorted(each.stated) and list(each.true) == sorted(each.true)
        within = all(0 <= p <= 1 for p in (*each.stated, *each.true, each.sure, each.critical))
        if not rises or not within or not each.stated or len(each.stated) != len(each.true):
            raise ModelError(ModelProblem.DAMAGED, MODEL, f"{kind}: not a curve")
    return found
