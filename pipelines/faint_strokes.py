"""Strokes so faint that the noise of a page hides every pixel of them, but not all together.

A stroke is a line: the mean over a few pixels along it keeps its darkness and has a fraction of
the noise. The page is halved, which is a pixel about as wide as a pen's stroke, and the mean along
short lines of eight directions is taken everywhere. Where the greatest of them stands out of what
noise gives, the pixels darker than paper are ink.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import resize_by, tone_at
from pipelines.records import Pixels

# Noise (spread in tones) from which single pixels are not trusted.
_NOISY = 3.0
_SMOOTH_PX = 1.0
_DIRECTIONS, _LENGTH = 8, 7
# Spreads by which a line, and a pixel along it, has to be darker than paper.
_LINE_SPREADS, _PIXEL_SPREADS = 4.5, 2.2
_SINGLE_SPREADS, _SINGLE_TONES, _SINGLE_LEAST = 4.5, 8.0, 20.0
_BARE = 8
_FRINGE_PX, _FRINGE = 5, 0.4
# Within so many millimetres (three times as many along a line) usual writing shows more than this
# share of its strokes pixel by pixel.
_LOST_MM, _LOST_SHARE, _LOST_BLOCK = 6.0, 0.5, 8


@dataclass(frozen=True, slots=True)
class PaperNoise:
    """Usual darkness of bare paper, and its robust spread, in tones."""

    middle: float
    spread: float

    @property
    def strong(self) -> bool:
        """Whether faint strokes are lost in it pixel by pixel."""
        return self.spread >= _NOISY


def paper_noise(darkness: Pixels, blank: Pixels) -> PaperNoise | None:
    """Noise of the paper where the `blank` form shows nothing; None where there is no such place.

    Both are H x W, darkness 0..255.
    """
    paper = darkness[::4, ::4][blank[::4, ::4] < _BARE]
    if paper.size < 100:
        return None
    middle = tone_at(paper, 0.5)
    off = cv2.absdiff(paper, np.full_like(paper, round(middle)))
    return PaperNoise(middle, 1.4826 * tone_at(off, 0.5))


def strokes_in_noise(darkness: Pixels, expected: Pixels) -> tuple[Pixels, Pixels]:
    """Find the ink of a noisy page: what was added to the blank, and all that is dark.

    `darkness` and `expected` (what the blank's print explains) are H x W; the masks are 0 or 1.
    """
    smooth = cv2.GaussianBlur(darkness, (0, 0), _SMOOTH_PX)
    noise = paper_noise(np.asarray(smooth, np.uint8), expected) or PaperNoise(0.0, 0.0)
    over = cv2.subtract(smooth, expected)
    single = noise.middle + _SINGLE_SPREADS * noise.spread + _SINGLE_TONES
    along = noise.middle + _PIXEL_SPREADS * noise.spread
    added = _above(over, max(single, _SINGLE_LEAST))
    added |= _above(over, along) & _line_like(darkness, expected)
    # Smoothing spreads dark strokes: what is far lighter than ink beside it is their fringe.
    around = cv2.dilate(smooth, np.ones((_FRINGE_PX, _FRINGE_PX), np.uint8))
    added &= _above(cv2.subtract(smooth, cv2.multiply(around, _FRINGE)), 0)
    return added, _above(smooth, along)


def where_lost(added: Pixels, faint: Pixels, dpi: float) -> Pixels:
    """Where `added`, pixels by themselves, shows little of the strokes of `faint`: 1, else 0.

    Usual writing is read from the pixels that are dark themselves: beside it noise that happens to
    lie in a line looks like one more stroke.
    """
    side = round(_LOST_MM / 25.4 * dpi / _LOST_BLOCK)
    small = [resize_by(m * 255, 1 / _LOST_BLOCK)[0] for m in (added, faint)]
    shown, there = (cv2.blur(m.astype(np.float32), (3 * side, side)) for m in small)
    lost = (shown < _LOST_SHARE * there).astype(np.uint8)
    height, width = added.shape
    return np.asarray(cv2.resize(lost, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def _line_like(darkness: Pixels, expected: Pixels) -> Pixels:
    """Where lines of any direction stand out of the noise."""
    height, width = darkness.shape
    size = (width // 2, height // 2)
    half = cv2.resize(darkness, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    bare = cv2.resize(expected, size, interpolation=cv2.INTER_NEAREST) < _BARE
    if not bare[::3, ::3].any():
        return np.zeros_like(darkness)
    half -= np.float32(np.median(half[::3, ::3][bare[::3, ::3]]))
    half[~bare] = 0.0
    kernels = _kernels()
    best = cv2.filter2D(half, -1, kernels[0])
    for kernel in kernels[1:]:
        best = cv2.max(best, cv2.filter2D(half, -1, kernel))
    usual, upper = np.percentile(best[::3, ::3][bare[::3, ::3]], [50, 84])
    seen = (best > usual + _LINE_SPREADS * (upper - usual)).astype(np.uint8)
    near = cv2.dilate(seen, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.resize(near, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


@lru_cache(maxsize=1)
def _kernels() -> tuple[NDArray[np.float32], ...]:
    """Short lines through the middle of a window, each of the sum 1."""
    made = []
    middle = _LENGTH // 2
    for step in range(_DIRECTIONS):
        angle = np.pi * step / _DIRECTIONS
        # Coordinates are in sixteenths of a pixel.
        across = np.rint(16 * middle * np.array([np.cos(angle), np.sin(angle)])).astype(int)
        start, end = (16 * middle - across).tolist(), (16 * middle + across).tolist()
        kernel = np.zeros((_LENGTH, _LENGTH), np.float32)
        cv2.line(kernel, start, end, 1.0, 1, cv2.LINE_AA, 4)
        made.append(kernel / kernel.sum())
    return tuple(made)


def _above(values: cv2.typing.MatLike, limit: float) -> Pixels:
    return np.asarray(cv2.threshold(values, limit, 1, cv2.THRESH_BINARY)[1], np.uint8)
