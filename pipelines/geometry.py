"""Projective geometry and light, shared by the imaging stages. Points are N x 2 (x, y)."""

from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.records import BoundingBox, Matrix, Page, Pixels, RegisteredPage

Points = NDArray[np.float64]
Edge = tuple[float, float, float]
"""A line (a, b, c): a point (x, y) with a x + b y > c lies beyond it."""
LEAST_SEEN = 0.7
"""Share of a box that must be seen for it to be read: with less it is unknown, not blank."""
_PAPER_DPI = 45.0
_ROWS = 64
_DENSE, _BLUR = 0.75, 0.6
"""Samples a pixel under which a picture is blurred before, and by how many pixels."""
Shrink = Callable[[Pixels, float], tuple[Pixels, Matrix]]
_GREYS: WeakKeyDictionary[Page, Pixels] = WeakKeyDictionary()
_HALVES: WeakKeyDictionary[Page, Pixels] = WeakKeyDictionary()
_SAME_SIZE = 0.002
"""Resizing by less (a resolution that is estimated from the size of A4) is not worth its time."""


def transform_points(matrix: Matrix, points: NDArray[Any]) -> Points:
    """Apply a 3 x 3 projective transform to N x 2 points."""
    flat = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    mapped = flat @ matrix[:, :2].T + matrix[:, 2]
    moved: Points = mapped[:, :2] / mapped[:, 2:]
    return moved


def scaling(across: float, down: float | None = None) -> Matrix:
    """Transform of pixel coordinates when an image is resized by these factors.

    Pixel centres count: x' + 0.5 = (x + 0.5) * across.
    """
    vertical = across if down is None else down
    return np.array(
        [
            [across, 0.0, 0.5 * across - 0.5],
            [0.0, vertical, 0.5 * vertical - 0.5],
            [0.0, 0.0, 1.0],
        ]
    )


def place_in_scan(registered: RegisteredPage, points: Points) -> Points:
    """Where the original scan shows N x 2 template pixels."""
    shifts = registered.shifts
    if shifts is not None and len(points):
        limit = np.array(registered.grey.shape[::-1]) - 1
        at = np.clip(points / limit, 0, 1) * (np.array(shifts.shape[1::-1]) - 1)
        columns, rows = (each.astype(np.float32)[:, None] for each in at.T)
        points = points + cv2.remap(shifts, columns, rows, cv2.INTER_LINEAR)[:, 0]
    return transform_points(registered.to_scan, points)


def box_in_scan(
    registered: RegisteredPage, corners: tuple[float, float, float, float]
) -> BoundingBox:
    """Box of template pixels (x0, y0, x1, y1) as a box of the original scan.

    The box encloses the mapped corners and is cut at the edges of the scan; one that lies wholly
    outside (cut paper) becomes a pixel at the nearest edge.
    """
    x0, y0, x1, y1 = corners
    quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    mapped = place_in_scan(registered, quad)
    left, top = mapped.min(axis=0)
    right, bottom = mapped.max(axis=0)
    left, right = _cut(left, right, registered.scan_width)
    top, bottom = _cut(top, bottom, registered.scan_height)
    return BoundingBox(x0=left, y0=top, x1=right, y1=bottom)


def visible_share(registered: RegisteredPage, corners: tuple[float, float, float, float]) -> float:
    """Share (0..1) of a box of template pixels (x0, y0, x1, y1) that the scan shows.

    Less than 1 where the paper was cut off by the scan or another sheet covers it: what stands
    there is unknown, not blank.
    """
    x0, y0, x1, y1 = corners
    # Straight lines stay straight: when all corners are shown, so is everything between them.
    quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    if _in_scan(registered, quad).all():
        return 1.0
    steps = (np.arange(8) + 0.5) / 8
    xs, ys = np.meshgrid(x0 + (x1 - x0) * steps, y0 + (y1 - y0) * steps)
    return float(_in_scan(registered, np.column_stack([xs.ravel(), ys.ravel()])).mean())


def before_edge(edge: Edge, points: Points) -> NDArray[np.bool_]:
    """Which of N x 2 points do not lie beyond an edge."""
    before: NDArray[np.bool_] = points @ np.array(edge[:2]) <= edge[2]
    return before


def moved_edge(edge: Edge, matrix: Matrix) -> Edge:
    """Edge in the coordinates that `matrix` (without perspective) leads to those of `edge`."""
    a, b, c = np.array([edge[0], edge[1], -edge[2]]) @ matrix
    return float(a), float(b), float(-c)


def merge_boxes(boxes: Iterable[BoundingBox]) -> BoundingBox:
    """Smallest box that holds all of `boxes` (at least one)."""
    held = tuple(boxes)
    return BoundingBox(
        x0=min(b.x0 for b in held),
        y0=min(b.y0 for b in held),
        x1=max(b.x1 for b in held),
        y1=max(b.y1 for b in held),
    )


def to_grey(pixels: Pixels) -> Pixels:
    """Luminance, H x W, of an RGB or grey image."""
    if pixels.ndim == 2:
        return pixels
    grey: Pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    return grey


def grey_of(page: Page) -> Pixels:
    """Luminance of a page, H x W, made once: most stages look at it. Not to be written to."""
    grey = _GREYS.get(page)
    if grey is None:
        grey = _GREYS[page] = to_grey(page.pixels)
    return grey


def keep_grey(page: Page, grey: Pixels) -> None:
    """Let `grey_of` give what the decoder had before it made RGB of it."""
    _GREYS[page] = grey


def shrunk(page: Page, factor: float, how: Shrink) -> tuple[Pixels, Matrix]:
    """Luminance of a page, shrunk by `how` (that begins with exact halves); also the transform.

    Several stages look at the page at some resolution: the first half is made once.
    """
    if factor > 0.5:
        return how(grey_of(page), factor)
    half = _HALVES.get(page)
    if half is None:
        half = _HALVES[page] = resize_by(grey_of(page), 0.5)[0]
    small, to_small = how(half, 2 * factor)
    return small, to_small @ scaling(0.5)


def one_channel(pixels: Pixels) -> Pixels | None:
    """Give the grey values (H x W) of an RGB image of three equal channels; else None."""
    grey = np.empty(pixels.shape[:2], np.uint8)
    # Some rows at a time stay in the processor's cache.
    for top in range(0, len(pixels), _ROWS):
        red, green, blue = cv2.split(pixels[top : top + _ROWS])
        if not (np.array_equal(red, green) and np.array_equal(red, blue)):
            return None
        grey[top : top + _ROWS] = red
    return grey


def resize_by(pixels: Pixels, factor: float) -> tuple[Pixels, Matrix]:
    """Resize, sharp in both directions; also the transform from old to new pixels.

    Shrinks by exact halves first, which is many times faster than by any other factor; an odd
    last row or column is dropped.
    """
    done = np.eye(3)
    while factor <= 0.5 and min(pixels.shape[:2]) >= 2:
        rows, columns = pixels.shape[0] // 2, pixels.shape[1] // 2
        even = pixels[: 2 * rows, : 2 * columns]
        pixels = cv2.resize(even, (columns, rows), interpolation=cv2.INTER_AREA)
        done, factor = scaling(0.5) @ done, 2 * factor
    height, width = pixels.shape[:2]
    if abs(factor - 1) < _SAME_SIZE:
        return pixels, done
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(pixels, size, interpolation=how).astype(np.uint8, copy=False)
    return resized, scaling(size[0] / width, size[1] / height) @ done


def ready_to_sample(grey: Pixels, density: float) -> tuple[Pixels, Matrix]:
    """Picture from which so many samples a pixel can be taken without tearing thin strokes.

    Halved as often as can be; what is left (300 dpi sampled at 200) is blurred by as much as
    averaging over a sample would, which takes a tenth of the time that shrinking does.
    """
    steps = int(np.floor(np.log2(1 / density) + 1e-6)) if density < 1 else 0
    source, to_source = resize_by(grey, 0.5**steps)
    if density * 2**steps < _DENSE:
        source = np.asarray(cv2.GaussianBlur(source, (3, 3), _BLUR), np.uint8)
    return source, to_source


def shrink_by(pixels: Pixels, factor: float) -> tuple[Pixels, Matrix]:
    """Shrink as `resize_by` does, in a third of the time when halves alone do not reach."""
    source, done = ready_to_sample(pixels, factor)
    left = factor / float(done[0, 0])
    if left > 1 - _SAME_SIZE:
        return source, done
    height, width = source.shape[:2]
    size = (max(1, round(width * left)), max(1, round(height * left)))
    sampled = np.asarray(cv2.resize(source, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    return sampled, scaling(size[0] / width, size[1] / height) @ done


def halves(factor: float) -> float:
    """Nearest factor, at most 1, by which `resize_by` shrinks in exact halves."""
    return float(2.0 ** min(0, round(np.log2(factor))))


def ink_drop(grey: Pixels, dpi: float) -> Pixels:
    """How much darker than the paper around (6 mm) each pixel of a small picture is."""
    reach = max(3, round(6 * dpi / 25.4)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (reach, reach))
    quiet = cv2.GaussianBlur(grey, (0, 0), 0.8)
    drop: Pixels = cv2.subtract(cv2.morphologyEx(quiet, cv2.MORPH_CLOSE, kernel), quiet)
    return drop


def tone_at(pixels: Pixels, share: float) -> float:
    """Tone (0..255) below which `share` (0..1) of the pixels lie: a percentile by histogram."""
    if not pixels.size:
        return 0.0
    table = pixels if pixels.ndim == 2 else pixels.reshape(-1, 1)
    counts = cv2.calcHist([table], [0], None, [256], [0, 256]).ravel().astype(np.float64).cumsum()
    return float(np.searchsorted(counts, share * counts[-1]))


def components(
    mask: NDArray[np.uint8], connectivity: int = 8
) -> tuple[int, NDArray[np.integer[Any]], NDArray[np.int32], NDArray[np.float64]]:
    """Find connected pieces (8 neighbours or 4) of a mask: count, labels, stats, centres of OpenCV.

    Labels are 16 bits wide where that is enough, which takes a third of the time.
    """
    try:
        found = cv2.connectedComponentsWithStats(mask, connectivity=connectivity, ltype=cv2.CV_16U)
    except cv2.error:
        found = cv2.connectedComponentsWithStats(mask, connectivity=connectivity, ltype=cv2.CV_32S)
    count, labels, stats, centres = found
    return count, labels, stats, centres


def pieces(labels: NDArray[np.integer[Any]], chosen: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Mask (0 or 1) of the pieces of `components` that are `chosen`, a flag for each number."""
    if labels.dtype != np.uint16 or len(chosen) > 1 << 16:
        return np.asarray(chosen.astype(np.uint8)[labels])
    table = np.zeros(1 << 16, np.uint8)
    table[: len(chosen)] = chosen
    return np.asarray(cv2.LUT(labels, table), np.uint8)


def even_light(grey: Pixels, dpi: float) -> Pixels:
    """Divide by the paper's own brightness, so that paper is white whatever shadow lay on it.

    The paper is estimated as the brightest tone of about 5 mm around, smoothed; print and pen
    strokes are thinner than that. Dark areas larger than it (a table edge) stay dark.
    """
    small, _ = resize_by(grey, halves(_PAPER_DPI / dpi))
    small_dpi = dpi * small.shape[1] / grey.shape[1]
    reach = max(3, round(5.0 * small_dpi / 25.4)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (reach, reach))
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel)
    # What is to be smooth is smoothed as well at half of the resolution.
    paper = cv2.GaussianBlur(resize_by(paper, 0.5)[0], (0, 0), reach / 4)
    full = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    # Below a quarter of full light nothing is paper: do not blow noise up.
    even: Pixels = cv2.divide(grey, np.maximum(full, 64).astype(np.uint8), scale=255).astype(
        np.uint8, copy=False
    )
    return even


def _in_scan(registered: RegisteredPage, points: Points) -> NDArray[np.bool_]:
    mapped = place_in_scan(registered, points)
    limit = np.array([registered.scan_width, registered.scan_height])
    inside: NDArray[np.bool_] = np.all((mapped >= -0.5) & (mapped < limit + 0.5), axis=1)
    return inside if registered.edge is None else inside & before_edge(registered.edge, points)


def _cut(low: float, high: float, size: int) -> tuple[float, float]:
    low, high = (float(min(max(value, 0), size)) for value in (low, high))
    if high - low < 1:
        low = min(max(0.0, low), size - 1.0)
        high = low + 1.0
    return low, high
