"""Soft word lists: a listed word is taken only where the ink nearly says it already.

A hard list does harm: whoever is not in it is misread. Here a word must have the same length and
at every place be among the next best characters, and the whole must not be much less probable
than the free reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.recogniser import ReadCharacter

# A listed word may be this much less probable than the free reading.
MARGIN = 0.03
_FLOOR = 1e-4


@dataclass(frozen=True, slots=True)
class Supported:
    """A listed word at characters `start`..`end` (exclusive); `ratio` to the free reading."""

    word: str
    start: int
    end: int
    ratio: float


def supported_word(
    characters: Sequence[ReadCharacter],
    start: int,
    words: frozenset[str],
    lengths: Sequence[int],
    *,
    margin: float = MARGIN,
) -> Supported | None:
    """Best listed word that begins at character `start` and has one of `lengths`.

    None when the free reading is a listed word itself in its longest fitting length, or when no
    listed word comes within `margin` of it.
    """
    best: Supported | None = None
    for length in sorted(lengths, reverse=True):
        part = characters[start : start + length]
        if len(part) < length or length < 1:
            continue
        if "".join(c.text for c in part) in words:
            return None
        for word in _spellings(part, words):
            ratio = _ratio(part, word)
            if ratio >= margin and (best is None or ratio > best.ratio):
                best = Supported(word, start, start + length, ratio)
    return best


def _spellings(part: Sequence[ReadCharacter], words: frozenset[str]) -> list[str]:
    """Find listed words that the next best characters spell, at least one character kept."""
    options = [(c.text, *(o for o, _ in c.others)) for c in part]
    spelled = [""]
    for choice in options:
        spelled = [s + c for s in spelled for c in choice][:4096]
    free = "".join(c.text for c in part)
    kept = [w for w in spelled if w in words]
    if len(part) == 1:
        return kept
    return [w for w in kept if any(a == b for a, b in zip(w, free, strict=True))]


def _ratio(part: Sequence[ReadCharacter], word: str) -> float:
    ratio = 1.0
    for character, wanted in zip(part, word, strict=True):
        if character.text != wanted:
            chance = dict(character.others).get(wanted, _FLOOR)
            ratio *= chance / max(character.confidence, _FLOOR)
    return ratio
