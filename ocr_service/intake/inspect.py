"""What a posted file is and whether its pages can be read, found out in a child process.

Looking at headers and judging quality both run decoders on bytes of strangers: neither does so in
the web process.
"""

import contextlib
import json
import queue
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

from ocr_service.jobs.child import Child
from ocr_service.settings import Settings
from ocr_service.storage.suggestion_codec import decode_verdicts
from pipelines.decode_limits import ScanSummary
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import QualityVerdict

_LAST_PAGE_SECONDS = 8.0
"""The slowest decoders need some seconds for a page (JPEG 2000: three)."""
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
        self._judges = ThreadPoolExecutor(len(self._children), thread_name_prefix="quality")
        self._free: queue.LifoQueue[Child] = queue.LifoQueue()
        for child in self._children:
            self._free.put(child)
        self._inspect_seconds = settings.inspect_seconds
        self._quality_seconds = settings.quality_seconds

    def warm_up(self) -> None:
        """Start the processes in the background, so that the first station need not wait."""
        for child in self._children:
            threading.Thread(target=_warm, args=(child,), daemon=True).start()

    def inspect(self, data: bytes) -> Inspection:
        """Look at a file.

        The verdicts are those of the pages that could be judged in time, maybe none: then the
        worker gives them later. Raises CodedError of `inspect_scan`, FILE_UNREADABLE when it
        harmed the process or took too long, SERVICE_BUSY when no process got free in time.
        """
        child = self._take()
        try:
            _start(child)
            summary = self._summary(child, data)
        except BaseException:
            self._free.put(child)
            raise
        return Inspection(summary=summary, quality=self._quality(child))

    def close(self) -> None:
        """End the processes."""
        for child in self._children:
            child.close()
        self._judges.shutdown()

    def _summary(self, child: Child, data: bytes) -> ScanSummary:
        try:
            answer = child.call({"do": "inspect"}, data, seconds=self._inspect_seconds)
        except CodedError as error:
            if error.code.startswith("read."):
                raise CodedError(ErrorCode.FILE_UNREADABLE, f"inspection: {error.code}") from error
            raise
        return ScanSummary(**json.loads(answer))

    def _quality(self, child: Child) -> tuple[QualityVerdict, ...]:
        """Wait for verdicts as long as the station may; the child goes back when it is done."""
        if self._quality_seconds == 0:
            self._free.put(child)
            return ()
        pages: list[object] = []
        judging = self._judges.submit(self._judge, child, pages)
        wait([judging], timeout=self._quality_seconds)
        return decode_verdicts({"pages": pages[:]})

    def _judge(self, child: Child, pages: list[object]) -> None:
        # Too slow, too large, damaged further in: the posting is kept all the same, and reading it
        # says what is the matter.
        try:
            with contextlib.suppress(CodedError):
                # The child still has the bytes of the inspection. It stops by itself after the
                # page under way; only one that hangs is killed, for a new one takes its time.
                child.call(
                    {"do": "quality", "seconds": self._quality_seconds},
                    seconds=self._quality_seconds + _LAST_PAGE_SECONDS,
                    on_part=lambda part: pages.append(json.loads(part)),
                )
        finally:
            self._free.put(child)

    def _take(self) -> Child:
        try:
            return self._free.get(timeout=self._inspect_seconds)
        except queue.Empty:
            raise CodedError(ErrorCode.SERVICE_BUSY, "inspection") from None


def _warm(child: Child) -> None:
    # Whatever is the matter, the first posting meets it too and says so.
    with contextlib.suppress(CodedError):
        _start(child)


def _start(child: Child) -> None:
    try:
        child.start()
    except CodedError as error:
        if error.code.startswith("read."):
            # No fault of the file that waits.
            raise CodedError(ErrorCode.SERVICE_BUSY, f"inspection: {error.code}") from error
        raise
