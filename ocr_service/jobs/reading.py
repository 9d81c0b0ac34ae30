"""Reading one document in a process that can be killed."""

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from typing import Protocol, TypeVar

from ocr_service.jobs.child import Child, Message
from ocr_service.jobs.names import pin_text
from ocr_service.settings import Settings
from ocr_service.storage.suggestion_codec import decode_stack, decode_suggestion
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import FormKey, Suggestion
from pipelines.stack import StackReading

T = TypeVar("T")


class DocumentReader(Protocol):
    """Makes suggestions from the bytes of a posted file, or raises CodedError."""

    def read(
        self,
        data: bytes,
        *,
        today: date,
        pinned: FormKey | None,
        pages: Sequence[int] | None = None,
    ) -> Suggestion:
        """Read one document: these pages of the file, or all of them."""

    def read_stack(self, data: bytes, *, today: date) -> StackReading:
        """Read all pages of the file, and say which documents they make up."""


class ChildReader:
    """Reads in a `Child` that loads forms and engines once."""

    def __init__(self, child: Child, *, seconds: float) -> None:
        self.child = child
        self._seconds = seconds

    def read(
        self,
        data: bytes,
        *,
        today: date,
        pinned: FormKey | None,
        pages: Sequence[int] | None = None,
    ) -> Suggestion:
        """Read one document.

        Raises CodedError READ_TIMEOUT, READ_OUT_OF_MEMORY, READ_CRASHED, or what reading raised.
        """
        head = {
            "today": today.isoformat(),
            "pinned": pin_text(pinned),
            "pages": None if pages is None else " ".join(map(str, pages)),
        }
        return self._call(head, data, decode_suggestion)

    def read_stack(self, data: bytes, *, today: date) -> StackReading:
        """Read all pages of the file. Raises as `read`."""
        return self._call({"today": today.isoformat(), "stack": 1}, data, decode_stack)

    def _call(self, head: Message, data: bytes, decode: Callable[[bytes], T]) -> T:
        answer = self.child.call(head, data, seconds=self._seconds)
        try:
            return decode(answer)
        except CodedError as error:
            raise CodedError(ErrorCode.READ_CRASHED, "answer not understood") from error

    def close(self) -> None:
        """End the process, after the call under way."""
        self.child.close()

    def kill(self) -> None:
        """End the process at once; a call under way fails."""
        pid = self.child.pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def open_child_reader(
    settings: Settings, *, seconds: float | None = None, candidate: str = ""
) -> ChildReader:
    """Make the reader of the settings; its process starts at the first document or `start`.

    A document may take `seconds`, or as long as the settings say. `candidate` (`name@version`)
    reads in place of the version in use.
    """
    options = {"candidate": candidate} if candidate else {}
    child = Child(
        settings.reader, options, memory_mib=settings.read_memory_mib, start_seconds=START_SECONDS
    )
    return ChildReader(child, seconds=seconds or settings.read_seconds)


START_SECONDS = 180
"""For rendering all forms and loading all engines on a slow machine."""
