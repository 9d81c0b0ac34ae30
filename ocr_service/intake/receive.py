"""From posted bytes to a durable document: what is acknowledged is never lost."""

import hashlib
import time
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.cases.grouping import Grouping, join_case
from ocr_service.cases.store import case_of
from ocr_service.clock import Clock, utc_now
from ocr_service.ids import new_id
from ocr_service.intake.inspect import ChildInspector, Inspection, Inspector
from ocr_service.intake.metrics import IntakeMetrics
from ocr_service.jobs.queue import JobQueue, open_queue
from ocr_service.metrics import WorkMetrics
from ocr_service.settings import Settings
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectKind, ObjectStore
from ocr_service.storage.suggestion_codec import decode_verdicts, encode_verdicts
from ocr_service.storage.tables import BatchRow, DocumentRow, IdempotencyRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import FormKey, QualityVerdict

_log = structlog.get_logger(__name__)
_ALONE = Grouping()


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """Answer to a posting. `duplicate`: the same bytes were posted before (maybe just now).

    `repeated`: this is the first answer again, for the same idempotency key; nothing was stored.
    """

    document_id: str
    batch_id: str
    state: DocumentState
    duplicate: bool
    repeated: bool
    page_count: int
    quality: tuple[QualityVerdict, ...]
    case_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Posting:
    data: bytes
    sha256: str
    station: str
    actor: Actor
    suffix: str | None
    batch_id: str | None
    idempotency_key: str | None
    pinned: FormKey | None
    grouping: Grouping


class Intake:
    """Receives documents. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        jobs: JobQueue,
        inspector: Inspector,
        *,
        metrics: IntakeMetrics | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._objects = objects
        self._inspector = inspector
        self._clock = clock
        self.jobs = jobs
        self.metrics = metrics or IntakeMetrics()

    def receive(
        self,
        data: bytes,
        *,
        station: str,
        actor: Actor,
        media_type: str = "",
        suffix: str | None = None,
        batch_id: str | None = None,
        idempotency_key: str | None = None,
        pinned: FormKey | None = None,
        grouping: Grouping = _ALONE,
    ) -> Receipt:
        """Store a posted document with its job, and answer when both are on disk.

        `media_type` is what the station claims; only the bytes decide. `suffix` is that of the
        file's name (the name itself is not kept). `batch_id` continues a batch of this station,
        `grouping` says which case the document belongs to.
        Raises CodedError `file.*`, `image.*`, `pages.*` for files that can't be taken,
        IDEMPOTENCY_CONFLICT, REQUEST_INVALID (batch, case number), SERVICE_BUSY, STORAGE_FULL,
        STORAGE_UNAVAILABLE; nothing was stored then.
        """
        posting = _Posting(
            data=data,
            sha256=hashlib.sha256(data).hexdigest(),
            station=station,
            actor=actor,
            suffix=suffix,
            batch_id=batch_id,
            idempotency_key=idempotency_key,
            pinned=pinned,
            grouping=grouping,
        )
        started = time.monotonic()
        try:
            receipt = self._receive(posting)
        except CodedError as error:
            self.metrics.refused(error.code)
            _log.info("intake.refused", code=error.code.value, station=station, size=len(data))
            raise
        seconds = time.monotonic() - started
        self.metrics.received(seconds)
        _log.info(
            "intake.received",
            document=receipt.document_id,
            station=station,
            size=len(data),
            pages=receipt.page_count,
            duplicate=receipt.duplicate,
            repeated=receipt.repeated,
            claimed=media_type[:64],
            seconds=round(seconds, 3),
        )
        return receipt

    def close(self) -> None:
        """End the inspection processes and close the queue."""
        self._inspector.close()
        self.jobs.close()

    def _receive(self, posting: _Posting) -> Receipt:
        with self._database.reading() as session:
            first = self._first_answer(session, posting)
        if first is not None:
            return first
        inspection = self._inspector.inspect(posting.data)
        try:
            with self._database.transaction() as session:
                return self._store(session, posting, inspection)
        except IntegrityError:
            # The same key came twice at the same time and the other one was faster.
            with self._database.reading() as session:
                first = self._first_answer(session, posting)
            if first is None:
                raise
            return first

    def _first_answer(self, session: Session, posting: _Posting) -> Receipt | None:
        if posting.idempotency_key is None:
            return None
        found = session.execute(
            sa.select(IdempotencyRow.request_sha256, DocumentRow)
            .join(DocumentRow, DocumentRow.id == IdempotencyRow.document_id)
            .where(
                IdempotencyRow.station == posting.station,
                IdempotencyRow.key == posting.idempotency_key,
            )
        ).first()
        if found is None:
            return None
        sha256, row = found
        if sha256 != posting.sha256:
            raise CodedError(ErrorCode.IDEMPOTENCY_CONFLICT, row.id)
        return Receipt(
            document_id=row.id,
            batch_id=row.batch_id,
            state=DocumentState(row.state),
            duplicate=True,
            repeated=True,
            page_count=row.page_count,
            quality=decode_verdicts(row.quality),
            case_id=case_of(session, row.id),
        )

    def _store(self, session: Session, posting: _Posting, inspection: Inspection) -> Receipt:
        now = self._clock()
        # Before anything is locked: the bytes may take their time to a far store.
        original = self._objects.put(ObjectKind.ORIGINAL, posting.data, session)
        batch_id = self._batch(session, posting)
        same = session.scalar(
            sa.select(DocumentRow.id).where(DocumentRow.sha256 == posting.sha256).limit(1)
        )
        document_id = new_id("doc")
        row = DocumentRow(
            id=document_id,
            batch_id=batch_id,
            state=DocumentState.RECEIVED.value,
            version=1,
            received_at=now,
            updated_at=now,
            file_name=posting.suffix or inspection.summary.suffix,
            media_type=inspection.summary.media_type,
            size=len(posting.data),
            sha256=posting.sha256,
            page_count=inspection.summary.page_count,
            original_object=original,
            quality=encode_verdicts(inspection.quality) if inspection.quality else None,
        )
        session.add(row)
        session.flush()
        if posting.idempotency_key is not None:
            session.add(
                IdempotencyRow(
                    station=posting.station,
                    key=posting.idempotency_key,
                    request_sha256=posting.sha256,
                    document_id=document_id,
                    created_at=now,
                )
            )
        job_id = self.jobs.enqueue(session, document_id, pinned=posting.pinned)
        case_id = join_case(
            session,
            self._database,
            posting.grouping,
            document_id=document_id,
            batch_id=batch_id,
            actor=posting.actor,
            now=now,
        )
        details = {"batch": batch_id, "job": job_id, "same_as": same, "size": row.size}
        subject = Subject("document", document_id)
        append(session, posting.actor, "document.received", subject, details, at=now)
        return Receipt(
            document_id=document_id,
            batch_id=batch_id,
            state=DocumentState.RECEIVED,
            duplicate=same is not None,
            repeated=False,
            page_count=row.page_count,
            quality=inspection.quality,
            case_id=case_id,
        )

    def _batch(self, session: Session, posting: _Posting) -> str:
        if posting.batch_id is None:
            batch = BatchRow(id=new_id("bat"), station=posting.station, received_at=self._clock())
            session.add(batch)
            session.flush()
            return batch.id
        found = session.get(BatchRow, posting.batch_id)
        if found is None or found.station != posting.station:
            raise CodedError(ErrorCode.REQUEST_INVALID, "unknown batch")
        return found.id


def open_intake(
    settings: Settings, database: Database, objects: ObjectStore, *, clock: Clock = utc_now
) -> Intake:
    """Make the intake of an installation; its processes start in the background."""
    inspector = ChildInspector(settings)
    inspector.warm_up()
    metrics = IntakeMetrics()
    # Where the web process shows its intake it also shows the work that comes of it.
    metrics.registry.register(WorkMetrics(database))
    queue = open_queue(settings)
    return Intake(database, objects, queue, inspector, metrics=metrics, clock=clock)
