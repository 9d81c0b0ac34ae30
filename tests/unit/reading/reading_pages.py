"""Registered pages drawn stroke by stroke, and a recogniser that says what it is told."""

from collections.abc import Sequence

import cv2
import numpy as np

from models.recogniser import ReadCharacter, Reading
from pipelines.field_ink import PageInk, sort_ink
from pipelines.forms.model import Box
from pipelines.ink import Ink
from pipelines.records import FormKey, Pixels, RegisteredPage

DPI = 200.0
MM = DPI / 25.4


def white_page(width_mm: float = 100, height_mm: float = 60) -> Pixels:
    return np.full((round(height_mm * MM), round(width_mm * MM), 3), 255, np.uint8)


def draw(
    pixels: Pixels,
    points_mm: Sequence[tuple[float, float]],
    *,
    width: int = 3,
    colour: tuple[int, int, int] = (20, 20, 25),
) -> None:
    points = np.array([[round(x * MM), round(y * MM)] for x, y in points_mm], np.int32)
    cv2.polylines(pixels, [points], False, colour, width, cv2.LINE_AA)


def draw_box_character(pixels: Pixels, x: float, y: float, size: float = 4.0) -> None:
    """Something like 田 with its top left corner at (x, y) mm."""
    e = size
    draw(pixels, [(x, y), (x + e, y), (x + e, y + e), (x, y + e), (x, y)])
    draw(pixels, [(x + e / 2, y), (x + e / 2, y + e)])
    draw(pixels, [(x, y + e / 2), (x + e, y + e / 2)])


def registered(pixels: Pixels, *, scale: float = 1.0) -> RegisteredPage:
    height, width = pixels.shape[:2]
    return RegisteredPage(
        number=1,
        form=FormKey(id="toy-form", revision="1"),
        form_page=1,
        grey=cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY),
        colour=cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA),
        dpi=DPI,
        to_scan=np.diag([scale, scale, 1.0]),
        scan_width=round(width * scale),
        scan_height=round(height * scale),
        rotation=0,
        score=1.0,
        residual_mm=0.1,
    )


def ink_of(pixels: Pixels) -> Ink:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    red = (pixels[:, :, 0] > 150) & (pixels[:, :, 1] < 120)
    mask = grey < 190
    return Ink(mask=mask, red=red & mask, darkness=255 - grey)


def page_ink(pixels: Pixels) -> PageInk:
    return sort_ink(registered(pixels), ink_of(pixels))


def box(x: float, y: float, width: float, height: float) -> Box:
    return Box(x=x, y=y, width=width, height=height)


def characters(text: str, confidence: float = 0.99) -> tuple[ReadCharacter, ...]:
    step = 1 / max(1, len(text))
    return tuple(
        ReadCharacter(c, confidence, i * step + 0.3 * step, i * step + 0.7 * step)
        for i, c in enumerate(text)
    )


class ToldRecogniser:
    """Answers the crops in order with the given texts; remembers what it was asked."""

    def __init__(self, *texts: str | Reading) -> None:
        self.texts = list(texts)
        self.crops: list[Pixels] = []
        self.repertoires: list[frozenset[str] | None] = []

    def read(
        self,
        crops: Sequence[Pixels],
        repertoires: Sequence[frozenset[str] | None],
        spans: object = None,
    ) -> list[Reading]:
        self.crops += crops
        self.repertoires += repertoires
        given = self.texts[: len(crops)]
        self.texts = self.texts[len(crops) :]
        return [
            t if isinstance(t, Reading) else Reading(t, 0.98, 1.0, characters(t)) for t in given
        ]
