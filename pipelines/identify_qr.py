"""QR codes of ours on a page: of forms and of cover sheets."""

from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp

from pipelines.forms.code import CoverCode, parse_code, parse_cover
from pipelines.forms.template import Template
from pipelines.geometry import Points, grey_of, resize_by, transform_points
from pipelines.records import FormKey, Matrix, Page, Pixels

_MOST_DPI = 300.0
_DPI = 200.0
_COVER_DPI = 75.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CodeFound:
    """What the code says; `corners` are 4 x 2 pixels of the page, clockwise from its top left."""

    key: FormKey
    form_page: int
    corners: Points

    def pose_of(self, template: Template) -> Matrix | None:
        """Pixels of the template to those of the page, by the place of the code on the form.

        Exact near the code, off by millimetres at the far end of the sheet and on photographs.
        """
        place = template.definition.pages[template.form_page - 1].code
        if place is None:
            return None
        square = np.array([[0.0, 0.0], [1, 0], [1, 1], [0, 1]]) * place.size + [place.x, place.y]
        pose, _ = cv2.estimateAffinePartial2D(square * template.dpi / 25.4, self.corners)
        return None if pose is None else np.vstack([pose, [0.0, 0.0, 1.0]])


def find_code(grey: Pixels, dpi: float) -> CodeFound | None:
    """Read the form's QR code anywhere on the grey page, at any turn; None when there is none.

    Two codes that disagree (two sheets on one scan) count as none.
    """
    seen, to_seen = resize_by(grey, _DPI / dpi if dpi > _MOST_DPI else 1.0)
    back = np.asarray(np.linalg.inv(to_seen), np.float64)
    found: dict[tuple[FormKey, int], CodeFound] = {}
    for result in _qr_codes(seen):
        code = parse_code(result.text)
        if code is not None:
            at = result.position
            ends = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
            corners = transform_points(back, np.array([[p.x, p.y] for p in ends], np.float64))
            told = CodeFound(key=code.key, form_page=code.page, corners=corners)
            found[told.key, told.form_page] = told
    return next(iter(found.values())) if len(found) == 1 else None


def find_cover(page: Page) -> CoverCode | None:
    """Read the code of a cover sheet; None when the page is none, or shows two that disagree."""
    grey = grey_of(page)
    # Its code is so large that the small picture shows it; the whole one is for bad photographs.
    for dpi in (_COVER_DPI, _DPI):
        seen, _ = resize_by(grey, min(1.0, dpi / page.dpi))
        found = {parse_cover(result.text) for result in _qr_codes(seen)} - {None}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _qr_codes(grey: Pixels) -> list[zxingcpp.Barcode]:
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return list(zxingcpp.read_barcodes(grey, formats=formats))
