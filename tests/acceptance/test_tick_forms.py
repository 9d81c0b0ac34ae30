"""Ticks on boxes that stand close together, with ticks beside their box and over the next one."""

import pytest

from models.marks import MarkReader
from pipelines.ink import subtract_blank
from pipelines.marks import read_marks
from pipelines.records import MarkState
from training.mark_cells.data import templates_of
from training.mark_pages import MARKED, registered_marks
from training.measure_marks import STATES
from training.tick_forms import LAYOUTS, tick_form
from training.tick_pages import ticked_page

pytestmark = pytest.mark.acceptance


def test_a_pale_worn_page_is_toned_before_it_is_registered() -> None:
    entry = tick_form(next(layout for layout in LAYOUTS if layout.name == "flat"))
    drawn = ticked_page(entry, 430_003, "noise", measuring=True).page
    (template,) = templates_of(entry)
    # As it is, `register_page` refuses it: too little of its print is dark enough.
    assert registered_marks(entry, template, drawn) is not None


def test_ticks_in_boxes_close_together_are_read() -> None:
    entry = tick_form(next(layout for layout in LAYOUTS if layout.name == "close"))
    drawn = ticked_page(entry, 430_001, "skew", measuring=True).page
    (template,) = templates_of(entry)
    registered = registered_marks(entry, template, drawn)
    assert registered is not None
    ink = subtract_blank(registered, template)
    marks = read_marks(registered, template, entry.definition, ink, MarkReader.load())
    right = [mark.state is STATES[drawn.truth[mark.group, mark.option]] for mark in marks]
    wrong = sum(
        not found and mark.state is not MarkState.AMBIGUOUS
        for found, mark in zip(right, marks, strict=True)
    )
    ticked = [drawn.truth[mark.group, mark.option] == MARKED for mark in marks]
    assert len(right) > 900
    # Every tick is read. Empty options are asked about in doubt, more readily than ticks; the first
    # network got 16 wrong or left them open.
    assert all(found for found, tick in zip(right, ticked, strict=True) if tick)
    assert right.count(False) <= 5
    assert wrong <= 1
