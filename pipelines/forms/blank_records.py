"""Print of a blank page as records, in mm from its top left corner."""

from collections.abc import Iterable
from dataclasses import dataclass

LEVEL = 0.25
"""Rules whose places differ by less than this many mm are on one line."""
_DASH_GAP = 1.3
_SHORTEST = 1.8


@dataclass(frozen=True, slots=True)
class Area:
    """Rectangle in mm from the top left corner of the page."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Width in mm."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height in mm."""
        return self.y1 - self.y0

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1


@dataclass(frozen=True, slots=True)
class Char:
    """One printed character and its place; `text` is empty for ink that nobody has read."""

    text: str
    area: Area


@dataclass(frozen=True, slots=True)
class BlankPage:
    """Print of one page. Rules are areas of no width or no height."""

    width: float
    height: float
    levels: tuple[Area, ...]
    uprights: tuple[Area, ...]
    shades: tuple[Area, ...]
    circles: tuple[Area, ...]
    chars: tuple[Char, ...]


def swap(area: Area) -> Area:
    """Give the area with x and y exchanged."""
    return Area(area.y0, area.x0, area.y1, area.x1)


def joined_rules(rules: Iterable[Area], shortest: float = _SHORTEST) -> list[Area]:
    """Level rules, with the dashes of a line made one."""
    result: list[Area] = []
    rows: list[list[Area]] = []
    for rule in sorted(rules, key=lambda a: (a.y0, a.x0)):
        if rows and rule.y0 - rows[-1][0].y0 < LEVEL:
            rows[-1].append(rule)
        else:
            rows.append([rule])
    for row in rows:
        merged: list[Area] = []
        for rule in sorted(row, key=lambda a: a.x0):
            last = merged[-1] if merged else None
            if last is not None and rule.x0 - last.x1 < _DASH_GAP:
                merged[-1] = Area(last.x0, last.y0, max(last.x1, rule.x1), last.y0)
            else:
                merged.append(rule)
        result += [rule for rule in merged if rule.width >= shortest]
    return result
