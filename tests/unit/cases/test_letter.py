"""The request to complete: what it lists, to whom, and what it looks like on paper."""

import io
from dataclasses import replace
from datetime import date

import pikepdf
import pypdfium2
import pytest

from ocr_service.cases.letter import (
    Letter,
    LetterItem,
    Point,
    Recipient,
    RequestText,
    demand_no_number,
    draft,
    finding_points,
    missing_point,
    reason_point,
    recipient_of,
)
from ocr_service.cases.letter_pdf import page_picture, render_letter
from ocr_service.cases.records import Need, NeedState
from ocr_service.cases.store import Content
from pipelines.errors import CodedError
from pipelines.forms.load import FormLibrary
from pipelines.records import Finding, FindingKind, FormKey, Severity

NUMBER = "123456789018"
NEED = Need(
    key="f@1#1",
    main="doc",
    number=1,
    label="就労証明書",
    ground="施行規則第2条",
    conditional=False,
    state=NeedState.MISSING,
)


def made(points: list[Point] | None = None, **changes: object) -> RequestText:
    text = draft(
        points or [missing_point(NEED)],
        titles=["保育施設利用申込書"],
        recipient=Recipient(
            name="足立 花子", address="足立区中央本町1-17-1", postal_code="〒120-8510"
        ),
        section="区役所 保育施設入所担当",
        reference="R8-1-1",
        issued_on=date(2026, 11, 20),
    )
    return text.model_copy(update=changes)


def finding(rule: str, kind: FindingKind, severity: Severity, message: str = "文") -> Finding:
    return Finding(
        rule=rule, kind=kind, severity=severity, fields=(), message=message, ground="根拠"
    )


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    width, height = document[0].get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (210, 297)
    return document[0].get_textpage().get_text_range()


def test_only_what_the_citizen_can_mend_is_listed() -> None:
    found = [
        finding("required.x", FindingKind.COMPLETENESS, Severity.ERROR, "記入がありません。"),
        finding("value.odd.y", FindingKind.PLAUSIBILITY, Severity.WARNING, "確かめてください。"),
        finding("quality.blurred", FindingKind.QUALITY, Severity.WARNING),
        finding("rule_failed.z", FindingKind.RULE_FAILED, Severity.WARNING),
        finding("form.hint", FindingKind.PLAUSIBILITY, Severity.INFO),
        finding("attachment.1", FindingKind.COMPLETENESS, Severity.WARNING),
        finding("pages.missing.2", FindingKind.COMPLETENESS, Severity.ERROR),
    ]
    texts = [point.plain for point in finding_points(found, None)]
    assert texts == [
        "記入がありません。",
        "確かめてください。",
        "様式の2ページ目を提出してください。",
    ]


def test_a_finding_about_a_my_number_never_tells_its_digits() -> None:
    told = replace(
        finding(
            "value.check.number", FindingKind.PLAUSIBILITY, Severity.ERROR, "12345（読み取り）"
        ),
        fields=("number",),
    )
    (point,) = finding_points([told], None, hidden=frozenset({"number"}))
    assert point.plain == "番号の欄を確かめて、書き直してください。"
    (open_,) = finding_points([told], None)
    assert "12345" in open_.plain


def test_easy_words_come_from_the_catalogue_with_their_readings_above() -> None:
    told = replace(
        finding("value.unreadable.memo", FindingKind.PLAUSIBILITY, Severity.WARNING),
        fields=("memo",),
        params={"label": "備考"},
    )
    (point,) = finding_points([told], None)
    assert point.easy.startswith("「備考《びこう》」の 字《じ》が 読《よ》めません。")


def test_the_draft_names_the_paper_its_ground_and_the_person() -> None:
    text = made()
    assert [(i.text, i.ground) for i in text.plain.items] == [
        ("「就労証明書」を提出してください。", "施行規則第2条")
    ]
    assert "就労証明書《しゅうろうしょうめいしょ》" in text.easy.items[0].text
    plain = text_of(render_letter(text, text.plain)).replace("\r\n", "")
    for part in ("足立 花子", "〒120-8510", "令和8年11月20日", "R8-1-1", "施行規則第2条", "担当"):
        assert part in plain
    easy = text_of(render_letter(text, text.easy)).replace("\r\n", "")
    assert "しゅうろうしょうめいしょ" in easy
    assert "《" not in easy


def test_the_same_thing_is_asked_once_and_nothing_is_refused() -> None:
    assert len(made([missing_point(NEED), missing_point(NEED)]).plain.items) == 1
    with pytest.raises(CodedError) as error:
        draft(
            [],
            titles=[],
            recipient=Recipient(),
            section="s",
            reference="r",
            issued_on=date(2026, 1, 1),
        )
    assert error.value.params["field"] == "items"


def test_no_my_number_comes_into_a_letter() -> None:
    assert NUMBER not in made([reason_point(f"番号 {NUMBER} を消す")]).model_dump_json()
    for written in (NUMBER, "1234 5678 9018", "１２３４５６７８９０１８", "1234-5678-9018"):
        with pytest.raises(CodedError):
            demand_no_number(made(recipient_address=f"足立区 {written}"))
    assert demand_no_number(made(recipient_address="03-3880-5111 120-8510"))


def test_a_letter_is_one_page_or_refused() -> None:
    items = tuple(LetterItem(text="長い文" * 20, ground="根拠" * 10) for _ in range(12))
    letter = Letter(title="題", opening="はじめ", items=items, closing="おわり")
    text = made(plain=letter)
    assert text_of(render_letter(text, text.plain))
    far = tuple(LetterItem(text="長い文" * 130) for _ in range(30))
    over = made(plain=letter.model_copy(update={"items": far}))
    with pytest.raises(CodedError):
        render_letter(over, over.plain)


def test_the_same_text_gives_the_same_bytes_and_a_picture() -> None:
    text = made()
    one = render_letter(text, text.easy)
    assert one == render_letter(text, text.easy)
    assert page_picture(one).startswith(b"\x89PNG")
    with pikepdf.open(io.BytesIO(one)) as pdf:
        assert len(pdf.pages) == 1


def test_the_recipient_is_who_applied_and_never_a_guess() -> None:
    values = {
        "child_name": "足立 陽斗",
        "guardian1_name": "足立 花子",
        "address": "足立区",
        "postal_code": "1208510",
    }
    content = Content(form=None, suggestion=None, values=dict(values))
    found = recipient_of(content, confirmed=True)
    assert (found.name, found.address, found.postal_code) == ("足立 花子", "足立区", "〒120-8510")
    roles = FormLibrary.builtin().get(FormKey(id="care-need-application", revision="2026.1"))
    insured = {"insured_name": "千住 ハル", "contact_name": "千住 一", "address": "足立区"}
    named = recipient_of(
        Content(form=roles.definition, suggestion=None, values=dict(insured)), confirmed=True
    )
    assert (named.name, named.address) == ("千住 ハル", "足立区")
    nobody = Content(form=None, suggestion=None, values={"employer_head": "千住 一"})
    assert recipient_of(nobody, confirmed=True).name == ""
