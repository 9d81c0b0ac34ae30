"""The ink of a registered page, sorted into strokes, ready to be cut into boxes.

Print, rules and combs are gone (they are no ink), red seals are left out, and every connected
stroke is known with its place, so that a box can take the strokes that belong to it, also where
they leave it, and leave those that intrude from its neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.model import Box
from pipelines.ink import Ink
from pipelines.records import Pixels, RegisteredPage

_PAPER = 255
_DARK_IN_RED = 130
# A stroke that lies mostly elsewhere is cut at the box when this much of it, or of the box's
# width, is inside; else it is a guest: the circle around an era, a neighbour's long tail.
_SHARE_INSIDE = 0.35
_WIDTH_INSIDE = 0.4
# How far a circle is drawn from the words it is drawn around, and how far it reaches into a box.
_RING_MM = 2.6
_EDGE_MM = 1.5
# The smallest thing that counts as writing on its own (a figure 1, a 一): a share of the height
# of the line, within limits in mm. What is smaller is dirt.
_WRITING, _WRITING_MM = 0.32, (1.3, 2.4)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PageInk:
    """Ink of a page in template pixels.

    `grey` is H x W, dark ink on white (255), everything else white. `labels` is H x W int32 with
    one number a connected stroke, 0 where there is none; `strokes` has a row a number: x, y,
    width, height, area in pixels.
    """

    grey: Pixels
    labels: NDArray[np.int32]
    strokes: NDArray[np.int32]
    dpi: float

    def px(self, mm: float) -> float:
        """Template pixels of a length in mm."""
        return mm * self.dpi / 25.4


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BoxInk:
    """The ink that belongs to one box: `mask` (bool) and `grey` of the window at (x, y) px.

    `box` is the box itself in pixels of the window: x0, y0, x1, y1.
    """

    grey: Pixels
    mask: NDArray[np.bool_]
    x: int
    y: int
    box: tuple[float, float, float, float]

    @property
    def blank(self) -> bool:
        """Whether nothing is written here."""
        return not self.mask.any()


def sort_ink(registered: RegisteredPage, ink: Ink) -> PageInk:
    """Prepare the ink of a page (`ink.mask`, `ink.red` of the size of `registered.pixels`)."""
    red = cv2.dilate(ink.red.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    grey = _levelled(registered.pixels, red)
    # Black writing under a seal stays dark in the red channel; the seal and its fringe do not.
    mask = ink.mask & ~(red & (grey > _DARK_IN_RED))
    near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    grey = np.where(near > 0, grey, _PAPER).astype(np.uint8)
    joined = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, labels, strokes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    return PageInk(
        grey=grey,
        labels=labels.astype(np.int32),
        strokes=strokes.astype(np.int32),
        dpi=registered.dpi,
    )


def ink_of_box(
    page: PageInk,
    box: Box,
    *,
    line_mm: float | None = None,
    margin_mm: float = 1.8,
    guests: Sequence[Box] = (),
) -> BoxInk:
    """Take the strokes that belong to `box` (mm), with what leaves it by up to `margin_mm`.

    `line_mm` is the height of a line in it, that of the box unless given. `guests` are places
    nearby where a mark was drawn: of it nothing is taken at the edges of the box.

    A stroke belongs where most of it lies. Of a stroke that only passes through, the part inside
    is taken, unless it stays at the edge. Specks alone are no writing: the ink is then empty.
    """
    height, width = page.labels.shape
    x0, y0 = page.px(box.x), page.px(box.y)
    x1, y1 = page.px(box.x + box.width), page.px(box.y + box.height)
    margin = page.px(margin_mm)
    left, top = max(0, int(x0 - margin)), max(0, int(y0 - margin))
    right, bottom = min(width, int(x1 + margin) + 1), min(height, int(y1 + margin) + 1)
    inner = (x0 - left, y0 - top, x1 - left, y1 - top)
    labels = page.labels[top:bottom, left:right]
    mask = _own(labels, page.strokes, inner)
    for number in _guests(page, box, guests, np.unique(labels[mask])):
        mask &= labels != number
    least = float(np.clip(_WRITING * (line_mm or box.height), *_WRITING_MM))
    if not _written(labels, mask, page, least):
        mask = np.zeros_like(mask)
    grey = _only(page.grey[top:bottom, left:right], mask)
    return BoxInk(grey=grey, mask=mask, x=left, y=top, box=inner)


def _own(
    labels: NDArray[np.int32],
    strokes: NDArray[np.int32],
    inner: tuple[float, float, float, float],
) -> NDArray[np.bool_]:
    x0, y0, x1, y1 = (round(v) for v in inner)
    inside = np.zeros(labels.shape, bool)
    inside[max(0, y0) : y1, max(0, x0) : x1] = True
    numbers, within = np.unique(labels[inside], return_counts=True)
    table = np.zeros(len(strokes), np.int8)
    core = (y0 + (y1 - y0) * 0.25, y1 - (y1 - y0) * 0.25)
    passing = []
    for number, count in zip(numbers.tolist(), within.tolist(), strict=True):
        if number == 0:
            continue
        if count >= 0.5 * strokes[number, cv2.CC_STAT_AREA]:
            table[number] = 1
        else:
            passing.append(number)
    mask = np.asarray(table[labels] == 1)
    for number in passing:
        part = (labels == number) & inside
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        share = np.count_nonzero(part) / strokes[number, cv2.CC_STAT_AREA]
        wide = (columns[-1] - columns[0] + 1) / max(1, x1 - x0)
        through = rows[0] < core[1] and rows[-1] > core[0]
        if through and (share >= _SHARE_INSIDE or wide >= _WIDTH_INSIDE):
            mask |= part
    return np.asarray(mask)


def _guests(
    page: PageInk, box: Box, guests: Sequence[Box], numbers: NDArray[np.int32]
) -> list[int]:
    """Strokes at the edge of `box` that belong to a mark around one of `guests`."""
    edge = min(_EDGE_MM, 0.2 * box.width)
    found = []
    for number in numbers.tolist():
        x, y, wide, high = (float(v) / page.px(1.0) for v in page.strokes[number, :4])
        middle = (x + wide / 2, y + high / 2)
        if box.x + edge <= middle[0] <= box.x + box.width - edge:
            continue
        if any(_around(guest, middle) for guest in guests):
            found.append(number)
    return found


def _around(guest: Box, point: tuple[float, float]) -> bool:
    return (
        guest.x - _RING_MM <= point[0] <= guest.x + guest.width + _RING_MM
        and guest.y - _RING_MM <= point[1] <= guest.y + guest.height + _RING_MM
    )


def _written(
    labels: NDArray[np.int32], mask: NDArray[np.bool_], page: PageInk, least: float
) -> bool:
    """Whether any of the strokes is long enough to be writing."""
    numbers = np.unique(labels[mask])
    if len(numbers) == 0:
        return False
    sizes = page.strokes[numbers]
    long = np.maximum(sizes[:, cv2.CC_STAT_WIDTH], sizes[:, cv2.CC_STAT_HEIGHT])
    return bool((long >= page.px(least)).any())


def _only(grey: Pixels, mask: NDArray[np.bool_]) -> Pixels:
    near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(near > 0, grey, _PAPER).astype(np.uint8)


def _levelled(pixels: Pixels, red: NDArray[np.bool_]) -> Pixels:
    """Grey page with even white paper; red ink as light as it is to a red lamp."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    if red.any():
        grey = np.where(red, pixels[:, :, 0], grey)
    height, width = grey.shape
    small = cv2.resize(
        grey, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA
    )
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 9)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, np.maximum(paper, 1), scale=255), np.uint8)
