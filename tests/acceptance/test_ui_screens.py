"""Every screen: no serious break of WCAG 2.2 AA, no error on the console, in every language."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from ui_browser import serious_violations
from ui_world import UiWorld, misread, missing

from ocr_service.states import DocumentState

pytest_plugins = ("ui_browser",)
pytestmark = pytest.mark.acceptance


def a_document(world: UiWorld) -> str:
    return world.document(
        "nursery-admission",
        changes={"child_kana": misread(lambda right: right[:-1]), "care_hours": missing},
    )


def test_sign_in(open_page: Callable[..., Page], world: UiWorld) -> None:
    page = open_page()
    page.goto(world.address)
    page.get_by_role("button", name="サインイン").wait_for()
    assert serious_violations(page) == []
    page.get_by_label("名前").fill("shinsa")
    page.get_by_label("パスワード").fill("wrong password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert serious_violations(page) == []


def test_a_link_signs_in_once_and_leaves_no_trace(
    open_page: Callable[..., Page],
    world: UiWorld,
) -> None:
    link = world.link("shinsa")
    page = open_page()
    page.goto(link)
    page.get_by_role("heading", name="書類の一覧").wait_for()
    assert "token" not in page.url
    other = open_page()
    other.goto(link)
    expect(other.get_by_text("このリンクは使えません")).to_be_visible()


def test_queue(page: Page, world: UiWorld) -> None:
    expect(page.get_by_text("確認を待っている書類はありません。")).to_be_visible()
    assert serious_violations(page) == []
    a_document(world)
    world.document("resident-move", state=DocumentState.PROCESSING)
    world.document(
        "seal-registration",
        state=DocumentState.FAILED,
        failure_code="file.encrypted",
        failure_retryable=False,
    )
    # New documents appear by themselves.
    expect(page.get_by_role("row", name="保育")).to_be_visible(timeout=20_000)
    assert serious_violations(page) == []
    for tab in ("読み取り中", "読み取り失敗"):
        page.get_by_role("tab", name=tab).click()
        page.get_by_role("row").nth(1).wait_for()
        assert serious_violations(page) == []
    expect(page.get_by_text("再スキャンが必要")).to_be_visible()


def test_review_and_its_dialogs(page: Page, world: UiWorld) -> None:
    document = a_document(world)
    page.goto(f"{world.address}/documents/{document}")
    page.locator("#confirm").wait_for()
    page.locator("[data-field-input]").first.wait_for()
    assert serious_violations(page) == []
    for keys, title in (("F1", "キー操作"), ("Control+Enter", "この内容で確定しますか")):
        page.keyboard.press(keys)
        page.get_by_role("dialog", name=title).wait_for()
        assert serious_violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
    for button in ("不備返戻", "却下", "様式を変更"):
        page.get_by_role("button", name=button).click()
        page.get_by_role("dialog").wait_for()
        assert serious_violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")


def test_exports_audit_and_forms(page: Page, world: UiWorld) -> None:
    for link, title in (("書き出し", "書き出し"), ("監査記録", "監査記録"), ("様式", "様式")):
        page.get_by_role("navigation").get_by_role("link", name=link).click()
        page.get_by_role("heading", name=title, level=1).wait_for()
        page.get_by_text("読み込み中").wait_for(state="detached")
        assert serious_violations(page) == []
    expect(page.get_by_role("link", name="白紙").first).to_be_visible()


def test_the_audit_record_is_narrowed_down_by_action_actor_and_day(
    page: Page, world: UiWorld
) -> None:
    page.goto(f"{world.address}/audit")
    narrowing = page.get_by_role("group", name="絞り込み")
    narrowing.get_by_label("何を").select_option("session.opened")
    rows = page.locator("tbody tr")
    expect(rows.filter(has_not_text="session.opened")).to_have_count(0)
    expect(rows.first).to_contain_text("サインインした")
    name = rows.first.get_by_role("button").first
    who = name.inner_text()
    name.click()
    narrowing.get_by_role("button", name=f"だれが: {who}").wait_for()
    expect(rows.filter(has_not_text=who)).to_have_count(0)
    narrowing.get_by_label("まで").fill("2020-01-01")
    page.get_by_text("条件に合う記録はありません").wait_for()
    assert serious_violations(page) == []
    narrowing.get_by_role("button", name="絞り込みをやめる").click()
    expect(rows.filter(has_not_text="session.opened").first).to_be_visible()


def test_a_confirmed_document_is_exported(page: Page, world: UiWorld) -> None:
    document = world.document("seal-registration")
    page.goto(f"{world.address}/documents/{document}")
    page.locator("#confirm").click()
    page.get_by_role("button", name="確定する").click()
    page.get_by_role("heading", name="書類の一覧").wait_for()
    page.goto(f"{world.address}/exports")
    page.get_by_role("button", name="書き出す").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="ダウンロード").click()
    assert started.value.path().stat().st_size > 0
    assert world.state(document) == "exported"


@pytest.mark.parametrize(("language", "word"), [("en", "Confirm"), ("ja-easy", "確定する")])
def test_other_languages(page: Page, world: UiWorld, language: str, word: str) -> None:
    document = a_document(world)
    page.get_by_role("combobox").first.select_option(language)
    expect(page.locator("html")).to_have_attribute("lang", language[:2])
    page.goto(f"{world.address}/documents/{document}")
    expect(page.locator("#confirm")).to_contain_text(word)
    assert serious_violations(page) == []
    assert "review." not in page.locator("main").inner_text()


def test_two_hundred_percent_needs_no_sideways_scrolling(
    open_page: Callable[..., Page],
    world: UiWorld,
) -> None:
    document = a_document(world)
    # 200 % of 1280 x 720 leaves 640 x 360 CSS pixels.
    page = open_page(640, 360)
    page.goto(world.link("shinsa"))
    page.get_by_role("heading", name="書類の一覧").wait_for()
    for path in ("/", f"/documents/{document}", "/exports", "/forms"):
        page.goto(world.address + path)
        page.locator("main h1").wait_for()
        page.wait_for_timeout(300)
        wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path


def test_only_the_list_of_fields_scrolls_on_a_desk_screen(page: Page, world: UiWorld) -> None:
    document = a_document(world)
    page.goto(f"{world.address}/documents/{document}")
    page.locator("#confirm").wait_for()
    rest = page.locator("main").evaluate("main => main.scrollHeight - main.clientHeight")
    assert rest == 0
