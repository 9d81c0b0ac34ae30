"""Findings as the API shows them: in three languages, and without digits of a 個人番号."""

from datetime import UTC, datetime

import pytest

from ocr_service.api.present import suggestion_body
from ocr_service.api.schemas import FindingBody
from ocr_service.storage.tables import SuggestionRow
from pipelines.check import check_fields
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FormDefinition
from pipelines.records import (
    CategoryScore,
    Field,
    FieldSource,
    FieldState,
    FormKey,
    Suggestion,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
FORM = FormLibrary.builtin().find("child-allowance-claim").definition


def field(name: str, kind: str, value: str | None, text: str) -> Field:
    state = FieldState.READ if value else FieldState.UNREADABLE
    return Field(
        name=name,
        label=name,
        kind=kind,
        value=value,
        raw_text=text,
        confidence=0.99,
        state=state,
        source=FieldSource.READ,
        box=None,
        page=1,
    )


def shown(
    *fields: Field, unmasked: bool = False, form: FormDefinition = FORM
) -> dict[str, FindingBody]:
    suggestion = Suggestion(
        form=FormKey(id=FORM.id, revision=FORM.revision),
        form_score=0.9,
        category=CategoryScore(label="unknown", confidence=0.5, candidates=("unknown",)),
        fields=fields,
        findings=check_fields(fields, form, today=NOW.date()),
        pages=(),
        lines=(),
        versions={},
        timings={},
    )
    row = SuggestionRow(
        id="sug_1", document_id="doc_1", body_object="obj_1", versions={}, seconds=0, created_at=NOW
    )
    body = suggestion_body(row, suggestion, FormLibrary.builtin(), unmasked=unmasked)
    return {finding.rule: finding for finding in body.findings}


def test_a_shared_rule_speaks_three_languages() -> None:
    found = shown(field("phone", "phone", "030-1234-5678", "030-1234-5678"))
    finding = found["value.phone_number.phone"]
    assert finding.message == "「電話番号」は、局番と桁数の組み合わせが正しくありません。"
    assert finding.message_en is not None
    assert finding.message_en.startswith("The prefix and the length of “電話番号”")
    assert finding.message_easy is not None
    assert "まちがって います" in finding.message_easy


def test_a_rule_of_the_form_speaks_the_languages_it_has() -> None:
    claimed = field("claim_date", "date", "2027-01-01", "令和9年1月1日")
    finding = shown(claimed)["claim.not_future"]
    assert finding.message == "「請求年月日」が未来の日付です。"
    assert finding.message_en == "「請求年月日」 is later than today."
    assert finding.message_easy == "「請求年月日」が 今日（きょう）より あとの 日（ひ）です。"
    japanese = {"message_en": "", "message_easy": ""}
    rules = tuple(rule.model_copy(update=japanese) for rule in FORM.rules)
    finding = shown(claimed, form=FORM.model_copy(update={"rules": rules}))["claim.not_future"]
    assert (finding.message_en, finding.message_easy) == (None, None)


@pytest.mark.parametrize("unmasked", [False, True])
def test_what_was_read_of_an_individual_number_is_masked_in_messages(unmasked: bool) -> None:
    number = field("claimant_number", "my_number", None, "12345678901A")
    finding = shown(number, unmasked=unmasked)["value.unparseable.claimant_number"]
    for text in (finding.message, finding.message_en, finding.message_easy):
        assert text is not None
        assert ("12345678901" in text) is unmasked
        assert "請求者の個人番号" in text
