"""The blank form as pixels: what scans are registered on and compared with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from pipelines.forms.model import Box, FormDefinition
from pipelines.forms.render import render_blank
from pipelines.records import FormKey

if TYPE_CHECKING:
    from pipelines.forms.load import FormEntry

TEMPLATE_DPI = 200.0
"""Resolution of template pixels: mm x 200 / 25.4."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Template:
    """One page of a blank form.

    `grey` is H x W, 0 black .. 255 white, read-only, at `dpi`; `form_page` counts from 1.
    """

    key: FormKey
    form_page: int
    grey: NDArray[np.uint8]
    dpi: float
    definition: FormDefinition


def build_templates(entry: "FormEntry") -> tuple[Template, ...]:
    """Render the blank of `entry`: one template a page, in page order.

    PDFium is not thread-safe: build templates before worker threads start, or in one of them.
    """
    return templates_of_pdf(entry.definition, render_blank(entry.definition, entry.directory))


def templates_of_pdf(definition: FormDefinition, pdf: bytes) -> tuple[Template, ...]:
    """Templates from the rendered blank `pdf` of `definition`."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return tuple(
            Template(
                key=FormKey(id=definition.id, revision=definition.revision),
                form_page=number,
                grey=_grey(page),
                dpi=TEMPLATE_DPI,
                definition=definition,
            )
            for number, page in enumerate(document, start=1)
        )
    finally:
        document.close()


def box_pixels(box: Box, dpi: float = TEMPLATE_DPI) -> tuple[float, float, float, float]:
    """Corners (x0, y0, x1, y1) of a box given in mm, in pixels at `dpi`."""
    scale = dpi / 25.4
    return (
        box.x * scale,
        box.y * scale,
        (box.x + box.width) * scale,
        (box.y + box.height) * scale,
    )


def _grey(page: pypdfium2.PdfPage) -> NDArray[np.uint8]:
    bitmap = page.render(scale=TEMPLATE_DPI / 72, grayscale=True)
    try:
        pixels = np.array(bitmap.to_numpy(), dtype=np.uint8, copy=True)
    finally:
        bitmap.close()
    pixels = pixels.reshape(pixels.shape[0], pixels.shape[1])
    pixels.setflags(write=False)
    return pixels
