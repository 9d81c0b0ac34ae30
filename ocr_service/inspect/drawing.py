"""Boxes with labels on RGB pixels, and pixels as the pictures of a web page."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_service.inspect.looks import Look
from pipelines.geometry import Points
from pipelines.records import Pixels

_LABEL = 13
_TINT = 0.12
_QUALITY = 82


@dataclass(frozen=True, kw_only=True, slots=True)
class BoxDrawn:
    """A box to draw: corners (x0, y0, x1, y1) in pixels of the picture, look and label."""

    corners: tuple[float, float, float, float]
    look: Look
    label: str


def rgb(pixels: Pixels) -> Pixels:
    """Give grey pixels three channels."""
    if pixels.ndim == 3:
        return pixels
    return np.repeat(pixels[..., None], 3, axis=2)


def fit(pixels: Pixels, width: int) -> Pixels:
    """Shrink to at most `width` pixels across."""
    height, across = pixels.shape[:2]
    if across <= width:
        return pixels
    size = (width, max(1, round(height * width / across)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def draw_boxes(pixels: Pixels, boxes: Sequence[BoxDrawn]) -> Pixels:
    """Draw boxes in the colours of their looks, tinted, with their labels at the top left."""
    shown = pixels.copy()
    for box in boxes:
        x0, y0, x1, y1 = _within(box.corners, shown)
        tint = shown[y0:y1, x0:x1]
        tint[:] = ((1 - _TINT) * tint + _TINT * np.array(box.look.colour)).astype(np.uint8)
    image = Image.fromarray(shown)
    draw = ImageDraw.Draw(image)
    for box in boxes:
        draw.rectangle(_within(box.corners, shown), outline=box.look.colour, width=2)
    for box in boxes:
        x0, y0, _, _ = _within(box.corners, shown)
        _label(draw, (x0, y0), box)
    return np.asarray(image, np.uint8)


def draw_outline(pixels: Pixels, corners: Points, colour: tuple[int, int, int]) -> Pixels:
    """Draw a closed outline through N x 2 points."""
    shown = pixels.copy()
    points = np.round(corners).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(shown, [points], True, colour, 3, cv2.LINE_AA)
    return shown


def as_png(pixels: Pixels) -> bytes:
    """PNG of RGB or grey pixels."""
    return _encoded(".png", pixels, [])


def photo_uri(pixels: Pixels) -> str:
    """Give a JPEG as a `data:` address: for pictures of whole pages."""
    options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    return "data:image/jpeg;base64," + _text(_encoded(".jpg", pixels, options))


def crop_uri(pixels: Pixels) -> str:
    """Give a PNG as a `data:` address: for crops, as they are."""
    return "data:image/png;base64," + _text(as_png(pixels))


def _label(draw: ImageDraw.ImageDraw, at: tuple[int, int], box: BoxDrawn) -> None:
    font = _font()
    # Above the box where there is room, so that what is written stays readable.
    place = (at[0], max(0, at[1] - _LABEL - 1))
    around = draw.textbbox(place, box.label, font=font)
    draw.rectangle((around[0] - 1, around[1] - 1, around[2] + 1, around[3] + 1), fill="white")
    draw.text(place, box.label, font=font, fill=box.look.colour)


def _within(corners: Iterable[float], pixels: Pixels) -> tuple[int, int, int, int]:
    """Corners on the picture, at least two pixels apart."""
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = (round(value) for value in corners)
    x0, y0 = min(max(0, x0), max(0, width - 3)), min(max(0, y0), max(0, height - 3))
    return x0, y0, min(max(x1, x0 + 2), width - 1), min(max(y1, y0 + 2), height - 1)


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    file = resources.files("pipelines").joinpath("fonts/ipaexg.ttf")
    with resources.as_file(file) as path:
        return ImageFont.truetype(str(path), _LABEL)


def _encoded(kind: str, pixels: Pixels, options: list[int]) -> bytes:
    # An empty crop still needs a picture.
    whole = pixels if pixels.size else np.full((1, 1), 255, np.uint8)
    stored = whole[..., ::-1] if whole.ndim == 3 else whole
    done, data = cv2.imencode(kind, np.ascontiguousarray(stored), options)
    if not done:
        raise RuntimeError(f"{kind} encoder failed")
    return bytes(data.tobytes())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
