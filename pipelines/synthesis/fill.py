"""Fill in a form: values that fit the story, complete, and true to the form's own rules."""

import re

import numpy as np

from pipelines.forms.expressions import Value, compile_expression
from pipelines.forms.model import (
    FieldDefinition,
    FieldKind,
    FormDefinition,
    MarkGroup,
    SealDefinition,
    Select,
)
from pipelines.synthesis.conditions import broken_rules, holds, names_of, rule_values
from pipelines.synthesis.filling import Filling, Written
from pipelines.synthesis.hand import Writer
from pipelines.synthesis.layout import capacity
from pipelines.synthesis.roles import Item, Role, person_of, subject_of
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.story import Story, draw_story
from pipelines.synthesis.values import draw_value, write_amount

_STORIES = 6
_REPAIRS = 40


def fill_form(form: FormDefinition, writer: Writer, seed: int) -> Filling:
    """Fill `form`: everything required, optional things by chance, rules kept where possible.

    Tries a few stories and returns the filling that breaks the fewest rules (mostly none).
    """
    best: Filling | None = None
    fewest = 10**6
    for attempt in range(_STORIES):
        draft = _Draft(form, writer, draw_story(form, seed, attempt), seed, attempt)
        left = draft.fill()
        if best is None or left < fewest:
            best, fewest = draft.result(), left
        if left == 0:
            break
    assert best is not None
    return best


class _Draft:
    """A form being filled in; changes until the rules hold."""

    def __init__(
        self, form: FormDefinition, writer: Writer, story: Story, seed: int, attempt: int
    ) -> None:
        self.form, self.writer, self.story = form, writer, story
        self.seed, self.attempt = seed, attempt
        self.fields: dict[str, Written] = {}
        self.marks: dict[str, tuple[str, ...]] = {}
        self.seals: dict[str, str] = {}
        self.salt: dict[str, int] = {}
        self.closed: set[str] = set()
        self.items: dict[str, Item] = {item.name: item for item in all_items(form)}

    def fill(self) -> int:
        """Fill everything; returns how many rules are still broken."""
        rng = self._rng("groups")
        open_groups: dict[str, bool] = {}
        for item in self.items.values():
            key = _group_key(item)
            if key and key not in open_groups:
                open_groups[key] = rng.random() < _chance_of(item)
            conditional = item.required_when is not None and not item.required
            chance = 0.0 if conditional else 0.8 if open_groups.get(key or "", True) else 0.0
            if item.required or rng.random() < chance:
                self.write(item)
        self._require()
        for _ in range(_REPAIRS):
            broken = broken_rules(self.form, self._values())
            if not broken:
                break
            self._repair(broken[0].expression, names_of(broken[0]))
            self._require()
        return len(broken_rules(self.form, self._values()))

    def result(self) -> Filling:
        """Everything written so far."""
        return Filling(
            on=self.story.on,
            fields=dict(self.fields),
            marks=dict(self.marks),
            seals=dict(self.seals),
        )

    def write(self, item: Item) -> None:
        """Write a value for one item, if the story has one."""
        rng = self._rng(item.name, self.salt.get(item.name, 0))
        if person_of(subject_of(item), self.story) is None:
            return
        if isinstance(item, MarkGroup):
            self.marks[item.name] = self._options(item, rng)
        elif isinstance(item, SealDefinition):
            person = person_of(subject_of(item), self.story) or self.story.family.head
            self.seals[item.name] = person.surname if item.kind == "seal" else person.name
        else:
            room = capacity(item.box, self.writer, item.lines)
            written = draw_value(item, subject_of(item), self.story, rng, room)
            if written is not None:
                self.fields[item.name] = written

    def _options(self, group: MarkGroup, rng: np.random.Generator) -> tuple[str, ...]:
        values = [option.value for option in group.options]
        person = person_of(subject_of(group), self.story)
        if {"male", "female"} <= set(values) and person is not None:
            return ("male" if person.sex == "m" else "female",)
        if group.select is Select.ONE:
            return (values[int(rng.integers(len(values)))],)
        count = min(len(values), 1 + int(rng.random() < 0.35))
        chosen = rng.choice(len(values), size=count, replace=False)
        return tuple(values[i] for i in sorted(int(i) for i in chosen))

    def _require(self) -> None:
        """Write what the conditions ask for, and wipe what they no longer ask for."""
        for _ in range(4):
            values = self._values()
            changed = False
            for item in self.items.values():
                if item.required_when is None or item.required:
                    continue
                needed = holds(item.required_when, values) is True
                if needed and not self._has(item.name):
                    self.write(item)
                    changed = changed or self._has(item.name)
                elif not needed and self._has(item.name):
                    self._wipe(item.name)
                    changed = True
            if not changed:
                return

    def _repair(self, expression: str, names: list[str]) -> None:
        """Make a broken rule hold: add up a total, drop something optional, or draw again."""
        if self._add_up(expression):
            return
        rng = self._rng("repair", expression, sum(self.salt.values()))
        present = [name for name in names if self._has(name)]
        absent = [name for name in names if name in self.items and not self._has(name)]
        optional = [name for name in present if not self._required(name)]
        roll = rng.random()
        if absent and roll < 0.35 and "null" in expression:
            self._again(str(rng.choice(absent)))
        elif optional and roll < 0.7:
            self._wipe(str(rng.choice(optional)))
        elif present:
            self._again(str(rng.choice(present)))
        elif absent:
            self._again(str(rng.choice(absent)))

    def _add_up(self, expression: str) -> bool:
        """`total == a + b + …` over amounts: write the sum."""
        found = re.fullmatch(r"\s*([a-z]\w*)\s*==\s*([^=<>&]+(?:==\s*null[^=<>&]*)*)", expression)
        if not found or "+" not in found[2] or "*" in found[2]:
            return False
        total = self.items.get(found[1])
        if not isinstance(total, FieldDefinition) or total.kind is not FieldKind.AMOUNT:
            return False
        names = compile_expression(found[2]).names
        written = [self.fields.get(name) for name in names]
        amount = sum(int(w.value) for w in written if w and w.value and w.value.isdigit())
        rng = self._rng(total.name, self.salt.get(total.name, 0))
        self.fields[total.name] = write_amount(total, amount, rng)
        return holds(expression, self._values()) is True

    def _again(self, name: str) -> None:
        self.salt[name] = self.salt.get(name, 0) + 1
        self.write(self.items[name])

    def _wipe(self, name: str) -> None:
        self.salt[name] = self.salt.get(name, 0) + 1
        for written in (self.fields, self.marks, self.seals):
            written.pop(name, None)

    def _has(self, name: str) -> bool:
        return name in self.fields or name in self.marks or name in self.seals

    def _required(self, name: str) -> bool:
        item = self.items[name]
        if item.required:
            return True
        return item.required_when is not None and holds(item.required_when, self._values()) is True

    def _values(self) -> dict[str, Value]:
        return rule_values(self.form, self.fields, self.marks, self.seals, self.story.on)

    def _rng(self, *words: str | int) -> np.random.Generator:
        return seeded(self.seed, "fill", self.attempt, *words)


def _group_key(item: Item) -> str | None:
    """Items that are filled in together: a row of a table, everything about the agent."""
    subject = subject_of(item)
    if subject.role is Role.APPLICANT:
        return None
    return f"{subject.role}:{subject.index}"


def _chance_of(item: Item) -> float:
    role = subject_of(item).role
    return {Role.AGENT: 0.25, Role.SPOUSE: 0.8}.get(role, 0.9)


def all_items(form: FormDefinition) -> tuple[Item, ...]:
    """List the fields, mark groups and seals of a form, in this order."""
    items: list[Item] = [*form.fields, *form.marks, *form.seals]
    return tuple(items)
