"""Places to write on and to mark of one blank page, by its cells, lines and words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.forms.blank_cells import Cell, Run, bounds, find_cells, find_runs, find_underlines
from pipelines.forms.blank_page import Area, BlankPage, Char
from pipelines.forms.model import DatePart, Era, FieldKind
from pipelines.forms.propose_labels import (
    clean_label,
    guess_kind,
    is_label,
    label_in_cell,
    label_of_cell,
    left_label,
    section_of,
)
from pipelines.forms.propose_parts import Word, find_choices, find_parted

_INSET = 0.6
_TICK = (1.8, 5.7)
_COMB_WIDEST = 9.5
_TALLEST = 60.0
_NARROWEST, _LOWEST = 6.0, 4.2
_TICK_SIGNS = "□☐◻▢"
_CHOICE_WORDS = frozenset(
    (
        *("男", "女", "有", "無", "はい", "いいえ", "する", "しない", "いる", "いない", "普通"),
        *("当座", "同居", "別居", "同", "別", "本人", "代理人", "夫", "妻", "済", "未", "可", "否"),
        *("要", "不要", "同一", "維持", "新規", "変更", "更新", "Yes", "No", "Male", "Female"),
    )
)


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


def find_places(page: BlankPage) -> PagePlaces:
    """Propose the places of one page. Nothing that is proposed overlaps another."""
    cells = find_cells(page)
    combs, ticks = _combs(cells), _ticks(cells)
    small = {cell.area for comb in combs for cell in comb} | {cell.area for cell in ticks}
    fields = list(_comb_fields(combs, cells))
    marks: list[MarkPlace] = []
    for region in (*(cell for cell in cells if cell.area not in small), _outside(page, cells)):
        inner = [tick.area for tick in ticks if _inside(tick.area, region.area)]
        if region.area.width * region.area.height > 0.2 * page.width * page.height:
            held = [cell.area for cell in cells if cell.area != region.area]
            inner = [a for a in inner if not any(_inside(a, h) and a != h for h in held)]
        marks += _tick_marks(region, inner, cells)
        found = list(_parted_fields(region, cells))
        fields += found
        marks += _choice_marks(region, found, cells)
        if not inner and not found:
            fields += _cell_fields(region, cells, small, page)
    fields += _line_fields(page, cells)
    return _without_overlaps(fields, marks, tuple(_seals(page)))


def _combs(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Rows of equal empty cells that touch: one character each."""
    empty = [c for c in cells if not c.runs and c.area.width <= _COMB_WIDEST and c.area.height >= 4]
    rows: list[list[Cell]] = []
    for cell in sorted(empty, key=lambda c: (round(c.area.y0), c.area.x0)):
        last = rows[-1][-1].area if rows else None
        if (
            last is not None
            and abs(last.y0 - cell.area.y0) < 0.6
            and abs(last.height - cell.area.height) < 0.6
            and abs(last.width - cell.area.width) < 0.15 * last.width
            and 0 <= cell.area.x0 - last.x1 < 0.9
        ):
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [row for row in rows if len(row) >= 3 or (len(row) == 2 and row[0].area.width < 7)]


def _ticks(cells: Sequence[Cell]) -> list[Cell]:
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
            if not other.runs and other.area.width <= _COMB_WIDEST
        )
    ]


def _comb_fields(combs: Sequence[Sequence[Cell]], cells: Sequence[Cell]) -> Iterator[FieldPlace]:
    rows = [(bounds([cell.area for cell in comb]), len(comb)) for comb in combs]
    used: set[int] = set()
    for index, (area, count) in enumerate(rows):
        if index in used:
            continue
        label, section = _label(area, cells), section_of(area, cells)
        second = rows[index + 1] if index + 1 < len(rows) else None
        beside = second is not None and (
            abs(second[0].y0 - area.y0) < 1 and 0 < second[0].x0 - area.x1 < 9
        )
        if second is not None and beside and (count, second[1]) == (3, 4):
            used.add(index + 1)
            parts = ((DatePart.FIRST, area, 3), (DatePart.SECOND, second[0], 4))
            whole = bounds([area, second[0]])
            yield FieldPlace("郵便番号", section, FieldKind.POSTAL_CODE, whole, parts=parts)
            continue
        kind = guess_kind(label)
        if count == 12 and kind is FieldKind.DIGITS:
            kind = FieldKind.MY_NUMBER
        if kind in (FieldKind.TEXT, FieldKind.ADDRESS, FieldKind.KANJI_NAME):
            kind = FieldKind.DIGITS
        yield FieldPlace(label, section, kind, area, cells=count)


def _parted_fields(region: Cell, cells: Sequence[Cell]) -> Iterator[FieldPlace]:
    chars = _chars(region)
    for place in find_parted(chars, region.area):
        areas = [area for _, area in place.parts]
        whole = bounds([*areas, *(area for _, area in place.eras)])
        runs = [run for run in region.runs if not set(run.chars) & set(place.words)]
        runs = [run for run in runs if not any(_touch(run.area, a) for _, a in place.eras)]
        label = label_in_cell(runs, whole) or label_of_cell(region.area, cells)
        yield FieldPlace(
            clean_label(label),
            section_of(region.area, cells),
            place.kind,
            bounds(areas),
            parts=tuple((part, area, 1) for part, area in place.parts),
            eras=place.eras,
        )


def _choice_marks(
    region: Cell, dated: Sequence[FieldPlace], cells: Sequence[Cell]
) -> Iterator[MarkPlace]:
    if region.shaded:
        return
    eras = [area for place in dated for _, area in place.eras]
    beside = left_label(region.area, cells) or label_of_cell(region.area, cells)
    for words in find_choices(_chars(region)):
        if any(_touch(word.area, era) for word in words for era in eras):
            continue
        if not _is_choice(words, region, bool(beside)):
            continue
        runs = [run for run in region.runs if not any(_touch(run.area, w.area) for w in words)]
        inner = label_in_cell(runs, bounds([word.area for word in words]))
        label = clean_label(inner or beside)
        options = tuple((word.text, _around(word.area)) for word in words)
        yield MarkPlace(label, section_of(region.area, cells), False, options)


def _is_choice(words: Sequence[Word], region: Cell, labelled: bool) -> bool:
    texts = [re.sub(r"[()（）]", "", word.text) for word in words]
    if all(text in _CHOICE_WORDS for text in texts):
        return True
    # In a sentence or in the head of a table ・ joins words and offers no choice.
    short = all(1 <= len(text) <= 6 for text in texts)
    return labelled and short and region.area.height < 25 and len(region.text) < 40


def _tick_marks(region: Cell, ticks: Sequence[Area], cells: Sequence[Cell]) -> Iterator[MarkPlace]:
    signs = [char.area for char in _chars(region) if char.text in _TICK_SIGNS]
    squares = sorted([*ticks, *signs], key=lambda a: (round(a.y0 / 3), a.x0))
    rows: list[list[Area]] = []
    for square in squares:
        if rows and abs(rows[-1][-1].y0 - square.y0) < 2:
            rows[-1].append(square)
        else:
            rows.append([square])
    large = region.area.height > _TALLEST
    groups = rows if large else [[a for row in rows for a in row]] if rows else []
    for group in groups:
        options = tuple((_right_words(a, region, squares), a) for a in group)
        before = [run for run in region.runs if run.area.x1 <= group[0].x0 + 1]
        label = label_in_cell(before, group[0]) if large else left_label(region.area, cells)
        label = label or label_of_cell(region.area, cells) or options[0][0]
        yield MarkPlace(clean_label(label), section_of(region.area, cells), True, options)


def _right_words(square: Area, region: Cell, squares: Sequence[Area]) -> str:
    middle = (square.y0 + square.y1) / 2
    ends = [a.x0 for a in squares if a.x0 > square.x1 and abs(a.y0 - square.y0) < 2]
    end = min(ends, default=region.area.x1)
    chars = [
        char
        for char in _chars(region)
        if char.area.y0 < middle < char.area.y1 and square.x1 - 0.5 <= char.area.x0 < end
    ]
    text = "".join(c.text for c in sorted(chars, key=lambda c: c.area.x0))
    return text.strip(_TICK_SIGNS)[:30]


def _cell_fields(
    region: Cell, cells: Sequence[Cell], small: set[Area], page: BlankPage
) -> Iterator[FieldPlace]:
    area = region.area
    if region.shaded or area.height > _TALLEST or area.width > 0.97 * page.width:
        return
    if any(a != area and _inside(a, area) for a in small):
        return
    if any(cell.area != area and _inside(cell.area, area) for cell in cells):
        return
    label, section = label_of_cell(area, cells), section_of(area, cells)
    place, suffix = _inset(area), ""
    if region.runs:
        found = _free_part(region, bool(left_label(area, cells)))
        if found is None:
            return
        place, suffix = found
        label = label_of_cell(area, cells) if left_label(area, cells) else region.text
        if suffix:
            label = label or region.text
    if place.width < _NARROWEST or place.height < _LOWEST:
        return
    if not region.runs and not label and page.chars:
        # An empty box that nothing names is a photo, a gap or an ornament.
        return
    yield FieldPlace(clean_label(label), section, guess_kind(label, suffix), place)


def _free_part(region: Cell, labelled: bool) -> tuple[Area, str] | None:
    """Largest part of a cell that its words leave free, and the words behind it."""
    area, words = region.area, bounds([run.area for run in region.runs])
    right = Area(words.x1 + 0.6, area.y0 + _INSET, area.x1 - _INSET, area.y1 - _INSET)
    left = Area(area.x0 + _INSET, area.y0 + _INSET, words.x0 - 0.6, area.y1 - _INSET)
    below = Area(area.x0 + _INSET, words.y1 + 0.4, area.x1 - _INSET, area.y1 - _INSET)
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


def _line_fields(page: BlankPage, cells: Sequence[Cell]) -> Iterator[FieldPlace]:
    runs = find_runs(page.chars)
    for line in find_underlines(page, cells):
        band = Area(line.x0, line.y0 - 7.5, line.x1, line.y0 - 0.3)
        inside = [run for run in runs if _touch(run.area, band) and run.area.y1 > band.y0 + 1.2]
        for part in _gaps(band, inside):
            words = [run for run in runs if run.area.y0 < band.y1 and run.area.y1 > band.y0]
            label = label_in_cell(words, part)
            if part.width >= 10 and (is_label(label) or not page.chars):
                yield FieldPlace(clean_label(label), "", guess_kind(label), part)


def _gaps(band: Area, runs: Sequence[Run]) -> Iterator[Area]:
    """Parts of a line on which no words stand."""
    left = band.x0
    for run in sorted(runs, key=lambda r: r.area.x0):
        if run.area.x0 - 0.5 > left:
            yield Area(left, band.y0, run.area.x0 - 0.5, band.y1)
        left = max(left, run.area.x1 + 0.5)
    if band.x1 > left:
        yield Area(left, band.y0, band.x1, band.y1)


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
    return any(_touch(area, other) for area in areas for other in taken)


def _touch(a: Area, b: Area) -> bool:
    return min(a.x1, b.x1) - max(a.x0, b.x0) > 0.04 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.04


def _inside(inner: Area, outer: Area) -> bool:
    return outer.holds((inner.x0 + inner.x1) / 2, (inner.y0 + inner.y1) / 2) and (
        inner.width * inner.height < outer.width * outer.height
    )


def _outside(page: BlankPage, cells: Sequence[Cell]) -> Cell:
    """Give the page itself, with the words that stand in no cell."""
    owned = {run.area for cell in cells for run in cell.runs}
    runs = tuple(run for run in find_runs(page.chars) if run.area not in owned)
    return Cell(Area(0, 0, page.width, page.height), runs, False)


def _label(area: Area, cells: Sequence[Cell]) -> str:
    """Label of a comb: of the cell it stands in, or of those around."""
    around = [cell for cell in cells if _inside(area, cell.area)]
    inner = min(around, key=lambda c: c.area.width * c.area.height, default=None)
    if inner is not None:
        own = label_in_cell(inner.runs, area)
        return clean_label(own or label_of_cell(inner.area, cells))
    return clean_label(label_of_cell(area, cells))


def _chars(region: Cell) -> list[Char]:
    return [char for run in region.runs for char in run.chars]


def _inset(area: Area) -> Area:
    return Area(area.x0 + _INSET, area.y0 + _INSET, area.x1 - _INSET, area.y1 - _INSET)


def _around(word: Area) -> Area:
    """Words with the room that a circle takes, never into the neighbour."""
    return Area(word.x0 - 0.3, word.y0 - 0.5, word.x1 + 0.3, word.y1 + 0.5)
