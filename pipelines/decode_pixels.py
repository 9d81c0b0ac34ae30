"""Pillow and libheif images of any mode as grey or RGB pixels."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import pi_heif
from numpy.typing import NDArray
from PIL import Image, ImageOps

from pipelines.decode_damage import decode_sound, fax_is_damaged, jpeg_is_damaged
from pipelines.decode_limits import DecodeLimits, RawPage, check_size
from pipelines.decode_reduce import factor_to, load_reduced, shrunk
from pipelines.decode_tiff import page_frames
from pipelines.decode_whole import decode_whole
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import Pixels

_SQUARE = 0.02
_MAX_ASPECT = 4.0
_FILL = {"L": 128, "RGB": 128, "CMYK": 127}
_FILLED_ROWS = 8


def raster_pages(
    data: bytes, pillow_format: str, limits: DecodeLimits, enough_pixels: int | None = None
) -> Iterator[RawPage]:
    """Decode one page after the other, reduced when larger than `enough_pixels`.

    `pillow_format` is `JPEG`, `PNG`, `TIFF`, `JPEG2000`. The turn of the EXIF orientation is
    applied, and pixels are made square (fax machines have twice as many across as down). Raises
    CodedError.
    """
    frames = page_frames(data, limits) if pillow_format == "TIFF" else [0]
    with image_errors(), Image.open(io.BytesIO(data), formats=[pillow_format]) as image:
        for frame in frames:
            with image_errors():
                image.seek(frame)
                check_size(*image.size, limits)
                reduced = factor_to(image.size, enough_pixels)
                if pillow_format == "JPEG":
                    pixels, dpi, damaged = _jpeg(image, data, reduced)
                else:
                    pixels, dpi = _pixels(image, load_reduced(image, data, reduced))
                    damaged = fax_is_damaged(image)
                page = RawPage(pixels=pixels, dpi=dpi, reduced=reduced, damaged=damaged)
            yield page


def heif_page(data: bytes, limits: DecodeLimits, enough_pixels: int | None = None) -> RawPage:
    """Decode the primary image of an HEIC file. Raises CodedError.

    libheif applies the turns and mirrors of the container itself; the EXIF orientation repeats
    them and must not be applied again.
    """
    with image_errors():
        file = pi_heif.open_heif(data, convert_hdr_to_8bit=True)
        found = file[file.primary_index]
        check_size(found.size[0], found.size[1], limits)
        image = found.to_pillow()
        reduced = factor_to(image.size, enough_pixels)
        return RawPage(pixels=_to_array(shrunk(image, reduced)), dpi=None, reduced=reduced)


@contextmanager
def image_errors() -> Iterator[None]:
    """Turn whatever a decoder says of hostile bytes into a CodedError."""
    try:
        with warnings.catch_warnings():
            # Sizes are held to our own limit; what Pillow merely warns of is refused there.
            warnings.simplefilter("ignore")
            yield
    except (CodedError, GeneratorExit):
        raise
    except MemoryError as error:
        raise CodedError(ErrorCode.READ_OUT_OF_MEMORY, "image does not fit in memory") from error
    except Image.DecompressionBombError as error:
        raise CodedError(ErrorCode.IMAGE_TOO_LARGE, "refused by the decoder") from error
    except Exception as error:  # decoders raise a dozen kinds on damaged bytes
        short = "truncated" in str(error) or isinstance(error, EOFError)
        code = ErrorCode.FILE_TRUNCATED if short else ErrorCode.FILE_CORRUPT
        raise CodedError(code, f"{type(error).__name__} while decoding") from error


def _jpeg(image: Image.Image, data: bytes, reduced: int) -> tuple[Pixels, float | None, bool]:
    """Decode a JPEG, the usual ones in a quarter of the time; also whether it is damaged."""
    upright = image.getexif().get(0x0112, 1) == 1
    if image.mode not in ("L", "RGB") or reduced > 1 or not upright:
        pixels, dpi = _pixels(image, load_reduced(image, data, reduced))
        return pixels, dpi, jpeg_is_damaged(data)
    grey = image.mode == "L"
    whole = decode_whole(data, grey=grey)
    found = decode_sound(data, grey=grey) if whole is None else whole
    sound = found is not None
    if found is None:
        how = cv2.IMREAD_GRAYSCALE if grey else cv2.IMREAD_COLOR_RGB
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), how | cv2.IMREAD_IGNORE_ORIENTATION)
        found = None if decoded is None else np.asarray(decoded, np.uint8)
    if found is None or found.shape[:2] != (image.height, image.width):
        raise CodedError(ErrorCode.FILE_CORRUPT, "JPEG cannot be decoded")
    _check_whole(found, image.mode)
    pixels, dpi = _squared(found, *_dpi(image))
    return pixels, dpi, whole is None and jpeg_is_damaged(data, sound=sound)


def _pixels(image: Image.Image, loaded: Image.Image) -> tuple[Pixels, float | None]:
    """Pixels of the `loaded` (maybe reduced) picture of `image`, and the dpi of the latter."""
    if image.format == "JPEG":
        _check_whole(np.asarray(loaded), loaded.mode)
    across, down = _dpi(image)
    turn = image.getexif().get(0x0112, 1)
    if turn != 1:
        # A reduced copy has lost its metadata.
        loaded.getexif()[0x0112] = turn
        loaded = ImageOps.exif_transpose(loaded)
    if turn in (5, 6, 7, 8):
        across, down = down, across
    return _squared(_to_array(loaded), across, down)


def _squared(pixels: Pixels, across: float, down: float) -> tuple[Pixels, float | None]:
    if across and down and across != down and 1 / _MAX_ASPECT < across / down < _MAX_ASPECT:
        pixels = _square(pixels, across, down)
    return pixels, max(across, down) or None


def _check_whole(pixels: Pixels, mode: str) -> None:
    """Refuse a JPEG whose lower part is missing although its end marker stands.

    libjpeg only warns of it, out of our hearing, and fills what is missing with exactly the middle
    grey; no scanner makes eight whole rows of that below a picture.
    """
    fill = _FILL.get(mode, 128)
    if (pixels[-_FILLED_ROWS:] == fill).all() and not (pixels == fill).all():
        raise CodedError(ErrorCode.FILE_TRUNCATED, "JPEG without its lower part")


def _dpi(image: Image.Image) -> tuple[float, float]:
    try:
        across, down = (float(v) for v in image.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0
    plausible = all(np.isfinite(v) and 50 <= v <= 1200 for v in (across, down))
    return (across, down) if plausible else (0.0, 0.0)


def _square(pixels: Pixels, across: float, down: float) -> Pixels:
    if abs(across / down - 1) < _SQUARE:
        return pixels
    height, width = pixels.shape[:2]
    size = (width, round(height * across / down))
    if down > across:
        size = (round(width * down / across), height)
    resized = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(resized, dtype=np.uint8)


def _to_array(image: Image.Image) -> Pixels:
    """Grey values (H x W) of an image of one channel, RGB of any other."""
    if image.mode in ("I;16", "I;16L", "I;16B", "I;16N", "I", "F"):
        return _to_eight_bits(np.asarray(image))
    if image.mode == "LAB":
        image = image.getchannel("L")
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        image = Image.alpha_composite(paper, layered)
    if image.mode in ("1", "L"):
        return np.asarray(image if image.mode == "L" else image.convert("L"), np.uint8)
    return np.array(image.convert("RGB"), dtype=np.uint8)


def _to_eight_bits(values: NDArray[np.generic]) -> Pixels:
    """Scale 10 to 16 bit (or float) samples by the depth that their largest value needs."""
    finite = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    top = float(finite.max(initial=0))
    scale = next((s for s in (1.0, 255.0, 1023.0, 4095.0, 65535.0) if top <= s), top)
    grey: Pixels = np.clip(finite * (255.0 / scale), 0, 255).astype(np.uint8)
    return grey
