from datetime import date, timedelta

import pytest

from pipelines.check import check_fields
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.records import Field, FieldSource, FieldState
from pipelines.synthesis.conditions import expected_findings
from pipelines.synthesis.faults import apply_faults
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.filling import Filling
from pipelines.synthesis.hand import make_writer

_WRITER = make_writer("strokes", 1)


def _field(name: str, kind: str, value: str | None, text: str, state: FieldState) -> Field:
    return Field(
        name=name,
        label=name,
        kind=kind,
        value=value,
        raw_text=text,
        confidence=1.0,
        state=state,
        source=FieldSource.READ,
        box=None,
        page=1,
    )


def _read_perfectly(entry: FormEntry, filling: Filling) -> list[Field]:
    fields = []
    for definition in entry.definition.fields:
        written = filling.fields.get(definition.name)
        kind = str(definition.kind)
        if written is None:
            fields.append(_field(definition.name, kind, None, "", FieldState.BLANK))
        elif written.value is None and written.struck is not None:
            fields.append(_field(definition.name, kind, None, "", FieldState.STRUCK))
        else:
            state = FieldState.READ if written.value else FieldState.UNREADABLE
            fields.append(_field(definition.name, kind, written.value, written.text, state))
    for group in entry.definition.marks:
        value = ",".join(filling.marks.get(group.name, ())) or None
        state = FieldState.READ if value else FieldState.BLANK
        fields.append(_field(group.name, "mark", value, value or "", state))
    for seal in entry.definition.seals:
        value = "present" if seal.name in filling.seals else None
        state = FieldState.READ if value else FieldState.BLANK
        fields.append(_field(seal.name, "seal", value, "", state))
    return fields


@pytest.mark.parametrize("entry", FormLibrary.builtin().entries, ids=lambda e: e.definition.id)
@pytest.mark.parametrize("faults", [(), ("missing", "implausible", "two-options", "withdrawn")])
def test_the_checker_finds_what_the_truth_expects(
    entry: FormEntry, faults: tuple[str, ...]
) -> None:
    filling = fill_form(entry.definition, _WRITER, 31)
    filling = apply_faults(entry.definition, filling, faults, _WRITER, 31)
    found = check_fields(
        _read_perfectly(entry, filling), entry.definition, today=filling.on + timedelta(days=1)
    )
    rules = {f.rule for f in found if not f.rule.startswith("attachment.")}
    expected = set(expected_findings(entry.definition, filling))
    assert expected <= rules
    # What the checker says beyond the rules of the form: it looks across fields too.
    assert {r for r in rules - expected if not r.startswith(("value.", "agreement."))} == set()


def test_the_day_of_a_filling_is_a_working_day_within_the_form() -> None:
    for entry in FormLibrary.builtin().entries:
        on = fill_form(entry.definition, _WRITER, 5).on
        assert on >= entry.definition.valid.from_
        assert on.weekday() < 5
        assert on < date(2026, 11, 20)
