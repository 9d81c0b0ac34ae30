"""One document from `received` to `awaiting_review` or `failed`, as often as it is begun.

Knows nothing of the job library: a job is an id. The same job may be run again after a crash, and
even twice at the same time when a silent worker wakes up late; the suggestion's id is made from the
job's id, and whoever comes second finds it there.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from ocr_service.audit.chain import SYSTEM, Subject, append
from ocr_service.clock import Clock, office_date, utc_now
from ocr_service.error_map import describe
from ocr_service.jobs.names import suggestion_id_of
from ocr_service.jobs.reading import DocumentReader
from ocr_service.jobs.suggested import Keeper, ReadingDone, one_document
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DocumentRow, SuggestionRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import FormKey
from pipelines.stack import StackReading

T = TypeVar("T")
_log = structlog.get_logger(__name__)
_S = DocumentState
_OPEN = (_S.RECEIVED, _S.PROCESSING)
_DECIDED = (_S.CONFIRMED, _S.RETURNED, _S.REJECTED, _S.EXPORTED)
_AGAIN = (ErrorCode.READ_OUT_OF_MEMORY, ErrorCode.READ_CRASHED)
"""Worth another attempt with a fresh process; everything else fails the same way again.

So does READ_TIMEOUT, and it holds up all other documents while it lasts: an operator may have it
read again, the service does not."""
_PATIENCE = (ErrorCode.STORAGE_UNAVAILABLE, ErrorCode.STORAGE_FULL)
_LONGEST_WAIT_SECONDS = 30.0


class Outcome(StrEnum):
    """How a job ended; the job library keeps it, so it holds no content."""

    SUGGESTED = "suggested"
    FAILED = "failed"
    ALREADY_DONE = "already_done"
    NOT_WANTED = "not_wanted"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Begun:
    """An attempt that began: the bytes to read, and whether the document was decided already.

    `pages` of them belong to the document (None: all). `whole`: the file was never read before, and
    may be a stack of several documents.
    """

    data: bytes
    attempt: int
    decided: bool
    pages: tuple[int, ...] | None
    whole: bool


class DocumentProcessor:
    """Processes documents one at a time with one reader."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        reader: DocumentReader,
        *,
        attempts: int,
        time_zone: str,
        clock: Clock = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        on_change: Callable[[Session, str], None] = lambda _session, _document: None,
    ) -> None:
        self._database = database
        self._objects = objects
        self._reader = reader
        self._attempts = attempts
        self._time_zone = time_zone
        self._clock = clock
        self._sleep = sleep
        # Told of every new reading and failure within its transaction, the document being locked.
        self._on_change = on_change
        self._keeper = Keeper(database, objects, on_change)
        self._current: str | None = None

    @property
    def busy(self) -> str | None:
        """Id of the document under way."""
        return self._current

    def process(self, document_id: str, job_id: str, pinned: FormKey | None) -> Outcome:
        """Read one document and store the suggestion, or the reason why not.

        Waits as long as the storage is out of reach; never raises for a document's sake. After
        `attempts` begun attempts in all (deaths of this process included) it gives up.
        """
        log = _log.bind(document=document_id, job=job_id)
        self._current = document_id
        try:
            return self._process(document_id, job_id, pinned, log)
        except Exception as error:
            # A bug of ours must not leave the document in `processing` for ever.
            log.error("processing.broken", error=type(error).__name__)
            unknown = CodedError(ErrorCode.INTERNAL, type(error).__name__)
            return self._patiently(partial(self._fail, document_id, job_id, unknown))
        finally:
            self._current = None

    def give_back(self) -> None:
        """Don't count the attempt under way: it ends for a reason outside of the document."""
        document_id = self._current
        if document_id is None:
            return
        with self._database.transaction() as session:
            session.execute(
                sa.update(DocumentRow)
                .where(DocumentRow.id == document_id, DocumentRow.attempts > 0)
                .values(attempts=DocumentRow.attempts - 1)
            )

    def _process(
        self, document_id: str, job_id: str, pinned: FormKey | None, log: structlog.BoundLogger
    ) -> Outcome:
        while True:
            begun = self._patiently(partial(self._begin, document_id, job_id))
            if isinstance(begun, Outcome):
                log.info("processing.skipped", outcome=begun.value)
                return begun
            started = time.monotonic()
            try:
                reading = self._read(begun, pinned)
            except CodedError as error:
                log.warning(
                    "processing.error",
                    code=error.code.value,
                    detail=error.detail,
                    attempt=begun.attempt,
                )
                if error.code in _AGAIN and begun.attempt < self._attempts:
                    continue
                return self._patiently(partial(self._fail, document_id, job_id, error))
            seconds = time.monotonic() - started
            outcome = self._patiently(
                partial(self._finish, document_id, job_id, pinned, reading, seconds)
            )
            log.info("processing.done", outcome=outcome.value, seconds=round(seconds, 3))
            return outcome

    def _read(self, begun: _Begun, pinned: FormKey | None) -> StackReading:
        today = office_date(self._clock(), self._time_zone)
        # Whoever names a form means that the pages are one document.
        if begun.whole and pinned is None:
            return self._reader.read_stack(begun.data, today=today)
        read = self._reader.read(begun.data, today=today, pinned=pinned, pages=begun.pages)
        return one_document(read)

    def _begin(self, document_id: str, job_id: str) -> _Begun | Outcome:
        with self._database.transaction() as session:
            row = _lock(session, document_id)
            skip = _reason_to_skip(session, row, job_id)
            if skip is not None or row is None:
                return skip or Outcome.NOT_WANTED
            decided = row.state in _DECIDED
            if row.attempts >= self._attempts:
                # Earlier attempts took their worker along before it could say why.
                error = CodedError(ErrorCode.READ_CRASHED, f"{row.attempts} attempts")
                return self._mark_failed(session, row, job_id, error)
            row.attempts += 1
            if not decided:
                row.state = DocumentState.PROCESSING.value
                self._touch(row)
            self._audit(session, "document.reading", row, job_id, attempt=row.attempts)
            object_id, attempt = row.original_object, row.attempts
            pages = None if row.pages is None else tuple(row.pages)
            unread = pages is None and row.suggestion_id is None
            whole = unread and row.page_count > 1 and not decided
        # Outside of the transaction: other writers need not wait for the object store.
        try:
            with self._database.reading() as session:
                data = self._objects.get(object_id, session)
        except CodedError as error:
            if error.code in _PATIENCE:
                self.give_back()
                raise
            return self._fail(document_id, job_id, error)
        return _Begun(data=data, attempt=attempt, decided=decided, pages=pages, whole=whole)

    def _finish(
        self,
        document_id: str,
        job_id: str,
        pinned: FormKey | None,
        reading: StackReading,
        seconds: float,
    ) -> Outcome:
        with self._database.transaction() as session:
            row = _lock(session, document_id)
            skip = _reason_to_skip(session, row, job_id)
            if skip is not None or row is None:
                return skip or Outcome.NOT_WANTED
            decided = row.state in _DECIDED
            if not decided:
                self._touch(row)
            row.attempts = 0
            done = ReadingDone(
                job_id=job_id, pinned=pinned, reading=reading, seconds=seconds, at=self._clock()
            )
            stored = self._keeper.keep(session, row, done, decided=decided)
            self._audit(session, "document.suggested", row, job_id, suggestion=stored)
        return Outcome.SUGGESTED

    def _fail(self, document_id: str, job_id: str, error: CodedError) -> Outcome:
        with self._database.transaction() as session:
            row = _lock(session, document_id)
            skip = _reason_to_skip(session, row, job_id)
            if skip is not None or row is None:
                return skip or Outcome.NOT_WANTED
            return self._mark_failed(session, row, job_id, error)

    def _mark_failed(
        self, session: Session, row: DocumentRow, job_id: str, error: CodedError
    ) -> Outcome:
        row.attempts = 0
        if row.state not in _DECIDED:
            row.state = DocumentState.FAILED.value
            row.failure_code = error.code.value
            row.failure_retryable = describe(error.code).retryable
            self._touch(row)
        self._on_change(session, row.id)
        self._audit(session, "document.failed", row, job_id, code=error.code.value)
        return Outcome.FAILED

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do `work`, again and again while the storage is out of reach or full."""
        wait = 0.5
        while True:
            try:
                return work()
            except CodedError as error:
                if error.code not in _PATIENCE:
                    raise
                _log.warning("processing.waiting", code=error.code.value, seconds=wait)
            self._sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)

    def _touch(self, row: DocumentRow) -> None:
        row.version += 1
        row.updated_at = self._clock()

    def _audit(
        self, session: Session, action: str, row: DocumentRow, job_id: str, **details: object
    ) -> None:
        # Last in its transaction: the chain's lock is the one that everybody waits for.
        session.flush()
        append(
            session,
            SYSTEM,
            action,
            Subject("document", row.id),
            {"job": job_id, "state": row.state, **details},
            at=self._clock(),
        )


def _lock(session: Session, document_id: str) -> DocumentRow | None:
    return session.scalar(
        sa.select(DocumentRow).where(DocumentRow.id == document_id).with_for_update()
    )


def _reason_to_skip(session: Session, row: DocumentRow | None, job_id: str) -> Outcome | None:
    if row is None:
        return Outcome.NOT_WANTED
    if session.get(SuggestionRow, suggestion_id_of(job_id)) is not None:
        return Outcome.ALREADY_DONE
    if row.state not in (*_OPEN, *_DECIDED):
        return Outcome.NOT_WANTED
    return None
