"""Plausibility of each value by itself, whatever form it stands on."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from pipelines.forms.model import FieldDefinition, FieldKind, FormDefinition
from pipelines.forms.rule_ids import SharedRule
from pipelines.normalise import normalise_value
from pipelines.records import Field, FieldSource, FieldState, Finding
from pipelines.rules.catalogue import make_finding, shared_rule_of

_GROUNDS = {
    FieldKind.DATE: "元号法・暦法（日付の表記）",
    FieldKind.MY_NUMBER: "番号利用法施行令第8条（個人番号とすべき番号の構成）",
    FieldKind.CORPORATE_NUMBER: "法人番号の指定等に関する省令第2条",
    FieldKind.POSTAL_CODE: "郵便番号簿",
}
_FUTURE_IS_ODD = ("birth", "submitted", "submission", "application_date", "declaration_date")
"""Only births and dates of these names cannot lie ahead: a start of work or a move may."""


def value_findings(
    by_name: Mapping[str, Field], form: FormDefinition, *, today: date
) -> Iterator[Finding]:
    """Find what is odd about single values: dates, check digits, lengths, nothing readable."""
    for definition in form.fields:
        field = by_name.get(definition.name)
        if field is None or field.state is FieldState.BLANK:
            continue
        if field.state is FieldState.STRUCK and field.value is None:
            continue
        if field.state is FieldState.UNREADABLE and not field.raw_text:
            trace = only_trace(field)
            yield _finding(definition, SharedRule.TRACE if trace else SharedRule.UNREADABLE, field)
            continue
        yield from _problems(field, definition, today)


def only_trace(field: Field) -> bool:
    """Whether nothing but crumbs of ink was seen: it may be blank or faintly written."""
    return field.state is FieldState.UNREADABLE and field.source is FieldSource.BLANK


def without_traces_of(missing: Iterable[Finding], single: Iterable[Finding]) -> Iterator[Finding]:
    """Leave out traces where it is said that a value is `missing` but for them."""
    said = {name for finding in missing for name in finding.fields}
    for finding in single:
        if shared_rule_of(finding) is not SharedRule.TRACE or not said.issuperset(finding.fields):
            yield finding


def lies_behind(definition: FieldDefinition) -> bool:
    """Whether a date cannot lie ahead: a birth, a day of filing."""
    born = (definition.role or "").endswith(".birth_date")
    return born or any(part in definition.name for part in _FUTURE_IS_ODD)


def _problems(field: Field, definition: FieldDefinition, today: date) -> Iterator[Finding]:
    # The value when there is one (a person may have corrected it), else what stands on the paper.
    text = field.raw_text if field.raw_text else field.value or ""
    latest = today if lies_behind(definition) else None
    result = normalise_value(definition.kind, text, today=latest)
    for problem in result.problems:
        if f"value.{problem}" in set(SharedRule):
            yield _finding(definition, SharedRule(f"value.{problem}"), field)


def _finding(definition: FieldDefinition, rule: SharedRule, field: Field) -> Finding:
    params = {"label": definition.label, "what": str(definition.kind), "text": field.raw_text}
    ground = _GROUNDS.get(definition.kind, "")
    return make_finding(rule, (definition.name,), params, ground=ground)
