"""Fill in a form: values that fit the story, complete, and true to the form's own rules."""

import re
from datetime import date

import numpy as np

from pipelines.forms.expressions import Value, compile_expression
from pipelines.forms.model import (
    FieldDefinition,
    FieldKind,
    FormDefinition,
    MarkGroup,
    Rule,
    SealDefinition,
    Select,
)
from pipelines.synthesis.conditions import broken_rules, holds, rule_values, wanted
from pipelines.synthesis.filling import Filling, Written, era_year, write_date
from pipelines.synthesis.hand import Writer
from pipelines.synthesis.layout import capacity
from pipelines.synthesis.options import draw_options
from pipelines.synthesis.repair import Change, Step, changes_for
from pipelines.synthesis.roles import Item, Role, leader_of, person_of, subject_of
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.story import Story, draw_story
from pipelines.synthesis.values import draw_value, write_amount

_WHOLE_ROW = (FieldKind.KANJI_NAME, FieldKind.KANA_NAME, FieldKind.DATE)
_STORIES = 4
_REPAIRS = 24
_WEIGHT = 10


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
        if left < _WEIGHT:
            break
    assert best is not None
    return best


_State = tuple[dict[str, Written], dict[str, tuple[str, ...]], dict[str, str]]


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
        self.rounds = 0
        self.items: dict[str, Item] = {item.name: item for item in all_items(form)}

    def fill(self) -> int:
        """Fill everything; returns the weight of what is still wrong."""
        rng = self._rng("groups")
        open_groups: dict[str, bool] = {}
        for item in self.items.values():
            key = _group_key(item)
            if key and key not in open_groups:
                # Rows of a table are used from the top.
                above = open_groups.get(_group_key(item, row=(_row(item) or 1) - 1) or "", True)
                open_groups[key] = above and rng.random() < _chance_of(item)
            conditional = item.required_when is not None and not item.required
            closed = conditional or not open_groups.get(key or "", True)
            chance = 0.0 if closed else _chance_alone(item)
            if item.required or rng.random() < chance:
                self.write(item)
        self._follow()
        self._require()
        for _ in range(_REPAIRS):
            broken = self._broken()
            if not broken or not self._repair(broken):
                break
        return self._left(self._broken())

    def result(self) -> Filling:
        """Everything written so far."""
        return Filling(
            on=self.story.on,
            signer=self.story.family.head.surname,
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
            chosen = draw_options(item, self.story, rng)
            if chosen:
                self.marks[item.name] = chosen
        elif isinstance(item, SealDefinition):
            person = person_of(subject_of(item), self.story) or self.story.family.head
            self.seals[item.name] = person.surname if item.kind == "seal" else person.name
        else:
            room = capacity(item.box, self.writer, item.lines)
            written = draw_value(item, subject_of(item), self.story, rng, room)
            if written is not None:
                self.fields[item.name] = written

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
            self._follow()
            if not changed:
                return

    def _follow(self) -> None:
        """Wipe what means nothing alone: kana without a name, a postal code without an address."""
        names = frozenset(field.name for field in self.form.fields)
        for field in self.form.fields:
            leader = leader_of(field.name, names)
            if leader and leader not in self.fields and field.name in self.fields:
                self._drop(field.name)
        for group in self.form.marks:
            leader = leader_of(group.name, names)
            if leader and leader not in self.fields and group.name in self.marks:
                self._drop(group.name)

    def _broken(self) -> list[Rule]:
        """List rules that do not hold, mere remarks (`info`) last."""
        broken = broken_rules(self.form, self._values())
        return sorted(broken, key=lambda rule: rule.severity == "info")

    def _left(self, broken: list[Rule]) -> int:
        """Weigh broken rules and what is required but not there; remarks weigh little."""
        values = self._values()
        missing = [i for i in self.items.values() if wanted(i, values) and not self._has(i.name)]
        remarks = sum(rule.severity == "info" for rule in broken)
        return _WEIGHT * (len(broken) - remarks + len(missing)) + remarks

    def _repair(self, broken: list[Rule]) -> bool:
        """Take the change that leaves the fewest rules broken; whether it was any better."""
        rule = broken[0]
        self.rounds += 1
        best: tuple[int, _State] | None = None
        before, start = self._state(), self._left(self._broken())
        for change in changes_for(rule, self._rng("repair", rule.id, self.rounds)):
            if self._change(change):
                self._require()
                left = self._broken()
                count = self._left(left)
                if rule not in left and (best is None or count < best[0]):
                    best = (count, self._state())
            self._restore(before)
            if best is not None and best[0] < start:
                break
        if best is None:
            # Another rule may be mended all the same: this one goes to the end.
            return self._repair(broken[1:]) if len(broken) > 1 else False
        self._restore(best[1])
        return best[0] < start or (start >= _WEIGHT and self.rounds < _REPAIRS // 2)

    def _change(self, change: Change) -> bool:
        """Make one change; False when it cannot be made here."""
        item = self.items.get(change.name)
        if item is None:
            return False
        if change.step is Step.AGAIN:
            self.salt[change.name] = self.salt.get(change.name, 0) + 1
            self.write(item)
        elif change.step is Step.WIPE:
            if self._required(change.name) or not self._has(change.name):
                return False
            self._wipe(change.name)
        elif change.step is Step.COPY:
            return self._copy(change.name, change.value)
        elif change.step is Step.ADD_UP:
            return self._add_up(item)
        elif isinstance(item, MarkGroup):
            return self._mark(item, change.value, on=change.step is Step.SET)
        else:
            return False
        return True

    def _copy(self, name: str, other: str) -> bool:
        first, second = self.items.get(name), self.items.get(other)
        written = self.fields.get(other)
        if not isinstance(first, FieldDefinition) or not isinstance(second, FieldDefinition):
            return False
        if written is None or first.kind is not second.kind:
            return False
        if first.kind is FieldKind.DATE and written.value and len(written.value) == 10:
            day = date.fromisoformat(written.value)
            if first.era is not None and era_year(day)[0] is not first.era:
                return False
            written = write_date(first, day)
        elif first.parts or written.parts:
            return False
        self.fields[name] = written
        return True

    def _mark(self, group: MarkGroup, value: str, *, on: bool) -> bool:
        values = [option.value for option in group.options]
        if value not in values:
            return False
        marked = self.marks.get(group.name, ())
        if on:
            keep = marked if group.select is Select.MANY else ()
            self.marks[group.name] = tuple(v for v in values if v in (*keep, value))
            return True
        if group.select is Select.ONE:
            rng = self._rng("unset", group.name, self.rounds)
            others = [v for v in values if v != value]
            if not others:
                return self._drop(group.name)
            self.marks[group.name] = (others[int(rng.integers(len(others)))],)
            return True
        left = tuple(v for v in marked if v != value)
        if not left:
            return self._drop(group.name)
        self.marks[group.name] = left
        return True

    def _drop(self, name: str) -> bool:
        if self._required(name):
            return False
        self._wipe(name)
        return True

    def _add_up(self, total: Item) -> bool:
        """`total == a + b + …` over amounts: write the sum."""
        if not isinstance(total, FieldDefinition) or total.kind is not FieldKind.AMOUNT:
            return False
        source = next(
            r.expression
            for r in self.form.rules
            if re.match(rf"\s*{total.name}\s*==", r.expression)
        )
        names = compile_expression(source).names - {total.name}
        written = [self.fields.get(name) for name in names]
        amount = sum(int(w.value) for w in written if w and w.value and w.value.isdigit())
        rng = self._rng(total.name, self.salt.get(total.name, 0))
        self.fields[total.name] = write_amount(total, amount, rng)
        return True

    def _state(self) -> "_State":
        return dict(self.fields), dict(self.marks), dict(self.seals)

    def _restore(self, state: "_State") -> None:
        self.fields, self.marks, self.seals = dict(state[0]), dict(state[1]), dict(state[2])

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


def _group_key(item: Item, row: int | None = None) -> str | None:
    """Name what is filled in together: a row of a table, everything about the agent."""
    subject = subject_of(item)
    number = row if row is not None else _row(item)
    if number is not None:
        return f"{item.section}:{subject.role}:{number}"
    if subject.role is Role.APPLICANT:
        return None
    return f"{subject.role}:{subject.index}"


def _row(item: Item) -> int | None:
    return getattr(item, "row", None)


def _chance_of(item: Item) -> float:
    role, row = subject_of(item).role, _row(item)
    if role is Role.APPLICANT and row is not None:
        return 1.0 if row == 1 else 0.5
    return {Role.AGENT: 0.25, Role.SPOUSE: 0.8}.get(role, 0.9)


def _chance_alone(item: Item) -> float:
    """How often something optional is written where its group is used."""
    if isinstance(item, MarkGroup):
        # Groups without a "no" are for the few whom they concern.
        concerns_few = re.search(r"disab|障|status|該当", f"{item.name} {item.label}")
        if concerns_few and all(option.value != "no" for option in item.options):
            return 0.08
        return 0.25 if item.select is Select.MANY else 0.6
    if re.search(r"saturday|土曜", f"{item.name} {item.label}"):
        return 0.0
    if _row(item) is not None:
        whole = isinstance(item, FieldDefinition) and item.kind in _WHOLE_ROW
        return 1.0 if whole else 0.9
    if isinstance(item, FieldDefinition) and item.kind is FieldKind.AMOUNT:
        return 0.85 if "salary" in item.name else 0.2
    return 0.8


def all_items(form: FormDefinition) -> tuple[Item, ...]:
    """List the fields, mark groups and seals of a form, in this order."""
    items: list[Item] = [*form.fields, *form.marks, *form.seals]
    return tuple(items)
