"""Takes over what dead workers left, on this host or another, and finds forgotten documents.

The job library brings back jobs of a worker that restarts under its own name. This is for workers
that don't come back: a worker without a sign of life for `heartbeat_timeout_seconds` is dead, and
its running jobs go back into the queue. Every worker process runs one; a lease lets one at a time
work. The lease only saves work: a document that two workers read is still finished once.
"""

import threading
import time
from datetime import timedelta

import sqlalchemy as sa
import structlog

from ocr_service.audit.chain import SYSTEM, Subject, append
from ocr_service.clock import utc_now
from ocr_service.ids import new_id
from ocr_service.jobs.lease import leased
from ocr_service.jobs.queue import JobQueue
from ocr_service.jobs.setup import QUEUE
from ocr_service.loop.examples import forget_examples
from ocr_service.loop.watch import look
from ocr_service.settings import Settings
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DocumentRow, WorkerRow
from pipelines.errors import CodedError

_log = structlog.get_logger(__name__)
_LEASE = "reaper"
_FORGOTTEN = timedelta(minutes=10)
"""A document that is to be read but has no job for so long is queued again."""
_SWEEP_SECONDS = 24 * 3600.0
_LOOK_SECONDS = 300.0
_JOBS_KEPT = timedelta(days=30)


class Reaper:
    """Runs `reap` regularly in a thread of its own."""

    def __init__(
        self, settings: Settings, database: Database, queue: JobQueue, objects: ObjectStore
    ) -> None:
        self._settings = settings
        self._objects = objects
        self._next_sweep = time.monotonic() + _SWEEP_SECONDS
        self._next_look = time.monotonic() + _LOOK_SECONDS
        self._database = database
        self._queue = queue
        self._holder = new_id("lease")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reaper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round under way."""
        self._stop.set()
        self._thread.join(timeout=5)

    def reap(self) -> list[str]:
        """Do one round; return the ids of the jobs that were taken over."""
        # A frozen reaper must not keep the others away for longer than a frozen worker may.
        seconds = self._settings.heartbeat_timeout_seconds
        with leased(self._database, _LEASE, self._holder, seconds=seconds) as held:
            if not held:
                return []
            dead = self._bury()
            taken = self._take_over()
            forgotten = self._requeue_forgotten()
            self._look()
            self._sweep()
        if dead or taken or forgotten:
            _log.warning("reaper.took_over", workers=dead, jobs=taken, documents=forgotten)
        return taken

    def _run(self) -> None:
        pause = self._settings.heartbeat_timeout_seconds / 4
        while not self._stop.wait(pause):
            try:
                self.reap()
            except CodedError as error:
                _log.warning("reaper.failed", code=error.code.value)
            except Exception as error:
                # The library's own database errors: the next round tries again.
                _log.warning("reaper.failed", error=type(error).__name__)

    def _bury(self) -> list[str]:
        with self._database.transaction() as session:
            silent_since = self._database.now(session) - timedelta(
                seconds=self._settings.heartbeat_timeout_seconds
            )
            return list(
                session.scalars(
                    sa.delete(WorkerRow)
                    .where(WorkerRow.heartbeat_at < silent_since)
                    .returning(WorkerRow.executor_id)
                )
            )

    def _take_over(self) -> list[str]:
        """Resume every running job whose worker has no row (dead, or gone in good order)."""
        running = self._queue.client.list_workflows(
            status="PENDING", queue_name=QUEUE, load_input=False, load_output=False
        )
        # Workers are read after the jobs: a worker writes its row before it takes its first job.
        with self._database.reading() as session:
            alive = set(session.scalars(sa.select(WorkerRow.executor_id)))
        orphans = [w.workflow_id for w in running if w.executor_id not in alive]
        if orphans:
            # Without the queue's name they would land in an internal queue without limits.
            self._queue.client.resume_workflows(orphans, queue_name=QUEUE)
        return orphans

    def _requeue_forgotten(self) -> list[str]:
        """Queue documents again that wait for a reading but have no job any more."""
        waiting = sa.and_(
            DocumentRow.state.in_((DocumentState.RECEIVED, DocumentState.PROCESSING)),
            DocumentRow.updated_at < utc_now() - _FORGOTTEN,
        )
        with self._database.reading() as session:
            candidates = session.scalars(sa.select(DocumentRow.id).where(waiting).limit(100)).all()
        requeued = []
        for document_id in candidates:
            if self._queue.is_active(document_id):
                continue
            with self._database.transaction() as session:
                row = session.scalar(
                    sa.select(DocumentRow)
                    .where(DocumentRow.id == document_id, waiting)
                    .with_for_update()
                )
                if row is None:
                    continue
                row.updated_at = utc_now()
                job_id = self._queue.enqueue(session, document_id)
                subject = Subject("document", document_id)
                append(session, SYSTEM, "document.requeued", subject, {"job": job_id})
            requeued.append(document_id)
        return requeued

    def _look(self) -> None:
        """Test every few minutes whether the stream of documents changed."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _LOOK_SECONDS
        with self._database.transaction() as session:
            look(session, at=utc_now())

    def _sweep(self) -> None:
        """Once a day: remove stored bytes that no row knows (interrupted postings), old jobs."""
        if time.monotonic() < self._next_sweep:
            return
        self._next_sweep = time.monotonic() + _SWEEP_SECONDS
        with self._database.transaction() as session:
            forget_examples(session, self._objects, self._settings, utc_now())
        removed = self._objects.remove_orphans(self._database, older_than=timedelta(days=1))
        jobs = self._queue.remove_finished(older_than=_JOBS_KEPT)
        _log.info("reaper.swept", objects=removed, jobs=jobs)
