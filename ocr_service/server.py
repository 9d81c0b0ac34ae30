"""One command for all: runs web and workers as processes, and brings back those that die."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from types import FrameType

import structlog

from ocr_service.jobs.setup import prepare_installation
from ocr_service.logging import configure_logging
from ocr_service.settings import Settings, load_settings
from ocr_service.supervised import PARENT_VARIABLE, end_with_parent
from pipelines.errors import CodedError

_log = structlog.get_logger("ocr_service.server")
_SHORTEST_BACKOFF = 0.5
_LONGEST_BACKOFF = 30.0
_STEADY_SECONDS = 60.0
"""Who ran so long is forgiven its earlier deaths."""
_LOOK_SECONDS = 0.2


def serve(settings: Settings) -> None:
    """Prepare the installation, then run web and workers until SIGTERM or SIGINT.

    A process that dies is started again after a pause that doubles up to 30 s. Stopping lets
    requests and documents under way end for `stop_seconds`. Raises CodedError SETTINGS_INVALID,
    STORAGE_UNAVAILABLE, STORAGE_FULL when it can't begin.
    """
    configure_logging(settings)
    prepare_installation(settings)
    Supervisor(settings).run()


def run_web(settings: Settings) -> None:
    """Run the web process alone (in this process), until SIGTERM or SIGINT."""
    import uvicorn

    configure_logging(settings)
    uvicorn.run(
        "ocr_service.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(settings.stop_seconds) + 1,
    )


@dataclass(slots=True)
class _Program:
    """One process to keep running."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_again: float = 0.0
    backoff: float = field(default=_SHORTEST_BACKOFF)


class Supervisor:
    """Keeps the processes of one host running."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = threading.Event()
        module = [sys.executable, "-m"]
        self._programs = [_Program("web", [*module, "ocr_service.server", "web"])]
        self._programs += [
            _Program(f"worker-{number}", [*module, "ocr_service.jobs.worker"])
            for number in range(settings.worker_count)
        ]

    def run(self) -> None:
        """Run until told to stop."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        _log.info("server.starting", workers=self._settings.worker_count)
        try:
            while not self._stop.wait(_LOOK_SECONDS):
                for program in self._programs:
                    self._keep(program)
        finally:
            self._end_all()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _keep(self, program: _Program) -> None:
        now = time.monotonic()
        if program.process is None:
            if now >= program.start_again:
                self._start(program)
            return
        status = program.process.poll()
        if status is None:
            return
        program.process = None
        if now - program.started > _STEADY_SECONDS:
            program.backoff = _SHORTEST_BACKOFF
        program.start_again = now + program.backoff
        _log.error("server.died", program=program.name, status=status, again_in=program.backoff)
        program.backoff = min(program.backoff * 2, _LONGEST_BACKOFF)

    def _start(self, program: _Program) -> None:
        program.process = subprocess.Popen(
            program.arguments,
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                **self._settings.environment(),
                "OMP_NUM_THREADS": "1",
                PARENT_VARIABLE: str(os.getpid()),
            },
        )
        program.started = time.monotonic()
        _log.info("server.started", program=program.name, pid=program.process.pid)

    def _end_all(self) -> None:
        """Ask all to end, wait, and kill what doesn't."""
        running = [p.process for p in self._programs if p.process is not None]
        for process in running:
            process.terminate()
        # Workers need a little more than the documents under way.
        deadline = time.monotonic() + self._settings.stop_seconds + 10
        for process in running:
            try:
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        _log.info("server.stopped")


def main() -> int:
    """Run `python -m ocr_service.server [web]` with the settings of the environment."""
    try:
        settings = load_settings()
        if sys.argv[1:] == ["web"]:
            end_with_parent()
            run_web(settings)
        else:
            serve(settings)
    except CodedError as error:
        _log.error("server.not_started", code=error.code.value, detail=error.detail)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
