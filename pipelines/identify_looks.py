"""One page compared with templates at poses, each comparison made once."""

from collections.abc import Callable, Sequence

import numpy as np

from pipelines.bend import score_bent
from pipelines.forms.template import Template
from pipelines.geometry import Points, transform_points
from pipelines.identify_print import PrintMap, PrintScore, score_print
from pipelines.records import Matrix, Pixels

_SAME_PLACE_MM = 2.5
"""Distance of corners under which a pose was as good as looked at: refinement reaches farther."""

ScoreSeen = Callable[[Template, float], None]


class Looks:
    """A page (grey, `middle` of `dpi`) compared with templates; `prints` are theirs, in order.

    `seen` is called with every template that was compared and its score.
    """

    def __init__(
        self,
        middle: Pixels,
        dpi: float,
        templates: Sequence[Template],
        prints: Sequence[PrintMap],
        seen: ScoreSeen | None,
    ) -> None:
        self.middle, self.dpi = middle, dpi
        self._templates, self._prints, self._seen = templates, prints, seen
        self._done: dict[int, list[tuple[Points, PrintScore | None]]] = {}
        self._curved: set[int] = set()

    def score(self, number: int, pose: Matrix) -> PrintScore | None:
        """Compare the page with a template at a pose, or as before at about the same pose."""
        width, height = self._templates[number].grey.shape[::-1]
        ends = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
        corners = transform_points(pose, ends)
        near = _SAME_PLACE_MM * self.dpi / 25.4
        for before, score in self._done.get(number, ()):
            if np.abs(before - corners).max() < near:
                return score
        score = score_print(self.middle, self._prints[number], pose)
        self._done.setdefault(number, []).append((corners, score))
        if score is not None:
            self._done[number].append((transform_points(score.pose, ends), score))
            self.tell(number, score)
        return score

    def curved_score(self, number: int, pose: Matrix) -> PrintScore | None:
        """Compare the page with a template as if it curves; once for each template."""
        if number in self._curved:
            return None
        self._curved.add(number)
        score = score_bent(self.middle, self._prints[number], pose)
        if score is not None:
            self.tell(number, score)
        return score

    def tell(self, number: int, score: PrintScore) -> None:
        """Let who watches know of a comparison."""
        if self._seen is not None:
            self._seen(self._templates[number], score.alike)
