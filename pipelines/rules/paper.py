"""One document as the shared rules see it: sure values by role, and the people on it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.forms.model import FieldDefinition, FormDefinition, MarkGroup
from pipelines.forms.roles import Person, PersonPart, Thing, split_role
from pipelines.forms.rule_ids import SharedRule
from pipelines.rules.lookups import NO_LOOKUPS, Lookups

Item = FieldDefinition | MarkGroup


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A rule that is broken: `fields` names what it rests on, the first is what it is about."""

    rule: SharedRule
    fields: tuple[str, ...]
    params: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A value that was surely read, and the field or mark group it stands in."""

    item: Item
    value: str

    @property
    def name(self) -> str:
        """Name of the field."""
        return self.item.name

    @property
    def day(self) -> date | None:
        """Give the value as a date; None when it is none, or has no day."""
        try:
            return date.fromisoformat(self.value) if len(self.value) == 10 else None
        except ValueError:
            return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Individual:
    """What is written about one person."""

    person: Person
    row: int | None
    parts: Mapping[PersonPart, Entry]

    def get(self, part: PersonPart) -> Entry | None:
        """Find what is written, None where nothing is."""
        return self.parts.get(part)

    def day(self, part: PersonPart = PersonPart.BIRTH_DATE) -> date | None:
        """Give a date of this person."""
        entry = self.parts.get(part)
        return entry.day if entry is not None else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A document on a form. `values` are normalised and sure, by name of field or group."""

    form: FormDefinition
    values: Mapping[str, str]
    written: frozenset[str]
    """Names of all fields in which anything stands, sure or not."""
    today: date
    lookups: Lookups = NO_LOOKUPS

    @property
    def items(self) -> tuple[Item, ...]:
        """Fields and mark groups of the form."""
        return (*self.form.fields, *self.form.marks)

    def thing(self, thing: Thing) -> Entry | None:
        """Find the value of a role that is no person's."""
        return next(self.things(thing), None)

    def things(self, thing: Thing) -> Iterator[Entry]:
        """Give the values of all fields of a role, in the order of the form."""
        for item in self.items:
            if item.role == thing and item.name in self.values:
                yield Entry(item=item, value=self.values[item.name])

    def people(self, *persons: Person) -> tuple[Individual, ...]:
        """List the people of whom something is written, in the order of the form."""
        found: dict[tuple[Person, int | None], dict[PersonPart, Entry]] = {}
        for item in self.items:
            role = split_role(item.role) if item.role else None
            if role is None or isinstance(role, Thing) or item.name not in self.values:
                continue
            person, part = role
            entry = Entry(item=item, value=self.values[item.name])
            found.setdefault((person, item.row), {})[part] = entry
        return tuple(
            Individual(person=person, row=row, parts=parts)
            for (person, row), parts in found.items()
            if not persons or person in persons
        )

    def person(self, person: Person) -> Individual | None:
        """Find the only or first person of a part."""
        return next(iter(self.people(person)), None)

    @property
    def filed(self) -> date:
        """The day it was handed in: as written, else today."""
        entry = self.thing(Thing.FILING_DATE)
        return (entry.day if entry is not None else None) or self.today


def hit(rule: SharedRule, *entries: Entry, **params: str) -> Hit:
    """Make a hit about the first entry; the second is `{other}` in the message."""
    labels = {"label": entries[0].item.label}
    if len(entries) > 1:
        labels["other"] = entries[1].item.label
    return Hit(rule=rule, fields=tuple(e.name for e in entries), params={**labels, **params})


def years(birth: date, on: date) -> int:
    """Completed years; negative before the birth."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
