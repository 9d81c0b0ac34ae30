"""The real reader, inside the child process: forms and engines of this installation."""

from collections.abc import Callable
from datetime import date
from typing import Any

from ocr_service.jobs.child_main import Emit
from ocr_service.jobs.names import pin_of
from ocr_service.reading import open_reader
from ocr_service.settings import load_settings
from ocr_service.storage.suggestion_codec import encode_stack, encode_suggestion
from pipelines.decode_limits import DecodeLimits
from pipelines.run import read_document, read_stack


def open_handler(options: dict[str, Any]) -> Callable[[dict[str, Any], bytes, Emit], bytes]:
    """Load everything once; the settings come from the environment of the worker.

    `options` may name a `candidate` that reads in place of the version in use.
    """
    settings = load_settings()
    reader = open_reader(settings, candidate=str(options.get("candidate", "")))
    limits = DecodeLimits(
        max_bytes=settings.upload_bytes,
        max_pages=settings.document_pages,
        max_pixels=settings.page_pixels,
    )

    def read(head: dict[str, Any], data: bytes, _emit: Emit) -> bytes:
        today = date.fromisoformat(head["today"])
        if head.get("stack"):
            return encode_stack(read_stack(data, reader=reader, today=today, limits=limits))
        pages = head["pages"]
        suggestion = read_document(
            data,
            reader=reader,
            today=today,
            pinned=pin_of(head["pinned"]),
            pages=None if pages is None else [int(number) for number in pages.split()],
            limits=limits,
        )
        return encode_suggestion(suggestion)

    return read
