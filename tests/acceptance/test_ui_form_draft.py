"""The draft of a new form from a page that no form claims, in a real browser."""

import io
import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from ui_browser import serious_violations
from ui_world import UiWorld

from ocr_service.clock import utc_now
from ocr_service.ids import new_id
from ocr_service.states import Role
from ocr_service.storage.objects import ObjectKind
from ocr_service.storage.tables import BatchRow, DocumentRow
from pipelines.keyvalue import extract_pairs
from pipelines.records import CategoryScore, PageView, QualityVerdict, Suggestion
from tests.filled_sheet import application

pytest_plugins = ("ui_browser",)
pytestmark = pytest.mark.acceptance
_OPEN = "この用紙を新しい様式の下書きにする"


def unknown_sheet(world: UiWorld) -> str:
    """A filled sheet of no known form, with the pairs that the pipeline finds on it."""
    sheet = application()
    page, regions, lines = sheet.page()
    now = utc_now()
    with world.database.transaction() as session:
        batch = BatchRow(id=new_id("bat"), station="本庁舎1階 窓口A", received_at=now)
        session.add(batch)
        data = sheet.png()
        row = DocumentRow(
            id=new_id("doc"),
            batch_id=batch.id,
            state="awaiting_review",
            received_at=now,
            updated_at=now,
            media_type="image/png",
            size=len(data),
            sha256=new_id("x")[-26:] * 2,
            page_count=1,
            original_object=world.objects.put(ObjectKind.ORIGINAL, data, session),
        )
        session.add(row)
        session.flush()
        document = row.id
    view = PageView(
        number=1,
        width=page.scan_width,
        height=page.scan_height,
        rotation=0,
        form_page=None,
        score=0.0,
        quality=QualityVerdict(page=1, ok=True),
    )
    world.suggest(
        document,
        Suggestion(
            form=None,
            form_score=0.0,
            category=CategoryScore(label="unknown", confidence=0.5, candidates=("unknown",)),
            fields=extract_pairs(page, regions, lines),
            findings=(),
            pages=(view,),
            lines=lines,
            versions={},
            timings={},
        ),
    )
    return document


def opened(page: Page, world: UiWorld, document: str, name: str) -> None:
    page.goto(world.link(name))
    page.get_by_role("navigation").wait_for()
    page.goto(f"{world.address}/documents/{document}")
    page.locator("#confirm").wait_for()


def test_a_form_owner_saves_the_draft_of_a_new_form(
    world: UiWorld, open_page: Callable[..., Page], tmp_path
) -> None:
    document = unknown_sheet(world)
    world.person("youshiki", "様式 花子", Role.REVIEWER, Role.FORM_OWNER)
    page = open_page()
    opened(page, world, document, "youshiki")
    expect(page.get_by_text("相馬 拓海").first).to_be_visible()
    page.screenshot(path=tmp_path / "unknown.png")
    page.get_by_role("button", name=_OPEN).click()
    dialog = page.get_by_role("dialog")
    make = dialog.get_by_role("button", name="下書きを作る")
    expect(make).to_be_disabled()
    dialog.get_by_label("様式の名前").fill("資格変更届")
    dialog.get_by_label("様式のID").fill("status-change")
    page.screenshot(path=tmp_path / "form-draft.png")
    assert serious_violations(page) == []
    with page.expect_download(timeout=60_000) as saved:
        make.click()
    assert saved.value.suggested_filename == "status-change@draft.zip"
    with zipfile.ZipFile(io.BytesIO(saved.value.path().read_bytes())) as archive:
        text = archive.read("status-change@draft.yaml").decode()
    assert "title: 資格変更届" in text and "label: 氏名" in text
    assert "相馬" not in text
    expect(page.get_by_text("下書きを保存しました。")).to_be_visible()


def test_who_owns_no_forms_is_offered_no_draft(
    world: UiWorld, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    opened(page, world, unknown_sheet(world), "shinsa")
    expect(page.get_by_role("button", name="様式を変更")).to_be_visible()
    expect(page.get_by_role("button", name=_OPEN)).to_have_count(0)
