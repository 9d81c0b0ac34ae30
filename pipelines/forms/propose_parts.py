"""Dates, times and words to circle among the print of one cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.forms.blank_cells import bounds
from pipelines.forms.blank_page import Area, Char
from pipelines.forms.model import DatePart, Era, FieldKind
from pipelines.forms.propose_records import touch

_ROOM = 2.4
"""Least width in mm of a place for a figure."""
_WIDEST = 22.0
_PATTERNS = (
    (FieldKind.DATE, (("年", DatePart.YEAR), ("月", DatePart.MONTH), ("日", DatePart.DAY))),
    (FieldKind.DATE, (("年", DatePart.YEAR), ("月", DatePart.MONTH))),
    (FieldKind.TIME, (("時", DatePart.HOUR), ("分", DatePart.MINUTE))),
)
_ERAS = {
    "明治": Era.MEIJI,
    "大正": Era.TAISHO,
    "昭和": Era.SHOWA,
    "平成": Era.HEISEI,
    "令和": Era.REIWA,
    "西暦": Era.WESTERN,
    "明": Era.MEIJI,
    "大": Era.TAISHO,
    "昭": Era.SHOWA,
    "平": Era.HEISEI,
    "令": Era.REIWA,
}
_SEPARATORS = frozenset("・･/")
_ERA_REACH = 60.0
_UNITS = (
    "時間",
    "日間",
    "週間",
    "年間",
    "か月",
    "円",
    "人",
    "日",
    "回",
    "分",
    "歳",
    "点",
    "割",
    "%",
)
_UNIT_ROOM = 7.0
_BRACKET_ROOM = 12.0
_DASHES = frozenset("-－―─–—ー")
_FAR = 110.0
"""No figure needs more than this many mm before its unit."""


@dataclass(frozen=True, slots=True)
class PartedPlace:
    """A date or time written between its words. `parts` in order; `words` are its characters."""

    kind: FieldKind
    parts: tuple[tuple[DatePart, Area], ...]
    eras: tuple[tuple[Era, Area], ...]
    words: tuple[Char, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a gap."""

    text: str
    area: Area
    chars: tuple[Char, ...]


def find_parted(chars: Sequence[Char], room: Area) -> Iterator[PartedPlace]:
    """Find `__年__月__日`, `__年__月` and `__時__分` with room for the figures, inside `room`."""
    for line in lines_of(chars):
        index = 0
        while index < len(line):
            for kind, pattern in _PATTERNS:
                found = _match(line, index, kind, pattern, room, chars)
                if found is not None:
                    yield found
                    index += len(pattern) - 1
                    break
            index += 1


def find_choices(chars: Sequence[Char]) -> Iterator[tuple[Word, ...]]:
    """Find words with ・ between them, each a word to circle; eras before a date included."""
    for line in lines_of(chars):
        chain: list[Word] = []
        joined = False
        for word in words_of(line):
            if word.text in _SEPARATORS:
                joined = bool(chain) and word.area.x0 - chain[-1].area.x1 < 8
                continue
            if chain and not (joined and word.area.x0 - chain[-1].area.x1 < 16):
                if len(chain) > 1:
                    yield tuple(chain)
                chain = []
            chain.append(word)
            joined = False
        if len(chain) > 1:
            yield tuple(chain)


def find_numbered(chars: Sequence[Char]) -> tuple[Word, ...]:
    """Find choices `1 ... 2 ... 3 ...`, each a number with its words, in order of the numbers.

    A number counts only in its turn: in `4 20歳到達` the 20 is part of the fourth choice.
    """
    found: list[Word] = []
    for line in lines_of(chars):
        part: list[Char] = []
        for word in words_of(line):
            turn = str(len(found) + (2 if part else 1))
            if word.text.startswith(turn) and _stands_alone(word, len(turn)):
                if part:
                    found.append(_word(part))
                part = list(word.chars)
            elif not part:
                return ()
            else:
                part += word.chars
        if part:
            found.append(_word(part))
    named = all(len(word.text) > 1 for word in found)
    return tuple(found) if len(found) > 1 and named else ()


def _stands_alone(word: Word, length: int) -> bool:
    """Whether the first characters are a number of their own, not the start of a longer one."""
    if not word.text[length:][:1].isdigit() or len(word.chars) <= length:
        return True
    before, after = word.chars[length - 1].area, word.chars[length].area
    return after.x0 - before.x1 > 0.2 * before.height


def find_amounts(chars: Sequence[Char], room: Area) -> Iterator[tuple[Word, str, Area]]:
    """Find units with room for a figure before them: the unit, the words before, the room."""
    for line in lines_of(chars):
        words = list(words_of(line))
        for index, word in enumerate(words):
            unit = next((unit for unit in _UNITS if word.text.startswith(unit)), None)
            before = words[index - 1] if index else None
            left = before.area.x1 if before else room.x0
            # Alone in its cell a figure has the whole of it.
            begin = max(left + 0.4, word.area.x0 - (1.5 * _WIDEST if before else _FAR))
            if unit is not None and word.area.x0 - left >= _UNIT_ROOM:
                y0, y1 = _height(word.area, room)
                area = Area(begin, y0, word.area.x0 - 0.3, y1)
                yield word, before.text if before else "", area


def find_brackets(chars: Sequence[Char]) -> Iterator[tuple[str, Area]]:
    """Find `その他(      )`: the words before it and the room inside."""
    for line in lines_of(chars):
        for index, (first, second) in enumerate(pairwise(line)):
            room = second.area.x0 - first.area.x1
            if first.text == "(" and second.text == ")" and room >= _BRACKET_ROOM:
                before = "".join(word.text for word in list(words_of(line[: index + 1]))[-1:])
                y0, y1 = first.area.y0 - 1.2, first.area.y1 + 1.2
                yield before.rstrip("("), Area(first.area.x1 + 0.3, y0, second.area.x0 - 0.3, y1)


def find_phone(chars: Sequence[Char], room: Area, taken: Sequence[Area] = ()) -> PartedPlace | None:
    """Find `____－____－____` with room for the figures, inside `room` and clear of `taken`."""
    for line in lines_of(chars):
        for first, second in pairwise([char for char in line if char.text in _DASHES]):
            before = [char.area.x1 for char in line if char.area.x1 <= first.area.x0]
            after = [char.area.x0 for char in line if char.area.x0 >= second.area.x1]
            left = max([room.x0, first.area.x0 - _WIDEST, *before])
            right = min([room.x1, second.area.x1 + _WIDEST, *after])
            ends = (left, first.area, second.area, right)
            areas = _between(ends, *_height(first.area, room))
            clear = not any(touch(area, other) for area in areas for other in taken)
            if clear and all(area.width >= 6 for area in areas):
                names = (DatePart.FIRST, DatePart.SECOND, DatePart.THIRD)
                parts = tuple(zip(names, areas, strict=True))
                return PartedPlace(FieldKind.PHONE, parts, (), (first, second))
    return None


def _between(ends: tuple[float, Area, Area, float], y0: float, y1: float) -> list[Area]:
    left, first, second, right = ends
    edges = ((left, first.x0), (first.x1, second.x0), (second.x1, right))
    return [Area(x0 + 0.4, y0, max(x1 - 0.4, x0 + 0.5), y1) for x0, x1 in edges]


def lines_of(chars: Sequence[Char]) -> list[list[Char]]:
    """Characters by line, from left to right."""
    lines: list[list[Char]] = []
    for char in sorted(chars, key=lambda c: c.area.y0 + c.area.y1):
        middle = (char.area.y0 + char.area.y1) / 2
        if lines:
            last = lines[-1][-1].area
            if abs((last.y0 + last.y1) / 2 - middle) < 0.35 * min(last.height, char.area.height):
                lines[-1].append(char)
                continue
        lines.append([char])
    return [sorted(line, key=lambda c: c.area.x0) for line in lines]


def _match(
    line: Sequence[Char],
    start: int,
    kind: FieldKind,
    pattern: Sequence[tuple[str, DatePart]],
    room: Area,
    chars: Sequence[Char],
) -> PartedPlace | None:
    words = line[start : start + len(pattern)]
    if [word.text for word in words] != [text for text, _ in pattern]:
        return None
    left = line[start - 1].area.x1 if start else room.x0
    # Era words in two rows stand beside the line of the date, not on it.
    middle = (words[0].area.y0 + words[0].area.y1) / 2
    beside = [
        char.area.x1
        for char in chars
        if char.area.x1 <= words[0].area.x0
        and abs((char.area.y0 + char.area.y1) / 2 - middle) < 4
        and char.text in _ERAS
    ]
    left = max([left, *beside])
    parts = []
    for (_, part), word in zip(pattern, words, strict=True):
        begin, end = max(left + 0.4, word.area.x0 - _WIDEST), word.area.x0 - 0.3
        if end - begin < _ROOM:
            return None
        y0, y1 = _height(word.area, room)
        parts.append((part, Area(begin, y0, end, y1)))
        left = word.area.x1
    eras = tuple(eras_before(chars, parts[0][1])) if kind is FieldKind.DATE else ()
    return PartedPlace(kind, tuple(parts), eras, tuple(words))


def _height(word: Area, room: Area) -> tuple[float, float]:
    """From top to bottom of what may be written on the line of `word`."""
    middle = (word.y0 + word.y1) / 2
    if room.height <= 14:
        return room.y0 + 0.5, room.y1 - 0.5
    return max(room.y0 + 0.5, middle - 3.6), min(room.y1 - 0.5, middle + 3.6)


def eras_before(chars: Sequence[Char], year: Area) -> Iterator[tuple[Era, Area]]:
    """Find the era words left of the place of a year, each with room to circle it."""
    level = [c for c in chars if abs((c.area.y0 + c.area.y1) - (year.y0 + year.y1)) < 8]
    # What stands before the end of another date belongs to that one.
    ends = [c.area.x1 for c in level if c.text in "年月日" and c.area.x1 <= year.x0 + 0.5]
    near = [
        char
        for char in chars
        if char.area.x0 >= max(ends, default=0)
        and year.x0 - _ERA_REACH < char.area.x0
        and char.area.x1 <= year.x0 + 0.5
        and abs((char.area.y0 + char.area.y1) - (year.y0 + year.y1)) < 16
    ]
    seen: set[Era] = set()
    for line in lines_of(near):
        for word in words_of(line):
            era = _ERAS.get(re.sub(r"[0-9.:()]", "", word.text))
            if era is not None and era not in seen:
                seen.add(era)
                area = word.area
                # Room for the circle, never into the year.
                right = min(area.x1 + 0.5, year.x0)
                yield era, Area(area.x0 - 0.5, area.y0 - 0.4, right, area.y1 + 0.4)


def words_of(line: Sequence[Char]) -> Iterator[Word]:
    """Words of a line: characters without a gap; a separator is a word of its own."""
    part: list[Char] = []
    for char in line:
        # The body of a bracket is half empty.
        bracket = char.text == "(" or (part and part[-1].text == ")")
        room = (1.0 if bracket else 0.6) * char.area.height
        apart = part and char.area.x0 - part[-1].area.x1 > room
        if part and (apart or char.text in _SEPARATORS):
            yield _word(part)
            part = []
        if char.text in _SEPARATORS:
            yield _word([char])
            continue
        part.append(char)
    if part:
        yield _word(part)


def _word(chars: Sequence[Char]) -> Word:
    text = "".join(char.text for char in chars)
    return Word(text, bounds([char.area for char in chars]), tuple(chars))
