"""The page of the categories, in a real browser, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from ui_browser import serious_violations
from ui_world import UiWorld

from ocr_service.states import Role

pytest_plugins = ("ui_browser",)
pytestmark = pytest.mark.acceptance


@pytest.fixture
def owner(open_page: Callable[..., Page], world: UiWorld) -> Page:
    world.person("yoshiki", "様式 花子", Role.FORM_OWNER)
    page = open_page()
    page.goto(world.link("yoshiki"))
    page.get_by_role("navigation").get_by_role("link", name="分類").click()
    page.get_by_role("heading", name="書類の分類", level=1).wait_for()
    return page


def row(page: Page, title: str):
    return page.get_by_role("row").filter(has=page.get_by_text(title, exact=True))


def test_a_form_owner_adds_renames_merges_and_takes_back_by_keyboard(owner: Page) -> None:
    owner.get_by_role("button", name="分類を加える").press("Enter")
    owner.keyboard.type("区民農園 利用申込")
    owner.keyboard.press("Enter")
    expect(row(owner, "区民農園 利用申込")).to_be_visible()

    owner.get_by_role("button", name="区民農園 利用申込 名前を変える").press("Enter")
    owner.keyboard.press("Control+A")
    owner.keyboard.type("農園申込")
    owner.keyboard.press("Enter")
    expect(row(owner, "農園申込")).to_be_visible()
    assert serious_violations(owner) == []

    owner.get_by_role("button", name="農園申込 まとめる").press("Enter")
    owner.get_by_role("combobox", name="まとめる先").select_option(label="就労証明書")
    assert serious_violations(owner) == []
    owner.get_by_role("dialog").get_by_role("button", name="まとめる").click()
    expect(row(owner, "農園申込")).to_have_count(0)
    owner.get_by_label("使用をやめたもの").check()
    expect(row(owner, "農園申込")).to_contain_text("「就労証明書」にまとめ済み")

    owner.get_by_role("button", name="最後の変更を取り消す").press("Enter")
    expect(row(owner, "農園申込")).not_to_contain_text("まとめ済み")
    expect(owner.get_by_role("listitem").filter(has_text="取消済み")).to_have_count(1)


def test_escape_changes_nothing_and_a_name_in_use_is_told(owner: Page) -> None:
    owner.get_by_role("button", name="就労証明書 使用をやめる").press("Enter")
    owner.keyboard.press("Escape")
    expect(owner.get_by_text("変更はまだありません")).to_be_visible()
    owner.get_by_role("button", name="分類を加える").press("Enter")
    owner.keyboard.type("就労証明書")
    owner.keyboard.press("Enter")
    expect(owner.get_by_text("分類の状態が変わったため")).to_be_visible()


def test_who_may_not_change_only_sees(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="分類").click()
    expect(row(page, "就労証明書")).to_be_visible()
    expect(page.get_by_role("button", name="分類を加える")).to_have_count(0)
