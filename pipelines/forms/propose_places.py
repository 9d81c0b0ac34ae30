"""Everything that is proposed on one blank page, without overlaps."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from pipelines.forms.blank_cells import Cell, Run, find_cells, find_runs, find_underlines
from pipelines.forms.blank_page import Area, BlankPage, Char
from pipelines.forms.model import FieldKind
from pipelines.forms.propose_combs import comb_fields, find_combs, find_ticks
from pipelines.forms.propose_fields import (
    amount_fields,
    bracket_fields,
    cell_fields,
    line_fields,
    named_fields,
    parted_fields,
    rest_fields,
)
from pipelines.forms.propose_labels import left_label
from pipelines.forms.propose_marks import choice_marks, tick_marks
from pipelines.forms.propose_records import (
    TALLEST,
    FieldPlace,
    MarkPlace,
    PagePlaces,
    inside,
    middle,
    touch,
)
from pipelines.forms.propose_scales import scale_marks
from pipelines.forms.propose_staff import find_staff_areas

_IMPRESSION = re.compile("印鑑|印影|届出印")


def find_places(page: BlankPage, enclosed: Sequence[Area] | None = None) -> PagePlaces:
    """Propose the places of one page. Nothing that is proposed overlaps another.

    `enclosed` are the areas that rules enclose, where they are known already.
    """
    cells = find_cells(page, enclosed)
    combs, ticks = find_combs(cells), find_ticks(cells)
    small = {cell.area for comb in combs for cell in comb} | {cell.area for cell in ticks}
    lines = find_underlines(page, cells)
    fields = list(comb_fields(combs, cells, page.chars))
    scales = list(scale_marks(cells))
    marks = [mark for mark, _ in scales]
    small |= {area for _, row in scales for area in row}
    for region in (*(cell for cell in cells if cell.area not in small), _outside(page, cells)):
        inner = [tick.area for tick in ticks if _belongs(tick.area, region.area, cells, small)]
        marks += tick_marks(region, inner, cells)
        taken = [area for area in small if touch(area, region.area)]
        found = list(parted_fields(region, cells, lines, taken))
        # Beside tick boxes ・ joins the words of one option.
        choices = [] if inner else list(choice_marks(region, found, cells))
        marks += choices
        found += bracket_fields(region, cells)
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
    fields += line_fields(page, cells, lines, [tick.area for tick in ticks])
    impressions = [field for field in fields if _is_impression(field)]
    fields = list(_tiered([field for field in fields if field not in impressions]))
    seals = (*_seals(page), *(field.area for field in impressions))
    places = _without_overlaps(fields, marks, seals)
    return _without_staff(places, find_staff_areas(page, cells))


def _is_impression(field: FieldPlace) -> bool:
    """Whether a place is a square for the impression of a seal (登録する印鑑)."""
    square = 0.7 < field.area.width / field.area.height < 1.4
    return square and field.area.width < TALLEST and bool(_IMPRESSION.search(field.label))


def _tiered(fields: Sequence[FieldPlace]) -> Iterator[FieldPlace]:
    """Give the upper of two places that one heading names フリガナ and 氏名 the kana."""
    columns: dict[tuple[str, int], list[FieldPlace]] = {}
    for field in sorted(fields, key=lambda f: f.area.y0):
        if "フリガナ" in field.label and "氏名" in field.label:
            columns.setdefault((field.label, round(field.area.x0)), []).append(field)
    uppers = {
        upper.area
        for column in columns.values()
        for upper, lower in zip(column[::2], column[1::2], strict=False)
        if lower.area.y0 - upper.area.y1 < 3
    }
    for field in fields:
        kana = replace(field, kind=FieldKind.KANA_NAME, label="フリガナ")
        yield kana if field.area in uppers else field


def _without_staff(places: PagePlaces, staff: Sequence[Area]) -> PagePlaces:
    """Leave out what the office fills in itself."""

    def kept(area: Area) -> bool:
        return not any(other.holds(*middle(area)) for other in staff)

    return PagePlaces(
        tuple(field for field in places.fields if kept(field.area)),
        tuple(mark for mark in places.marks if kept(mark.options[0][1])),
        tuple(seal for seal in places.seals if kept(seal)),
    )


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
        x, y = middle(run.area)
        if run.text not in ("印", "(印)") or _in_word(run, page.chars):
            continue
        if not any(circle.holds(x, y) for circle in round_):
            yield Area(
                max(x - 7, 0), max(y - 7, 0), min(x + 7, page.width), min(y + 7, page.height)
            )


def _in_word(run: Run, chars: Sequence[Char]) -> bool:
    """Whether other characters of the same size are spaced on with it, as in the title 印 鑑."""
    height = run.area.height
    return any(
        char not in run.chars
        and abs(char.area.y0 - run.area.y0) < 0.3 * height
        and abs(char.area.height - height) < 0.1 * height
        and max(char.area.x0 - run.area.x1, run.area.x0 - char.area.x1) < 1.5 * height
        for char in chars
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
        apart = not any(touch(a, b) for i, a in enumerate(areas) for b in areas[:i])
        if apart and not _any_overlap(areas, taken):
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
