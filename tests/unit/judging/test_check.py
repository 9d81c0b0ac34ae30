"""Completeness and plausibility of one document."""

from datetime import date

import pytest

from pipelines.check import (
    check_fields,
    check_pages,
    near_findings,
    quality_findings,
    textless_findings,
    unknown_findings,
)
from pipelines.forms.model import FormDefinition
from pipelines.records import (
    Field,
    FieldSource,
    FieldState,
    FindingKind,
    QualityReason,
    QualityVerdict,
    Severity,
)

TODAY = date(2026, 11, 23)
BOX = {"x": 10, "y": 10, "width": 40, "height": 8}


def form(**changes: object) -> FormDefinition:
    base: dict[str, object] = {
        "id": "test-form",
        "revision": "1",
        "title": "試験様式",
        "operation": "other",
        "document_kind": "application",
        "valid": {"from": "2026-04-01"},
        "ground": "試験条例第1条",
        "pages": [{"number": 1}],
        "fields": [
            {"name": "name", "label": "氏名", "kind": "kanji_name", "box": BOX, "required": True},
            {"name": "birth", "label": "生年月日", "kind": "date", "box": BOX},
            {"name": "income", "label": "収入", "kind": "amount", "box": BOX},
            {
                "name": "employer",
                "label": "勤務先",
                "kind": "text",
                "box": BOX,
                "required_when": "reason == 'work'",
            },
            {"name": "number", "label": "個人番号", "kind": "my_number", "box": BOX},
        ],
        "marks": [
            {
                "name": "reason",
                "label": "理由",
                "options": [
                    {"value": "work", "label": "就労", "box": BOX},
                    {"value": "care", "label": "介護", "box": BOX},
                ],
            }
        ],
        "seals": [{"name": "seal", "label": "申請者印", "box": BOX, "required": True}],
    }
    return FormDefinition.model_validate(base | changes)


def field(name: str, value: str | None, **changes: object) -> Field:
    values: dict[str, object] = {
        "name": name,
        "label": name,
        "kind": "text",
        "value": value,
        "raw_text": value or "",
        "confidence": 0.99,
        "state": FieldState.READ if value else FieldState.BLANK,
        "source": FieldSource.READ,
        "box": None,
        "page": 1,
    }
    return Field(**(values | changes))  # type: ignore[arg-type]


COMPLETE = [field("name", "足立 太郎"), field("seal", "present")]


def rules(findings: tuple[object, ...]) -> set[str]:
    return {finding.rule for finding in findings}  # type: ignore[attr-defined]


def test_a_complete_document_has_no_findings() -> None:
    assert check_fields(COMPLETE, form(), today=TODAY) == ()


def test_a_blank_required_field_is_named_with_its_ground() -> None:
    (finding,) = check_fields([field("name", None), COMPLETE[1]], form(), today=TODAY)
    assert finding.rule == "required.name"
    assert finding.kind is FindingKind.COMPLETENESS
    assert finding.severity is Severity.ERROR
    assert "氏名" in finding.message
    assert finding.ground == "試験条例第1条"


def test_ink_that_cannot_be_read_is_not_missing_but_reported() -> None:
    fields = [field("name", None, state=FieldState.UNREADABLE), COMPLETE[1]]
    (finding,) = check_fields(fields, form(), today=TODAY)
    assert finding.rule == "value.unreadable.name"


def test_a_value_written_anew_beside_the_strike_is_not_missing() -> None:
    anew = field("name", "足立 太郎", state=FieldState.STRUCK, doubtful=True)
    assert check_fields([anew, COMPLETE[1]], form(), today=TODAY) == ()


def test_a_value_struck_out_for_good_is_missing_and_named_so() -> None:
    gone = field("name", None, state=FieldState.STRUCK, doubtful=True)
    (finding,) = check_fields([gone, COMPLETE[1]], form(), today=TODAY)
    assert (finding.rule, finding.severity) == ("required.name", Severity.WARNING)
    assert "消されたまま" in finding.message


def test_a_rule_over_a_doubtful_value_is_told_on_the_premise_that_it_was_read_rightly() -> None:
    strict = ADULT | {"id": "strict", "expression": "income > 10", "severity": "error"}
    checked = form(rules=[strict])
    income = field("income", "1", kind="amount", doubtful=True)
    (finding,) = check_fields([*COMPLETE, income], checked, today=TODAY)
    assert (finding.rule, finding.severity) == ("strict", Severity.INFO)
    assert finding.message.startswith("読み取りが正しければ: ")
    (sure,) = check_fields([*COMPLETE, field("income", "1", kind="amount")], checked, today=TODAY)
    assert (sure.severity, sure.params.get("premise")) == (Severity.ERROR, None)
    assert "正しければ" not in sure.message


def test_what_a_rule_depends_on_counts_as_much_as_what_it_speaks_of() -> None:
    when = ADULT | {"id": "when", "when": "reason == 'work'", "expression": "income > 10"}
    income = field("income", "1", kind="amount")
    reason = field("reason", "work", doubtful=True)
    fields = [*COMPLETE, income, reason, field("employer", None)]
    found = {f.rule: f for f in check_fields(fields, form(rules=[when]), today=TODAY)}
    assert {f.severity for f in found.values()} == {Severity.INFO}
    assert set(found) == {"when", "required.employer"}


def test_doubt_that_a_finding_of_its_own_explains_lowers_no_rule() -> None:
    """平成33年 is doubtful for what stands there: the day that it means is judged all the same."""
    born = field("birth", "2021-01-01", kind="date", raw_text="平成33年1月1日", doubtful=True)
    grown = ADULT | {"severity": "error"}
    found = {f.rule: f for f in check_fields([*COMPLETE, born], form(rules=[grown]), today=TODAY)}
    assert set(found) == {"adult", "value.era_exceeded.birth"}
    assert {f.severity for f in found.values()} == {Severity.WARNING}


def test_a_rule_that_could_not_be_run_is_told_whatever_is_doubtful() -> None:
    wrong = ADULT | {"id": "wrong", "expression": "name + 1 > 2"}
    doubtful = [field("name", "足立 太郎", doubtful=True), COMPLETE[1]]
    (finding,) = check_fields(doubtful, form(rules=[wrong]), today=TODAY)
    assert (finding.rule, finding.severity) == ("rule_failed.wrong", Severity.WARNING)


def trace(name: str) -> Field:
    state, source = FieldState.UNREADABLE, FieldSource.BLANK
    return field(name, None, state=state, source=source, confidence=0.0, doubtful=True)


def test_crumbs_of_ink_in_a_box_that_may_be_blank_are_a_remark() -> None:
    (finding,) = check_fields([*COMPLETE, trace("employer")], form(), today=TODAY)
    assert (finding.rule, finding.severity) == ("value.trace.employer", Severity.INFO)


def test_crumbs_of_ink_are_no_value_where_one_is_required() -> None:
    (finding,) = check_fields([trace("name"), COMPLETE[1]], form(), today=TODAY)
    assert (finding.rule, finding.severity) == ("required.name", Severity.WARNING)
    assert "かすかな跡" in finding.message


def test_a_missing_seal_is_found_even_when_no_field_speaks_of_it() -> None:
    assert rules(check_fields(COMPLETE[:1], form(), today=TODAY)) == {"required.seal"}


@pytest.mark.parametrize(("reason", "wanted"), [("work", True), ("care", False), (None, False)])
def test_required_when_depends_on_what_is_marked(reason: str | None, wanted: bool) -> None:
    findings = check_fields([*COMPLETE, field("reason", reason)], form(), today=TODAY)
    assert ("required.employer" in rules(findings)) is wanted


def test_two_options_of_an_either_or_are_an_error() -> None:
    findings = check_fields([*COMPLETE, field("reason", "work,care")], form(), today=TODAY)
    (finding,) = findings
    assert finding.rule == "marks.several.reason"
    assert "就労・介護" in finding.message


ADULT = {
    "id": "adult",
    "expression": "age(birth, today) >= 18",
    "message": "{birth}から、成年に達していません。",
    "ground": "試験条例第2条",
}


@pytest.mark.parametrize(("birth", "found"), [("2008-11-23", False), ("2008-11-24", True)])
def test_a_rule_speaks_only_where_it_is_broken(birth: str, found: bool) -> None:
    fields = [*COMPLETE, field("birth", birth, kind="date")]
    findings = check_fields(fields, form(rules=[ADULT]), today=TODAY)
    assert ("adult" in rules(findings)) is found
    if found:
        assert findings[0].message == "「生年月日」から、成年に達していません。"
        assert findings[0].fields == ("birth",)


def test_a_rule_about_a_blank_value_is_silent() -> None:
    assert check_fields(COMPLETE, form(rules=[ADULT]), today=TODAY) == ()


def test_a_rule_that_fails_at_run_time_is_visible() -> None:
    wrong = ADULT | {"id": "wrong", "expression": "name + 1 > 2"}
    (finding,) = check_fields(COMPLETE, form(rules=[wrong]), today=TODAY)
    assert finding.kind is FindingKind.RULE_FAILED
    assert finding.rule == "rule_failed.wrong"


def test_a_rule_that_gives_no_truth_value_is_visible() -> None:
    wrong = ADULT | {"id": "wrong", "expression": "1 + 1"}
    (finding,) = check_fields(COMPLETE, form(rules=[wrong]), today=TODAY)
    assert finding.kind is FindingKind.RULE_FAILED


def test_a_condition_that_fails_at_run_time_names_what_it_is_of() -> None:
    fields = form().fields
    broken = [f.model_copy(update={"required_when": "int(name) > 3"}) for f in fields[3:4]]
    checked = form().model_copy(update={"fields": (*fields[:3], *broken)})
    (finding,) = check_fields(COMPLETE, checked, today=TODAY)
    assert (finding.rule, finding.kind) == (
        "rule_failed.required.employer",
        FindingKind.RULE_FAILED,
    )


def test_rules_apply_only_when_their_condition_holds() -> None:
    rule = ADULT | {"id": "low", "when": "reason == 'work'", "expression": "income > 0"}
    fields = [*COMPLETE, field("income", "0", kind="amount"), field("employer", "会社")]
    checked = form(rules=[rule])
    assert "low" not in rules(check_fields(fields, checked, today=TODAY))
    fields.append(field("reason", "work"))
    assert "low" in rules(check_fields(fields, checked, today=TODAY))


def test_a_wrong_check_digit_is_found_and_softer_when_the_reading_is_doubtful() -> None:
    wrong = field("number", "123456789012", kind="my_number")
    (sure,) = check_fields([*COMPLETE, wrong], form(), today=TODAY)
    assert (sure.rule, sure.severity) == ("value.check_digit.number", Severity.ERROR)
    doubtful = field("number", "123456789012", kind="my_number", doubtful=True)
    (unsure,) = check_fields([*COMPLETE, doubtful], form(), today=TODAY)
    assert unsure.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("text", "problem"),
    [("平成33年1月1日", "era_exceeded"), ("令和7年13月40日", "unparseable")],
)
def test_impossible_dates_are_found(text: str, problem: str) -> None:
    fields = [*COMPLETE, field("birth", "2021-01-01", kind="date", raw_text=text)]
    findings = check_fields(fields, form(), today=TODAY)
    assert f"value.{problem}.birth" in rules(findings)


def test_a_birth_date_ahead_is_odd() -> None:
    fields = [*COMPLETE, field("birth", "2027-01-01", kind="date", raw_text="令和9年1月1日")]
    assert "value.future.birth" in rules(check_fields(fields, form(), today=TODAY))


def test_needed_attachments_are_named_when_their_condition_holds() -> None:
    attachment = {
        "form": "employment-certificate",
        "label": "就労証明書",
        "required_when": "reason == 'work'",
        "ground": "試験規則第5条",
    }
    checked = form(attachments=[attachment])
    fields = [*COMPLETE, field("employer", "会社"), field("reason", "care")]
    assert check_fields(fields, checked, today=TODAY) == ()
    (finding,) = check_fields([*fields[:-1], field("reason", "work")], checked, today=TODAY)
    assert finding.rule == "attachment.1"
    assert "就労証明書" in finding.message


def test_errors_come_first() -> None:
    warn = ADULT | {"id": "warn", "expression": "income > 10"}
    fields = [field("income", "1", kind="amount"), field("seal", "present")]
    findings = check_fields(fields, form(rules=[warn]), today=TODAY)
    assert [finding.rule for finding in findings] == ["required.name", "warn"]


def test_pages_that_were_not_posted_are_missing() -> None:
    two = form(pages=[{"number": 1}, {"number": 2}])
    assert [f.rule for f in check_pages([1], two)] == ["pages.missing.2"]
    assert check_pages([2, 1], two) == ()


def test_bad_scans_become_findings_with_the_page() -> None:
    bad = QualityVerdict(page=2, ok=False, reasons=(QualityReason.BLURRED,))
    (finding,) = quality_findings([QualityVerdict(page=1, ok=True), bad])
    assert finding.rule == "quality.blurred"
    assert finding.message.startswith("2ページ目")


def test_pages_without_any_text_are_told_of() -> None:
    (finding,) = textless_findings([2])
    assert (finding.rule, finding.severity) == ("page.textless", Severity.INFO)
    assert finding.params["pages"] == "2"
    assert textless_findings([]) == ()


def test_a_document_without_a_form_says_so_once_when_something_is_written() -> None:
    (finding,) = unknown_findings([3, 1])
    assert (finding.rule, finding.kind) == ("form.none", FindingKind.QUALITY)
    assert finding.severity is Severity.INFO
    assert finding.params["pages"] == "1,3"
    assert unknown_findings([]) == ()


def test_a_page_without_a_form_names_the_form_that_it_is_like() -> None:
    (finding,) = near_findings([(3, "転入届", 0.52), (1, "転入届", 0.61)])
    assert (finding.rule, finding.severity) == ("form.near", Severity.INFO)
    assert "「転入届」に似ています（1,3ページ、印刷の61%が同じ）" in finding.message
    two = near_findings([(1, "転入届", 0.5), (2, "転出届", 0.5)])
    assert [f.params["form"] for f in two] == ["転入届", "転出届"]
