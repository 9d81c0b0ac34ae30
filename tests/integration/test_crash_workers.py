"""Workers that are killed, stopped and frozen in mid-document, on SQLite and PostgreSQL."""

import signal
import sqlite3
import time
from pathlib import Path

import psutil
import sqlalchemy as sa

from ocr_service.audit.chain import verify_chain
from ocr_service.intake.receive import Intake
from ocr_service.jobs.queue import open_queue
from ocr_service.settings import Settings
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database, open_database
from ocr_service.storage.objects import ObjectStore, open_objects
from ocr_service.storage.suggestion_codec import decode_suggestion
from ocr_service.storage.tables import AuditRow, DocumentRow, SuggestionRow
from tests.engines.readers import suggestion_of
from tests.integration.service_tools import (
    WorkerProcess,
    opened_intake,
    post,
    quick,
    readings,
    wait_for_states,
    wait_until,
    workers,
)


def test_a_document_killed_in_the_middle_is_finished_exactly_once(
    settings: Settings, database: Database, objects: ObjectStore, tmp_path: Path
) -> None:
    settings, log = quick(settings), tmp_path / "readings"
    with opened_intake(settings, database, objects) as intake:
        document_id = post(intake, b"slow document")
        with workers(settings, log) as (worker,):
            wait_until(lambda: readings(log))
            child_pids = [p.pid for p in psutil.Process(worker.process.pid).children()]
            worker.kill()
            assert not readings(log, "end")
        # The reading process doesn't outlive its worker, so that nobody reads beside the next.
        wait_until(lambda: not any(psutil.pid_exists(pid) for pid in child_pids), seconds=10)
        with workers(settings, log):
            row = wait_for_states(database, [document_id])[document_id]
            _assert_finished_once(database, objects, row, b"slow document")
            assert readings(log) == [b"slow document"] * 2
            assert readings(log, "end") == [b"slow document"]
            with open_queue(settings) as queue:
                wait_until(lambda: not queue.is_active(document_id), seconds=10)


def test_two_workers_share_the_work_and_take_over_from_each_other(
    settings: Settings, database: Database, objects: ObjectStore, tmp_path: Path
) -> None:
    settings, log = quick(settings), tmp_path / "readings"
    with (
        opened_intake(settings, database, objects) as intake,
        workers(settings, log, count=2) as both,
    ):
        posted = [b"short %d" % number for number in range(16)]
        wait_until(lambda: _alive(database) == 2)
        wait_for_states(database, [post(intake, data) for data in posted])
        # No document was read twice, and neither worker was idle.
        assert sorted(readings(log)) == sorted(posted)
        assert len({line.split()[2] for line in log.read_text().splitlines()}) == 2
        _frozen_owner(intake, database, objects, log, both)
        _dead_owner(intake, database, objects, log, both)
        with database.reading() as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(SuggestionRow)) == 18
            assert verify_chain(session).ok


def _frozen_owner(
    intake: Intake,
    database: Database,
    objects: ObjectStore,
    log: Path,
    both: list[WorkerProcess],
) -> None:
    """A worker falls silent, the other takes over, the first wakes up: nothing happens twice."""
    document_id = post(intake, b"slow frozen")
    owner = _owner(log, b"slow frozen", both)
    _freeze(owner, database)
    row = wait_for_states(database, [document_id])[document_id]
    owner.signal(signal.SIGCONT)
    wait_until(lambda: _alive(database) == 2)
    time.sleep(1.2)
    _assert_finished_once(database, objects, row, b"slow frozen")


def _freeze(worker: WorkerProcess, database: Database) -> None:
    """Stop the process; on SQLite not in the middle of a write.

    SQLite has one lock for all writers, and nobody can take it from a frozen process. PostgreSQL
    ends the frozen one's transaction.
    """

    def frozen() -> bool:
        worker.signal(signal.SIGSTOP)
        if database.dialect == "postgresql":
            return True
        raw = sqlite3.connect(str(database.engine.url.database), timeout=0.5)
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            worker.signal(signal.SIGCONT)
            return False
        finally:
            raw.close()
        return True

    wait_until(frozen)


def _dead_owner(
    intake: Intake,
    database: Database,
    objects: ObjectStore,
    log: Path,
    both: list[WorkerProcess],
) -> None:
    """A worker dies and never comes back."""
    document_id = post(intake, b"slow orphan")
    _owner(log, b"slow orphan", both).kill()
    row = wait_for_states(database, [document_id])[document_id]
    _assert_finished_once(database, objects, row, b"slow orphan")
    assert readings(log).count(b"slow orphan") == 2


def test_a_stopped_worker_finishes_its_document_or_leaves_it_uncounted_to_the_next(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    settings, log = quick(sqlite_settings, stop_seconds=3), tmp_path / "readings"
    database, objects = open_database(settings), open_objects(settings)
    with opened_intake(settings, database, objects) as intake:
        short, endless = post(intake, b"slow document"), post(intake, b"hang document")
        with workers(settings, log) as (worker,):
            wait_until(lambda: len(readings(log)) == 1)
            assert worker.stop() == 0
        with database.reading() as session:
            assert session.get_one(DocumentRow, short).state == DocumentState.AWAITING_REVIEW
        with workers(settings, log) as (worker,):
            wait_until(lambda: len(readings(log)) == 2)
            assert worker.stop() == 0
        with database.reading() as session:
            row = session.get_one(DocumentRow, endless)
            assert (row.state, row.attempts) == (DocumentState.PROCESSING, 0)


def test_a_document_that_takes_its_workers_along_is_given_up(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    settings, log = quick(sqlite_settings, read_attempts=2, read_seconds=60), tmp_path / "readings"
    database, objects = open_database(settings), open_objects(settings)
    with opened_intake(settings, database, objects) as intake:
        document_id = post(intake, b"hang document")
        for number in (1, 2):
            with workers(settings, log) as (worker,):
                wait_until(lambda n=number: len(readings(log)) == n)  # type: ignore[misc]
                worker.kill()
        with workers(settings, log):
            row = wait_for_states(database, [document_id])[document_id]
    assert (row.state, row.failure_code) == (DocumentState.FAILED, "read.crashed")
    assert row.failure_retryable
    assert len(readings(log)) == 2


HARMFUL = {
    b"hang document": ("read.timeout", True, 1),
    b"eat document": ("read.out_of_memory", True, 2),
    b"crash document": ("read.crashed", True, 2),
    b"refuse document": ("file.corrupt", False, 1),
    b"raise document": ("internal", True, 1),
}
"""What the reader does: failure code, retryable, attempts."""


def test_documents_that_harm_the_reader_fail_with_their_reason_and_stop_nobody_else(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    settings = quick(sqlite_settings, read_attempts=2, read_seconds=5)
    log = tmp_path / "readings"
    database, objects = open_database(settings), open_objects(settings)
    harmless = [b"read document", b"crash once"]
    with opened_intake(settings, database, objects) as intake, workers(settings, log):
        ids = {data: post(intake, data) for data in [*HARMFUL, *harmless]}
        rows = wait_for_states(database, list(ids.values()))
    for data in harmless:
        assert rows[ids[data]].state == DocumentState.AWAITING_REVIEW
    assert readings(log).count(b"crash once") == 2
    for data, (code, retryable, times) in HARMFUL.items():
        row = rows[ids[data]]
        assert row.state == DocumentState.FAILED
        assert (row.failure_code, row.failure_retryable) == (code, retryable)
        assert readings(log).count(data) == times
        with database.reading() as session:
            assert objects.get(row.original_object, session) == data
            details = session.scalars(
                sa.select(AuditRow.details).where(
                    AuditRow.action == "document.failed", AuditRow.subject_id == row.id
                )
            ).one()
        assert details == {"job": details["job"], "state": "failed", "code": code}


def _owner(log: Path, data: bytes, both: list[WorkerProcess]) -> WorkerProcess:
    """Wait until the document is being read, and say which worker does it."""

    def reading() -> list[int]:
        lines = [line.split() for line in log.read_text().splitlines()]
        return [int(line[2]) for line in lines if line[0] == "start" and line[3] == data.hex()]

    (child,) = wait_until(reading)
    parent = psutil.Process(child).ppid()
    return next(worker for worker in both if worker.process.pid == parent)


def _alive(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(sa.text("SELECT count(*) FROM workers")) or 0


def _assert_finished_once(
    database: Database, objects: ObjectStore, row: DocumentRow, data: bytes
) -> None:
    assert row.state == DocumentState.AWAITING_REVIEW
    with database.reading() as session:
        (stored,) = session.scalars(
            sa.select(SuggestionRow).where(SuggestionRow.document_id == row.id)
        ).all()
        assert session.get_one(DocumentRow, row.id).suggestion_id == stored.id
        body = objects.get(stored.body_object, session)
        assert decode_suggestion(body) == suggestion_of(data)
        actions = session.scalars(
            sa.select(AuditRow.action).where(AuditRow.subject_id == row.id)
        ).all()
        assert actions.count("document.suggested") == 1
        assert verify_chain(session).ok
