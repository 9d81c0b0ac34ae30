"""A filling as a reader without errors would give it: for figures and tests of the checks alone."""

from pipelines.forms.model import FormDefinition
from pipelines.records import Field, FieldSource, FieldState
from pipelines.synthesis.filling import Filling


def read_perfectly(form: FormDefinition, filling: Filling) -> tuple[Field, ...]:
    """Make the fields of a filling, in the order of the form: sure values, true states."""
    fields = []
    for definition in form.fields:
        written = filling.fields.get(definition.name)
        kind = str(definition.kind)
        if written is None:
            fields.append(_field(definition.name, kind, None, "", FieldState.BLANK))
        elif written.value is None and written.struck is not None:
            fields.append(_field(definition.name, kind, None, "", FieldState.STRUCK))
        else:
            state = FieldState.READ if written.value else FieldState.UNREADABLE
            fields.append(_field(definition.name, kind, written.value, written.text, state))
    for group in form.marks:
        value = ",".join(filling.marks.get(group.name, ())) or None
        fields.append(_field(group.name, "mark", value, value or "", _state(value)))
    for seal in form.seals:
        value = "present" if seal.name in filling.seals else None
        fields.append(_field(seal.name, "seal", value, "", _state(value)))
    return tuple(fields)


def _state(value: str | None) -> FieldState:
    return FieldState.READ if value else FieldState.BLANK


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
