"""Dates whose era is not chosen: what holds whichever of the printed ones is meant."""

from datetime import date

import pytest

from pipelines.check import check_fields
from pipelines.forms.model import FormDefinition
from pipelines.records import Field, FieldSource, FieldState, Severity
from pipelines.rules.catalogue import Language
from pipelines.rules.texts import told_in

TODAY = date(2026, 11, 23)
BOX = {"x": 10, "y": 10, "width": 40, "height": 8}
ERAS = [{"value": era, "box": BOX} for era in ("heisei", "reiwa")]
RULES = [
    {
        "id": "minor",
        "expression": "age(child_birth, today) < 18",
        "message": "{child_birth}から、18歳以上です。",
        "ground": "試験条例第2条",
        "severity": "error",
    }
]


def form(**changes: object) -> FormDefinition:
    birth = {"name": "child_birth", "label": "児童の生年月日", "kind": "date", "box": BOX}
    base: dict[str, object] = {
        "id": "test-form",
        "revision": "1",
        "title": "試験様式",
        "operation": "other",
        "document_kind": "application",
        "valid": {"from": "2026-04-01"},
        "ground": "試験条例第1条",
        "pages": [{"number": 1}],
        "fields": [birth | {"role": "child.birth_date", "eras": ERAS} | changes],
        "rules": RULES,
    }
    return FormDefinition.model_validate(base)


def born(text: str) -> list[Field]:
    birth = Field(
        name="child_birth",
        label="児童の生年月日",
        kind="date",
        value=None,
        raw_text=text,
        confidence=0.999,
        state=FieldState.UNREADABLE,
        source=FieldSource.READ,
        box=None,
        page=1,
        doubtful=True,
    )
    return [birth]


def test_a_rule_that_every_printed_era_breaks_is_told() -> None:
    """Born in 平成18 or 令和18, which is still to come: 20 years old in every case."""
    found = {f.rule: f for f in check_fields(born("18年5月3日"), form(), today=TODAY)}
    assert set(found) == {"value.era_missing.child_birth", "minor"}
    assert found["minor"].severity is Severity.WARNING
    assert found["minor"].message == "元号がどれであっても: 「児童の生年月日」から、18歳以上です。"


def test_a_rule_that_one_of_the_eras_keeps_is_silent() -> None:
    """Born in 平成3 or 令和3: a child in one case."""
    found = {f.rule for f in check_fields(born("3年5月3日"), form(), today=TODAY)}
    assert found == {"value.era_missing.child_birth"}


def test_shared_rules_are_judged_too_and_told_in_other_languages() -> None:
    claim = form().model_copy(update={"operation": "child_allowance", "rules": ()})
    found = {f.rule: f for f in check_fields(born("10年5月3日"), claim, today=TODAY)}
    assert set(found) == {"value.era_missing.child_birth", "age.child_allowance.child_birth"}
    told = told_in(found["age.child_allowance.child_birth"], Language.EN)
    assert told is not None and told.startswith("Whichever era is meant: By “")


@pytest.mark.parametrize("text", ["55年5月3日", "平成18年5月3日", "18年13月3日", ""])
def test_nothing_is_made_up_where_no_printed_era_has_such_a_day(text: str) -> None:
    found = {f.rule for f in check_fields(born(text), form(), today=TODAY)}
    assert "minor" not in found
