"""Bring a scanned form page onto the coordinates of its template.

The coarse pose of identification is refined by tracking corners of the print from the template to
the page; what a homography leaves (paper that was fed askew, folded or photographed) is taken up
by a smooth field of small shifts. Then the page is resampled once, from the pixels as decoded.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.template import Template
from pipelines.geometry import (
    Edge,
    Points,
    before_edge,
    even_light,
    grey_of,
    halves,
    moved_edge,
    ready_to_sample,
    resize_by,
    scaling,
    shrunk,
    transform_points,
)
from pipelines.identify_features import sane_pose
from pipelines.identify_print import PrintMap, cell_likeness, follow, print_map, score_seen
from pipelines.records import Identification, Matrix, Page, Pixels, RegisteredPage
from pipelines.register_curved import is_curved, place_curved, well_placed
from pipelines.register_field import ShiftField, fit_shifts

_DPI = 100.0
_LEAST_TRACKED = 24
_ROUNDS = 3
_SETTLED = 1.5
_LEAST_ALIKE = 0.5
_LEAST_CELL = 0.4
_LEAST_CELLS = 0.7
_MOST_RESIDUAL_MM = 0.5
_MOST_SHIFT_MM = 2.5
_GRID = 16
"""Pixels between the places of a bent page that are computed; between them it is straight."""
_COLOURLESS = 16


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Tracked:
    """Corners of the print map, and where the page shows them (both print-map pixels)."""

    expected: Points
    found: Points


def register_page(
    page: Page, template: Template, identification: Identification
) -> RegisteredPage | None:
    """Warp `page` onto `template`; None when the print is not found where it should be.

    The pixels lie within about 0.3 mm of the template's; `to_scan` is the best homography, and
    `shifts` what bent paper differs from it. Where the scan shows no paper the pixels are white:
    see `geometry.visible_share`.
    """
    blank = print_map(template)
    grey = grey_of(page)
    # Points are sampled: shrink the page before, but to no less than the print map's resolution.
    density = _DPI / template.dpi / _spacing(identification.from_template)
    source, to_source = shrunk(page, density, ready_to_sample)
    pose = to_source @ identification.from_template @ np.linalg.inv(blank.from_template)
    for placed, field, curved in _ways_to_place(source, blank, pose):
        if sane_pose(placed, blank.grey.shape[::-1]):
            whole = np.linalg.inv(to_source) @ placed @ blank.from_template
            sampled = _resample(grey, template, whole, field)
            found = _judged(page, template, blank, (whole, field, curved), sampled)
            if found is not None:
                return found
    return None


def _ways_to_place(
    source: Pixels, blank: PrintMap, pose: Matrix
) -> Iterator[tuple[Matrix, ShiftField | None, bool]]:
    """Pose and field of flat or bent paper, and where that does not do those of curved paper.

    Also whether the result must show that print is in its place all over the page. Curved paper is
    placed from two first guesses.
    """
    settled = _settle(source, blank, pose)
    bent = None
    if settled is not None:
        tracked = settled[1]
        field = fit_shifts(tracked.expected, tracked.found, blank.grey.shape, _DPI)
        bent = settled[0], field, is_curved(field, blank)
    if bent is not None and not bent[2]:
        yield bent
    for guess in (pose, None if settled is None else settled[0]):
        placed = None if guess is None else place_curved(source, blank, guess)
        if placed is not None:
            yield *placed, True
    if bent is not None and bent[2]:
        yield bent


def _judged(
    page: Page,
    template: Template,
    blank: PrintMap,
    place: tuple[Matrix, ShiftField | None, bool],
    grey: Pixels,
) -> RegisteredPage | None:
    """Look at the result as if it were a new page, and refuse it if the print lies elsewhere."""
    seen, _ = resize_by(grey, _DPI / template.dpi)
    residual = _residual_mm(seen, blank)
    if residual is None:
        return None
    whole, field, doubted = place
    score = score_seen(seen, blank)
    pose = whole @ np.linalg.inv(blank.from_template)
    shown = _shown(pose, page.pixels.shape, blank.points, score.edge)
    corners = blank.corners.reshape(-1, 2).astype(np.float64)
    seen_corners = _shown(pose, page.pixels.shape, corners, score.edge)
    if doubted and not well_placed(seen, blank, seen_corners):
        return None
    cells = cell_likeness(score, blank, shown)
    if score.alike < _LEAST_ALIKE or residual > _MOST_RESIDUAL_MM:
        return None
    if not len(cells) or (cells > _LEAST_CELL).mean() < _LEAST_CELLS:
        return None
    to_scan = page.to_scan @ whole
    return RegisteredPage(
        number=page.number,
        form=template.key,
        form_page=template.form_page,
        grey=grey,
        colour=_colours(page, template, whole, field),
        dpi=template.dpi,
        to_scan=to_scan / to_scan[2, 2],
        scan_width=page.scan_width,
        scan_height=page.scan_height,
        rotation=_rotation(to_scan, template.grey.shape),
        score=float(np.clip(score.alike, 0, 1)),
        residual_mm=residual,
        edge=None if score.edge is None else moved_edge(score.edge, blank.from_template),
        shifts=None if field is None else field.nodes * np.float32(template.dpi / _DPI),
    )


def _spacing(pose: Matrix) -> float:
    """Pixels of the page to a pixel of the template."""
    area = abs(float(np.linalg.det(pose[:2, :2]))) / max(abs(float(pose[2, 2])) ** 3, 1e-9)
    return float(np.sqrt(max(area, 1e-6)))


def _track(source: Pixels, blank: PrintMap, pose: Matrix) -> _Tracked | None:
    size = blank.grey.shape[::-1]
    seen = cv2.warpPerspective(
        source, pose, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=255
    )
    seen = even_light(seen, blank.dpi)
    tracked = _followed(seen, blank, blank.corners)
    return tracked if len(tracked.expected) >= _LEAST_TRACKED else None


def _followed(
    seen: Pixels, blank: PrintMap, corners: NDArray[np.float32], *, nearby: bool = False
) -> _Tracked:
    """Corners that are found on the page with certainty, near enough to their places."""
    expected = corners.reshape(-1, 2).astype(np.float64)
    found, good = follow(seen, blank, corners, nearby=nearby)
    good &= np.abs(found - expected).max(axis=1) < _MOST_SHIFT_MM * blank.dpi / 25.4
    return _Tracked(expected=expected[good], found=found[good])


def _residual_mm(seen: Pixels, blank: PrintMap) -> float | None:
    """Median distance of a part of the corners from their places; None when few are found."""
    # A third is enough for a median, but of few corners all.
    step = max(1, min(3, len(blank.corners) // (8 * _LEAST_TRACKED)))
    expected = np.ascontiguousarray(blank.corners[::step])
    if len(expected) < _LEAST_TRACKED / 2:
        return None
    # What is out of place is seen nearby, too, unless most corners are not there.
    tracked = _followed(seen, blank, expected, nearby=True)
    if len(tracked.expected) < len(expected) / 2:
        tracked = _followed(seen, blank, expected)
    if len(tracked.expected) < _LEAST_TRACKED / 2:
        return None
    shifts = np.linalg.norm(tracked.found - tracked.expected, axis=1)
    return float(np.median(shifts)) * 25.4 / _DPI


def _settle(source: Pixels, blank: PrintMap, pose: Matrix) -> tuple[Matrix, _Tracked] | None:
    """Refine a pose until the print is in place; also what a homography leaves of the shifts."""
    tracked: _Tracked | None = None
    for _ in range(_ROUNDS):
        tracked = _track(source, blank, pose)
        better = None if tracked is None else _refit(tracked)
        if tracked is None or better is None:
            return None
        pose = pose @ better
        back = np.asarray(np.linalg.inv(better), dtype=np.float64)
        left = transform_points(back, tracked.found)
        moved = float(np.abs(left - tracked.found).max())
        tracked = _Tracked(expected=tracked.expected, found=left)
        if moved < _SETTLED:
            break
    return None if tracked is None else (pose, tracked)


def _refit(tracked: _Tracked) -> Matrix | None:
    """Homography from expected to found corners, by those that agree."""
    better, inliers = cv2.findHomography(
        tracked.expected, tracked.found, cv2.USAC_MAGSAC, 2.0, maxIters=1000, confidence=0.999
    )
    if better is None or inliers.sum() < _LEAST_TRACKED:
        return None
    keep = inliers.ravel() == 1
    better, _ = cv2.findHomography(tracked.expected[keep], tracked.found[keep], 0)
    return None if better is None else np.asarray(better, dtype=np.float64)


def _resample(grey: Pixels, template: Template, whole: Matrix, field: ShiftField | None) -> Pixels:
    """Sample the page once at template pixels: homography, and the field of bent paper."""
    height, width = template.grey.shape
    source, to_source = ready_to_sample(grey, 1.0 / _spacing(whole))
    return _sampled(source, to_source @ whole, (width, height), field, template.dpi)


def _sampled(
    source: Pixels, matrix: Matrix, size: tuple[int, int], field: ShiftField | None, dpi: float
) -> Pixels:
    """Picture of `size` (width, height) and `dpi`; `matrix` leads from its pixels to `source`."""
    if field is None:
        return _seen_through(source, matrix, size, cv2.INTER_LINEAR)
    width, height = size
    places = field.places(width, height, dpi / _DPI, _GRID)
    mapped = cv2.perspectiveTransform(places, matrix).astype(np.float32)
    fine = cv2.resize(mapped, None, fx=_GRID, fy=_GRID, interpolation=cv2.INTER_LINEAR)
    # The outermost places lie one step outside the page: beyond them nothing is interpolated.
    fine = fine[_GRID : _GRID + height, _GRID : _GRID + width]
    white = (255, 255, 255)
    sampled: Pixels = cv2.remap(source, fine, None, cv2.INTER_LINEAR, borderValue=white)
    return sampled


def _seen_through(source: Pixels, matrix: Matrix, size: tuple[int, int], how: int) -> Pixels:
    seen: Pixels = cv2.warpPerspective(
        source, matrix, size, flags=how | cv2.WARP_INVERSE_MAP, borderValue=(255, 255, 255)
    )
    return seen


def _colours(
    page: Page, template: Template, whole: Matrix, field: ShiftField | None
) -> Pixels | None:
    """RGB of the registered page at half of its resolution; None for grey and black scans."""
    # Most coloured scans hold none: a look at one pixel of 36 takes a tenth of the time.
    if page.colourless or not _coloured(_every(page.pixels, 6)):
        return None
    source, to_source = resize_by(page.pixels, halves(0.5 / _spacing(whole)))
    if not _coloured(_every(source, 2)):
        return None
    height, width = template.grey.shape
    matrix = to_source @ whole @ np.linalg.inv(scaling(0.5))
    return _sampled(source, matrix, (width // 2, height // 2), field, template.dpi / 2)


def _every(pixels: Pixels, step: int) -> Pixels:
    size = (max(1, pixels.shape[1] // step), max(1, pixels.shape[0] // step))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def _coloured(pixels: Pixels) -> bool:
    red, green, blue = cv2.split(pixels)
    most, least = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    return int(cv2.subtract(most, least).max()) > _COLOURLESS


def _shown(
    pose: Matrix, shape: tuple[int, ...], points: Points, edge: Edge | None
) -> NDArray[np.bool_]:
    """Which points of the print map lie within the scan and before the edge of what is in sight."""
    mapped = transform_points(pose, points)
    shown: NDArray[np.bool_] = np.all((mapped >= 0) & (mapped < [shape[1], shape[0]]), axis=1)
    return shown if edge is None else shown & before_edge(edge, points)


def _rotation(to_scan: Matrix, shape: tuple[int, ...]) -> int:
    """Clockwise turn that shows the scan upright: against the turn of the text direction."""
    height, width = shape[:2]
    ends = np.array([[0.25 * width, height / 2], [0.75 * width, height / 2]])
    start, end = transform_points(to_scan, ends)
    angle = np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0]))
    return int(round(-angle / 90) * 90) % 360
