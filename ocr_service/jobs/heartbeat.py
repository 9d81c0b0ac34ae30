"""Signs of life of a worker: a row that it writes again every few seconds."""

import os
import socket
import threading

import sqlalchemy as sa
import structlog

from ocr_service.storage.database import Database
from ocr_service.storage.tables import WorkerRow
from pipelines.errors import CodedError

_log = structlog.get_logger(__name__)


class Heartbeat:
    """Writes the worker's row until it is stopped. The database's clock counts, not the host's."""

    def __init__(self, database: Database, executor_id: str, *, seconds: float) -> None:
        self._database = database
        self._executor_id = executor_id
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Write the row and go on writing it. Raises CodedError STORAGE_UNAVAILABLE."""
        self.beat()
        self._thread.start()

    def beat(self) -> None:
        """Write the row once."""
        with self._database.transaction() as session:
            now = self._database.now(session)
            row = session.get(WorkerRow, self._executor_id, with_for_update=True)
            if row is None:
                row = WorkerRow(
                    executor_id=self._executor_id,
                    host=socket.gethostname()[:120],
                    pid=os.getpid(),
                    started_at=now,
                    heartbeat_at=now,
                )
                session.add(row)
            elif row.pid != os.getpid():
                row.pid, row.started_at = os.getpid(), now
            row.heartbeat_at = now

    def stop(self) -> None:
        """Stop and remove the row: what this worker left may be taken over at once."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        with self._database.transaction() as session:
            session.execute(sa.delete(WorkerRow).where(WorkerRow.executor_id == self._executor_id))

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self.beat()
            except CodedError as error:
                _log.warning("heartbeat.failed", code=error.code.value)
