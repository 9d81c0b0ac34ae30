"""Handwriting: a writer, drawn from a seed, who can write any character.

The writer's habits (slant, size, pitch, rounding, pen) stay the same over a document; every
character differs a little from the last one of its kind.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.synthesis.fonts import FONT_FILES, font_glyph, has_glyph
from pipelines.synthesis.pen import Blot, Ink, Points, draw_strokes, resample, smooth
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
_BEARING = 0.1
"""Room left and right of a digit or letter, in em."""


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
            return em * (float(np.ptp(points[:, 0])) * _ascii_scale(char)[0] + 2 * _BEARING) * pitch
        return em * self.habits.aspect * self._scale(char) * pitch

    def _scale(self, char: str) -> float:
        kana = "\u3041" <= char <= "\u30fe"
        return self.habits.kana_scale if kana else 1.0

    def _strokes(self, char: str) -> Strokes | None:
        """Pick the shape this writer uses for `char`: always the same one."""
        char = _plain(char)
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
        shaped = [_bend(s, seeded(self.seed, "bend", char), h.warp, rng, h.wobble) for s in found]
        shaped = _join(shaped, h.joining * (0.2 if char.isascii() else 1.0), rng)
        if char.isascii():
            shaped, advance = _as_ascii(char, shaped)
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
                coverage = _stretch(coverage, condense, half)
            blot = _cropped(coverage, -half, -half)
            return Glyph(blot=blot, advance=advance * em * condense)
        h = self.habits
        steady = seeded(self.seed, "bend", char)
        bent = _bend_image(coverage, condense, h, steady, rng)
        step = advance * condense * h.pitch * (1 + rng.normal(0, 0.6 * h.wander))
        return Glyph(blot=_cropped(bent, -half, -half), advance=step * em)


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


def _bend(
    stroke: Points,
    steady: np.random.Generator,
    warp: float,
    rng: np.random.Generator,
    wobble: float,
) -> Points:
    """Bend a stroke by a wave of the writer's own for this character, and by chance."""
    wave = steady.uniform(0.5, 1.3, (2, 2))
    phase = steady.uniform(0, 2 * np.pi, 2)
    points = resample(stroke, 0.05)
    points = points + warp * np.sin(2 * np.pi * (points @ wave.T) + phase)
    shake = rng.normal(0, wobble, 2) + rng.normal(0, wobble, (len(points), 2)) * 0.25
    points = points + shake
    if len(points) > 2:
        # Strokes end early or run on.
        points[-1] += (points[-1] - points[-2]) * rng.normal(0, 0.5)
        points[0] += (points[0] - points[1]) * rng.normal(0, 0.35)
        middle = points.mean(axis=0)
        angle = rng.normal(0, wobble * 2.5)
        spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        points = (points - middle) @ spin.T * (1 + rng.normal(0, wobble * 2)) + middle
    return points


def _join(strokes: list[Points], chance: float, rng: np.random.Generator) -> list[Points]:
    """Let the pen stay on the paper between some strokes that are near each other."""
    joined: list[Points] = []
    for stroke in strokes:
        if joined and rng.random() < chance:
            distance = float(np.hypot(*(stroke[0] - joined[-1][-1])))
            if distance < 0.4:
                joined[-1] = np.concatenate([joined[-1], stroke])
                continue
        joined.append(stroke)
    return joined


def _plain(char: str) -> str:
    """Full-width digits and letters have the shapes of the plain ones."""
    return unicodedata.normalize("NFKC", char) if "\uff01" <= char <= "\uff5e" else char


def _ascii_scale(char: str) -> tuple[float, float]:
    tall = char.isdigit() or char.isupper()
    return (0.82, 0.92) if tall else (0.78, 0.9)


def _as_ascii(char: str, strokes: list[Points]) -> tuple[list[Points], float]:
    """Set digits and letters narrow: by the width of their ink."""
    wide, tall = _ascii_scale(char)
    points = np.concatenate(strokes)
    left, right = float(points[:, 0].min()), float(points[:, 0].max())
    moved = [
        np.stack([(s[:, 0] - left) * wide + _BEARING, (s[:, 1] - 0.52) * tall + 0.5], 1)
        for s in strokes
    ]
    return moved, (right - left) * wide + 2 * _BEARING


def _bend_image(
    coverage: NDArray[np.uint8],
    condense: float,
    habits: Habits,
    steady: np.random.Generator,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    size = coverage.shape[0]
    half = size / 4
    slant = habits.slant + rng.normal(0, 0.5 * habits.wander)
    scale = 1 + rng.normal(0, 0.6 * habits.wander)
    turn = rng.normal(0, 0.5 * habits.wander)
    linear = np.array([[condense * scale, -slant - turn], [turn, scale]])
    # The em box keeps its left edge and its middle height.
    pivot_from = np.array([half, size / 2])
    shift = pivot_from - linear @ pivot_from
    matrix = np.column_stack([linear, shift])
    moved = cv2.warpAffine(coverage, matrix, (size, size), flags=cv2.INTER_LINEAR)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32) / size
    amount = size / 2 * habits.warp * 0.8
    a, b = steady.uniform(0.8, 2.2, 2), steady.uniform(0, 2 * np.pi, 2) + rng.normal(0, 0.4, 2)
    map_x = columns * size + amount * np.sin(2 * np.pi * a[0] * rows + b[0]).astype(np.float32)
    map_y = rows * size + amount * np.sin(2 * np.pi * a[1] * columns + b[1]).astype(np.float32)
    bent = cv2.remap(moved, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(bent, dtype=np.uint8)


def _stretch(coverage: NDArray[np.uint8], condense: float, half: float) -> NDArray[np.uint8]:
    size = coverage.shape[0]
    matrix = np.array([[condense, 0, half * (1 - condense)], [0, 1, 0]])
    stretched = cv2.warpAffine(coverage, matrix, (size, size), flags=cv2.INTER_AREA)
    return np.asarray(stretched, dtype=np.uint8)


def _cropped(coverage: NDArray[np.uint8], x: float, y: float) -> Blot | None:
    rows, columns = np.flatnonzero(coverage.any(axis=1)), np.flatnonzero(coverage.any(axis=0))
    if len(rows) == 0:
        return None
    part = coverage[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Blot(coverage=part, x=x + float(columns[0]), y=y + float(rows[0]))
