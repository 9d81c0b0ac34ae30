"""The classes of the trained recogniser: which characters it can write down.

JIS X 0208 and 0213 with the extensions of CP932, as far as the original network knows them, and
the forms of names that it lacks. Order: blank, the kept characters in the order of the original,
the added ones, the space.
"""

from collections.abc import Sequence

_ADDED = "﨑濵𠮷髙德瀨栁邊邉齋齊"
_KEPT_ELSE = "〜～―‐−–—¥€£©®°±×÷·•…→←↑↓※〒々〆〇ヶヵゞゝヾヽ"


def kept_characters(original: Sequence[str]) -> list[int]:
    """List the indices of the original classes that are kept; 0 is blank, the last the space."""
    last = len(original) - 1
    kept = [i for i, c in enumerate(original) if i not in (0, last) and _japanese(c)]
    return [0, *kept, last]


def added_characters(original: Sequence[str]) -> list[str]:
    """List the characters that names need and the original lacks."""
    known = set(original)
    return [c for c in dict.fromkeys(_ADDED) if c not in known]


def _japanese(char: str) -> bool:
    if len(char) != 1:
        return False
    if char in _KEPT_ELSE or char in _ADDED:
        return True
    code = ord(char)
    # Greek, Cyrillic and box drawing are look-alikes of something that is really written.
    if 0x0370 <= code <= 0x04FF or 0x2500 <= code <= 0x257F or 0xFF61 <= code <= 0xFF9F:
        return False
    return any(_encodes(char, name) for name in ("ascii", "cp932", "euc_jisx0213"))


def _encodes(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
