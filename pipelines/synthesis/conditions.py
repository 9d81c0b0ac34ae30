"""The conditions of a form, over a filling: what is required, which rules hold."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from pipelines.check_eras import days_meant
from pipelines.forms.expressions import EvaluationError, Value, compile_expression
from pipelines.forms.model import (
    FieldDefinition,
    FormDefinition,
    MarkGroup,
    Rule,
    SealDefinition,
    Select,
)
from pipelines.forms.values import expression_values
from pipelines.normalise import normalise_value
from pipelines.records import Severity
from pipelines.rules.judge import shared_findings, without_repeats
from pipelines.rules.paper import Paper
from pipelines.synthesis.filling import Filling, Written

_Fixed = str | int | bool | date | tuple[str, ...] | None
# These speak about how a value was read, not about what stands on the paper.
_HARMLESS = frozenset({"repaired", "digits_in_name", "foreign_character", "future"})


def rule_values(
    form: FormDefinition,
    fields: Mapping[str, Written],
    marks: Mapping[str, tuple[str, ...]],
    seals: Mapping[str, str],
    on: date,
) -> dict[str, Value]:
    """Variables of the form's expressions; `today` is the day after `on`."""
    texts = {name: written.value for name, written in fields.items()}
    values = expression_values(form, texts, marks, seals)
    return {"today": on + timedelta(days=1), **values}


def holds(source: str, values: Mapping[str, Value]) -> bool | None:
    """Whether an expression holds; None when a blank value keeps it from being judged."""
    used = [(name, values[name]) for name in sorted(compile_expression(source).names)]
    return _evaluated(source, tuple((n, tuple(v) if isinstance(v, list) else v) for n, v in used))


def broken_rules(form: FormDefinition, values: Mapping[str, Value]) -> list[Rule]:
    """Rules of the form that would make a finding."""
    return [
        rule
        for rule in form.rules
        if (rule.when is None or holds(rule.when, values) is True)
        and holds(rule.expression, values) is False
    ]


def wanted(item: FieldDefinition | MarkGroup | SealDefinition, values: Mapping[str, Value]) -> bool:
    """Whether something must stand there: always, or because of what else is written."""
    if item.required or item.required_when is None:
        return item.required
    return holds(item.required_when, values) is True


def expected_findings(form: FormDefinition, filling: Filling) -> tuple[str, ...]:
    """Rule ids that a checker should report for what stands on the paper, in order of the form."""
    # What is struck out counts as not there.
    fields = {n: w for n, w in filling.fields.items() if w.value is not None}
    written = {n for n, w in filling.fields.items() if w.value is not None or w.struck is None}
    values = rule_values(form, fields, filling.marks, filling.seals, filling.on)
    found: list[str] = []
    items: list[FieldDefinition | MarkGroup | SealDefinition]
    items = [*form.fields, *form.marks, *form.seals]
    for item in items:
        there = item.name in written or item.name in filling.marks or item.name in filling.seals
        if not there and wanted(item, values):
            found.append(f"required.{item.name}")
    for group in form.marks:
        if group.select is Select.ONE and len(filling.marks.get(group.name, ())) > 1:
            found.append(f"marks.several.{group.name}")
    for field in form.fields:
        if field.name in written:
            text = filling.fields[field.name].text
            problems = normalise_value(field.kind, text).problems
            found += [f"value.{p}.{field.name}" for p in problems if p not in _HARMLESS]
    return (*found, *_broken(form, filling), *_broken_in_any_era(form, filling))


def _broken(form: FormDefinition, filling: Filling) -> list[str]:
    """Rule ids of the rules over several values that the paper breaks, the form's own first."""
    fields = {n: w for n, w in filling.fields.items() if w.value is not None}
    values = rule_values(form, fields, filling.marks, filling.seals, filling.on)
    broken = broken_rules(form, values)
    return [*(rule.id for rule in broken), *_shared(form, filling, broken)]


def _broken_in_any_era(form: FormDefinition, filling: Filling) -> list[str]:
    """Rule ids that a date without its era breaks, whichever printed one is meant."""
    found: dict[str, None] = {}
    for field in form.fields:
        written = filling.fields.get(field.name)
        if written is None or written.value is not None or written.struck is not None:
            continue
        days = days_meant(field, written.text, filling.on)
        if not days:
            continue
        known = set(_broken(form, filling))
        cases = [_broken(form, _with_value(filling, field.name, day)) for day in days]
        always = set.intersection(*map(set, cases)) - known
        found |= dict.fromkeys(rule for rule in cases[0] if rule in always)
    return list(found)


def _with_value(filling: Filling, name: str, value: str) -> Filling:
    """Give a field the value that it may have."""
    written = replace(filling.fields[name], value=value)
    return replace(filling, fields={**filling.fields, name: written})


def _shared(form: FormDefinition, filling: Filling, broken: list[Rule]) -> Iterator[str]:
    """Rule ids of the shared rules that the paper breaks, apart from single values."""
    values = {n: w.value for n, w in filling.fields.items() if w.value is not None}
    values |= {name: ",".join(chosen) for name, chosen in filling.marks.items() if chosen}
    paper = Paper(
        form=form,
        values=values,
        written=frozenset((*filling.fields, *filling.marks)),
        today=filling.on + timedelta(days=1),
    )
    said = [
        (rule.fields or compile_expression(rule.expression).names, Severity(rule.severity))
        for rule in broken
    ]
    yield from (finding.rule for finding in without_repeats(shared_findings(paper), said))


def names_of(rule: Rule) -> list[str]:
    """Names a rule looks at: those of its expression, then those it lists."""
    used = sorted(compile_expression(rule.expression).names - {"today"})
    if rule.when:
        used += sorted(compile_expression(rule.when).names - {"today", *used})
    return used + [name for name in rule.fields if name not in used]


@lru_cache(maxsize=20000)
def _evaluated(source: str, used: tuple[tuple[str, _Fixed], ...]) -> bool | None:
    # Filling asks the same again and again while it changes one value at a time.
    try:
        return compile_expression(source).evaluate(
            {name: list(v) if isinstance(v, tuple) else v for name, v in used}
        )
    except EvaluationError:
        return None
