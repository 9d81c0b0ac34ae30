"""Drafts from blanks that are images."""

import io

import pypdfium2
from blank_paper import Paper, row

from pipelines.forms.blank_image import parted_boxes, read_image
from pipelines.forms.blank_records import Area, Char
from pipelines.forms.propose import propose_form
from pipelines.records import Pixels

DPI = 200


def picture(paper: Paper) -> Pixels:
    page = pypdfium2.PdfDocument(paper.pdf())[0]
    pixels: Pixels = page.render(scale=DPI / 72, rev_byteorder=True).to_numpy()[:, :, :3]
    return pixels


def image_pdf(paper: Paper) -> bytes:
    buffer = io.BytesIO()
    pypdfium2.PdfDocument(paper.pdf())[0].render(scale=DPI / 72).to_pil().save(
        buffer, "PDF", resolution=DPI
    )
    return buffer.getvalue()


def test_what_is_read_on_an_image_names_its_places() -> None:
    paper = Paper()
    row(paper, "氏名")

    def read(_pixels: Pixels, _dpi: float) -> list[Char]:
        return [Char("氏", Area(25, 53.5, 28.5, 57)), Char("名", Area(28.5, 53.5, 32, 57))]

    draft = propose_form(image_pdf(paper), id="test-form", title="試験", read=read)
    (field,) = draft.definition.fields
    assert (field.label, field.kind) == ("氏名", "kanji_name")


def test_an_empty_square_is_a_box_to_tick_and_the_corner_of_a_code_is_not() -> None:
    paper = Paper()
    paper.box(40, 40, 3.5, 3.5)
    paper.box(80, 40, 4, 4)
    paper.canvas.rect(81.2 * 72 / 25.4, (297 - 42.8) * 72 / 25.4, 4.5, 4.5, fill=1)
    (box,) = read_image(picture(paper), DPI).boxes
    assert abs(box.x0 - 40) < 0.4
    assert abs(box.width - 3.5) < 0.6


def test_a_dashed_rule_reaches_the_rules_it_ends_at() -> None:
    paper = Paper()
    paper.box(20, 50, 100, 20)
    paper.canvas.setDash(2.5, 2.5)
    paper.line(20, 60, 120, 60)
    dashed = [rule for rule in read_image(picture(paper), DPI).levels if abs(rule.y0 - 60) < 0.5]
    assert min(rule.x0 for rule in dashed) < 21.3
    assert max(rule.x1 for rule in dashed) > 118.7


def test_a_character_that_looks_like_a_box_stays_a_character() -> None:
    square = Area(20, 20, 23, 23)
    words = [Char("口", square), Char("座", Area(23, 20, 26, 23))]
    assert parted_boxes([square], words) == ([], words)
    option = [Char("口", square), Char("有", Area(26, 20, 29, 23))]
    assert parted_boxes([square], option) == ([square], option[1:])
