"""Places to write on: dates, figures before their units, free cells, lines."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipelines.forms.blank_cells import Cell, Run, bounds, find_runs
from pipelines.forms.blank_page import Area, BlankPage
from pipelines.forms.model import FieldKind
from pipelines.forms.propose_labels import (
    clean_label,
    guess_kind,
    heads_column,
    heads_row,
    is_label,
    known_label,
    label_in_cell,
    label_of_cell,
    left_label,
    section_of,
)
from pipelines.forms.propose_lines import ends_what_it_says, is_crossed
from pipelines.forms.propose_nearby import label_nearby
from pipelines.forms.propose_parts import (
    PartedPlace,
    find_amounts,
    find_brackets,
    find_parted,
    find_phone,
)
from pipelines.forms.propose_records import (
    INSET,
    TALLEST,
    FieldPlace,
    chars_of,
    inset,
    inside,
    touch,
)

_NARROWEST = 6.0
_LOWEST = 4.2


def parted_fields(
    region: Cell, cells: Sequence[Cell], lines: Sequence[Area], taken: Sequence[Area]
) -> Iterator[FieldPlace]:
    """Find dates, times and phone numbers written between their words, clear of `taken`."""
    chars = chars_of(region)
    phone = find_phone(chars, region.area, taken)
    for place in (*find_parted(chars, region.area), *([phone] if phone else [])):
        place = _on_line(place, lines)
        areas = [area for _, area in place.parts]
        whole = bounds([*areas, *(area for _, area in place.eras)])
        runs = [run for run in region.runs if not set(run.chars) & set(place.words)]
        runs = [run for run in runs if not any(touch(run.area, a) for _, a in place.eras)]
        label = label_in_cell(runs, whole) or label_of_cell(region.area, cells)
        yield FieldPlace(
            clean_label(label),
            section_of(region.area, cells),
            place.kind,
            bounds(areas),
            parts=tuple((part, area, 1) for part, area in place.parts),
            eras=place.eras,
        )


def _on_line(place: PartedPlace, lines: Sequence[Area]) -> PartedPlace:
    """Give a date whose words stand over a line the height and the start of that line."""
    first = place.parts[0][1]
    middle = (first.y0 + first.y1) / 2
    under = [
        line
        for line in lines
        if 0 < line.y0 - middle < 8.5 and line.x0 < first.x1 - 2 and line.x1 > place.parts[-1][1].x0
    ]
    if not under:
        return place
    line = min(under, key=lambda a: a.y0)
    parts = tuple(
        (name, Area(max(area.x0, line.x0), line.y0 - 7.5, area.x1, line.y0 - 0.3))
        for name, area in place.parts
    )
    return replace(place, parts=parts)


def amount_fields(
    region: Cell, dated: Sequence[FieldPlace], cells: Sequence[Cell]
) -> Iterator[FieldPlace]:
    """Places before 円, 人, 日 and other units in a cell that is no heading."""
    if region.shaded or region.area.height > TALLEST:
        return
    taken = [area for place in dated for _, area, _ in place.parts]
    for unit, before, area in find_amounts(chars_of(region), region.area):
        if any(touch(area, other) or touch(unit.area, other) for other in taken):
            continue
        beside = label_of_cell(region.area, cells)
        if not beside and not is_label(before):
            continue
        label = clean_label(beside + (before if is_label(before) else ""))
        kind = FieldKind.AMOUNT if unit.text.startswith("円") else FieldKind.DIGITS
        yield FieldPlace(label, section_of(region.area, cells), kind, area)


def bracket_fields(region: Cell, cells: Sequence[Cell]) -> Iterator[FieldPlace]:
    """Places between brackets that leave room to write."""
    if region.shaded:
        return
    for words, area in find_brackets(chars_of(region)):
        top, bottom = max(area.y0, region.area.y0 + INSET), min(area.y1, region.area.y1 - INSET)
        label = clean_label(words if is_label(words) else label_of_cell(region.area, cells))
        place = Area(area.x0, top, area.x1, bottom)
        yield FieldPlace(label, section_of(region.area, cells), guess_kind(label), place)


def named_fields(region: Cell, cells: Sequence[Cell]) -> Iterator[FieldPlace]:
    """Places behind words such as 氏名 and 続柄 that stand in one cell with their places."""
    if region.shaded or region.area.height > 16 or heads_column(region.area, cells):
        return
    runs = sorted(region.runs, key=lambda run: run.area.x0)
    for index, run in enumerate(runs):
        words = run.text
        start = index
        # 氏　名 is two runs.
        while start and run.area.x0 - runs[start - 1].area.x1 < 8 and len(words) < 3:
            start -= 1
            words = runs[start].text + words
        end = runs[index + 1].area.x0 if index + 1 < len(runs) else region.area.x1
        area = Area(run.area.x1 + 0.8, region.area.y0 + INSET, end - 0.8, region.area.y1 - INSET)
        if area.width >= 15 and area.height >= _LOWEST and known_label(words):
            label = clean_label(words)
            yield FieldPlace(label, section_of(region.area, cells), guess_kind(words), area)


def rest_fields(
    region: Cell, held: Sequence[Area], cells: Sequence[Cell], page: BlankPage
) -> Iterator[FieldPlace]:
    """Find what is left under a comb, a date or a tick box: an address under its postal code."""
    area = region.area
    if region.shaded or area.height > TALLEST or area.width > 0.97 * page.width:
        return
    words = [run.area for run in region.runs if run.area.y1 < area.y1 - 1]
    top = max(a.y1 for a in [*held, *words])
    below = Area(area.x0 + INSET, top + 0.5, area.x1 - INSET, area.y1 - INSET)
    if below.height >= 6 and below.width >= 40 and below.height > 0.3 * area.height:
        label = clean_label(label_of_cell(area, cells))
        yield FieldPlace(label, section_of(area, cells), guess_kind(label), below)


def cell_fields(
    region: Cell, cells: Sequence[Cell], chosen: Sequence[Area], page: BlankPage
) -> Iterator[FieldPlace]:
    """Find the field that a whole cell is, or the part of it that its words leave free."""
    area = region.area
    if region.shaded or area.height > TALLEST or area.width > 0.97 * page.width:
        return
    if any(cell.area != area and inside(cell.area, area) for cell in cells):
        return
    label, section = label_of_cell(area, cells), section_of(area, cells)
    place, suffix = inset(area), ""
    if region.runs:
        if heads_column(area, cells) or (not left_label(area, cells) and heads_row(area, cells)):
            return
        found = _free_part(region, bool(left_label(area, cells)))
        # Beside words to circle something is written only before them: 銀行・信用金庫.
        if found is None or (chosen and found[0].x0 > chosen[0].x0):
            return
        place, suffix = found
        label = label_of_cell(area, cells) if left_label(area, cells) else region.text
        if suffix:
            label = label or region.text
    if place.width < _NARROWEST or place.height < _LOWEST:
        return
    if not region.runs and not label and _has_words(page):
        label = label_nearby(area, cells, page)
        if not label:
            # An empty box that nothing names is a photo, a gap or an ornament.
            return
    yield FieldPlace(clean_label(label), section, guess_kind(label, suffix), place)


def _free_part(region: Cell, labelled: bool) -> tuple[Area, str] | None:
    """Largest part of a cell that its words leave free, and the words behind it."""
    area, words = region.area, bounds([run.area for run in region.runs])
    between = _between(region) if labelled else None
    if between is not None:
        return between, ""
    right = Area(words.x1 + 0.6, area.y0 + INSET, area.x1 - INSET, area.y1 - INSET)
    left = Area(area.x0 + INSET, area.y0 + INSET, words.x0 - 0.6, area.y1 - INSET)
    below = Area(area.x0 + INSET, words.y1 + 0.4, area.x1 - INSET, area.y1 - INSET)
    best = max((right, left, below), key=lambda a: max(a.width, 0) * max(a.height, 0))
    whole = area.width * area.height
    share = max(best.width, 0) * max(best.height, 0) / whole
    # Words in the middle of their cell name other cells.
    centred = abs((words.x0 - area.x0) - (area.x1 - words.x1)) < 0.12 * area.width
    if centred and best is not below:
        return None
    if share < (0.4 if labelled else 0.55) or best.width < 12:
        return None
    if best is left and not labelled:
        return None
    return best, region.text if best is left else ""


def _between(region: Cell) -> Area | None:
    """Room between the words of one line that leave most of their cell free: 第____号."""
    runs = sorted(region.runs, key=lambda run: run.area.x0)
    gaps = [(b.area.x0 - a.area.x1, a, b) for a, b in pairwise(runs)]
    if not gaps or max(run.area.y0 for run in runs) > min(run.area.y1 for run in runs):
        return None
    room, first, second = max(gaps, key=lambda gap: gap[0])
    if room < 12 or sum(run.area.width for run in runs) > 0.4 * region.area.width:
        return None
    area = region.area
    return Area(first.area.x1 + 0.6, area.y0 + INSET, second.area.x0 - 0.6, area.y1 - INSET)


def line_fields(
    page: BlankPage, cells: Sequence[Cell], lines: Sequence[Area], ticks: Sequence[Area] = ()
) -> Iterator[FieldPlace]:
    """Find places over `lines` that something beside them names; `ticks` are boxes to tick."""
    runs = find_runs(page.chars)
    for line in lines:
        if any(_heads(line, cell.area) for cell in cells):
            continue
        band = Area(line.x0, line.y0 - 7.5, line.x1, line.y0 - 0.3)
        inside = [run for run in runs if touch(run.area, band) and run.area.y1 > band.y0 + 1.2]
        for part in _gaps(band, inside):
            words = [run for run in runs if run.area.y0 < band.y1 and run.area.y1 > band.y0]
            before = [run for run in words if run.area.x1 <= part.x0 + 1]
            if is_crossed(part, page) or ends_what_it_says(before, ticks):
                continue
            label = label_in_cell(words, part)
            if part.width >= 10 and (is_label(label) or not _has_words(page)):
                yield FieldPlace(clean_label(label), "", guess_kind(label), part)


def _heads(line: Area, area: Area) -> bool:
    """Whether a rule underlines the heading of a table that begins right under it."""
    return 0 < area.y0 - line.y0 < 4 and line.x0 - 1 < area.x0 and area.x1 < line.x1 + 1


def _gaps(band: Area, runs: Sequence[Run]) -> Iterator[Area]:
    """Parts of a line on which no words stand."""
    left = band.x0
    for run in sorted(runs, key=lambda r: r.area.x0):
        if run.area.x0 - 0.5 > left:
            yield Area(left, band.y0, run.area.x0 - 0.5, band.y1)
        left = max(left, run.area.x1 + 0.5)
    if band.x1 > left:
        yield Area(left, band.y0, band.x1, band.y1)


def _has_words(page: BlankPage) -> bool:
    return any(char.text for char in page.chars)
