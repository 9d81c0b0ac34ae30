"""Make a page flat and level: perspective of photographs, skew, and text that runs sideways.

Known forms are registered from the page as decoded and need none of this; it is for pages that
must be read as they are. Whether the page is upside down is left to reading.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import (
    Points,
    even_light,
    grey_of,
    keep_grey,
    one_channel,
    shrink_by,
    shrunk,
)
from pipelines.geometry_paper import find_paper
from pipelines.records import Matrix, Page

_LOOK_DPI = 100.0
_MOST_SKEW = 15.0
_LEAST_SKEW = 0.05
_COARSE_POINTS = 6000
_FINE_POINTS = 40000
_A4 = 297 / 210
_A4_NEAR = 0.12
_LEAST_SOLID = 0.93
_MOST_OUTSIDE = 0.25
_INK = 50
_SIDEWAYS = 0.6
_BLOCK = 120
_LEAST_WRITTEN = 0.01


def straighten(page: Page) -> Page:
    """Flatten and level a page; its text lines then run across, upright or upside down.

    `to_scan` and `rotation` of the result include what was done. Skew is found within about 0.1
    degree. A page on which nothing can be made out comes back as it is.
    """
    flat = _flatten(page)
    ink = _ink(flat)
    if ink.mean() < 0.0005:
        return flat
    angle = find_skew(ink)
    level = _turn(flat, angle) if abs(angle) >= _LEAST_SKEW else flat
    return _quarter(level) if _sideways(_levelled(ink, angle)) else level


def find_skew(ink: NDArray[np.bool_]) -> float:
    """Clockwise turn of the content in degrees, -15 to 15, from an ink mask at about 100 dpi.

    The profile of ink along a direction is the sharper the better the direction follows lines and
    rules; both directions count, since forms have rules of both.
    """
    rows, columns = np.nonzero(ink)
    points = np.column_stack([columns, rows]).astype(np.float32)
    rng = np.random.default_rng(0)
    points = points[rng.permutation(len(points))[:_FINE_POINTS]]
    # Anywhere in their pixels: rows of whole pixels fall into bins by twos and ones at no turn at
    # all, which passes for lines of text.
    points += rng.uniform(-0.5, 0.5, points.shape).astype(np.float32)
    few = points[:_COARSE_POINTS]
    best = _sharpest(few, np.arange(-_MOST_SKEW, _MOST_SKEW + 0.01, 0.5), 3.0)
    best = _sharpest(points, best + np.arange(-0.5, 0.51, 0.1), 2.0)
    return _sharpest(points, best + np.arange(-0.1, 0.101, 0.025), 1.5)


def _sharpest(points: NDArray[np.float32], angles: NDArray[np.float64], width: float) -> float:
    scores = [_sharpness(points, np.radians(a), width) for a in angles]
    return float(angles[int(np.argmax(scores))])


def _sharpness(points: NDArray[np.float32], angle: float, width: float) -> float:
    """Sum of squares of the ink profiles along and across, in bins of `width` pixels."""
    cos, sin = np.cos(angle) / width, np.sin(angle) / width
    total = 0.0
    turn = np.array([[-sin, cos], [cos, sin]], dtype=np.float32)
    for along in turn @ points.T:
        bins = np.bincount((along - along.min()).astype(np.int32)).astype(np.float64)
        total += float((bins**2).sum())
    return total


def _ink(page: Page) -> NDArray[np.bool_]:
    """Ink at about 100 dpi without what touches the border (background, shadow of the lid)."""
    small, _ = shrunk(page, min(1.0, _LOOK_DPI / page.dpi), shrink_by)
    ink = (even_light(small, min(page.dpi, _LOOK_DPI)) < 255 - _INK).astype(np.uint8)
    ink[[0, -1]] = 1
    ink[:, [0, -1]] = 1
    flood = ink.copy()
    cv2.floodFill(flood, None, (0, 0), 0)
    kept: NDArray[np.bool_] = flood > 0
    return kept


def _sideways(ink: NDArray[np.bool_]) -> bool:
    """Whether lines of text run down: block by block, which profile of the words is rougher.

    Forms are far from the limit on the one side, their turned scans on the other. A page written
    in columns (縦書き) is turned too; only reading can tell it from a page laid in sideways.
    """
    image = ink.astype(np.uint8)
    rules = np.zeros_like(image)
    for size in ((36, 1), (1, 36)):
        rules |= cv2.morphologyEx(image, cv2.MORPH_OPEN, np.ones(size, np.uint8))
    words = image & (1 - cv2.dilate(rules, np.ones((3, 3), np.uint8)))
    across, share = _roughness(words)
    down, _ = _roughness(words.T)
    written = share > _LEAST_WRITTEN
    total = float(down.T[written].sum())
    return total > 0 and float(across[written].sum()) / total < _SIDEWAYS


def _roughness(words: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Variance of the sums of rows, and share of ink, of blocks half over each other."""
    (top, bottom), (left, right) = (_spans(size) for size in words.shape)
    run = cv2.integral(words)
    sums = np.diff(run[:, right] - run[:, left], axis=0).astype(np.float64)
    mean, square = (
        (total[bottom] - total[top]) / (bottom - top)[:, None]
        for total in (np.pad(s.cumsum(axis=0), ((1, 0), (0, 0))) for s in (sums, sums**2))
    )
    return square - mean**2, mean / (right - left)


def _spans(size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    starts = np.arange(0, max(1, size - _BLOCK // 2), _BLOCK // 2)
    return starts, np.minimum(starts + _BLOCK, size)


def _flatten(page: Page) -> Page:
    """Rectify the sheet of a photograph when its four edges can be seen."""
    paper = find_paper(grey_of(page), page.dpi)
    if paper is None or paper.solid < _LEAST_SOLID or paper.outside > _MOST_OUTSIDE:
        return page
    quad = paper.quad
    top, right, bottom, left = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    width, height = (top + bottom) / 2, (left + right) / 2
    ratio = max(width, height) / max(min(width, height), 1e-6)
    if abs(ratio / _A4 - 1) < _A4_NEAR:
        # A camera sees the far edge shorter: the paper is more surely A4 than what was measured.
        longest = max(width, height)
        width, height = (longest, longest / _A4) if width > height else (longest / _A4, longest)
    size = (max(8, round(width)), max(8, round(height)))
    target: Points = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]]) - 0.5
    matrix = cv2.getPerspectiveTransform(target.astype(np.float32), quad.astype(np.float32))
    dpi = max(size) / (297 / 25.4) if abs(ratio / _A4 - 1) < _A4_NEAR else page.dpi
    return replace(resampled(page, np.asarray(matrix, np.float64), size), dpi=float(dpi))


def _levelled(ink: NDArray[np.bool_], angle: float) -> NDArray[np.bool_]:
    """Ink mask as the page shows it when it is turned back by `angle`."""
    matrix, size = _turning(ink.shape, angle)
    turned = cv2.warpPerspective(
        ink.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    )
    level: NDArray[np.bool_] = turned > 0
    return level


def _turn(page: Page, angle: float) -> Page:
    """Turn the page back by `angle` degrees clockwise of its content; the canvas grows."""
    return resampled(page, *_turning(page.pixels.shape, angle))


def _turning(shape: tuple[int, ...], angle: float) -> tuple[Matrix, tuple[int, int]]:
    """Pixels of the turned picture to those of one of `shape`, and its (width, height)."""
    height, width = shape[:2]
    back = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
    cos, sin = abs(back[0, 0]), abs(back[0, 1])
    size = (round(width * cos + height * sin), round(width * sin + height * cos))
    back[:, 2] += [(size[0] - width) / 2, (size[1] - height) / 2]
    matrix = np.linalg.inv(np.vstack([back, [0.0, 0.0, 1.0]]))
    return np.asarray(matrix, np.float64), size


def _quarter(page: Page) -> Page:
    """Turn by 90 degrees clockwise."""
    height = page.pixels.shape[0]
    matrix = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, height - 1.0], [0.0, 0.0, 1.0]])
    turned = replace(
        page,
        pixels=np.ascontiguousarray(np.rot90(page.pixels, -1)),
        to_scan=page.to_scan @ matrix,
        rotation=(page.rotation + 90) % 360,
    )
    keep_grey(turned, np.ascontiguousarray(np.rot90(grey_of(page), -1)))
    return turned


def resampled(page: Page, matrix: Matrix, size: tuple[int, int]) -> Page:
    """Page seen through `matrix` (new pixels to old pixels), paper-white outside; `size` (w, h)."""
    light = int(np.percentile(page.pixels[::8, ::8], 90))
    grey = grey_of(page) if page.colourless else one_channel(page.pixels)
    pixels = cv2.warpPerspective(
        page.pixels if grey is None else grey,
        matrix,
        size,
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderValue=(light, light, light),
    )
    shown = pixels if grey is None else cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
    to_scan = page.to_scan @ matrix
    turned = replace(page, pixels=shown, to_scan=to_scan / to_scan[2, 2])
    if grey is not None:
        keep_grey(turned, np.asarray(pixels, np.uint8))
    return turned
