"""Faults in what is written about people and days of the matter: each breaks one shared rule."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from pipelines.forms.kinds import Operation
from pipelines.forms.model import FieldDefinition, FormDefinition, MarkGroup
from pipelines.forms.roles import Person, PersonPart, Thing
from pipelines.synthesis.fault_changes import field_of, with_day, with_field, with_text
from pipelines.synthesis.filling import Filling
from pipelines.synthesis.person import draw_surname
from pipelines.synthesis.seeding import seeded

_TABLES = (Person.CHILD, Person.MEMBER, Person.DEPENDENT)
_CHILD = re.compile(r"子|(長|二|三)[男女]")
_SEXED = re.compile(r".*[男女夫妻父母]")
_WRONG_AGES: dict[Operation, tuple[Person, int, int]] = {
    Operation.CHILD_ALLOWANCE: (Person.CHILD, 20, 24),
    Operation.NURSERY_ADMISSION: (Person.CHILD, 9, 12),
    Operation.LONG_TERM_CARE: (Person.INSURED, 25, 38),
    Operation.LATE_ELDERLY_CARE: (Person.INSURED, 40, 60),
    Operation.NATIONAL_PENSION: (Person.INSURED, 73, 90),
}


def kana(form: FormDefinition, filling: Filling) -> list[str]:
    """Kana beside a name, both with a gap between surname and given name."""
    return [
        item.name
        for person, row, item in _people(form, filling, PersonPart.KANA)
        if " " in (filling.fields[item.name].value or "")
        and " " in (_value(form, filling, person, row, PersonPart.NAME) or "")
    ]


def other_kana(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write the kana of another surname."""
    rng = seeded(seed, "other-kana", name)
    surname, _, given = (filling.fields[name].value or "").partition(" ")
    other = surname
    while other == surname:
        other = draw_surname(rng)[1]
    return with_text(form, filling, name, f"{other} {given}")


def births(form: FormDefinition, filling: Filling) -> list[str]:
    """Birth dates."""
    return [item.name for _, _, item in _people(form, filling, PersonPart.BIRTH_DATE)]


def too_old(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a birth more than 120 years ago."""
    days = int(seeded(seed, "too-old", name).integers(0, 3000))
    return with_day(form, filling, name, date(1896, 1, 1) + timedelta(days=days))


def filed_births(form: FormDefinition, filling: Filling) -> list[str]:
    """Birth dates on a form that tells the day of filing."""
    return births(form, filling) if _day_of(form, filling, Thing.FILING_DATE) else []


def born_late(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a birth after the day of filing."""
    days = int(seeded(seed, "born-late", name).integers(20, 300))
    filed = _day_of(form, filling, Thing.FILING_DATE) or filling.on
    return with_day(form, filling, name, filed + timedelta(days=days))


def children(form: FormDefinition, filling: Filling) -> list[str]:
    """Birth dates of children whose parent's is written."""
    if not _value(form, filling, Person.APPLICANT, None, PersonPart.BIRTH_DATE):
        return []
    found = _people(form, filling, PersonPart.BIRTH_DATE)
    return [item.name for person, _, item in found if person is Person.CHILD]


def child_first(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a birth before the parent's."""
    days = int(seeded(seed, "child-first", name).integers(300, 3000))
    return with_day(form, filling, name, _parent_birth(form, filling) - timedelta(days=days))


def young_parent(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a birth when the parent was a child."""
    days = int(seeded(seed, "young-parent", name).integers(365 * 4, 365 * 12))
    return with_day(form, filling, name, _parent_birth(form, filling) + timedelta(days=days))


def child_relations(form: FormDefinition, filling: Filling) -> list[str]:
    """Relations of children in tables of people, where the age of the head is known."""
    head = (Person.HEAD, Person.APPLICANT)
    known = any(_value(form, filling, p, None, PersonPart.BIRTH_DATE) for p in head)
    found = list(_people(form, filling, PersonPart.RELATION))
    known = known or any(filling.fields[i.name].value in ("本人", "世帯主") for _, _, i in found)
    return [
        item.name
        for person, row, item in found
        if known
        and person is not Person.CHILD
        and _CHILD.fullmatch(filling.fields[item.name].value or "")
        and _value(form, filling, person, row, PersonPart.BIRTH_DATE)
    ]


def relation_age(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Call a child the grandmother."""
    return with_text(form, filling, name, "祖母")


def sexed_relations(form: FormDefinition, filling: Filling) -> list[str]:
    """Relations that tell the sex, where the sex is marked too."""
    return [
        item.name
        for person, row, item in _people(form, filling, PersonPart.RELATION)
        if _SEXED.fullmatch(filling.fields[item.name].value or "")
        and _sex_group(form, person, row, filling) is not None
    ]


def relation_sex(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Mark the other sex."""
    field = field_of(form, name)
    group = _sex_group(form, Person((field.role or "").partition(".")[0]), field.row, filling)
    assert group is not None
    other = ("female",) if filling.marks[group.name] == ("male",) else ("male",)
    return replace(filling, marks={**filling.marks, group.name: other})


def later_rows(form: FormDefinition, filling: Filling) -> list[str]:
    """Names of people below the first row of a table, which is filled."""
    return [
        item.name
        for person, row, item in _people(form, filling, PersonPart.NAME)
        if person in _TABLES
        and (row or 0) > 1
        and _value(form, filling, person, 1, PersonPart.NAME)
    ]


def same_person(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write the person of the first row once more."""
    field = field_of(form, name)
    person = Person((field.role or "").partition(".")[0])
    for part in (PersonPart.NAME, PersonPart.KANA, PersonPart.BIRTH_DATE):
        first = _item(form, person, 1, part)
        second = _item(form, person, field.row, part)
        if first is None or second is None or first.name not in filling.fields:
            continue
        value = filling.fields[first.name].value or ""
        if part is PersonPart.BIRTH_DATE:
            filling = with_day(form, filling, second.name, date.fromisoformat(value))
        else:
            filling = with_text(form, filling, second.name, value)
    return filling


def second_numbers(form: FormDefinition, filling: Filling) -> list[str]:
    """Numbers of people other than the first, of another name."""
    found = [
        (_value(form, filling, person, row, PersonPart.NAME), item.name)
        for person, row, item in _people(form, filling, PersonPart.MY_NUMBER)
    ]
    named = [(name, field) for name, field in found if name]
    return [field for name, field in named[1:] if name != named[0][0]]


def same_number(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write the number of the first person once more."""
    first = next(
        item
        for person, row, item in _people(form, filling, PersonPart.MY_NUMBER)
        if _value(form, filling, person, row, PersonPart.NAME)
    )
    number = filling.fields[first.name].value or ""
    return with_field(filling, name, replace(filling.fields[name], value=number, text=number))


def spaced_children(form: FormDefinition, filling: Filling) -> list[str]:
    """Names of children with a gap behind the surname, as the applicant's."""
    if " " not in (_value(form, filling, Person.APPLICANT, None, PersonPart.NAME) or ""):
        return []
    return [
        item.name
        for person, _, item in _people(form, filling, PersonPart.NAME)
        if person is Person.CHILD and " " in (filling.fields[item.name].value or "")
    ]


def other_surname(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write another surname."""
    rng = seeded(seed, "other-surname", name)
    surname, _, given = (filling.fields[name].value or "").partition(" ")
    other = surname
    while other == surname:
        other = draw_surname(rng)[0]
    return with_text(form, filling, name, f"{other} {given}")


def filing_days(form: FormDefinition, filling: Filling) -> list[str]:
    """Find the day of filing."""
    item = next((f for f in form.fields if f.role == Thing.FILING_DATE), None)
    return [item.name] if item is not None and item.name in filling.fields else []


def filed_ahead(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a day of filing after today."""
    days = int(seeded(seed, "filed-ahead", name).integers(30, 300))
    return with_day(form, filling, name, filling.on + timedelta(days=days))


def filed_long_ago(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a day of filing more than a year ago."""
    days = int(seeded(seed, "filed-long-ago", name).integers(380, 700))
    return with_day(form, filling, name, filling.on - timedelta(days=days))


def benefit_births(form: FormDefinition, filling: Filling) -> list[str]:
    """Births of those whom the benefit or the care is for."""
    wanted = _WRONG_AGES.get(form.operation)
    found = _people(form, filling, PersonPart.BIRTH_DATE)
    return [item.name for person, _, item in found if wanted and person is wanted[0]]


def benefit_age(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a birth that does not go with the form."""
    _, low, high = _WRONG_AGES[form.operation]
    years = seeded(seed, "benefit-age", name).uniform(low, high)
    return with_day(form, filling, name, filling.on - timedelta(days=int(years * 365.25)))


def _people(
    form: FormDefinition, filling: Filling, part: PersonPart
) -> Iterator[tuple[Person, int | None, FieldDefinition]]:
    """Walk the filled fields that tell one thing about people, in the order of the form."""
    for field in form.fields:
        person, _, said = (field.role or "").partition(".")
        there = field.name in filling.fields and filling.fields[field.name].value
        if said == part and there and person in set(Person):
            yield Person(person), field.row, field


def _item(
    form: FormDefinition, person: Person, row: int | None, part: PersonPart
) -> FieldDefinition | None:
    wanted = f"{person}.{part}"
    return next((f for f in form.fields if f.role == wanted and f.row == row), None)


def _value(
    form: FormDefinition, filling: Filling, person: Person, row: int | None, part: PersonPart
) -> str | None:
    item = _item(form, person, row, part)
    written = filling.fields.get(item.name) if item is not None else None
    return written.value if written is not None else None


def _sex_group(
    form: FormDefinition, person: Person, row: int | None, filling: Filling
) -> MarkGroup | None:
    wanted = f"{person}.{PersonPart.SEX}"
    groups = (g for g in form.marks if g.role == wanted and g.row == row)
    return next((g for g in groups if len(filling.marks.get(g.name, ())) == 1), None)


def _day_of(form: FormDefinition, filling: Filling, thing: Thing) -> date | None:
    item = next((f for f in form.fields if f.role == thing and f.name in filling.fields), None)
    value = filling.fields[item.name].value if item is not None else None
    return date.fromisoformat(value) if value else None


def _parent_birth(form: FormDefinition, filling: Filling) -> date:
    value = _value(form, filling, Person.APPLICANT, None, PersonPart.BIRTH_DATE)
    assert value is not None
    return date.fromisoformat(value)
