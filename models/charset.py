"""The characters that Japanese office papers are written with."""

import unicodedata
from functools import cache

# Kanji of the joyo list outside CP932, and forms of names that people insist on.
_BEYOND_CP932 = "剝頰塡𠮟剥頬填叱髙﨑德濵瀨栁𠮷"
# Dakuten and iteration marks are in CP932; the wave dash has two code points in use.
_DASHES = "〜～ー―‐-−–—"


@cache
def japanese_characters() -> frozenset[str]:
    """JIS X 0208, the extensions of CP932 and joyo kanji beyond: what a Japanese text may hold.

    Left out are the double-width copies of ASCII and of the space, the half-width kana (the other
    width stands for both), Greek, Cyrillic and box-drawing characters: each is a look-alike of
    something that is really written. Simplified Chinese forms, which the model knows too, are in
    none of these sets.
    """
    found = {c for c in map(chr, range(0x20, 0xFFFF)) if _in_cp932(c) and _written(c)}
    return frozenset(found | set(_BEYOND_CP932) | set(_DASHES))


@cache
def usual_characters() -> frozenset[str]:
    """Those of them outside the second level of JIS kanji: nearly all that is ever written."""
    return frozenset(c for c in japanese_characters() if _first_level(c))


def _first_level(char: str) -> bool:
    try:
        code = char.encode("cp932")
    except UnicodeEncodeError:
        return False
    # The first level of kanji ends at 腕, 0x9872.
    return len(code) == 1 or code <= b"\x98\x72"


def _in_cp932(char: str) -> bool:
    try:
        return bool(char.encode("cp932"))
    except UnicodeEncodeError:
        return False


def _written(char: str) -> bool:
    code = ord(char)
    if 0xFF00 <= code <= 0xFFEF or (0x2500 <= code <= 0x259F and char not in "■□▲△▼▽○●◎◇◆"):
        return False
    if 0x0370 <= code <= 0x03FF or 0x0400 <= code <= 0x04FF or 0xE000 <= code <= 0xF8FF:
        return False
    if char == "\u3000":
        return False
    return unicodedata.category(char) not in ("Cc", "Cn", "Co", "Cs")
