"""Names of empty boxes that no cell beside or above them names."""

from collections.abc import Sequence

from pipelines.forms.blank_cells import Cell, find_runs
from pipelines.forms.blank_page import Area, BlankPage
from pipelines.forms.propose_labels import is_label, left_label

_LARGE_MM = 40.0, 6.0
_ABOVE = 5.0


def label_nearby(area: Area, cells: Sequence[Cell], page: BlankPage) -> str:
    """Words at the head of a row of empty cells, else those of the line right above a wide box."""
    empty = {cell.area for cell in cells if not cell.runs}
    first = area
    while before := next((a for a in empty if _precedes(a, first)), None):
        first = before
    label = left_label(first, cells) if first != area else ""
    if label or area.width < _LARGE_MM[0] or area.height < _LARGE_MM[1]:
        return label
    above = [
        run
        for run in find_runs(page.chars)
        if -0.5 < area.y0 - run.area.y1 < _ABOVE
        and area.x0 - 2 < run.area.x0 < area.x1 - 0.5 * area.width
        and is_label(run.text)
        and not any(cell.area.holds(run.area.x0 + 0.5, run.area.y0 + 0.5) for cell in cells)
    ]
    return max(above, key=lambda run: (run.area.y1, -run.area.x0)).text if above else ""


def _precedes(left: Area, right: Area) -> bool:
    level = abs(left.y0 - right.y0) < 1 and abs(left.y1 - right.y1) < 1
    return level and -1 < right.x0 - left.x1 < 1.5
