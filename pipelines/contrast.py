"""Pages whose print and writing are pale are shown as dark as usual, before anything looks at them.

Toner that runs out, a copy of a copy, a lamp that is too dark or too bright: people read such paper
with ease, but tones by which ink is known from paper are those of ordinary scans.
"""

import cv2
import numpy as np

from pipelines.geometry import ink_drop, resize_by
from pipelines.records import Page, Pixels
from pipelines.redraw import redrawn

_LOOK_DPI = 75.0
_PALE, _LEAST, _USUAL = 70.0, 11.0, 110.0
"""How much darker than the paper around that ink is, at the look: less than the first is pale (of
ordinary scans, photographs and faxes it is 84 and more), than the second no ink; and ordinary."""
_PAPER = 245


def with_contrast(page: Page, darkest: float) -> Page:
    """Page whose ink is as dark as usual where it was pale; the same page where it was not.

    `darkest` is how much darker than the paper its darkest ink is (see `assess_quality`). Uneven
    light goes with it, as what is paper is told place by place (6 mm).
    """
    if not _LEAST <= darkest < _PALE:
        return page
    dpi = min(page.dpi, _LOOK_DPI)
    gain = _USUAL / darkest
    return redrawn(page, lambda channel: _darker(channel, dpi / page.dpi, gain, dpi))


def _darker(channel: Pixels, scale: float, gain: float, dpi: float) -> Pixels:
    """Multiply what a channel is darker than its paper by `gain`, on paper of one tone."""
    small, _ = resize_by(channel, scale)
    paper = cv2.add(small, ink_drop(small, dpi))
    height, width = channel.shape
    around = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    darker = cv2.convertScaleAbs(cv2.subtract(around, channel), alpha=gain)
    return np.asarray(cv2.subtract(np.full_like(darker, _PAPER), darker), np.uint8)
