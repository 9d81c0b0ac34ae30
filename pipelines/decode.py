"""First stage: bytes of a posted file to pages.

The *original scan*, whose pixels every `BoundingBox` counts, is the picture as a viewer shows it:
after the EXIF orientation is applied and pixels are made square; for a PDF, the page as rendered.
`encode_view` makes exactly that picture for the review screen.
"""

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from pipelines.decode_headers import (
    inspect_heif,
    inspect_jpeg,
    inspect_jpeg2000,
    inspect_png,
    is_heif,
    is_jpeg2000,
)
from pipelines.decode_limits import DecodeLimits, RawPage, ScanSummary
from pipelines.decode_pdf import inspect_pdf, is_pdf, pdf_pages
from pipelines.decode_pixels import heif_page, raster_pages
from pipelines.decode_tiff import inspect_tiff, is_tiff
from pipelines.errors import CodedError, ErrorCode
from pipelines.geometry import keep_grey
from pipelines.records import Page, Pixels

__all__ = ["DecodeLimits", "ScanSummary", "decode_pages", "encode_view", "inspect_scan"]

_Inspect = Callable[[bytes, DecodeLimits], ScanSummary]
_PILLOW = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/jp2": "JPEG2000",
}
_A4_LONG_INCH = 297 / 25.4
_A3_LONG_INCH = 420 / 25.4
_MEANINGLESS_DPI = (72.0, 96.0)


def inspect_scan(data: bytes, *, limits: DecodeLimits) -> ScanSummary:
    """Say what a posted file is, from its headers alone; the name it came with is not asked.

    Takes milliseconds whatever the file claims. Raises CodedError `file.empty`, `file.too_large`,
    `file.unsupported_type`, `file.truncated`, `file.corrupt`, `file.encrypted`,
    `image.too_large`, `image.too_small`, `pages.too_many`.
    """
    if not data:
        raise CodedError(ErrorCode.FILE_EMPTY)
    if len(data) > limits.max_bytes:
        raise CodedError(
            ErrorCode.FILE_TOO_LARGE, f"{len(data)} bytes", limit=limits.max_bytes, size=len(data)
        )
    return _inspector(data)(data, limits)


def decode_pages(
    data: bytes, *, limits: DecodeLimits, enough_pixels: int | None = None
) -> Iterator[Page]:
    """Decode one page at a time, numbered from 1, as RGB with its dpi.

    With `enough_pixels` larger pages come reduced to about so many, for a look at them in little
    memory; `to_scan` says by how much.
    The dpi is the file's when the paper it implies is plausible, else that of A4. Raises
    CodedError as `inspect_scan` does, `file.corrupt` or `file.truncated` for damage that the
    headers do not show, and `read.out_of_memory`.
    """
    summary = inspect_scan(data, limits=limits)
    pages: Iterator[RawPage]
    if summary.media_type == "application/pdf":
        pages = pdf_pages(data, limits, enough_pixels)
    elif summary.media_type == "image/heic":
        pages = iter([heif_page(data, limits, enough_pixels)])
    else:
        pages = raster_pages(data, _PILLOW[summary.media_type], limits, enough_pixels)
    for number, raw in enumerate(pages, start=1):
        height, width = raw.pixels.shape[:2]
        # Cameras and editors write 72 or 96 without meaning it; no scanner makes pages of that.
        meant = raw.dpi is not None and raw.dpi not in _MEANINGLESS_DPI
        dpi = raw.dpi / raw.reduced if raw.dpi and meant else None
        grey = raw.pixels if raw.pixels.ndim == 2 else None
        page = Page(
            number=number,
            pixels=raw.pixels if grey is None else _repeated(grey),
            dpi=_plausible_dpi(dpi, width, height),
            to_scan=np.diag([float(raw.reduced), float(raw.reduced), 1.0]),
            scan_width=width * raw.reduced,
            scan_height=height * raw.reduced,
            damaged=raw.damaged,
            colourless=grey is not None,
        )
        if grey is not None:
            keep_grey(page, grey)
        yield page


def encode_view(page: Page, *, width: int, quality: int = 80) -> bytes:
    """JPEG of a decoded page, at most `width` pixels wide, for the review screen."""
    height, across = page.pixels.shape[:2]
    shown = page.pixels
    if across > width:
        size = (width, max(1, round(height * width / across)))
        shown = cv2.resize(shown, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    done, encoded = cv2.imencode(".jpg", shown[..., ::-1], options)
    if not done:
        raise CodedError(ErrorCode.INTERNAL, "page cannot be encoded")
    return bytes(encoded.tobytes())


def _inspector(data: bytes) -> _Inspect:
    if data[:3] == b"\xff\xd8\xff":
        return inspect_jpeg
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return inspect_png
    kinds: tuple[tuple[Callable[[bytes], bool], _Inspect], ...] = (
        (is_tiff, inspect_tiff),
        (is_heif, inspect_heif),
        (is_jpeg2000, inspect_jpeg2000),
        (is_pdf, inspect_pdf),
    )
    for is_kind, inspect in kinds:
        if is_kind(data):
            return inspect
    raise CodedError(ErrorCode.FILE_UNSUPPORTED, "no known signature")


def _repeated(grey: Pixels) -> Pixels:
    """RGB of grey values."""
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _plausible_dpi(dpi: float | None, width: int, height: int) -> float:
    """Take the file's dpi unless the paper would be larger than A3 or smaller than a postcard."""
    longest = max(width, height)
    if dpi and 0.3 * _A4_LONG_INCH <= longest / dpi <= 1.1 * _A3_LONG_INCH:
        return float(dpi)
    return longest / _A4_LONG_INCH
