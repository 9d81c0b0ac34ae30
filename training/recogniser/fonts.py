"""The fonts of the training lines: handwriting, brush, print, and Latin hands for figures.

The files are those of `training/assets` (npm packages under the SIL Open Font License or
Apache-2.0, public-domain Debian packages) and of `pipelines/fonts`. `HELD_OUT` is never trained on:
the evaluation writes with these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.recogniser.corpus import TextKind

_ROOT = Path(__file__).parent.parent.parent
_NODE = _ROOT / "training" / "assets" / "node_modules" / "@fontsource"
_DEBIAN = _ROOT / "training" / "assets" / "debian"
_BUNDLED = _ROOT / "pipelines" / "fonts"
_WEIGHTS = (400, 300, 500, 700)
_SCRIPTS = ("japanese", "chinese-traditional", "chinese-simplified", "latin")
EM = 72
"""Glyphs are drawn at this em and scaled down by the composer."""


class Style(StrEnum):
    """How a font looks."""

    HAND = "hand"
    BRUSH = "brush"
    PRINT = "print"
    LATIN_HAND = "latin_hand"


_NAMES: dict[Style, tuple[str, ...]] = {
    Style.HAND: (
        "klee-one", "zen-kurenaido", "hachi-maru-pop", "yuji-mai", "slackside-one", "iansui",
        "lxgw-wenkai-tc", "long-cang", "zhi-mang-xing", "liu-jian-mao-cao", "darumadrop-one",
        "kiloji.ttf", "YuseiMagic-Regular.ttf",
    ),
    Style.BRUSH: (
        "yuji-syuku", "yuji-boku", "ma-shan-zheng", "aoyagi-soseki.ttf", "AoyagiKouzanT.ttf",
        "zen-antique",
    ),
    Style.PRINT: (
        "noto-sans-jp", "noto-serif-jp", "biz-udgothic", "biz-udmincho", "m-plus-1p",
        "sawarabi-gothic", "sawarabi-mincho", "shippori-mincho", "zen-old-mincho", "kosugi-maru",
        "zen-kaku-gothic-new", "kaisei-tokumin", "zen-maru-gothic", "kiwi-maru", "mochiy-pop-one",
        "wdxl-lubrifont-jp-n", "ipaexg.ttf", "ipaexm.ttf", "VL-Gothic-Regular.ttf",
    ),
    Style.LATIN_HAND: (
        "caveat", "patrick-hand", "indie-flower", "shadows-into-light", "handlee",
        "architects-daughter", "reenie-beanie", "coming-soon", "nanum-pen-script", "gaegu",
        "hi-melody", "covered-by-your-grace", "just-another-hand", "schoolbell",
        "annie-use-your-telescope", "gloria-hallelujah", "waiting-for-the-sunrise",
        "over-the-rainbow", "sue-ellen-francisco", "nothing-you-could-do", "cedarville-cursive",
        "la-belle-aurore", "short-stack", "delius", "mali", "itim", "sriracha",
    ),
}  # fmt: skip
HELD_OUT: dict[Style, tuple[str, ...]] = {
    Style.HAND: ("yomogi", "setofont.ttf"),
    Style.LATIN_HAND: ("kalam", "gochi-hand"),
}
_RARELY = frozenset({"long-cang", "zhi-mang-xing", "liu-jian-mao-cao", "ma-shan-zheng"})
"""Chinese hands: their kanji are as quickly written as people do, their kana do not exist."""


@dataclass(frozen=True, slots=True)
class Font:
    """One font; several files when a package splits it by script."""

    name: str
    style: Style
    files: tuple[Path, ...]

    def file_of(self, char: str) -> Path | None:
        """File that draws `char`, or None."""
        return next((f for f in self.files if ord(char) in _characters(f)), None)


def load_fonts(names: dict[Style, tuple[str, ...]] = _NAMES) -> tuple[Font, ...]:
    """Find the fonts that are installed. Raises FileNotFoundError when none is."""
    found = []
    for style, members in names.items():
        for name in members:
            files = _files(name)
            if files:
                found.append(Font(name, style, files))
    if not found:
        raise FileNotFoundError("no training fonts: run `make train-assets`")
    return tuple(found)


def pick_font(
    fonts: Sequence[Font], style: Style, text: str, rng: np.random.Generator
) -> Font | None:
    """Pick a font of `style` that has every character of `text`, or None."""
    fitting = [f for f in fonts if f.style is style]
    order = rng.permutation(len(fitting))
    letters = text.replace(" ", "")
    for index in order[:8]:
        font = fitting[int(index)]
        if all(draws(font, c) for c in letters):
            return font
    return None


def draws(font: Font, char: str) -> bool:
    """Whether the font has ink for `char`; some list characters that they leave empty."""
    file = font.file_of(char)
    return file is not None and glyph(file, char) is not None


def style_for(kind: TextKind, rng: np.random.Generator) -> Style | None:
    """Draw how a line of this kind is written; None is by pen strokes."""
    figures = kind in (TextKind.FIGURES, TextKind.DATE, TextKind.LATIN)
    chance = rng.random()
    if kind is TextKind.RARE:
        return Style.PRINT if chance < 0.35 else Style.HAND if chance < 0.65 else None
    if chance < 0.24:
        return Style.PRINT
    if figures and chance < 0.6:
        return Style.LATIN_HAND
    if chance < 0.29:
        return Style.BRUSH
    return Style.HAND if chance < 0.66 else None


@lru_cache(maxsize=40_000)
def glyph(file: Path, char: str) -> tuple[NDArray[np.uint8], int, int, float] | None:
    """Coverage of a character at an em of `EM`: array, x and y of its corner, its advance.

    The origin is the left end of the line at the middle of the em box. None when it is empty.
    """
    font = _open(file)
    size = 2 * EM
    image = Image.new("L", (2 * size, 2 * size))
    # 0.88 em is the baseline of an em box of Japanese type; drawn at twice the size.
    ImageDraw.Draw(image).text((EM, EM + 0.88 * size), char, fill=255, font=font, anchor="ls")
    drawn = np.asarray(image.reduce(2))
    rows, columns = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    if len(rows) == 0:
        return None
    part = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
    left, top = int(columns[0]) - EM // 2, int(rows[0]) - EM // 2 - EM // 2
    return part, left, top, font.getlength(char) / 2


@lru_cache(maxsize=256)
def _open(file: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(file), 2 * EM, layout_engine=ImageFont.Layout.BASIC)


@cache
def _characters(file: Path) -> frozenset[int]:
    with TTFont(str(file), lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


def _files(name: str) -> tuple[Path, ...]:
    if name.endswith(".ttf"):
        places = (_BUNDLED / name, *_DEBIAN.rglob(name))
        return tuple(p for p in places if p.exists())[:1]
    folder = _NODE / name / "files"
    found = []
    for script in _SCRIPTS:
        ways = (folder / f"{name}-{script}-{w}-normal.woff" for w in _WEIGHTS)
        found += [p for p in ways if p.exists()][:1]
    return tuple(found)
