"""A worker process: takes documents from the queue, one at a time, until it is told to stop."""

import os
import signal
import sys
import threading
import time
from functools import partial
from types import FrameType

import structlog
from dbos import DBOS
from sqlalchemy.orm import Session

from ocr_service.cases.check import CaseChecker, open_checker
from ocr_service.forms_catalog import open_forms
from ocr_service.jobs.heartbeat import Heartbeat
from ocr_service.jobs.identity import take_identity
from ocr_service.jobs.names import pin_of
from ocr_service.jobs.processing import DocumentProcessor
from ocr_service.jobs.queue import open_queue
from ocr_service.jobs.reading import ChildReader, open_child_reader
from ocr_service.jobs.reaper import Reaper
from ocr_service.jobs.setup import QUEUE, WORKFLOW, quiet_library, worker_config
from ocr_service.logging import configure_logging
from ocr_service.loop.afterwards import Afterwards
from ocr_service.loop.current import CurrentReader
from ocr_service.loop.shadow import ShadowReader
from ocr_service.settings import Settings, load_settings
from ocr_service.storage.database import Database, make_jobs_engine, open_database
from ocr_service.storage.migrate import is_current
from ocr_service.storage.objects import open_objects
from ocr_service.supervised import end_with_parent
from ocr_service.taxonomy.learn import KindReader, LearntKinds
from ocr_service.taxonomy.store import keep_choice
from pipelines.errors import CodedError, ErrorCode

_log = structlog.get_logger("ocr_service.jobs.worker")


def main() -> int:
    """Run one worker with the settings of the environment; return the exit code."""
    end_with_parent()
    try:
        settings = load_settings()
        configure_logging(settings)
        run_worker(settings)
    except CodedError as error:
        _log.error("worker.not_started", code=error.code.value, detail=error.detail)
        return 1
    return 0


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT.

    Raises CodedError when it can't begin: SETTINGS_INVALID, MODEL_MISSING, FORM_INVALID,
    STORAGE_UNAVAILABLE (also when the database isn't migrated).
    """
    stop = _stop_on_signal()
    database = open_database(settings)
    if not is_current(database):
        raise CodedError(ErrorCode.STORAGE_UNAVAILABLE, "database is not migrated")
    identity = take_identity(settings.paths)
    structlog.contextvars.bind_contextvars(worker=identity.executor_id)
    reader = open_child_reader(settings)
    current = CurrentReader(reader, database)
    # Forms and models first: a worker that can't read takes no document.
    reader.child.start()
    objects = open_objects(settings)
    cases = open_checker(settings, database, objects, lambda: open_forms(settings))
    shadow = ShadowReader(settings, database)
    afterwards = Afterwards(
        database=database, objects=objects, shadow=shadow, time_zone=settings.time_zone
    )
    processor = DocumentProcessor(
        database,
        objects,
        KindReader(current, LearntKinds(database, objects)),
        attempts=settings.read_attempts,
        time_zone=settings.time_zone,
        on_change=partial(_changed, cases),
    )
    heartbeat = Heartbeat(database, identity.executor_id, seconds=settings.heartbeat_seconds)
    heartbeat.start()
    with open_queue(settings) as queue:
        reaper = Reaper(settings, database, queue, objects)
        _launch(settings, processor, identity.executor_id, afterwards)
        reaper.start()
        _log.info("worker.ready", slot=identity.slot)
        stop.wait()
        _log.info("worker.stopping")
        reaper.stop()
        shadow.end()
        _finish(settings, database, processor, heartbeat, reader)


def _changed(cases: CaseChecker, session: Session, document_id: str) -> None:
    """Keep the category that a person chose, and judge the case again."""
    keep_choice(session, document_id)
    cases.document_changed(session, document_id)


def register_workflow(processor: DocumentProcessor, afterwards: Afterwards | None = None) -> None:
    """Tell the job library what a job is: one step, so that a crash repeats all or nothing.

    Everything a job says to the library is ids and an outcome; content goes through the sealed
    store only.
    """

    @DBOS.workflow(name=WORKFLOW)
    def process_document(document_id: str, pinned: str | None) -> str:
        job_id = DBOS.workflow_id
        assert job_id is not None
        step = partial(_step, processor, afterwards)
        return str(DBOS.run_step({"name": "read"}, step, document_id, job_id, pinned))


def _step(
    processor: DocumentProcessor,
    afterwards: Afterwards | None,
    document_id: str,
    job_id: str,
    pinned: str | None,
) -> str:
    outcome = processor.process(document_id, job_id, pin_of(pinned))
    if afterwards is not None:
        afterwards.finished(document_id, job_id)
    return outcome.value


def _launch(
    settings: Settings, processor: DocumentProcessor, executor_id: str, afterwards: Afterwards
) -> None:
    DBOS(config=worker_config(settings, executor_id, make_jobs_engine(settings)))
    quiet_library()
    register_workflow(processor, afterwards)
    DBOS.listen_queues([QUEUE])
    DBOS.launch()


def _finish(
    settings: Settings,
    database: Database,
    processor: DocumentProcessor,
    heartbeat: Heartbeat,
    reader: ChildReader,
) -> None:
    """Let the document under way end; when it takes too long, leave it to the next worker."""
    ending = threading.Thread(
        target=DBOS.destroy,
        kwargs={"workflow_completion_timeout_sec": int(settings.stop_seconds) + 1},
        daemon=True,
    )
    ending.start()
    deadline = time.monotonic() + settings.stop_seconds
    while processor.busy and time.monotonic() < deadline:
        time.sleep(0.1)
    if processor.busy:
        _log.warning("worker.interrupted", document=processor.busy)
        processor.give_back()
        heartbeat.stop()
        # No clean-up: the job must stay `running` in the library so that it is taken up again.
        # The reading process ends with this one.
        os._exit(0)
    ending.join(timeout=15)
    heartbeat.stop()
    reader.child.close()
    database.dispose()


def _stop_on_signal() -> threading.Event:
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    return stop


if __name__ == "__main__":
    sys.exit(main())
