"""Plausibility of each value by itself, whatever form it stands on."""

from collections.abc import Iterator, Mapping
from datetime import date

from pipelines.forms.model import FieldDefinition, FieldKind, FormDefinition
from pipelines.normalise import normalise_value
from pipelines.records import Field, FieldState, Finding, FindingKind, Severity

_GROUNDS = {
    FieldKind.DATE: "元号法・暦法（日付の表記）",
    FieldKind.MY_NUMBER: "番号利用法施行令第8条（個人番号とすべき番号の構成）",
    FieldKind.CORPORATE_NUMBER: "法人番号の指定等に関する省令第2条",
    FieldKind.POSTAL_CODE: "郵便番号簿",
}
_OTHER_GROUND = "文書読取運用基準（記入値の形式）"

_MESSAGES = {
    "unparseable": (Severity.ERROR, "「{label}」を{what}として読み取れません。"),
    "wrong_length": (Severity.ERROR, "「{label}」の桁数が正しくありません。"),
    "check_digit": (Severity.ERROR, "「{label}」の検査用数字が合いません。"),
    "era_missing": (Severity.WARNING, "「{label}」の元号が選ばれていません。"),
    "era_exceeded": (
        Severity.WARNING,
        "「{label}」の元号の年は存在しません（元号の終わりを過ぎています）。",
    ),
    "era_mismatch": (Severity.WARNING, "「{label}」の元号と年月日が合いません。"),
    "before_calendar": (Severity.WARNING, "「{label}」が古すぎる日付です。"),
    "future": (Severity.WARNING, "「{label}」が今日より後の日付です。"),
}
_FUTURE_IS_ODD = ("birth", "submitted", "submission", "application_date", "declaration_date")
"""Only dates of these names cannot lie ahead: a start of work or a move may."""

_WHAT = {
    FieldKind.DATE: "日付",
    FieldKind.TIME: "時刻",
    FieldKind.AMOUNT: "金額",
    FieldKind.PHONE: "電話番号",
    FieldKind.POSTAL_CODE: "郵便番号",
    FieldKind.MY_NUMBER: "個人番号",
    FieldKind.CORPORATE_NUMBER: "法人番号",
    FieldKind.DIGITS: "番号",
}


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
            yield _finding(definition, "unreadable", Severity.WARNING, _unreadable(definition))
            continue
        yield from _problems(field, definition, today)


def _problems(field: Field, definition: FieldDefinition, today: date) -> Iterator[Finding]:
    # The value when there is one (a person may have corrected it), else what stands on the paper.
    dated = any(part in definition.name for part in _FUTURE_IS_ODD)
    text = field.raw_text if field.raw_text else field.value or ""
    result = normalise_value(definition.kind, text, today=today if dated else None)
    for problem in result.problems:
        if problem not in _MESSAGES:
            continue
        severity, template = _MESSAGES[problem]
        what = _WHAT.get(definition.kind, "値")
        message = template.format(label=definition.label, what=what)
        if problem == "unparseable":
            message += f"（読み取り: {field.raw_text}）"
        yield _finding(definition, problem, severity, message)


def _unreadable(definition: FieldDefinition) -> str:
    return f"「{definition.label}」に記入がありますが、読み取れません。"


def _finding(
    definition: FieldDefinition, problem: str, severity: Severity, message: str
) -> Finding:
    return Finding(
        rule=f"value.{problem}.{definition.name}",
        kind=FindingKind.PLAUSIBILITY,
        severity=severity,
        fields=(definition.name,),
        message=message,
        ground=_GROUNDS.get(definition.kind, _OTHER_GROUND),
    )
