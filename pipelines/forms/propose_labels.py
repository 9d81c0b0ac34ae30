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
_NO_LABEL = re.compile(r"^[0-9０-９()（）.,、・\-ー〒~〜円人年月日時分%]*$")
_SIGNS: tuple[tuple[str, FieldKind], ...] = (
    ("フリガナ|ふりがな|カナ", FieldKind.KANA_NAME),
    ("個人番号|マイナンバー", FieldKind.MY_NUMBER),
    ("法人番号", FieldKind.CORPORATE_NUMBER),
    ("〒|郵便番号", FieldKind.POSTAL_CODE),
    ("年月日|期日|期限|Date of", FieldKind.DATE),
    ("電話|TEL|Telephone|phone No|携帯|FAX", FieldKind.PHONE),
    ("氏名|名義人|お名前|世帯主|代表者|担当者", FieldKind.KANJI_NAME),
    ("住所|所在地|居住地|住居地|本籍|Address", FieldKind.ADDRESS),
    ("金額|税額|収入|所得|円$|報酬|月額|年額", FieldKind.AMOUNT),
    ("番号|コード|Number", FieldKind.DIGITS),
)


def guess_kind(label: str, suffix: str = "") -> FieldKind:
    """Guess what is written under a label; `suffix` is what stands behind the place, as 円."""
    if suffix.startswith("円"):
        return FieldKind.AMOUNT
    bare = re.sub(r"[\s()（）]", "", label)
    exact = _known().get(bare)
    if exact is not None:
        return exact
    for pattern, kind in _SIGNS:
        if re.search(pattern, bare):
            return kind
    return FieldKind.TEXT


def clean_label(text: str) -> str:
    """Label without its number and decoration, cut to 40 characters."""
    bare = re.sub(r"^[\s0-9０-９①-⑳()（）.．、]+(?=[^\s0-9])", "", text.strip())
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
        if _names(cell) and (best is None or cell.area.y1 > best.area.y1):
            best = cell
    return best.text if best else ""


def _names(cell: Cell) -> bool:
    """Whether the words of a cell name its neighbours: no heading, no choice, no unit."""
    if _upright(cell) or not is_label(cell.text) or len(cell.text) > _LONGEST:
        return False
    choice = "・" in cell.text and not cell.shaded and len(cell.text) <= 9
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
