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
_STEP_MM = 2.5
_SHARP_SHARE = 0.7


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
    mask = _paper_mask(small, min(dpi, _LOOK_DPI))
    if mask is None:
        return None
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(contours, key=cv2.contourArea)
    quad = _quad_of(outline)
    if quad is None or not _sharp_sides(small, quad, min(dpi, _LOOK_DPI)):
        return None
    cover = cv2.fillConvexPoly(np.zeros_like(mask), np.round(quad).astype(np.int32), 1)
    solid = float(mask[cover > 0].mean()) if cover.any() else 0.0
    scale = 25.4 / min(dpi, _LOOK_DPI)
    reach = np.linalg.norm(quad[:, None] - outline.reshape(1, -1, 2), axis=2).min(axis=1) * scale
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return Paper(
        quad=(quad - to_small[:2, 2]) / np.array([to_small[0, 0], to_small[1, 1]]),
        solid=solid,
        missing=(float(reach[0]), float(reach[1]), float(reach[2]), float(reach[3])),
        outside=float(border.mean()),
    )


def _paper_mask(small: Pixels, dpi: float) -> Pixels | None:
    """Largest bright area without the print on it, when the rest is clearly darker."""
    reach = max(3, round(_PRINT_MM * dpi / 25.4)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    plain = cv2.morphologyEx(cv2.GaussianBlur(small, (0, 0), 1.0), cv2.MORPH_CLOSE, kernel)
    _, bright = cv2.threshold(plain, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if not 0 < bright.mean() < 1:
        return None
    step = float(np.median(plain[bright > 0])) - float(np.median(plain[bright == 0]))
    if step < _LEAST_STEP:
        return None
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    share = stats[largest, cv2.CC_STAT_AREA] / small.size
    mask = (labels == largest).astype(np.uint8)
    # Holes are print or dirt on the paper; the background is what reaches the border.
    filled = _filled(mask)
    background = 1.0 - float(filled.mean())
    if share < _LEAST_PAPER or background < _LEAST_BACKGROUND:
        return None
    opened: Pixels = cv2.morphologyEx(filled, cv2.MORPH_OPEN, kernel)
    return opened if opened.any() else None


def _sharp_sides(small: Pixels, quad: Points, dpi: float) -> bool:
    """Whether the brightness steps down across every side that lies within the picture.

    A shadow over a page that fills the picture has no such edge.
    """
    height, width = small.shape
    off = _STEP_MM * dpi / 25.4
    judged = 0
    for start, end in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
        outward = np.array([along[1], -along[0]])
        places = start + np.linspace(0.08, 0.92, 40)[:, None] * (end - start)
        inner, outer = places - off * outward, places + off * outward
        limit = np.array([width - 1, height - 1])
        shown = np.all((outer >= 0) & (outer <= limit) & (inner >= 0) & (inner <= limit), axis=1)
        if shown.sum() < 12:
            continue
        step = _at(small, inner[shown]) - _at(small, outer[shown])
        if (step > 0.5 * _LEAST_STEP).mean() < _SHARP_SHARE:
            return False
        judged += 1
    return judged > 0


def _at(image: Pixels, points: Points) -> NDArray[np.float64]:
    columns, rows = np.round(points).astype(int).T
    return image[rows, columns].astype(np.float64)


def _filled(mask: Pixels) -> Pixels:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled: Pixels = np.zeros_like(mask)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    return filled


def _quad_of(outline: NDArray[np.int32]) -> Points | None:
    """Four straight sides around an outline, clockwise from the top left."""
    hull = cv2.convexHull(outline)
    length = cv2.arcLength(hull, True)
    for share in (0.01, 0.015, 0.02, 0.03, 0.045, 0.06):
        corners = cv2.approxPolyDP(hull, share * length, True).reshape(-1, 2)
        if len(corners) <= 4:
            break
    if len(corners) != 4:
        return None
    quad = _sides_fitted(outline.reshape(-1, 2).astype(np.float64), corners.astype(np.float64))
    area = cv2.contourArea(quad.astype(np.float32))
    if not 0.8 < area / max(cv2.contourArea(hull), 1.0) < 1.2:
        return None
    start = int(quad.sum(axis=1).argmin())
    ordered = np.roll(quad, -start, axis=0)
    a, b, c = ordered[0], ordered[1], ordered[2]
    if (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]) < 0:
        ordered = ordered[[0, 3, 2, 1]]
    clockwise: Points = ordered
    return clockwise


def _sides_fitted(outline: Points, corners: Points) -> Points:
    """Corners as crossings of lines fitted to the outline along each side."""
    lines = []
    for i in range(4):
        start, end = corners[i], corners[(i + 1) % 4]
        along = end - start
        length = float(np.linalg.norm(along))
        unit = along / max(length, 1e-6)
        offset = outline - start
        t = offset @ unit / max(length, 1e-6)
        away = np.abs(offset @ np.array([-unit[1], unit[0]]))
        near = outline[(t > 0.08) & (t < 0.92) & (away < max(2.0, 0.015 * length))]
        if len(near) < 8:
            return corners
        vx, vy, x, y = cv2.fitLine(near.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append((np.array([vx, vy], np.float64), np.array([x, y], np.float64)))
    crossings = []
    for i in range(4):
        (d1, p1), (d2, p2) = lines[i - 1], lines[i]
        system = np.column_stack([d1, -d2])
        if abs(np.linalg.det(system)) < 0.2:
            return corners
        t = np.linalg.solve(system, p2 - p1)
        crossings.append(p1 + t[0] * d1)
    fitted: Points = np.array(crossings)
    return fitted
