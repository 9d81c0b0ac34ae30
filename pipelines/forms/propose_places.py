"""Everything that is proposed on one blank page, without overlaps."""

from collections.abc import Collection, Iterator, Sequence

from pipelines.forms.blank_cells import Cell, find_cells, find_runs, find_underlines
from pipelines.forms.blank_page import Area, BlankPage
from pipelines.forms.propose_combs import comb_fields, find_combs, find_ticks
from pipelines.forms.propose_fields import (
    amount_fields,
    cell_fields,
    line_fields,
    named_fields,
    parted_fields,
    rest_fields,
)
from pipelines.forms.propose_labels import left_label
from pipelines.forms.propose_marks import choice_marks, tick_marks
from pipelines.forms.propose_records import FieldPlace, MarkPlace, PagePlaces, inside, touch


def find_places(page: BlankPage) -> PagePlaces:
    """Propose the places of one page. Nothing that is proposed overlaps another."""
    cells = find_cells(page)
    combs, ticks = find_combs(cells), find_ticks(cells)
    small = {cell.area for comb in combs for cell in comb} | {cell.area for cell in ticks}
    lines = find_underlines(page, cells)
    fields = list(comb_fields(combs, cells, page.chars))
    marks: list[MarkPlace] = []
    for region in (*(cell for cell in cells if cell.area not in small), _outside(page, cells)):
        inner = [tick.area for tick in ticks if _belongs(tick.area, region.area, cells, small)]
        marks += tick_marks(region, inner, cells)
        found = list(parted_fields(region, cells, lines))
        # Beside tick boxes ・ joins the words of one option.
        choices = [] if inner else list(choice_marks(region, found, cells))
        marks += choices
        if region.area.width < page.width:
            found += amount_fields(region, found, cells)
            found += named_fields(region, cells) if left_label(region.area, cells) else ()
        fields += found
        held = [*inner, *(a for a in small if inside(a, region.area))]
        held += [area for place in found for _, area, _ in place.parts]
        held += [place.area for place in found if not place.parts]
        if held:
            fields += rest_fields(region, held, cells, page)
        else:
            chosen = [area for mark in choices for _, area in mark.options]
            fields += cell_fields(region, cells, chosen, page)
    fields += line_fields(page, cells, lines)
    return _without_overlaps(fields, marks, tuple(_seals(page)))


def _belongs(area: Area, region: Area, cells: Sequence[Cell], small: Collection[Area]) -> bool:
    """Whether `region` is the smallest cell around `area`."""
    if not inside(area, region):
        return False
    own = region.width * region.height
    return not any(
        cell.area not in small
        and cell.area.width * cell.area.height < own
        and inside(area, cell.area)
        for cell in cells
    )


def _seals(page: BlankPage) -> Iterator[Area]:
    round_ = [circle for circle in page.circles if 5 <= circle.width <= 35]
    yield from round_
    for run in find_runs(page.chars):
        middle = ((run.area.x0 + run.area.x1) / 2, (run.area.y0 + run.area.y1) / 2)
        if run.text in ("印", "(印)") and not any(circle.holds(*middle) for circle in round_):
            x, y = middle
            yield Area(
                max(x - 7, 0), max(y - 7, 0), min(x + 7, page.width), min(y + 7, page.height)
            )


def _without_overlaps(
    fields: Sequence[FieldPlace], marks: Sequence[MarkPlace], seals: tuple[Area, ...]
) -> PagePlaces:
    taken: list[Area] = []
    kept_marks, kept_fields = [], []
    for field in (f for f in fields if f.parts or f.cells > 1):
        areas = [area for _, area, _ in field.parts] or [field.area]
        areas += [area for _, area in field.eras]
        if not _any_overlap(areas, taken):
            kept_fields.append(field)
            taken += areas
    for mark in marks:
        areas = [area for _, area in mark.options]
        if not _any_overlap(areas, taken):
            kept_marks.append(mark)
            taken += areas
    for field in (f for f in fields if not f.parts and f.cells == 1):
        if not _any_overlap([field.area], taken):
            kept_fields.append(field)
            taken.append(field.area)
    kept_fields.sort(key=lambda f: (round(f.area.y0 / 4), f.area.x0))
    kept_marks.sort(key=lambda m: (round(m.options[0][1].y0 / 4), m.options[0][1].x0))
    return PagePlaces(tuple(kept_fields), tuple(kept_marks), seals)


def _any_overlap(areas: Sequence[Area], taken: Sequence[Area]) -> bool:
    return any(touch(area, other) for area in areas for other in taken)


def _outside(page: BlankPage, cells: Sequence[Cell]) -> Cell:
    """Give the page itself, with the words that stand in no cell."""
    owned = {run.area for cell in cells for run in cell.runs}
    runs = tuple(run for run in find_runs(page.chars) if run.area not in owned)
    return Cell(Area(0, 0, page.width, page.height), runs, False)
