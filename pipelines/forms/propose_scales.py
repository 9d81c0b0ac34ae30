"""Scales of a survey: figures 1 2 3 4 5, each in a cell of its own, one of them to be circled."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipelines.forms.blank_cells import Cell
from pipelines.forms.blank_page import Area
from pipelines.forms.propose_labels import clean_label, label_of_cell, section_of
from pipelines.forms.propose_marks import circled
from pipelines.forms.propose_parts import Word
from pipelines.forms.propose_records import MarkPlace

_SHORTEST = 3
_APART = 1.0


def scale_marks(cells: Sequence[Cell]) -> Iterator[tuple[MarkPlace, tuple[Area, ...]]]:
    """Find rows of cells that hold figures which count up from 0 or 1; also the cells.

    The cell that names a row is among them: nothing is written in it.
    """
    for row in _rows([cell for cell in cells if _is_figure(cell)]):
        words = [Word(c.text, c.runs[0].area, c.runs[0].chars) for c in row]
        label = clean_label(label_of_cell(row[0].area, cells))
        if label:
            place = MarkPlace(label, section_of(row[0].area, cells), False, circled(words))
            heads = [c.area for c in cells if c.runs and _leads(c.area, row[0].area)]
            yield place, (*heads, *(cell.area for cell in row))


def _is_figure(cell: Cell) -> bool:
    return len(cell.runs) == 1 and cell.text.isdigit() and int(cell.text) <= 10 and not cell.shaded


def _leads(head: Area, first: Area) -> bool:
    level = abs(head.y0 - first.y0) < _APART and abs(head.y1 - first.y1) < _APART
    return level and abs(first.x0 - head.x1) < _APART


def _rows(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    row: list[Cell] = []
    for cell in sorted(cells, key=lambda c: (round(c.area.y0), c.area.x0)):
        if row and not _goes_on(row[-1], cell):
            yield from _scale(row)
            row = []
        row.append(cell)
    yield from _scale(row)


def _goes_on(last: Cell, cell: Cell) -> bool:
    a, b = last.area, cell.area
    return _leads(a, b) and int(cell.text) == int(last.text) + 1


def _scale(row: list[Cell]) -> Iterator[list[Cell]]:
    # A numbered row of a calendar or the numbers of columns begin anywhere, or are many.
    if len(row) >= _SHORTEST and int(row[0].text) <= 1:
        widths = [cell.area.width for cell in row]
        if all(abs(a - b) < 0.3 * max(widths) for a, b in pairwise(widths)):
            yield row
