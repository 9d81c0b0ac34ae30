"""What tells print from writing on a page without a form: words, place, ink, neighbours.

Each open word gets a row of numbers; a linear model judges them (`keyvalue_writing.py`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipelines.forms.blank_cells import Cell, find_underlines
from pipelines.forms.blank_records import Area
from pipelines.forms.propose_labels import known_label
from pipelines.keyvalue_page import PageLayout
from pipelines.keyvalue_tokens import Role, Token
from pipelines.reference.names import is_name
from pipelines.reference.words import given_names, relations, surnames

Floats = NDArray[np.float64]

FEATURES = (
    "known", "ending", "form_word", "surname", "given_name", "katakana", "figures", "address",
    "hiragana", "length", "long", "brackets", "one_char",
    "shade", "no_cell", "first_cell", "last_cell", "left_words", "left_known", "left_vertical",
    "right_words", "right_blank", "right_written", "right_print", "above_words", "above_known",
    "below_blank", "below_written", "cell_width", "cell_height", "height", "height_of_line",
    "centred", "at_left", "free", "with_print", "with_written", "after_words", "after_known",
    "before_words", "alone", "tone", "stroke", "on_line", "beside_label", "under_label",
    "beside_short", "heads", "plain_start", "relation", "name",
)  # fmt: skip
HANDS = ("hand", "hand_of_line", "hand_unlike")
"""Where strokes were looked at: log odds of handwriting of the word, of all words of its line in
its cell, and how far the word is above what is usual."""
_ENDING = re.compile(
    "(氏名|名|日|番号|先|者|欄|額|種別|区分|理由|事由|方法|続柄|期間|関係|時間|日数|場所|状況|内容|資格"
    "|所在地|住所|電話|署名|有無|別|等|事項|用途|目的|金融機関|職業|所属|年月|コード|口座|カナ|フリガナ"
    "|使用|必要|種類|原因|書類|制度|保険|年金|予定|支店|性|所|歴|業|年|時|数|率|の方|について|面積|車種)$"
)
_FORM_WORD = re.compile(
    "被保険|申請|届出|請求|申告|受給|対象|世帯|児童|保護者|本人|代理|勤務|就労|医療|介護|給付|支給|認定|手当"
    "|証明|登録|変更|喪失|取得|該当|前年|所得|控除|課税|振込|口座|金融|添付|確認|同意|記入|連絡|資格|異動"
)
_ADDRESS = re.compile("[都道府県区市町村].*[0-9]|丁目|[0-9]-[0-9]|番地|号室|^東京都|^足立区")
_KANA = re.compile(r"[ァ-ヴー・]+")


@dataclass(frozen=True, slots=True)
class Around:
    """Index of the cell on each side of a cell, where there is one."""

    left: int | None
    right: int | None
    above: int | None
    below: int | None


def neighbours(cells: Sequence[Area]) -> tuple[Around, ...]:
    """Cells that touch each cell, the one with most in common on each side."""
    if not cells:
        return ()
    x0, y0, x1, y1 = (np.array([getattr(a, n) for a in cells]) for n in ("x0", "y0", "x1", "y1"))
    found = []
    for area in cells:
        level = np.minimum(y1, area.y1) - np.maximum(y0, area.y0)
        level = level / np.minimum(y1 - y0, area.height)
        upright = np.minimum(x1, area.x1) - np.maximum(x0, area.x0)
        upright = upright / np.minimum(x1 - x0, area.width)
        found.append(
            Around(
                _best(level, area.x0 - x1),
                _best(level, x0 - area.x1),
                _best(upright, area.y0 - y1),
                _best(upright, y0 - area.y1),
            )
        )
    return tuple(found)


def _best(shared: Floats, gap: Floats) -> int | None:
    score = np.where((gap > -1.0) & (gap < 1.5) & (shared > 0.5), shared - 0.1 * gap, -1.0)
    index = int(score.argmax())
    return index if score[index] > 0 else None


def open_rows(layout: PageLayout, tokens: Sequence[Token]) -> tuple[list[int], Floats]:
    """Give the indices of the open tokens, and a row for each: `FEATURES`, and `HANDS` if seen."""
    look = _Look(layout, tokens)
    indices = [i for i, token in enumerate(tokens) if token.role is Role.OPEN]
    rows = np.array([look.row(i) for i in indices], float).reshape(len(indices), len(FEATURES))
    if layout.hands:
        rows = np.hstack([rows, _hand_rows(layout, tokens)[indices]])
    return indices, rows


def _hand_rows(layout: PageLayout, tokens: Sequence[Token]) -> Floats:
    """`HANDS` of all tokens; lines that nobody looked at count as the usual ones of the page."""
    own = np.full(len(tokens), np.nan)
    together: dict[tuple[int, int | None], list[int]] = {}
    for i, token in enumerate(tokens):
        line = layout.hands.get(token.line)
        if line is not None:
            own[i] = line.along(token.area)
            together.setdefault((token.line, token.cell), []).append(i)
    usual = float(np.nanmedian(own)) if np.isfinite(own).any() else 0.0
    of_line = np.full(len(tokens), usual)
    for members in together.values():
        widths = [tokens[i].area.width for i in members]
        of_line[members] = np.average(own[members], weights=np.maximum(widths, 0.1))
    own = np.nan_to_num(own, nan=usual)
    return np.column_stack([own / 3, of_line / 3, np.maximum(own - usual, 0) / 3])


def _precedes(a: Area, b: Area) -> bool:
    if min(a.y1, b.y1) - max(a.y0, b.y0) > 0.4 * min(a.height, b.height):
        return a.x0 < b.x0
    return a.y0 < b.y0


@cache
def _names() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(surnames()), frozenset(given_names())


class _Look:
    """Everything about a page that several rows need."""

    def __init__(self, layout: PageLayout, tokens: Sequence[Token]) -> None:
        self._layout = layout
        self._tokens = tokens
        self._around = neighbours(layout.cells)
        self._by_cell: dict[int, list[int]] = {}
        for i, token in enumerate(tokens):
            if token.cell is not None:
                self._by_cell.setdefault(token.cell, []).append(i)
        heights = [token.area.height for token in tokens if token.role is not Role.WRITTEN]
        # Print is lower than writing.
        self._height = float(np.percentile(heights, 35)) if heights else 3.0
        cells = [Cell(area, (), False) for area in layout.cells]
        self._underlines = find_underlines(layout.page, cells)
        self._shades = frozenset(layout.page.shades)
        inks = [_ink(layout, token.area) for token in tokens]
        self._inks = np.array(inks, float).reshape(len(inks), 2)
        self._usual = np.median(self._inks, axis=0) if inks else np.ones(2)

    def row(self, index: int) -> list[float]:
        token = self._tokens[index]
        words = _words(token.text)
        tone, stroke = self._inks[index] / np.maximum(self._usual, 1e-6)
        height = np.log(token.area.height / self._height)
        ink = {"height": height, "tone": tone - 1, "stroke": stroke - 1}
        if token.cell is None:
            place = {"no_cell": 1.0, **self._on_line(index)}
        else:
            place = {**self._in_cell(index, token.cell), **self._beside(token.cell)}
        found = {**words, **ink, **place, "on_line": self._on_rule(token.area)}
        found["name"] = is_name(self._together(token))
        found |= _products(found)
        return [float(found.get(name, 0.0)) for name in FEATURES]

    def _together(self, token: Token) -> str:
        """Words that stand with a token in its line and cell."""
        same = (o for o in self._tokens if o.line == token.line and o.cell == token.cell)
        return "".join(other.text for other in same)

    def _on_rule(self, own: Area) -> bool:
        """Whether a word stands over a rule that is no side of a cell."""
        return any(
            -0.8 < rule.y0 - own.y1 < 2.8 and rule.x0 - 1 < own.x0 and own.x1 < rule.x1 + 1
            for rule in self._underlines
        )

    def _in_cell(self, index: int, cell: int) -> Mapping[str, float]:
        token = self._tokens[index]
        area, own = self._layout.cells[cell], token.area
        others = [self._tokens[i] for i in self._by_cell[cell] if i != index]
        left, right = own.x0 - area.x0, area.x1 - own.x1
        return {
            "shade": area in self._shades,
            "cell_width": min(area.width / 60, 2),
            "cell_height": min(area.height / 15, 2),
            "height_of_line": min(own.height / area.height, 1),
            "centred": abs(left - right) < 0.15 * area.width,
            "at_left": left < 3.5 and right > 2 * left,
            "free": 1 - min(own.width / area.width, 1),
            "alone": all(o.role is Role.OPEN and o.line == token.line for o in others),
            **_company(token, others),
        }

    def _on_line(self, index: int) -> Mapping[str, float]:
        own = self._tokens[index]
        others = [
            token
            for i, token in enumerate(self._tokens)
            if i != index
            and token.cell is None
            and min(own.area.y1, token.area.y1) - max(own.area.y0, token.area.y0)
            > 0.4 * own.area.height
        ]
        return {"alone": not others, **_company(own, others)}

    def _beside(self, cell: int) -> Mapping[str, float]:
        near = self._around[cell]
        left, right, above, below = (
            [self._tokens[i] for i in self._by_cell.get(n, [])] if n is not None else []
            for n in (near.left, near.right, near.above, near.below)
        )
        cells = self._layout.cells
        narrow = near.left is not None and cells[near.left].height > 2 * cells[near.left].width
        return {
            "first_cell": near.left is None or narrow,
            "last_cell": near.right is None,
            "left_words": _open(left) and not narrow,
            "left_known": any(known_label(_join(left)) for _ in left),
            "left_vertical": narrow,
            "right_words": _open(right),
            "right_blank": near.right is not None and not right,
            "right_written": any(t.role is Role.WRITTEN for t in right),
            "right_print": any(t.role is Role.PRINT for t in right),
            "above_words": _open(above),
            "above_known": bool(above) and known_label(_join(above)),
            "below_blank": near.below is not None and not below,
            "below_written": any(t.role is Role.WRITTEN for t in below),
        }


def _products(found: Mapping[str, float]) -> dict[str, float]:
    """Give what counts only together: a lone word beside a label, a label before its place."""

    def holds(*names: str) -> bool:
        return all(found.get(name) for name in names)

    named = holds("known") or holds("ending") or holds("form_word")
    lone = holds("alone") and not holds("shade")
    beside = lone and holds("left_words") and not named
    offers = holds("right_blank") or holds("right_written") or holds("right_print")
    return {
        "beside_label": beside,
        "under_label": lone and holds("above_words") and not named and not holds("left_vertical"),
        "beside_short": beside and found["length"] <= 0.3,
        "heads": offers and named,
        "plain_start": holds("at_left") and not named and not holds("first_cell"),
    }


def _company(token: Token, others: Sequence[Token]) -> Mapping[str, float]:
    before = [o for o in others if _precedes(o.area, token.area)]
    return {
        "with_print": any(o.role is Role.PRINT for o in others),
        "with_written": any(o.role is Role.WRITTEN for o in others),
        "after_words": _open(before),
        "after_known": any(known_label(o.text) for o in before),
        "before_words": any(o.role is Role.OPEN for o in others if o not in before),
    }


def _open(tokens: Sequence[Token]) -> bool:
    return any(token.role is Role.OPEN for token in tokens)


def _join(tokens: Sequence[Token]) -> str:
    return "".join(token.text for token in tokens)


def _words(text: str) -> dict[str, float]:
    surnames_, given = _names()
    count = len(text)
    hiragana = len(re.findall("[ぁ-ん]", text)) / count
    return {
        "known": known_label(text),
        "ending": bool(_ENDING.search(text)),
        "form_word": bool(_FORM_WORD.search(text)),
        "surname": any(text[:n] in surnames_ for n in (1, 2, 3)) and count <= 6,
        "given_name": text in given or (count <= 6 and any(text[n:] in given for n in (1, 2, 3))),
        "katakana": bool(_KANA.fullmatch(text)),
        "figures": len(re.findall("[0-9A-Za-z]", text)) / count,
        "address": bool(_ADDRESS.search(text)),
        "hiragana": hiragana,
        "length": min(count / 10, 2),
        "long": count > 20,
        "brackets": bool(re.search("[()]", text)),
        "one_char": count == 1,
        "relation": text in relations(),
    }


def _ink(layout: PageLayout, area: Area) -> tuple[float, float]:
    """Darkness of the strokes of a word, and their width in mm."""
    k = layout.per_mm
    y0, y1 = max(int(area.y0 * k), 0), int(area.y1 * k) + 1
    x0, x1 = max(int(area.x0 * k), 0), int(area.x1 * k) + 1
    ink = layout.text_ink[y0:y1, x0:x1]
    count = int(ink.sum())
    if count < 4:
        return 1.0, 0.3
    edges = int((ink[:, 1:] != ink[:, :-1]).sum()) + int((ink[1:] != ink[:-1]).sum())
    tone = float(layout.grey[y0:y1, x0:x1][ink > 0].mean())
    return 255.0 - tone, 2.0 * count / max(edges, 1) / k
