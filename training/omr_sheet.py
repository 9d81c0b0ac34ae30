"""A bubble sheet made elsewhere as a form of ours, and its reading.

    python -m training.omr_sheet ../shared/data/omr_omrchecker

The definition has the geometry of the sheet (`bubble_4col.png` of OMRChecker: a table of eight
questions with four bubbles). Its blank is made of the sheet itself: in each column most bubbles are
empty, and so is their median. Prints how many rows are read as the sheet's truth says.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.marks import MarkReader
from pipelines.forms.model import FormDefinition
from pipelines.forms.render import render_blank
from pipelines.forms.template import Template, templates_of_pdf
from pipelines.ink import subtract_blank
from pipelines.mark_fields import mark_fields
from pipelines.marks import read_marks
from pipelines.records import Field, Identification, Page, Pixels
from pipelines.register import register_page

# All in pixels of the sheet, five of which are a millimetre of the form.
_PX = 5
SIZE = (738, 913)
_FRAME, _COLUMNS = (29, 29, 714, 899), (161, 292, 424, 556)
_BUBBLES = ((176, 273), (317, 405), (439, 537), (582, 685))
_FIRST_ROW, _ROW, _HIGH = 66, 104.4, 73
_ROOM = 8
ROWS = 8


def omr_form() -> FormDefinition:
    """Make the sheet a form: a mark group of four bubbles for each question."""
    name = {"name": "mark_table", "label": "題", "kind": "text", "box": _box(40, 32, 660, 30)}
    page = {"number": 1, "width": SIZE[0] / _PX, "height": SIZE[1] / _PX, "printed": _printed()}
    return FormDefinition.model_validate(
        {
            "id": "omr-bubbles",
            "revision": "1",
            "title": "CORRECT METHOD",
            "operation": "resident_register",
            "document_kind": "application",
            "valid": {"from": "2026-04-01"},
            "source": "OMRChecker (Udayraj Deshmukh and contributors, MIT)",
            "pages": [page],
            "fields": [name],
            "marks": [
                {
                    "name": f"q{21 + row:03}",
                    "label": f"{21 + row:03}",
                    "style": "fill",
                    "options": [
                        {"value": f"a{n + 1}", "label": f"{n + 1}", "box": _bubble(row, n)}
                        for n in range(len(_BUBBLES))
                    ],
                }
                for row in range(ROWS)
            ],
        }
    )


def drawn_template() -> Template:
    """Template of the sheet as its definition draws it."""
    form = omr_form()
    (template,) = templates_of_pdf(form, render_blank(form, Path()))
    return template


def blank_template(pixels: Pixels) -> Template:
    """Template of a sheet (H x W x 3 RGB) without its marks: most bubbles of a column are empty."""
    blank = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    for left, right in _BUBBLES:
        columns = slice(left - _ROOM, right + _ROOM)
        usual = np.median([blank[_rows(row), columns] for row in range(ROWS)], axis=0)
        for row in range(ROWS):
            blank[_rows(row), columns] = usual.astype(np.uint8)
    drawn = drawn_template()
    size = drawn.grey.shape[::-1]
    grey = cv2.resize(blank, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    grey.setflags(write=False)
    return replace(drawn, grey=grey)


def read_sheet(pixels: Pixels, template: Template, reader: MarkReader) -> tuple[Field, ...]:
    """Fields of the questions of a sheet (RGB). Raises ValueError if it lies elsewhere."""
    height, width = pixels.shape[:2]
    page = Page(
        number=1,
        pixels=pixels,
        dpi=width / SIZE[0] * _PX * 25.4,
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
    )
    shown = (width / template.grey.shape[1], height / template.grey.shape[0])
    pose = Identification(
        form=template.key,
        form_page=1,
        score=1.0,
        method="pinned",
        from_template=np.diag([*shown, 1.0]),
    )
    registered = register_page(page, template, pose)
    if registered is None:
        raise ValueError("the sheet does not lie where its form says")
    ink = subtract_blank(registered, template)
    marks = read_marks(registered, template, template.definition, ink, reader)
    return mark_fields(template.definition, marks)


def main() -> int:
    """Read the sheet and compare with its truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    truth = json.loads((folder / "bubble_4col.gt.json").read_text("utf-8"))["marked"]
    pixels = cv2.cvtColor(cv2.imread(str(folder / "bubble_4col.png")), cv2.COLOR_BGR2RGB)
    fields = read_sheet(pixels, blank_template(pixels), MarkReader.load())
    read = {field.name: field for field in fields}
    right = 0
    for row, option in truth.items():
        field = read[f"q{row}"]
        exact = field.value == f"a{option}"
        right += exact
        doubt = " doubtful" if field.doubtful else ""
        sys.stdout.write(f"{row}: {option} read {field.value} {field.confidence:.3f}{doubt}\n")
    sys.stdout.write(f"{right} of {len(truth)} rows right\n")
    return 0


def _rows(row: int) -> slice:
    top = round(_FIRST_ROW + row * _ROW + 18)
    return slice(top - _ROOM, top + _HIGH + _ROOM)


def _printed() -> list[dict[str, Any]]:
    x0, y0, x1, y1 = _FRAME
    printed: list[dict[str, Any]] = [
        {"type": "rect", "stroke": 0.8, **_box(x0, y0, x1 - x0, y1 - y0)},
        {"type": "text", "text": "CORRECT METHOD", "align": "center", "size": 5.4, "bold": True,
         "font": "gothic", "x": (x0 + x1) / 2 / _PX, "y": 57 / _PX},
    ]  # fmt: skip
    for x in _COLUMNS:
        printed.append(_line(x, _FIRST_ROW, x, y1))
    for row in range(ROWS):
        top = _FIRST_ROW + row * _ROW
        printed.append(_line(x0, top, x1, top))
        printed.append(_text(f"{21 + row:03}", 70, top + 27, 4.6))
        for n in range(len(_BUBBLES)):
            box = _bubble(row, n)
            printed.append({"type": "rect", "stroke": 0.4, "radius": box["height"] / 2, **box})
            middle = _PX * (box["x"] + 0.44 * box["width"])
            printed.append(_text(str(n + 1), middle, _PX * box["y"] + 49, 5.4))
    return printed


def _bubble(row: int, number: int) -> dict[str, float]:
    left, right = _BUBBLES[number]
    top = _FIRST_ROW + row * _ROW + 18
    return _box(left, top, right - left, _HIGH)


def _box(x: float, y: float, width: float, height: float) -> dict[str, float]:
    return {"x": x / _PX, "y": y / _PX, "width": width / _PX, "height": height / _PX}


def _line(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    return {"type": "line", "x0": x0 / _PX, "y0": y0 / _PX, "x1": x1 / _PX, "y1": y1 / _PX}


def _text(text: str, x: float, y: float, size: float) -> dict[str, Any]:
    return {
        "type": "text",
        "text": text,
        "x": x / _PX,
        "y": y / _PX,
        "size": size,
        "font": "gothic",
        "align": "center",
    }


if __name__ == "__main__":
    raise SystemExit(main())
