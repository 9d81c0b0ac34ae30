"""What was added to the blank form: pen, seals, stamps.

The page is made evenly lit, the darkness that the blank would show is taken away with some
leeway in place, and strokes that the print had cut in two are joined again. Masks are 0 or 1.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.faint_strokes import PaperNoise, paper_noise, strokes_in_noise, where_lost
from pipelines.forms.template import Template
from pipelines.geometry import (
    components,
    even_light,
    pieces,
    resize_by,
    tone_at,
    transform_points,
)
from pipelines.records import Pixels, RegisteredPage

_LEEWAY = 2
_MOST_LEEWAY = 4
_FAINTEST = 26.0
_MOST_LIMIT = 80.0
_NOISE_SIGMAS = 4.5
_PRINT = 48
_TRACE = 6
_SPECK_MM2 = 0.05
_RED_LEAD, _FAINT_RED_LEAD = 30, 18
_RED_NEAR = 21
_COLOURED = 60
_BLOCK = 32
_RULE_PIXELS = 4
_RULE_MM = 6.0
_SLIVER = 4
_LEAST_SAMPLES = 150
_FIRST_STEP = 2
_PIXEL_STEP = 0.25
# Bits of `_Blank.zones`.
_PRINTED, _DOWNWARD, _SIDEWAYS = 1, 2, 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Ink:
    """Ink added to a blank, in template pixels (H x W).

    `mask` is where it is, `red` the part of it that is vermilion or red: seals and correction
    marks. `darkness` is how much darker than paper (0..255) every pixel is, print and all. `noisy`:
    the noise is so strong that crumbs of it may pass for strokes where nothing is written.
    """

    mask: NDArray[np.bool_]
    red: NDArray[np.bool_]
    darkness: Pixels
    noisy: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Surplus:
    """How much darker (negative where lighter) each pixel is than the blank's print explains.

    A sum over an area tells of ink on top of print, which a mask has to leave out; a pixel by
    itself tells nothing near the edges of print.
    """

    darkness: Pixels
    print_darkness: Pixels
    paper: float
    gain: float

    def patch(self, top: int, bottom: int, left: int, right: int) -> NDArray[np.float32]:
        """Surplus of a rectangle of the page."""
        there = self.darkness[top:bottom, left:right].astype(np.float32)
        blank = self.print_darkness[top:bottom, left:right].astype(np.float32)
        surplus: NDArray[np.float32] = there - np.float32(self.gain) * blank
        return surplus - np.float32(self.paper)


def subtract_blank(registered: RegisteredPage, template: Template) -> Ink:
    """Find the ink that the blank does not have.

    Print may be misplaced by two pixels, on a scan of low resolution by more.
    """
    darkness: Pixels = cv2.bitwise_not(even_light(registered.grey, registered.dpi))
    blank = _blank(template, *_sharpness(registered))
    noise = paper_noise(darkness, blank.darkest)
    limit = _limit(noise)
    # Tints and dotted rules let a pen show: only what is darker than they explain is ink.
    expected = np.asarray(cv2.LUT(blank.darkest, _tones(darkness, blank.print_half)), np.uint8)
    added, dark = _above(cv2.subtract(darkness, expected), limit), _above(darkness, limit)
    noisy = noise is not None and noise.strong
    if noisy:
        faint = strokes_in_noise(darkness, expected)
        lost = where_lost(added, faint[0], registered.dpi)
        added, dark = added | (faint[0] & lost), dark | (faint[1] & lost)
    red = np.zeros_like(dark)
    if registered.colour is not None:
        coloured, red = _coloured(registered.colour, darkness.shape, registered.dpi / 2)
        # Print is black or grey: what is coloured was added, even on top of print.
        added |= coloured & dark
        red &= _above(darkness, limit / 2)
    joined = _join(added | red, dark, blank)
    mask = _without_specks(joined, blank.zones, registered.dpi)
    return Ink(
        mask=mask.view(np.bool_),
        red=(red & mask).view(np.bool_),
        darkness=darkness,
        noisy=noisy,
    )


def surplus_darkness(registered: RegisteredPage, template: Template, ink: Ink) -> Surplus:
    """Compare the darkness of the page with that of its blank."""
    blank = _blank(template, *_sharpness(registered)).blurred
    paper = tone_at(ink.darkness[::4, ::4], 0.5)
    there, expected = (
        resize_by(m, 1 / _BLOCK)[0].astype(np.float64) for m in (ink.darkness, blank)
    )
    printed = expected > 8
    gain = float(np.median((there[printed] - paper) / expected[printed])) if printed.any() else 1.0
    return Surplus(darkness=ink.darkness, print_darkness=blank, paper=paper, gain=gain)


def shows_colour(registered: RegisteredPage, ink: Ink) -> bool:
    """Whether the scan carries colours at all: grey and fax scans have equal channels."""
    if registered.colour is None:
        return False
    sample = registered.colour[::4, ::4].astype(np.int16)
    chroma = sample.max(axis=2) - sample.min(axis=2)
    return bool(np.percentile(chroma, 99) > 6 or ink.red.any())


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Blank:
    """What a scan of the blank would show.

    `blurred` is the darkness of the print as blurred as the scan, `darkest` the darkest print
    within the leeway of each pixel, `print_half` the darkness of the print as it is, every other
    pixel. `zones` says where print is and where strokes may be joined across it, in either
    direction; `leeway` is in pixels.
    """

    blurred: Pixels
    darkest: Pixels
    print_half: Pixels
    zones: Pixels
    leeway: int


@lru_cache(maxsize=24)
def _blank(template: Template, leeway: int, pixel: float) -> _Blank:
    print_darkness: Pixels = cv2.bitwise_not(even_light(template.grey, template.dpi))
    blurred = cv2.GaussianBlur(print_darkness, (0, 0), 0.3 + 0.5 * pixel)
    size = 2 * leeway + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    darkest = cv2.dilate(cv2.max(blurred, print_darkness), kernel)
    dark = _above(print_darkness, _PRINT)
    length = round(_RULE_MM * template.dpi / 25.4)
    spread = np.ones((2 * leeway + 3, 2 * leeway + 3), np.uint8)
    level, upright = (
        cv2.dilate(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(shape, np.uint8)), spread)
        for shape in ((1, length), (length, 1))
    )
    trace = _above(darkest, _TRACE)
    zones = _PRINTED * _above(darkest, _PRINT)
    zones |= _DOWNWARD * (trace & ((1 - upright) | level))
    zones |= _SIDEWAYS * (trace & ((1 - level) | upright))
    return _Blank(
        blurred=blurred,
        darkest=darkest,
        print_half=np.ascontiguousarray(print_darkness[::2, ::2]),
        zones=zones,
        leeway=leeway,
    )


def _sharpness(registered: RegisteredPage) -> tuple[int, float]:
    """Leeway in pixels, and the size of a pixel of the scan in template pixels (in steps)."""
    height, width = registered.grey.shape
    middle = np.array([[width / 2, height / 2], [width / 2 + 10, height / 2]])
    start, end = transform_points(registered.to_scan, middle)
    pixel = float(np.clip(10 / max(float(np.hypot(*(end - start))), 1e-6), 0.5, 4.0))
    leeway = min(_MOST_LEEWAY, _LEEWAY + round(max(0.0, pixel - 1.0)))
    return leeway, round(pixel / _PIXEL_STEP) * _PIXEL_STEP


def _above(values: Pixels, limit: float) -> Pixels:
    """1 where a value is above the limit."""
    return np.asarray(cv2.threshold(values, limit, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _limit(noise: PaperNoise | None) -> float:
    """Darkness from which paper is not paper any more: above its grain and faint shine-through."""
    if noise is None:
        return _FAINTEST
    limit = noise.middle + _NOISE_SIGMAS * noise.spread + 14
    return float(np.clip(limit, _FAINTEST, _MOST_LIMIT))


def _tones(darkness: Pixels, print_half: Pixels) -> Pixels:
    """How dark this page shows print of each darkness of the template (table of 256).

    A fax shows a grey hairline as black as the title, a faint copy shows the title grey.
    """
    shown = np.ascontiguousarray(cv2.dilate(darkness, np.ones((3, 3), np.uint8))[::2, ::2])
    # Rows are sixteen steps of the template's darkness.
    pairs = cv2.calcHist([print_half, shown], [0, 1], None, [16, 256], [0, 256, 0, 256])
    levels, tones = [0.0], [0.0]
    for step, counts in enumerate(pairs):
        total = float(counts.sum())
        if step >= _FIRST_STEP and total >= _LEAST_SAMPLES:
            levels.append(step * 16 + 8.0)
            tones.append(max(tones[-1], float(np.searchsorted(counts.cumsum(), 0.9 * total))))
    table = np.interp(np.arange(256), levels, tones) if len(levels) > 1 else np.arange(256)
    return np.clip(table, 0, 255).astype(np.uint8)


def _coloured(colour: Pixels, shape: tuple[int, ...], dpi: float) -> tuple[Pixels, Pixels]:
    """Where the page is coloured, and where it is red, at the resolution of the page."""
    even = [even_light(channel, dpi) for channel in cv2.split(colour)]
    highest, lowest = (f(f(even[0], even[1]), even[2]) for f in (cv2.max, cv2.min))
    coloured = _above(cv2.subtract(highest, lowest), _COLOURED)
    lead = cv2.subtract(even[0], cv2.max(even[1], even[2]))
    # A worn or thinly inked seal is clearly red in places and faintly red between them.
    near = cv2.dilate(_above(lead, _RED_LEAD), np.ones((_RED_NEAR, _RED_NEAR), np.uint8))
    red = _above(lead, _FAINT_RED_LEAD) & near
    both = cv2.resize(coloured + 2 * red, shape[::-1], interpolation=cv2.INTER_NEAREST)
    return both & 1, both >> 1


def _join(added: Pixels, dark: Pixels, blank: _Blank) -> Pixels:
    """Give strokes back what lies under a rule: dark print with added ink on both sides of it.

    Joining runs across rules, never along them: two strokes beside each other stay two.
    """
    reach = 2 * blank.leeway + _RULE_PIXELS + 4
    down, side = (
        cv2.morphologyEx(added, cv2.MORPH_CLOSE, np.ones(size, np.uint8))
        for size in ((reach, 1), (1, reach))
    )
    bridged = (_DOWNWARD * down | _SIDEWAYS * side) & blank.zones
    joined: Pixels = added | (_above(bridged, 0) & dark)
    return joined


def _without_specks(ink: Pixels, zones: Pixels, dpi: float) -> Pixels:
    """Drop dust, and the slivers that a thick rule leaves along its edges."""
    _, labels, stats, _ = components(ink)
    area = stats[:, cv2.CC_STAT_AREA]
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    keep = area >= _SPECK_MM2 * (dpi / 25.4) ** 2
    thin = keep & (sides.min(axis=1) <= _SLIVER) & (sides.max(axis=1) > 2 * _SLIVER)
    thin[0] = False
    beside = np.ones((5, 5), np.uint8)
    for number in np.flatnonzero(thin):
        x, y, width, height = stats[number, :4].tolist()
        # Print two pixels away counts: look as far.
        top, left = max(0, y - 2), max(0, x - 2)
        around = slice(top, y + height + 2), slice(left, x + width + 2)
        printed = cv2.dilate(zones[around] & _PRINTED, beside) > 0
        hugging = np.count_nonzero(printed & (labels[around] == number))
        keep[number] = hugging <= 0.8 * area[number]
    keep[0] = False
    return pieces(labels, keep)
