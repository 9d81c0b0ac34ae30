"""Reading a page with a recogniser that says what it is told: states, parts, marks, places."""

from dataclasses import replace
from datetime import date
from typing import cast

import numpy as np
import pytest
from reading_pages import (
    DPI,
    ToldRecogniser,
    box,
    characters,
    draw,
    draw_box_character,
    ink_of,
    registered,
    white_page,
)

from models.recogniser import Reading, Recogniser
from pipelines.fields import read_fields
from pipelines.forms.model import (
    DatePart,
    Era,
    EraOption,
    FieldDefinition,
    FieldKind,
    FieldPart,
    FormDefinition,
    PageDefinition,
    ValidDates,
)
from pipelines.forms.template import Template
from pipelines.records import (
    BoundingBox,
    Field,
    FieldSource,
    FieldState,
    FormKey,
    Mark,
    MarkState,
    Pixels,
    RegisteredPage,
)

NAME = FieldDefinition(name="name", label="氏名", kind=FieldKind.KANJI_NAME, box=box(20, 20, 60, 8))
NUMBER = FieldDefinition(
    name="number", label="番号", kind=FieldKind.DIGITS, box=box(20, 32, 30, 8), cells=6
)
BIRTH = FieldDefinition(
    name="birth",
    label="生年月日",
    kind=FieldKind.DATE,
    box=box(20, 44, 60, 8),
    parts=(
        FieldPart(part=DatePart.YEAR, box=box(20, 44, 10, 8)),
        FieldPart(part=DatePart.MONTH, box=box(40, 44, 10, 8)),
        FieldPart(part=DatePart.DAY, box=box(60, 44, 10, 8)),
    ),
    eras=(
        EraOption(value=Era.SHOWA, box=box(5, 44, 4, 4)),
        EraOption(value=Era.HEISEI, box=box(5, 48, 4, 4)),
    ),
)


def _mark(option: str, state: MarkState = MarkState.MARKED) -> Mark:
    return Mark(
        group="birth.era",
        option=option,
        state=state,
        confidence=1.0,
        box=BoundingBox(x0=0, y0=0, x1=1, y1=1),
        page=1,
    )


def _read(
    pixels: Pixels,
    *fields: FieldDefinition,
    told: ToldRecogniser,
    marks: tuple[Mark, ...] = (),
    page: RegisteredPage | None = None,
) -> list[Field]:
    form = FormDefinition(
        id="toy-form",
        revision="1",
        title="試験用紙",
        operation="other",
        document_kind="application",
        valid=ValidDates.model_validate({"from": date(2025, 1, 1)}),
        pages=(PageDefinition(number=1, width=100, height=60),),
        fields=fields,
    )
    template = Template(
        key=FormKey(id="toy-form", revision="1"),
        form_page=1,
        grey=np.full(pixels.shape[:2], 255, np.uint8),
        dpi=DPI,
        definition=form,
    )
    found = read_fields(
        page or registered(pixels), template, form, marks, ink_of(pixels), cast(Recogniser, told)
    )
    return list(found)


def test_blank_boxes_are_never_shown_to_the_recogniser() -> None:
    told = ToldRecogniser()
    fields = _read(white_page(), NAME, NUMBER, BIRTH, told=told)
    assert [f.state for f in fields] == [FieldState.BLANK] * 3
    assert [f.value for f in fields] == [None] * 3
    assert told.crops == []


def test_a_name_keeps_its_text_value_and_place() -> None:
    pixels = white_page()
    for x in (22, 27, 38, 43):
        draw_box_character(pixels, x, 22)
    (name,) = _read(
        pixels, NAME, told=ToldRecogniser("鈴木一郎"), page=registered(pixels, scale=1.5)
    )
    assert (name.value, name.raw_text, name.state) == ("鈴木 一郎", "鈴木 一郎", FieldState.READ)
    assert not name.doubtful
    assert name.box is not None
    assert name.box.x0 == pytest.approx(20 * DPI / 25.4 * 1.5, abs=2)
    assert name.box.y1 == pytest.approx(28 * DPI / 25.4 * 1.5, abs=2)


def test_a_date_in_parts_takes_the_era_that_is_circled() -> None:
    pixels = white_page()
    for x in (22, 42, 62):
        draw(pixels, [(x, 45.5), (x + 2, 45.5), (x + 0.6, 50)])
    (birth,) = _read(pixels, BIRTH, told=ToldRecogniser("2", "5", "3"), marks=(_mark("heisei"),))
    assert (birth.raw_text, birth.value) == ("平成2年5月3日", "1990-05-03")


@pytest.mark.parametrize("marks", [(), (_mark("showa"), _mark("heisei"))])
def test_without_one_clear_era_there_is_no_date(marks: tuple[Mark, ...]) -> None:
    pixels = white_page()
    for x in (22, 42, 62):
        draw(pixels, [(x, 45.5), (x + 2, 45.5), (x + 0.6, 50)])
    (birth,) = _read(pixels, BIRTH, told=ToldRecogniser("2", "5", "3"), marks=marks)
    assert birth.value is None
    assert birth.raw_text == "2年5月3日"
    assert birth.doubtful


def test_a_date_that_is_none_is_unreadable_and_keeps_its_text() -> None:
    pixels = white_page()
    for x in (22, 42, 62):
        draw(pixels, [(x, 45.5), (x + 2, 45.5), (x + 0.6, 50)])
    (birth,) = _read(pixels, BIRTH, told=ToldRecogniser("7", "13", "40"), marks=(_mark("heisei"),))
    assert (birth.state, birth.value) == (FieldState.UNREADABLE, None)
    assert birth.raw_text == "平成7年13月40日"


def test_a_comb_may_hold_digits_only() -> None:
    pixels = white_page()
    for cell in range(3):
        draw(pixels, [(22.5 + 5 * cell, 33.5), (22.5 + 5 * cell, 38.5)])
    told = ToldRecogniser("111")
    (number,) = _read(pixels, NUMBER, told=told)
    assert number.value == "111"
    assert told.repertoires == [frozenset("0123456789")]


@pytest.mark.parametrize(("cells", "doubtful"), [((0, 1, 2), False), ((0, 1, 3), True)])
def test_a_cell_left_out_between_figures_is_doubtful(
    cells: tuple[int, ...], doubtful: bool
) -> None:
    pixels = white_page()
    for cell in cells:
        draw(pixels, [(22.5 + 5 * cell, 33.5), (22.5 + 5 * cell, 38.5)])
    (number,) = _read(pixels, NUMBER, told=ToldRecogniser("111"))
    assert (number.value, number.doubtful) == ("111", doubtful)


def test_ink_that_says_nothing_is_unreadable_and_not_blank() -> None:
    pixels = white_page()
    draw_box_character(pixels, 22, 22)
    (name,) = _read(pixels, NAME, told=ToldRecogniser(Reading("", 0.0, 0.0)))
    assert (name.state, name.value, name.doubtful) == (FieldState.UNREADABLE, None, True)


def test_a_hopeless_reading_is_unreadable() -> None:
    pixels = white_page()
    draw_box_character(pixels, 22, 22)
    reading = Reading("龘", 0.001, 1.0, characters("龘", 0.001))
    (name,) = _read(pixels, NAME, told=ToldRecogniser(reading))
    assert (name.state, name.doubtful) == (FieldState.UNREADABLE, True)


def _struck(*others: float) -> Pixels:
    pixels = white_page()
    for x in (22, 27, 32, *others):
        draw_box_character(pixels, x, 22)
    for y in (23.5, 24.5):
        draw(pixels, [(21, y + 0.2), (37, y)])
    return pixels


def test_a_struck_value_without_another_is_struck() -> None:
    (name,) = _read(_struck(), NAME, told=ToldRecogniser("田中田"))
    assert (name.state, name.value) == (FieldState.STRUCK, None)
    assert name.raw_text == "田中田"
    assert [a.value for a in name.alternatives] == ["田中田"]


def test_what_is_written_beside_a_strike_is_the_value_and_the_struck_one_is_kept() -> None:
    (name,) = _read(_struck(55, 60), NAME, told=ToldRecogniser("鈴木", "田中田"))
    assert (name.state, name.value) == (FieldState.READ, "鈴木")
    assert name.doubtful
    assert name.alternatives[0].value == "田中田"


def test_a_box_that_the_scan_does_not_show_is_unknown_and_not_blank() -> None:
    pixels = white_page()
    shift = np.array([[1.0, 0, 0], [0, 1.0, -25 * DPI / 25.4], [0, 0, 1.0]])
    page = replace(registered(pixels), to_scan=shift)
    name, number = _read(pixels, NAME, NUMBER, told=ToldRecogniser(), page=page)
    assert (name.state, name.doubtful) == (FieldState.UNREADABLE, True)
    assert number.state is FieldState.BLANK


def test_all_boxes_of_a_page_are_read_in_one_call() -> None:
    pixels = white_page()
    draw_box_character(pixels, 22, 22)
    draw(pixels, [(22.5, 33.5), (22.5, 38.5)])
    told = ToldRecogniser("田", "1")
    name, number = _read(pixels, NAME, NUMBER, told=told)
    assert (name.value, number.value) == ("田", "1")
    assert len(told.crops) == 2


def test_crumbs_of_ink_are_unreadable_and_never_blank() -> None:
    pixels = white_page()
    x, y = NAME.box.x + 4, NAME.box.y + 1
    for down in (0.5, 2.1, 3.7):
        draw(pixels, [(x, y + down), (x, y + down + 0.4)])
    (field,) = _read(pixels, NAME, told=ToldRecogniser())
    assert (field.state, field.source) == (FieldState.UNREADABLE, FieldSource.BLANK)
    assert field.doubtful


def test_a_blank_box_beside_strokes_that_broke_up_is_doubtful() -> None:
    """A fax of a faint pen: what is blank may have been written."""
    pixels = white_page()
    other = NAME.model_copy(update={"name": "other", "box": box(20, 44, 60, 8)})
    for x in range(21, 76, 5):
        draw_box_character(pixels, x, 22)
        draw_box_character(pixels, x, 46)
    told = ToldRecogniser("鈴木", "佐藤")
    _, blank, _ = _read(pixels, NAME, NUMBER, other, told=told)
    assert (blank.state, blank.doubtful) == (FieldState.BLANK, False)
    lost = np.kron(np.random.default_rng(4).random((120, 180)) < 0.55, np.ones((5, 5), bool))
    height, width = pixels.shape[:2]
    pixels[lost[:height, :width]] = 255
    told = ToldRecogniser("鈴木", "佐藤")
    _, blank, _ = _read(pixels, NAME, NUMBER, other, told=told)
    assert (blank.state, blank.value, blank.doubtful) == (FieldState.BLANK, None, True)
