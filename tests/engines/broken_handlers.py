"""Child handlers that misbehave on purpose, and one that behaves."""

import ctypes
import json
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from pipelines.errors import CodedError, ErrorCode

Emit = Callable[[bytes], None]


def open_handler(options: dict[str, Any]) -> Callable[[dict[str, Any], bytes, Emit], bytes]:
    if options.get("load") == "coded":
        raise CodedError(ErrorCode.MODEL_MISSING, "recogniser")
    if options.get("load") == "crash":
        _segfault()
    return _handle


def _handle(head: dict[str, Any], data: bytes, emit: Emit) -> bytes:
    do = head["do"]
    if do == "echo":
        return data
    if do == "parts":
        for number in range(3):
            emit(str(number).encode())
        if head.get("then") == "hang":
            time.sleep(3600)
        return b"done"
    if do == "hang":
        time.sleep(3600)
    if do == "hang natively":
        # Holds the interpreter lock and ignores every signal handler, as a bad library does.
        ctypes.PyDLL(None).pause()
    if do == "eat memory":
        hoard = []
        while True:
            hoard.append(b"x" * (8 << 20))
            time.sleep(0.01)
    if do == "eat memory at once":
        return bytes(bytearray(1 << 40))
    if do == "segfault":
        _segfault()
    if do == "exit":
        os._exit(3)
    if do == "raise":
        raise ValueError("足立 花子")
    if do == "raise coded":
        raise CodedError(ErrorCode.PAGES_TOO_MANY, "too many", limit=200)
    if do == "print":
        os.write(1, b"noise")
        os.write(2, b"noise")
        return b"quiet"
    if do == "status":
        status = {
            "threads": os.environ["OMP_NUM_THREADS"],
            "python_threads": threading.active_count(),
        }
        return json.dumps(status).encode()
    raise AssertionError(do)


def _segfault() -> None:
    ctypes.string_at(0)
