"""Words of a page by what their text says: print of a form, a value, or open.

A line is cut where its words are set apart, where it crosses a rule, and around the words that
stand between the parts of a value (年, 月, 日, 円, 〒).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pipelines.forms.blank_cells import bounds
from pipelines.forms.blank_records import Area
from pipelines.keyvalue_chars import LineChar

_APART = 0.75
"""White wider than this share of the height parts words, as in `blank_cells.find_runs`."""
_TIGHT = 0.7
_ERAS = "明治|大正|昭和|平成|令和|西暦"
_UNIT = (
    "時間/月|日/月|時間|日間|週間|年間|年度|か月|ヶ月|カ月|万円|円|人|歳|才|日|回|分|割|%|点|号室?|番地?"
    "|級|名|件|枚|年|月|時|世帯|cm|kg|km|cc|階|台|度"
)
_FIGURES = r"[0-9][0-9,.]*"
_ERA = rf"{_ERAS}|[明大昭平令]"
_TEMPLATE = re.compile(
    rf"(?:[0-9]+|元(?=年)|{_ERA}|{_UNIT}|から|まで|頃|生まれ|生|第|約|満|[~〜・/()])+"
)
_HELD = re.compile(rf"{_ERA}|{_UNIT}|第")
_WHOLE_DATE = re.compile(rf"(?:{_ERA})?(?:[0-9]{{1,4}}|元)年[0-9]{{1,2}}月(?:[0-9]{{1,2}}日)?")
_SHORT_DATE = re.compile(
    r"[MTSHRmtshr][.]?[0-9]{1,2}(?:[./\-][0-9]{0,2}){0,2}|[./][0-9]{1,2}[./][0-9]{1,2}"
)
_CODE = re.compile(r"(?=.*[0-9].*[0-9])[A-Z0-9\-]{4,}")
_OPTIONS = re.compile(
    "有|無|男|女|はい|いいえ|する|しない|いる|いない|普通|当座|済|未|要|不要|男女|有無"
)
_ENGLISH = re.compile("Year|Month|Day|Tel|TEL|FAX|No[.]?", re.IGNORECASE)
_WITH_UNIT = re.compile(rf"({_FIGURES})({_UNIT})")
_ONLY_UNIT = re.compile(rf"(?:{_UNIT})(?:から|まで)?")
_ONLY_FIGURES = re.compile(r"[0-9][0-9,.\-ー/・:]*|[-ー]?[0-9][0-9,.\-ー/]*")
_CHOICE = re.compile(r"[^・0-9()]{1,9}(?:・[^・]{1,9})+")
_ERA_WORDS = re.compile(rf"(?:{_ERAS}|[明大昭平令])(?:[・.]?(?:{_ERAS}|[明大昭平令]))*[・.]?")
_DASHES = frozenset("-－―─–—ー~〜")
_SIGNS = re.compile(r"[^\w]+")
_NOTE = re.compile(r"^[※(（【\[<＜]|。$|してください|下さい")


class Role(StrEnum):
    """What a word is: `print` of the form, `written` on it, or `open` by its text."""

    PRINT = "print"
    WRITTEN = "written"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Token:
    """Characters of one line that stand together; `cell` is the index of the smallest around."""

    text: str
    area: Area
    chars: tuple[LineChar, ...]
    role: Role
    cell: int | None

    @property
    def line(self) -> int:
        """Index of the line it was read in."""
        return self.chars[0].line


def find_tokens(
    chars: Sequence[LineChar],
    cells: Sequence[Area],
    squares: Sequence[Area],
    vertical: frozenset[int] = frozenset(),
) -> tuple[Token, ...]:
    """Words of all lines; `vertical` are the lines that run from top to bottom."""
    by_size = sorted(range(len(cells)), key=lambda i: cells[i].width * cells[i].height)
    lines: dict[int, list[LineChar]] = {}
    for char in chars:
        lines.setdefault(char.line, []).append(char)
    tokens: list[Token] = []
    for line, line_chars in lines.items():
        owners = [_owner(char.area, cells, by_size) for char in line_chars]
        if line in vertical:
            tokens.append(_token(line_chars, Role.PRINT, owners[0]))
            continue
        for start, end in _segments(line_chars, owners):
            segment, owner = line_chars[start:end], owners[start]
            boxed = any(_is_right_of(segment[0].area, square) for square in squares)
            alone = len(segment) == len(line_chars)
            tokens += _cut(segment, owner, boxed=boxed, alone=alone)
    return tuple(tokens)


def _owner(area: Area, cells: Sequence[Area], by_size: Sequence[int]) -> int | None:
    x, y = (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2
    return next((i for i in by_size if cells[i].holds(x, y)), None)


def _segments(chars: Sequence[LineChar], owners: Sequence[int | None]) -> Iterator[tuple[int, int]]:
    start = 0
    for index in range(1, len(chars) + 1):
        if index < len(chars):
            before, after = chars[index - 1].area, chars[index].area
            gap = after.x0 - before.x1
            apart = gap > _APART * after.height or (chars[index].spaced and gap > 0.4)
            if not apart and owners[index] == owners[index - 1]:
                continue
        yield start, index
        start = index


def _is_right_of(area: Area, square: Area) -> bool:
    middle = (area.y0 + area.y1) / 2
    return square.y0 - 1 < middle < square.y1 + 1 and -0.8 < area.x0 - square.x1 < 4


def _cut(
    chars: Sequence[LineChar], owner: int | None, *, boxed: bool = False, alone: bool = False
) -> Iterator[Token]:
    text = "".join(char.text for char in chars)
    postal = text[0] == "〒" or (text[0] == "テ" and (len(text) == 1 or text[1].isdigit()))
    lone_dash = text[0] in _DASHES and len(text) > 2 and text[1].isdigit()
    if boxed:
        yield _token(chars, Role.PRINT, owner)
    elif text in ("一", "ー", "-"):
        # A dash between figures reads as the kanji for one.
        yield _token([replace(chars[0], text="-")], Role.PRINT, owner)
    elif postal and text[0] != "〒":
        yield from _cut([replace(chars[0], text="〒"), *chars[1:]], owner)
    elif (postal or lone_dash) and len(chars) > 1:
        yield _token(chars[:1], Role.PRINT, owner)
        yield from _cut(chars[1:], owner)
    elif _ONLY_FIGURES.fullmatch(text):
        yield from _figures(chars, owner)
    elif _TEMPLATE.fullmatch(text) and _HELD.search(text) and re.search("[0-9]", text):
        yield from _template(chars, owner, alone=alone)
    else:
        yield _token(chars, Role.PRINT if postal else _role(text), owner)


def _template(chars: Sequence[LineChar], owner: int | None, *, alone: bool) -> Iterator[Token]:
    """Figures between printed words; where all stand close, a person wrote all of it."""
    text = "".join(char.text for char in chars)
    places = [match.span() for match in re.finditer("[0-9][0-9,.]*|元(?=年)", text)]
    edges = {edge for span in places for edge in span if 0 < edge < len(chars)}
    widest = max((_gap(chars, edge) for edge in edges), default=0.0)
    whole = _WHOLE_DATE.fullmatch(text) or _WITH_UNIT.fullmatch(text)
    if whole and alone and widest < (_TIGHT if len(places) > 1 else 0.3):
        yield _token(chars, Role.WRITTEN, owner)
        return
    if re.search("[番号階室丁]", text) and widest < 0.5:
        # The end of an address.
        yield _token(chars, Role.OPEN, owner)
        return
    last = 0
    for start, end in places:
        if last < start:
            yield _token(chars[last:start], Role.PRINT, owner)
        yield _token(chars[start:end], Role.WRITTEN, owner)
        last = end
    if last < len(chars):
        yield _token(chars[last:], Role.PRINT, owner)


def _figures(chars: Sequence[LineChar], owner: int | None) -> Iterator[Token]:
    """Figures, and the printed dashes that stand apart between them."""
    start = 0
    for index, char in enumerate(chars):
        if char.text not in _DASHES or (index and _gap(chars, index) < 0.35):
            continue
        if index > start:
            yield _token(chars[start:index], Role.WRITTEN, owner)
        yield _token(chars[index : index + 1], Role.PRINT, owner)
        start = index + 1
    if start < len(chars):
        yield _token(chars[start:], Role.WRITTEN, owner)


def _gap(chars: Sequence[LineChar], index: int) -> float:
    """White before the character at `index`, by its height."""
    if not 0 < index < len(chars):
        return 0.0
    before, after = chars[index - 1].area, chars[index].area
    return (after.x0 - before.x1) / max(after.height, 0.1)


def _role(text: str) -> Role:
    printed = (_ONLY_UNIT, _ERA_WORDS, _SIGNS, _CHOICE, _OPTIONS, _ENGLISH)
    if any(pattern.fullmatch(text) for pattern in printed) or _NOTE.search(text):
        return Role.PRINT
    if text[0] == "・" or text[-1] == "・":
        # A choice that was read in parts.
        return Role.PRINT
    if _SHORT_DATE.fullmatch(text) or _CODE.fullmatch(text):
        return Role.WRITTEN
    return Role.OPEN


def _token(chars: Sequence[LineChar], role: Role, owner: int | None) -> Token:
    text = "".join(char.text for char in chars)
    return Token(text, bounds([char.area for char in chars]), tuple(chars), role, owner)
