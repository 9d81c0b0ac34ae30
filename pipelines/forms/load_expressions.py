"""Checks of the expressions of a form: syntax, cost, names, and whether they can give an answer."""

from collections.abc import Iterator, Mapping
from datetime import date

from pipelines.forms.expressions import Expression, ExpressionError, Value, compile_expression
from pipelines.forms.load_fault import Fault, Path_
from pipelines.forms.model import FieldKind, FormDefinition, Select

_SAMPLES: dict[FieldKind, Value] = {
    FieldKind.DATE: date(2026, 4, 1),
    FieldKind.AMOUNT: 12000,
    FieldKind.DIGITS: "12",
    FieldKind.TIME: "09:30",
    FieldKind.MY_NUMBER: "123456789018",
    FieldKind.CORPORATE_NUMBER: "2000012010019",
    FieldKind.POSTAL_CODE: "1208510",
    FieldKind.PHONE: "03-3880-5111",
}
_WORDS = ("12", "山田")
"""What may stand in a field of words: an expression need only work with one of them."""


def expression_faults(form: FormDefinition) -> Iterator[Fault]:
    """All faults of the rules and conditions of a form."""
    worlds = [sample_values(form, word) for word in _WORDS]
    for path, expression in form_expressions(form):
        yield from (
            Fault(path, f"{message}（{_shortened(expression)}）", detail, line)
            for message, detail, line in _cel_faults(expression, worlds)
        )


def form_expressions(form: FormDefinition) -> Iterator[tuple[Path_, str]]:
    """Every expression of a form with its place in the definition."""
    conditions = {
        "fields": [field.required_when for field in form.fields],
        "marks": [group.required_when for group in form.marks],
        "seals": [seal.required_when for seal in form.seals],
        "attachments": [attachment.required_when for attachment in form.attachments],
        "rules": [rule.when for rule in form.rules],
    }
    for group, items in conditions.items():
        key = "when" if group == "rules" else "required_when"
        for i, condition in enumerate(items):
            if condition is not None:
                yield (group, i, key), condition
    for i, rule in enumerate(form.rules):
        yield ("rules", i, "expression"), rule.expression


def sample_values(form: FormDefinition, word: str) -> dict[str, Value]:
    """Give every name of the form a value of its kind; `word` to fields of words."""
    values: dict[str, Value] = {"today": date(2026, 4, 20)}
    for field in form.fields:
        values[field.name] = _SAMPLES.get(field.kind, word)
    for group in form.marks:
        first = group.options[0].value
        values[group.name] = [first] if group.select is Select.MANY else first
    for seal in form.seals:
        values[seal.name] = True
    return values


def _cel_faults(expression: str, worlds: list[dict[str, Value]]) -> Iterator[tuple[str, str, int]]:
    try:
        compiled = compile_expression(expression)
    except ExpressionError as error:
        reason = error.reason or "式の書き方が正しくありません"
        message = f"{reason}（式の{error.line}行{error.column}文字目）。"
        detail = f"CEL: {error}" if error.reason else "CEL syntax error"
        yield message, f"{detail} at {error.line}:{error.column}", error.line - 1
        return
    unknown = sorted(compiled.names - worlds[0].keys())
    for name in unknown:
        line, column = compiled.places[name]
        message = f"式の中の「{name}」という欄・選択肢・押印は、この様式にありません"
        message += f"（式の{line}行{column}文字目）。"
        yield message, f"unknown name {name} in expression at {line}:{column}", line - 1
    if not unknown:
        yield from _type_faults(compiled, worlds)


def _type_faults(
    compiled: Expression, worlds: list[dict[str, Value]]
) -> Iterator[tuple[str, str, int]]:
    # What fails with every kind of word would fail on every document.
    outcomes = [compiled.outcome(_used(compiled, values)) for values in worlds]
    failed = [outcome for outcome in outcomes if isinstance(outcome, str)]
    if len(failed) < len(outcomes):
        return
    if failed[0].startswith("not a truth value"):
        message = "式の結果が「はい・いいえ」（true・false）になりません（式の1行1文字目）。"
        yield message, "wrong type: the expression gives no truth value", 0
    else:
        message = "式の中の値の種類（文字・数・日付）が合わず、計算できません（式の1行1文字目）。"
        yield message, f"wrong type: {failed[0].partition(' in:')[0]} with values of its kinds", 0


def _used(compiled: Expression, values: Mapping[str, Value]) -> tuple[tuple[str, Value], ...]:
    return tuple((name, values[name]) for name in sorted(compiled.names))


def _shortened(expression: str) -> str:
    text = expression.strip()
    return text if len(text) <= 120 else text[:119] + "…"
