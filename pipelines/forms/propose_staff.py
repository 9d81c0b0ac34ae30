"""Parts of a blank that the office fills in itself: no place for whom the form is for."""

import re
from collections.abc import Iterator, Sequence

from pipelines.forms.blank_cells import Cell, find_runs
from pipelines.forms.blank_page import Area, BlankPage
from pipelines.forms.propose_records import touch

_HEADING = re.compile(
    r"(職員|事務|役所|区役所|市役所|市区町村|区市町村|市町村|[区市町村都道府県]|担当[課者]?|受付|処理|官庁|当局"
    r"|officials?|office).{0,6}(記入|記載|使用|処理|整理|確認)欄|^(処理|整理|決裁|公用|官用)欄"
    r"|欄は?記(入|載)しないで|official use|office use",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"^(.{0,8}(受付印|収受印|受付日付印)|受付|受付番号|決裁|起案|照合|入力者?|審査)$"
)
_OFFICER = re.compile("^(所属長|局長|部長|次長|課長|課長補佐|係長|主査|主任|係員?|操作者)$")
_OFFICERS = 3
"""So many officers in cells of one page: the row in which they put their seals."""
_NEAR = 4.5
_TOUCH = 1.5


def find_staff_areas(page: BlankPage, cells: Sequence[Cell]) -> list[Area]:
    """Find the areas whose heading says that the office writes there.

    A heading in a cell claims the row of cells that touch one another on its right, or what hangs
    under it; a heading over a table claims that table.
    """
    found: list[Area] = []
    owned = {run.area for cell in cells for run in cell.runs}
    for cell in cells:
        text = re.sub(r"\s", "", cell.text)
        if _STAMP.match(text) or (_HEADING.search(text) and len(text) < 40):
            found += _claimed(cell.area, cells)
    officers = [cell for cell in cells if _OFFICER.match(re.sub(r"\s", "", cell.text))]
    if len(officers) >= _OFFICERS:
        found += [area for cell in officers for area in _claimed(cell.area, cells)]
    for run in find_runs(page.chars):
        if run.area not in owned and _HEADING.search(re.sub(r"\s", "", run.text)):
            found += _table_under(run.area, cells)
    return found


def _claimed(heading: Area, cells: Sequence[Cell]) -> Iterator[Area]:
    row = _chain(heading, cells)
    yield from row
    if len(row) == 1:
        below = [cell.area for cell in cells if _hangs(cell.area, heading)]
        yield from (area for area in below if area.width < 60 and area.height < 40)


def _chain(start: Area, cells: Sequence[Cell]) -> list[Area]:
    """Cells of one row right of `start`, each touching the one before; and those left of it."""
    row = [start]
    for step in (1, -1):
        last = start
        while True:
            following = [cell.area for cell in cells if _beside(last, cell.area, step)]
            if not following:
                break
            last = min(following, key=lambda area: abs(area.height - start.height))
            row.append(last)
    return row


def _beside(last: Area, area: Area, step: int) -> bool:
    gap = area.x0 - last.x1 if step > 0 else last.x0 - area.x1
    shared = min(last.y1, area.y1) - max(last.y0, area.y0)
    return -1 < gap < _TOUCH and shared > 0.7 * max(last.height, area.height)


def _hangs(area: Area, heading: Area) -> bool:
    shared = min(area.x1, heading.x1) - max(area.x0, heading.x0)
    return -1 < area.y0 - heading.y1 < _TOUCH and shared > 0.7 * max(area.width, heading.width)


def _table_under(heading: Area, cells: Sequence[Cell]) -> list[Area]:
    """Cells of the table that begins right under `heading`, and nothing above it."""
    lower = [cell.area for cell in cells if cell.area.y0 > heading.y0]
    table = [
        area
        for area in lower
        if -1 < area.y0 - heading.y1 < _NEAR and area.x0 - 15 < heading.x0 < area.x1
    ]
    waiting = list(table)
    while waiting:
        grown = _grown(waiting.pop())
        new = [area for area in lower if area not in table and touch(area, grown)]
        table += new
        waiting += new
    return table


def _grown(area: Area) -> Area:
    return Area(area.x0 - _TOUCH, area.y0 - _TOUCH, area.x1 + _TOUCH, area.y1 + _TOUCH)
