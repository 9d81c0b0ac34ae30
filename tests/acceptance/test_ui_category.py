"""Saying what a document is on the review screen, by keyboard, and teaching a kind from there."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, Route, expect
from ui_browser import serious_violations
from ui_world import UiWorld, find_sample, suggestion_of

from ocr_service.states import DocumentState, Role
from pipelines.records import BoundingBox, CategoryScore, Line

pytest_plugins = ("ui_browser",)
pytestmark = pytest.mark.acceptance

JOB = "nursery_admission.attachment"
SURE = CategoryScore(
    label="unknown",
    confidence=0.61,
    candidates=("unknown", JOB, "resident_tax.certificate"),
    scores=(0.61, 0.27, 0.004),
)
WORDS = (
    "区民農園 利用申込書",
    "農園の名前 はなはた農園",
    "希望する区画 南の三番",
    "作りたい野菜 大根と茄子",
)


def letter(world: UiWorld, category: CategoryScore = SURE, number: int = 0) -> str:
    """A page of no known form with some text on it."""
    document = world.document("seal-registration")
    _, truth = find_sample("seal-registration")
    lines = tuple(
        Line(
            text=f"{text} {number}" if at == 3 else text,
            confidence=0.9,
            box=BoundingBox(x0=100, y0=80 * at + 40, x1=700, y1=80 * at + (90 if at else 110)),
            page=1,
        )
        for at, text in enumerate(WORDS)
    )
    whole = suggestion_of(truth, {})
    world.suggest(
        document,
        replace(whole, form=None, form_score=0.0, category=category, lines=lines, findings=()),
    )
    return document


@pytest.fixture
def reviewer(open_page: Callable[..., Page], world: UiWorld) -> Page:
    world.person("kaori", "様式 香", Role.REVIEWER, Role.FORM_OWNER)
    page = open_page()
    page.goto(world.link("kaori"))
    page.get_by_role("heading", name="書類の一覧").wait_for()
    return page


def review(page: Page, world: UiWorld, document: str) -> None:
    page.goto(f"{world.address}/documents/{document}")
    page.get_by_role("button", name="F9").wait_for()


def test_a_kind_is_chosen_by_keyboard_and_taken_back(page: Page, world: UiWorld) -> None:
    document = letter(world)
    review(page, world, document)
    page.keyboard.press("F9")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("分かりませんでした。近いのは次の分類ですが")).to_be_visible()
    near = dialog.get_by_role("region", name="分類の候補")
    expect(near.get_by_role("listitem").first).to_contain_text("就労証明書")
    expect(near.get_by_role("listitem").first).to_contain_text("27")
    expect(near.get_by_role("listitem").nth(1)).to_contain_text("1%未満")
    assert serious_violations(page) == []

    # The candidates stand first; nothing typed and Enter takes the likeliest.
    expect(dialog.get_by_role("option").first).to_contain_text("就労証明書")
    page.keyboard.type("納税")
    expect(dialog.get_by_role("option", selected=True)).to_contain_text("課税・納税証明書")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    bar = page.get_by_role("button", name="F9")
    expect(bar).to_contain_text("課税・納税証明書")
    expect(page.get_by_text("審査 一郎 が選択")).to_be_visible()

    page.keyboard.press("F9")
    page.keyboard.press("Enter")
    expect(bar).to_contain_text("就労証明書")
    undo = page.get_by_role("button", name="分類を元に戻す")
    undo.click()
    expect(bar).to_contain_text("課税・納税証明書")
    undo.click()
    expect(bar).to_contain_text("不明")
    expect(undo).to_have_count(0)
    assert serious_violations(page) == []


def test_a_name_typed_before_the_list_is_there_counts(reviewer: Page, world: UiWorld) -> None:
    held: list[Route] = []
    reviewer.route("**/v1/categories", lambda route: held.append(route))
    review(reviewer, world, letter(world))
    reviewer.keyboard.press("F9")
    reviewer.keyboard.type("就労証明書")
    reviewer.keyboard.press("Enter")
    # The list that is not there yet is no reason to offer the name as a new category.
    expect(reviewer.get_by_role("dialog").get_by_text("読み込み").last).to_be_visible()
    expect(reviewer.get_by_role("dialog").get_by_role("option")).to_have_count(0)
    for route in held:
        route.continue_()
    reviewer.unroute("**/v1/categories")
    expect(reviewer.get_by_role("dialog")).to_have_count(0)
    expect(reviewer.get_by_role("button", name="F9")).to_contain_text("就労証明書")


def test_nothing_can_be_typed_into_a_page_before_its_claim_is_answered(
    page: Page, world: UiWorld
) -> None:
    document = letter(world)
    held: list[Route] = []
    page.route("**/claim", lambda route: held.append(route))
    with page.expect_response("**/suggestion"):
        page.goto(f"{world.address}/documents/{document}")
    expect(page.get_by_role("status").get_by_text("読み込み")).to_be_visible()
    expect(page.get_by_role("button", name="F9")).to_have_count(0)
    for route in held:
        route.continue_()
    page.get_by_role("button", name="F9").wait_for()
    page.keyboard.press("F9")
    page.keyboard.type("就労証明書")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="F9")).to_contain_text("就労証明書")


def test_what_is_retired_is_not_there_and_nothing_fits_is_said(
    reviewer: Page, world: UiWorld
) -> None:
    reviewer.get_by_role("navigation").get_by_role("link", name="分類").click()
    reviewer.get_by_role("button", name="就労証明書 使用をやめる").click()
    reviewer.get_by_role("dialog").get_by_role("button", name="使用をやめる").click()
    expect(reviewer.get_by_text("使用をやめました。")).to_be_visible()
    review(reviewer, world, letter(world))
    reviewer.keyboard.press("F9")
    reviewer.keyboard.type("就労証明書")
    # Its name is free: a form owner may add it anew, nobody can choose the old one.
    expect(reviewer.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    expect(reviewer.get_by_role("listbox").get_by_role("option")).to_contain_text(
        "新しい分類として加え"
    )
    reviewer.keyboard.press("Escape")
    expect(reviewer.get_by_role("dialog")).to_have_count(0)


def test_a_document_on_a_form_says_where_its_kind_comes_from(page: Page, world: UiWorld) -> None:
    review(page, world, world.document("seal-registration"))
    page.keyboard.press("F9")
    expect(page.get_by_text("から決まった分類です")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("button", name="見本")).to_have_count(0)


def test_a_new_kind_is_added_and_taught_from_the_review_screen(
    reviewer: Page, world: UiWorld
) -> None:
    documents = [letter(world, number=n) for n in range(3)]
    for at, document in enumerate(documents):
        review(reviewer, world, document)
        reviewer.keyboard.press("F9")
        teach = reviewer.get_by_role("dialog").get_by_role("button", name="見本にして")
        expect(teach).to_be_disabled()
        reviewer.keyboard.type("区民農園 申込")
        if at == 0:
            expect(reviewer.get_by_role("listbox").get_by_role("option")).to_contain_text(
                "新しい分類として加え"
            )
        reviewer.keyboard.press("Enter")
        expect(reviewer.get_by_role("button", name="F9")).to_contain_text("区民農園 申込")
        reviewer.keyboard.press("F9")
        teach.click()
        dialog = reviewer.get_by_role("dialog", name="見本から覚えさせる")
        expect(dialog.get_by_role("checkbox")).to_have_count(at + 1)
        submit = dialog.get_by_role("button", name="覚えさせる", exact=True)
        if at < 2:
            expect(dialog.get_by_text(f"あと {2 - at} 件必要")).to_be_visible()
            expect(submit).to_be_disabled()
            reviewer.keyboard.press("Escape")
            continue
        assert serious_violations(reviewer) == []
        expect(dialog.get_by_text("この書類", exact=True)).to_be_visible()
        submit.click()
        expect(reviewer.get_by_text("「区民農園 申込」を覚えました")).to_be_visible(timeout=30_000)
    reviewer.goto(f"{world.address}/categories")
    row = reviewer.get_by_role("row").filter(has_text="区民農園 申込")
    expect(row).to_contain_text("見本 3 件から覚えた")
    assert world.state(documents[0]) in (
        DocumentState.IN_REVIEW.value,
        DocumentState.AWAITING_REVIEW.value,
    )
