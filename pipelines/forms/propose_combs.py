"""Combs (a cell for each character) and tick boxes among the cells of a blank."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipelines.forms.blank_cells import Cell, bounds
from pipelines.forms.blank_page import Area, Char
from pipelines.forms.model import DatePart, FieldKind
from pipelines.forms.propose_labels import (
    clean_label,
    guess_kind,
    label_in_cell,
    label_of_cell,
    left_label,
    section_of,
)
from pipelines.forms.propose_parts import eras_before
from pipelines.forms.propose_records import FieldPlace, inside

_TICK = (1.8, 5.7)
COMB_WIDEST = 9.5
_WITHIN = 2.5
_TOUCHING = 0.9
_APART = 2.2
_SHARE = 0.45
_UNEVEN = 0.5
_NUMBERS = (
    FieldKind.DIGITS,
    FieldKind.MY_NUMBER,
    FieldKind.CORPORATE_NUMBER,
    FieldKind.PHONE,
    FieldKind.POSTAL_CODE,
)
_LENGTHS = {12: FieldKind.MY_NUMBER, 13: FieldKind.CORPORATE_NUMBER}


def find_combs(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Rows of equal empty cells that touch, or stand at one small distance: one character each."""
    empty = [c for c in cells if not c.runs and c.area.width <= COMB_WIDEST and c.area.height >= 4]
    rows: list[list[Cell]] = []
    for cell in sorted(empty, key=lambda c: (round(c.area.y0), c.area.x0)):
        last = rows[-1][-1].area if rows else None
        if (
            last is not None
            and abs(last.y0 - cell.area.y0) < 0.6
            and abs(last.height - cell.area.height) < 0.6
            and abs(last.width - cell.area.width) < 0.15 * last.width
            and _follows(cell.area, rows[-1])
        ):
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [row for row in rows if len(row) >= 3 or (len(row) == 2 and row[0].area.width < 7)]


def _follows(area: Area, row: Sequence[Cell]) -> bool:
    """Whether a cell goes on a row: at the distance of the others, boxes of their own included."""
    gaps = [b.area.x0 - a.area.x1 for a, b in pairwise(row)] or [0.0]
    gap = area.x0 - row[-1].area.x1
    apart = len(row) == 1 or abs(gap - gaps[-1]) < _UNEVEN
    return 0 <= gap < _TOUCHING or (apart and 0 <= gap < min(_APART, _SHARE * area.width))


def find_ticks(cells: Sequence[Cell]) -> list[Cell]:
    """Find small empty squares that stand alone: boxes to tick."""
    least, most = _TICK
    return [
        cell
        for cell in cells
        if not cell.runs
        and least <= cell.area.width <= most
        and least <= cell.area.height <= most
        and abs(cell.area.width - cell.area.height) < 0.25 * cell.area.width
        and not any(
            other is not cell
            and abs(other.area.y0 - cell.area.y0) < 0.6
            and min(abs(other.area.x0 - cell.area.x1), abs(cell.area.x0 - other.area.x1)) < 0.9
            for other in cells
            if not other.runs and other.area.width <= COMB_WIDEST
        )
    ]


def comb_fields(
    combs: Sequence[Sequence[Cell]], cells: Sequence[Cell], chars: Sequence[Char]
) -> Iterator[FieldPlace]:
    """Fields of combs; those of 年, 月 and 日 and the two of a postal code are one."""
    rows = [(bounds([cell.area for cell in comb]), len(comb)) for comb in combs]
    index = 0
    while index < len(rows):
        area, count = rows[index]
        label, section = _label(area, cells), section_of(area, cells)
        beside = _beside(rows[index:])
        after = [_behind(row, chars) for row, _ in beside]
        if after[:2] == ["年", "月"]:
            taken = 3 if after[2:3] == ["日"] else 2
            names = (DatePart.YEAR, DatePart.MONTH, DatePart.DAY)
            parts = tuple((n, a, c) for n, (a, c) in zip(names, beside[:taken], strict=False))
            whole = bounds([row for row, _ in beside[:taken]])
            eras = tuple(eras_before(chars, area))
            yield FieldPlace(label, section, FieldKind.DATE, whole, parts=parts, eras=eras)
            index += taken
        elif [n for _, n in beside[:2]] == [3, 4]:
            parts = ((DatePart.FIRST, area, 3), (DatePart.SECOND, beside[1][0], 4))
            whole = bounds([area, beside[1][0]])
            yield FieldPlace("郵便番号", section, FieldKind.POSTAL_CODE, whole, parts=parts)
            index += 2
        else:
            kind = FieldKind.AMOUNT if after[0] == "円" else _comb_kind(label, count)
            yield FieldPlace(label, section, kind, area, cells=count)
            index += 1


def _beside(rows: Sequence[tuple[Area, int]]) -> list[tuple[Area, int]]:
    """Give the first comb and those that follow it on its line, up to three."""
    found = [rows[0]]
    for area, count in rows[1:3]:
        last = found[-1][0]
        if abs(last.y0 - area.y0) > 1 or not 0 < area.x0 - last.x1 < 9:
            break
        found.append((area, count))
    return found


def _behind(area: Area, chars: Sequence[Char]) -> str:
    middle = (area.y0 + area.y1) / 2
    near = [
        char
        for char in chars
        if char.area.y0 < middle < char.area.y1 and -0.5 < char.area.x0 - area.x1 < 4
    ]
    return min(near, key=lambda char: char.area.x0).text if near else ""


def _comb_kind(label: str, count: int) -> FieldKind:
    kind = guess_kind(label)
    if kind in (FieldKind.KANA_NAME, FieldKind.AMOUNT, FieldKind.ALPHANUMERIC):
        return kind
    if kind not in _NUMBERS and "番号" not in label:
        # Whatever stands beside it: no other number of an office has as many digits.
        return _LENGTHS.get(count, FieldKind.DIGITS)
    return kind if kind in _NUMBERS else FieldKind.DIGITS


def _label(area: Area, cells: Sequence[Cell]) -> str:
    """Label of a comb: of the cell it stands in, or of those around."""
    around = [cell for cell in cells if inside(area, cell.area)]
    inner = min(around, key=lambda c: c.area.width * c.area.height, default=None)
    if inner is not None:
        own = label_in_cell(inner.runs, area)
        return clean_label(own or label_of_cell(inner.area, cells))
    # A comb that nearly fills its cell leaves of it no area of its own.
    around_it = Area(area.x0 - _WITHIN, area.y0, area.x1 + _WITHIN, area.y1)
    return clean_label(left_label(around_it, cells) or label_of_cell(area, cells))
