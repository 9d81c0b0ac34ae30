"""Blank and pre-filled forms: ink stands where the definition says, the same every time."""

from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from numpy.typing import NDArray

from pipelines.errors import CodedError
from pipelines.forms.code import FormCode, format_code, parse_code
from pipelines.forms.load import FormEntry, parse_form
from pipelines.forms.model import Box, FormDefinition
from pipelines.forms.render import render_blank, render_prefilled
from pipelines.forms.template import TEMPLATE_DPI, box_pixels, build_templates, templates_of_pdf
from pipelines.records import FormKey

FORM = """\
id: test-form
revision: "2026-04"
title: 試験様式
operation: other
document_kind: application
valid: {from: 2026-04-01}
pages:
  - number: 1
    code: {x: 170, y: 20, size: 16}
    printed:
      - {type: text, text: 題名, x: 105, y: 30, size: 8, align: center, bold: true, spacing: 2}
      - {type: text, text: 申請者, x: 15, y: 40, vertical: true}
      - {type: rect, x: 20, y: 60, width: 40, height: 10, stroke: 0, fill: 0.5}
      - {type: line, x0: 20, y0: 80, x1: 60, y1: 80, width: 0.5}
      - {type: circle, x: 40, y: 100, radius: 8}
fields:
  - {name: number, label: 番号, kind: my_number, cells: 12,
     box: {x: 30, y: 120, width: 72, height: 8}}
  - {name: person, label: 氏名, kind: kanji_name, box: {x: 30, y: 140, width: 60, height: 9}}
  - {name: note, label: 備考, kind: multi_line, lines: 2,
     box: {x: 30, y: 150, width: 60, height: 14}}
  - name: birth
    label: 生年月日
    kind: date
    box: {x: 30, y: 170, width: 80, height: 8}
    eras:
      - {value: showa, box: {x: 30, y: 170, width: 5, height: 6}}
      - {value: heisei, box: {x: 38, y: 170, width: 5, height: 6}}
    parts:
      - {part: year, box: {x: 50, y: 170, width: 12, height: 8}}
      - {part: month, box: {x: 70, y: 170, width: 12, height: 8}}
      - {part: day, box: {x: 90, y: 170, width: 12, height: 8}}
  - name: postal
    label: 郵便番号
    kind: postal_code
    box: {x: 30, y: 190, width: 40, height: 8}
    parts:
      - {part: first, cells: 3, box: {x: 30, y: 190, width: 15, height: 8}}
      - {part: second, cells: 4, box: {x: 50, y: 190, width: 20, height: 8}}
marks:
  - name: kind
    label: 区分
    options:
      - {value: new, label: 新規, box: {x: 30, y: 210, width: 4, height: 4}}
      - {value: old, label: 継続, box: {x: 60, y: 210, width: 4, height: 4}}
  - name: sex
    label: 性別
    style: circle
    options:
      - {value: male, label: 男, box: {x: 30, y: 225, width: 6, height: 6}}
      - {value: female, label: 女, box: {x: 40, y: 225, width: 6, height: 6}}
"""


def form_of(text: str = FORM) -> FormDefinition:
    return parse_form(text.encode(), file="form.yaml", directory=Path())


def pixels(pdf: bytes) -> NDArray[np.uint8]:
    return templates_of_pdf(form_of(), pdf)[0].grey


def ink(grey: NDArray[np.uint8], x: float, y: float, width: float, height: float) -> float:
    """Share of dark pixels in a rectangle of mm."""
    x0, y0, x1, y1 = (round(v) for v in box_pixels(Box(x=x, y=y, width=width, height=height)))
    return float((grey[y0:y1, x0:x1] < 128).mean())


def test_the_same_definition_gives_the_same_bytes() -> None:
    form = form_of()
    assert render_blank(form) == render_blank(form)
    assert render_blank(form).startswith(b"%PDF-")


def test_print_stands_where_the_definition_says() -> None:
    grey = pixels(render_blank(form_of()))
    assert grey.shape == (round(297 / 25.4 * 200), round(210 / 25.4 * 200))
    assert ink(grey, 95, 23, 20, 8) > 0.1
    assert ink(grey, 95, 32, 20, 6) == 0
    assert ink(grey, 13, 40, 4, 10) > 0.1
    assert abs(int(grey[round(65 / 25.4 * 200), round(40 / 25.4 * 200)]) - 128) < 4
    assert ink(grey, 21, 79.9, 38, 0.2) > 0.9
    assert ink(grey, 35, 95, 10, 10) == 0
    assert ink(grey, 31, 91, 18, 18) > 0.01


def test_combs_and_tick_boxes_are_drawn_from_their_fields() -> None:
    grey = pixels(render_blank(form_of()))
    for i in range(1, 12):
        assert ink(grey, 30 + i * 6 - 0.2, 121, 0.4, 6) > 0.2
    assert ink(grey, 30.5, 121, 5, 6) == 0
    assert ink(grey, 29.8, 209.8, 4.4, 4.4) > 0.1
    assert ink(grey, 30.5, 210.5, 3, 3) == 0
    assert ink(grey, 29, 224, 18, 8) == 0


def test_the_code_names_form_revision_and_page() -> None:
    grey = pixels(render_blank(form_of()))
    (symbol,) = zxingcpp.read_barcodes(grey)
    assert symbol.text == "ocr-service:form:test-form:2026-04:1"
    corner = symbol.position.top_left
    assert abs(corner.x / 200 * 25.4 - 170) < 1
    assert abs(corner.y / 200 * 25.4 - 20) < 1


def test_a_code_is_read_back_and_strangers_are_not() -> None:
    key = FormKey(id="test-form", revision="2026-04")
    assert parse_code(format_code(key, 2)) == FormCode(key=key, page=2)
    strangers = ("https://example.jp/", "ocr-service:form:a:b", "ocr-service:form:ab:1:0",
                 "ocr-service:form:ab:1:1\n", "ocr-service:form:../x:1:1", "")  # fmt: skip
    assert [parse_code(text) for text in strangers] == [None] * len(strangers)


def test_values_are_printed_into_their_boxes() -> None:
    values = {
        "number": "123456789018",
        "person": "山田 太郎",
        "birth": "1990-04-05",
        "postal": "1208510",
        "kind": "old",
        "sex": "female",
    }
    form = form_of()
    blank, filled = pixels(render_blank(form)), pixels(render_prefilled(form, values))
    added = np.where((blank > 128) & (filled < 128), 0, 255).astype(np.uint8)
    assert all(ink(added, 30.5 + i * 6, 121, 5, 6) > 0.02 for i in range(12))
    assert ink(added, 30, 140, 60, 9) > 0.02
    assert ink(added, 38, 170, 5, 6) > 0.02
    assert ink(added, 30, 170, 5, 6) == 0
    assert min(ink(added, x, 170, 12, 8) for x in (50, 70, 90)) > 0.01
    assert min(ink(added, x, 190, 5, 8) for x in (30, 35, 40, 50, 55, 60, 65)) > 0.02
    assert ink(added, 60, 210, 4, 4) > 0.05
    assert ink(added, 30, 210, 4, 4) == 0
    assert ink(added, 40, 225, 6, 6) > 0.02
    text = pypdfium2.PdfDocument(render_prefilled(form, values))[0].get_textpage().get_text_range()
    assert "山田 太郎" in text


def test_a_long_value_is_set_smaller_and_on_its_lines() -> None:
    form = form_of()
    filled = pixels(render_prefilled(form, {"note": "長い備考" * 12}))
    assert ink(filled, 30, 150, 60, 7) > 0.02
    assert ink(filled, 30, 157, 60, 7) > 0.02
    assert ink(filled, 91, 149, 60, 16) == 0


@pytest.mark.parametrize(
    "values",
    [
        {"nobody": "x"},
        {"birth": "1990-13-40"},
        {"birth": "昨日"},
        {"number": "1234567890123"},
        {"kind": "none"},
    ],
)
def test_values_that_do_not_fit_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(CodedError) as caught:
        render_prefilled(form_of(), values)
    assert caught.value.code == "form.invalid"


def test_empty_values_leave_the_blank_as_it_is() -> None:
    form = form_of()
    assert render_prefilled(form, {"person": "", "birth": ""}) == render_blank(form)


def test_a_background_is_the_form_and_combs_are_not_drawn_again(tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(render_blank(form_of()))
    text = FORM[: FORM.index("    code:")] + "    background: paper.pdf\n"
    text += FORM[FORM.index("fields:") :]
    form = parse_form(text.encode(), file="form.yaml", directory=tmp_path)
    pdf = render_blank(form, tmp_path)
    assert pdf == render_blank(form, tmp_path)
    difference = np.abs(pixels(pdf).astype(int) - pixels(render_blank(form_of())).astype(int))
    assert float(difference.mean()) < 0.5
    with pytest.raises(CodedError):
        render_blank(form, tmp_path / "elsewhere")
    (tmp_path / "paper.pdf").write_bytes(b"not a PDF")
    with pytest.raises(CodedError):
        render_blank(form, tmp_path)


def test_templates_have_one_grey_picture_a_page_that_nobody_can_change() -> None:
    form = form_of()
    (template,) = build_templates(FormEntry(form, Path(), Path("form.yaml")))
    assert (template.key.id, template.form_page, template.dpi) == ("test-form", 1, TEMPLATE_DPI)
    assert template.grey.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        template.grey[0, 0] = 0
