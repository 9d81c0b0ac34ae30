"""Options to tick and words to circle on a blank."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipelines.forms.blank_cells import Cell, Run, bounds
from pipelines.forms.blank_page import Area, Char
from pipelines.forms.model import FieldKind
from pipelines.forms.propose_labels import (
    clean_label,
    guess_kind,
    heads_column,
    heads_row,
    label_in_cell,
    label_of_cell,
    left_label,
    section_of,
    text_below,
)
from pipelines.forms.propose_parts import Word, find_choices, find_numbered
from pipelines.forms.propose_records import TALLEST, FieldPlace, MarkPlace, chars_of, touch
from pipelines.forms.propose_spaced import find_spaced

_TICK_SIGNS = "□☐◻▢"
_PARTICLES = "にをのがはへ"
_NAMES = re.compile("(への|[をはにのが]|の方|の別|の区分|の有無|名称?)$")
_UNITS = frozenset(("日", "月", "年", "時間", "分", "級", "度", "号"))
_SAYS_YES = re.compile("(します|する|いる|ある|あり|済み?)$")
_SAYS_NO = ("しません", "しない", "いない", "ない", "なし", "未", "未済")
_CHOICE_WORDS = frozenset(
    (
        *("男", "女", "有", "無", "はい", "いいえ", "する", "しない", "いる", "いない", "普通"),
        *("当座", "同居", "別居", "同", "別", "本人", "代理人", "夫", "妻", "済", "未", "可", "否"),
        *("要", "不要", "同一", "維持", "新規", "変更", "更新", "Yes", "No", "Male", "Female"),
        *("貯蓄", "世帯主", "同一世帯員"),
    )
)


def tick_marks(region: Cell, ticks: Sequence[Area], cells: Sequence[Cell]) -> Iterator[MarkPlace]:
    """Group tick boxes (drawn, or printed as □) with the words on their right."""
    signs = [_square(char.area) for run in region.runs for char in _signs(run)]
    squares = sorted([*ticks, *signs], key=lambda a: (round(a.y0 / 3), a.x0))
    rows: list[list[Area]] = []
    for square in squares:
        if rows and abs(rows[-1][-1].y0 - square.y0) < 2:
            rows[-1].append(square)
        else:
            rows.append([square])
    large = region.area.height > TALLEST
    groups = rows if large else [[a for row in rows for a in row]] if rows else []
    for group in groups:
        options = tuple((_right_words(a, region, squares), a) for a in group)
        before = [run for run in region.runs if run.area.x1 <= group[0].x0 + 1]
        label = label_in_cell(before, group[0]) if large else left_label(region.area, cells)
        label = label or label_of_cell(region.area, cells) or options[0][0]
        yield MarkPlace(clean_label(label), section_of(region.area, cells), True, options)


def _signs(run: Run) -> Iterator[Char]:
    """Find printed boxes to tick; amid a sentence (該当する□に✓を付ける) one is only spoken of."""
    for index, char in enumerate(run.chars):
        if char.text and char.text in _TICK_SIGNS:
            after = run.chars[index + 1].text if index + 1 < len(run.chars) else ""
            if not (index and after and after in _PARTICLES):
                yield char


def _square(sign: Area) -> Area:
    """Give the square of a printed □: the body of its font reaches into the lines around it."""
    over = max(sign.height - sign.width, 0.0) / 2
    return Area(sign.x0, sign.y0 + over, sign.x1, sign.y1 - over)


def _right_words(square: Area, region: Cell, squares: Sequence[Area]) -> str:
    middle = (square.y0 + square.y1) / 2
    ends = [a.x0 for a in squares if a.x0 > square.x1 and abs(a.y0 - square.y0) < 2]
    end = min(ends, default=region.area.x1)
    chars = [
        char
        for char in chars_of(region)
        if char.area.y0 < middle < char.area.y1 and square.x1 - 0.5 <= char.area.x0 < end
    ]
    text = "".join(c.text for c in sorted(chars, key=lambda c: c.area.x0))
    return text.strip(_TICK_SIGNS)[:30]


def choice_marks(
    region: Cell, dated: Sequence[FieldPlace], cells: Sequence[Cell]
) -> Iterator[MarkPlace]:
    """Group words to circle: with ・ between them, or numbered."""
    if region.shaded:
        return
    eras = [area for place in dated for _, area in place.eras]
    beside = left_label(region.area, cells) or label_of_cell(region.area, cells)
    numbered = find_numbered(chars_of(region)) if beside and len(region.text) < 120 else ()
    if numbered and region.area.height < TALLEST:
        options = tuple((label[1:], place) for label, place in circled(numbered))
        yield MarkPlace(clean_label(beside), section_of(region.area, cells), False, options)
    spaced = find_spaced(chars_of(region), _CHOICE_WORDS)
    for words in (*find_choices(chars_of(region)), *spaced):
        if any(touch(word.area, era) for word in words for era in eras):
            continue
        if not _is_choice(words, region, bool(beside) and not _heads_table(region, cells)):
            continue
        if _names_cells(words, region, cells):
            continue
        runs = [run for run in region.runs if not any(touch(run.area, w.area) for w in words)]
        inner = label_in_cell(runs, bounds([word.area for word in words]))
        label = clean_label(inner or beside)
        options = circled(words)
        yield MarkPlace(label, section_of(region.area, cells), False, options)


def _is_choice(words: Sequence[Word], region: Cell, labelled: bool) -> bool:
    texts = [re.sub(r"[()（）]", "", word.text) for word in words]
    if len(texts) == 2 and any(text in _UNITS for text in texts):
        return False
    if all(text in _CHOICE_WORDS for text in texts) or _denies(texts):
        return True
    if _shares_bracket(words) or any(_is_name(word.text) for word in words):
        return False
    gaps = [b.area.x0 - a.area.x1 for a, b in pairwise(words)]
    if labelled and min(gaps) > 2.5 * words[0].area.height and max(map(len, texts)) <= 14:
        # Set far apart, words are there to be circled, however long they are.
        return True
    # In a sentence or in the head of a table ・ joins words and offers no choice.
    short = all(1 <= len(text) <= 6 for text in texts)
    return labelled and short and region.area.height < 25 and len(region.text) < 40


def _denies(texts: Sequence[str]) -> bool:
    """Whether the second of two words says no to the first: 該当・非該当, 希望する・希望しない."""
    if len(texts) != 2:
        return False
    first, second = texts
    stem = _SAYS_YES.sub("", first)
    return second in {no + first for no in "非不未"} or (
        bool(stem) and second in {stem + no for no in _SAYS_NO} and second != first
    )


def _heads_table(region: Cell, cells: Sequence[Cell]) -> bool:
    """Whether a cell is as wide as a table, with nothing on its left that names it."""
    whole = max(c.area.x1 for c in cells) - min(c.area.x0 for c in cells) if cells else 0.0
    return region.area.width > 0.7 * whole and not left_label(region.area, cells)


def _is_name(text: str) -> bool:
    """Whether a word names a place or is part of a sentence: nobody circles 氏名."""
    promise = text not in _CHOICE_WORDS and guess_kind(text) is not FieldKind.TEXT
    return promise or bool(_NAMES.search(text))


def _shares_bracket(words: Sequence[Word]) -> bool:
    """Whether a bracket opens in one word and closes in another; a ring may look like one."""
    texts = [word.text for word in words]
    opened = [text.count("(") > text.count(")") for text in texts]
    closed = [text.count("(") < text.count(")") for text in texts]
    return any(opened) and any(closed)


def _names_cells(words: Sequence[Word], region: Cell, cells: Sequence[Cell]) -> bool:
    """Whether words name the cell beside or the column under them, as 記号・番号 does."""
    below = text_below(region, cells)
    if all(word.text in _CHOICE_WORDS for word in words) or _denies([w.text for w in words]):
        # 同居・別居 over cells that offer 同・別.
        offered = set((below or "").split("・"))
        own = {word.text for word in words}
        return offered != own and len(offered) > 1 and offered <= _CHOICE_WORDS
    if below == "":
        return True
    promise = guess_kind(region.text) is not FieldKind.TEXT
    return heads_column(region.area, cells) or (promise and heads_row(region.area, cells))


def _roomy(area: Area) -> Area:
    """Give a figure the width of its height: a ring is round."""
    over = max(area.height - area.width, 0.0) / 2
    return Area(area.x0 - over, area.y0, area.x1 + over, area.y1)


def circled(words: Sequence[Word]) -> tuple[tuple[str, Area], ...]:
    """Words with the room that a circle takes, half of the gap to a neighbour at most."""
    places = []
    for word in words:
        area = _roomy(word.area)
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
