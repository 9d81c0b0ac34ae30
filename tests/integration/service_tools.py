"""What the tests of jobs, intake and crashes share: workers as processes, postings, waiting."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from ocr_service.audit.chain import Actor
from ocr_service.intake.inspect import Inspection
from ocr_service.intake.receive import Intake
from ocr_service.jobs.queue import open_queue
from ocr_service.settings import Settings
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DocumentRow
from pipelines.decode_limits import ScanSummary
from pipelines.records import QualityVerdict

ROOT = Path(__file__).parents[2]
READER = "tests.engines.readers:open_handler"
STATION = Actor("key", "stn1")
T = TypeVar("T")


class QuickInspector:
    """Takes anything, without a process."""

    def inspect(self, data: bytes) -> Inspection:
        return Inspection(
            summary=ScanSummary(media_type="image/png", page_count=1, suffix=".png"),
            quality=(QualityVerdict(page=1, ok=True, measures={"size": float(len(data))}),),
        )

    def close(self) -> None:
        """Nothing to end."""


@contextmanager
def opened_intake(settings: Settings, database: Database, objects: ObjectStore) -> Iterator[Intake]:
    """An intake without real inspection."""
    intake = Intake(database, objects, open_queue(settings), QuickInspector())
    try:
        yield intake
    finally:
        intake.close()


def post(intake: Intake, data: bytes, **more: str | None) -> str:
    """Post and return the document's id."""
    return intake.receive(data, station="窓口1", actor=STATION, **more).document_id


@dataclass
class WorkerProcess:
    """A worker as a process of its own."""

    process: subprocess.Popen[bytes]

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=30)


@contextmanager
def workers(settings: Settings, log: Path, count: int = 1) -> Iterator[list[WorkerProcess]]:
    """Worker processes with the test reader; killed at the end."""
    started = [start_worker(settings, log) for _ in range(count)]
    try:
        yield started
    finally:
        for worker in started:
            if worker.process.poll() is None:
                worker.signal(signal.SIGCONT)
                worker.kill()


def start_worker(settings: Settings, log: Path) -> WorkerProcess:
    environment = {
        **os.environ,
        **settings.environment(),
        "TEST_READER_LOG": str(log),
    }
    return WorkerProcess(
        subprocess.Popen(
            [sys.executable, "-m", "ocr_service.jobs.worker"], env=environment, cwd=ROOT
        )
    )


def quick(settings: Settings, **changes: object) -> Settings:
    """The settings with short times and the test reader."""
    values: dict[str, object] = {
        "reader": READER,
        "heartbeat_seconds": 0.3,
        "heartbeat_timeout_seconds": 1.2,
        "queue_poll_seconds": 0.1,
        "read_seconds": 10,
        "read_memory_mib": 400,
        "stop_seconds": 5,
        "log_level": "warning",
        **changes,
    }
    return settings.model_copy(update=values)


def wait_until(condition: Callable[[], T], *, seconds: float = 90) -> T:
    """Wait until the condition gives something true, and return that."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain")
        time.sleep(0.05)


def wait_for_states(
    database: Database,
    ids: Sequence[str],
    states: Sequence[DocumentState] = (DocumentState.AWAITING_REVIEW, DocumentState.FAILED),
    *,
    seconds: float = 120,
) -> dict[str, DocumentRow]:
    """Wait until all documents have one of the states; return their rows."""

    def reached() -> dict[str, DocumentRow]:
        with database.reading() as session:
            rows = session.scalars(sa.select(DocumentRow).where(DocumentRow.id.in_(ids))).all()
        found = {row.id: row for row in rows}
        done = len(found) == len(ids) and all(row.state in states for row in found.values())
        return found if done else {}

    return wait_until(reached, seconds=seconds)


def readings(log: Path, event: str = "start") -> list[bytes]:
    """What was read, in order, from the test reader's log."""
    if not log.exists():
        return []
    lines = [line.split() for line in log.read_text().splitlines()]
    return [bytes.fromhex(line[3]) for line in lines if len(line) == 4 and line[0] == event]
