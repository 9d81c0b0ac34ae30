"""The child process that draws the blank of a filled page anew and proposes a form on it.

Decoders of hostile files don't run in the web process. Nothing is read again: the lines were read
when the document was. Only the small model that knows handwriting by its strokes looks at them.
"""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import cv2

from models.hands import HandReader
from pipelines.decode import DecodeLimits, decode_pages
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.propose import propose_form
from pipelines.keyvalue_draft import draw_blank, upright_page
from pipelines.records import BoundingBox, Line, Page

_DATED = (2000, 1, 1, 0, 0, 0)
"""The same document gives the same bytes."""


def open_drafts(options: dict[str, Any]) -> Callable[[dict[str, Any], bytes, object], bytes]:
    """Make the handler of the child; `options` are fields of `DecodeLimits`."""
    cv2.setNumThreads(1)
    limits = DecodeLimits(**options)
    hands = HandReader.load()
    return lambda head, data, _emit: _draft(head, data, limits, hands)


def _draft(head: dict[str, Any], data: bytes, limits: DecodeLimits, hands: HandReader) -> bytes:
    """ZIP of the definition and its background; the head is that of `FormDrafts.make`."""
    lines = [_line(item) for item in json.loads(head["lines"])]
    rotations = {int(number): int(turn) for number, turn in json.loads(head["rotations"]).items()}
    pages: list[tuple[Page, list[Line]]] = []
    for page in decode_pages(data, limits=limits):
        if page.number > max(rotations, default=0):
            break
        own = [line for line in lines if line.page == page.number]
        if page.number in rotations and own:
            pages.append((upright_page(page, rotations[page.number]), own))
    if not pages:
        raise CodedError(ErrorCode.FORM_INVALID, "no text on the pages")
    pdf = draw_blank(pages, hands)
    day = date.fromisoformat(head["today"])
    draft = propose_form(pdf, id=head["id"], title=head["title"], valid_from=day)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        name = f"{draft.definition.id}@{draft.definition.revision}.yaml"
        archive.writestr(zipfile.ZipInfo(name, _DATED), draft.text)
        archive.writestr(zipfile.ZipInfo(draft.background, _DATED), pdf)
    return packed.getvalue()


def _line(item: dict[str, Any]) -> Line:
    x0, y0, x1, y1 = item["box"]
    return Line(
        text=item["text"],
        confidence=item["confidence"],
        box=BoundingBox(x0=x0, y0=y0, x1=x1, y1=y1),
        page=item["page"],
        vertical=item["vertical"],
    )
