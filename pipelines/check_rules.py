"""The expressions of a form over its values: rules, conditions, attachments that are needed.

A rule is skipped when a value that it needs is blank: that something is missing is said once, by
the completeness check, and not again by every rule that looks at it. A rule that fails for any
other reason becomes a visible finding of kind `rule_failed`, never silence.
"""

from collections.abc import Iterator, Mapping

from pipelines.forms.expressions import (
    EvaluationError,
    ExpressionError,
    Value,
    compile_expression,
)
from pipelines.forms.model import (
    FieldDefinition,
    FormDefinition,
    MarkGroup,
    Rule,
    SealDefinition,
)
from pipelines.forms.values import expression_values
from pipelines.records import Field, Finding, FindingKind, Severity
from pipelines.rules.catalogue import Language
from pipelines.rules.texts import OWN, text_params, told


def rule_values(by_name: Mapping[str, Field], form: FormDefinition) -> dict[str, Value]:
    """Variables of CEL expressions: every name of the form, None where nothing is written."""
    texts = {name: field.value for name, field in by_name.items()}
    marked = {name: text.split(",") for name, text in texts.items() if text}
    sealed = {name for name, text in texts.items() if text == "present"}
    return expression_values(form, texts, marked, sealed)


def rule_findings(values: Mapping[str, Value], form: FormDefinition) -> Iterator[Finding]:
    """Rules of the form that are broken over `values`, and those that could not be run."""
    items: tuple[FieldDefinition | MarkGroup | SealDefinition, ...]
    items = (*form.fields, *form.marks, *form.seals)
    labels = {item.name: item.label for item in items}
    for rule in form.rules:
        if rule.when is not None:
            applies = holds(rule.when, values, rule)
            if isinstance(applies, Finding):
                yield applies
            if applies is not True:
                continue
        outcome = holds(rule.expression, values, rule)
        if isinstance(outcome, Finding):
            yield outcome
        elif outcome is False:
            names = rule.fields or tuple(
                name for name in labels if name in compile_expression(rule.expression).names
            )
            yield Finding(
                rule=rule.id,
                kind=FindingKind(rule.kind),
                severity=Severity(rule.severity),
                fields=names,
                message=_fill(rule.message, labels),
                ground=rule.ground,
                params=_other_wordings(rule, labels),
            )


def attachment_findings(values: Mapping[str, Value], form: FormDefinition) -> Iterator[Finding]:
    """Papers that must come with this one, as `info`: whether they came, only a person sees."""
    for index, attachment in enumerate(form.attachments, start=1):
        needed: bool | Finding | None = attachment.required
        if not attachment.required and attachment.required_when:
            needed = holds(attachment.required_when, values, what=f"attachment.{index}")
        if isinstance(needed, Finding):
            yield needed
        elif needed:
            params = text_params("attachment", label=attachment.label)
            yield Finding(
                rule=f"attachment.{index}",
                kind=FindingKind.COMPLETENESS,
                severity=Severity.INFO,
                fields=(),
                message=told(params),
                ground=attachment.ground or form.ground or f"{form.title} 記入要領",
                params=params,
            )


def holds(
    source: str, values: Mapping[str, Value], rule: Rule | None = None, *, what: str = ""
) -> bool | Finding | None:
    """Whether `source` holds; None when a blank value keeps it from being judged.

    One that fails gives a finding that names `rule`, or `what` the condition is of.
    """
    try:
        expression = compile_expression(source)
    except ExpressionError as error:
        return _failed(rule, what, source, str(error))
    unknown = expression.names - values.keys()
    if unknown:
        return _failed(rule, what, source, f"unknown name {sorted(unknown)[0]}")
    try:
        return expression.evaluate(values)
    except EvaluationError as error:
        if any(values[name] is None for name in expression.names):
            return None
        return _failed(rule, what, source, str(error))


def _other_wordings(rule: Rule, labels: Mapping[str, str]) -> dict[str, str]:
    wordings = {Language.EN: rule.message_en, Language.EASY: rule.message_easy}
    return {OWN[lang]: _fill(message, labels) for lang, message in wordings.items() if message}


def _fill(message: str, labels: Mapping[str, str]) -> str:
    for name, label in labels.items():
        message = message.replace(f"{{{name}}}", f"「{label}」")
    return message


def _failed(rule: Rule | None, what: str, source: str, detail: str) -> Finding:
    name = rule.id if rule else what
    params = text_params("rule_failed", name=name, expression=source, detail=detail)
    return Finding(
        rule=f"rule_failed.{name}",
        kind=FindingKind.RULE_FAILED,
        severity=Severity.WARNING,
        fields=rule.fields if rule else (),
        message=told(params),
        ground=rule.ground if rule else "様式定義",
        params=params,
    )
