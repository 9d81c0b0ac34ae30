"""Shape of the ink around one option of a mark group, as a few numbers.

Nothing here decides. Lengths are in mm, angles are seen from the middle of the option's box, and
`rho` is the distance from it in units of the oval that a hand draws around the box.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.ink import Surplus

_SECTORS = 36
_RING = (0.72, 1.5)
_REACH = 1.9
_OWN = 0.4


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkShape:
    """Ink of one option.

    `inside` mm2 in the box, `filled` its share of the box, `near` mm2 in the reach of a tick
    that leaves the box, `spread` the larger side of the ink in the box as a share of the box,
    `ring` and `ring_own` the share of directions in which ink stands where a circle would be (all
    ink; ink that lies mostly here), `core` mm2 well within the oval, `single` and `double` the
    share of columns that one stroke, and that two or more cross at middle height, `surplus` and
    `surplus_ring` the darkness (as mm2 of black) that the blank does not explain in the box and
    where a circle would be, `seen` the share of the box that the scan shows.
    """

    inside: float
    filled: float
    near: float
    spread: float
    ring: float
    ring_own: float
    core: float
    single: float
    double: float
    surplus: float
    surplus_ring: float
    seen: float


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Frame:
    """Places around one box: its window on the page and, for each pixel of it, where it lies.

    `sector` counts directions from the middle; the rest are masks.
    """

    window: tuple[int, int, int, int]
    sector: NDArray[np.uint8]
    box: NDArray[np.bool_]
    band: NDArray[np.bool_]
    within: NDArray[np.bool_]
    core: NDArray[np.bool_]


@lru_cache(maxsize=2048)
def _frame(
    corners: tuple[float, float, float, float], dpi: float, shape: tuple[int, int]
) -> _Frame:
    mm = dpi / 25.4
    x0, y0, x1, y1 = corners
    half = np.array([(x1 - x0) / 2 * 0.98 + 0.35 * mm, (y1 - y0) / 2 * 1.02 + 0.25 * mm])
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    reach = np.maximum(half * _REACH, half + 2.2 * mm)
    left, top = np.maximum(np.floor(middle - reach), 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(middle + reach).astype(int), shape[::-1]).tolist()
    rows, columns = np.mgrid[top:bottom, left:right]
    across, down = (columns - middle[0]) / half[0], (rows - middle[1]) / half[1]
    rho = np.hypot(across, down)
    angle = (np.arctan2(down, across) + np.pi) * (_SECTORS / (2 * np.pi))
    return _Frame(
        window=(top, bottom, left, right),
        sector=(angle.astype(int) % _SECTORS).astype(np.uint8),
        box=(columns >= x0) & (columns < x1) & (rows >= y0) & (rows < y1),
        band=(rho > _RING[0]) & (rho < _RING[1]),
        within=rho < _RING[1],
        core=rho < 0.6,
    )


def measure_mark(
    ink: NDArray[np.bool_],
    surplus: Surplus,
    corners: tuple[float, float, float, float],
    dpi: float,
    seen: float,
) -> MarkShape:
    """Measure the ink (page, H x W) and surplus darkness around the box `corners`.

    `corners` are x0, y0, x1, y1 in pixels of the page.
    """
    mm = dpi / 25.4
    x0, y0, x1, y1 = corners
    frame = _frame(corners, dpi, (ink.shape[0], ink.shape[1]))
    top, bottom, left, right = frame.window
    patch = ink[top:bottom, left:right]
    own = patch & _owned(patch, frame.within) if patch.any() else patch
    inner = patch & frame.box
    inside = float(np.count_nonzero(inner))
    dark = surplus.patch(top, bottom, left, right)
    area = 1.0 / mm**2
    single, double = _lines(ink, corners, mm)
    return MarkShape(
        inside=inside * area,
        filled=inside / max(1.0, float(np.count_nonzero(frame.box))),
        near=float(np.count_nonzero(own & ~frame.box)) * area,
        spread=_spread(inner, x1 - x0, y1 - y0),
        ring=_cover(patch & frame.band, frame.sector),
        ring_own=_cover(own & frame.band, frame.sector),
        core=float(np.count_nonzero(own & frame.core)) * area,
        single=single,
        double=double,
        surplus=float(dark[frame.box].sum()) / 255.0 * area,
        surplus_ring=float(dark[frame.band & ~frame.box].sum()) / 255.0 * area,
        seen=seen,
    )


def _owned(patch: NDArray[np.bool_], reach: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Ink whose connected piece lies mostly within reach: not a neighbour's, not handwriting."""
    joined = cv2.dilate(patch.view(np.uint8), np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(joined)
    total = np.bincount(labels[patch], minlength=count)
    within = np.bincount(labels[patch & reach], minlength=count)
    owned: NDArray[np.bool_] = (within > _OWN * np.maximum(total, 1))[labels]
    return owned


def _cover(ring: NDArray[np.bool_], sector: NDArray[np.uint8]) -> float:
    counts = np.bincount(sector[ring], minlength=_SECTORS)
    return np.count_nonzero(counts >= 2) / _SECTORS


def _spread(inner: NDArray[np.bool_], width: float, height: float) -> float:
    rows, columns = np.flatnonzero(inner.any(axis=1)), np.flatnonzero(inner.any(axis=0))
    if not len(rows):
        return 0.0
    longer = max(columns[-1] - columns[0], rows[-1] - rows[0]) + 1
    return float(longer / max(1.0, min(width, height)))


def _lines(
    ink: NDArray[np.bool_], corners: tuple[float, float, float, float], mm: float
) -> tuple[float, float]:
    """Share of columns with one, and with two or more level strokes at middle height."""
    x0, y0, x1, y1 = corners
    top, bottom = round(y0 + 0.2 * (y1 - y0)), round(y1 - 0.2 * (y1 - y0))
    left, right = max(0, round(x0 - 0.6 * mm)), round(x1 + 0.6 * mm)
    patch = ink[top:bottom, left:right].view(np.uint8)
    if patch.shape[0] < 3 or patch.shape[1] < 3 or not patch.any():
        return 0.0, 0.0
    starts = np.diff(patch, axis=0, prepend=np.zeros((1, patch.shape[1]), np.uint8)) == 1
    runs = starts.sum(axis=0)
    return float((runs == 1).mean()), float((runs >= 2).mean())
