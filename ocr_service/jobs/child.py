"""A child process that may hang, crash or eat memory without harm to the one that asks it.

Native decoders and OCR engines can't be interrupted in a thread. A `Child` loads its handler once,
answers one call at a time, and is killed and replaced when a call runs out of time or memory.
Frames go through pipes (`child_main.py` is the other end): one byte for the kind, four for the
length, then the payload. Nothing is pickled: what comes out of a process that has parsed a hostile
file is read as data, never as code.
"""

import json
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from pipelines.errors import CodedError, ErrorCode

HEADER = struct.Struct(">cI")
READY, CALL, DATA, PART, DONE, ERROR = b"R", b"C", b"B", b"P", b"D", b"E"
MEMORY_MARGIN_MIB = 1024
"""Hard limit above the watched one, for what is allocated between two looks."""
_LOOK_SECONDS = 0.05
_CHUNK = 1 << 20
_ONE_THREAD = {
    name: "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_THREAD_LIMIT")
}
# The kernel ends a child when the *thread* that started it ends: one thread that never ends does.
_keeper = ThreadPoolExecutor(max_workers=1, thread_name_prefix="child-keeper")

Message = Mapping[str, str | int | float | None]


class Child:
    """One child process with its handler, started when first needed.

    `target` is `module:function`; in the child it is called once with `options` and returns the
    handler `(head, data, emit) -> bytes`. Safe to share between threads; calls take turns.
    """

    def __init__(
        self, target: str, options: Message, *, memory_mib: int, start_seconds: float = 120
    ) -> None:
        self._target = target
        self._options = options
        self._memory_bytes = memory_mib << 20
        self._start_seconds = start_seconds
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._received = bytearray()

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start and load the handler now instead of at the first call. Raises as `call`."""
        with self._turn:
            self._ensure_started()

    def call(
        self,
        head: Message,
        data: bytes = b"",
        *,
        seconds: float,
        on_part: Callable[[bytes], None] | None = None,
    ) -> bytes:
        """Hand `head` and `data` to the handler and return its answer.

        `on_part` gets what the handler emits on its way. Loading the handler does not count into
        `seconds`. Raises CodedError READ_TIMEOUT, READ_OUT_OF_MEMORY, READ_CRASHED (the child is
        gone then, the next call starts another), or the CodedError that the handler raised.
        """
        with self._turn:
            self._ensure_started()
            request = _frame(CALL, json.dumps(head).encode()) + _frame(DATA, data)
            answer = self._exchange(request, DONE, seconds, on_part)
            if self._resident_bytes() > self._memory_bytes * 0.7:
                # It never gives this back: better a fresh one than a failing next document.
                self._kill()
            return answer

    def close(self) -> None:
        """End the child process, whatever it does."""
        with self._turn:
            self._kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ensure_started(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._kill()
        self._process = _keeper.submit(self._spawn).result()
        self._exchange(b"", READY, self._start_seconds, None)

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "ocr_service.jobs.child_main", self._target]
        limit = self._memory_bytes + (MEMORY_MARGIN_MIB << 20)
        command += [json.dumps(self._options), str(limit), str(os.getpid())]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
        )
        assert process.stdin is not None
        assert process.stdout is not None
        os.set_blocking(process.stdin.fileno(), False)
        os.set_blocking(process.stdout.fileno(), False)
        self._received = bytearray()
        return process

    def _exchange(
        self,
        request: bytes,
        expected: bytes,
        seconds: float,
        on_part: Callable[[bytes], None] | None,
    ) -> bytes:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        deadline = time.monotonic() + seconds
        unsent = memoryview(request)
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if unsent:
                selector.register(process.stdin, selectors.EVENT_WRITE)
            while True:
                ready = {key.fileobj for key, _ in selector.select(_LOOK_SECONDS)}
                if process.stdin in ready:
                    unsent = unsent[_send(process.stdin.fileno(), unsent) :]
                    if not unsent:
                        selector.unregister(process.stdin)
                if process.stdout in ready and not self._receive(process.stdout.fileno()):
                    raise self._dead()
                for kind, payload in self._frames():
                    if kind == expected:
                        return payload
                    if kind == ERROR:
                        raise _error_of(payload)
                    if kind == PART and on_part is not None:
                        on_part(payload)
                self._look(deadline, seconds)

    def _receive(self, descriptor: int) -> bool:
        """Take what has come; False at the end of the stream."""
        try:
            chunk = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return True
        self._received += chunk
        return bool(chunk)

    def _frames(self) -> list[tuple[bytes, bytes]]:
        found = []
        while len(self._received) >= HEADER.size:
            kind, length = HEADER.unpack_from(self._received)
            end = HEADER.size + length
            if len(self._received) < end:
                break
            found.append((kind, bytes(self._received[HEADER.size : end])))
            del self._received[:end]
        return found

    def _look(self, deadline: float, seconds: float) -> None:
        if self._resident_bytes() > self._memory_bytes:
            self._kill()
            raise CodedError(ErrorCode.READ_OUT_OF_MEMORY, f"over {self._memory_bytes >> 20} MiB")
        if time.monotonic() > deadline:
            self._kill()
            raise CodedError(ErrorCode.READ_TIMEOUT, f"over {seconds:g} s")

    def _dead(self) -> CodedError:
        process = self._process
        assert process is not None
        try:
            status = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            status = 0
        self._kill()
        if status == -9:
            # Nobody but the kernel's memory killer sends this to it (we forget it when we do).
            return CodedError(ErrorCode.READ_OUT_OF_MEMORY, "killed by the system")
        return CodedError(ErrorCode.READ_CRASHED, f"exit status {status}")

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _resident_bytes(self) -> int:
        if self._process is None:
            return 0
        try:
            fields = Path(f"/proc/{self._process.pid}/statm").read_bytes().split()
        except OSError:
            return 0
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def _send(descriptor: int, data: memoryview) -> int:
    try:
        return os.write(descriptor, data[:_CHUNK])
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        # It died: the end of its output, which comes next, says so.
        return len(data)


def _frame(kind: bytes, payload: bytes) -> bytes:
    return HEADER.pack(kind, len(payload)) + payload


def _error_of(payload: bytes) -> CodedError:
    try:
        body = json.loads(payload)
        return CodedError(ErrorCode(body["code"]), str(body["detail"]), **body["params"])
    except (ValueError, KeyError, TypeError):
        return CodedError(ErrorCode.INTERNAL, "reading process answered nonsense")
