"""Reads single lines or field crops, inside a child process (`child_main.py`)."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ocr_service.jobs.child import Child
from ocr_service.jobs.child_main import Emit
from ocr_service.reading import open_recogniser
from ocr_service.settings import Settings, load_settings
from pipelines.decode import DecodeLimits, decode_pages
from pipelines.errors import CodedError, ErrorCode

_TARGET = f"{__name__}:open_handler"


@dataclass(frozen=True, kw_only=True, slots=True)
class LineReading:
    """What one crop says; `confidence` is 0..1, `alternatives` are best first."""

    text: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...]


class LineReader:
    """Reads crops in a `Child` that loads the recogniser once."""

    def __init__(self, settings: Settings, *, seconds: float) -> None:
        self.child = Child(_TARGET, {}, memory_mib=settings.read_memory_mib)
        self._seconds = seconds

    def read(self, data: bytes, *, allowed: frozenset[str] | None) -> LineReading:
        """Read the first page of an image file as one line of `allowed` characters (None: all).

        Raises CodedError of `decode_pages`, READ_TIMEOUT, READ_OUT_OF_MEMORY, READ_CRASHED.
        """
        head = {"allowed": None if allowed is None else "".join(sorted(allowed))}
        answer = json.loads(self.child.call(head, data, seconds=self._seconds))
        others = tuple((str(text), float(share)) for text, share in answer["alternatives"])
        return LineReading(
            text=answer["text"], confidence=answer["confidence"], alternatives=others
        )


def open_handler(_options: dict[str, Any]) -> Callable[[dict[str, Any], bytes, Emit], bytes]:
    """Load the recogniser; the child's side of `LineReader`."""
    settings = load_settings()
    recogniser = open_recogniser()
    # A crop may be as small as one pixel: it gets an answer, not an error.
    limits = DecodeLimits(
        max_bytes=settings.upload_bytes, max_pixels=settings.page_pixels, min_side=1
    )

    def read(head: dict[str, Any], data: bytes, _emit: Emit) -> bytes:
        allowed = None if head["allowed"] is None else frozenset(head["allowed"])
        page = next(decode_pages(data, limits=limits), None)
        if page is None:
            raise CodedError(ErrorCode.FILE_CORRUPT, "no pages")
        reading = recogniser.read([page.pixels], [allowed])[0]
        body = {
            "text": reading.text,
            "confidence": reading.confidence,
            "alternatives": reading.alternatives,
        }
        return json.dumps(body).encode()

    return read
