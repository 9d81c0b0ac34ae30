"""Drafts of forms from filled pages: nothing that somebody wrote is in them."""

import io

import numpy as np
import pypdfium2
import pytest

from pipelines.forms.printed_words import surely_printed
from pipelines.forms.propose import propose_form
from pipelines.geometry import transform_points
from pipelines.keyvalue_draft import draw_blank, regions_of
from pipelines.records import BoundingBox, Line, Page
from tests.filled_sheet import application


def drafted() -> tuple[bytes, str]:
    page, _, lines = application().page()
    pdf = draw_blank([(page, lines)])
    return pdf, propose_form(pdf, id="new-form", title="資格変更届").text


def words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_a_draft_has_the_places_of_the_form_with_their_labels() -> None:
    _, text = drafted()
    for label in ("フリガナ", "氏名", "生年月日", "申請理由", "記号番号"):
        assert f"label: {label}" in text
    assert "cells: 7" in text
    assert "part: year" in text
    assert "style: tick" in text


def test_nothing_that_is_written_is_in_the_background_or_the_definition() -> None:
    pdf, text = drafted()
    shown = words_of(pdf)
    for written in ("相馬", "拓海", "ソウマ", "タクミ", "11", "30", "4096132", "4", "6"):
        assert written not in shown
    for written in ("相馬", "拓海", "ソウマ", "タクミ", "4096132"):
        assert written not in text
    assert "氏名" in shown


def test_no_picture_of_the_page_is_in_the_background() -> None:
    pdf, _ = drafted()
    assert b"/Subtype /Image" not in pdf
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    kinds = {item.type for item in document[0].get_objects(max_depth=5)}
    document.close()
    assert 3 not in kinds  # FPDF_PAGEOBJ_IMAGE


def test_strokes_of_writing_are_no_rules_of_the_background() -> None:
    pdf, _ = drafted()
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    drawn = np.asarray(document[0].render(scale=200 / 72).to_pil().convert("L"))
    document.close()
    # Where the name was written there is white paper now.
    assert drawn[300:345, 350:560].min() > 250


@pytest.mark.parametrize(
    "text", ["氏名", "生年月日", "申請理由", "電話番号", "次のとおり申請します。"]
)
def test_words_of_forms_are_surely_printed(text: str) -> None:
    assert surely_printed(text)


@pytest.mark.parametrize(
    "text", ["佐藤", "相馬拓海", "足立区千住1-2-3", "090-1234-5678", "12", "相", "ソウマ", ""]
)
def test_names_addresses_and_figures_are_not(text: str) -> None:
    assert not surely_printed(text)


def test_a_line_that_slopes_in_the_scan_is_as_high_as_it_was_on_the_page() -> None:
    turn = np.deg2rad(2.5)
    to_scan = np.array(
        [[np.cos(turn), -np.sin(turn), 60], [np.sin(turn), np.cos(turn), 10], [0, 0, 1]]
    )
    x0, y0, x1, y1 = 200.0, 300.0, 900.0, 330.0
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    points = transform_points(to_scan, corners)
    low, high = points.min(axis=0), points.max(axis=0)
    box = BoundingBox(x0=low[0], y0=low[1], x1=high[0], y1=high[1])
    page = Page(
        number=1,
        pixels=np.full((1000, 1200, 3), 255, np.uint8),
        dpi=200,
        to_scan=to_scan,
        scan_width=1300,
        scan_height=1100,
    )
    (region,) = regions_of(page, [Line(text="あ", confidence=0.9, box=box, page=1)])
    assert abs(region.corners[:, 1].min() - y0) < 4
    assert abs(region.corners[:, 1].max() - y1) < 4
