"""Share of a template's words that stand at their places on a page."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.template import Template
from pipelines.geometry import Edge, Points, before_edge, even_light, resize_by, transform_points
from pipelines.identify_features import sane_pose
from pipelines.identify_sight import find_sight
from pipelines.records import Matrix, Pixels

_MOST_POINTS = 8000
_CORNERS = 220
_REFINING = 110
_TOLERANCE = 1.5
_RULE_MM = 9.0
_LEAST_IN_SIGHT = 0.35
_ENOUGH_IN_SIGHT = 0.7
_WHOLE = 0.82
"""Share of words alike from which on nothing is asked about a part that is out of sight."""
_WINDOW = 17
_FLAT = 25.0
_SAME_WORD = 0.8
_DARK = 60
_FOLLOW_WINDOW, _LOOP = (19, 19), 0.7
_ENOUGH_NEAR = 0.8
_DPI = 100.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PrintMap:
    """A template seen at `dpi`: `grey`, its words (`points`, N x 2) and corners to track.

    `from_template` maps template pixels to pixels of this map. `soft` is the map blurred, with a
    margin, `tones` the mean and the mean square of that around each point (2 x N).
    """

    grey: Pixels
    soft: Pixels
    points: Points
    tones: NDArray[np.float64]
    corners: NDArray[np.float32]
    words: Pixels
    dpi: float
    from_template: Matrix

    @classmethod
    def of_template(cls, grey: Pixels, template_dpi: float, dpi: float) -> "PrintMap":
        """Prepare a template."""
        small, matrix = resize_by(grey, dpi / template_dpi)
        words = without_rules(ink_of(small), dpi)
        ys, xs = np.nonzero(words)
        step = max(1, len(xs) // _MOST_POINTS)
        shuffled = np.random.default_rng(0).permutation(len(xs))[::step][:_MOST_POINTS]
        places = np.column_stack([xs, ys])[shuffled]
        soft = _soft(small)
        corners = cv2.goodFeaturesToTrack(small, _CORNERS, 0.02, dpi / 25.4 * 5)
        return cls(
            grey=small,
            soft=soft,
            points=places.astype(np.float64),
            tones=np.stack([_around(each, places) for each in cv2.integral2(soft)]),
            corners=np.zeros((0, 1, 2), np.float32) if corners is None else corners,
            words=words,
            dpi=dpi,
            from_template=matrix,
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PrintScore:
    """How well a template fits at `pose` (template pixels to page-image pixels).

    `alike` is the share of words that look the same at their places (a right form reaches 0.85 to
    1). `likeness` is the correlation of page and template around each of the template's `points`.
    `edge` (map pixels) is what the page was judged up to, when a part of it is out of sight.
    """

    alike: float
    pose: Matrix
    likeness: NDArray[np.float32]
    edge: Edge | None = None

    def own_words(self, other: "PrintScore", mine: PrintMap, theirs: PrintMap) -> float | None:
        """Lead of this template's own words over the other's own words; None if they have none.

        Own words are those that the other template does not have at that place of the page.
        """
        here = _own_found(self, mine, other, theirs)
        there = _own_found(other, theirs, self, mine)
        if here is None and there is None:
            return None
        return (here if here is not None else 0.5) - (there if there is not None else 0.5)


@lru_cache(maxsize=256)
def print_map(template: Template) -> PrintMap:
    """Print map of a template, made once."""
    return PrintMap.of_template(template.grey, template.dpi, _DPI)


def ink_of(grey: Pixels) -> Pixels:
    """Ink (255) of an evenly lit image."""
    _, ink = cv2.threshold(grey, 255 - _DARK, 255, cv2.THRESH_BINARY_INV)
    found: Pixels = ink
    return found


def without_rules(ink: Pixels, dpi: float) -> Pixels:
    """Ink without straight runs longer than a character."""
    length = max(3, round(_RULE_MM * dpi / 25.4))
    rules = np.zeros_like(ink)
    for size in ((length, 1), (1, length)):
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, size)
        rules |= cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel)
    around = cv2.dilate(rules, np.ones((3, 3), np.uint8))
    words: Pixels = cv2.bitwise_and(ink, cv2.bitwise_not(around)).astype(np.uint8, copy=False)
    return words


def score_print(page: Pixels, template: PrintMap, pose: Matrix) -> PrintScore | None:
    """Refine `pose` (template pixels to pixels of the grey `page`) and score it.

    None when less than about a third of the template's words lie within the page.
    """
    coarse = pose @ np.linalg.inv(template.from_template)
    refined = coarse @ _refinement(_view(page, template, coarse), template)
    if not sane_pose(refined, template.grey.shape[::-1]):
        return None
    inside = _inside(refined, page.shape, template.points)
    if inside.mean() < _LEAST_IN_SIGHT:
        return None
    return _score(_view(page, template, refined), template, refined, inside)


def score_seen(seen: Pixels, template: PrintMap) -> PrintScore:
    """Score a page that was brought onto the print map, in its pixels."""
    return _score(seen, template, np.eye(3), np.ones(len(template.points), np.bool_))


def _score(
    seen: Pixels, template: PrintMap, refined: Matrix, inside: NDArray[np.bool_]
) -> PrintScore:
    to_map = template.from_template
    lit = even_light(seen, template.dpi)
    likeness = _likeness(lit, template)
    alike = _alike(likeness[inside]) * float(min(1.0, inside.mean() / _ENOUGH_IN_SIGHT))
    part = None
    if alike < _WHOLE:
        part = find_sight(template.points, (likeness > _SAME_WORD) & inside)
    if part is None or part.score <= alike:
        return PrintScore(alike=alike, pose=refined @ to_map, likeness=likeness)
    return PrintScore(alike=part.score, pose=refined @ to_map, likeness=likeness, edge=part.edge)


def cell_likeness(
    score: PrintScore,
    template: PrintMap,
    shown: NDArray[np.bool_],
    *,
    columns: int = 5,
    rows: int = 7,
) -> NDArray[np.float64]:
    """`alike` of a score by cells of the page, for cells with enough words `shown` to tell."""
    height, width = template.grey.shape
    points, likeness = template.points[shown], score.likeness[shown]
    column = (points[:, 0] * columns / width).astype(int)
    row = (points[:, 1] * rows / height).astype(int)
    cell = row * columns + column
    counts = np.bincount(cell, minlength=rows * columns)
    alike = np.bincount(cell, weights=likeness > _SAME_WORD, minlength=rows * columns)
    told = counts > 40
    shares: NDArray[np.float64] = alike[told] / counts[told]
    return shares


def _likeness(lit: Pixels, template: PrintMap) -> NDArray[np.float32]:
    """Correlation of page and template in a window of a word around each of its points."""
    page = _soft(lit)
    places = template.points.astype(np.intp)
    total, power = (_around(each, places) for each in cv2.integral2(page))
    # The sum of a product by those of squares: all are of small whole numbers, which is quicker.
    apart = _around(cv2.integral2(cv2.absdiff(page, template.soft))[1], places)
    blank, blank_power = template.tones
    together = (power + blank_power - apart) / 2 - total * blank
    spreads = [np.maximum(p - m**2, _FLAT) for m, p in ((total, power), (blank, blank_power))]
    return np.asarray(together / np.sqrt(spreads[0] * spreads[1]), np.float32)


def _soft(grey: Pixels) -> Pixels:
    """Blurred picture, half a window larger on all sides."""
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    margin = (_WINDOW // 2,) * 4
    return np.asarray(cv2.copyMakeBorder(soft, *margin, cv2.BORDER_REFLECT_101), np.uint8)


def _around(integral: NDArray[np.generic], places: NDArray[np.intp]) -> NDArray[np.float64]:
    """Mean over the window around N x 2 places of a picture whose `_soft` has this integral."""
    flat, row = integral.ravel(), integral.shape[1]
    first = places[:, 1] * row + places[:, 0]
    last = first + _WINDOW * row
    sums = flat[last + _WINDOW] - flat[last] - flat[first + _WINDOW] + flat[first]
    return np.asarray(sums / _WINDOW**2, np.float64)


def _alike(likeness: NDArray[np.float32]) -> float:
    return float((likeness > _SAME_WORD).mean()) if len(likeness) else 0.0


def _view(page: Pixels, template: PrintMap, pose: Matrix) -> Pixels:
    seen = cv2.warpPerspective(
        page,
        pose,
        template.grey.shape[::-1],
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    view: Pixels = seen
    return view


def follow(
    seen: Pixels, template: PrintMap, corners: NDArray[np.float32], *, nearby: bool = False
) -> tuple[Points, NDArray[np.bool_]]:
    """Where the page (seen on the print map) shows `corners`, and which were found for certain.

    A corner is certain when it is found again from there where it came from: what was written over
    it draws it away, but not back. First it is looked for nearby. Only what is not there is looked
    for farther away (not if `nearby`): in a coarser picture, in which writing hides thin print.
    """
    found, sure = _followed(seen, template, corners, levels=0)
    lost = np.flatnonzero(~sure)
    if not nearby and sure.mean() < _ENOUGH_NEAR:
        found[lost], sure[lost] = _followed(seen, template, corners[lost], levels=2)
    return found, sure


def _followed(
    seen: Pixels, template: PrintMap, corners: NDArray[np.float32], *, levels: int
) -> tuple[Points, NDArray[np.bool_]]:
    how = {"winSize": _FOLLOW_WINDOW, "maxLevel": levels}
    moved, there, _ = cv2.calcOpticalFlowPyrLK(template.grey, seen, corners, None, **how)
    back, again, _ = cv2.calcOpticalFlowPyrLK(seen, template.grey, moved, None, **how)
    loop = np.abs(back - corners).reshape(-1, 2).max(axis=1)
    sure = (there.ravel() == 1) & (again.ravel() == 1) & (loop < _LOOP)
    return moved.reshape(-1, 2).astype(np.float64), sure


def _refinement(seen: Pixels, template: PrintMap) -> Matrix:
    """Homography of the print map that moves its corners to where the page shows them."""
    if len(template.corners) < 12:
        return np.eye(3)
    every = max(1, len(template.corners) // _REFINING)
    corners = np.ascontiguousarray(template.corners[::every])
    source = corners.reshape(-1, 2)
    target, sure = follow(seen, template, corners)
    good = sure & (np.abs(target - source).max(axis=1) < 12)
    if good.sum() < 12:
        return np.eye(3)
    refinement, inliers = cv2.findHomography(
        source[good], target[good], cv2.USAC_MAGSAC, 1.5, maxIters=500, confidence=0.99
    )
    if refinement is None or inliers.sum() < max(12, 0.3 * good.sum()):
        return np.eye(3)
    return np.asarray(refinement, dtype=np.float64)


def _inside(pose: Matrix, shape: tuple[int, ...], points: Points) -> NDArray[np.bool_]:
    mapped = transform_points(pose, points)
    limit = np.array([shape[1], shape[0]])
    inside: NDArray[np.bool_] = np.all((mapped >= 0) & (mapped < limit), axis=1)
    return inside


def _own_found(
    score: PrintScore, own: PrintMap, other_score: PrintScore, other: PrintMap
) -> float | None:
    """Share of the words of `own` that `other` lacks and that the page has."""
    across = (
        other.from_template
        @ np.linalg.inv(other_score.pose)
        @ score.pose
        @ np.linalg.inv(own.from_template)
    )
    there = transform_points(across, own.points)
    lacking = cv2.distanceTransform(255 - other.words, cv2.DIST_L2, 3)
    height, width = lacking.shape
    xs = np.clip(np.round(there[:, 0]).astype(int), 0, width - 1)
    ys = np.clip(np.round(there[:, 1]).astype(int), 0, height - 1)
    mine = lacking[ys, xs] > 3 * _TOLERANCE
    if score.edge is not None:
        mine &= before_edge(score.edge, own.points)
    if mine.sum() < max(30, 0.01 * len(own.points)):
        return None
    return _alike(score.likeness[mine])
