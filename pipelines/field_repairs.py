"""Mends what a recogniser cannot know: look-alikes that only the ink or the neighbours tell apart.

Every rule needs evidence: the place or size of the ink, the script on both sides, or the grammar
of kana. Nothing is looked up in a list of words here.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.recogniser import ReadCharacter
from pipelines.field_crops import Crop
from pipelines.forms.model import FieldKind
from pipelines.reference.variants import MODERN

_INK = 150
_SMALL = dict(zip("アイウエオツヤユヨワ", "ァィゥェォッャュョヮ", strict=True))
_LARGE = {small: large for large, small in _SMALL.items()}
_I_ROW = frozenset("キシチニヒミリギジヂビピ")
_FOREIGN = {"ァ": "フヴ", "ィ": "フヴテデウ", "ゥ": "トド", "ェ": "シジチフヴウツ", "ォ": "フヴウ"}
_DOUBLED = frozenset("カキクケコサシスセソタチツテトパピプペポ")
# A small kana is at most this high beside its full-size neighbours, a full-size one at least that.
_SURELY_SMALL, _SURELY_LARGE = 0.68, 0.86
_TWINS = dict(zip("タカロニハエトチミ", "夕力口二八工卜千三", strict=True))
_KANA_TWINS = {kanji: kana for kana, kanji in _TWINS.items()}
# Another script is taken when it is at least this probable beside the free reading.
_SCRIPT_MARGIN = 0.01
_OLD_FORM_MARGIN = 0.15
_PLAIN_TEXT = frozenset({FieldKind.TEXT, FieldKind.MULTI_LINE})
_LEVEL = "ー一-"
_DOTS = ".,-·●•"


def repair(
    kind: FieldKind, crop: Crop, characters: Sequence[ReadCharacter]
) -> tuple[ReadCharacter, ...]:
    """Characters of a line with look-alikes mended for its kind of field."""
    mended = _inked(crop, characters)
    if kind in (FieldKind.KANA_NAME, FieldKind.KATAKANA):
        return _kana_sizes(crop, mended)
    if kind in (FieldKind.KANJI_NAME, FieldKind.TEXT, FieldKind.ADDRESS, FieldKind.MULTI_LINE):
        mended = _modern(kind, mended)
        mended = _one_script(mended)
        mended = _twins(mended)
        if kind is not FieldKind.KANJI_NAME:
            mended = _dots(crop, mended, between_figures=kind is not FieldKind.ADDRESS)
    return tuple(mended)


def _inked(crop: Crop, characters: Sequence[ReadCharacter]) -> list[ReadCharacter]:
    """Drop long marks and dashes that were read where there is no ink at all."""
    inked = np.asarray((crop.pixels < 200).any(axis=0))
    slack = 0.15 * crop.pixels.shape[0]

    def has_ink(c: ReadCharacter) -> bool:
        wide = crop.pixels.shape[1]
        part = inked[max(0, int(c.start * wide - slack)) : int(c.end * wide + slack) + 1]
        return bool(part.any())

    return [c for c in characters if c.text not in "ー一-・.," or has_ink(c)]


def _kana_sizes(crop: Crop, characters: Sequence[ReadCharacter]) -> tuple[ReadCharacter, ...]:
    heights = _heights(crop, characters)
    usual = float(np.median([h for h in heights if h > 0] or [0.0]))
    mended = list(characters)
    for i, c in enumerate(characters):
        large = _LARGE.get(c.text, c.text)
        small = _SMALL.get(large)
        if small is None or usual <= 0:
            continue
        before = mended[i - 1].text if i else " "
        after = characters[i + 1].text if i + 1 < len(characters) else " "
        share = heights[i] / usual
        allowed = _may_be_small(small, before, _LARGE.get(after, after))
        text = c.text
        if not allowed or (text == small and share >= _SURELY_LARGE):
            text = large
        elif text == large and 0 < share <= _SURELY_SMALL:
            text = small
        mended[i] = replace(c, text=text)
    return tuple(mended)


def _may_be_small(small: str, before: str, after: str) -> bool:
    """Whether Japanese spells a small kana between these two."""
    if small in "ャュョ":
        return before in _I_ROW or (small == "ュ" and before in "デフヴテ")
    if small == "ッ":
        return after in _DOUBLED and before not in " ッン"
    return before in _FOREIGN.get(small, "")


def _heights(crop: Crop, characters: Sequence[ReadCharacter]) -> list[float]:
    """Height of the ink around each character, between the middles to its neighbours."""
    dark = crop.pixels < _INK
    wide = dark.shape[1]
    middles = [(c.start + c.end) / 2 * wide for c in characters]
    found = []
    for i, c in enumerate(characters):
        left = (middles[i - 1] + middles[i]) / 2 if i else 0
        right = (middles[i] + middles[i + 1]) / 2 if i + 1 < len(middles) else wide
        rows = np.flatnonzero(dark[:, int(left) : int(right) + 1].any(axis=1))
        found.append(float(rows[-1] - rows[0] + 1) if len(rows) and c.text != " " else 0.0)
    return found


def _modern(kind: FieldKind, characters: Sequence[ReadCharacter]) -> list[ReadCharacter]:
    """Forms in use for old ones: always in text, in names where the ink allows both."""
    mended = []
    for c in characters:
        modern = MODERN.get(c.text)
        if modern is not None:
            chance = dict(c.others).get(modern, 0.0)
            if kind in _PLAIN_TEXT or chance >= _OLD_FORM_MARGIN * c.confidence:
                c = replace(c, text=modern)
        mended.append(c)
    return mended


def _one_script(characters: Sequence[ReadCharacter]) -> list[ReadCharacter]:
    """Let a figure or letter amid kana give way to the next best kana."""
    mended = list(characters)
    for i in range(1, len(characters) - 1):
        c = characters[i]
        around = {_script(mended[i - 1].text), _script(characters[i + 1].text)}
        if len(around) != 1 or _script(c.text) not in ("digit", "latin", "kanji"):
            continue
        script = around.pop()
        if script not in ("hiragana", "katakana"):
            continue
        floor = _SCRIPT_MARGIN * c.confidence * (10 if _script(c.text) == "kanji" else 1)
        for other, chance in c.others:
            if _script(other) == script and chance >= floor:
                mended[i] = replace(c, text=other, confidence=min(c.confidence, 0.5))
                break
    return mended


def _twins(characters: Sequence[ReadCharacter]) -> list[ReadCharacter]:
    """Tell タ from 夕, ロ from 口, ー from 一 by the script on both sides."""
    mended = list(characters)
    for i, c in enumerate(characters):
        before = _script(mended[i - 1].text) if i else "end"
        after = _script(characters[i + 1].text) if i + 1 < len(characters) else "end"
        if c.text in _LEVEL:
            mended[i] = replace(c, text=_level(c.text, before, after))
        elif c.text in _TWINS and "katakana" not in (before, after) and "kanji" in (before, after):
            mended[i] = replace(c, text=_TWINS[c.text])
        elif c.text in _KANA_TWINS and _amid_katakana(before, after):
            mended[i] = replace(c, text=_KANA_TWINS[c.text])
        elif c.text in "へヘ" and "katakana" in (before, after):
            mended[i] = replace(c, text="ヘ")
    return mended


def _level(text: str, before: str, after: str) -> str:
    if before == "katakana" and after in ("katakana", "end", "other", "digit"):
        return "ー" if text != "-" or after == "katakana" else text
    if text == "ー" and before not in ("katakana", "hiragana"):
        return "-" if before in ("digit", "latin") and after in ("digit", "latin") else "一"
    if text == "一" and before in ("digit", "latin") and after in ("digit", "latin"):
        return "-"
    return text


def _amid_katakana(before: str, after: str) -> bool:
    sides = (before, after)
    return sides.count("katakana") == 2 or sorted(sides) == ["end", "katakana"]


def _dots(
    crop: Crop, characters: Sequence[ReadCharacter], *, between_figures: bool
) -> list[ReadCharacter]:
    """Take a point at half height for ・, whatever it was read as.

    `between_figures`: there, too; in an address it is a short dash.
    """
    dark = crop.pixels < _INK
    rows = np.flatnonzero(dark.any(axis=1))
    if len(rows) == 0:
        return list(characters)
    mended = list(characters)
    for i, c in enumerate(characters):
        sides = characters[max(0, i - 1) : i + 2 : 2] if i else characters[1:2]
        amid = len(sides) == 2 and all(_script(side.text) == "digit" for side in sides)
        if c.text in _DOTS and (between_figures or not amid) and _middle_dot(dark, rows, c):
            mended[i] = replace(c, text="・")
    return mended


def _middle_dot(dark: NDArray[np.bool_], rows: NDArray[np.int64], c: ReadCharacter) -> bool:
    top, tall = int(rows[0]), int(rows[-1] - rows[0] + 1)
    wide = dark.shape[1]
    centre = int((c.start + c.end) / 2 * wide)
    reach = round(0.22 * tall)
    left, right = max(0, centre - reach), centre + reach + 1
    columns = np.flatnonzero(dark[:, left:right].any(axis=0))
    if len(columns) == 0:
        return False
    # Only the run of ink nearest to the spike: its neighbours stand close.
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    run = min(runs, key=lambda r: abs(float(r.mean()) + left - centre))
    inked = np.flatnonzero(dark[:, left + run[0] : left + run[-1] + 1].any(axis=1))
    height, width = len(inked), len(run)
    middle = (float(inked.mean()) - top) / tall
    return height <= 0.26 * tall and width <= 1.5 * height + 1 and 0.3 <= middle <= 0.66


def _script(text: str) -> str:
    if "\u3041" <= text <= "\u3096":
        return "hiragana"
    if "\u30a1" <= text <= "\u30fa":
        return "katakana"
    if text in "ー々〇":
        return "katakana" if text == "ー" else "kanji"
    if "\u4e00" <= text <= "\u9fff":
        return "kanji"
    if text.isdigit():
        return "digit"
    return "latin" if text.isascii() and text.isalpha() else "other"
