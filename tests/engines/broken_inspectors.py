"""Inspection handlers that misbehave on purpose."""

import ctypes
import json
import time
from collections.abc import Callable
from typing import Any

Emit = Callable[[bytes], None]
Handler = Callable[[dict[str, Any], bytes, Emit], bytes]
_SUMMARY = {"media_type": "image/tiff", "page_count": 3, "suffix": ".tif"}


def crashing(_options: dict[str, Any]) -> Handler:
    def handle(head: dict[str, Any], data: bytes, emit: Emit) -> bytes:
        ctypes.string_at(0)
        return b""

    return handle


def hanging(_options: dict[str, Any]) -> Handler:
    def handle(head: dict[str, Any], data: bytes, emit: Emit) -> bytes:
        ctypes.PyDLL(None).pause()
        return b""

    return handle


def slow_quality(_options: dict[str, Any]) -> Handler:
    def handle(head: dict[str, Any], data: bytes, emit: Emit) -> bytes:
        if head["do"] == "inspect":
            return json.dumps(_SUMMARY).encode()
        emit(json.dumps({"page": 1, "ok": True, "reasons": [], "measures": {}}).encode())
        time.sleep(3600)
        return b""

    return handle
