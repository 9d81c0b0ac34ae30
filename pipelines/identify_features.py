"""Local features of a page, and the poses at which templates could lie on it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import Points, resize_by, transform_points
from pipelines.records import Matrix, Pixels

_MOST = 750
_SHORT_DIMS = 32
_SHORT_QUERIES = 400
_FEW_QUERIES = 80
"""Features of the first look: from strong to faint, as strong ones are mostly writing or frames."""
_CLEAR_LEAD = 2.5
_LEAST_VOTES = 0.05
_ROUGH = 48
"""Templates that are compared by all features: those that do best by a few."""
_LEAD = 1.2
_MANY_INLIERS = 60
_MANY_SHARE = 0.25
_LONE_INLIERS = 24
_LONE_LEAD = 2
"""A template is looked at when it leads all others, when so many of its features (or so large a
share of them) agree on a pose, or fewer, but of no other half as many: frames and common words make
dozens agree with other forms."""
_HOPE = 2.0
"""Lead at which a finer resolution is worth its time."""
_BLOCK = 8
"""Templates whose features are compared at a time."""
_TWIN_SHARE = 0.6
_SAME_FEATURE = 0.05
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
class Round:
    """Templates to look at, best first. `few`: a leader by a few features alone, with its twins.

    `hopeful`: some template resembles the page more than all others do, wherever it may lie.
    """

    proposals: list[Proposal]
    few: bool
    hopeful: bool


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MatchIndex:
    """Features of all templates, and a projection of them for a quick first look.

    `short` (all features, one after the other) are the projected descriptors with their squared
    length as the last column; those of each template that has any (`held`) are from `starts` to
    `ends`.
    `twins` are the templates that show most of what a template shows.
    """

    templates: tuple[Features, ...]
    projection: NDArray[np.float32]
    mean: NDArray[np.float32]
    short: NDArray[np.float32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    held: NDArray[np.int64]
    twins: tuple[frozenset[int], ...] = ()

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
        short = (centred @ projection).astype(np.float32)
        sizes = np.array([len(t.points) for t in templates], np.int64)
        held = np.flatnonzero(sizes)
        index = cls(
            templates=tuple(templates),
            projection=projection,
            mean=mean.astype(np.float32),
            short=np.column_stack([short, (short**2).sum(axis=1)]),
            starts=np.cumsum(sizes[held]) - sizes[held],
            ends=np.cumsum(sizes[held]),
            held=held,
        )
        return replace(index, twins=index._twins())

    def rounds(self, page: Features, *, only: frozenset[int] | None, most: int) -> Iterator[Round]:
        """Templates (of `only`, when given) with a pose that many features agree on.

        First one that leads clearly by a few features, with its twins, if there is one; then what
        stands out among the `most` that lead by all of them.
        """
        if len(page.points) < _LEAST_MATCHES:
            return
        if only is not None or len(self.held) <= most:
            wanted = range(len(self.templates)) if only is None else sorted(only)
            yield Round(proposals=self._posed(page, wanted), few=False, hopeful=True)
            return
        own = (page.descriptors[:_SHORT_QUERIES] - self.mean) @ self.projection
        queries = np.column_stack([-2 * own, np.ones(len(own), np.float32)])
        spread = np.zeros(len(own), np.bool_)
        spread[np.linspace(0, len(own) - 1, _FEW_QUERIES).astype(int)] = True
        nearest = self._nearest(queries[spread])
        votes = _votes(nearest)
        first, second = np.argsort(-votes)[:2]
        if votes[first] >= max(_CLEAR_LEAD * votes[second], _LEAST_VOTES):
            leader = int(self.held[first])
            posed = self._posed(page, [leader, *self.twins[leader]])
            yield Round(proposals=posed, few=True, hopeful=False)
        chosen = np.sort(np.argsort(-votes)[:_ROUGH])
        rest = self._nearest(queries[~spread], chosen)
        votes = _votes(np.concatenate([nearest[:, chosen], rest]))
        order = np.argsort(-votes)[:most]
        lead = float(votes[order[0]] / max(votes[order[1]], 1e-6))
        wanted = self.held[chosen[order]].tolist()
        leading = wanted[0] if lead >= _LEAD else None
        posed = self._posed(page, wanted)
        proposals = [p for p in posed if p.index == leading or self._stands_out(p, posed)]
        yield Round(proposals=proposals, few=False, hopeful=lead >= _HOPE)

    def _stands_out(self, proposal: Proposal, posed: Sequence[Proposal]) -> bool:
        enough = min(_MANY_INLIERS, _MANY_SHARE * len(self.templates[proposal.index].points))
        others = max((p.inliers for p in posed if p is not proposal), default=0)
        return proposal.inliers >= min(enough, max(_LONE_INLIERS, _LONE_LEAD * others))

    def _posed(self, page: Features, wanted: Iterable[int]) -> list[Proposal]:
        proposals = [p for i in wanted if (p := self._pose(page, i)) is not None]
        return sorted(proposals, key=lambda p: -p.inliers)

    def _nearest(
        self, queries: NDArray[np.float32], chosen: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """Distance (squared, less the query's own length) to the nearest feature of each template.

        By a few templates at a time: all at once would go through memory, at five times the cost.
        """
        which = np.arange(len(self.held)) if chosen is None else chosen
        nearest = np.empty((len(queries), len(which)), np.float32)
        for first in range(0, len(which), _BLOCK):
            block = which[first : first + _BLOCK]
            parts = [self.short[self.starts[i] : self.ends[i]] for i in block]
            # Neighbours lie side by side in memory already.
            whole = len(block) == block[-1] - block[0] + 1
            rows = self.short[self.starts[block[0]] : self.ends[block[-1]]] if whole else None
            distance = queries @ (np.concatenate(parts) if rows is None else rows).T
            own = np.cumsum([0, *(len(part) for part in parts[:-1])])
            nearest[:, first : first + _BLOCK] = np.minimum.reduceat(distance, own, axis=1)
        return nearest

    def _twins(self) -> tuple[frozenset[int], ...]:
        """For each template the others that have nearly all of its features (revisions, mostly)."""
        twins: list[set[int]] = [set() for _ in self.templates]
        for number, (start, end) in enumerate(zip(self.starts, self.ends, strict=True)):
            own = self.short[np.linspace(start, end - 1, _FEW_QUERIES).astype(int)]
            queries = np.column_stack([-2 * own[:, :-1], np.ones(len(own), np.float32)])
            away = self._nearest(queries) + own[:, -1:]
            alike = (away < _SAME_FEATURE).mean(axis=0) >= _TWIN_SHARE
            alike[number] = False
            for other in self.held[alike].tolist():
                twins[other].add(int(self.held[number]))
                twins[int(self.held[number])].add(other)
        return tuple(frozenset(group) for group in twins)

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


def _votes(nearest: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weigh templates by the features that they resemble more than all others do.

    A vote is the lead over the best other template: features that every form has (a corner of a
    frame, the word for date) say nothing.
    """
    second = np.partition(nearest, 1, axis=1)[:, 1:2]
    votes: NDArray[np.float32] = np.clip(second - nearest, 0, None).sum(axis=0)
    return votes


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
