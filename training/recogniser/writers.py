"""Pen writers of the training lines: the writers of the forms' synthesiser with wilder habits."""

import dataclasses
from dataclasses import dataclass
from functools import cache

import numpy as np

from pipelines.synthesis.fonts import has_glyph
from pipelines.synthesis.hand import Hand, Writer, make_writer
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.strokes import Strokes, stroke_variants
from training.recogniser.variation import rearrange

# Hands that a pen writer falls back on before any that is kept out of training.
_FALLBACK = ("kiloji", "yusei")
_FIRST_SEED, _LAST_SEED = 100_000_000, 1_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class WildWriter(Writer):
    """A writer whose characters are built in a way of their own; `loose` is in em."""

    loose: float

    def _strokes(self, char: str) -> Strokes | None:
        # `super()` does not know the class that slots made anew.
        found = Writer._strokes(self, char)
        if found is None or self.loose < 0.003:
            return found
        return tuple(rearrange(found, self.loose, seeded(self.seed, "loose", char)))


def wild_writer(slant: float, aspect: float, wander: float, rng: np.random.Generator) -> WildWriter:
    """Draw a writer with habits wider than those of people who fill in forms.

    `slant`, `aspect` and `wander` are those of the line; see `hand.Habits`.
    """
    hand = Hand.TOMOE if rng.random() < 0.3 else Hand.STROKES
    writer = make_writer(hand, int(rng.integers(_FIRST_SEED, _LAST_SEED)))
    haste = float(rng.beta(1.0, 1.8))
    wild = dataclasses.replace(
        writer.habits,
        slant=slant,
        aspect=aspect,
        pitch=1.0,
        wander=wander,
        wobble=0.005 + 0.032 * haste,
        warp=0.01 + 0.055 * haste,
        joining=float(rng.uniform(0, 0.6)) * haste if rng.random() < 0.7 else 0.0,
        rounding=int(rng.integers(1, 4) + round(8 * haste)),
        pressure=float(rng.uniform(0.1, 0.8)),
        pen_mm=float(rng.choice([0.2, 0.26, 0.34, 0.45, 0.6], p=[0.15, 0.3, 0.3, 0.15, 0.1])),
        kana_scale=float(rng.uniform(0.72, 1.0)),
    )
    loose = 0.0 if rng.random() < 0.2 else float(0.045 * rng.beta(1.3, 2.0))
    return WildWriter(hand=writer.hand, seed=writer.seed, habits=wild, loose=loose)


@cache
def can_write(char: str) -> bool:
    """Whether a pen writer can draw `char` without a font that is kept out of training."""
    return char == " " or bool(stroke_variants(char)) or any(has_glyph(n, char) for n in _FALLBACK)
