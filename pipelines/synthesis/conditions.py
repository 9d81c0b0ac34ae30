"""The conditions of a form, over a filling: what is required, which rules hold."""

from collections.abc import Mapping
from datetime import date, timedelta

from pipelines.forms.expressions import EvaluationError, Value, compile_expression
from pipelines.forms.model import FieldKind, FormDefinition, Rule, Select
from pipelines.synthesis.filling import Written


def rule_values(
    form: FormDefinition,
    fields: Mapping[str, Written],
    marks: Mapping[str, tuple[str, ...]],
    seals: Mapping[str, str],
    on: date,
) -> dict[str, Value]:
    """Variables of the form's expressions; `today` is the day after `on`."""
    values: dict[str, Value] = {"today": on + timedelta(days=1)}
    for field in form.fields:
        written = fields.get(field.name)
        values[field.name] = _value(written.value if written else None, field.kind)
    for group in form.marks:
        chosen = list(marks.get(group.name, ()))
        if group.select is Select.MANY:
            values[group.name] = chosen
        else:
            values[group.name] = chosen[0] if len(chosen) == 1 else None
    for seal in form.seals:
        values[seal.name] = seal.name in seals
    return values


def holds(source: str, values: Mapping[str, Value]) -> bool | None:
    """Whether an expression holds; None when a blank value keeps it from being judged."""
    expression = compile_expression(source)
    try:
        # Only what the expression uses: converting every value costs more than evaluating.
        return expression.evaluate({name: values[name] for name in expression.names})
    except EvaluationError:
        return None


def broken_rules(form: FormDefinition, values: Mapping[str, Value]) -> list[Rule]:
    """Rules of the form that would make a finding."""
    return [
        rule
        for rule in form.rules
        if (rule.when is None or holds(rule.when, values) is True)
        and holds(rule.expression, values) is False
    ]


def names_of(rule: Rule) -> list[str]:
    """Names a rule looks at: those of its expression, then those it lists."""
    used = sorted(compile_expression(rule.expression).names - {"today"})
    if rule.when:
        used += sorted(compile_expression(rule.when).names - {"today", *used})
    return used + [name for name in rule.fields if name not in used]


def _value(value: str | None, kind: FieldKind) -> Value:
    if value is None:
        return None
    try:
        if kind is FieldKind.DATE:
            year, month, *day = (int(part) for part in value.split("-"))
            return date(year, month, day[0] if day else 1)
        if kind is FieldKind.AMOUNT:
            return int(value)
    except ValueError:
        return None
    return value
