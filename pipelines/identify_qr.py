"""QR codes of our forms on a page."""

from dataclasses import dataclass

import zxingcpp

from pipelines.forms.code import parse_code
from pipelines.geometry import resize_by
from pipelines.records import FormKey, Pixels

_MOST_DPI = 300.0
_DPI = 200.0


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeFound:
    """What the code says."""

    key: FormKey
    form_page: int


def find_code(grey: Pixels, dpi: float) -> CodeFound | None:
    """Read the form's QR code anywhere on the grey page, at any turn; None when there is none.

    Two codes that disagree (two sheets on one scan) count as none.
    """
    if dpi > _MOST_DPI:
        grey, _ = resize_by(grey, _DPI / dpi)
    found: set[CodeFound] = set()
    for result in zxingcpp.read_barcodes(
        grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    ):
        code = parse_code(result.text)
        if code is not None:
            found.add(CodeFound(key=code.key, form_page=code.page))
    return found.pop() if len(found) == 1 else None
