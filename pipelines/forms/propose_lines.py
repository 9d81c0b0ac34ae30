"""Lines that part a page and are not there to be written on."""

import re
from collections.abc import Sequence

from pipelines.forms.blank_cells import Run
from pipelines.forms.blank_page import Area, BlankPage, swap

_TICK_SIGNS = "□☐◻▢"
_OPEN = re.compile("その他|他に|具体|[（(][^）)]*$|[:：]$")
_NEAR_TICK = 3.0


def is_crossed(place: Area, page: BlankPage) -> bool:
    """Whether a rule runs through a place: then it stands in more than one cell, or in none."""
    return _runs_through(place, page.uprights) or _runs_through(
        swap(place), [swap(rule) for rule in page.levels]
    )


def _runs_through(place: Area, uprights: Sequence[Area]) -> bool:
    return any(
        place.x0 + 1 < rule.x0 < place.x1 - 1
        and min(rule.y1, place.y1) - max(rule.y0, place.y0) > 1
        for rule in uprights
    )


def ends_what_it_says(before: Sequence[Run], ticks: Sequence[Area]) -> bool:
    """Whether the words before a place want nothing behind them: a sentence, or what is ticked.

    その他 and an open bracket do want more.
    """
    if not before:
        return False
    run = max(before, key=lambda r: r.area.x1)
    if run.text.endswith("。"):
        return True
    middle = (run.area.y0 + run.area.y1) / 2
    ticked = run.text[0] in _TICK_SIGNS or any(
        tick.y0 < middle < tick.y1 and 0 <= run.area.x0 - tick.x1 + 0.5 < _NEAR_TICK
        for tick in [*ticks, *(r.area for r in before if r.text in _TICK_SIGNS)]
    )
    return ticked and not _OPEN.search(run.text)
