"""Bubble sheets: filled bubbles are the answer, also where the digit in them is covered."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.marks import MarkReader
from pipelines.records import Pixels
from training.omr_sheet import ROWS, blank_template, drawn_template, read_sheet

REAL = Path(__file__).parents[4] / "shared" / "data" / "omr_omrchecker"


@pytest.fixture(scope="module")
def reader() -> MarkReader:
    return MarkReader.load()


def filled(answers: list[int]) -> Pixels:
    """The sheet as drawn by its definition, with a bubble filled in each row."""
    template = drawn_template()
    pixels = np.repeat(template.grey[..., None], 3, axis=2)
    scale = template.dpi / 25.4
    for group, answer in zip(template.definition.marks, answers, strict=True):
        box = group.options[answer].box
        middle = (round((box.x + box.width / 2) * scale), round((box.y + box.height / 2) * scale))
        axes = (round(0.47 * box.width * scale), round(0.47 * box.height * scale))
        cv2.ellipse(pixels, middle, axes, 0, 0, 360, (40, 40, 45), -1, cv2.LINE_AA)
    return pixels


def test_every_filled_bubble_is_read(reader: MarkReader) -> None:
    answers = [0, 1, 2, 3, 3, 2, 1, 0]
    fields = read_sheet(filled(answers), drawn_template(), reader)
    assert len(fields) == ROWS
    assert [field.value for field in fields] == [f"a{n + 1}" for n in answers]


def test_an_empty_sheet_has_no_answers(reader: MarkReader) -> None:
    template = drawn_template()
    pixels = np.repeat(template.grey[..., None], 3, axis=2)
    assert [f.value for f in read_sheet(pixels, template, reader)] == [None] * ROWS


@pytest.mark.skipif(not REAL.is_dir(), reason="the sheets of OMRChecker are not here")
def test_all_rows_of_the_sheet_made_elsewhere_are_right(reader: MarkReader) -> None:
    pixels = cv2.cvtColor(cv2.imread(str(REAL / "bubble_4col.png")), cv2.COLOR_BGR2RGB)
    truth = json.loads((REAL / "bubble_4col.gt.json").read_text("utf-8"))["marked"]
    fields = {f.name: f.value for f in read_sheet(pixels, blank_template(pixels), reader)}
    assert fields == {f"q{row}": f"a{option}" for row, option in truth.items()}
