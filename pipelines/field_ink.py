"""The ink of a registered page, sorted into strokes, ready to be cut into boxes.

Print, rules and combs are gone (they are no ink), red seals are left out, and every connected
stroke is known with its place, so that a box can take the strokes that belong to it, also where
they leave it, and leave those that intrude from its neighbours.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_pixels import PAPER, as_grey, only_near
from pipelines.forms.model import Box
from pipelines.geometry import components, pieces, tone_at
from pipelines.ink import Ink
from pipelines.records import Pixels, RegisteredPage
from pipelines.seal_ink import red_lamp
from pipelines.show_through import shines_through

# How dark writing under a seal is once the seal's ink is taken off: below the first whatever the
# pen, up to the last this share of the way from the pen elsewhere on the page to white paper.
_DARK_IN_RED, _SEAL_IN_RED, _PEN_LEEWAY = 130, 210, 0.2
_FEW_PIXELS = 200
# How far the rim of a seal runs out, and by how much red it then still is.
_FRINGE_PX, _FRINGE_LEAD = 21, 8
# A stroke that lies mostly elsewhere is cut at the box when this much of it, or of the box's
# width, is inside; else it is a guest: the circle around an era, a neighbour's long tail.
_SHARE_INSIDE = 0.35
_WIDTH_INSIDE = 0.4
# How far a circle is drawn from the words it is drawn around, and how far it reaches into a box.
_RING_MM = 2.6
_SOFT_PX = 2
# Beyond this nothing belongs to a box (`outside.py` takes writing as far as 9 mm away).
_FARTHEST_MM = 12.0
_EDGE_MM = 1.5
# The smallest thing that counts as writing on its own (a figure 1, a 一): a share of the height
# of the line, within limits in mm. What is smaller is dirt.
_WRITING, _WRITING_MM = 0.32, (1.3, 2.4)
# Crumbs nearer than this may be parts of one stroke, if there is so much of them.
_CRUMBS_MM, _LEAST_CRUMBS_MM2 = 1.6, 0.1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PageInk:
    """Ink of a page in template pixels.

    `grey` is H x W, dark ink on white (255), everything else white. `labels` is H x W with one
    number a connected stroke, 0 where there is none; `strokes` has a row a number: x, y,
    width, height, area in pixels, `behind` whether it seems to come from the other side. `noisy`:
    strokes in places where nothing is written may be noise.
    """

    grey: Pixels
    labels: NDArray[np.integer[Any]]
    strokes: NDArray[np.int32]
    behind: NDArray[np.bool_]
    dpi: float
    noisy: bool = False

    def px(self, mm: float) -> float:
        """Template pixels of a length in mm."""
        return mm * self.dpi / 25.4


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BoxInk:
    """The ink that belongs to one box: `mask` (bool) and `grey` of the window at (x, y) px.

    `box` is the box itself in pixels of the window: x0, y0, x1, y1. `trace`: nothing was taken for
    writing, but crumbs stand together as those of a broken stroke would.
    """

    grey: Pixels
    mask: NDArray[np.bool_]
    x: int
    y: int
    box: tuple[float, float, float, float]
    trace: bool = False

    @property
    def blank(self) -> bool:
        """Whether nothing is written here."""
        return not self.mask.any()


def sort_ink(registered: RegisteredPage, ink: Ink) -> PageInk:
    """Prepare the ink of a page (`ink` is of the size of `registered.grey`)."""
    mask = ink.mask.view(np.uint8)
    grey: Pixels = cv2.bitwise_not(ink.darkness)
    if registered.colour is not None and ink.red.any():
        mask, grey = _under_red(registered.colour, ink, grey)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, labels, strokes, _ = components(joined)
    return PageInk(
        grey=only_near(grey, mask),
        labels=labels,
        strokes=strokes,
        behind=shines_through(ink.darkness, labels, strokes),
        dpi=registered.dpi,
        noisy=ink.noisy,
    )


def ink_of_box(
    page: PageInk,
    box: Box,
    *,
    line_mm: float | None = None,
    margin_mm: float = 1.8,
    guests: Sequence[Box] = (),
    also: Collection[int] = (),
    without: Collection[int] = (),
) -> BoxInk:
    """Take the strokes that belong to `box` (mm), with what leaves it by up to `margin_mm`.

    `line_mm` is the height of a line in it, that of the box unless given. `guests` are places
    nearby where a mark was drawn: of it nothing is taken at the edges of the box. `also` are
    numbers of strokes beyond it that belong to it, too, `without` such in it that do not.

    A stroke belongs where most of it lies. Of a stroke that only passes through, the part inside
    is taken, unless it stays at the edge. Specks alone are no writing: the ink is then empty.
    """
    height, width = page.labels.shape
    x0, y0 = page.px(box.x), page.px(box.y)
    x1, y1 = page.px(box.x + box.width), page.px(box.y + box.height)
    margin = page.px(margin_mm)
    left, top = max(0, int(x0 - margin)), max(0, int(y0 - margin))
    right, bottom = min(width, int(x1 + margin) + 1), min(height, int(y1 + margin) + 1)
    for x, y, wide, high in page.strokes[sorted(also), :4].tolist():
        left, top = min(left, max(0, x - _SOFT_PX)), min(top, max(0, y - _SOFT_PX))
        right, bottom = max(right, x + wide + _SOFT_PX), max(bottom, y + high + _SOFT_PX)
    # Dirt and tears run on for ever; writing that they touch does not.
    far = page.px(_FARTHEST_MM)
    left, top = max(left, int(x0 - far)), max(top, int(y0 - far))
    right, bottom = min(right, int(x1 + far) + 1), min(bottom, int(y1 + far) + 1)
    inner = (x0 - left, y0 - top, x1 - left, y1 - top)
    labels = page.labels[top:bottom, left:right]
    if not labels.any():
        paper = np.full(labels.shape, PAPER, np.uint8)
        return BoxInk(grey=paper, mask=np.zeros_like(paper, bool), x=left, y=top, box=inner)
    mask, numbers = _own(labels, page.strokes, inner)
    for number in also:
        mask |= labels == number
        numbers.add(number)
    for number in _guests(page, box, guests, numbers) | (numbers & set(without)):
        mask &= labels != number
        numbers.remove(number)
    least = float(np.clip(_WRITING * (line_mm or box.height), *_WRITING_MM))
    # Small dense print looks like what shines through: only a box that holds nothing else is blank.
    trace = False
    if page.behind[list(numbers)].all():
        mask = np.zeros_like(mask)
    elif not _written(numbers, page, least):
        trace = _together(mask, page, least)
        mask = np.zeros_like(mask)
    grey = only_near(page.grey[top:bottom, left:right], mask)
    return BoxInk(grey=grey, mask=mask, x=left, y=top, box=inner, trace=trace)


def _own(
    labels: NDArray[np.integer[Any]],
    strokes: NDArray[np.int32],
    inner: tuple[float, float, float, float],
) -> tuple[NDArray[np.bool_], set[int]]:
    """Ink that belongs to the box `inner` of a window, and the numbers of its strokes."""
    x0, y0, x1, y1 = (round(v) for v in inner)
    inside = slice(max(0, y0), y1), slice(max(0, x0), x1)
    within = np.bincount(labels[inside].ravel())
    within[:1] = 0
    core = (y0 + (y1 - y0) * 0.25, y1 - (y1 - y0) * 0.25)
    whole = np.zeros(len(strokes), bool)
    parts: dict[int, NDArray[np.bool_]] = {}
    for number in np.flatnonzero(within).tolist():
        area = strokes[number, cv2.CC_STAT_AREA]
        if within[number] >= 0.5 * area:
            whole[number] = True
            continue
        part = labels[inside] == number
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        wide = (columns[-1] - columns[0] + 1) / max(1, x1 - x0)
        first, last = rows[0] + inside[0].start, rows[-1] + inside[0].start
        through = first < core[1] and last > core[0]
        if through and (within[number] / area >= _SHARE_INSIDE or wide >= _WIDTH_INSIDE):
            parts[number] = part
    mask = pieces(labels, whole).view(np.bool_)
    for part in parts.values():
        mask[inside] |= part
    return mask, {*np.flatnonzero(whole).tolist(), *parts}


def _guests(page: PageInk, box: Box, guests: Sequence[Box], numbers: set[int]) -> set[int]:
    """Strokes at the edge of `box` that belong to a mark around one of `guests`."""
    edge = min(_EDGE_MM, 0.2 * box.width)
    found = set()
    for number in numbers if guests else ():
        x, y, wide, high = (v / page.px(1.0) for v in page.strokes[number, :4].tolist())
        middle = (x + wide / 2, y + high / 2)
        if box.x + edge <= middle[0] <= box.x + box.width - edge:
            continue
        if any(_around(guest, middle) for guest in guests):
            found.add(number)
    return found


def _around(guest: Box, point: tuple[float, float]) -> bool:
    return (
        guest.x - _RING_MM <= point[0] <= guest.x + guest.width + _RING_MM
        and guest.y - _RING_MM <= point[1] <= guest.y + guest.height + _RING_MM
    )


def _written(numbers: set[int], page: PageInk, least: float) -> bool:
    """Whether any of the strokes is long enough to be writing."""
    if not numbers:
        return False
    return bool(page.strokes[sorted(numbers), 2:4].max() >= page.px(least))


def _together(mask: NDArray[np.bool_], page: PageInk, least: float) -> bool:
    """Whether crumbs, none of them writing, stand so close that a stroke may have broken up."""
    near = 2 * (round(page.px(_CRUMBS_MM)) // 2) + 1
    joined = cv2.dilate(mask.view(np.uint8), np.ones((near, near), np.uint8))
    _, labels, groups, _ = components(np.asarray(joined, np.uint8))
    crumbs = np.bincount(labels[mask], minlength=len(groups))
    sides = groups[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) - near
    large = (sides >= page.px(least)) & (crumbs >= _LEAST_CRUMBS_MM2 * page.px(1.0) ** 2)
    return bool(large[1:].any())


def _under_red(colour: Pixels, ink: Ink, grey: Pixels) -> tuple[Pixels, Pixels]:
    """Mask without red ink, and the page with red ink as light as it is to a red lamp.

    Black writing under a seal stays dark in the red channel; the seal and its fringe do not.
    """
    height, width = grey.shape
    red = cv2.dilate(ink.red.view(np.uint8), np.ones((5, 5), np.uint8))
    lead = cv2.subtract(colour[..., 0], cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY))
    # The page is evenly lit, its colours are as they came.
    bright = max(64.0, float(np.median(colour[::8, ::8, 0])))
    lead = cv2.multiply(lead, 255.0 / bright)
    lead = as_grey(cv2.resize(lead, (width, height), interpolation=cv2.INTER_LINEAR))
    limit = _darkest_seal(grey[ink.mask & (red == 0)])
    grey = red_lamp(colour, red, grey)
    mask = ink.mask.view(np.uint8) & (1 - (red & (grey > limit)))
    return np.asarray(mask & (1 - _fringe(mask, red, lead)), np.uint8), grey


def _fringe(mask: Pixels, red: Pixels, lead: Pixels) -> Pixels:
    """Crumbs of a pale rim around `red`: too pale to be red pixel by pixel, reddish as a whole."""
    beside = mask & (1 - red) & cv2.dilate(red, np.ones((_FRINGE_PX, _FRINGE_PX), np.uint8))
    _, labels, strokes, _ = components(np.asarray(beside, np.uint8))
    places = np.flatnonzero(labels)
    reddish = np.bincount(labels.ravel()[places], lead.ravel()[places], len(strokes))
    paper = float(np.median(lead[::8, ::8]))
    return pieces(labels, reddish / strokes[:, cv2.CC_STAT_AREA] - paper >= _FRINGE_LEAD)


def _darkest_seal(writing: Pixels) -> float:
    """Tone from which red ink counts as a seal alone; `writing` are the tones of all other ink."""
    if writing.size < _FEW_PIXELS:
        return _DARK_IN_RED
    pen = tone_at(writing, 0.35)
    return float(np.clip(pen + _PEN_LEEWAY * (PAPER - pen), _DARK_IN_RED, _SEAL_IN_RED))
