"""Pages of a PDF, rendered by PDFium, which must never be entered by two threads at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pypdfium2
from pypdfium2 import raw

from pipelines.decode_limits import DecodeLimits, RawPage, ScanSummary, check_pages, check_size
from pipelines.errors import CodedError, ErrorCode

_POINTS = 72.0
_MIN_DPI = 72.0
_MAX_OBJECTS = 64
_PDFIUM = threading.Lock()


def is_pdf(data: bytes) -> bool:
    """Whether a PDF header stands in the first kilobyte (mailers put lines before it)."""
    return b"%PDF-" in data[:1024]


def inspect_pdf(data: bytes, limits: DecodeLimits) -> ScanSummary:
    """Count pages and check the size of each in points. Raises CodedError as `inspect_scan`."""
    with _document(data) as document:
        count = len(document)
        check_pages(count, limits)
        for index in range(count):
            width, height = document.get_page_size(index)
            _dpi_that_fits(width, height, float(limits.pdf_dpi), limits)
    return ScanSummary(media_type="application/pdf", page_count=count, suffix=".pdf")


def pdf_pages(
    data: bytes, limits: DecodeLimits, enough_pixels: int | None = None
) -> Iterator[RawPage]:
    """Render one page after the other, at most `enough_pixels` large. Raises CodedError."""
    with _document(data) as document:
        count = len(document)
    check_pages(count, limits)
    for index in range(count):
        with _document(data) as document:
            rendered = _render(document, index, limits, enough_pixels or limits.max_pixels)
        yield rendered


@contextmanager
def _document(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise _opening_error(data, error) from error
        try:
            # PDFium mends a file that is cut off, and pages would go missing unseen.
            if b"%%EOF" not in data.rstrip(b"\0\r\n\t ")[-4096:]:
                raise CodedError(ErrorCode.FILE_TRUNCATED, "PDF without end marker")
            yield document
        except pypdfium2.PdfiumError as error:
            raise CodedError(ErrorCode.FILE_CORRUPT, "PDF page cannot be loaded") from error
        finally:
            document.close()


def _opening_error(data: bytes, error: pypdfium2.PdfiumError) -> CodedError:
    if getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        return CodedError(ErrorCode.FILE_ENCRYPTED, "PDF needs a password")
    if b"%%EOF" not in data.rstrip(b"\0\r\n\t ")[-4096:]:
        return CodedError(ErrorCode.FILE_TRUNCATED, "PDF without end marker")
    return CodedError(ErrorCode.FILE_CORRUPT, "PDF cannot be opened")


def _render(
    document: pypdfium2.PdfDocument, index: int, limits: DecodeLimits, most: int
) -> RawPage:
    page = document[index]
    try:
        width, height = page.get_size()
        wanted = _scan_dpi(page, width, height, limits) or float(limits.pdf_dpi)
        dpi = _dpi_that_fits(width, height, min(wanted, float(limits.pdf_max_dpi)), limits)
        if 0 < most < limits.max_pixels:
            dpi = min(dpi, _POINTS * float(np.sqrt(most / (width * height))))
        # Scripts and attachments are never run or opened: no form environment is made.
        bitmap = page.render(scale=dpi / _POINTS, rev_byteorder=True, limit_image_cache=True)
        try:
            pixels = np.array(bitmap.to_numpy()[..., :3], dtype=np.uint8)
        finally:
            bitmap.close()
        return RawPage(pixels=pixels, dpi=dpi)
    finally:
        page.close()


def _dpi_that_fits(width: float, height: float, dpi: float, limits: DecodeLimits) -> float:
    """Largest dpi up to `dpi` at which the page keeps within `max_pixels`."""
    if not (width > 0 and height > 0):
        raise CodedError(ErrorCode.FILE_CORRUPT, "PDF page without a size")
    most = 0.99 * _POINTS * float(np.sqrt(limits.max_pixels / (width * height)))
    fitting = min(dpi, most)
    if fitting < min(_MIN_DPI, dpi):
        scale = dpi / _POINTS
        check_size(round(width * scale), round(height * scale), limits)
    scale = fitting / _POINTS
    check_size(max(1, int(width * scale)), max(1, int(height * scale)), limits)
    return fitting


def _scan_dpi(
    page: pypdfium2.PdfPage, width: float, height: float, limits: DecodeLimits
) -> float | None:
    """Resolution of the picture that fills the page, when the page is a scan.

    Raises CodedError `image.too_large` for a picture that is larger than a page may be: PDFium
    would unpack it row by row for minutes, however small it is shown.
    """
    dpi = None
    for number, item in enumerate(
        page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2), start=1
    ):
        across, down = item.get_px_size()
        if across * down > limits.max_pixels:
            check_size(across, down, limits)
        left, bottom, right, top = item.get_bounds()
        if dpi is None and (right - left) * (top - bottom) > 0.7 * width * height:
            shown = max(right - left, top - bottom)
            dpi = float(max(across, down) * _POINTS / shown) if across and down else None
        if number >= _MAX_OBJECTS:
            break
    return dpi
