"""Things that are wrong on purpose: what people do to forms, with the truth kept in step."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from pipelines.forms.model import (
    DatePart,
    FieldDefinition,
    FieldKind,
    FormDefinition,
    Select,
)
from pipelines.synthesis.conditions import rule_values, wanted
from pipelines.synthesis.fault_changes import with_field, wrong_digit
from pipelines.synthesis.faults_of_rules import RULE_FAULTS
from pipelines.synthesis.fill import all_items
from pipelines.synthesis.filling import Fault, Filling, Written, date_text, write_date
from pipelines.synthesis.hand import Writer
from pipelines.synthesis.layout import capacity
from pipelines.synthesis.roles import Role, subject_of
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.story import draw_story
from pipelines.synthesis.values import draw_value

_T = TypeVar("_T")
_WORDS = {
    FieldKind.KANJI_NAME,
    FieldKind.KANA_NAME,
    FieldKind.ADDRESS,
    FieldKind.TEXT,
    FieldKind.PHONE,
    FieldKind.AMOUNT,
}


def apply_faults(
    form: FormDefinition, filling: Filling, faults: Iterable[str], writer: Writer, seed: int
) -> Filling:
    """Put faults into a filling: names of `Fault`, with `:name` where a certain field is meant.

    A fault without a name that the form offers no place for is left out; `Filling.faults` lists
    what was done as `fault:name`. Raises ValueError for an unknown fault, and for a named place
    that the fault cannot be put into.
    """
    for text in faults:
        kind, _, name = text.partition(":")
        fault = Fault(kind)
        taken = {done.partition(":")[2] for done in filling.faults}
        places = [p for p in _PLACES[fault](form, filling) if p not in taken]
        if name and name not in places:
            raise ValueError(f"fault {fault} cannot be put into {name!r}")
        if not places:
            continue
        rng = seeded(seed, "fault", fault, name)
        place = name or places[int(rng.integers(len(places)))]
        filling = _APPLY[fault](form, filling, place, writer, seed)
        filling = replace(filling, faults=(*filling.faults, f"{fault}:{place}"))
    return filling


def _missing_places(form: FormDefinition, filling: Filling) -> list[str]:
    values = rule_values(form, filling.fields, filling.marks, filling.seals, filling.on)
    return [
        item.name for item in all_items(form) if wanted(item, values) and _has(filling, item.name)
    ]


def _missing(
    form: FormDefinition, filling: Filling, name: str, writer: Writer, seed: int
) -> Filling:
    return replace(
        filling,
        fields=_without(filling.fields, name),
        marks=_without(filling.marks, name),
        seals=_without(filling.seals, name),
    )


def _implausible_places(form: FormDefinition, filling: Filling) -> list[str]:
    kinds = (FieldKind.DATE, FieldKind.MY_NUMBER, FieldKind.CORPORATE_NUMBER)
    return [f.name for f in form.fields if f.kind in kinds and f.name in filling.fields]


def _implausible(
    form: FormDefinition, filling: Filling, name: str, writer: Writer, seed: int
) -> Filling:
    field = next(f for f in form.fields if f.name == name)
    written = filling.fields[name]
    rng = seeded(seed, "implausible", name)
    if field.kind is not FieldKind.DATE:
        return with_field(filling, name, wrong_digit(written))
    child = subject_of(field).role in (Role.CHILD, Role.DEPENDENT) and "birth" in field.name
    if child and rng.random() < 0.5:
        # A child born long before its parents.
        old = date(1941, 1, 1) + timedelta(days=int(rng.integers(0, 3000)))
        return with_field(filling, name, write_date(field, old))
    if written.parts and DatePart.MONTH in written.parts and written.era is not None:
        parts = {**written.parts, DatePart.MONTH: str(rng.integers(13, 20))}
        year = written.parts.get(DatePart.YEAR, "1")
        number = int(year) if year.isdigit() else 1
        text = date_text(written.era, number, parts)
        return with_field(filling, name, replace(written, value=None, text=text, parts=parts))
    ahead = filling.on + timedelta(days=int(rng.integers(1500, 9000)))
    return with_field(filling, name, write_date(field, ahead))


def _two_places(form: FormDefinition, filling: Filling) -> list[str]:
    return [
        group.name
        for group in form.marks
        if group.select is Select.ONE
        and len(group.options) > 1
        and len(filling.marks.get(group.name, ())) == 1
    ]


def _two_options(
    form: FormDefinition, filling: Filling, name: str, writer: Writer, seed: int
) -> Filling:
    group = next(g for g in form.marks if g.name == name)
    chosen = filling.marks[name]
    others = [o.value for o in group.options if o.value not in chosen]
    more = others[int(seeded(seed, "two", name).integers(len(others)))]
    both = tuple(o.value for o in group.options if o.value in (*chosen, more))
    return replace(filling, marks={**filling.marks, name: both})


def _struck_places(form: FormDefinition, filling: Filling) -> list[str]:
    # There must be room for both: one box of its own, no comb.
    return [
        f.name
        for f in form.fields
        if f.name in filling.fields
        and f.kind in _WORDS
        and not f.parts
        and f.cells == 1
        and not f.vertical
        and _room_for_two(f, len(filling.fields[f.name].text))
    ]


def _room_for_two(field: FieldDefinition, length: int) -> bool:
    """Whether the new value fits beside (long, low boxes) or above what is struck out."""
    beside = field.box.width > 45 and field.box.height < 9
    if beside:
        return length * 3.2 <= field.box.width / 2
    return field.box.height >= 9 and length * 3 <= field.box.width


def _struck(
    form: FormDefinition, filling: Filling, name: str, writer: Writer, seed: int
) -> Filling:
    field = next(f for f in form.fields if f.name == name)
    new = filling.fields[name]
    old = _other_value(form, field, new, writer, seed)
    sealed = bool(seeded(seed, "correction seal", name).random() < 0.5)
    return with_field(filling, name, replace(new, struck=old, sealed=sealed))


def _withdrawn_places(form: FormDefinition, filling: Filling) -> list[str]:
    return [
        f.name
        for f in form.fields
        if not f.required
        and f.required_when is None
        and f.kind in _WORDS
        and not f.parts
        and f.cells == 1
        and not f.vertical
    ]


def _withdrawn(
    form: FormDefinition, filling: Filling, name: str, writer: Writer, seed: int
) -> Filling:
    field = next(f for f in form.fields if f.name == name)
    old = filling.fields.get(name) or _other_value(form, field, None, writer, seed)
    sealed = bool(seeded(seed, "correction seal", name).random() < 0.3)
    return with_field(filling, name, Written(value=None, text="", struck=old, sealed=sealed))


def _dirt_places(form: FormDefinition, filling: Filling) -> list[str]:
    return [f.name for f in form.fields if f.name not in filling.fields] + [
        g.name for g in form.marks if g.name not in filling.marks
    ]


def _dirt(form: FormDefinition, filling: Filling, name: str, writer: Writer, seed: int) -> Filling:
    return replace(filling, dirty=(*filling.dirty, name))


def _other_value(
    form: FormDefinition,
    field: FieldDefinition,
    new: Written | None,
    writer: Writer,
    seed: int,
) -> Written:
    """Something else that might have been written first."""
    room = capacity(field.box, writer, field.lines)
    for attempt in range(50, 70):
        story = draw_story(form, seed, attempt)
        rng = seeded(seed, "other", field.name, attempt)
        old = draw_value(field, subject_of(field), story, rng, room)
        if old is not None and (new is None or old.text != new.text) and len(old.text) <= room:
            # Most notice in the middle of the word: what is struck out is short.
            size = min(4.5, field.box.height * 0.8)
            half = max(2, int((field.box.width / 2 - 6) / size))
            return replace(old, text=old.text.replace("\n", " ")[:half])
    return Written(value="東京", text="東京")


def _has(filling: Filling, name: str) -> bool:
    return name in filling.fields or name in filling.marks or name in filling.seals


def _without(table: Mapping[str, _T], name: str) -> dict[str, _T]:
    return {key: value for key, value in table.items() if key != name}


_Places = Callable[[FormDefinition, Filling], list[str]]
_Apply = Callable[[FormDefinition, Filling, str, Writer, int], Filling]


def _of_rule(fault: Fault) -> _Apply:
    # What breaks a shared rule needs no hand.
    change = RULE_FAULTS[fault].apply
    return lambda form, filling, name, writer, seed: change(form, filling, name, seed)


_PLACES: dict[Fault, _Places] = {
    Fault.MISSING: _missing_places,
    Fault.IMPLAUSIBLE: _implausible_places,
    Fault.TWO_OPTIONS: _two_places,
    Fault.STRUCK: _struck_places,
    Fault.WITHDRAWN: _withdrawn_places,
    Fault.DIRT: _dirt_places,
    **{fault: rule.places for fault, rule in RULE_FAULTS.items()},
}
_APPLY: dict[Fault, _Apply] = {
    Fault.MISSING: _missing,
    Fault.IMPLAUSIBLE: _implausible,
    Fault.TWO_OPTIONS: _two_options,
    Fault.STRUCK: _struck,
    Fault.WITHDRAWN: _withdrawn,
    Fault.DIRT: _dirt,
    **{fault: _of_rule(fault) for fault in RULE_FAULTS},
}
