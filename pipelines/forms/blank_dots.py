"""Dotted rules of a PDF: rows of small filled pieces at one distance from each other."""

from collections.abc import Sequence

from pipelines.forms.blank_records import LEVEL, Area, swap

LARGEST_DOT = 0.6
"""What is not larger than this many mm either way may be a dot of a rule."""
_PITCH = 1.6
_UNEVEN = 0.25
_FEWEST = 8
_MOST_CROSSED = 0.3
"""Share of the dots of a row that may stand in columns, too: more are a pattern, or a code."""


def dotted_rules(dots: Sequence[Area]) -> tuple[list[Area], list[Area]]:
    """Level and upright rules that dots make up; patterns of dots in both ways are none."""
    rows = _rows(dots)
    columns = [[swap(dot) for dot in row] for row in _rows([swap(dot) for dot in dots])]
    level, upright = ({dot for line in lines for dot in line} for lines in (rows, columns))
    levels = [_rule(row) for row in rows if _crossed(row, upright) <= _MOST_CROSSED]
    uprights = [
        swap(_rule([swap(dot) for dot in column]))
        for column in columns
        if _crossed(column, level) <= _MOST_CROSSED
    ]
    return levels, uprights


def _rows(dots: Sequence[Area]) -> list[list[Area]]:
    """Rows of dots of one pitch, long enough to be a rule."""
    found: list[list[Area]] = []
    row: list[Area] = []
    ordered = sorted(dots, key=lambda d: (round((d.y0 + d.y1) / 2 / LEVEL), d.x0))
    for dot in ordered:
        last = row[-1] if row else None
        pitch = dot.x1 - last.x1 if last else 0.0
        level = last is not None and abs(dot.y1 - last.y1) < LEVEL
        if not (last and level and 0 < pitch <= _PITCH and _even(row, pitch)):
            found.append(row)
            row = []
        row.append(dot)
    return [each for each in (*found, row) if len(each) >= _FEWEST]


def _even(row: Sequence[Area], pitch: float) -> bool:
    """Whether a dot follows at the distance of those before it; that of the first is free."""
    if len(row) < 3:
        return True
    usual = (row[-1].x1 - row[1].x1) / (len(row) - 2)
    return abs(pitch - usual) <= _UNEVEN * usual


def _rule(row: Sequence[Area]) -> Area:
    middle = (row[0].y0 + row[0].y1) / 2
    return Area(row[0].x0, middle, row[-1].x1, middle)


def _crossed(row: Sequence[Area], across: set[Area]) -> float:
    return sum(dot in across for dot in row) / len(row)
