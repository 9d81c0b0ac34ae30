"""Lines that dirt on the glass of a scanner draws through a whole page, in the way of its feed.

The commonest fault of sheet feeders: paper moves past a speck, and a line as thin as the speck runs
from edge to edge of the picture. Through writing it passes for strokes of a pen or for a strike.
Such a line lies exactly along the pixels, however askew the paper is, and reaches both edges, where
no form has print; its pixels are made of those beside it.
"""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import grey_of
from pipelines.records import Page, Pixels
from pipelines.redraw import redrawn

_SAMPLES = 96
"""Lines across the page at which is looked; the first and the last ones lie at its edges."""
_EDGE = 2
_SIDE_MM, _WIDEST_MM = 0.7, 0.9
"""How far from a pixel the paper beside it is looked for, and the widest streak."""
_LEAST_DROP = 14
_PAPER, _ALIKE = 110, 45
"""Tone of paper at least, and what the paper on both sides may differ by."""
_CLEAR, _DRAWN = 0.4, 0.9
"""Share of the samples with paper on both sides, and of those with the streak on them."""
_RIM_MM = 3.0
"""What lies nearer to a side of the picture is the edge of the paper or of the lid."""
_MOST = 12
"""More lines than this are no dirt but a pattern."""
_SOFT_PX = 1
_PEN = 1.6, 25
"""Darker than the streak usually is by this factor and these tones is writing on it."""


def without_streaks(page: Page) -> Page:
    """Page without lines that run through it from edge to edge; the same page if there are none.

    Takes 1.5 to 3 ms at 300 dpi when there are none.
    """
    grey = grey_of(page)
    upright = find_streaks(grey, page.dpi)
    level = find_streaks(grey.T, page.dpi)
    if not upright and not level:
        return page
    return redrawn(page, lambda channel: _mended(channel.copy(), upright, level))


def find_streaks(grey: Pixels, dpi: float) -> tuple[tuple[int, int], ...]:
    """First and last column of every streak that runs down an image (H x W)."""
    height, width = grey.shape
    side = max(2, round(_SIDE_MM * dpi / 25.4))
    if height < _SAMPLES or width < 4 * side:
        return ()
    rows = np.linspace(0, height - 1, _SAMPLES).round().astype(int)
    drop, clear = _drops(np.ascontiguousarray(grey[rows]), side)
    # Paper fed askew leaves the lid in sight at some edges: what counts is where paper begins.
    drawn = (drop > _LEAST_DROP) & clear
    enough = clear.sum(axis=0) >= _CLEAR * _SAMPLES
    through = drawn.sum(axis=0) >= _DRAWN * np.maximum(clear.sum(axis=0), 1)
    found = []
    for column in np.flatnonzero(enough & through).tolist():
        seen = np.flatnonzero(clear[:, column])
        if drawn[seen[:_EDGE], column].all() and drawn[seen[-_EDGE:], column].all():
            found.append(column + side)
    rim, widest = (mm * dpi / 25.4 for mm in (_RIM_MM, _WIDEST_MM))
    streaks = _joined([column for column in found if rim < column < width - rim])
    if len(streaks) > _MOST or any(last - first >= widest for first, last in streaks):
        return ()
    return streaks


def _drops(lines: Pixels, side: int) -> tuple[Pixels, NDArray[np.bool_]]:
    """How much darker each pixel is than what lies `side` left and right, and where that is paper.

    Both are N x (W - 2 side).
    """
    # A streak may lie between two pixels, and paper has a grain.
    here = np.asarray(cv2.GaussianBlur(lines, (3, 1), 0.6), np.uint8)
    left, right = here[:, : -2 * side], here[:, 2 * side :]
    paper = cv2.min(left, right)
    clear = (paper > _PAPER) & (cv2.absdiff(left, right) < _ALIKE)
    return np.asarray(cv2.subtract(paper, here[:, side:-side]), np.uint8), clear


def _joined(columns: list[int]) -> tuple[tuple[int, int], ...]:
    """Join columns that lie beside each other."""
    if not columns:
        return ()
    breaks = [i for i, (a, b) in enumerate(pairwise(columns), start=1) if b - a > 2]
    starts, ends = [0, *breaks], [*breaks, len(columns)]
    return tuple((columns[a], columns[b - 1]) for a, b in zip(starts, ends, strict=True))


def _mended(
    channel: Pixels, upright: tuple[tuple[int, int], ...], level: tuple[tuple[int, int], ...]
) -> Pixels:
    for first, last in upright:
        _fill(channel, first, last)
    for first, last in level:
        _fill(channel.T, first, last)
    return channel


def _fill(channel: Pixels, first: int, last: int) -> None:
    """Draw what stands on both sides of the columns over them, but over writing on top of them."""
    left, right = max(0, first - _SOFT_PX - 1), min(channel.shape[1] - 1, last + _SOFT_PX + 1)
    ends = channel[:, [left, right]].astype(np.float32)
    share = np.linspace(0, 1, right - left + 1, dtype=np.float32)[None, 1:-1]
    between = ends[:, :1] * (1 - share) + ends[:, 1:] * share
    inner = channel[:, left + 1 : right]
    drop = between - inner
    usual = np.median(drop, axis=0)
    factor, tones = _PEN
    on_top = drop > factor * np.maximum(usual, 0) + tones
    inner[:] = np.where(on_top | (drop <= 0), inner, between).astype(np.uint8)
