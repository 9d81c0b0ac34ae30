"""Papers as pixels: drawn with a font, then worn by scanning, so that the service can read them."""

import random
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipelines.records import Pixels
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.fonts import FONT_FILES
from training.categories.documents import PAPER_HEIGHT, PAPER_WIDTH, Paper

_FONTS = Path(__file__).parents[2] / "pipelines" / "fonts"
_ASSETS = Path(__file__).parents[1] / "assets"
DPI = 200
TRAINING_FONTS = ("mincho", "gothic", "kiloji")
"""Fonts of pages whose reading errors are learnt."""
EVALUATION_FONTS = ("VL-Gothic-Regular", "VL-PGothic-Regular", "yusei")
"""Fonts of pages that the classifier is judged on (`make train-assets` brings the first two)."""
_BY_HAND = {"kiloji", "yusei", "seto"}
WEAR: tuple[tuple[Degradation, ...], ...] = (
    (Degradation.CLEAN,),
    (Degradation.SKEW, Degradation.NOISE, Degradation.JPEG),
    (Degradation.FAX,),
    (Degradation.LOWRES, Degradation.JPEG),
    (Degradation.PERSPECTIVE, Degradation.SHADOW, Degradation.JPEG),
)


def render(paper: Paper, fonts: Sequence[str], rng: random.Random) -> Pixels:
    """Draw a paper and scan it: H x W x 3 RGB. What is written by hand gets a font like it."""
    size = (round(PAPER_WIDTH * DPI / 25.4), round(PAPER_HEIGHT * DPI / 25.4))
    image = Image.new("RGB", size, (rng.randint(244, 255),) * 3)
    pen = ImageDraw.Draw(image)
    printed = rng.choice([name for name in fonts if name not in _BY_HAND])
    written = next(name for name in fonts if name in _BY_HAND)
    for line in paper.lines:
        font = _font(written if line.written else printed, max(8, round(line.size * DPI / 25.4)))
        left = line.x * DPI / 25.4
        # Half of the lines of a form are cells of a table.
        pen.text((left, line.y * DPI / 25.4), line.text, fill=(20, 20, 25), font=font)
    _rules(pen, paper, size, rng)
    wear = rng.choice(WEAR)
    pixels, _ = degrade(np.asarray(image), wear, DPI, np.random.default_rng(rng.getrandbits(32)))
    return pixels


def _rules(
    pen: ImageDraw.ImageDraw, paper: Paper, size: tuple[int, int], rng: random.Random
) -> None:
    if rng.random() < 0.4:
        return
    dots = DPI / 25.4
    for line in paper.lines:
        if rng.random() < 0.5:
            under = (line.y + line.size * 1.25) * dots
            pen.line([(12 * dots, under), (size[0] - 12 * dots, under)], fill=(60, 60, 60), width=2)


@lru_cache(maxsize=256)
def _font(name: str, pixels: int) -> ImageFont.FreeTypeFont:
    path = _FONTS / FONT_FILES[name] if name in FONT_FILES else _ASSETS / "debian" / f"{name}.ttf"
    return ImageFont.truetype(str(path), pixels)
