"""The sheet of paper in a photograph: where its edges are, when a background shows them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import Points, resize_by
from pipelines.records import Pixels

_LOOK_DPI = 36.0
_LEAST_STEP = 28.0
_LEAST_BACKGROUND = 0.03
_LEAST_PAPER = 0.2
_PRINT_MM = 7.0
_SEARCH_MM = 4.2
_SHARP_SHARE = 0.7
_MOST_LEAN, _LEAST_ALIKE = 0.5, 0.6
"""Cosine of a corner, and ratio of opposite sides, that a sheet seen from the side still has."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Paper:
    """A sheet on a darker background.

    `quad` are its corners (4 x 2 pixels, clockwise from the one nearest to the top left), `solid`
    the share of that quadrilateral that is paper, `missing` how far in mm the paper stays away
    from each corner, `outside` the share of the image border that is paper (paper that leaves
    the picture).
    """

    quad: Points
    solid: float
    missing: tuple[float, float, float, float]
    outside: float


def find_paper(grey: Pixels, dpi: float) -> Paper | None:
    """Find the sheet in a grey picture; None when it fills the picture or cannot be told."""
    small, to_small = resize_by(grey, min(1.0, _LOOK_DPI / dpi))
    found = _sheet(small, min(dpi, _LOOK_DPI))
    if found is None:
        return None
    mask, outline, quad = found
    cover = cv2.fillConvexPoly(np.zeros_like(mask), np.round(quad).astype(np.int32), 1)
    solid = float(mask[cover > 0].mean()) if cover.any() else 0.0
    scale = 25.4 / min(dpi, _LOOK_DPI)
    reach = np.linalg.norm(quad[:, None] - outline.reshape(1, -1, 2), axis=2).min(axis=1) * scale
    for number, away in enumerate(reach.tolist()):
        if away > _SEARCH_MM and _sides_meet(small, quad, number, away / scale, 1 / scale):
            reach[number] = 0.0
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return Paper(
        quad=(quad - to_small[:2, 2]) / np.array([to_small[0, 0], to_small[1, 1]]),
        solid=solid,
        missing=(float(reach[0]), float(reach[1]), float(reach[2]), float(reach[3])),
        outside=float(border.mean()),
    )


def _sheet(small: Pixels, dpi: float) -> tuple[Pixels, NDArray[np.int32], Points] | None:
    """Mask, outline and corners of the sheet; under a deep shadow only a second look tells it."""
    reach = max(3, round(_PRINT_MM * dpi / 25.4)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    plain = cv2.morphologyEx(cv2.GaussianBlur(small, (0, 0), 1.0), cv2.MORPH_CLOSE, kernel)
    level = _split_level(plain.ravel())
    # What is darker than lit paper may be background and paper in the shadow.
    for bound in (level, _split_level(plain[plain <= level])):
        mask = _paper_mask(plain, bound, kernel)
        if mask is None:
            return None
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        outline = np.asarray(max(contours, key=cv2.contourArea), np.int32)
        quad = _quad_of(outline)
        if quad is not None and _is_sheet(quad) and _sharp_sides(small, quad, dpi):
            return mask, outline, quad
    return None


def _split_level(tones: Pixels) -> float:
    """Tone that parts dark from bright ones best."""
    if not tones.size:
        return 0.0
    return float(cv2.threshold(tones.reshape(1, -1), 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0])


def _is_sheet(quad: Points) -> bool:
    """Whether a camera over a desk sees a sheet like that: corners are roughly square."""
    ways = np.roll(quad, -1, axis=0) - quad
    lengths = np.linalg.norm(ways, axis=1)
    if lengths.min() <= 0:
        return False
    units = ways / lengths[:, None]
    lean = np.abs((units * np.roll(units, -1, axis=0)).sum(axis=1))
    alike = np.minimum(lengths[:2], lengths[2:]) / np.maximum(lengths[:2], lengths[2:])
    return bool(lean.max() < _MOST_LEAN and alike.min() > _LEAST_ALIKE)


def _paper_mask(plain: Pixels, level: float, kernel: Pixels) -> Pixels | None:
    """Largest area brighter than `level`, when the rest is clearly darker.

    `plain` is the picture without its print.
    """
    bright = (plain > level).astype(np.uint8)
    if not 0 < bright.mean() < 1:
        return None
    step = float(np.median(plain[bright > 0])) - float(np.median(plain[bright == 0]))
    if step < _LEAST_STEP:
        return None
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    share = stats[largest, cv2.CC_STAT_AREA] / plain.size
    mask = (labels == largest).astype(np.uint8)
    # Holes are print or dirt on the paper; the background is what reaches the border.
    filled = _filled(mask)
    background = 1.0 - float(filled.mean())
    if share < _LEAST_PAPER or background < _LEAST_BACKGROUND:
        return None
    opened: Pixels = cv2.morphologyEx(filled, cv2.MORPH_OPEN, kernel)
    return opened if opened.any() else None


def _sharp_sides(small: Pixels, quad: Points, dpi: float) -> bool:
    """Whether the brightness drops at once across every side that lies within the picture.

    A shadow over a page that fills the picture falls off slowly.
    """
    height, width = small.shape
    limit = np.array([width - 1, height - 1])
    offs = np.arange(-_SEARCH_MM, _SEARCH_MM + 0.01, 0.7) * dpi / 25.4
    judged = 0
    for start, end in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
        outward = np.array([along[1], -along[0]])
        places = start + np.linspace(0.08, 0.92, 40)[:, None] * (end - start)
        across = places[:, None] + offs[None, :, None] * outward
        shown = np.all((across >= 0) & (across <= limit), axis=(1, 2))
        if shown.sum() < 12:
            continue
        profile = _at(small, across[shown].reshape(-1, 2)).reshape(-1, len(offs))
        drop = (profile[:, :-2] - profile[:, 2:]).max(axis=1)
        if (drop > 0.5 * _LEAST_STEP).mean() < _SHARP_SHARE:
            return False
        judged += 1
    return judged > 0


def _sides_meet(small: Pixels, quad: Points, corner: int, away: float, per_mm: float) -> bool:
    """Whether the sides are seen as far as a corner that lies in the dark.

    Light that falls off makes a corner as dark as the lit background, but not as dark as the
    background beside it. `away` is how far in pixels the bright paper stays from the corner.
    """
    offs = np.arange(-_SEARCH_MM, _SEARCH_MM + 0.01, 0.7) * per_mm
    limit = np.array(small.shape[::-1]) - 1
    steps = np.linspace(0.15, 0.95, 12)[:, None] * away
    seen = []
    for other, turn in ((quad[corner - 1], -1.0), (quad[(corner + 1) % 4], 1.0)):
        along = (other - quad[corner]) / max(float(np.linalg.norm(other - quad[corner])), 1e-6)
        outward = turn * np.array([along[1], -along[0]])
        across = (quad[corner] + steps * along)[:, None] + offs[None, :, None] * outward
        shown = np.all((across >= 0) & (across <= limit), axis=(1, 2))
        profile = _at(small, across[shown].reshape(-1, 2)).reshape(-1, len(offs))
        drop = (profile[:, :-2] - profile[:, 2:]).max(axis=1, initial=0)
        seen.append(float((drop > 0.5 * _LEAST_STEP).mean()) if shown.any() else 0.0)
    return min(seen) >= _SHARP_SHARE


def _at(image: Pixels, points: Points) -> NDArray[np.float64]:
    columns, rows = np.round(points).astype(int).T
    values: NDArray[np.float64] = image[rows, columns].astype(np.float64)
    return values


def _filled(mask: Pixels) -> Pixels:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled: Pixels = np.zeros_like(mask)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    return filled


def _quad_of(outline: NDArray[np.int32]) -> Points | None:
    """Four straight sides around an outline, clockwise from the top left.

    A folded corner makes a fifth side: the four longest are taken and meet where it would be.
    """
    hull = cv2.convexHull(outline)
    polygon = cv2.approxPolyDP(hull, 0.012 * cv2.arcLength(hull, True), True).reshape(-1, 2)
    if not 4 <= len(polygon) <= 9:
        return None
    corners = polygon.astype(np.float64)
    ends = np.roll(corners, -1, axis=0)
    longest = np.sort(np.argsort(-np.linalg.norm(ends - corners, axis=1))[:4])
    quad = _crossings(outline.reshape(-1, 2).astype(np.float64), corners[longest], ends[longest])
    if quad is None:
        return None
    area = cv2.contourArea(quad.astype(np.float32))
    if not 0.85 < area / max(cv2.contourArea(hull), 1.0) < 1.25:
        return None
    start = int(quad.sum(axis=1).argmin())
    ordered = np.roll(quad, -start, axis=0)
    a, b, c = ordered[0], ordered[1], ordered[2]
    if (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]) < 0:
        ordered = ordered[[0, 3, 2, 1]]
    clockwise: Points = ordered
    return clockwise


def _crossings(outline: Points, starts: Points, ends: Points) -> Points | None:
    """Corners as crossings of lines fitted to the outline along four sides, in order."""
    lines = []
    for start, end in zip(starts, ends, strict=True):
        length = float(np.linalg.norm(end - start))
        unit = (end - start) / max(length, 1e-6)
        offset = outline - start
        t = offset @ unit / max(length, 1e-6)
        away = np.abs(offset @ np.array([-unit[1], unit[0]]))
        near = outline[(t > 0.08) & (t < 0.92) & (away < max(2.0, 0.015 * length))]
        if len(near) < 8:
            return None
        vx, vy, x, y = cv2.fitLine(near.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append((np.array([vx, vy], np.float64), np.array([x, y], np.float64)))
    crossings = []
    for i in range(4):
        (d1, p1), (d2, p2) = lines[i - 1], lines[i]
        system = np.column_stack([d1, -d2])
        if abs(np.linalg.det(system)) < 0.2:
            return None
        crossings.append(p1 + np.linalg.solve(system, p2 - p1)[0] * d1)
    return np.array(crossings, dtype=np.float64)
