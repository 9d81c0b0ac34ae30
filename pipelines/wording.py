"""Lets the wording of Japanese decide what the ink of a line of free text leaves open."""

from dataclasses import replace

from models.lattice import Segment, line_text
from models.readings import ReadCharacter, Reading
from models.wording import Wording

_SHORTEST = 3
"""Fewer characters have no wording."""


def worded(reading: Reading, wording: Wording) -> Reading:
    """Give the reading with the options that ink and wording favour together.

    What was changed has the confidence that the ink gives it, so that it is shown as doubtful.
    """
    if len(reading.text.replace(" ", "")) < _SHORTEST:
        return reading
    likely = wording.likely(reading.segments)
    if likely == reading.segments:
        return reading
    changed = [(a, b) for a, b in zip(reading.segments, likely, strict=True) if a.text != b.text]
    characters = reading.characters
    confidence = reading.confidence
    for old, new in changed:
        characters = _replaced(characters, old, new)
        confidence *= min(1.0, new.probability / max(old.probability, 1e-9))
    return replace(
        reading,
        text=line_text(likely).strip(),
        confidence=confidence,
        characters=characters,
        segments=likely,
    )


def _replaced(
    characters: tuple[ReadCharacter, ...], old: Segment, new: Segment
) -> tuple[ReadCharacter, ...]:
    """Put the characters of `new` where those within the part stood."""
    inside = [old.start <= (c.start + c.end) / 2 <= old.end for c in characters]
    before = [c for c in characters if (c.start + c.end) / 2 < old.start]
    after = [c for c, own in zip(characters, inside, strict=True) if not own and c not in before]
    step = (old.end - old.start) / max(len(new.text), 1)
    own = [
        ReadCharacter(char, new.probability, old.start + i * step, old.start + (i + 1) * step)
        for i, char in enumerate(new.text)
    ]
    return (*before, *own, *after)
