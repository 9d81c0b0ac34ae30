"""Values of a form as its expressions see them, whether they were read or made up."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from pipelines.forms.expressions import Value
from pipelines.forms.model import FieldKind, FormDefinition, Select


def expression_values(
    form: FormDefinition,
    texts: Mapping[str, str | None],
    marked: Mapping[str, Sequence[str]],
    sealed: Collection[str],
) -> dict[str, Value]:
    """Variables of the form's expressions: every name of the form, None where nothing is written.

    `texts` are normalised values by field, `marked` the chosen options by group, `sealed` the names
    of the seals that are there. A group of which one option may be chosen is that option, None when
    several are.
    """
    values: dict[str, Value] = {
        field.name: typed_value(texts.get(field.name), field.kind) for field in form.fields
    }
    for group in form.marks:
        chosen = list(marked.get(group.name, ()))
        if group.select is Select.MANY:
            values[group.name] = chosen
        else:
            values[group.name] = chosen[0] if len(chosen) == 1 else None
    for seal in form.seals:
        values[seal.name] = seal.name in sealed
    return values


def typed_value(text: str | None, kind: FieldKind) -> Value:
    """Give a normalised value as a date or a number where its kind is one.

    What a reader or a reviewer left that is neither counts as not given.
    """
    if text is None:
        return None
    try:
        if kind is FieldKind.DATE:
            year, month, *day = (int(part) for part in text.split("-"))
            return date(year, month, day[0] if day else 1)
        if kind is FieldKind.AMOUNT:
            return int(text)
    except ValueError:
        return None
    return text
