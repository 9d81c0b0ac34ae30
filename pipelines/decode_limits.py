"""What the decode stage may be fed, and what it says about a file."""

from dataclasses import dataclass

from pipelines.errors import CodedError, ErrorCode
from pipelines.records import Pixels


@dataclass(frozen=True, kw_only=True, slots=True)
class DecodeLimits:
    """Bounds of one posted file.

    `max_pixels` holds for each page, before and after decoding. PDF pages are rendered at the
    resolution of the scan they hold, at most `pdf_max_dpi`, and at `pdf_dpi` when they are drawn.
    """

    max_bytes: int = 100_000_000
    max_pages: int = 200
    max_pixels: int = 120_000_000
    min_side: int = 64
    pdf_dpi: int = 200
    pdf_max_dpi: int = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanSummary:
    """What a file is, by its headers alone. `suffix` begins with a dot."""

    media_type: str
    page_count: int
    suffix: str


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RawPage:
    """A page as it comes out of its decoder: H x W x 3 RGB, or H x W of one channel.

    `dpi` is that of the file, None when it says nothing. The scan is `reduced` times as wide and as
    high as `pixels`. `damaged`: the decoder passed over something.
    """

    pixels: Pixels
    dpi: float | None
    reduced: int = 1
    damaged: bool = False


def check_size(width: int, height: int, limits: DecodeLimits) -> None:
    """Refuse a page by its size in pixels.

    Raises CodedError `file.corrupt` (no size), `image.too_large`, `image.too_small`.
    """
    if width <= 0 or height <= 0:
        raise CodedError(ErrorCode.FILE_CORRUPT, f"size {width} x {height}")
    if width * height > limits.max_pixels:
        raise CodedError(
            ErrorCode.IMAGE_TOO_LARGE,
            f"{width} x {height} pixels",
            width=width,
            height=height,
            limit=limits.max_pixels,
        )
    if min(width, height) < limits.min_side:
        raise CodedError(
            ErrorCode.IMAGE_TOO_SMALL,
            f"{width} x {height} pixels",
            width=width,
            height=height,
            limit=limits.min_side,
        )


def check_pages(count: int, limits: DecodeLimits) -> None:
    """Refuse a file with no pages (`file.corrupt`) or too many (`pages.too_many`)."""
    if count < 1:
        raise CodedError(ErrorCode.FILE_CORRUPT, "no pages")
    if count > limits.max_pages:
        raise CodedError(
            ErrorCode.PAGES_TOO_MANY, f"more than {limits.max_pages} pages", limit=limits.max_pages
        )
