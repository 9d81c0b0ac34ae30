"""What a reviewer typed, checked against the form and laid over the suggestion."""

from collections.abc import Mapping
from dataclasses import dataclass

from ocr_service.review.masking import is_masked, mask, number_names
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.model import FieldDefinition, FormDefinition, MarkGroup, SealDefinition, Select
from pipelines.normalise import normalise_value
from pipelines.records import Suggestion

SEAL_PRESENT = "present"
_LONGEST = 4000
_Item = FieldDefinition | MarkGroup | SealDefinition


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """Values of a decision by field name, what was suggested, and the names that differ."""

    values: dict[str, str | None]
    before: dict[str, str | None]
    changed: tuple[str, ...]


def resolve_values(
    form: FormDefinition | None, suggestion: Suggestion, typed: Mapping[str, str | None]
) -> Resolved:
    """Lay `typed` over the suggested values; each is normalised by the kind of its field.

    A masked value that comes back as it was shown stays what it was. Raises DECISION_INVALID with
    the parameter `field` for a name nobody knows and for a value that does not fit its field.
    """
    before = {f.name: f.value for f in suggestion.fields}
    if form is not None:
        for item in _items(form):
            before.setdefault(item.name, None)
    masked = number_names(form, suggestion.fields)
    values = dict(before)
    for name, text in typed.items():
        if name not in before:
            raise _invalid(name, "no such field")
        if name in masked and is_masked(text):
            if text != mask(before[name]):
                raise _invalid(name, "masked value was changed in part")
            continue
        values[name] = _normalised(form, suggestion, name, text)
    changed = tuple(name for name in before if values[name] != before[name])
    return Resolved(values=values, before=before, changed=changed)


def _normalised(
    form: FormDefinition | None, suggestion: Suggestion, name: str, text: str | None
) -> str | None:
    if text is None or not text.strip():
        return None
    if len(text) > _LONGEST or "\x00" in text:
        raise _invalid(name, "too long, or not text")
    item = _item(form, name)
    if isinstance(item, MarkGroup):
        return _options(item, text)
    if isinstance(item, SealDefinition):
        if text != SEAL_PRESENT:
            raise _invalid(name, f"a seal is {SEAL_PRESENT} or empty")
        return text
    if isinstance(item, FieldDefinition):
        return _of_kind(name, item.kind, text, item.max_length)
    kind = next((f.kind for f in suggestion.fields if f.name == name), "text")
    return _of_kind(name, kind, text, None)


def _of_kind(name: str, kind: str, text: str, max_length: int | None) -> str:
    try:
        result = normalise_value(kind, text)
    except ValueError:
        result = normalise_value("text", text)
    if result.value is None:
        raise _invalid(name, f"not a value of kind {kind}")
    if max_length is not None and len(result.value) > max_length:
        raise _invalid(name, f"over {max_length} characters")
    return result.value


def _options(group: MarkGroup, text: str) -> str | None:
    chosen = {part.strip() for part in text.split(",") if part.strip()}
    known = [option.value for option in group.options]
    if not chosen <= set(known):
        raise _invalid(group.name, "no such option")
    if group.select == Select.ONE and len(chosen) > 1:
        raise _invalid(group.name, "only one option may be chosen")
    # In the order of the form, so that the same choice is always the same value.
    return ",".join(value for value in known if value in chosen) or None


def _items(form: FormDefinition) -> tuple[_Item, ...]:
    return (*form.fields, *form.marks, *form.seals)


def _item(form: FormDefinition | None, name: str) -> _Item | None:
    return next((i for i in _items(form) if i.name == name), None) if form else None


def _invalid(name: str, why: str) -> CodedError:
    # A name that is not ours may be content that somebody pasted: only known ones are repeated.
    shown = name if name.isascii() and name.isidentifier() and len(name) <= 64 else "?"
    return CodedError(ErrorCode.DECISION_INVALID, f"{shown}: {why}", field=shown)
