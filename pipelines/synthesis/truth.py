"""Truth of a synthetic scan: what stands where, exactly."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.records import FieldState


@dataclass(frozen=True, kw_only=True, slots=True)
class TruthPage:
    """Size of one page of the scan in pixels."""

    number: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TruthField:
    """One field, mark group or seal.

    `value` is in the normal form of `records.Field.value`, `text` as written. `box` (x0, y0, x1,
    y1) is the place of the field in scan pixels. `kind` is a field kind, `mark` or `seal`.
    """

    name: str
    kind: str
    value: str | None
    text: str
    state: FieldState
    box: tuple[float, float, float, float]
    page: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """Everything known about one synthetic document.

    `findings` are the rule ids (and `required.<name>`, `marks.several.<name>`) that a checker
    should report because of what is on the paper.
    """

    form_id: str
    form_revision: str
    seed: int
    on: str
    """Day it was handed in, YYYY-MM-DD."""
    hand: str
    degradations: tuple[str, ...]
    faults: tuple[str, ...]
    pages: tuple[TruthPage, ...]
    fields: tuple[TruthField, ...]
    findings: tuple[str, ...] = ()


def dump_truth(truth: Truth) -> str:
    """JSON of the truth, one field a line, ending with a newline."""
    head: dict[str, Any] = {
        "form": {"id": truth.form_id, "revision": truth.form_revision},
        "seed": truth.seed,
        "on": truth.on,
        "hand": truth.hand,
        "degradations": list(truth.degradations),
        "faults": list(truth.faults),
        "findings": list(truth.findings),
        "pages": [asdict(page) for page in truth.pages],
    }
    lines = [f'  "{key}": {_json(value)},' for key, value in head.items()]
    fields = ",\n".join(f"    {_json(_field_json(field))}" for field in truth.fields)
    return "{\n" + "\n".join(lines) + '\n  "fields": [\n' + fields + "\n  ]\n}\n"


def load_truth(source: str | Path) -> Truth:
    """Read truth from JSON text or a file. Raises KeyError or ValueError when it is damaged."""
    text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    data = json.loads(text)
    return Truth(
        form_id=data["form"]["id"],
        form_revision=data["form"]["revision"],
        seed=data["seed"],
        on=data["on"],
        hand=data["hand"],
        degradations=tuple(data["degradations"]),
        faults=tuple(data["faults"]),
        findings=tuple(data.get("findings", ())),
        pages=tuple(TruthPage(**page) for page in data["pages"]),
        fields=tuple(_field_of(row) for row in data["fields"]),
    )


def blank_count(fields: Iterable[TruthField]) -> int:
    """How many fields are blank."""
    return sum(field.state is FieldState.BLANK for field in fields)


def _field_json(field: TruthField) -> dict[str, Any]:
    row = asdict(field)
    row["state"] = str(field.state)
    row["box"] = [round(v, 1) for v in field.box]
    return row


def _field_of(row: dict[str, Any]) -> TruthField:
    x0, y0, x1, y1 = row["box"]
    return TruthField(
        name=row["name"],
        kind=row["kind"],
        value=row["value"],
        text=row["text"],
        state=FieldState(row["state"]),
        box=(x0, y0, x1, y1),
        page=row["page"],
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
