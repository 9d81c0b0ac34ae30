"""Pages and crops of posted scans as JPEG, decoded in a child process under limits."""

import contextlib
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocr_service.jobs.child import Child, Message
from ocr_service.settings import Settings
from pipelines.errors import CodedError
from pipelines.records import BoundingBox

_SECONDS = 30.0
_MEMORY_MIB = 1536


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What to show of a document: one page, or (with `box`) an upright crop of it.

    `rotation` (clockwise degrees) turns crops only; `reach` is their margin at both ends of the
    text, in heights of the box. `hidden` boxes are painted over.
    """

    document_id: str
    page: int
    width: int = 1600
    box: BoundingBox | None = None
    rotation: int = 0
    reach: float = 0.35
    hidden: Sequence[BoundingBox] = ()


class PageViews:
    """Renders views; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._child = Child(
            "ocr_service.api.page_child:open_views",
            {
                "max_bytes": settings.upload_bytes,
                "max_pages": settings.document_pages,
                "max_pixels": settings.page_pixels,
            },
            memory_mib=_MEMORY_MIB,
        )

    def warm_up(self) -> None:
        """Start the child in the background, so that the first reviewer need not wait."""
        threading.Thread(target=self._start, daemon=True).start()

    def render(self, view: View, original: Callable[[], bytes]) -> bytes:
        """Make the JPEG; `original` gives the posted bytes, and is asked only when needed.

        Raises CodedError REQUEST_NOT_FOUND when there is no such page, those of decoding, and
        READ_TIMEOUT, READ_OUT_OF_MEMORY, READ_CRASHED.
        """
        head: Message = {
            "key": view.document_id,
            "page": view.page,
            "width": view.width,
            "rotation": view.rotation,
            "reach": view.reach,
            "box": json.dumps(_corners(view.box)) if view.box else "",
            "hidden": json.dumps([_corners(box) for box in view.hidden]),
        }
        # The child may still have the page from the last look.
        return self._child.call(head, seconds=_SECONDS) or self._child.call(
            head, original(), seconds=_SECONDS
        )

    def close(self) -> None:
        """End the child process."""
        self._child.close()

    def _start(self) -> None:
        # The first view meets the same error and reports it.
        with contextlib.suppress(CodedError):
            self._child.start()


def _corners(box: BoundingBox) -> list[float]:
    return [box.x0, box.y0, box.x1, box.y1]
