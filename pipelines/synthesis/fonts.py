"""Glyphs from the bundled fonts: handwriting (kiloji, Yusei Magic, setofont) and print (IPAex)."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_FOLDER = Path(__file__).parent.parent / "fonts"
_SUPER = 4
FONT_FILES = {
    "kiloji": "kiloji.ttf",
    "yusei": "YuseiMagic-Regular.ttf",
    "seto": "setofont.ttf",
    "mincho": "ipaexm.ttf",
    "gothic": "ipaexg.ttf",
}
"""Name of a font in the synthesiser to its file."""


@lru_cache(maxsize=64)
def load_font(name: str, pixels: int) -> ImageFont.FreeTypeFont:
    """Open a bundled font at an em of `pixels`."""
    return ImageFont.truetype(
        str(_FOLDER / FONT_FILES[name]), pixels, layout_engine=ImageFont.Layout.BASIC
    )


@lru_cache(maxsize=16384)
def has_glyph(name: str, char: str) -> bool:
    """Whether the font draws `char` as something else than its box for missing characters."""
    if char.isspace():
        return True
    drawn = _coverage(name, char, 32)
    return bool(drawn.any()) and not np.array_equal(drawn, _missing(name))


@lru_cache(maxsize=4096)
def font_glyph(name: str, char: str, pixels: int) -> tuple[NDArray[np.uint8], float]:
    """Coverage of `char` in an em box, and its advance as a share of the em.

    The array is 2 em high and 2 em wide (uint8, 0..255); the em box starts at (em/2, em/2).
    """
    return _coverage(name, char, pixels), load_font(name, 1000).getlength(char) / 1000


def _coverage(name: str, char: str, pixels: int) -> NDArray[np.uint8]:
    # Drawn large and averaged down: hinting at the final size drops thin level strokes of Mincho.
    large = pixels * _SUPER
    image = Image.new("L", (2 * large, 2 * large))
    # 0.88 em is where the baseline of an em box of Japanese type lies.
    place = (large / 2, large / 2 + 0.88 * large)
    ImageDraw.Draw(image).text(place, char, fill=255, font=load_font(name, large), anchor="ls")
    return np.asarray(image.reduce(_SUPER)).copy()


@lru_cache(maxsize=8)
def _missing(name: str) -> NDArray[np.uint8]:
    # A private-use character stands for "not in this font".
    return _coverage(name, "\U000f1234", 32)
