"""The case page: what is missing, moving papers and back, and the request to complete on paper."""

import re

import pypdfium2
import pytest
from playwright.sync_api import Page, expect
from ui_browser import serious_violations
from ui_world import UiWorld

from ocr_service.storage.tables_cases import PersonDigestRow

pytest_plugins = ("ui_browser",)
pytestmark = pytest.mark.acceptance
MAIN = "保育施設利用"


def test_a_packet_is_sorted_and_its_request_is_drafted(page: Page, world: UiWorld) -> None:
    main = world.document("nursery-admission")
    paper = world.document("employment-certificate")
    page.goto(f"{world.address}/documents/{main}")
    panel = page.get_by_role("region", name="この案件の書類")
    expect(panel.get_by_text("この書類は案件に入っていません。")).to_be_visible()
    panel.get_by_role("button", name="新しい案件にする").click()
    page.get_by_role("heading", name=re.compile("^案件 ")).wait_for()
    needs = page.get_by_role("region", name="必要な書類")
    row = needs.get_by_role("row", name="就労証明書")
    expect(row.get_by_text("まだありません")).to_be_visible()
    assert serious_violations(page) == []

    # The missing paper is put here from its own screen: by the same person, or by hand.
    case_address = page.url
    page.goto(f"{world.address}/documents/{paper}")
    panel.get_by_role("button", name="新しい案件にする").click()
    page.get_by_role("heading", name=re.compile("^案件 ")).wait_for()
    page.goto(case_address)
    page.get_by_role("button", name="ほかの案件をまとめる…").press("Enter")
    dialog = page.get_by_role("dialog", name="この案件にまとめる案件")
    dialog.get_by_role("radio").first.press("Space")
    assert serious_violations(page) == []
    dialog.get_by_role("button", name="ほかの案件をまとめる").press("Enter")
    expect(row.get_by_text("あります", exact=True)).to_be_visible()

    changes = page.get_by_role("region", name="変更の記録")
    changes.get_by_role("button", name=re.compile("^案件をまとめた.*元に戻す")).press("Enter")
    expect(row.get_by_text("まだありません")).to_be_visible()
    expect(changes.get_by_text("元に戻しました")).to_be_visible()

    page.get_by_role("button", name="補正依頼の案を作る").press("Enter")
    request = page.get_by_role("dialog", name="補正依頼")
    expect(request.get_by_label("1 番目の項目", exact=True)).to_have_value(re.compile("就労証明書"))
    request.get_by_label("終わりの文").fill("窓口にお持ちください。")
    request.get_by_label("提出期限").fill("2026-12-10")
    request.get_by_role("button", name="保存する").click()
    expect(page.get_by_text("保存しました。")).to_be_visible()
    preview = request.get_by_role("img", name="補正依頼の見本（通常の文）")
    expect(preview).to_have_js_property("complete", True)
    assert preview.evaluate("image => image.naturalWidth") > 500
    assert serious_violations(page) == []
    for wording in ("通常の文", "やさしい日本語"):
        request.get_by_label(wording, exact=True).check()
        with page.expect_download() as download:
            request.get_by_role("link", name=f"PDF（{wording}）").click()
        pdf = pypdfium2.PdfDocument(download.value.path())
        words = pdf[0].get_textpage().get_text_range()
        assert (len(pdf), "就労証明書" in words) == (1, True)
        pdf.close()
    page.keyboard.press("Escape")
    page.goto(f"{world.address}/documents/{main}")
    expect(panel.get_by_text("就労証明書")).to_be_visible()
    assert serious_violations(page) == []
    page.goto(world.address)
    page.get_by_role("tab", name="確認中").click()
    expect(page.get_by_role("row", name=MAIN).get_by_text("案件に不足")).to_be_visible()


def test_a_proposal_is_dismissed_and_taken_back_by_keyboard(page: Page, world: UiWorld) -> None:
    one, other = world.document("seal-registration"), world.document("seal-registration")
    with world.database.transaction() as session:
        for document in (one, other):
            digest = PersonDigestRow(document_id=document, basis="name_birth", digest="a" * 64)
            session.add(digest)
    page.goto(f"{world.address}/documents/{one}")
    # The same person on the same form is told, with a link.
    told = page.get_by_role("listitem").filter(has_text="二重の申請でないか")
    expect(told.get_by_role("link", name=re.compile(other[-6:]))).to_be_visible()
    panel = page.get_by_role("region", name="この案件の書類")
    proposed = panel.get_by_role("list", name="この案件かもしれない書類")
    expect(proposed.get_by_role("listitem")).to_have_count(1)
    proposed.get_by_role("button", name=re.compile("別の件とする$")).press("Enter")
    expect(proposed).to_have_count(0)
    dismissed = panel.get_by_text("別の件とした書類（1 件）")
    dismissed.click()
    assert serious_violations(page) == []
    panel.get_by_role("button", name=re.compile("元に戻す$")).press("Enter")
    expect(proposed.get_by_role("listitem")).to_have_count(1)
    expect(dismissed).to_have_count(0)
