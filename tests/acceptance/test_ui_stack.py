"""The dialog of the pages of a posted file, in a real browser."""

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect
from ui_browser import serious_violations
from ui_world import UiWorld, find_sample

from ocr_service.clock import utc_now
from ocr_service.ids import new_id
from ocr_service.storage.objects import ObjectKind
from ocr_service.storage.tables import DocumentRow, StackRow

pytest_plugins = ("ui_browser",)
pytestmark = pytest.mark.acceptance

FORM, OTHER = "child-allowance-claim", "care-need-application"


def scanned_pages() -> bytes:
    """The file of the stack, as a TIFF."""
    first, last = (Image.open(find_sample(each)[0]).convert("L") for each in (FORM, OTHER))
    letter, blank = (Image.new("L", first.size, 250) for _ in range(2))
    ImageDraw.Draw(letter).rectangle((200, 300, 900, 330), fill=60)
    file = io.BytesIO()
    first.save(file, "TIFF", save_all=True, append_images=[letter, blank, last], compression="jpeg")
    return file.getvalue()


def stack_of_two(world: UiWorld) -> tuple[str, str]:
    """A form with an attachment, a blank page, and another form."""
    first, second = world.document(FORM), world.document(OTHER)
    with world.database.transaction() as session:
        rows = [session.get_one(DocumentRow, each) for each in (first, second)]
        scan = world.objects.put(ObjectKind.ORIGINAL, scanned_pages(), session)
        forms = [{"form": row.form_id, "revision": row.form_revision} for row in rows]
        pages = [
            {"number": 1, "role": "form", "form_page": 1, **forms[0]},
            {"number": 2, "role": "unknown"},
            {"number": 3, "role": "blank"},
            {"number": 4, "role": "form", "form_page": 1, **forms[1]},
        ]
        stack = StackRow(
            id=new_id("stk"),
            batch_id=rows[0].batch_id,
            page_count=len(pages),
            pages=pages,
            created_at=utc_now(),
        )
        session.add(stack)
        session.flush()
        for row, own, reason in zip(rows, ([1, 2], [4]), ("start", "separator"), strict=True):
            row.stack_id, row.pages, row.cut_reason = stack.id, own, reason
            row.page_count, row.original_object = len(own), scan
    return first, second


def opened(page: Page, world: UiWorld, document: str) -> Locator:
    """The dialog of a document's file."""
    page.goto(world.link("shinsa"))
    page.get_by_role("navigation").wait_for()
    page.goto(f"{world.address}/documents/{document}")
    page.locator("#confirm").wait_for()
    page.get_by_role("button", name="元のファイルの").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("row").nth(4).wait_for()
    return dialog


def stored_pages(world: UiWorld, document: str) -> list[int] | None:
    with world.database.reading() as session:
        return session.get_one(DocumentRow, document).pages


@pytest.mark.parametrize("width", [1440, 800])
def test_the_pages_of_a_file_are_shown_whole_and_readable(
    world: UiWorld, open_page: Callable[..., Page], tmp_path, width: int
) -> None:
    first, second = stack_of_two(world)
    page = open_page(width=width)
    dialog = opened(page, world, first)
    rows = dialog.get_by_role("row")
    expect(rows).to_have_count(5)
    expect(rows.nth(1)).to_contain_text("書類1（この書類）")
    expect(rows.nth(2)).to_contain_text("様式ではないページ（添付など）")
    expect(rows.nth(3)).to_contain_text("どの書類にも入っていません")
    expect(dialog.get_by_role("link", name="書類2")).to_have_attribute(
        "href", f"/documents/{second}"
    )
    # Every page is seen, the one that no document has too.
    pictures = dialog.locator("tbody img")
    expect(pictures).to_have_count(4)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        page.wait_for_function("img => img.naturalWidth > 0", arg=picture.element_handle())
    page.screenshot(path=tmp_path / f"stack-{width}.png")
    assert serious_violations(page) == []
    # Picture and number of the page take no more room than they need.
    assert rows.nth(1).get_by_role("rowheader").bounding_box()["width"] < 190
    # No word of a button is broken onto a second line, and nothing has to be scrolled sideways.
    heights = [button.bounding_box()["height"] for button in dialog.get_by_role("button").all()]
    assert max(heights) < 40
    assert dialog.evaluate("box => box.scrollWidth <= box.clientWidth + 1")


def test_a_blank_page_is_taken_in_and_an_attachment_becomes_a_document_by_keyboard(
    world: UiWorld, open_page: Callable[..., Page]
) -> None:
    first, second = stack_of_two(world)
    page = open_page()
    dialog = opened(page, world, first)
    dialog.get_by_role("button", name="3ページをこの書類に入れる").press("Enter")
    expect(page.get_by_text("区切りを直しました")).to_be_visible()
    expect(dialog).to_have_count(0)
    assert stored_pages(world, first) == [1, 2, 3]
    assert world.state(first) == "received"
    assert stored_pages(world, second) == [4]


def test_a_document_is_joined_to_the_one_before_it(
    world: UiWorld, open_page: Callable[..., Page]
) -> None:
    first, second = stack_of_two(world)
    page = open_page()
    dialog = opened(page, world, second)
    dialog.get_by_role("button", name="前の書類につなげる").press("Enter")
    page.wait_for_url(f"**/documents/{first}")
    assert stored_pages(world, first) == [1, 2, 4]
    assert world.state(second) == "merged"


def test_escape_changes_nothing(world: UiWorld, open_page: Callable[..., Page]) -> None:
    first, _ = stack_of_two(world)
    page = open_page()
    dialog = opened(page, world, first)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="元のファイルの")).to_be_focused()
    assert stored_pages(world, first) == [1, 2]
