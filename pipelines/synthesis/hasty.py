"""Writers of a made-up office whose habits the shipped recogniser has not seen.

They flick the ends of their strokes, leave the shortest strokes of a kanji out, join the rest and
set characters close. For trying what an office's own lines teach; nothing that ships is trained on
them.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np

from pipelines.synthesis.hand import Hand, Writer, make_writer
from pipelines.synthesis.strokes import Strokes

_FLICK, _LEFT_OUT, _LEAST_STROKES = 0.15, 0.25, 4


@dataclass(frozen=True, kw_only=True, slots=True)
class HastyWriter(Writer):
    """A writer of the made-up office."""

    def _strokes(self, char: str) -> Strokes | None:
        # `super()` does not know the class that slots made anew.
        found = Writer._strokes(self, char)
        if found is None or char.isascii():
            return found
        if len(found) >= _LEAST_STROKES:
            lengths = [float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in found]
            out = set(np.argsort(lengths)[: int(_LEFT_OUT * len(found))].tolist())
            found = tuple(stroke for i, stroke in enumerate(found) if i not in out)
        flick = _FLICK * np.array([-0.6, 0.8])
        return tuple(np.concatenate([stroke, stroke[-1:] + flick]) for stroke in found)


def hasty_writer(seed: int) -> HastyWriter:
    """Draw a writer of the office; what is not a habit of all of them is theirs by the seed."""
    plain = make_writer(Hand.STROKES, seed)
    habits = dataclasses.replace(plain.habits, joining=0.8, rounding=14, pitch=0.85)
    return HastyWriter(hand=plain.hand, seed=seed, habits=habits)
