"""Turns a page upright by reading a few of its lines in each direction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.detector import Detector, TextRegion
from models.recogniser import Recogniser
from pipelines.line_crops import cut_region, flow_column, region_size
from pipelines.lines import joined
from pipelines.records import Matrix, Page, Pixels

LONG_SIDE = 1440
"""Print of 8 point is 11 pixels high at this size of a page of A4, the least that is found."""
_LINES = 4
_FEW, _PLAIN_FEW = 2, 0.8
"""So many lines are enough when they read as well as this."""
_READABLE = 0.5
_PLAIN = 0.6
_LEAST_TOLD, _TOLD_LEAD = 0.4, 1.5
"""How well lines must read at least, and against head down, for a page to be turned by them."""
_LONGEST = 8.0
_SAME_EVERY_WAY = frozenset("0Oo〇○◯●◎□■+＋×・.。-ー一|")
"""Characters that look the same on their side or head: a column of bubbles tells nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WayUp:
    """By how many quarters clockwise a page must be turned, and whether its text tells (`told`).

    `scores` say how well its lines read by 0, 1, 2, 3 quarters, as far as that was asked.
    """

    quarters: int
    told: bool
    scores: tuple[float, ...] = ()


def turn_upright(
    page: Page,
    detector: Detector,
    recogniser: Recogniser,
    *,
    seen: Callable[[WayUp], None] | None = None,
) -> tuple[Page, list[TextRegion]]:
    """Page turned by 0, 90, 180 or 270 degrees clockwise so that its text reads upright.

    The lines found on it come with it. A page without text, or whose lines do not tell, stays as
    it is; `seen` is shown what they told. Vertical Japanese text is upright as it is.
    """
    regions = detector.find(page.pixels, long_side=LONG_SIDE)
    way = find_way_up(page, regions, recogniser)
    if seen is not None:
        seen(way)
    turned = turn_page(page, way.quarters)
    if turned is page:
        return page, regions
    return turned, detector.find(turned.pixels, long_side=LONG_SIDE)


def find_way_up(page: Page, regions: Sequence[TextRegion], recogniser: Recogniser) -> WayUp:
    """By how many quarters clockwise the page must be turned, as the lines found on it read.

    When they do not tell it shall lie as it came: what `straighten` turned is turned back.
    """
    as_it_came = -page.rotation // 90 % 4
    crops = [cut_region(page.pixels, _across(region)) for region in _longest(regions)]
    if not crops:
        return WayUp(quarters=as_it_came, told=False)
    for some, plain in ((crops[:_FEW], _PLAIN_FEW), (crops, _PLAIN)):
        scores = [_score(some, turn, recogniser) for turn in (0, 1)]
        if scores[0] >= plain * len(some) and scores[1] < _READABLE * scores[0]:
            # Plainly upright, as nearly all pages are.
            return WayUp(quarters=0, told=True, scores=tuple(scores))
    scores += [_score(crops, turn, recogniser) for turn in (2, 3)]
    best = max(range(4), key=lambda turn: scores[turn])
    # Characters turned to the left are read nearly as well, to the right not at all: of two
    # directions that read well the one farther clockwise is upright.
    following = (best + 1) % 4
    if scores[following] >= _READABLE * scores[best]:
        best = following
    other = scores[(best + 2) % 4]
    told = scores[best] >= max(_LEAST_TOLD, _TOLD_LEAD * other)
    return WayUp(quarters=best if told else as_it_came, told=told, scores=tuple(scores))


def turn_page(page: Page, quarters: int) -> Page:
    """Page turned clockwise by `quarters` of 90 degrees; `to_scan` and `rotation` follow."""
    quarters %= 4
    if quarters == 0:
        return page
    height, width = page.pixels.shape[:2]
    back: Matrix = {
        1: np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, height], [0.0, 0.0, 1.0]]),
        2: np.array([[-1.0, 0.0, width], [0.0, -1.0, height], [0.0, 0.0, 1.0]]),
        3: np.array([[0.0, -1.0, width], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
    }[quarters]
    return replace(
        page,
        pixels=np.ascontiguousarray(np.rot90(page.pixels, -quarters)),
        to_scan=page.to_scan @ back,
        rotation=(page.rotation + 90 * quarters) % 360,
    )


def _longest(regions: Sequence[TextRegion]) -> list[TextRegion]:
    """Pick the lines with most characters in them: long and not too flat."""
    sizes = [sorted(region_size(region)) for region in regions]
    many = [(long / max(short, 1.0), i) for i, (short, long) in enumerate(sizes) if short >= 6]
    return [regions[i] for _, i in sorted(many, reverse=True)[:_LINES]]


def _across(region: TextRegion) -> TextRegion:
    """Region whose first side runs from left to right, also when the line is steep."""
    sides = np.roll(region.corners, -1, axis=0) - region.corners
    ways = sides[:, 0] / np.maximum(np.linalg.norm(sides, axis=1), 1e-6)
    return replace(region, corners=np.roll(region.corners, -int(ways.argmax()), axis=0))


def _score(crops: Sequence[Pixels], quarters: int, recogniser: Recogniser) -> float:
    """How well the lines read when the page is turned: sure characters by length of line.

    The recogniser has learnt columns lying on their left side, so that such a line can be read,
    too, mostly as fewer characters than there is room for.
    """
    ways = [_line(np.ascontiguousarray(np.rot90(crop, -quarters))) for crop in crops]
    total = 0.0
    for crop, reading in zip(crops, recogniser.read(ways, [None] * len(ways)), strict=True):
        text, confidence = joined([reading])
        short, long = sorted(crop.shape[:2])
        telling = sum(char not in _SAME_EVERY_WAY for char in text)
        total += telling / min(long / max(short, 1), _LONGEST) * confidence**4
    return total


def _line(crop: Pixels) -> Pixels:
    """Begin of the line, a column set side by side."""
    height, width = crop.shape[:2]
    longest = int(_LONGEST * min(width, height))
    return crop[:, :longest] if height < 1.5 * width else flow_column(crop[:longest])
