"""Drafts of form definitions from blank PDFs."""

import io
from collections.abc import Iterator

import pypdfium2
import pytest
from blank_paper import Paper, draft_of, near, row
from reportlab.lib.units import mm

from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.blank_page import Area, read_blank_page
from pipelines.forms.load import FormLibrary, parse_form
from pipelines.forms.model import Box, FormDefinition
from pipelines.forms.propose import draw_draft, propose_form
from pipelines.forms.propose_labels import guess_kind
from pipelines.forms.render import render_blank


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("氏名", "kanji_name"),
        ("フリガナ", "kana_name"),
        ("住所", "address"),
        ("電話番号", "phone"),
        ("希望する理由", "text"),
    ],
)
def test_an_empty_cell_is_a_field_named_by_the_cell_left_of_it(label: str, kind: str) -> None:
    (field,) = draft_of(lambda paper: row(paper, label)).fields
    assert (field.label, field.kind) == (label, kind)
    assert near(field.box, 60.6, 50.6, 98.8, 10.8)


def test_columns_are_named_by_their_heads() -> None:
    def draw(paper: Paper) -> None:
        for column, label in enumerate(("氏名", "続柄")):
            paper.box(20 + 50 * column, 50, 50, 8)
            paper.text(38 + 50 * column, 55.5, label)
            for number in range(2):
                paper.box(20 + 50 * column, 58 + 10 * number, 50, 10)

    fields = draft_of(draw).fields
    assert [field.label for field in fields] == ["氏名", "続柄"] * 2


def test_a_date_is_written_between_its_words_and_keeps_its_eras() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "生年月日")
        for x, word in ((63, "昭和"), (72, "・"), (77, "平成")):
            paper.text(x, 57, word)
        for x, word in ((105, "年"), (125, "月"), (145, "日")):
            paper.text(x, 57, word)

    (field,) = draft_of(draw).fields
    assert (field.label, field.kind) == ("生年月日", "date")
    assert [part.part for part in field.parts] == ["year", "month", "day"]
    assert [era.value for era in field.eras] == ["showa", "heisei"]


def test_a_printed_era_is_the_era_of_the_date() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "届出日")
        for x, word in ((70, "令和"), (95, "年"), (115, "月"), (135, "日")):
            paper.text(x, 57, word)

    (field,) = draft_of(draw).fields
    assert (field.era, field.eras) == ("reiwa", ())


def test_touching_cells_are_a_comb() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "個人番号")
        for number in range(12):
            paper.box(65 + 6 * number, 52, 6, 8)

    (field,) = draft_of(draw).fields
    assert (field.kind, field.cells, field.sensitivity) == ("my_number", 12, "number")
    assert near(field.box, 65, 52, 72, 8)


def test_small_squares_are_ticked_with_the_words_on_their_right() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "職業")
        for number, words in enumerate(("会社員", "自営業")):
            paper.box(65 + 40 * number, 54, 4, 4)
            paper.text(71 + 40 * number, 57.5, words)
        row(paper, "備考", 80)

    (group,) = draft_of(draw).marks
    assert (group.label, group.style) == ("職業", "tick")
    assert [option.label for option in group.options] == ["会社員", "自営業"]
    assert near(group.options[0].box, 65, 54, 4, 4)


def test_words_with_a_dot_between_them_are_circled() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "性別")
        for x, word in ((80, "男"), (88, "・"), (96, "女")):
            paper.text(x, 57, word)
        row(paper, "備考", 80)

    (group,) = draft_of(draw).marks
    assert (group.label, group.style) == ("性別", "circle")
    assert [option.label for option in group.options] == ["男", "女"]


def test_a_figure_stands_before_its_unit() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "手当")
        paper.text(150, 57, "円")

    (field,) = draft_of(draw).fields
    assert field.kind == "amount"
    assert field.box.x + field.box.width < 150.5


def test_a_line_behind_words_is_a_place_to_write() -> None:
    def draw(paper: Paper) -> None:
        paper.text(20, 60, "勤務先")
        paper.line(40, 61, 120, 61)

    (field,) = draft_of(draw).fields
    assert field.label == "勤務先"
    assert near(field.box, 40, 53.5, 80, 7.2)


def test_a_printed_seal_is_a_seal() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "氏名")
        paper.canvas.circle(180 * mm, (297 - 56) * mm, 6 * mm)
        paper.text(178, 57.5, "印")

    (seal,) = draft_of(draw).seals
    assert near(seal.box, 174, 50, 12, 12)


def test_an_image_gives_cells_without_names() -> None:
    paper = Paper()
    row(paper, "氏名")
    picture = pypdfium2.PdfDocument(paper.pdf())[0].render(scale=200 / 72).to_pil()
    buffer = io.BytesIO()
    picture.save(buffer, "PDF", resolution=200)
    (field,) = propose_form(buffer.getvalue(), id="test-form", title="試験").definition.fields
    assert near(field.box, 60.6, 50.6, 98.8, 10.8)


def test_a_page_that_lies_on_its_side_is_taken_as_it_is_shown() -> None:
    paper = Paper()
    row(paper, "氏名")
    document = pypdfium2.PdfDocument(paper.pdf())
    document[0].set_rotation(90)
    page = read_blank_page(document[0])
    assert (round(page.width), round(page.height)) == (297, 210)
    assert {round(rule.x0) for rule in page.uprights} == {235, 247}
    assert {round(rule.y0) for rule in page.levels} == {20, 60, 160}


@pytest.mark.parametrize(
    ("pdf", "code"),
    [(b"", ErrorCode.FILE_EMPTY), (b"no pdf at all", ErrorCode.FILE_CORRUPT)],
)
def test_what_is_no_pdf_is_refused(pdf: bytes, code: ErrorCode) -> None:
    with pytest.raises(CodedError) as caught:
        propose_form(pdf, id="test-form", title="試験")
    assert caught.value.code is code


def test_a_page_without_any_place_is_refused() -> None:
    paper = Paper()
    paper.text(20, 20, "お知らせ")
    with pytest.raises(CodedError) as caught:
        propose_form(paper.pdf(), id="test-form", title="試験")
    assert caught.value.code is ErrorCode.FORM_INVALID


def _builtin() -> Iterator[str]:
    yield from (entry.key.id for entry in FormLibrary.builtin().entries)


@pytest.mark.parametrize("form_id", list(_builtin()))
def test_drafts_of_our_own_blanks_load_and_hold_most_fields(form_id: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    entry = FormLibrary.builtin().find(form_id)
    pdf = render_blank(entry.definition, entry.directory)
    draft = propose_form(pdf, id="test-form", title="試験様式")
    (tmp_path / draft.background).write_bytes(pdf)
    loaded = parse_form(draft.text.encode(), file="draft.yaml", directory=tmp_path)
    assert loaded == draft.definition
    found = sum(_covered(field.page, field.box, loaded) for field in entry.definition.fields)
    assert found >= 0.7 * len(entry.definition.fields)


def _covered(page: int, box: Box, draft: FormDefinition) -> bool:
    place = Area(box.x, box.y, box.x + box.width, box.y + box.height)
    return any(
        field.page == page
        and place.holds(field.box.x + field.box.width / 2, field.box.y + field.box.height / 2)
        for field in draft.fields
    )


def test_the_overlay_has_the_size_of_the_pages() -> None:
    paper = Paper()
    row(paper, "氏名")
    pdf = paper.pdf()
    draft = propose_form(pdf, id="test-form", title="試験")
    (pixels,) = draw_draft(pdf, draft.definition, dpi=50)
    assert abs(pixels.shape[0] - 297 * 50 / 25.4) < 2
    assert (pixels != pixels[..., :1]).any()


@pytest.mark.parametrize(
    ("label", "suffix", "kind"),
    [("合計", "円", "amount"), ("銀行の支店コード", "", "digits"), ("お名前", "", "kanji_name")],
)
def test_kinds_follow_label_and_unit(label: str, suffix: str, kind: str) -> None:
    assert guess_kind(label, suffix) == kind
