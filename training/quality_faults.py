"""Scans with one fault each that a station must be told of, at several strengths."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from pipelines.records import Pixels, QualityReason
from pipelines.synthesis.degrade import Degradation, degrade

_D = Degradation
Spoil = Callable[[Pixels, float, np.random.Generator], Pixels]
"""Takes RGB pixels, their dpi and chance."""


def _scanned(pixels: Pixels, dpi: float, rng: np.random.Generator) -> Pixels:
    return degrade(pixels, (_D.SKEW, _D.NOISE, _D.JPEG), dpi, rng)[0]


def _blurred(mm: float) -> Spoil:
    """Out of focus by a disc of so many mm."""

    def spoil(pixels: Pixels, dpi: float, rng: np.random.Generator) -> Pixels:
        side = max(3, round(mm * dpi / 25.4)) | 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)).astype(np.float32)
        soft = np.asarray(cv2.filter2D(pixels, -1, disc / disc.sum()), np.uint8)
        return _scanned(soft, dpi, rng)

    return spoil


def _toned(scale: float, add: float) -> Spoil:
    def spoil(pixels: Pixels, dpi: float, rng: np.random.Generator) -> Pixels:
        scanned = _scanned(pixels, dpi, rng)
        toned: Pixels = np.clip(scanned * scale + add, 0, 255).astype(np.uint8)
        return toned

    return spoil


def _pale(contrast: float) -> Spoil:
    """Let writing and print differ from the paper by this share of what they should."""

    def spoil(pixels: Pixels, dpi: float, rng: np.random.Generator) -> Pixels:
        paper = float(np.percentile(pixels, 90))
        pale = paper - (paper - pixels.astype(np.float32)) * contrast
        return _scanned(np.clip(pale, 0, 255).astype(np.uint8), dpi, rng)

    return spoil


def _coarse(dots: float) -> Spoil:
    def spoil(pixels: Pixels, dpi: float, rng: np.random.Generator) -> Pixels:
        scanned = _scanned(pixels, dpi, rng)
        scale = dots / dpi
        return np.asarray(
            cv2.resize(scanned, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )

    return spoil


def _cut(mm: float) -> Spoil:
    """Fold a corner of the sheet away, on a dark lid, so far along both sides."""

    def spoil(pixels: Pixels, dpi: float, rng: np.random.Generator) -> Pixels:
        around = round(8 * dpi / 25.4)
        lid = int(rng.integers(20, 90))
        sheet = cv2.copyMakeBorder(pixels, *(around,) * 4, cv2.BORDER_CONSTANT, value=(lid,) * 3)
        height, width = sheet.shape[:2]
        reach = 2 * around + mm * dpi / 25.4
        corner = np.array([[0, 0], [reach, 0], [0, reach]])
        if rng.random() < 0.5:
            corner[:, 0] = width - corner[:, 0]
        if rng.random() < 0.5:
            corner[:, 1] = height - corner[:, 1]
        cv2.fillPoly(sheet, [np.round(corner).astype(np.int32)], (lid,) * 3)
        return degrade(sheet, (_D.NOISE, _D.JPEG), dpi, rng)[0]

    return spoil


def _empty(shines: float) -> Spoil:
    """Show the back of the sheet, where the other side shines through by this share."""

    def spoil(pixels: Pixels, dpi: float, rng: np.random.Generator) -> Pixels:
        paper = float(np.percentile(pixels, 90))
        soft = cv2.GaussianBlur(pixels[:, ::-1], (0, 0), 0.18 * dpi / 25.4).astype(np.float32)
        through = np.clip(paper - (paper - soft) * shines, 0, 255).astype(np.uint8)
        return _scanned(np.ascontiguousarray(through), dpi, rng)

    return spoil


_R = QualityReason
FAULTS: Mapping[str, tuple[Spoil, frozenset[QualityReason]]] = {
    "blurred by 0.3 mm": (_blurred(0.3), frozenset()),
    "blurred by 0.6 mm": (_blurred(0.6), frozenset()),
    "blurred by 0.8 mm": (_blurred(0.8), frozenset()),
    "blurred by 1.0 mm": (_blurred(1.0), frozenset({_R.BLURRED})),
    "half as bright": (_toned(0.5, 0), frozenset({_R.DARK, _R.LOW_CONTRAST})),
    "a quarter as bright": (_toned(0.25, 0), frozenset({_R.DARK})),
    "washed out": (_toned(1.0, 130), frozenset({_R.OVEREXPOSED, _R.LOW_CONTRAST})),
    "contrast of 40%": (_pale(0.4), frozenset({_R.LOW_CONTRAST})),
    "contrast of 30%": (_pale(0.3), frozenset({_R.LOW_CONTRAST})),
    "contrast of 20%": (_pale(0.2), frozenset({_R.LOW_CONTRAST})),
    "contrast of 12%": (_pale(0.12), frozenset({_R.LOW_CONTRAST})),
    "110 dpi": (_coarse(110), frozenset()),
    "85 dpi": (_coarse(85), frozenset({_R.LOW_RESOLUTION})),
    "60 dpi": (_coarse(60), frozenset({_R.LOW_RESOLUTION})),
    "corner of 10 mm away": (_cut(10), frozenset()),
    "corner of 25 mm away": (_cut(25), frozenset({_R.CUT_CORNER})),
    "corner of 50 mm away": (_cut(50), frozenset({_R.CUT_CORNER})),
    "empty": (_empty(0.0), frozenset({_R.BLANK})),
    "back, 6% shines through": (_empty(0.06), frozenset({_R.BLANK, _R.WRONG_SIDE})),
    "back, 14% shines through": (_empty(0.14), frozenset({_R.WRONG_SIDE})),
}
"""How a scan is spoilt, and which reasons are right (none: it is read as well as others)."""
