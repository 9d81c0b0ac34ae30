"""The child's side of `inspect.py`: headers, then the quality of page after page."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import cv2

from ocr_service.jobs.child_main import Emit
from pipelines.decode import decode_pages, inspect_scan
from pipelines.decode_limits import DecodeLimits
from pipelines.quality import assess_quality

_ENOUGH_PIXELS = 20_000_000
"""A4 at 450 dpi: whatever is wrong with a larger page can still be seen at a half of it."""


def open_inspector(options: dict[str, Any]) -> Callable[[dict[str, Any], bytes, Emit], bytes]:
    """Make the handler; `options` are fields of `DecodeLimits`."""
    cv2.setNumThreads(1)
    limits = DecodeLimits(**options)
    kept = b""

    def handle(head: dict[str, Any], data: bytes, emit: Emit) -> bytes:
        nonlocal kept
        if head["do"] == "inspect":
            kept = b""
            summary = inspect_scan(data, limits=limits)
            kept = data
            return json.dumps(asdict(summary)).encode()
        data, kept = kept, b""
        deadline = time.monotonic() + head["seconds"]
        for page in decode_pages(data, limits=limits, enough_pixels=_ENOUGH_PIXELS):
            emit(json.dumps(asdict(assess_quality(page))).encode())
            if time.monotonic() > deadline:
                break
        return b""

    return handle
