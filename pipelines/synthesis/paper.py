"""The sheet before anyone writes on it: the blank form on paper, as a scanner sees it."""

from functools import lru_cache

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from pipelines.forms.load import FormEntry
from pipelines.forms.render import render_blank
from pipelines.records import Pixels


def draw_paper(entry: FormEntry, dpi: int, rng: np.random.Generator) -> tuple[Pixels, ...]:
    """Pages of the blank form (H x W x 3 RGB) in printed grey on slightly tinted paper."""
    # Copy paper is white to slightly cream, never green or pink.
    bright, warm = rng.integers(245, 254), rng.integers(0, 5)
    white = np.array([bright, bright - warm // 2, bright - 2 * warm], dtype=np.float32)
    black = np.full(3, rng.integers(20, 62), dtype=np.float32)
    steps = np.arange(256, dtype=np.float32)[:, None] / 255
    table = (black + (white - black) * steps + 0.5).astype(np.uint8)
    pages = []
    for grey in _blank_pages(entry, dpi):
        soft = cv2.GaussianBlur(grey, (0, 0), 0.5 * dpi / 200)
        three = cv2.cvtColor(soft, cv2.COLOR_GRAY2RGB)
        pages.append(cv2.LUT(three, table.reshape(1, 256, 3)).astype(np.uint8))
    return tuple(pages)


def _blank_pages(entry: FormEntry, dpi: int) -> tuple[NDArray[np.uint8], ...]:
    pdf = render_blank(entry.definition, entry.directory)
    return _rasterise(pdf, dpi)


@lru_cache(maxsize=4)
def _rasterise(pdf: bytes, dpi: int) -> tuple[NDArray[np.uint8], ...]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return tuple(
            np.ascontiguousarray(
                page.render(scale=dpi / 72, grayscale=True).to_numpy().squeeze().copy()
            )
            for page in document
        )
    finally:
        document.close()
