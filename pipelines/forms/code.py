"""QR codes of ours, on form pages and on cover sheets.

A form page is named by `ocr-service:form:<id>:<revision>:<page>`; a cover sheet says
`ocr-service:cover:next`, `ocr-service:cover:together` or `ocr-service:cover:case:<number>`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import segno

from pipelines.records import FormKey

_TEXT = re.compile(
    r"ocr-service:form:(?P<id>[a-z][a-z0-9-]{1,63}):(?P<revision>[0-9A-Za-z][0-9A-Za-z.-]{0,31})"
    r":(?P<page>[1-9][0-9]{0,2})",
    re.ASCII,
)
_COVER = re.compile(
    r"ocr-service:cover:(?:(?P<kind>next|together)|case:(?P<number>[0-9A-Za-z][0-9A-Za-z._/-]{0,39}))",
    re.ASCII,
)


class CoverKind(StrEnum):
    """What a cover sheet says about the documents behind it."""

    NEXT = "next"
    """Nothing but that they are others than those before it."""
    TOGETHER = "together"
    """They are one case."""
    CASE = "case"
    """They belong to the case with this number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CoverCode:
    """What the QR code of a cover sheet says; `number` with `CoverKind.CASE` only."""

    kind: CoverKind
    number: str | None = None


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


def format_cover(code: CoverCode) -> str:
    """Text of the QR code of a cover sheet. Raises ValueError for what could not be read back."""
    text = f"ocr-service:cover:{code.kind}" + (f":{code.number}" if code.number else "")
    if parse_cover(text) != code:
        raise ValueError("not a cover code")
    return text


def parse_cover(text: str) -> CoverCode | None:
    """Read the text of a cover sheet's QR code; None when it is not one."""
    found = _COVER.fullmatch(text)
    if found is None:
        return None
    kind = CoverKind(found["kind"] or CoverKind.CASE)
    return CoverCode(kind=kind, number=found["number"])


def code_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Dark modules of the QR symbol, row by row, without quiet zone; error level M or better."""
    symbol = segno.make(text, error="m", micro=False)
    return tuple(tuple(bool(module) for module in row) for row in symbol.matrix)
