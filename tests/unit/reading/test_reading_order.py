import numpy as np
import pytest

from models.detector import TextRegion
from models.readings import ReadCharacter, Reading
from pipelines.line_crops import is_vertical, pieces
from pipelines.lines import joined, reading_order
from pipelines.records import Page
from pipelines.upright import turn_page


def _region(x: float, y: float, width: float, height: float) -> tuple[TextRegion, bool]:
    corners = np.array(
        [[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float32
    )
    region = TextRegion(corners, 0.9)
    return region, is_vertical(region)


def test_rows_are_read_from_the_top_and_from_the_left() -> None:
    regions = [
        _region(200, 12, 100, 20),
        _region(10, 50, 300, 20),
        _region(10, 10, 100, 20),
    ]
    assert reading_order(regions) == [2, 0, 1]


def test_columns_are_read_from_the_right() -> None:
    regions = [_region(10, 10, 20, 200), _region(80, 15, 20, 180), _region(45, 10, 20, 200)]
    assert reading_order(regions) == [1, 2, 0]


def test_a_very_long_line_is_cut_where_there_is_white() -> None:
    crop = np.full((20, 1000), 255, np.uint8)
    for x in range(0, 1000, 25):
        crop[4:16, x : x + 18] = 0
    parts = pieces(crop)
    assert len(parts) == 3
    assert sum(p.shape[1] for p in parts) == 1000
    assert all(p[:, 0].min() == 255 or i == 0 for i, p in enumerate(parts))


def test_nothing_read_has_no_confidence() -> None:
    assert joined([]) == ("", 0.0)


def test_the_confidence_of_a_line_knows_of_what_may_be_missing() -> None:
    sure = tuple(ReadCharacter(c, 0.99, 0.0, 0.1) for c in "足立区")
    # The characters are sure, the line is not: there may be more of them.
    text, confidence = joined(
        [Reading("足立", 0.5, 1.0, sure[:2]), Reading("区", 1.0, 1.0, sure[2:])]
    )
    assert text == "足立区"
    assert confidence == pytest.approx(0.5 ** (1 / 3))


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_turned_page_still_knows_its_place_in_the_scan(quarters: int) -> None:
    pixels = np.full((40, 60, 3), 255, np.uint8)
    pixels[10, 50] = 0
    page = Page(number=1, pixels=pixels, dpi=200, to_scan=np.eye(3), scan_width=60, scan_height=40)
    turned = turn_page(page, quarters)
    assert turned.rotation == 90 * quarters
    rows, columns = np.nonzero(turned.pixels[:, :, 0] == 0)
    # Pixel centres: the middle of the black pixel maps to the middle of where it was.
    point = turned.to_scan @ np.array([columns[0] + 0.5, rows[0] + 0.5, 1.0])
    assert point[:2] == pytest.approx([50.5, 10.5])
