"""A part of the form that seems to be out of sight, but is printed elsewhere on the page.

Of another revision in which a row was added, one part lies where the form has it and the other a
row farther down: to registration the latter is missing, as if another sheet covered it.
"""

import cv2
import numpy as np

from pipelines.drift_zones import Corners
from pipelines.forms.template import Template
from pipelines.geometry import Edge, before_edge, even_light, resize_by
from pipelines.identify_print import ink_of, without_rules
from pipelines.records import Pixels, RegisteredPage

_DPI = 50.0
_REACH_MM = 25.0
_LEAST_ALIKE = 0.36
"""Correlation of the part with the page. Of forms covered by others it stays below 0.3."""
_LEAST_MOVED_MM = 0.8
_LEAST_SIDE_MM = 20.0


def moved_part(registered: RegisteredPage, template: Template) -> Corners | None:
    """Corners (x0, y0, x1, y1, template pixels) of the form's words beyond the edge of its sight.

    None when nothing is out of sight, or when what is there is not the form's own print, moved.
    """
    if registered.edge is None:
        return None
    blank, page = (_words(grey, registered.dpi) for grey in (template.grey, registered.grey))
    scale = registered.dpi / _DPI
    there = _extent(blank, registered.edge, scale)
    if there is None:
        return None
    x0, y0, x1, y1 = there
    reach = round(_REACH_MM * _DPI / 25.4)
    around = cv2.copyMakeBorder(page, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    searched = around[y0 : y1 + 2 * reach, x0 : x1 + 2 * reach]
    alike = cv2.matchTemplate(searched, blank[y0:y1, x0:x1], cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(alike)
    moved = float(np.hypot(x - reach, y - reach)) * 25.4 / _DPI
    if best < _LEAST_ALIKE or moved < _LEAST_MOVED_MM:
        return None
    return scale * x0, scale * y0, scale * x1, scale * y1


def _words(grey: Pixels, dpi: float) -> Pixels:
    """Words, blurred; half of the forms of an office share their rules."""
    small, _ = resize_by(even_light(grey, dpi), 2 * _DPI / dpi)
    words, _ = resize_by(without_rules(ink_of(small), 2 * _DPI), 0.5)
    return np.asarray(cv2.GaussianBlur(words, (0, 0), 0.8), np.uint8)


def _extent(blank: Pixels, edge: Edge, scale: float) -> tuple[int, int, int, int] | None:
    """Box around the words beyond the edge; None when it is too small to tell.

    `edge` counts pixels of the template, `scale` of them to one of `blank`.
    """
    ys, xs = np.nonzero(blank > 40)
    places = np.column_stack([xs, ys]).astype(np.float64) * scale
    beyond = ~before_edge(edge, places)
    if not beyond.any():
        return None
    xs, ys = xs[beyond], ys[beyond]
    x0, y0, x1, y1 = int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
    if min(x1 - x0, y1 - y0) < _LEAST_SIDE_MM * _DPI / 25.4:
        return None
    return x0, y0, x1, y1
