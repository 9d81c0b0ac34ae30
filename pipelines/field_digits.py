"""Second opinion on single digits: what stands apart is also read by the reader of digits.

The recogniser reads lines and has seen more print than pens; the reader of digits sees one cell at
a time and has seen those of many people. A digit is as probable as both hold it together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS, DigitReader
from models.lattice import Segment, best_texts, line_probability
from models.readings import ReadCharacter, Reading
from pipelines.field_crops import Crop
from pipelines.records import Pixels

_CLASS = {digit: number for number, digit in enumerate(DIGITS)}
_OTHER = len(DIGITS)
# What one of the two does not think of at all is still possible.
_FLOOR = 1e-3
_KEPT, _NEGLIGIBLE = 8, 1e-4
_ALTERNATIVES = 8


# From here on the reader of digits says that a cell holds one digit and not two.
_ONE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Characters that were read in one place, and its cell (None: no place of a digit)."""

    characters: tuple[ReadCharacter, ...]
    cell: Pixels | None


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A line to ask about: its number and its parts."""

    number: int
    parts: tuple[_Part, ...]


def with_digits(
    crops: Sequence[Crop],
    repertoires: Sequence[frozenset[str] | None],
    readings: Sequence[Reading],
    digits: DigitReader,
) -> list[Reading]:
    """Return readings in which digits that stand apart are what both readers together say.

    Only where digits may stand and it is known where each character is. That a cell holds no digit
    lowers the `share` of the reading.
    """
    lines = list(_lines(crops, repertoires, readings))
    cells = [part.cell for line in lines for part in line.parts if part.cell is not None]
    if not cells:
        return list(readings)
    seen = iter(digits.read(cells))
    found = list(readings)
    for line in lines:
        chances = [None if part.cell is None else next(seen) for part in line.parts]
        found[line.number] = _joined(readings[line.number], line.parts, chances)
    return found


def _lines(
    crops: Sequence[Crop],
    repertoires: Sequence[frozenset[str] | None],
    readings: Sequence[Reading],
) -> Iterator[_Line]:
    allowed = frozenset(DIGITS)
    for number, (crop, repertoire, reading) in enumerate(
        zip(crops, repertoires, readings, strict=True)
    ):
        if not crop.spans or repertoire is None or not allowed <= repertoire:
            continue
        parts = _parts(crop, reading.characters)
        lost = any(p.cell is None and p.characters[0].text in allowed for p in parts)
        # Without cells two digits may touch: a place of several is no mistake of the recogniser.
        several = any(len(p.characters) > 1 for p in parts) and not crop.cells
        # Where it is not known of every digit where it stands, the line is left as it was read.
        if any(p.cell is not None for p in parts) and not lost and not several:
            yield _Line(number, parts)


def _parts(crop: Crop, characters: Sequence[ReadCharacter]) -> tuple[_Part, ...]:
    parts: list[_Part] = []
    for place, members in groupby(characters, lambda c: _place(crop, c)):
        if place is None:
            parts += [_Part((character,), None) for character in members]
        else:
            parts.append(_Part(tuple(members), _cell(crop, place)))
    return tuple(parts)


def _place(crop: Crop, character: ReadCharacter) -> int | None:
    """Return the number of the place in which a character spikes."""
    middle = (character.start + character.end) / 2
    return next((i for i, (a, b) in enumerate(crop.spans) if a <= middle <= b), None)


def _cell(crop: Crop, place: int) -> Pixels:
    start, end = crop.spans[place]
    width = crop.pixels.shape[1]
    return crop.pixels[:, max(0, int(start * width)) : min(width, int(np.ceil(end * width)) + 1)]


def _joined(
    reading: Reading, parts: Sequence[_Part], chances: Sequence[NDArray[np.float32] | None]
) -> Reading:
    characters = tuple(
        character
        for part, chance in zip(parts, chances, strict=True)
        for character in _settled(part.characters, chance)
    )
    segments = tuple(
        Segment(c.start, c.end, ((c.text, c.confidence), *c.others)) for c in characters
    )
    text = "".join(c.text for c in characters)
    digit = [1.0 - float(chance[_OTHER]) for chance in chances if chance is not None]
    others = tuple((t, p) for t, p in best_texts(segments, _ALTERNATIVES) if t != text)
    return replace(
        reading,
        text=text,
        confidence=line_probability(segments),
        share=reading.share * float(np.exp(np.mean(np.log(np.maximum(digit, _FLOOR))))),
        characters=characters,
        alternatives=others,
        segments=segments,
    )


def _settled(
    characters: tuple[ReadCharacter, ...], chance: NDArray[np.float32] | None
) -> tuple[ReadCharacter, ...]:
    """Characters of one part as both readers hold them; one digit read as two is one again."""
    if chance is None:
        return characters
    if len(characters) == 1:
        return (_both(characters[0], chance),)
    if float(chance[:_OTHER].max()) < _ONE or any(c.text not in _CLASS for c in characters):
        return characters
    shares: dict[str, float] = {}
    for character in characters:
        for text, value in ((character.text, character.confidence), *character.others):
            shares[text] = shares.get(text, 0.0) + value / len(characters)
    (text, value), *others = sorted(shares.items(), key=lambda item: -item[1])
    first, last = characters[0], characters[-1]
    return (_both(ReadCharacter(text, value, first.start, last.end, tuple(others)), chance),)


def _both(character: ReadCharacter, chance: NDArray[np.float32]) -> ReadCharacter:
    """Product of what both hold of each character, as shares of their sum."""
    read = {character.text: character.confidence, **dict(character.others)}
    options = {**dict.fromkeys(DIGITS, 0.0), **read}
    scores = {
        text: max(value, _FLOOR) * max(float(chance[_CLASS.get(text, _OTHER)]), _FLOOR)
        for text, value in options.items()
    }
    total = sum(scores.values())
    ordered = sorted(((t, s / total) for t, s in scores.items()), key=lambda item: -item[1])
    (text, confidence), *others = ordered[: _KEPT + 1]
    kept = tuple((t, p) for t, p in others if p > _NEGLIGIBLE)
    return replace(character, text=text, confidence=confidence, others=kept)
