"""The child's end of `child.py`: loads its handler, answers calls until its input ends."""

import contextlib
import ctypes
import faulthandler
import importlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from ocr_service.jobs.child import CALL, DATA, DONE, ERROR, HEADER, PART, READY
from pipelines.errors import CodedError, ErrorCode

_PR_SET_PDEATHSIG = 1
_OPENCV_NO_MEMORY = -4

Emit = Callable[[bytes], None]
Handler = Callable[[dict[str, Any], bytes, Emit], bytes]


def main() -> None:
    """Run the child: arguments are target, options (JSON), memory limit (bytes), parent's pid."""
    target, options, limit, parent = sys.argv[1:]
    requests, answers = _take_pipes()
    _confine(int(limit), int(parent))
    try:
        module, _, name = target.partition(":")
        handler: Handler = getattr(importlib.import_module(module), name)(json.loads(options))
    except BaseException as error:
        _write(answers, ERROR, _error_body(error))
        raise SystemExit(1) from None
    _write(answers, READY, b"")
    _serve(requests, answers, handler)


def _serve(requests: BinaryIO, answers: BinaryIO, handler: Handler) -> None:
    while (head := _read(requests, CALL)) is not None:
        data = _read(requests, DATA)
        if data is None:
            return
        try:
            answer = handler(json.loads(head), data, lambda part: _write(answers, PART, part))
        except Exception as error:
            _write(answers, ERROR, _error_body(error))
        else:
            _write(answers, DONE, answer)
        del head, data


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for frames only: whatever a library prints goes nowhere.

    Decoders print parts of damaged files; only the trace of a native crash reaches the log.
    """
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    log = os.fdopen(os.dup(2), "w")
    faulthandler.enable(file=log, all_threads=False)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    return requests, answers


def _confine(memory_bytes: int, parent: int) -> None:
    # A signal to the process group is the worker's business: it finishes its document.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):
        return
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    # When memory runs out on the machine, this process goes first, not the database.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900", "ascii")


def _error_body(error: BaseException) -> bytes:
    if not isinstance(error, CodedError):
        error = _coded(error)
    body = {"code": str(error.code), "detail": error.detail, "params": error.params}
    return json.dumps(body).encode()


def _coded(error: BaseException) -> CodedError:
    """Never the message of an unknown error: it may quote the document."""
    text = str(error)
    if (
        isinstance(error, MemoryError)
        or getattr(error, "code", None) == _OPENCV_NO_MEMORY
        or "bad_alloc" in text
        or "allocate memory" in text
    ):
        return CodedError(ErrorCode.READ_OUT_OF_MEMORY, type(error).__name__)
    place, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{Path(code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return CodedError(ErrorCode.INTERNAL, f"{type(error).__name__} at {place}")


def _read(stream: BinaryIO, expected: bytes) -> bytes | None:
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, length = HEADER.unpack(header)
    payload = stream.read(length)
    if kind != expected or len(payload) < length:
        return None
    return payload


def _write(stream: BinaryIO, kind: bytes, payload: bytes) -> None:
    stream.write(HEADER.pack(kind, len(payload)) + payload)
    stream.flush()


if __name__ == "__main__":
    main()
