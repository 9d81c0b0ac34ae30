"""Places to write on and to mark of one blank page, by its cells, lines and words."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from pipelines.forms.blank_cells import Cell, Run, bounds, find_cells, find_runs, find_underlines
from pipelines.forms.blank_page import Area, BlankPage, Char
from pipelines.forms.model import DatePart, Era, FieldKind
from pipelines.forms.propose_labels import (
    clean_label,
    guess_kind,
    is_label,
    known_label,
    label_in_cell,
    label_of_cell,
    left_label,
    section_of,
)
from pipelines.forms.propose_parts import (
    PartedPlace,
    Word,
    eras_before,
    find_amounts,
    find_choices,
    find_numbered,
    find_parted,
    find_phone,
)

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
    lines = find_underlines(page, cells)
    fields = list(_comb_fields(combs, cells, page.chars))
    marks: list[MarkPlace] = []
    for region in (*(cell for cell in cells if cell.area not in small), _outside(page, cells)):
        inner = [tick.area for tick in ticks if _belongs(tick.area, region.area, cells, small)]
        marks += _tick_marks(region, inner, cells)
        found = list(_parted_fields(region, cells, lines))
        choices = list(_choice_marks(region, found, cells))
        marks += choices
        if region.area.width < page.width:
            found += _amount_fields(region, found, cells)
            found += _named_fields(region, cells) if left_label(region.area, cells) else ()
        fields += found
        held = [*inner, *(a for a in small if _inside(a, region.area))]
        held += [area for place in found for _, area, _ in place.parts]
        held += [place.area for place in found if not place.parts]
        if held:
            fields += _rest_fields(region, held, cells, page)
        else:
            chosen = [area for mark in choices for _, area in mark.options]
            fields += _cell_fields(region, cells, chosen, page)
    fields += _line_fields(page, cells, lines)
    return _without_overlaps(fields, marks, tuple(_seals(page)))


def _belongs(area: Area, region: Area, cells: Sequence[Cell], small: Collection[Area]) -> bool:
    """Whether `region` is the smallest cell around `area`."""
    if not _inside(area, region):
        return False
    own = region.width * region.height
    return not any(
        cell.area not in small
        and cell.area.width * cell.area.height < own
        and _inside(area, cell.area)
        for cell in cells
    )


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


def _comb_fields(
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
            yield FieldPlace(label, section, _comb_kind(label, count), area, cells=count)
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
    if count == 12 and kind is FieldKind.DIGITS:
        return FieldKind.MY_NUMBER
    wordy = kind in (FieldKind.TEXT, FieldKind.ADDRESS, FieldKind.KANJI_NAME, FieldKind.DATE)
    return FieldKind.DIGITS if wordy else kind


def _parted_fields(
    region: Cell, cells: Sequence[Cell], lines: Sequence[Area]
) -> Iterator[FieldPlace]:
    chars = _chars(region)
    phone = find_phone(chars, region.area)
    for place in (*find_parted(chars, region.area), *([phone] if phone else [])):
        place = _on_line(place, lines)
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


def _amount_fields(
    region: Cell, dated: Sequence[FieldPlace], cells: Sequence[Cell]
) -> Iterator[FieldPlace]:
    """Places before 円, 人, 日 and other units in a cell that is no heading."""
    if region.shaded or region.area.height > _TALLEST:
        return
    taken = [area for place in dated for _, area, _ in place.parts]
    for unit, before, area in find_amounts(_chars(region), region.area):
        if any(_touch(area, other) or _touch(unit.area, other) for other in taken):
            continue
        beside = label_of_cell(region.area, cells)
        if not beside and not is_label(before):
            continue
        label = clean_label(beside + (before if is_label(before) else ""))
        kind = FieldKind.AMOUNT if unit.text.startswith("円") else FieldKind.DIGITS
        yield FieldPlace(label, section_of(region.area, cells), kind, area)


def _named_fields(region: Cell, cells: Sequence[Cell]) -> Iterator[FieldPlace]:
    """Places behind words such as 氏名 and 続柄 that stand in one cell with their places."""
    if region.shaded or region.area.height > 16:
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
        area = Area(run.area.x1 + 0.8, region.area.y0 + _INSET, end - 0.8, region.area.y1 - _INSET)
        if area.width >= 15 and area.height >= _LOWEST and known_label(words):
            label = clean_label(words)
            yield FieldPlace(label, section_of(region.area, cells), guess_kind(words), area)


def _choice_marks(
    region: Cell, dated: Sequence[FieldPlace], cells: Sequence[Cell]
) -> Iterator[MarkPlace]:
    if region.shaded:
        return
    eras = [area for place in dated for _, area in place.eras]
    beside = left_label(region.area, cells) or label_of_cell(region.area, cells)
    numbered = find_numbered(_chars(region)) if beside and len(region.text) < 120 else ()
    if numbered and region.area.height < _TALLEST:
        options = tuple((label[1:], place) for label, place in _circled(numbered))
        yield MarkPlace(clean_label(beside), section_of(region.area, cells), False, options)
    for words in find_choices(_chars(region)):
        if any(_touch(word.area, era) for word in words for era in eras):
            continue
        if not _is_choice(words, region, bool(beside)):
            continue
        runs = [run for run in region.runs if not any(_touch(run.area, w.area) for w in words)]
        inner = label_in_cell(runs, bounds([word.area for word in words]))
        label = clean_label(inner or beside)
        options = _circled(words)
        yield MarkPlace(label, section_of(region.area, cells), False, options)


def _is_choice(words: Sequence[Word], region: Cell, labelled: bool) -> bool:
    texts = [re.sub(r"[()（）]", "", word.text) for word in words]
    if any(text in ("日", "月", "年", "時間", "分") for text in texts):
        return False
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


def _rest_fields(
    region: Cell, held: Sequence[Area], cells: Sequence[Cell], page: BlankPage
) -> Iterator[FieldPlace]:
    """Find what is left under a comb, a date or a tick box: an address under its postal code."""
    area = region.area
    if region.shaded or area.height > _TALLEST or area.width > 0.97 * page.width:
        return
    words = [run.area for run in region.runs if run.area.y1 < area.y1 - 1]
    top = max(a.y1 for a in [*held, *words])
    below = Area(area.x0 + _INSET, top + 0.5, area.x1 - _INSET, area.y1 - _INSET)
    if below.height >= 6 and below.width >= 40 and below.height > 0.3 * area.height:
        label = clean_label(label_of_cell(area, cells))
        yield FieldPlace(label, section_of(area, cells), guess_kind(label), below)


def _cell_fields(
    region: Cell, cells: Sequence[Cell], chosen: Sequence[Area], page: BlankPage
) -> Iterator[FieldPlace]:
    area = region.area
    if region.shaded or area.height > _TALLEST or area.width > 0.97 * page.width:
        return
    if any(cell.area != area and _inside(cell.area, area) for cell in cells):
        return
    label, section = label_of_cell(area, cells), section_of(area, cells)
    place, suffix = _inset(area), ""
    if region.runs:
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


def _line_fields(
    page: BlankPage, cells: Sequence[Cell], lines: Sequence[Area]
) -> Iterator[FieldPlace]:
    runs = find_runs(page.chars)
    for line in lines:
        if any(_heads(line, cell.area) for cell in cells):
            continue
        band = Area(line.x0, line.y0 - 7.5, line.x1, line.y0 - 0.3)
        inside = [run for run in runs if _touch(run.area, band) and run.area.y1 > band.y0 + 1.2]
        for part in _gaps(band, inside):
            words = [run for run in runs if run.area.y0 < band.y1 and run.area.y1 > band.y0]
            label = label_in_cell(words, part)
            if part.width >= 10 and (is_label(label) or not page.chars):
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


def _circled(words: Sequence[Word]) -> tuple[tuple[str, Area], ...]:
    """Words with the room that a circle takes, half of the gap to a neighbour at most."""
    places = []
    for word in words:
        area = word.area
        left = max((w.area.x1 for w in words if w.area.x1 <= area.x0), default=0.0)
        right = min((w.area.x0 for w in words if w.area.x0 >= area.x1), default=area.x1 + 9)
        above = max((w.area.y1 for w in words if w.area.y1 <= area.y0), default=0.0)
        under = min((w.area.y0 for w in words if w.area.y0 >= area.y1), default=area.y1 + 9)
        place = Area(
            max(area.x0 - 0.3, (left + area.x0) / 2),
            max(area.y0 - 0.5, (above + area.y0) / 2),
            min(area.x1 + 0.3, (right + area.x1) / 2),
            min(area.y1 + 0.5, (under + area.y1) / 2),
        )
        places.append((word.text, place))
    return tuple(places)
