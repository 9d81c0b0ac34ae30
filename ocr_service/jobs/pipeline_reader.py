"""The real reader, inside the child process: forms and engines of this installation."""

from collections.abc import Callable
from datetime import date
from typing import Any

from ocr_service.jobs.child_main import Emit
from ocr_service.jobs.names import pin_of
from ocr_service.reading import open_reader
from ocr_service.settings import load_settings
from ocr_service.storage.suggestion_codec import encode_suggestion
from pipelines.decode_limits import DecodeLimits
from pipelines.run import read_document


def open_handler(_options: dict[str, Any]) -> Callable[[dict[str, Any], bytes, Emit], bytes]:
    """Load everything once; the settings come from the environment of the worker."""
    settings = load_settings()
    reader = open_reader(settings)
    limits = DecodeLimits(
        max_bytes=settings.upload_bytes,
        max_pages=settings.document_pages,
        max_pixels=settings.page_pixels,
    )

    def read(head: dict[str, Any], data: bytes, _emit: Emit) -> bytes:
        suggestion = read_document(
            data,
            reader=reader,
            today=date.fromisoformat(head["today"]),
            pinned=pin_of(head["pinned"]),
            limits=limits,
        )
        return encode_suggestion(suggestion)

    return read
