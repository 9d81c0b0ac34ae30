"""How far the print of a registered page lies from its places."""

from dataclasses import dataclass

import numpy as np

from pipelines.forms.template import Template
from pipelines.geometry import Points, even_light, resize_by, transform_points
from pipelines.identify_print import follow, print_map
from pipelines.records import RegisteredPage

_MOST_MM = 2.5


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PrintShifts:
    """Corners of the print where the form has them and where the page shows them.

    Both are N x 2 template pixels (x, y). `lost` are corners that the page does not show.
    """

    expected: Points
    found: Points
    lost: Points


def print_shifts(registered: RegisteredPage, template: Template) -> PrintShifts:
    """Follow every corner of the print onto the registered page."""
    blank = print_map(template)
    seen, _ = resize_by(registered.grey, blank.dpi / registered.dpi)
    corners = blank.corners.reshape(-1, 2).astype(np.float64)
    found, sure = follow(even_light(seen, blank.dpi), blank, blank.corners)
    most = _MOST_MM * blank.dpi / 25.4
    sure = sure & (np.abs(found - corners).max(axis=1) < most)
    back = np.asarray(np.linalg.inv(blank.from_template), np.float64)
    return PrintShifts(
        expected=transform_points(back, corners[sure]),
        found=transform_points(back, found[sure]),
        lost=transform_points(back, corners[~sure]),
    )
