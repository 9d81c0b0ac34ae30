"""Inspects documents in a child process (`child_main.py`), under the limits of reading."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ocr_service.inspect.drawing import as_png
from ocr_service.inspect.evidence import PageEvidence, PageTrace
from ocr_service.inspect.hide import Hidden, hidden_of
from ocr_service.inspect.page_report import PageReport, report_page
from ocr_service.inspect.report import report_document
from ocr_service.jobs.child import Child
from ocr_service.jobs.child_main import Emit
from ocr_service.jobs.names import pin_of, pin_text
from ocr_service.jobs.reading import START_SECONDS
from ocr_service.reading import open_reader
from ocr_service.settings import Settings, load_settings
from pipelines.decode_limits import DecodeLimits
from pipelines.reader import Reader
from pipelines.records import FormKey
from pipelines.run import read_document

_TARGET = f"{__name__}:open_handler"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What comes of one page before the whole report: its picture `name` as PNG.

    Without `name` it only says that page `page` was read.
    """

    page: int
    name: str = ""
    png: bytes = b""


class Inspector:
    """Makes reports in a `Child` that loads forms and engines once."""

    def __init__(self, settings: Settings, *, seconds: float) -> None:
        self.child = Child(
            _TARGET, {}, memory_mib=settings.read_memory_mib, start_seconds=START_SECONDS
        )
        self._seconds = seconds

    def inspect(
        self,
        data: bytes,
        *,
        name: str,
        today: date,
        pinned: FormKey | None,
        show_numbers: bool,
        png: bool,
        on_part: Callable[[Part], None],
    ) -> bytes:
        """Read one document and give its report as HTML (UTF-8).

        `on_part` is told of every page as it is read, and with `png` given its pictures.
        `show_numbers` leaves 個人番号 readable. Raises CodedError READ_TIMEOUT,
        READ_OUT_OF_MEMORY, READ_CRASHED, or what reading raised.
        """
        head = {
            "name": name,
            "today": today.isoformat(),
            "pinned": pin_text(pinned),
            "show_numbers": int(show_numbers),
            "png": int(png),
        }
        return self.child.call(
            head, data, seconds=self._seconds, on_part=lambda frame: on_part(_part_of(frame))
        )


def open_handler(_options: dict[str, Any]) -> Callable[[dict[str, Any], bytes, Emit], bytes]:
    """Load forms and engines; the child's side of `Inspector`."""
    settings = load_settings()
    reader = open_reader(settings)
    limits = DecodeLimits(
        max_bytes=settings.upload_bytes,
        max_pages=settings.document_pages,
        max_pixels=settings.page_pixels,
    )
    return lambda head, data, emit: _inspect(head, data, emit, reader, limits)


def _inspect(
    head: dict[str, Any], data: bytes, emit: Emit, reader: Reader, limits: DecodeLimits
) -> bytes:
    pages: list[PageReport] = []
    hidden: list[Hidden] = []

    def done(evidence: PageEvidence) -> None:
        hidden.append(Hidden() if head["show_numbers"] else hidden_of(evidence))
        report = report_page(evidence, hidden[-1])
        emit(_frame(report.number))
        if head["png"]:
            for name, pixels in report.pictures:
                emit(_frame(report.number, name, as_png(pixels)))
        pages.append(PageReport(number=report.number, html=report.html, pictures=()))

    suggestion = read_document(
        data,
        reader=reader,
        today=date.fromisoformat(head["today"]),
        pinned=pin_of(head["pinned"]),
        limits=limits,
        trace=PageTrace(done),
    )
    form = reader.library.get(suggestion.form).definition if suggestion.form else None
    everywhere = Hidden(texts=frozenset(text for page in hidden for text in page.texts))
    masked = not head["show_numbers"]
    html = report_document(head["name"], suggestion, form, pages, hidden=everywhere, masked=masked)
    return html.encode()


def _frame(page: int, name: str = "", png: bytes = b"") -> bytes:
    return json.dumps({"page": page, "name": name}).encode() + b"\n" + png


def _part_of(frame: bytes) -> Part:
    line, _, png = frame.partition(b"\n")
    head = json.loads(line)
    return Part(page=int(head["page"]), name=str(head["name"]), png=png)
