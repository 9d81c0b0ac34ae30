"""Signs that a reader of lines passes over on a page that is an image, told by their shape; in mm.

Dots between options and dashes between figures stand alone; 印 has a ring around it; a code is a
dense square whose strokes are neither rules nor boxes; strokes of large characters are no rules.
"""

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.blank_records import Area, Char
from pipelines.geometry import components
from pipelines.records import Pixels

_PALE = 205
_LOWEST = 1.0
"""Lower ink, in mm, is no character."""
_DOT = (0.28, 1.15)
_DASH = (0.9, 4.5)
_DASH_HEIGHT = 0.65
_ALONE = 0.7
"""Nothing else is printed within this many mm of a dot or a dash."""
_NAMED = 70.0
"""A dash has words before it, no farther off than this many mm: the grain of a table has none."""
_REACH = 9.0
_LEVEL = 0.28
_CODE = (8.0, 40.0)
_CODE_GAP = 0.8
_CODE_INK = (0.33, 0.7)
_THROUGH = 0.6
_BAND = 0.25
_RING = (3.0, 16.0)
_SECTORS = 16
_RING_INK = 0.4
_ANGLES = 128
_OFFSETS = (-0.6, -0.3, 0.0, 0.3, 0.6)
_SEALS = ("印", "㊞")
_ROUND = frozenset("田回日口囗目固○〇◯甲申①0O")
_TALL = 5.0
_LINES = frozenset("口日目田回国囲図困因団囗|Il1ー一－-□☐")
"""Characters that combs and boxes are read as."""

Ink = NDArray[np.uint8]


def code_areas(ink: Ink, per_mm: float) -> list[Area]:
    """Find squares as dense as a QR code in the ink of a page (H x W, 0 or 255)."""
    side = round(_CODE_GAP * per_mm) | 1
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    least, most = (bound * per_mm for bound in _CODE)
    found = []
    for outline in outlines:
        x, y, w, h = cv2.boundingRect(outline)
        if not least <= min(w, h) <= max(w, h) <= most or abs(w - h) > 0.12 * w:
            continue
        share = float(ink[y : y + h, x : x + w].mean()) / 255
        if _CODE_INK[0] < share < _CODE_INK[1] and cv2.contourArea(outline) > 0.8 * w * h:
            found.append(Area(x / per_mm, y / per_mm, (x + w) / per_mm, (y + h) / per_mm))
    return found


def readable(chars: Iterable[Char], codes: Sequence[Area]) -> list[Char]:
    """Leave out what was read in codes, and dots and dashes, which are read as anything."""
    return [c for c in chars if c.area.height >= _LOWEST and outside([c.area], codes)]


def without_arcs(chars: Iterable[Char], circles: Sequence[Area]) -> list[Char]:
    """Leave out what was read in the rings of seals, but for 印."""
    return [c for c in chars if c.text in _SEALS or outside([c.area], circles)]


def outside(areas: Iterable[Area], codes: Sequence[Area]) -> list[Area]:
    """Leave out what lies in a code."""
    return [area for area in areas if not any(_holds(code, area) for code in codes)]


def without_strokes(rules: Iterable[Area], chars: Sequence[Char]) -> list[Area]:
    """Leave out rules that are strokes of large characters, or rows of strokes of small ones."""
    named = [char for char in chars if char.text]
    words = [char for char in named if char.text not in _LINES or _in_words(char, named)]
    plain = [char for char in words if char.area.height > 3.5]
    bodies = np.array([(c.area.x0, c.area.y0, c.area.x1, c.area.y1) for c in words]).reshape(-1, 4)
    return [
        rule
        for rule in rules
        if _through(rule, bodies) < _THROUGH
        and not any(
            max(rule.width, rule.height) < 1.3 * char.area.height and _holds(char.area, rule)
            for char in plain
        )
    ]


def _through(rule: Area, bodies: NDArray[np.float64]) -> float:
    """Share of a rule that runs through the middle of characters."""
    along, across = ((0, 2), (1, 3)) if rule.width > rule.height else ((1, 3), (0, 2))
    start, end, at = (
        (rule.x0, rule.x1, rule.y0) if rule.width > rule.height else (rule.y0, rule.y1, rule.x0)
    )
    low, high = bodies[:, across[0]], bodies[:, across[1]]
    near = bodies[np.abs(at - (low + high) / 2) < _BAND * (high - low)]
    parts = np.clip(near[:, along], start, end)
    return float((parts[:, 1] - parts[:, 0]).sum()) / max(end - start, 0.1)


def _in_words(char: Char, chars: Sequence[Char]) -> bool:
    """Whether a character of no doubtful shape stands beside it in the same size."""
    tall = char.area.height
    return any(
        other.text not in _LINES
        and abs(other.area.y0 - char.area.y0) < 0.3 * tall
        and abs(other.area.height - tall) < 0.3 * tall
        and -0.3 * tall < max(other.area.x0 - char.area.x1, char.area.x0 - other.area.x1) < tall
        for other in chars
    )


def _holds(area: Area, inner: Area, slack: float = 0.5) -> bool:
    return (
        area.x0 - slack < inner.x0
        and inner.x1 < area.x1 + slack
        and area.y0 - slack < inner.y0
        and inner.y1 < area.y1 + slack
    )


def sign_ink(even: Pixels) -> Ink:
    """Ink of a page in even light (H x W) for signs, 0 or 255: a dot is paler than a character."""
    soft = cv2.GaussianBlur(even, (3, 3), 0)
    return np.asarray(cv2.threshold(soft, _PALE - 1, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)


def dots_and_dashes(ink: Ink, free: Ink, chars: Sequence[Char], per_mm: float) -> Iterator[Char]:
    """Find ・ between words and - in `free`, the ink without rules, where nothing was read."""
    _, labels, stats, _ = components(np.asarray(free, np.uint8))
    read = np.array([(c.area.x0, c.area.y0, c.area.x1, c.area.y1) for c in chars]).reshape(-1, 4)
    margin = round(_ALONE * per_mm)
    for number, (x, y, w, h, filled) in enumerate(stats.tolist()):
        if number == 0 or filled < 0.55 * w * h:
            continue
        area = Area(x / per_mm, y / per_mm, (x + w) / per_mm, (y + h) / per_mm)
        dot = _is_dot(area)
        if not dot and not _is_dash(area):
            continue
        place = np.s_[max(y - margin, 0) : y + h + margin, max(x - margin, 0) : x + w + margin]
        if (ink[place] > 0).sum() > (labels[place] == number).sum() or _inside(area, read):
            continue
        if not dot and _named(area, read):
            middle, tall = (area.y0 + area.y1) / 2, 1.6
            yield Char("-", Area(area.x0, middle - tall, area.x1, middle + tall))
        elif dot and (tall := _between_words(area, read)) > 0:
            middle = (area.y0 + area.y1) / 2
            yield Char("・", Area(area.x0, middle - tall / 2, area.x1, middle + tall / 2))


def _is_dot(area: Area) -> bool:
    sizes = area.width, area.height
    return _DOT[0] <= min(sizes) and max(sizes) <= _DOT[1] and max(sizes) < 1.7 * min(sizes)


def _is_dash(area: Area) -> bool:
    level = area.width > 2.2 * area.height
    return level and _DASH[0] <= area.width <= _DASH[1] and area.height <= _DASH_HEIGHT


def _inside(area: Area, read: NDArray[np.float64]) -> bool:
    x, y = (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2
    held = (read[:, 0] <= x) & (x <= read[:, 2]) & (read[:, 1] <= y) & (y <= read[:, 3])
    return bool(held.any())


def _named(area: Area, read: NDArray[np.float64]) -> bool:
    """Whether words stand before a dash at about its height."""
    middle, tall = (read[:, 1] + read[:, 3]) / 2, read[:, 3] - read[:, 1]
    level = np.abs(middle - (area.y0 + area.y1) / 2) < 1.2 * tall
    return bool((level & (read[:, 2] <= area.x0) & (area.x0 - read[:, 2] < _NAMED)).any())


def _between_words(area: Area, read: NDArray[np.float64]) -> float:
    """Height of the characters on both sides at the height of a dot; 0 when there are none."""
    middle = (area.y0 + area.y1) / 2
    tall = read[:, 3] - read[:, 1]
    level = np.abs((read[:, 1] + read[:, 3]) / 2 - middle) < _LEVEL * tall
    left = level & (read[:, 2] <= area.x0 + 0.2) & (area.x0 - read[:, 2] < _REACH)
    right = level & (read[:, 0] >= area.x1 - 0.2) & (read[:, 0] - area.x1 < _REACH)
    if not left.any() or not right.any():
        return 0.0
    return float(min(tall[left].max(), tall[right].max()))


def rings(ink: Ink, chars: Sequence[Char], per_mm: float) -> list[Area]:
    """Find the circles, dashed or not, around 印 that stands alone."""
    thick = cv2.dilate(ink, np.ones((3, 3), np.uint8)) > 0
    # The ring may have been read as a character, with 印 in it.
    named = [c for c in chars if c.text in _SEALS or (c.text in _ROUND and c.area.height > _TALL)]
    alone = [c for c in named if not _in_words(c, chars)]
    found = [_ring(thick, char.area, per_mm) for char in alone]
    return [ring for ring in found if ring is not None]


def _ring(ink: NDArray[np.bool_], area: Area, per_mm: float) -> Area | None:
    x, y = (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2
    angles = np.linspace(0, 2 * np.pi, _ANGLES, endpoint=False)
    radii = np.arange(*_RING, 0.1)
    best, ring = 0.0, None
    for dx in _OFFSETS:
        for dy in _OFFSETS:
            columns = (x + dx + radii[:, None] * np.cos(angles)) * per_mm
            rows = (y + dy + radii[:, None] * np.sin(angles)) * per_mm
            seen = _sampled(ink, columns, rows).reshape(len(radii), _SECTORS, -1).mean(axis=2)
            # Of a square frame the corners are never as near as the sides.
            even = (seen > 0.2).sum(axis=1) >= _SECTORS - 1
            share = np.where(even & (seen.mean(axis=1) > _RING_INK), seen.mean(axis=1), 0.0)
            at = int(share.argmax())
            if share[at] > best:
                best, r = float(share[at]), float(radii[at])
                ring = Area(x + dx - r, y + dy - r, x + dx + r, y + dy + r)
    return ring


def _sampled(
    ink: NDArray[np.bool_], columns: NDArray[np.float64], rows: NDArray[np.float64]
) -> NDArray[np.bool_]:
    height, width = ink.shape
    x, y = np.rint(columns).astype(int), np.rint(rows).astype(int)
    within = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return np.asarray(within & ink[y.clip(0, height - 1), x.clip(0, width - 1)])
