"""The QR code that names a form page: `ocr-service:form:<id>:<revision>:<page>`."""

import re
from dataclasses import dataclass

import segno

from pipelines.records import FormKey

_TEXT = re.compile(
    r"ocr-service:form:(?P<id>[a-z][a-z0-9-]{1,63}):(?P<revision>[0-9A-Za-z][0-9A-Za-z.-]{0,31})"
    r":(?P<page>[1-9][0-9]{0,2})",
    re.ASCII,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FormCode:
    """What a form's QR code says."""

    key: FormKey
    page: int


def format_code(key: FormKey, page: int) -> str:
    """Text of the QR code of one form page (`page` from 1)."""
    return f"ocr-service:form:{key.id}:{key.revision}:{page}"


def parse_code(text: str) -> FormCode | None:
    """Read the text of a QR code; None when it is not one of ours."""
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    key = FormKey(id=found["id"], revision=found["revision"])
    return FormCode(key=key, page=int(found["page"]))


def code_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Dark modules of the QR symbol, row by row, without quiet zone; error level M or better."""
    symbol = segno.make(text, error="m", micro=False)
    return tuple(tuple(bool(module) for module in row) for row in symbol.matrix)
