"""What a posted file is and whether its pages can be read, found out in a child process.

Looking at headers and judging quality both run decoders on bytes of strangers: neither does so in
the web process.
"""

import contextlib
import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ocr_service.jobs.child import Child
from ocr_service.settings import Settings
from ocr_service.storage.suggestion_codec import decode_verdicts
from pipelines.decode_limits import ScanSummary
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import QualityVerdict

_TARGET = "ocr_service.intake.inspect_child:open_inspector"


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """What is known before the answer: the file's kind, and verdicts as far as time allowed."""

    summary: ScanSummary
    quality: tuple[QualityVerdict, ...]


class Inspector(Protocol):
    """Inspects posted files."""

    def inspect(self, data: bytes) -> Inspection:
        """Look at a file. Raises CodedError when it can't be taken (`file.*`, `image.*`, …)."""

    def close(self) -> None:
        """End what it needs."""


class ChildInspector:
    """Inspects in a few child processes with limits of time and memory."""

    def __init__(self, settings: Settings) -> None:
        options = {
            "max_bytes": settings.upload_bytes,
            "max_pages": settings.document_pages,
            "max_pixels": settings.page_pixels,
        }
        self._children = [
            Child(_TARGET, options, memory_mib=settings.quality_memory_mib)
            for _ in range(settings.quality_processes)
        ]
        self._free: queue.LifoQueue[Child] = queue.LifoQueue()
        for child in self._children:
            self._free.put(child)
        self._inspect_seconds = settings.inspect_seconds
        self._quality_seconds = settings.quality_seconds

    def warm_up(self) -> None:
        """Start the processes in the background, so that the first station need not wait."""
        for child in self._children:
            threading.Thread(target=_start, args=(child,), daemon=True).start()

    def inspect(self, data: bytes) -> Inspection:
        """Look at a file.

        The verdicts are those of the pages that could be judged in time, maybe none: then the
        worker gives them later. Raises CodedError of `inspect_scan`, FILE_UNREADABLE when it
        harmed the process or took too long, SERVICE_BUSY when no process got free in time.
        """
        with self._one() as child:
            summary = self._summary(child, data)
            return Inspection(summary=summary, quality=self._quality(child, data))

    def close(self) -> None:
        """End the processes."""
        for child in self._children:
            child.close()

    def _summary(self, child: Child, data: bytes) -> ScanSummary:
        try:
            answer = child.call({"do": "inspect"}, data, seconds=self._inspect_seconds)
        except CodedError as error:
            if error.code.startswith("read."):
                raise CodedError(ErrorCode.FILE_UNREADABLE, f"inspection: {error.code}") from error
            raise
        return ScanSummary(**json.loads(answer))

    def _quality(self, child: Child, data: bytes) -> tuple[QualityVerdict, ...]:
        if self._quality_seconds == 0:
            return ()
        pages: list[object] = []
        # Too slow, too large, damaged further in: the posting is kept all the same, and reading it
        # says what is the matter.
        with contextlib.suppress(CodedError):
            # The child still has the bytes of the inspection.
            child.call(
                {"do": "quality", "seconds": self._quality_seconds},
                seconds=self._quality_seconds,
                on_part=lambda part: pages.append(json.loads(part)),
            )
        return decode_verdicts({"pages": pages})

    @contextlib.contextmanager
    def _one(self) -> Iterator[Child]:
        try:
            child = self._free.get(timeout=self._inspect_seconds)
        except queue.Empty:
            raise CodedError(ErrorCode.SERVICE_BUSY, "inspection") from None
        try:
            yield child
        finally:
            self._free.put(child)


def _start(child: Child) -> None:
    try:
        child.start()
    except CodedError:
        # The first posting meets the same error and reports it.
        return
