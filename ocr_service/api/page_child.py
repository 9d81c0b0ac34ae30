"""The child process that decodes scans for the review screen: pages and crops as JPEG.

Decoders of hostile files don't run in the web process. The child keeps the few pages that were
shown last, because a reviewer looks at one document for minutes.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from pipelines.decode import DecodeLimits, decode_pages, encode_view
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import Page, Pixels

_KEPT_BYTES = 256 * 1024 * 1024
_INK = 60
"""Grey that covers what is not to be shown."""
_MARGIN = 0.35
_LEAST_MARGIN = 12
_CROP_WIDTH = 1600
_Box = tuple[float, float, float, float]


def open_views(options: dict[str, Any]) -> Callable[[dict[str, Any], bytes, object], bytes]:
    """Make the handler of the child; `options` are fields of `DecodeLimits`."""
    cv2.setNumThreads(1)
    views = _Views(DecodeLimits(**options))
    return lambda head, data, _emit: views.answer(head, data)


class _Views:
    """Answers calls; the head holds the parts of a `page_views.View`."""

    def __init__(self, limits: DecodeLimits) -> None:
        self._limits = limits
        self._pages: OrderedDict[tuple[str, int], Page] = OrderedDict()
        self._open: tuple[str, Iterator[Page]] | None = None
        self._reached = 0

    def answer(self, head: dict[str, Any], data: bytes) -> bytes:
        """JPEG of a page or crop; empty when the page is not at hand and `data` is empty."""
        page = self._page(str(head["key"]), int(head["page"]), data)
        if page is None:
            return b""
        hidden = [_box(item) for item in json.loads(head["hidden"])]
        shown = covered(page.pixels, hidden)
        if head["box"]:
            box = _box(json.loads(head["box"]))
            shown = upright_crop(shown, box, int(head["rotation"]), reach=float(head["reach"]))
            return encode_view(replace(page, pixels=shown), width=_CROP_WIDTH, quality=88)
        return encode_view(replace(page, pixels=shown), width=int(head["width"]))

    def _page(self, key: str, number: int, data: bytes) -> Page | None:
        kept = self._pages.get((key, number))
        if kept is not None:
            self._pages.move_to_end((key, number))
            return kept
        if self._open is None or self._open[0] != key or self._reached >= number:
            if not data:
                return None
            self._open, self._reached = (key, decode_pages(data, limits=self._limits)), 0
        for page in self._open[1]:
            self._reached = page.number
            if page.number == number:
                self._keep(key, page)
                return page
        self._open = None
        raise CodedError(ErrorCode.REQUEST_NOT_FOUND, f"no page {number}")

    def _keep(self, key: str, page: Page) -> None:
        self._pages[key, page.number] = page
        while len(self._pages) > 1 and self._kept_bytes() > _KEPT_BYTES:
            self._pages.popitem(last=False)

    def _kept_bytes(self) -> int:
        return sum(page.pixels.nbytes for page in self._pages.values())


def covered(pixels: Pixels, boxes: list[_Box]) -> Pixels:
    """Return the page with the boxes painted over; the page itself when there are none."""
    if not boxes:
        return pixels
    shown = pixels.copy()
    for x0, y0, x1, y1 in boxes:
        left, top = max(0, int(x0)), max(0, int(y0))
        shown[top : max(top, int(np.ceil(y1))), left : max(left, int(np.ceil(x1)))] = _INK
    return shown


def upright_crop(pixels: Pixels, box: _Box, rotation: int, *, reach: float = _MARGIN) -> Pixels:
    """Cut out a box with a margin and turn it clockwise by `rotation` degrees (multiples of 90).

    The margin is `reach` times the short side at the ends of the long one, and less beside it.
    Raises CodedError REQUEST_NOT_FOUND when the box lies outside of the page.
    """
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = box
    short = min(x1 - x0, y1 - y0)
    beside, ends = max(_LEAST_MARGIN, _MARGIN * short), max(_LEAST_MARGIN, reach * short)
    across, down = (ends, beside) if x1 - x0 >= y1 - y0 else (beside, ends)
    left, right = max(0, int(x0 - across)), min(width, int(np.ceil(x1 + across)))
    top, bottom = max(0, int(y0 - down)), min(height, int(np.ceil(y1 + down)))
    if left >= right or top >= bottom:
        raise CodedError(ErrorCode.REQUEST_NOT_FOUND, "box outside of the page")
    turned = np.rot90(pixels[top:bottom, left:right], k=-(rotation // 90))
    return np.ascontiguousarray(turned)


def _box(item: Any) -> _Box:
    x0, y0, x1, y1 = (float(part) for part in item)
    return x0, y0, x1, y1
