from datetime import date

import pytest

from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FieldKind, Select
from pipelines.forms.values import expression_values, typed_value


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("2026-04-01", FieldKind.DATE, date(2026, 4, 1)),
        ("2026-04", FieldKind.DATE, date(2026, 4, 1)),
        ("2026-13-40", FieldKind.DATE, None),
        ("令和", FieldKind.DATE, None),
        ("12000", FieldKind.AMOUNT, 12000),
        ("一万", FieldKind.AMOUNT, None),
        ("0123", FieldKind.DIGITS, "0123"),
        (None, FieldKind.TEXT, None),
    ],
)
def test_a_value_has_the_type_of_its_kind(text: str | None, kind: FieldKind, value: object) -> None:
    assert typed_value(text, kind) == value


def test_every_name_of_a_form_has_a_value_and_two_marks_for_one_are_none() -> None:
    for entry in FormLibrary.builtin().entries:
        form = entry.definition
        two = {group.name: [o.value for o in group.options][:2] for group in form.marks}
        sealed = {seal.name for seal in form.seals}
        values = expression_values(form, {}, two, sealed)
        assert values.keys() == {i.name for i in (*form.fields, *form.marks, *form.seals)}
        assert all(values[field.name] is None for field in form.fields)
        assert all(values[name] is True for name in sealed)
        for group in form.marks:
            chosen = two[group.name]
            one = chosen[0] if len(chosen) == 1 else None
            assert values[group.name] == (chosen if group.select is Select.MANY else one)
