"""個人番号 in the pictures and tables of `inspect`: hidden unless they are asked for."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ocr_service.inspect.evidence import PageEvidence
from ocr_service.inspect.places import Corners, field_places
from ocr_service.review.masking import holds_my_number, mask, number_names
from pipelines.geometry import transform_points
from pipelines.records import BoundingBox, Page, Pixels

_COVER = 60
"""Grey that covers what is not to be shown."""
_MARGIN_MM = 1.5
_INCH = 25.4
_FEW = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Hidden:
    """What is not shown of one page.

    `names` are those of fields, `boxes` lie on the original scan, `places` are the same on the
    template (pixels), where paper that lay askew is straight.
    """

    names: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    boxes: tuple[BoundingBox, ...] = ()
    places: tuple[Corners, ...] = ()

    def text(self, text: str) -> str:
        """Text with what is hidden in it masked."""
        if text in self.texts:
            return mask(text) or ""
        # Of a few digits there is nothing to hide, and other numbers would be spoilt.
        for secret in sorted((t for t in self.texts if len(t) > _FEW), key=len, reverse=True):
            text = text.replace(secret, mask(secret) or "")
        return text


def hidden_of(evidence: PageEvidence) -> Hidden:
    """Everything on a page that holds a 個人番号, or is the place for one."""
    template = evidence.template if evidence.registered else None
    names = number_names(template.definition if template else None, evidence.fields)
    fields = [f for f in evidence.fields if f.name in names]
    lines = [line for line in evidence.lines if holds_my_number(line.text)]
    texts = [t for f in fields for t in (f.value, f.raw_text)]
    boxes = [f.box for f in fields]
    return Hidden(
        names=names,
        texts=frozenset(text for text in (*texts, *(line.text for line in lines)) if text),
        boxes=tuple(box for box in (*boxes, *(line.box for line in lines)) if box is not None),
        places=tuple(_places(evidence, names)),
    )


def cover_page(page: Page, hidden: Hidden) -> Pixels:
    """Pixels of a page with what is hidden painted over."""
    back = np.asarray(np.linalg.inv(page.to_scan), np.float64)
    corners = []
    for box in hidden.boxes:
        quad = np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]])
        mapped = transform_points(back, quad)
        (x0, y0), (x1, y1) = mapped.min(axis=0), mapped.max(axis=0)
        corners.append((float(x0), float(y0), float(x1), float(y1)))
    return _cover(page.pixels, corners, page.dpi)


def cover_form(pixels: Pixels, dpi: float, hidden: Hidden) -> Pixels:
    """Pixels of a page on its template (of `dpi`) with what is hidden painted over."""
    return _cover(pixels, hidden.places, dpi)


def _places(evidence: PageEvidence, names: frozenset[str]) -> Iterable[Corners]:
    """Boxes of the fields, and the ink that leaves them."""
    if evidence.registered is None or evidence.template is None:
        return
    for name, corners in field_places(evidence.template).items():
        if name in names:
            yield corners
            for read in evidence.cuts.get(name, ()):
                yield from (crop.bounds for crop in (*read.cut.crops, *read.cut.struck))


def _cover(pixels: Pixels, places: Iterable[Corners], dpi: float) -> Pixels:
    """Paint over places with a margin: paper is never quite flat."""
    shown = pixels.copy()
    margin = _MARGIN_MM * dpi / _INCH
    height, width = pixels.shape[:2]
    for x0, y0, x1, y1 in places:
        left, top = np.clip(np.floor([x0 - margin, y0 - margin]), 0, [width, height]).astype(int)
        right, bottom = np.clip(np.ceil([x1 + margin, y1 + margin]), 0, [width, height]).astype(int)
        shown[top:bottom, left:right] = _COVER
    return shown
