"""Completeness and plausibility: from fields to findings, each with its rule and its ground.

A rule of the form is skipped when a value that it needs is blank: that something is missing is
said once, by the completeness check, and not again by every rule that looks at it. A rule that
fails for any other reason becomes a visible finding of kind `rule_failed`, never silence.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from pipelines.check_values import value_findings
from pipelines.forms.expressions import (
    EvaluationError,
    ExpressionError,
    Value,
    compile_expression,
)
from pipelines.forms.model import (
    FieldDefinition,
    FieldKind,
    FormDefinition,
    MarkGroup,
    Rule,
    SealDefinition,
    Select,
)
from pipelines.records import (
    Field,
    FieldState,
    Finding,
    FindingKind,
    QualityReason,
    QualityVerdict,
    Severity,
)

_QUALITY_MESSAGES = {
    QualityReason.BLANK: "何も書かれていない面です。",
    QualityReason.BLURRED: "画像がぼやけています。",
    QualityReason.DARK: "画像が暗すぎます。",
    QualityReason.OVEREXPOSED: "画像が明るすぎて、文字が飛んでいます。",
    QualityReason.LOW_RESOLUTION: "解像度が低すぎます。",
    QualityReason.CUT_CORNER: "用紙の角が切れています。",
    QualityReason.LOW_CONTRAST: "文字が薄く、読み取りにくい画像です。",
    QualityReason.WRONG_SIDE: "裏面が読み込まれた可能性があります。",
}
_SCAN_AGAIN = "再スキャンを検討してください。"


def check_fields(
    fields: Iterable[Field], form: FormDefinition, *, today: date
) -> tuple[Finding, ...]:
    """Check one document on `form`: required values, each value by itself, the form's rules.

    `fields` are those of all pages (text fields, mark groups, seals); fields of pages that were
    not there count as blank. Findings come in the order of the form, errors first.
    """
    by_name = {field.name: field for field in fields}
    values = rule_values(by_name, form)
    values["today"] = today
    findings = [
        *_missing(by_name, values, form),
        *_several_marks(by_name, form),
        *value_findings(by_name, form, today=today),
        *_rules(values, form),
        *_attachments(values, form),
    ]
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return tuple(sorted(findings, key=lambda finding: order[finding.severity]))


def check_pages(present: Iterable[int], form: FormDefinition) -> tuple[Finding, ...]:
    """Pages of the form that were not posted; `present` are the numbers of those that were."""
    there = set(present)
    return tuple(
        Finding(
            rule=f"pages.missing.{page.number}",
            kind=FindingKind.COMPLETENESS,
            severity=Severity.ERROR,
            fields=(),
            message=f"様式の{page.number}ページ目がありません。届いているか確認してください。",
            ground=form.ground or f"{form.title} 記入要領",
        )
        for page in form.pages
        if page.number not in there
    )


def quality_findings(verdicts: Iterable[QualityVerdict]) -> tuple[Finding, ...]:
    """Tell what the quality gate said, as findings: one for each page and reason."""
    return tuple(
        Finding(
            rule=f"quality.{reason}",
            kind=FindingKind.QUALITY,
            severity=Severity.WARNING,
            fields=(),
            message=f"{verdict.page}ページ目: {_QUALITY_MESSAGES[reason]}{_SCAN_AGAIN}",
            ground="文書読取運用基準（画質）",
            params={"page": str(verdict.page)},
        )
        for verdict in verdicts
        for reason in verdict.reasons
        if not verdict.ok
    )


def rule_values(by_name: Mapping[str, Field], form: FormDefinition) -> dict[str, Value]:
    """Variables of CEL expressions: every name of the form, None where nothing is written."""
    values: dict[str, Value] = {}
    for definition in form.fields:
        values[definition.name] = _field_value(by_name.get(definition.name), definition)
    for group in form.marks:
        field = by_name.get(group.name)
        marked = field.value.split(",") if field and field.value else []
        if group.select is Select.MANY:
            values[group.name] = marked
        else:
            values[group.name] = marked[0] if len(marked) == 1 else None
    for seal in form.seals:
        field = by_name.get(seal.name)
        values[seal.name] = bool(field and field.value == "present")
    return values


def _field_value(field: Field | None, definition: FieldDefinition) -> Value:
    if field is None or field.value is None:
        return None
    try:
        if definition.kind is FieldKind.DATE:
            year, month, *day = (int(part) for part in field.value.split("-"))
            return date(year, month, day[0] if day else 1)
        if definition.kind is FieldKind.AMOUNT:
            return int(field.value)
    except ValueError:
        # A reviewer or reader left something that is no date or amount: it counts as not given.
        return None
    return field.value


def _missing(
    by_name: Mapping[str, Field], values: Mapping[str, Value], form: FormDefinition
) -> Iterator[Finding]:
    items: tuple[FieldDefinition | MarkGroup | SealDefinition, ...]
    items = (*form.fields, *form.marks, *form.seals)
    for item in items:
        field = by_name.get(item.name)
        present = field is not None and field.state in (FieldState.READ, FieldState.UNREADABLE)
        if isinstance(item, SealDefinition):
            present = values[item.name] is True
        if present:
            continue
        wanted = item.required
        if not wanted and item.required_when:
            outcome = _holds(item.required_when, values)
            if isinstance(outcome, Finding):
                yield outcome
            wanted = outcome is True
        if wanted:
            yield _missing_finding(item, form)


def _missing_finding(
    item: FieldDefinition | MarkGroup | SealDefinition, form: FormDefinition
) -> Finding:
    if isinstance(item, MarkGroup):
        what = f"「{item.label}」が選ばれていません。"
    elif isinstance(item, SealDefinition):
        word = "署名" if item.kind == "signature" else "押印"
        what = f"「{item.label}」の{word}がありません。"
    else:
        what = f"「{item.label}」が記入されていません。"
    condition = "" if item.required else "（ほかの記入内容により必要です）"
    return Finding(
        rule=f"required.{item.name}",
        kind=FindingKind.COMPLETENESS,
        severity=Severity.ERROR,
        fields=(item.name,),
        message=what + condition,
        ground=form.ground or f"{form.title} 記入要領",
    )


def _several_marks(by_name: Mapping[str, Field], form: FormDefinition) -> Iterator[Finding]:
    for group in form.marks:
        field = by_name.get(group.name)
        if group.select is Select.ONE and field and field.value and "," in field.value:
            labels = {option.value: option.label for option in group.options}
            chosen = "・".join(labels.get(value, value) for value in field.value.split(","))
            yield Finding(
                rule=f"marks.several.{group.name}",
                kind=FindingKind.COMPLETENESS,
                severity=Severity.ERROR,
                fields=(group.name,),
                message=f"「{group.label}」は1つだけ選びますが、{chosen}が選ばれています。",
                ground=form.ground or f"{form.title} 記入要領",
            )


def _rules(values: Mapping[str, Value], form: FormDefinition) -> Iterator[Finding]:
    items: tuple[FieldDefinition | MarkGroup | SealDefinition, ...]
    items = (*form.fields, *form.marks, *form.seals)
    labels = {item.name: item.label for item in items}
    for rule in form.rules:
        if rule.when is not None:
            applies = _holds(rule.when, values, rule)
            if isinstance(applies, Finding):
                yield applies
            if applies is not True:
                continue
        outcome = _holds(rule.expression, values, rule)
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
            )


def _fill(message: str, labels: Mapping[str, str]) -> str:
    for name, label in labels.items():
        message = message.replace(f"{{{name}}}", f"「{label}」")
    return message


def _attachments(values: Mapping[str, Value], form: FormDefinition) -> Iterator[Finding]:
    for index, attachment in enumerate(form.attachments, start=1):
        needed: bool | Finding | None = attachment.required
        if not attachment.required and attachment.required_when:
            needed = _holds(attachment.required_when, values)
        if isinstance(needed, Finding):
            yield needed
        elif needed:
            yield Finding(
                rule=f"attachment.{index}",
                kind=FindingKind.COMPLETENESS,
                severity=Severity.INFO,
                fields=(),
                message=f"添付書類「{attachment.label}」が必要です。届いているか確認してください。",
                ground=attachment.ground or form.ground or f"{form.title} 記入要領",
            )


def _holds(
    source: str, values: Mapping[str, Value], rule: Rule | None = None
) -> bool | Finding | None:
    """Whether `source` holds; None when a blank value keeps it from being judged."""
    try:
        expression = compile_expression(source)
    except ExpressionError as error:
        return _failed(rule, source, str(error))
    unknown = expression.names - values.keys()
    if unknown:
        return _failed(rule, source, f"unknown name {sorted(unknown)[0]}")
    try:
        return expression.evaluate(values)
    except EvaluationError as error:
        if any(values[name] is None for name in expression.names):
            return None
        return _failed(rule, source, str(error))


def _failed(rule: Rule | None, source: str, detail: str) -> Finding:
    name = rule.id if rule else "required_when"
    return Finding(
        rule=f"rule_failed.{name}",
        kind=FindingKind.RULE_FAILED,
        severity=Severity.WARNING,
        fields=rule.fields if rule else (),
        message=f"チェック「{name}」を実行できませんでした。様式の管理者に連絡してください。",
        ground=rule.ground if rule else "様式定義",
        params={"expression": source, "detail": detail},
    )
