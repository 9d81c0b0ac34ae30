"""Whether blank boxes of a page can be believed: crumbs tell that strokes are lost."""

from dataclasses import replace

import numpy as np
import pytest
from reading_pages import box, draw, draw_box_character, page_ink, white_page

from pipelines.check import quality_findings
from pipelines.lost_strokes import blanks_in_doubt, crumbs_and_ink, strokes_lost
from pipelines.records import (
    Field,
    FieldSource,
    FieldState,
    PageView,
    Pixels,
    QualityReason,
    QualityVerdict,
)

BOXES = [box(20, 20, 60, 8), box(20, 32, 60, 8), box(20, 44, 60, 8)]


def _written(*, broken: bool) -> Pixels:
    """Two rows of characters; broken, as a scan shows a pen about as light as its threshold."""
    pixels = white_page()
    for y in (22, 34):
        for x in range(21, 76, 5):
            draw_box_character(pixels, x, y)
    if broken:
        # Half of every stroke is lost, here and there a whole one.
        lost = np.kron(np.random.default_rng(4).random((560, 420)) < 0.55, np.ones((5, 5), bool))
        height, width = pixels.shape[:2]
        pixels[lost[:height, :width]] = 255
    return pixels


def test_broken_strokes_tell_that_others_may_be_lost() -> None:
    assert strokes_lost(page_ink(_written(broken=True)), BOXES)
    assert not strokes_lost(page_ink(_written(broken=False)), BOXES)


def test_what_lies_between_the_boxes_tells_nothing() -> None:
    page = page_ink(_written(broken=True))
    assert crumbs_and_ink(page, [box(20, 60, 60, 8)]) == (0.0, 0.0)
    assert not strokes_lost(page, [box(20, 60, 60, 8)])
    assert not strokes_lost(page, [])


def test_dots_and_dust_are_no_broken_strokes() -> None:
    pixels = _written(broken=False)
    for x in range(22, 78, 4):
        draw(pixels, [(x, 46), (x + 0.4, 46.3)])
    assert not strokes_lost(page_ink(pixels), BOXES)
    # On a form that nobody filled in, all ink is dust.
    blank = white_page()
    for x in range(22, 78, 4):
        draw(blank, [(x, 46), (x + 0.3, 46.2)], width=2)
    assert not strokes_lost(page_ink(blank), BOXES)


def test_noise_may_be_crumbs_and_tells_nothing() -> None:
    page = replace(page_ink(_written(broken=True)), noisy=True)
    assert not strokes_lost(page, BOXES)


@pytest.mark.parametrize("doubtful", [True, False])
def test_the_page_is_told_of_where_blank_boxes_are_in_doubt(doubtful: bool) -> None:
    field = Field(
        name="tel",
        label="電話",
        kind="phone",
        value=None,
        raw_text="",
        confidence=0.5,
        state=FieldState.BLANK,
        source=FieldSource.BLANK,
        box=None,
        page=1,
        doubtful=doubtful,
    )
    assert blanks_in_doubt([None, field]) is doubtful
    assert not blanks_in_doubt([replace(field, state=FieldState.UNREADABLE)])


def test_the_finding_asks_for_a_scan_in_grey() -> None:
    view = PageView(
        number=2,
        width=10,
        height=10,
        rotation=0,
        form_page=1,
        score=1.0,
        quality=QualityVerdict(page=2, ok=True),
    )
    told = view.with_reason(QualityReason.LOST_STROKES)
    assert told.quality.reasons == (QualityReason.LOST_STROKES,) and not told.quality.ok
    (finding,) = quality_findings([told.quality])
    assert finding.rule == "quality.lost_strokes" and "グレースケール" in finding.message
