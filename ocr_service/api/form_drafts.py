"""Drafts of form definitions from documents that no form claims, made in a child process."""

import json
from collections.abc import Callable
from datetime import date

from ocr_service.jobs.child import Child, Message
from ocr_service.settings import Settings
from pipelines.records import Line, Suggestion

_SECONDS = 60.0
_MEMORY_MIB = 1536


class FormDrafts:
    """Makes drafts, one at a time; safe to share between threads.

    The child is started for each draft and ended after it: they are rare.
    """

    def __init__(self, settings: Settings) -> None:
        self._child = Child(
            "ocr_service.api.draft_child:open_drafts",
            {
                "max_bytes": settings.upload_bytes,
                "max_pages": settings.document_pages,
                "max_pixels": settings.page_pixels,
            },
            memory_mib=_MEMORY_MIB,
        )

    def make(
        self,
        suggestion: Suggestion,
        original: Callable[[], bytes],
        *,
        id: str,
        title: str,
        today: date,
    ) -> bytes:
        """ZIP with the definition (YAML) and its background (PDF), without a pixel of the page.

        Raises CodedError FORM_INVALID when no place is found, those of decoding, and READ_TIMEOUT,
        READ_OUT_OF_MEMORY, READ_CRASHED.
        """
        head: Message = {
            "id": id,
            "title": title,
            "today": today.isoformat(),
            "lines": json.dumps([_body(line) for line in suggestion.lines]),
            "rotations": json.dumps({page.number: page.rotation for page in suggestion.pages}),
        }
        try:
            return self._child.call(head, original(), seconds=_SECONDS)
        finally:
            self._child.close()

    def close(self) -> None:
        """End the child process."""
        self._child.close()


def _body(line: Line) -> dict[str, object]:
    return {
        "text": line.text,
        "confidence": line.confidence,
        "box": [line.box.x0, line.box.y0, line.box.x1, line.box.y1],
        "page": line.page,
        "vertical": line.vertical,
    }
