"""The usual way to know a form: SIFT features of the page against those of every template.

A peer to measure against, not a part of the product. OpenCV's own parts with their usual settings:
two nearest neighbours, ratio test, homography by RANSAC; the score is the count of inliers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from pipelines.forms.template import Template
from pipelines.geometry import resize_by, to_grey
from pipelines.records import Page, Pixels

_DPI = 100.0
_RATIO = 0.75
_PIXELS = 5.0
_LEAST = 8


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    points: np.ndarray
    descriptors: np.ndarray


class SiftMatcher:
    """Matches pages with every template; `features` is the most that a picture may have."""

    def __init__(self, templates: Iterable[Template], *, features: int) -> None:
        self._detector: Any = cv2.SIFT_create(nfeatures=features)
        self._matcher = cv2.BFMatcher(cv2.NORM_L2)
        self._seen = [self._look(t.grey, t.dpi) for t in templates]

    def best(self, page: Page) -> tuple[int, int]:
        """Give the index of the template that fits best and its inliers (0: none fits)."""
        seen = self._look(to_grey(page.pixels), page.dpi)
        inliers = [self._inliers(template, seen) for template in self._seen]
        index = int(np.argmax(inliers))
        return index, inliers[index]

    def _look(self, grey: Pixels, dpi: float) -> _Seen:
        small, _ = resize_by(grey, min(1.0, _DPI / dpi))
        keypoints, descriptors = self._detector.detectAndCompute(small, None)
        points = np.array([k.pt for k in keypoints], np.float32).reshape(-1, 2)
        return _Seen(points, np.zeros((0, 128), np.float32) if descriptors is None else descriptors)

    def _inliers(self, template: _Seen, page: _Seen) -> int:
        if min(len(template.points), len(page.points)) < _LEAST:
            return 0
        pairs = self._matcher.knnMatch(template.descriptors, page.descriptors, k=2)
        good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < _RATIO * p[1].distance]
        if len(good) < _LEAST:
            return 0
        source = template.points[[m.queryIdx for m in good]]
        target = page.points[[m.trainIdx for m in good]]
        _, mask = cv2.findHomography(source, target, cv2.RANSAC, _PIXELS)
        return 0 if mask is None else int(mask.sum())
