"""Large pictures as small ones, at once where the format can, so that memory stays bounded."""

import cv2
import numpy as np
from PIL import Image

_MAX_FACTOR = 8
_COD = b"\xff\x52"
_COD_LEVELS = 9
_PEEK = 4096


def factor_to(size: tuple[int, int], enough_pixels: int | None) -> int:
    """By how much (1, 2, 4 or 8) to divide both sides to have at most about so many pixels."""
    factor = 1
    while (
        enough_pixels
        and factor < _MAX_FACTOR
        and size[0] * size[1] > enough_pixels * factor * factor
    ):
        factor *= 2
    return factor


def load_reduced(image: Image.Image, data: bytes, factor: int) -> Image.Image:
    """Load an opened image and return it `factor` times smaller; sides are rounded up.

    JPEG and JPEG 2000 are never decoded at full size.
    """
    width, height = image.size
    target = (-(-width // factor), -(-height // factor))
    if factor > 1 and image.format == "JPEG":
        image.draft(None, target)
    elif factor > 1 and image.format == "JPEG2000":
        # Decomposition levels are what it can leave out.
        place = data.find(_COD, 0, _PEEK) + _COD_LEVELS
        levels = data[place] if _COD_LEVELS <= place < len(data) else 0
        image.reduce = min(levels, factor.bit_length() - 1)  # type: ignore[assignment,method-assign]
    image.load()
    return shrunk(image, -(-image.width // target[0]))


def shrunk(image: Image.Image, factor: int) -> Image.Image:
    """Average `factor` x `factor` pixels of a loaded image of any mode into one."""
    if factor == 1:
        return image
    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype(np.uint16)
        size = (-(-image.width // factor), -(-image.height // factor))
        return Image.fromarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA))
    if image.mode == "1":
        image = image.convert("L")
    elif image.mode in ("P", "PA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    # Not by `reduce`: a JPEG 2000 has a number of that name.
    return Image.Image.reduce(image, factor)
