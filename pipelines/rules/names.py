"""Names as they are compared."""

import re
import unicodedata

from pipelines.reference.variants import MODERN


def bare_name(name: str) -> str:
    """Fold a name: NFKC, no blanks, forms of kanji in use (髙 is 高)."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    return "".join(MODERN.get(char, char) for char in folded)


def surname_of(name: str) -> str | None:
    """Fold the surname of a name that is written with a space behind it; None without one."""
    surname, _, given = " ".join(unicodedata.normalize("NFKC", name).split()).partition(" ")
    return bare_name(surname) if given else None
