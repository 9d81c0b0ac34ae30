"""Reading one document in a process that can be killed."""

from datetime import date
from typing import Protocol

from ocr_service.jobs.child import Child
from ocr_service.jobs.names import pin_text
from ocr_service.settings import Settings
from ocr_service.storage.suggestion_codec import decode_suggestion
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import FormKey, Suggestion


class DocumentReader(Protocol):
    """Makes a suggestion from the bytes of a document, or raises CodedError."""

    def read(self, data: bytes, *, today: date, pinned: FormKey | None) -> Suggestion:
        """Read one document."""


class ChildReader:
    """Reads in a `Child` that loads forms and engines once."""

    def __init__(self, child: Child, *, seconds: float) -> None:
        self.child = child
        self._seconds = seconds

    def read(self, data: bytes, *, today: date, pinned: FormKey | None) -> Suggestion:
        """Read one document.

        Raises CodedError READ_TIMEOUT, READ_OUT_OF_MEMORY, READ_CRASHED, or what reading raised.
        """
        head = {"today": today.isoformat(), "pinned": pin_text(pinned)}
        answer = self.child.call(head, data, seconds=self._seconds)
        try:
            return decode_suggestion(answer)
        except CodedError as error:
            raise CodedError(ErrorCode.READ_CRASHED, "answer not understood") from error


def open_child_reader(settings: Settings, *, seconds: float | None = None) -> ChildReader:
    """Make the reader of the settings; its process starts at the first document or `start`.

    A document may take `seconds`, or as long as the settings say.
    """
    child = Child(
        settings.reader, {}, memory_mib=settings.read_memory_mib, start_seconds=START_SECONDS
    )
    return ChildReader(child, seconds=seconds or settings.read_seconds)


START_SECONDS = 180
"""For rendering all forms and loading all engines on a slow machine."""
