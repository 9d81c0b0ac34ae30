"""Places that are proposed on a blank page, and what their areas have in common."""

from dataclasses import dataclass

from pipelines.forms.blank_cells import Cell
from pipelines.forms.blank_page import Area, Char
from pipelines.forms.model import DatePart, Era, FieldKind

INSET = 0.6
TALLEST = 60.0
"""Higher cells, in mm, are frames of a page and no place to write."""


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A place to write on; `parts` and `eras` of a date, `cells` of a comb."""

    label: str
    section: str
    kind: FieldKind
    area: Area
    parts: tuple[tuple[DatePart, Area, int], ...] = ()
    eras: tuple[tuple[Era, Area], ...] = ()
    cells: int = 1


@dataclass(frozen=True, slots=True)
class MarkPlace:
    """Options to tick (`ticks`) or words to circle."""

    label: str
    section: str
    ticks: bool
    options: tuple[tuple[str, Area], ...]


@dataclass(frozen=True, slots=True)
class PagePlaces:
    """Everything proposed on one page; `seals` are areas."""

    fields: tuple[FieldPlace, ...]
    marks: tuple[MarkPlace, ...]
    seals: tuple[Area, ...]


def touch(a: Area, b: Area) -> bool:
    """Whether two areas share more than the width of a hair."""
    return min(a.x1, b.x1) - max(a.x0, b.x0) > 0.04 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.04


def inside(inner: Area, outer: Area) -> bool:
    """Whether the middle of a smaller area lies in a larger one."""
    return outer.holds((inner.x0 + inner.x1) / 2, (inner.y0 + inner.y1) / 2) and (
        inner.width * inner.height < outer.width * outer.height
    )


def middle(area: Area) -> tuple[float, float]:
    """Give the point in the middle."""
    return (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2


def inset(area: Area) -> Area:
    """Give a cell without its rules."""
    return Area(area.x0 + INSET, area.y0 + INSET, area.x1 - INSET, area.y1 - INSET)


def chars_of(region: Cell) -> list[Char]:
    """All characters of a cell."""
    return [char for run in region.runs for char in run.chars]
