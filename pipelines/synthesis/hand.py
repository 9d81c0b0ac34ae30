"""Handwriting: a writer, drawn from a seed, who can write any character.

The writer's habits (slant, size, pitch, rounding, pen) stay the same over a document; every
character differs a little from the last one of its kind.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pipelines.synthesis.fonts import FONT_FILES, font_glyph, has_glyph
from pipelines.synthesis.hand_shapes import (
    BEARING,
    as_ascii,
    ascii_scale,
    bend,
    bend_image,
    cropped,
    join,
    plain,
    stretch,
)
from pipelines.synthesis.pen import Blot, Ink, draw_strokes, resample, smooth
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.strokes import Strokes, StrokeSource, load_strokes, stroke_variants


class Hand(StrEnum):
    """Who or what wrote: pen strokes, handwriting fonts, print. `mixed` is drawn by the seed."""

    STROKES = "strokes"
    TOMOE = "tomoe"
    KILOJI = "kiloji"
    YUSEI = "yusei"
    SETO = "seto"
    TYPED_MINCHO = "typed-mincho"
    TYPED_GOTHIC = "typed-gothic"
    MIXED = "mixed"


_MIX = {
    Hand.STROKES: 0.5,
    Hand.TOMOE: 0.08,
    Hand.KILOJI: 0.12,
    Hand.YUSEI: 0.1,
    Hand.SETO: 0.1,
    Hand.TYPED_MINCHO: 0.05,
    Hand.TYPED_GOTHIC: 0.05,
}
_FONTS = {
    Hand.KILOJI: "kiloji",
    Hand.YUSEI: "yusei",
    Hand.SETO: "seto",
    Hand.TYPED_MINCHO: "mincho",
    Hand.TYPED_GOTHIC: "gothic",
}
_FALLBACK_FONTS = ("kiloji", "yusei", "seto", "gothic", "mincho")


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """What stays the same in one person's writing. Lengths are shares of the em unless named."""

    fill: float
    """Height of a character as a share of the height of its box."""
    slant: float
    aspect: float
    pitch: float
    drift: float
    wander: float
    wobble: float
    warp: float
    joining: float
    rounding: int
    pressure: float
    pen_mm: float
    kana_scale: float
    gap: float
    """Space between surname and given name."""
    ink: Ink


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Glyph:
    """One character: its ink relative to the top left corner of its em box, and its advance."""

    blot: Blot | None
    advance: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Writer:
    """Someone who fills in a form: `hand`, `seed` and the habits drawn from it."""

    hand: Hand
    seed: int
    habits: Habits

    @property
    def typed(self) -> bool:
        """Whether the form is filled in by a printer."""
        return self.hand in (Hand.TYPED_MINCHO, Hand.TYPED_GOTHIC)

    def draw(
        self, char: str, em: float, dpi: float, rng: np.random.Generator, *, condense: float = 1.0
    ) -> Glyph:
        """Write `char` with an em of `em` pixels at `dpi`; `condense` < 1 makes it narrower."""
        if char.isspace():
            wide = 0.9 if char == "\u3000" else self.habits.gap
            return Glyph(blot=None, advance=em * wide * condense)
        found = None if self.hand in _FONTS else self._strokes(char)
        if found is None:
            return self._from_font(char, em, rng, condense)
        return self._from_strokes(char, found, em, dpi, rng, condense)

    def advance(self, char: str, em: float) -> float:
        """How far `char` moves the pen on average, in pixels, without drawing it."""
        if char.isspace():
            return em * (0.9 if char == "\u3000" else self.habits.gap)
        found = None if self.hand in _FONTS else self._strokes(char)
        pitch = 1.0 if self.typed else self.habits.pitch
        if found is None:
            return em * pitch * font_glyph(self._font(char), char, 32)[1]
        points = np.concatenate(found)
        if char.isascii():
            return em * (float(np.ptp(points[:, 0])) * ascii_scale(char)[0] + 2 * BEARING) * pitch
        return em * self.habits.aspect * self._scale(char) * pitch

    def _scale(self, char: str) -> float:
        kana = "\u3041" <= char <= "\u30fe"
        return self.habits.kana_scale if kana else 1.0

    def _strokes(self, char: str) -> Strokes | None:
        """Pick the shape this writer uses for `char`: always the same one."""
        char = plain(char)
        known = stroke_variants(char)
        if not known:
            return None
        pick = seeded(self.seed, "shape", char)
        own = known.count(StrokeSource.OWN)
        if own:
            return load_strokes(char, StrokeSource.OWN, int(pick.integers(own)))
        first = StrokeSource.TOMOE if self.hand is Hand.TOMOE else StrokeSource.KANJIVG
        kana = "\u3041" <= char <= "\u30fe"
        if kana and self.hand is Hand.STROKES and pick.random() < 0.35:
            first = StrokeSource.TOMOE
        source = first if first in known else known[0]
        return load_strokes(char, source, int(pick.integers(2)))

    def _font(self, char: str) -> str:
        own = _FONTS.get(self.hand)
        for name in (*((own,) if own else ()), *_FALLBACK_FONTS):
            if has_glyph(name, char):
                return str(name)
        return next(iter(FONT_FILES))

    def _from_strokes(
        self,
        char: str,
        found: Strokes,
        em: float,
        dpi: float,
        rng: np.random.Generator,
        condense: float,
    ) -> Glyph:
        h = self.habits
        shaped = [bend(s, seeded(self.seed, "bend", char), h.warp, rng, h.wobble) for s in found]
        shaped = join(shaped, h.joining * (0.2 if char.isascii() else 1.0), rng)
        if char.isascii():
            shaped, advance = as_ascii(char, shaped)
        else:
            advance = h.aspect
        scale = self._scale(char) * (1 + rng.normal(0, 0.5 * h.wander))
        stretch = np.array([h.aspect * condense * scale, scale])
        turn = rng.normal(0, 0.6 * h.wander)
        placed = []
        for stroke in shaped:
            points = (stroke - [0, 0.5]) * stretch
            points = points + np.stack([-points[:, 1] * (h.slant + turn), points[:, 0] * turn], 1)
            points = (points + np.array([0.0, 0.5 + 0.06 * (1 - scale)])) * em
            placed.append(smooth(resample(points, max(1.0, em / 28)), h.rounding))
        width = h.pen_mm * dpi / 25.4 * (1 + rng.normal(0, 0.05))
        blot = draw_strokes(placed, max(0.8, width), pressure=h.pressure, rng=rng)
        step = advance * condense * self._scale(char) * h.pitch * (1 + rng.normal(0, h.wander))
        return Glyph(blot=blot, advance=step * em)

    def _from_font(self, char: str, em: float, rng: np.random.Generator, condense: float) -> Glyph:
        pixels = max(8, round(em))
        coverage, advance = font_glyph(self._font(char), char, pixels)
        half = pixels / 2
        if self.typed:
            if condense < 0.99:
                coverage = stretch(coverage, condense, half)
            blot = cropped(coverage, -half, -half)
            return Glyph(blot=blot, advance=advance * em * condense)
        h = self.habits
        steady = seeded(self.seed, "bend", char)
        bent = bend_image(
            coverage, condense, slant=h.slant, wander=h.wander, warp=h.warp, steady=steady, rng=rng
        )
        step = advance * condense * h.pitch * (1 + rng.normal(0, 0.6 * h.wander))
        return Glyph(blot=cropped(bent, -half, -half), advance=step * em)


def make_writer(hand: Hand | str, seed: int) -> Writer:
    """Draw a writer. `mixed` picks a hand by the seed."""
    hand = Hand(hand)
    rng = seeded(seed, "writer")
    if hand is Hand.MIXED:
        names = list(_MIX)
        hand = names[int(rng.choice(len(names), p=np.array(list(_MIX.values()))))]
    return Writer(hand=hand, seed=seed, habits=_draw_habits(rng, hand))


def _draw_habits(rng: np.random.Generator, hand: Hand) -> Habits:
    typed = hand in (Hand.TYPED_MINCHO, Hand.TYPED_GOTHIC)
    print_ink = Ink(colour=(28, 28, 30), opacity=0.96, grain=0.02)
    ink = print_ink if typed else _draw_ink(rng)
    # Most write with care because it is a form; a few are in a hurry.
    haste = float(rng.beta(1.2, 2.6))
    joins = rng.uniform(0, 0.25) if rng.random() < 0.65 else 0.0
    return Habits(
        fill=rng.uniform(0.56, 0.74),
        slant=float(np.clip(rng.normal(0.02, 0.05 + 0.06 * haste), -0.16, 0.26)),
        aspect=rng.uniform(0.84, 1.06),
        pitch=rng.uniform(0.92, 1.1),
        drift=rng.normal(-0.004, 0.006 + 0.008 * haste),
        wander=rng.uniform(0.012, 0.03) + 0.045 * haste,
        wobble=rng.uniform(0.005, 0.009) + 0.018 * haste,
        warp=rng.uniform(0.01, 0.022) + 0.03 * haste,
        joining=joins * (0.4 + 1.8 * haste),
        rounding=int(rng.integers(1, 4) + round(5 * haste)),
        pressure=rng.uniform(0.15, 0.6),
        pen_mm=float(rng.choice([0.22, 0.28, 0.34, 0.42])) * rng.uniform(0.92, 1.08),
        kana_scale=rng.uniform(0.8, 0.95),
        gap=rng.uniform(0.35, 0.8),
        ink=ink,
    )


def _draw_ink(rng: np.random.Generator) -> Ink:
    kind = rng.choice(["black", "blue", "pencil"], p=[0.68, 0.2, 0.12])
    if kind == "black":
        tone = int(rng.integers(15, 55))
        return Ink(colour=(tone, tone, tone + 6), opacity=rng.uniform(0.9, 0.98), grain=0.05)
    if kind == "blue":
        return Ink(
            colour=(
                int(rng.integers(15, 50)),
                int(rng.integers(35, 75)),
                int(rng.integers(120, 175)),
            ),
            opacity=rng.uniform(0.85, 0.96),
            grain=0.1,
        )
    tone = int(rng.integers(45, 75))
    return Ink(colour=(tone, tone, tone + 4), opacity=rng.uniform(0.82, 0.94), grain=0.22)
