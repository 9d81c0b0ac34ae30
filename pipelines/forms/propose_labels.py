"""What a place on a blank is called, and what will be written there."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources

import yaml

from pipelines.forms.blank_cells import Cell, Run
from pipelines.forms.blank_page import Area
from pipelines.forms.model import FieldKind

_LONGEST = 40
_SEAM = 2.0
"""Cells of one table stand no farther apart than this many mm."""
_LONGEST_HEAD = 120
"""Heads of columns in two languages are longer than other labels."""
_NO_LABEL = re.compile(r"^[0-9０-９()（）.,、・\-ー〒~〜円人年月日時分%第号印届]*$|^[ア-ン]$")
_OFFERED = re.compile("年.*月|・|[(].*[)]|[□☐]")
"""Words of a cell that is written in, not read."""
_LEADING = re.compile(
    r"^[\s0-9０-９①-⑳.．、]*([(（][0-9０-９①-⑳]*[)）])?[\s0-9０-９①-⑳.．、)）]*(?=.)"
)
_SIGNS: tuple[tuple[str, FieldKind], ...] = (
    ("(フリガナ|ふりがな).{0,3}氏名", FieldKind.KANJI_NAME),
    ("フリガナ|ふりがな|カナ", FieldKind.KANA_NAME),
    ("個人番号|マイナンバー", FieldKind.MY_NUMBER),
    ("法人番号", FieldKind.CORPORATE_NUMBER),
    ("〒|郵便番号", FieldKind.POSTAL_CODE),
    ("年月日|期日|期限|Date of", FieldKind.DATE),
    ("電話|TEL|Telephone|phone No|携帯|FAX", FieldKind.PHONE),
    (
        "氏名|名義人|お名前|世帯主|代表者|担当者|筆頭者|署名$|(児童|本人|保護者|申請者|子ども|父|母)名$|^[氏姓名]$",
        FieldKind.KANJI_NAME,
    ),
    ("住所|所在地|居住地|住居地|本籍|Address", FieldKind.ADDRESS),
    ("金額|税額|収入|所得|円$|報酬|月額|年額|日額|料$", FieldKind.AMOUNT),
    ("旅券番号|カード番号|車両番号|書類の番号|Passport", FieldKind.ALPHANUMERIC),
    ("番号|コード|Number|等級", FieldKind.DIGITS),
)


def guess_kind(label: str, suffix: str = "") -> FieldKind:
    """Guess what is written under a label; `suffix` is what stands behind the place, as 円."""
    if suffix.startswith("円"):
        return FieldKind.AMOUNT
    whole = re.sub(r"\s", "", label)
    # 氏名(上段:フリガナ) is a place for a name: what stands in brackets decides last.
    outside = re.sub(r"[(（][^)）]*[)）]?", "", whole)
    for words in (outside, re.sub(r"[()（）]", "", whole)):
        exact = _known().get(words)
        if exact is not None:
            return exact
        for pattern, kind in _SIGNS:
            if re.search(pattern, words):
                return kind
    return FieldKind.TEXT


def clean_label(text: str) -> str:
    """Label without its number and decoration, cut to 40 characters."""
    bare = re.sub(
        r"^[\s0-9０-９①-⑳.．、]*([(（][0-9０-９①-⑳]*[)）])?[\s0-9０-９①-⑳.．、)）]*",
        "",
        text.strip(),
    )
    # (氏) is 氏; the brackets of 名称(商号) stay.
    bare = re.sub(r"^[(（]([^()（）]*)[)）]?$", r"\1", bare)
    return re.sub(r"\s+", "", bare or text.strip())[:_LONGEST]


def is_label(text: str) -> bool:
    """Whether words can name a place: more than a number, a unit or a sign."""
    return bool(text) and not _NO_LABEL.match(text)


def known_label(text: str) -> bool:
    """Whether offices use these words, and nothing else, before a place to write."""
    return re.sub(r"[\s:：]", "", text) in _known()


def label_in_cell(runs: Sequence[Run], place: Area) -> str:
    """Words of the same cell left of `place`, else above it; empty when there are none."""
    left = [
        run
        for run in runs
        if run.area.x1 <= place.x0 + 1
        and place.x0 - run.area.x1 < 60
        and min(run.area.y1, place.y1) - max(run.area.y0, place.y0) > 0.3 * run.area.height
    ]
    found = _nearest(left, key=lambda run: place.x0 - run.area.x1)
    if found:
        return found
    above = [
        run
        for run in runs
        if run.area.y1 <= place.y0 + 1
        and place.y0 - run.area.y1 < 12
        and min(run.area.x1, place.x1) > max(run.area.x0, place.x0)
    ]
    return _nearest(above, key=lambda run: place.y0 - run.area.y1)


def label_of_cell(area: Area, cells: Sequence[Cell]) -> str:
    """Words of the cell left of `area`, else of the nearest one above it."""
    left, above = left_label(area, cells), _label_above(area, cells)
    # In the rows of a table the cell to the left holds another value, the head says what it is.
    return left or above


def left_label(area: Area, cells: Sequence[Cell]) -> str:
    """Words of the cell that touches `area` on the left."""
    for cell in cells:
        shared = min(cell.area.y1, area.y1) - max(cell.area.y0, area.y0)
        touches = -1 < area.x0 - cell.area.x1 < 1.5
        if touches and shared > 0.5 * min(cell.area.height, area.height) and _names(cell):
            return cell.text
    return ""


def heads_row(area: Area, cells: Sequence[Cell]) -> bool:
    """Whether a wider cell that names nothing, or holds a date or a choice, touches the right."""
    for cell in cells:
        shared = min(cell.area.y1, area.y1) - max(cell.area.y0, area.y0)
        touches = -1 < cell.area.x0 - area.x1 < 1.5 and shared > 0.5 * area.height
        offers = not is_label(cell.text) or bool(_OFFERED.search(cell.text))
        if touches and offers and cell.area.width > 1.2 * area.width:
            return True
    return False


def heads_column(area: Area, cells: Sequence[Cell]) -> bool:
    """Whether an empty cell of the same width hangs under `area`, and under all of its row.

    A value such as 足立区 in a row of its own may have one, but the label on its left has not.
    """
    row = [
        cell.area
        for cell in cells
        if cell.runs and abs(cell.area.y0 - area.y0) < 1 and abs(cell.area.y1 - area.y1) < 1
    ]
    empty = [cell.area for cell in cells if not cell.runs]
    return len(row) > 1 and all(
        any(
            abs(under.x0 - head.x0) < 1
            and abs(under.x1 - head.x1) < 1
            and -1 < under.y0 - head.y1 < 1.5
            for under in empty
        )
        for head in row
    )


def text_below(head: Cell, cells: Sequence[Cell]) -> str | None:
    """Give the text that several cells of the same width under `head` share; None: they don't."""
    stack = []
    area = head.area
    for cell in sorted(cells, key=lambda cell: cell.area.y0):
        below = -1 < cell.area.y0 - area.y1 < 1.5
        if below and abs(cell.area.x0 - area.x0) < 1 and abs(cell.area.x1 - area.x1) < 1:
            stack.append(cell.text)
            area = cell.area
    return stack[0] if len(stack) > 1 and len(set(stack)) == 1 and stack[0] != head.text else None


def section_of(area: Area, cells: Sequence[Cell]) -> str:
    """Words of the upright heading beside the rows that `area` is part of."""
    middle = (area.y0 + area.y1) / 2
    found = [
        cell
        for cell in cells
        if _upright(cell) and cell.area.x1 < area.x0 + 1 and cell.area.y0 < middle < cell.area.y1
    ]
    return clean_label(max(found, key=lambda cell: cell.area.x1).text) if found else ""


def _label_above(area: Area, cells: Sequence[Cell]) -> str:
    best: Cell | None = None
    for cell in cells:
        shared = min(cell.area.x1, area.x1) - max(cell.area.x0, area.x0)
        if cell.area.y1 > area.y0 + 1 or shared < 0.5 * min(cell.area.width, area.width):
            continue
        column = abs(cell.area.x0 - area.x0) < 1 and abs(cell.area.x1 - area.x1) < 1
        named = _names(cell, _LONGEST_HEAD if column else _LONGEST)
        if named and (best is None or cell.area.y1 > best.area.y1):
            best = cell
    return best.text if best and _of_one_table(best.area, area, cells) else ""


def _of_one_table(head: Area, area: Area, cells: Sequence[Cell]) -> bool:
    """Whether nothing but cells stands between a place and what is above it."""
    top = area.y0
    while top - head.y1 > _SEAM:
        stacked = [
            cell.area.y0
            for cell in cells
            # It touches what was reached, or holds it: a square within a cell.
            if top - cell.area.y1 < _SEAM
            and min(cell.area.x1, area.x1) - max(cell.area.x0, area.x0) > 0
            and cell.area.y0 < top - 1
        ]
        if not stacked:
            return False
        top = min(stacked)
    return True


def _names(cell: Cell, longest: int = _LONGEST) -> bool:
    """Whether the words of a cell name its neighbours: no heading, no choice, no unit."""
    if _upright(cell) or not is_label(cell.text) or len(cell.text) > longest:
        return False
    choice = "・" in cell.text and not cell.shaded and len(cell.text) <= 9
    # 記号・番号 promises a number: a label, whatever joins its words.
    choice = choice and guess_kind(cell.text) is FieldKind.TEXT
    return not choice and not re.search(r"年.{0,3}月.{0,3}日$", re.sub("生年月日", "", cell.text))


def _upright(cell: Cell) -> bool:
    return cell.area.width < 10 and cell.area.height > 2 * cell.area.width and len(cell.text) > 1


def _nearest(runs: Sequence[Run], key: Callable[[Run], float]) -> str:
    named = [run for run in runs if is_label(run.text)]
    # On forms in two languages the Japanese words are the name.
    return min(named, key=lambda run: (run.text.isascii(), key(run))).text if named else ""


@cache
def _known() -> Mapping[str, FieldKind]:
    text = resources.files("pipelines.reference").joinpath("labels.yaml").read_text("utf-8")
    table: dict[str, list[str]] = yaml.safe_load(text)
    return {word: FieldKind(kind) for kind, words in table.items() for word in words}
