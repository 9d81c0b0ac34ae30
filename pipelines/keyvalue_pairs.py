"""Pairs of one page without a form, as found: before they become fields with a confidence.

What is print is laid out as a blank form, on which places to write, to tick and to circle are
proposed as for a draft of a form (`pipelines/forms/propose_places.py`); what is written then
stands in one of these places, or loose in a cell that something names.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from pipelines.forms.blank_cells import Cell, Run, bounds, find_cells
from pipelines.forms.blank_records import Area, BlankPage
from pipelines.forms.kinds import Era, FieldKind
from pipelines.forms.propose_labels import (
    clean_label,
    guess_kind,
    label_in_cell,
    label_of_cell,
    section_of,
)
from pipelines.forms.propose_places import find_places
from pipelines.forms.propose_records import FieldPlace, MarkPlace, PagePlaces
from pipelines.keyvalue_lines import pair_lines
from pipelines.keyvalue_marks import ringed, ticked
from pipelines.keyvalue_page import PageLayout
from pipelines.keyvalue_tokens import Token
from pipelines.keyvalue_values import joined, place_text, without_unit
from pipelines.keyvalue_writing import KeyValueModel, page_tokens, written_chances

_REACH = 0.9
"""Writing may stand this many mm outside its place."""
_HELD = 0.5
_ASTRAY = 7.0
_FIGURES = (
    FieldKind.POSTAL_CODE,
    FieldKind.DIGITS,
    FieldKind.MY_NUMBER,
    FieldKind.CORPORATE_NUMBER,
)


class PairKind(StrEnum):
    """How a value stands on the paper."""

    PLAIN = "plain"
    PARTED = "parted"
    COMB = "comb"
    TICK = "tick"
    CIRCLE = "circle"
    LOOSE = "loose"
    LINE = "line"


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A value with its label; areas in mm of the page.

    `lines` are those it was read from; `writing` (0..1) says how surely it is no print.
    """

    label: str
    section: str
    kind: FieldKind
    text: str
    how: PairKind
    area: Area
    lines: tuple[int, ...]
    writing: float


@dataclass(frozen=True, slots=True, eq=False)
class PageReading:
    """A page taken apart: its print as a blank form, the places on it, what is written."""

    layout: PageLayout
    blank: BlankPage
    places: PagePlaces
    tokens: tuple[Token, ...]
    written: tuple[int, ...]
    chances: tuple[float, ...]


def take_apart(layout: PageLayout, model: KeyValueModel) -> PageReading:
    """Tell print from writing and propose places on the print."""
    tokens = page_tokens(layout)
    chances = written_chances(layout, tokens, model)
    written = tuple(int(i) for i in np.flatnonzero(chances > _HELD))
    printed = tuple(char for i in np.flatnonzero(chances <= _HELD) for char in tokens[i].chars)
    blank = replace(layout.page, chars=printed)
    places = find_places(blank, layout.cells)
    return PageReading(layout, blank, places, tokens, written, tuple(chances.tolist()))


def find_pairs(reading: PageReading) -> tuple[Pair, ...]:
    """Pairs of the page, from top to bottom."""
    cells = find_cells(reading.blank, reading.layout.cells)
    taken: set[int] = set()
    pairs = [*_placed(reading, taken), *_marked(reading)]
    pairs += _loose(reading, cells, taken)
    pairs += _on_lines(reading, taken)
    return tuple(sorted(pairs, key=lambda pair: (round(pair.area.y0 / 3), pair.area.x0)))


def _placed(reading: PageReading, taken: set[int]) -> Iterator[Pair]:
    places = reading.places.fields
    areas = [
        (number, part, area)
        for number, place in enumerate(places)
        for part, area in enumerate([a for _, a, _ in place.parts] or [place.area])
    ]
    held: dict[int, dict[int, list[int]]] = {}
    for index in reading.written:
        own = reading.tokens[index].area
        shares = [(_share(own, area), number, part) for number, part, area in areas]
        best = max(shares, default=(0.0, 0, 0))
        if best[0] > _HELD:
            held.setdefault(best[1], {}).setdefault(best[2], []).append(index)
            taken.add(index)
    for number, parts in held.items():
        _take_astray(reading, places[number], parts, taken)
        yield _place_pair(reading, places[number], parts)


def _take_astray(
    reading: PageReading, place: FieldPlace, parts: dict[int, list[int]], taken: set[int]
) -> None:
    """Add the figures of the same line that are held to stand just before a row of cells.

    The sign of a postal code that was not read leaves its place to the first figure.
    """
    if place.kind not in _FIGURES:
        return
    lines = {reading.tokens[i].line for some in parts.values() for i in some}
    for index in reading.written:
        token = reading.tokens[index]
        if index in taken or token.line not in lines or not token.text.isdigit():
            continue
        level = min(token.area.y1, place.area.y1) - max(token.area.y0, place.area.y0)
        if level > 0 and -1 < place.area.x0 - token.area.x1 < _ASTRAY:
            parts.setdefault(min(parts), []).append(index)
            taken.add(index)


def _share(own: Area, area: Area) -> float:
    """Share of a word that lies in a place or close to it."""
    wide = min(own.x1, area.x1 + _REACH) - max(own.x0, area.x0 - _REACH)
    high = min(own.y1, area.y1 + _REACH) - max(own.y0, area.y0 - _REACH)
    if wide <= 0 or high <= 0:
        return 0.0
    return wide * high / max(own.width * own.height, 1e-6)


def _place_pair(
    reading: PageReading, place: FieldPlace, parts: Mapping[int, Sequence[int]]
) -> Pair:
    tokens = {part: [reading.tokens[i] for i in some] for part, some in parts.items()}
    every = [token for some in tokens.values() for token in some]
    how = PairKind.PARTED if place.parts else PairKind.COMB if place.cells > 1 else PairKind.PLAIN
    return Pair(
        label=place.label,
        section=place.section,
        kind=place.kind,
        text=place_text(place, tokens, _era(reading, place)),
        how=how,
        area=bounds([token.area for token in every]),
        lines=tuple(sorted({token.line for token in every})),
        writing=min(reading.chances[i] for some in parts.values() for i in some),
    )


def _era(reading: PageReading, place: FieldPlace) -> Era | None:
    """Give the era of a date: the only one, or the one that is ringed most."""
    if len(place.eras) < 2:
        return place.eras[0][0] if place.eras else None
    chosen = ringed(reading.layout.rings, [area for _, area in place.eras])
    eras = [era for (era, _), there in zip(place.eras, chosen, strict=True) if there]
    return eras[0] if len(eras) == 1 else None


def _marked(reading: PageReading) -> Iterator[Pair]:
    layout = reading.layout
    for place in reading.places.marks:
        areas = [area for _, area in place.options]
        if place.ticks:
            there = ticked(layout.ink, areas, layout.squares, layout.per_mm)
        else:
            there = ringed(layout.rings, areas)
        chosen = [i for i, mark in enumerate(there) if mark]
        if not chosen or (len(chosen) == len(areas) > 2):
            continue
        yield _mark_pair(reading, place, chosen)


def _mark_pair(reading: PageReading, place: MarkPlace, chosen: Sequence[int]) -> Pair:
    areas = [place.options[i][1] for i in chosen]
    lines = {
        token.line
        for token in reading.tokens
        if any(_near(area, token.area, place.ticks) for area in areas)
    }
    return Pair(
        label=place.label,
        section=place.section,
        kind=FieldKind.TEXT,
        text="・".join(place.options[i][0] for i in chosen),
        how=PairKind.TICK if place.ticks else PairKind.CIRCLE,
        area=bounds(areas),
        lines=tuple(sorted(lines)),
        writing=1.0,
    )


def _near(area: Area, own: Area, ticks: bool) -> bool:
    level = min(area.y1, own.y1) - max(area.y0, own.y0) > 0.3 * own.height
    gap = own.x0 - area.x1
    return level and ((-1 < gap < 4) if ticks else own.x0 < area.x1 and own.x1 > area.x0)


def _loose(reading: PageReading, cells: Sequence[Cell], taken: set[int]) -> Iterator[Pair]:
    """Pair writing that stands in no proposed place with the label of its cell."""
    by_cell: dict[int, list[int]] = {}
    for index in reading.written:
        cell = reading.tokens[index].cell
        if index not in taken and cell is not None:
            by_cell.setdefault(cell, []).append(index)
    by_area = {cell.area: cell for cell in cells}
    for cell, indices in by_cell.items():
        tokens = [reading.tokens[i] for i in indices]
        area = bounds([token.area for token in tokens])
        own = by_area[reading.layout.cells[cell]]
        label = _label(own, area, own.runs, cells)
        taken.update(indices)
        if not label:
            continue
        kind = guess_kind(label)
        yield Pair(
            label=label,
            section=section_of(own.area, cells),
            kind=kind,
            text=without_unit(joined(tokens, spaces=True), kind),
            how=PairKind.LOOSE,
            area=area,
            lines=tuple(sorted({token.line for token in tokens})),
            writing=min(reading.chances[i] for i in indices),
        )


def _label(own: Cell, area: Area, runs: Sequence[Run], cells: Sequence[Cell]) -> str:
    return clean_label(label_in_cell(runs, area) or label_of_cell(own.area, cells))


def _on_lines(reading: PageReading, taken: set[int]) -> Iterator[Pair]:
    """Pairs among the lines that stand in no cell."""
    layout = reading.layout
    used = {reading.tokens[i].line for i in taken}
    used |= {token.line for token in reading.tokens if token.cell is not None}
    lines = [placed for placed in layout.lines if placed.index not in used]
    chances: dict[int, list[float]] = {}
    for token, chance in zip(reading.tokens, reading.chances, strict=True):
        chances.setdefault(token.line, []).append(chance)
    for pair in pair_lines([placed.line for placed in lines]):
        placed = lines[pair.line]
        yield Pair(
            label=pair.label,
            section="",
            kind=pair.kind,
            text=without_unit(pair.text, pair.kind),
            how=PairKind.LINE,
            area=placed.area,
            lines=(placed.index,),
            writing=max(chances.get(placed.index, [0.5])),
        )
