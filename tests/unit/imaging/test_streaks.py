import cv2
import numpy as np
import pytest
from imaging_pages import World, page_of, rgb

from pipelines.geometry import grey_of
from pipelines.records import Pixels
from pipelines.streaks import find_streaks, without_streaks

DPI = 200


@pytest.fixture
def paper(world: World) -> Pixels:
    """A scan of a form, fed a little askew, with writing drawn over it."""
    pixels = rgb(world.templates["moving-notice"].grey)
    cv2.putText(pixels, "HAND 30", (560, 430), cv2.FONT_HERSHEY_SIMPLEX, 2.2, (40, 40, 60), 5)
    height, width = pixels.shape[:2]
    askew = cv2.getRotationMatrix2D((width / 2, height / 2), 0.4, 1.0)
    turned = cv2.warpAffine(pixels, askew, (width, height), borderValue=(250, 250, 250))
    return np.minimum(turned, 246).astype(np.uint8)


def streaked(paper: Pixels, *columns: int, tone: int = 60, wide: int = 2) -> Pixels:
    pixels = paper.copy()
    for column in columns:
        pixels[:, column : column + wide] = np.minimum(pixels[:, column : column + wide], tone)
    return pixels


@pytest.mark.parametrize(("tone", "wide"), [(0, 1), (60, 3), (205, 2)])
def test_lines_from_edge_to_edge_are_found_and_taken_out(
    paper: Pixels, tone: int, wide: int
) -> None:
    page = page_of(streaked(paper, 610, 1200, tone=tone, wide=wide), DPI)
    found = find_streaks(grey_of(page), page.dpi)
    assert [round((a + b) / 2 - (wide - 1) / 2) for a, b in found] == [610, 1200]
    clean = without_streaks(page)
    off = np.abs(clean.pixels.astype(int) - paper)[:, [610, 1200]]
    # Writing that the lines cross is drawn through; elsewhere paper is paper again.
    assert np.percentile(off, 95) < 12 and off.mean() < 8
    beside = [
        column for column in range(paper.shape[1]) if abs(column - 610) > 6 < abs(column - 1200)
    ]
    assert np.array_equal(clean.pixels[:, beside], page.pixels[:, beside])


def test_lines_across_a_page_fed_sideways_are_found(paper: Pixels) -> None:
    page = page_of(np.ascontiguousarray(streaked(paper, 700).transpose(1, 0, 2)), DPI)
    clean = without_streaks(page)
    assert np.percentile(np.abs(clean.pixels[700].astype(int) - paper[:, 700]), 95) < 12


def test_writing_on_a_pale_line_stays(paper: Pixels) -> None:
    paper[400:900, 998:1004] = 30
    clean = without_streaks(page_of(streaked(paper, 1000, tone=190), DPI))
    assert int(clean.pixels[420:880, 1000:1002].max()) < 90
    assert int(np.median(clean.pixels[1000:2200, 1000])) > 230


def test_rules_of_a_form_are_no_streaks(world: World) -> None:
    for template in world.templates.values():
        # As straight as only a page that never was on paper can be, cut at its frame as well.
        page = page_of(rgb(template.grey), DPI)
        assert without_streaks(page) is page
    ruled = np.full((2339, 1654, 3), 250, np.uint8)
    ruled[40:2300, 200:1500:100] = 30
    page = page_of(ruled, DPI)
    assert without_streaks(page) is page


def test_patterns_and_broad_bars_stay(paper: Pixels) -> None:
    stripes = np.full((2339, 1654, 3), 250, np.uint8)
    stripes[:, ::40] = 30
    for pixels in (stripes, streaked(paper, 800, wide=24), np.zeros_like(paper)):
        page = page_of(pixels, DPI)
        assert without_streaks(page) is page
