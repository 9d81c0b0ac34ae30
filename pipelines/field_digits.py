"""Second opinion on single digits: what stands apart is also read by the reader of digits.

The recogniser reads lines and has seen more print than pens; the reader of digits sees one cell at
a time and has seen those of many people. A digit is as probable as both hold it together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A line to ask about: its number, and the cell of each of its characters (None: no digit)."""

    number: int
    cells: tuple[Pixels | None, ...]


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
    cells = [cell for line in lines for cell in line.cells if cell is not None]
    if not cells:
        return list(readings)
    seen = iter(digits.read(cells))
    found = list(readings)
    for line in lines:
        chances = [None if cell is None else next(seen) for cell in line.cells]
        found[line.number] = _joined(readings[line.number], chances)
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
        cells = tuple(_cell(crop, c) for c in reading.characters)
        lost = any(
            cell is None and c.text in allowed
            for cell, c in zip(cells, reading.characters, strict=True)
        )
        # Where it is not known of every digit where it stands, the line is left as it was read.
        if any(c is not None for c in cells) and not lost and _once_each(crop, reading.characters):
            yield _Line(number, cells)


def _once_each(crop: Crop, characters: Iterable[ReadCharacter]) -> bool:
    places = [p for c in characters if (p := _place(crop, c)) is not None]
    return len(set(places)) == len(places)


def _place(crop: Crop, character: ReadCharacter) -> int | None:
    """Return the number of the place in which a character spikes."""
    middle = (character.start + character.end) / 2
    return next((i for i, (a, b) in enumerate(crop.spans) if a <= middle <= b), None)


def _cell(crop: Crop, character: ReadCharacter) -> Pixels | None:
    place = _place(crop, character)
    if place is None:
        return None
    start, end = crop.spans[place]
    width = crop.pixels.shape[1]
    return crop.pixels[:, max(0, int(start * width)) : min(width, int(np.ceil(end * width)) + 1)]


def _joined(reading: Reading, chances: Sequence[NDArray[np.float32] | None]) -> Reading:
    characters = tuple(
        c if chance is None else _both(c, chance)
        for c, chance in zip(reading.characters, chances, strict=True)
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
