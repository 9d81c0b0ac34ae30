"""The lines of a confirmed document as the reader cuts them: ink of one box, nothing else.

What the recogniser learns from must look like what it is shown: not a piece of the page with its
rules, print and neighbours, but the ink that was added to the blank. So the document is read once
more on its confirmed form, in a child process under the limits of a worker.
"""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np

from ocr_service.jobs.child import Child
from ocr_service.jobs.child_main import Emit
from ocr_service.jobs.names import pin_of, pin_text
from ocr_service.jobs.reading import START_SECONDS
from ocr_service.loop.examples import TrainingExample
from ocr_service.reading import open_reader
from ocr_service.review.masking import holds_my_number
from ocr_service.settings import Settings, load_settings
from pipelines.decode_limits import DecodeLimits
from pipelines.errors import CodedError, ErrorCode
from pipelines.field_slots import ReadCut
from pipelines.forms.model import FieldDefinition, FieldKind
from pipelines.records import FormKey, Pixels
from pipelines.run import read_document
from pipelines.trace import Trace

_MOST_PIXELS = 4_000_000
_PREFIX = "line."


class LineCutter:
    """Cuts documents into lines in a child process."""

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.read_seconds
        self._child = Child(
            "ocr_service.loop.ink_lines:open_lines",
            {},
            memory_mib=settings.read_memory_mib,
            start_seconds=START_SECONDS,
        )

    def cut(
        self, example: TrainingExample, data: bytes, pages: Sequence[int] | None
    ) -> dict[str, Pixels]:
        """Give the line (H x W grey, dark on white) of every field that is one line for one value.

        `pages` are those of the file that the document has. Raises CodedError as reading does.
        """
        pinned = FormKey(id=example.form_id, revision=example.form_revision)
        head = {
            "today": example.received_on,
            "pinned": pin_text(pinned),
            "pages": None if pages is None else " ".join(map(str, pages)),
        }
        found = unpacked(self._child.call(head, data, seconds=self._seconds))
        return {f.field: found[f.field] for f in example.fields if f.field in found}

    def close(self) -> None:
        """End the child process."""
        self._child.close()


class LineTrace(Trace):
    """Keeps the crop of every box that holds one line and no number of a person."""

    def __init__(self) -> None:
        self.lines: dict[str, Pixels] = {}

    def box_read(self, field: FieldDefinition, read: ReadCut) -> None:
        """Keep the crop of a field in one box."""
        single = not field.parts and len(read.cut.crops) == 1 and not read.cut.struck
        if not single or field.kind is FieldKind.MY_NUMBER or holds_my_number(read.lines[0].text):
            return
        self.lines[field.name] = read.cut.crops[0].pixels


def open_lines(_options: dict[str, Any]) -> Callable[[dict[str, Any], bytes, Emit], bytes]:
    """Load the reader of this installation once, in the child process."""
    settings = load_settings()
    reader = open_reader(settings)
    limits = DecodeLimits(
        max_bytes=settings.upload_bytes,
        max_pages=settings.document_pages,
        max_pixels=settings.page_pixels,
    )

    def cut(head: dict[str, Any], data: bytes, _emit: Emit) -> bytes:
        trace, pages = LineTrace(), head["pages"]
        read_document(
            data,
            reader=reader,
            today=date.fromisoformat(head["today"]),
            pinned=pin_of(head["pinned"]),
            pages=None if pages is None else [int(number) for number in pages.split()],
            limits=limits,
            trace=trace,
        )
        return packed(trace.lines)

    return cut


def packed(lines: dict[str, Pixels]) -> bytes:
    """Write lines by field as one archive."""
    out = io.BytesIO()
    named: dict[str, Any] = {f"{_PREFIX}{name}": line for name, line in lines.items()}
    np.savez_compressed(out, **named)
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, Pixels]:
    """Read them back; what is no picture is left out. Raises CodedError READ_CRASHED."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            found = {n.removeprefix(_PREFIX): np.asarray(archive[n]) for n in archive.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise CodedError(ErrorCode.READ_CRASHED, "answer not understood") from error
    return {
        name: line
        for name, line in found.items()
        if line.dtype == np.uint8 and line.ndim == 2 and 0 < line.size <= _MOST_PIXELS
    }
