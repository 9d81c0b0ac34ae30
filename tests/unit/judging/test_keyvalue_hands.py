"""Where along a line a hand has written: columns of the reader set against places on the page."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from models.hands import HEIGHT, STEP, HandReader, levelled, prepared
from models.manifest import Manifest
from pipelines.forms.blank_records import Area
from pipelines.keyvalue_chars import PlacedLine
from pipelines.keyvalue_hands import HandLine, line_hands
from pipelines.records import BoundingBox, Line, Page

PER_MM = 8
DPI = PER_MM * 25.4


def line(text: str, index: int, area: Area, *, vertical: bool = False) -> PlacedLine:
    box = BoundingBox(x0=0, y0=0, x1=1, y1=1)
    return PlacedLine(
        Line(text=text, confidence=0.9, box=box, page=1, vertical=vertical), area, index
    )


def page() -> Page:
    """Paper with a light word and, to its right on the same line, a dark one."""
    pixels = np.full((400, 800, 3), 240, np.uint8)
    pixels[110:130, 100:300] = 180
    pixels[110:130, 420:600] = 20
    return Page(
        number=1, pixels=pixels, dpi=DPI, to_scan=np.eye(3), scan_width=800, scan_height=400
    )


class DarkIsHand:
    """Stands in for the network: what is darker than grey was written."""

    def odds(self, lines: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        pictures = [prepared(each).reshape(HEIGHT, -1, STEP).mean(axis=(0, 2)) for each in lines]
        return [np.where(p > 0.5, 9.0, -9.0).astype(np.float32) for p in pictures]


def test_each_word_is_judged_by_its_own_columns() -> None:
    area = Area(90 / PER_MM, 105 / PER_MM, 640 / PER_MM, 135 / PER_MM)
    found = line_hands(page(), [line("月 3", 4, area)], DarkIsHand())  # type: ignore[arg-type]
    light = Area(100 / PER_MM, area.y0, 300 / PER_MM, area.y1)
    dark = Area(430 / PER_MM, area.y0, 590 / PER_MM, area.y1)
    # No word is surer than the bounds allow.
    assert found[4].along(light) == -6.0
    assert found[4].along(dark) == 6.0
    assert -6.0 < found[4].along(area) < 6.0


def test_columns_and_specks_are_not_looked_at() -> None:
    tall = line("縦書き", 0, Area(10, 10, 14, 45), vertical=True)
    speck = line("、", 1, Area(10, 10, 10.2, 10.2))
    assert line_hands(page(), [tall, speck], DarkIsHand()) == {}  # type: ignore[arg-type]


def test_a_place_beyond_the_line_takes_its_nearest_column() -> None:
    held = HandLine(Area(10, 10, 20, 14), np.array([-1.0, 0.0, 2.0], np.float32))
    assert held.along(Area(0, 10, 5, 14)) == -1.0
    assert held.along(Area(30, 10, 40, 14)) == 2.0
    assert held.along(Area(10, 10, 20, 14)) == pytest.approx(1 / 3)


def test_paper_and_ink_are_taken_as_they_are_on_the_line() -> None:
    rng = np.random.default_rng(0)
    for paper, ink in ((250, 30), (140, 60), (90, 20)):
        grey = np.full((40, 200), paper, np.uint8)
        grey[10:30, 20:80:6] = ink
        shares = levelled(grey)
        assert shares[0, 0] < 0.05 and shares[20, 20] > 0.95
    # What is only the grain of blank paper is not made ink of.
    grain = (240 + rng.normal(0, 2, (40, 200))).astype(np.uint8)
    assert levelled(grain).max() < 0.5


def test_answers_come_in_the_order_of_the_lines_and_as_long_as_they_are() -> None:
    def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return batch.mean(axis=(1, 2)).reshape(len(batch), -1, STEP).mean(axis=2)

    manifest = Manifest.__new__(Manifest)
    widths = (300, 40, 900, 3000)
    lines = []
    for width in widths:
        picture = np.full((HEIGHT, width), 250, np.uint8)
        picture[:, ::2] = 10
        lines.append(picture)
    found = HandReader(run, manifest).odds(lines)
    assert [len(odds) for odds in found] == [75, 10, 225, 256]
    assert HandReader(run, manifest).odds([]) == []
