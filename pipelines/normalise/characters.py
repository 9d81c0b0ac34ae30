"""Folding of characters that are the same thing in different code points."""

import re
import unicodedata

from kanjize import kanji2number

# Every stroke that people and keyboards put where a hyphen belongs.
DASHES = "-‐‑‒–—―−－─━"
"""Dashes proper; the long vowel mark and 一 are dashes only between digits."""
_DASH_CLASS = re.compile(f"[{DASHES}]")
_DASH_LIKE = re.compile(rf"(?<=[0-9])[{DASHES}ー一_~〜](?=[0-9])")

# Letters and signs that a hand or a recogniser gives for a digit.
_DIGIT_LOOKS = str.maketrans(
    {
        "O": "0", "o": "0", "〇": "0", "○": "0", "D": "0", "Q": "0", "口": "0", "ロ": "0",
        "l": "1", "I": "1", "|": "1", "i": "1", "!": "1", "ｌ": "1", "丨": "1", "]": "1", "[": "1",
        "Z": "2", "z": "2", "乙": "2", "S": "5", "s": "5", "b": "6", "G": "6", "B": "8",
        "g": "9", "q": "9", "ヲ": "7", "フ": "7", "ワ": "7", "了": "3", "ろ": "3", "ゟ": "5",
    }
)  # fmt: skip
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十百千万億壱弐参拾零]+")
_KANJI_DIGITS = str.maketrans("〇零一二三四五六七八九壱弐参", "00123456789123")
_OLD_FORMS = str.maketrans("壱弐参拾零", "一二三十〇")


def nfkc(text: str) -> str:
    """Unicode normal form KC, with the wave dash that Japanese texts mean."""
    return unicodedata.normalize("NFKC", text).replace("～", "〜")


def fold_dashes(text: str) -> str:
    """Every dash as "-"; ー and 一 only where digits stand on both sides."""
    return _DASH_LIKE.sub("-", _DASH_CLASS.sub("-", text))


def bare(text: str) -> str:
    """Text in NFKC without white space."""
    return "".join(nfkc(text).split())


def digit_looks(text: str) -> str:
    """Letters that look like digits as these digits: only where nothing but digits can stand."""
    return text.translate(_DIGIT_LOOKS)


def kanji_numbers(text: str) -> str:
    """Numbers written in kanji as Arabic ones: 二十三 -> 23, 二〇二五 -> 2025, 十二万 -> 120000."""
    return _KANJI_NUMBER.sub(lambda match: _kanji_number(match.group()), text)


def _kanji_number(text: str) -> str:
    if not any(unit in text for unit in "十百千万億拾"):
        return text.translate(_KANJI_DIGITS)
    try:
        return str(kanji2number(text.translate(_OLD_FORMS)))
    except ValueError:
        return text
