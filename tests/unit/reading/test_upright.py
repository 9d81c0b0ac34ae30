"""Which way is up, as the lines of a page read: a recogniser that tells upright lines by a mark."""

from typing import cast

import numpy as np
import pytest

from models.detector import Detector, TextRegion
from models.readings import ReadCharacter, Reading
from models.recogniser import Recogniser
from pipelines.records import Page, Pixels, QualityReason, QualityVerdict
from pipelines.upright import WayUp, find_way_up, turn_page, turn_upright

_TEXT = "足立区役所子育て"


class _Recogniser:
    """Reads a line surely when its left end is black, else as `otherwise`."""

    def __init__(self, otherwise: float) -> None:
        self._otherwise = otherwise

    def read(self, crops: list[Pixels], _: list[None]) -> list[Reading]:
        return [self._read(crop) for crop in crops]

    def _read(self, crop: Pixels) -> Reading:
        height, width = crop.shape[:2]
        upright = width > height and crop[:, : height // 2].mean() < 60
        sure = 0.99 if upright else self._otherwise
        characters = tuple(ReadCharacter(c, sure, 0.0, 0.1) for c in _TEXT)
        # The chance of all characters together.
        return Reading(_TEXT, sure ** len(_TEXT), 1.0, characters)


class _Detector:
    """Finds the lines of `_page` however it lies."""

    def find(self, pixels: Pixels, *, long_side: int) -> list[TextRegion]:
        ink = pixels[..., 0] < 200
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        if not len(rows):
            return []
        along = rows if np.ptp(rows) < np.ptp(columns) else columns
        starts = along[np.flatnonzero(np.diff(along, prepend=-9) > 1)]
        whole = columns if along is rows else rows
        boxes = [(whole[0], start, whole[-1] + 1, start + 20) for start in starts]
        if along is columns:
            boxes = [(y0, x0, y1, x1) for x0, y0, x1, y1 in boxes]
        return [
            TextRegion(np.array([[a, b], [c, b], [c, d], [a, d]], np.float32), 0.9)
            for a, b, c, d in boxes
        ]


def _page(lines: int = 5) -> Page:
    pixels = np.full((200, 500, 3), 255, np.uint8)
    for line in range(lines):
        pixels[20 + 30 * line : 40 + 30 * line, 100:260] = 150
        pixels[20 + 30 * line : 40 + 30 * line, 100:112] = 0
    return Page(
        number=1, pixels=pixels, dpi=200, to_scan=np.eye(3), scan_width=500, scan_height=200
    )


def _way_up(page: Page, otherwise: float) -> WayUp:
    regions = _Detector().find(page.pixels, long_side=1440)
    return find_way_up(page, regions, cast(Recogniser, _Recogniser(otherwise)))


@pytest.mark.parametrize("turn", [0, 2])
def test_a_page_is_turned_so_that_its_lines_read(turn: int) -> None:
    way = _way_up(turn_page(_page(), turn), otherwise=0.4)
    assert way.told and (way.quarters + turn) % 4 == 0


@pytest.mark.parametrize("otherwise", [0.97, 0.99])
@pytest.mark.parametrize("turned", [0, 1, 2])
def test_lines_that_read_as_well_head_down_do_not_tell(otherwise: float, turned: int) -> None:
    page = turn_page(_page(), turned)
    way = _way_up(page, otherwise)
    assert not way.told
    # It lies as it came, whatever was made level of it before.
    assert turn_page(page, way.quarters).rotation == 0


def test_a_page_without_lines_stays_as_it_is_and_that_is_said() -> None:
    page = _page(lines=0)
    told: list[WayUp] = []
    detector, recogniser = cast(Detector, _Detector()), cast(Recogniser, _Recogniser(0.4))
    same, regions = turn_upright(page, detector, recogniser, seen=told.append)
    assert same is page and regions == []
    assert [way.told for way in told] == [False]


def test_a_verdict_that_says_one_thing_more_asks_for_another_scan() -> None:
    verdict = QualityVerdict(page=1, ok=True, measures={"dpi": 200.0})
    more = verdict.with_reason(QualityReason.WAY_UP)
    assert not more.ok and more.reasons == (QualityReason.WAY_UP,)
    assert more.measures == verdict.measures and verdict.ok


def test_what_looks_the_same_every_way_does_not_tell() -> None:
    """Bubbles of a mark sheet read surely head up, but as nothing that has a head."""

    class Bubbles(_Recogniser):
        def _read(self, crop: Pixels) -> Reading:
            read = super()._read(crop)
            return Reading("0○O00○○0", read.confidence, 1.0, read.characters)

    page = _page()
    regions = _Detector().find(page.pixels, long_side=1440)
    way = find_way_up(page, regions, cast(Recogniser, Bubbles(0.4)))
    assert not way.told and way.quarters == 0


def test_a_steep_line_counts_for_the_side_it_runs_along() -> None:
    """A line that runs down is given with its begin at the bottom, as steep ones are at times."""
    page = turn_page(_page(), 1)
    regions = [
        TextRegion(np.roll(region.corners, -1, axis=0), region.score)
        for region in _Detector().find(page.pixels, long_side=1440)
    ]
    way = find_way_up(page, regions, cast(Recogniser, _Recogniser(0.4)))
    assert way.told and way.quarters == 3
