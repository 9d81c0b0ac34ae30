"""Local features of a page, and the poses at which templates could lie on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import Points, resize_by, transform_points
from pipelines.records import Matrix, Pixels

_MOST = 750
_SHORT_DIMS = 32
_SHORT_QUERIES = 400
_BLOCK = 8
"""Templates whose features are compared at a time."""
_LEAST_MATCHES = 8
_LEAST_INLIERS = 12
_LEAST_SIMILARITY = 0.72
_TOLERANCE_MM = 1.2


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Features:
    """Keypoints of an image: N x 2 pixels of that image, N x 128 unit descriptors.

    `sizes` are diameters in pixels, `angles` degrees clockwise, `size` the image's (width, height).
    """

    points: Points
    descriptors: NDArray[np.float32]
    sizes: NDArray[np.float64]
    angles: NDArray[np.float64]
    dpi: float
    size: tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Proposal:
    """A template that may lie on the page; `pose` maps its pixels to those of the page image."""

    index: int
    pose: Matrix
    inliers: int


def find_features(grey: Pixels, dpi: float, at_dpi: float) -> Features:
    """SIFT features of `grey` (of `dpi`) seen at `at_dpi`, strongest first, root-normalised."""
    small, to_small = resize_by(grey, min(1.0, at_dpi / dpi))
    from_small = np.asarray(np.linalg.inv(to_small), dtype=np.float64)
    detector = cv2.SIFT_create(nfeatures=_MOST)
    keypoints, descriptors = detector.detectAndCompute(small, None)
    order = np.argsort([-k.response for k in keypoints], kind="stable")[:_MOST]
    if descriptors is None or not len(order):
        order, descriptors = order[:0], np.zeros((0, 128), np.float32)
    raw = np.asarray(descriptors, dtype=np.float32)[order]
    rooted = np.sqrt(raw / np.maximum(raw.sum(axis=1, keepdims=True), 1e-6))
    points: Points = np.array([keypoints[i].pt for i in order], np.float64).reshape(-1, 2)
    factor = to_small[0, 0]
    return Features(
        points=transform_points(from_small, points),
        descriptors=rooted.astype(np.float32),
        sizes=np.array([keypoints[i].size for i in order]) / factor,
        angles=np.array([keypoints[i].angle for i in order]),
        dpi=dpi,
        size=(grey.shape[1], grey.shape[0]),
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MatchIndex:
    """Features of all templates, and a projection of them for a quick first look."""

    templates: tuple[Features, ...]
    projection: NDArray[np.float32]
    mean: NDArray[np.float32]
    short: NDArray[np.float32]
    owners: NDArray[np.int64]

    @classmethod
    def build(cls, templates: Sequence[Features]) -> "MatchIndex":
        """Index of the templates' features; the projection is onto their principal axes."""
        stacked = np.concatenate(
            [t.descriptors for t in templates] or [np.zeros((0, 128), np.float32)]
        )
        mean = stacked.mean(axis=0) if len(stacked) else np.zeros(128)
        centred = stacked - mean
        _, axes = np.linalg.eigh(centred.T @ centred)
        projection = axes[:, ::-1][:, :_SHORT_DIMS].astype(np.float32)
        return cls(
            templates=tuple(templates),
            projection=projection,
            mean=mean.astype(np.float32),
            short=(centred @ projection).astype(np.float32),
            owners=np.repeat(np.arange(len(templates)), [len(t.points) for t in templates]),
        )

    def propose(self, page: Features, *, only: frozenset[int] | None, most: int) -> list[Proposal]:
        """Templates (of `only`, when given) with a pose that many features agree on."""
        if len(page.points) < _LEAST_MATCHES:
            return []
        wanted = self._shortlist(page, most) if only is None else sorted(only)
        proposals = [p for i in wanted if (p := self._pose(page, i)) is not None]
        return sorted(proposals, key=lambda p: -p.inliers)

    def _shortlist(self, page: Features, most: int) -> list[int]:
        """Templates that some page features resemble more than they resemble all others.

        A vote weighs the lead over the best other template: features that every form has (a
        corner of a frame, the word for date) say nothing.
        """
        count = len(self.templates)
        if count <= most:
            return list(range(count))
        queries = (page.descriptors[:_SHORT_QUERIES] - self.mean) @ self.projection
        starts = np.flatnonzero(np.r_[True, self.owners[1:] != self.owners[:-1]])
        nearest = self._nearest(np.asarray(queries, np.float32), starts)
        second = np.partition(nearest, 1, axis=1)[:, 1:2]
        votes = np.clip(second - nearest, 0, None).sum(axis=0)
        held = self.owners[starts]
        return [int(held[i]) for i in np.argsort(-votes)[:most]]

    def _nearest(
        self, queries: NDArray[np.float32], starts: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Distance (squared, less the query's own length) to the nearest feature of each template.

        By a few templates at a time: all at once would go through memory, at five times the cost.
        """
        nearest = np.empty((len(queries), len(starts)), np.float32)
        ends = np.r_[starts[1:], len(self.short)]
        doubled = -2 * queries
        for first in range(0, len(starts), _BLOCK):
            low, high = starts[first], ends[min(first + _BLOCK, len(starts)) - 1]
            block = self.short[low:high]
            distance = doubled @ block.T
            distance += (block**2).sum(axis=1)
            own = starts[first : first + _BLOCK] - low
            nearest[:, first : first + _BLOCK] = np.minimum.reduceat(distance, own, axis=1)
        return nearest

    def _pose(self, page: Features, index: int) -> Proposal | None:
        template = self.templates[index]
        source, target = _mutual(template, page)
        if len(source) < _LEAST_MATCHES:
            return None
        keep = _agreeing(template, page, source, target)
        source, target = source[keep], target[keep]
        if len(source) < _LEAST_MATCHES:
            return None
        pose, inliers = cv2.findHomography(
            template.points[source],
            page.points[target],
            cv2.USAC_MAGSAC,
            _TOLERANCE_MM * page.dpi / 25.4,
            maxIters=1000,
            confidence=0.999,
        )
        count = 0 if pose is None else int(inliers.sum())
        if count < _LEAST_INLIERS or not sane_pose(pose, template.size):
            return None
        return Proposal(index=index, pose=np.asarray(pose, dtype=np.float64), inliers=count)


def sane_pose(pose: Matrix, size: tuple[int, int]) -> bool:
    """Whether a homography shows the sheet as a camera can: convex, not mirrored, not folded."""
    width, height = size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
    depth = np.column_stack([corners, np.ones(4)]) @ pose[2]
    if depth.min() <= 0 or depth.max() > 4 * depth.min():
        return False
    quad = transform_points(pose, corners)
    edges = np.roll(quad, -1, axis=0) - quad
    turns = edges[:, 0] * np.roll(edges[:, 1], -1) - edges[:, 1] * np.roll(edges[:, 0], -1)
    lengths = np.linalg.norm(edges, axis=1)
    stretch = (lengths[0] + lengths[2]) * height / ((lengths[1] + lengths[3]) * width)
    return bool(turns.min() > 0 and lengths.min() > 20 and 0.4 < stretch < 2.5)


def _mutual(template: Features, page: Features) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs that are each other's nearest: indices into the template and into the page."""
    similarity = template.descriptors @ page.descriptors.T
    if not similarity.size:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty
    forth = similarity.argmax(axis=1)
    back = similarity.argmax(axis=0)
    own = np.arange(len(forth))
    good = (back[forth] == own) & (similarity[own, forth] > _LEAST_SIMILARITY)
    chosen = np.flatnonzero(good)
    order = np.argsort(-similarity[chosen, forth[chosen]], kind="stable")
    return chosen[order].astype(np.int64), forth[chosen[order]].astype(np.int64)


def _agreeing(
    template: Features,
    page: Features,
    source: NDArray[np.int64],
    target: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Pairs whose turn and scale agree with the most common ones; perspective leaves leeway."""
    turn = np.radians(page.angles[target] - template.angles[source])
    scale = np.log2(page.sizes[target] / template.sizes[source])
    bins = 24
    counts, edges = np.histogram(np.mod(turn, 2 * np.pi), bins=bins, range=(0, 2 * np.pi))
    smooth = counts + np.roll(counts, 1) + np.roll(counts, -1)
    peak = int(smooth.argmax())
    middle = (edges[peak] + edges[peak + 1]) / 2
    off = np.abs(np.angle(np.exp(1j * (turn - middle))))
    near = off < np.radians(30)
    usual = np.median(scale[near]) if near.any() else 0.0
    agreeing: NDArray[np.bool_] = near & (np.abs(scale - usual) < 0.7)
    return agreeing
