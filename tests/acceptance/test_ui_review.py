"""A reviewer at work in a real browser against the real application."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from ui_world import PASSWORD, UiWorld, find_sample, misread, missing, suggestion_of

pytest_plugins = ("ui_browser",)
pytestmark = pytest.mark.acceptance

FORM = "nursery-admission"


def doubtful_document(world: UiWorld) -> str:
    """A document with two slips of the reader: in a name and in a date."""
    return world.document(
        FORM,
        changes={
            "child_kana": misread(lambda right: right[:-1]),
            "child_birth": misread(lambda right: right[:-2] + "35"),
        },
    )


def value_of(name: str) -> str:
    _, truth = find_sample(FORM)
    return next(field.value or "" for field in truth.fields if field.name == name)


def opened(page: Page) -> Page:
    """Wait until the review screen can be worked in."""
    expect(page.locator("#confirm")).to_be_visible()
    page.locator("[data-field-input]").first.wait_for()
    return page


def field_shown(page: Page) -> str | None:
    return page.locator("[data-current]").first.get_attribute("data-current")


def test_a_document_is_corrected_and_confirmed_by_keyboard_alone(
    world: UiWorld,
    open_page: Callable[..., Page],
) -> None:
    document = doubtful_document(world)
    page = open_page()
    page.goto(world.address)
    expect(page.get_by_label("名前")).to_be_focused()
    page.keyboard.type("shinsa")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("row", name="保育").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    opened(page)

    # The birthday is critical, so it comes first; the right date is typed the Japanese way.
    expect(page.locator("[data-current]").first).to_have_attribute("data-current", "child_birth")
    year, month, day = (int(part) for part in value_of("child_birth").split("-"))
    page.keyboard.type(f"R{year - 2018}.{month}.{day}")
    expect(page.locator("output")).to_contain_text(f"令和{year - 2018}年{month}月{day}日")
    page.keyboard.press("Enter")

    # The reader's other reading of the name was right: one key takes it.
    expect(page.locator("[data-current]").first).to_have_attribute("data-current", "child_kana")
    page.keyboard.press("Alt+1")
    expect(page.locator("#field-input")).to_have_value(value_of("child_kana"))
    page.keyboard.press("Enter")
    while page.locator("#confirm:focus").count() == 0:
        page.keyboard.press("Enter")

    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog", name="この内容で確定しますか")
    expect(dialog.get_by_role("row", name="フリガナ")).to_contain_text(value_of("child_kana"))
    assert world.state(document) == "in_review"
    page.wait_for_timeout(200)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("確定しました。")).to_be_visible()
    page.get_by_role("heading", name="書類の一覧").wait_for()
    assert world.state(document) == "confirmed"

    page.get_by_role("tab", name="確定").click()
    expect(page.get_by_role("row", name="保育")).to_be_visible()
    page.goto(f"{world.address}/documents/{document}")
    expect(page.get_by_text("訂正した項目")).to_be_visible()
    expect(page.locator('[data-row="child_kana"]')).to_contain_text(value_of("child_kana"))
    expect(page.locator("#confirm")).to_have_count(0)


def test_typing_is_undone_step_by_step(page: Page, world: UiWorld) -> None:
    document = doubtful_document(world)
    page.goto(f"{world.address}/documents/{document}")
    opened(page)
    page.locator('[data-row="child_kana"]').click()
    read = value_of("child_kana")[:-1]
    expect(page.locator("#field-input")).to_have_value(read)
    page.keyboard.type("ミ")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.type("ン")
    expect(page.locator("#field-input")).to_have_value(f"{read}ミン")
    page.keyboard.press("Control+z")
    expect(page.locator("#field-input")).to_have_value(f"{read}ミ")
    page.keyboard.press("Control+z")
    expect(page.locator("#field-input")).to_have_value(read)
    page.keyboard.press("Control+y")
    expect(page.locator("#field-input")).to_have_value(f"{read}ミ")


def test_an_input_method_keeps_its_enter(page: Page, world: UiWorld) -> None:
    document = doubtful_document(world)
    page.goto(f"{world.address}/documents/{document}")
    opened(page)
    before = field_shown(page)
    page.locator("#field-input").evaluate(
        """input => input.dispatchEvent(new KeyboardEvent('keydown', {
            key: 'Enter', code: 'Enter', keyCode: 229, bubbles: true, isComposing: true,
        }))"""
    )
    assert field_shown(page) == before


def test_a_newer_reading_keeps_the_corrections(page: Page, world: UiWorld) -> None:
    document = doubtful_document(world)
    page.goto(f"{world.address}/documents/{document}")
    opened(page)
    page.locator('[data-row="child_kana"]').click()
    page.keyboard.press("Alt+1")
    _, truth = find_sample(FORM)
    newer = suggestion_of(truth, {"child_kana": misread(lambda right: right + "ン")})
    world.suggest(document, newer)

    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(200)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("新しい読み取り結果に替わりました")).to_be_visible()
    expect(page.get_by_text("訂正した 1 件は残してあります")).to_be_visible()
    expect(page.locator('[data-row="child_kana"]')).to_contain_text(value_of("child_kana"))
    assert world.state(document) == "in_review"


def test_corrections_survive_a_look_at_the_queue(page: Page, world: UiWorld) -> None:
    document = doubtful_document(world)
    page.goto(f"{world.address}/documents/{document}")
    opened(page)
    page.locator('[data-row="child_kana"]').click()
    page.keyboard.press("Alt+1")
    page.get_by_role("button", name="一覧").click()
    page.get_by_role("tab", name="確認中").click()
    row = page.get_by_role("row", name="保育")
    expect(row).to_contain_text("訂正の途中")
    row.click()
    opened(page)
    expect(page.locator('[data-row="child_kana"]')).to_contain_text(value_of("child_kana"))


def test_leaving_without_a_change_gives_the_document_back(
    page: Page,
    world: UiWorld,
) -> None:
    document = doubtful_document(world)
    page.goto(f"{world.address}/documents/{document}")
    opened(page)
    assert world.state(document) == "in_review"
    page.get_by_role("button", name="一覧").click()
    page.get_by_role("heading", name="書類の一覧").wait_for()
    assert world.state(document) == "awaiting_review"


def test_a_return_needs_a_reason_and_takes_it_from_a_finding(
    page: Page,
    world: UiWorld,
) -> None:
    document = world.document(FORM, changes={"care_hours": missing})
    page.goto(f"{world.address}/documents/{document}")
    opened(page)
    page.get_by_role("button", name="不備返戻").click()
    dialog = page.get_by_role("dialog", name="不備返戻にする")
    dialog.get_by_role("button", name="不備返戻にする").click()
    expect(dialog.get_by_text("不備の内容を書いてください。")).to_be_visible()
    dialog.get_by_role("button", name="希望する保育必要量").first.click()
    dialog.get_by_role("button", name="不備返戻にする").click()
    page.get_by_role("heading", name="書類の一覧").wait_for()
    assert world.state(document) == "returned"


def test_every_decision_has_its_key(page: Page, world: UiWorld) -> None:
    document = doubtful_document(world)
    page.goto(f"{world.address}/documents/{document}")
    opened(page)
    # From within the field that is being looked at.
    page.locator("#field-input").focus()
    for key, name in (("F4", "不備返戻にする"), ("F8", "却下する")):
        page.keyboard.press(key)
        dialog = page.get_by_role("dialog", name=name)
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    assert world.state(document) == "in_review"
    page.keyboard.press("F2")
    page.get_by_role("heading", name="書類の一覧").wait_for()
    assert world.state(document) == "awaiting_review"


def test_a_value_that_can_not_be_is_put_right_before_the_confirmation(
    page: Page, world: UiWorld
) -> None:
    document = doubtful_document(world)
    page.goto(f"{world.address}/documents/{document}")
    opened(page)
    page.locator('[data-row="child_birth"]').click()
    page.keyboard.type("R7.13.40")
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog", name="この内容で確定しますか")
    expect(dialog.get_by_text("形式が正しくない値を直すと確定できます。")).to_be_visible()
    expect(dialog.get_by_role("button", name="このまま確定する")).to_be_disabled()
    page.wait_for_timeout(200)
    page.keyboard.press("Control+Enter")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="生年月日").first.click()
    expect(page.locator("#field-input")).to_be_focused()
    assert world.state(document) == "in_review"


def test_another_reviewer_only_looks_on(
    world: UiWorld,
    page: Page,
    open_page: Callable[..., Page],
) -> None:
    document = doubtful_document(world)
    page.goto(f"{world.address}/documents/{document}")
    opened(page)
    other = open_page()
    other.goto(world.link("jiro"))
    other.get_by_role("heading", name="書類の一覧").wait_for()
    other.goto(f"{world.address}/documents/{document}")
    expect(other.get_by_text("審査 一郎 さんが確認中です")).to_be_visible()
    expect(other.locator("#confirm")).to_have_count(0)
    expect(other.locator("#field-input")).to_have_attribute("readonly", "")


def test_the_individual_number_is_shown_only_for_a_reason(
    page: Page,
    world: UiWorld,
) -> None:
    document = doubtful_document(world)
    number = value_of("child_number")
    page.goto(f"{world.address}/documents/{document}")
    opened(page)
    page.locator('[data-row="child_number"]').click()
    expect(page.locator("#field-input")).to_have_value("********" + number[-4:])
    assert number not in page.content()
    page.get_by_role("button", name="番号を表示").click()
    page.get_by_role("button", name="紙の記載との照合").click()
    page.get_by_role("button", name="表示する").click()
    expect(page.locator("#field-input")).to_have_value(number)


def test_a_turned_page_is_shown_upright_with_its_boxes(
    page: Page,
    world: UiWorld,
) -> None:
    """A box of the stored scan stands on the same spot of the paper after both are turned."""
    document = world.document(FORM, rotation=90)
    page.goto(f"{world.address}/documents/{document}")
    opened(page)
    page.locator("svg image").wait_for(state="attached")
    page.locator('[data-row="child_name"]').click()
    page.wait_for_timeout(400)
    place = page.evaluate(
        """() => {
            const rect = document.querySelector('[data-field=child_name] > rect');
            const image = document.querySelector('svg image');
            const { x, y, width, height } = rect.getBBox();
            const toScan = image.getScreenCTM().inverse().multiply(rect.getScreenCTM());
            const a = new DOMPoint(x, y).matrixTransform(toScan);
            const b = new DOMPoint(x + width, y + height).matrixTransform(toScan);
            return [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y)];
        }"""
    )
    _, truth = find_sample(FORM)
    box = next(field.box for field in truth.fields if field.name == "child_name")
    assert place == pytest.approx(box, abs=0.5)


def test_a_key_moves_the_highlight_in_less_than_fifty_milliseconds(
    page: Page,
    world: UiWorld,
) -> None:
    file, truth = find_sample(FORM)
    assert file.is_file()
    suggestion = suggestion_of(truth, {})
    # More than a hundred boxes on one page, as on the densest forms.
    fields = tuple(
        replace(field, name=f"{field.name}_{copy}", page=1)
        for copy in range(2)
        for field in suggestion.fields
    )
    document = world.document(FORM)
    world.suggest(document, replace(suggestion, form=None, fields=fields, findings=()))
    page.goto(f"{world.address}/documents/{document}")
    opened(page)
    assert page.locator("[data-field]").count() > 150
    page.wait_for_timeout(1000)
    # Processor time of the page's main thread: what it takes, whatever else this machine does.
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return 1000 * next(m["value"] for m in metrics if m["name"] == "TaskDuration")

    before = busy()
    moved = page.evaluate(
        """async () => {
            const shown = () => document.querySelector('[data-current]')?.dataset.current;
            const names = new Set();
            for (let i = 0; i < 40; i += 1) {
                document.dispatchEvent(new KeyboardEvent('keydown', {
                    key: 'ArrowDown', code: 'ArrowDown', altKey: true, bubbles: true,
                }));
                await new Promise(r => setTimeout(r, 0));
                document.querySelector('[data-current] rect').getBoundingClientRect();
                names.add(shown());
            }
            return names.size;
        }"""
    )
    assert moved == 40
    used = (busy() - before) / 40
    assert used < 50, f"{used:.1f} ms of processor time a key"
