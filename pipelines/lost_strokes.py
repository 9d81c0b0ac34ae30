"""Whether a page has lost strokes: what was written faintly may have left nothing in its box.

A black and white scan shows a pen that is about as light as its threshold as crumbs: the strokes
that are left break up, and of others nothing is left at all. Such a box looks as blank as any. But
hardly ever is all of a page written so that every stroke is lost: how much of the ink in its boxes
is crumbs tells whether blank boxes can be believed.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from pipelines.field_ink import PageInk
from pipelines.forms.model import Box
from pipelines.records import Field, FieldState

# Crumbs are shorter than the smallest stroke that counts as writing. Of the ink in the boxes of
# whole pages they are up to 2.5% (dots, dust), of pages that have lost boxes 15% and more.
_CRUMB_MM, _CRUMBS, _LEAST_MM2 = 1.3, 0.07, 6.0


def strokes_lost(page: PageInk, boxes: Sequence[Box]) -> bool:
    """Whether so much of the ink in `boxes` (mm) is crumbs that other strokes may be gone.

    On a noisy page crumbs may be noise, and say nothing.
    """
    if page.noisy:
        return False
    crumbs, ink = crumbs_and_ink(page, boxes)
    return crumbs >= _LEAST_MM2 and crumbs >= _CRUMBS * ink


def crumbs_and_ink(page: PageInk, boxes: Sequence[Box]) -> tuple[float, float]:
    """Area of the crumbs in `boxes` and of all ink there, in mm2; show-through is left out."""
    if not boxes:
        return 0.0, 0.0
    places = np.array([[b.x, b.y, b.x + b.width, b.y + b.height] for b in boxes]) * page.px(1.0)
    x, y, width, height, area = page.strokes[:, :5].T
    across, down = (x + width / 2)[:, None], (y + height / 2)[:, None]
    inside = (across >= places[:, 0]) & (across <= places[:, 2])
    inside &= (down >= places[:, 1]) & (down <= places[:, 3])
    own = inside.any(axis=1) & ~page.behind
    own[0] = False
    small = own & (np.maximum(width, height) < page.px(_CRUMB_MM))
    mm2 = page.px(1.0) ** 2
    return float(area[small].sum()) / mm2, float(area[own].sum()) / mm2


def blanks_in_doubt(fields: Iterable[Field | None]) -> bool:
    """Whether any of a page's fields is blank only perhaps, because strokes are lost on it."""
    return any(f is not None and f.state is FieldState.BLANK and f.doubtful for f in fields)
