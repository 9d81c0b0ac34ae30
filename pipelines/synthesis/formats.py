"""Scans as files: JPEG, PNG, TIFF (several pages), PDF. The same pages give the same bytes."""

import io
from collections.abc import Sequence
from enum import StrEnum

import img2pdf
import numpy as np
import pikepdf
from PIL import Image

from pipelines.records import Pixels


class ScanFormat(StrEnum):
    """File formats of scans; JPEG and PNG hold one page."""

    JPEG = "jpg"
    PNG = "png"
    TIFF = "tiff"
    PDF = "pdf"


def encode_scan(
    pages: Sequence[Pixels], format: ScanFormat | str, *, dpi: float, quality: int = 82
) -> bytes:
    """Write pages (H x W x 3 RGB) into one file that states `dpi`.

    Pages of black and white only are stored as such (TIFF: fax compression). `quality` is that of
    JPEG, used in PDF and colour TIFF too. Raises ValueError for several pages in a JPEG or PNG.
    """
    format = ScanFormat(format)
    if format in (ScanFormat.JPEG, ScanFormat.PNG) and len(pages) != 1:
        raise ValueError(f"{format} holds one page, not {len(pages)}")
    images = [_image(page) for page in pages]
    if format is ScanFormat.JPEG:
        return _jpeg(images[0], dpi, quality)
    if format is ScanFormat.PNG:
        return _saved(images[0], "PNG", dpi=(dpi, dpi), optimize=True)
    if format is ScanFormat.TIFF:
        return _tiff(images, dpi, quality)
    embedded = [
        _saved(image, "PNG", dpi=(dpi, dpi)) if image.mode == "1" else _jpeg(image, dpi, quality)
        for image in images
    ]
    return _without_chance(bytes(img2pdf.convert(embedded, nodate=True)))


def _without_chance(pdf: bytes) -> bytes:
    """Give the file an id made from its content; that of img2pdf is random."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        # Half of an old id would be kept.
        if "/ID" in document.trailer:
            del document.trailer["/ID"]
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _image(page: Pixels) -> Image.Image:
    if not np.any((page != 0) & (page != 255)):
        return Image.fromarray(page[..., 0]).convert("1", dither=Image.Dither.NONE)
    return Image.fromarray(page)


def _jpeg(image: Image.Image, dpi: float, quality: int) -> bytes:
    whole = (round(dpi), round(dpi))
    return _saved(image.convert("RGB"), "JPEG", dpi=whole, quality=quality, optimize=True)


def _tiff(images: list[Image.Image], dpi: float, quality: int) -> bytes:
    out = io.BytesIO()
    fax = all(image.mode == "1" for image in images)
    options = {"compression": "group4"} if fax else {"compression": "jpeg", "quality": quality}
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], dpi=(dpi, dpi), **options)
    return out.getvalue()


def _saved(image: Image.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()
