"""The outbox: every confirmed decision leaves in exactly one export file."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.clock import Clock
from ocr_service.export.files import ConfirmedRecord, ExportFile, make_file
from ocr_service.ids import new_id
from ocr_service.review.decision_body import load_decision
from ocr_service.review.lifecycle import Event, next_state
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectKind, ObjectStore
from ocr_service.storage.tables import DocumentRow, ExportItemRow, ExportRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormLibrary

Format = Literal["csv", "json", "xlsx"]
MOST_DOCUMENTS = 2000
"""Documents in one file; what is left stays pending for the next one."""
_TRIES = 5
READY, DELIVERED = "ready", "delivered"


class Outbox:
    """Makes export files and hands them out. Safe to use from several threads and hosts."""

    def __init__(
        self, database: Database, objects: ObjectStore, forms: FormLibrary, clock: Clock
    ) -> None:
        self._database = database
        self._objects = objects
        self._forms = forms
        self._clock = clock

    def create(
        self,
        form_id: str,
        revision: str | None,
        format_: Format,
        by: Actor,
        *,
        unmask: str = "",
    ) -> ExportRow:
        """Make a file of all confirmed documents of a form that are in no file yet.

        Without `revision` that of the oldest such document; the other revisions stay pending.
        個人番号 is masked unless `unmask` gives a reason, which the audit record keeps. Raises
        FORM_UNKNOWN, EXPORT_EMPTY when there is nothing to export.
        """
        self._forms.find(form_id, revision)
        for _ in range(_TRIES):
            # Reading and writing the file takes long: it happens outside of the lock, and the
            # transaction then takes exactly these decisions or none.
            revision_now, ids = self._pending(form_id, revision)
            if not ids:
                raise CodedError(ErrorCode.EXPORT_EMPTY, form_id)
            made = self._make(form_id, revision_now, ids, format_, masked=not unmask)
            row = self._take(form_id, revision_now, ids, format_, made, by, unmask)
            if row is not None:
                return row
        raise CodedError(ErrorCode.SERVICE_BUSY, "others export the same form")

    def list(self, *, limit: int) -> list[ExportRow]:
        """Newest files first."""
        with self._database.reading() as session:
            query = select(ExportRow).order_by(ExportRow.id.desc()).limit(limit)
            return list(session.scalars(query))

    def pending(self) -> Mapping[str, int]:
        """Count confirmed documents in no file yet, by form id."""
        with self._database.reading() as session:
            query = (
                select(DocumentRow.form_id, func.count())
                .join(ExportItemRow, ExportItemRow.document_id == DocumentRow.id)
                .where(ExportItemRow.export_id.is_(None))
                .group_by(DocumentRow.form_id)
            )
            return {str(form): int(count) for form, count in session.execute(query)}

    def fetch(self, export_id: str, by: Actor) -> tuple[ExportRow, bytes]:
        """Get a file; that it was fetched is audited. Raises EXPORT_UNKNOWN, STORAGE_DAMAGED."""
        with self._database.reading() as session:
            row = _find(session, export_id)
            data = self._objects.get(row.body_object, session)
        if hashlib.sha256(data).hexdigest() != row.sha256:
            raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{export_id}: sha256 differs")
        with self._database.transaction() as session:
            append(session, by, "export.downloaded", Subject("export", row.id), at=self._clock())
        return row, data

    def deliver(self, export_id: str, by: Actor) -> ExportRow:
        """Note that the business system has the file; twice is as good as once.

        Raises EXPORT_UNKNOWN.
        """
        with self._database.transaction() as session:
            row = _find(session, export_id, lock=True)
            if row.state != DELIVERED:
                row.state = DELIVERED
                subject = Subject("export", row.id)
                append(session, by, "export.delivered", subject, at=self._clock())
            return row

    def _pending(self, form_id: str, revision: str | None) -> tuple[str, tuple[str, ...]]:
        with self._database.reading() as session:
            query = (
                select(DocumentRow.form_revision, ExportItemRow.decision_id)
                .join(DocumentRow, DocumentRow.id == ExportItemRow.document_id)
                .where(ExportItemRow.export_id.is_(None), DocumentRow.form_id == form_id)
                .order_by(ExportItemRow.decision_id)
            )
            if revision is None:
                first = session.execute(query.limit(1)).first()
                revision = first[0] if first else ""
            query = query.where(DocumentRow.form_revision == revision).limit(MOST_DOCUMENTS)
            return revision or "", tuple(row[1] for row in session.execute(query))

    def _make(
        self, form_id: str, revision: str, ids: tuple[str, ...], format_: Format, *, masked: bool
    ) -> ExportFile:
        form = self._forms.find(form_id, revision).definition
        with self._database.reading() as session:
            records = []
            for decision_id in ids:
                _, decision = load_decision(session, self._objects, decision_id)
                records.append(
                    ConfirmedRecord(
                        document_id=decision.document_id,
                        decision_id=decision.decision_id,
                        decided_at=decision.decided_at,
                        values=decision.values,
                        hidden=frozenset(decision.masked if masked else ()),
                    )
                )
        return make_file(form, format_, records)

    def _take(
        self,
        form_id: str,
        revision: str,
        ids: tuple[str, ...],
        format_: Format,
        made: ExportFile,
        by: Actor,
        unmask: str,
    ) -> ExportRow | None:
        """Store the file and tie the decisions to it; None when another took one of them."""
        now = self._clock()
        with self._database.transaction() as session:
            documents = _lock_pending(session, ids)
            if documents is None:
                return None
            row = ExportRow(
                id=new_id("exp"),
                form_id=form_id,
                form_revision=revision,
                format=format_,
                state=READY,
                document_count=len(ids),
                body_object=self._objects.put(ObjectKind.EXPORT, made.data, session),
                sha256=hashlib.sha256(made.data).hexdigest(),
                created_by=by.id,
                created_at=now,
            )
            session.add(row)
            session.flush()
            session.execute(
                update(ExportItemRow)
                .where(ExportItemRow.decision_id.in_(ids))
                .values(export_id=row.id)
            )
            _mark_exported(documents, now)
            _audit(session, row, documents, made, by, unmask, now)
            return row


def _lock_pending(session: Session, ids: tuple[str, ...]) -> list[DocumentRow] | None:
    locked = session.scalars(
        select(ExportItemRow)
        .where(ExportItemRow.decision_id.in_(ids), ExportItemRow.export_id.is_(None))
        .order_by(ExportItemRow.decision_id)
        .with_for_update()
    ).all()
    if len(locked) != len(ids):
        return None
    return list(
        session.scalars(
            select(DocumentRow)
            .where(DocumentRow.id.in_([item.document_id for item in locked]))
            .order_by(DocumentRow.id)
            .with_for_update()
        )
    )


def _mark_exported(documents: list[DocumentRow], now: datetime) -> None:
    for document in documents:
        document.state = next_state(DocumentState(document.state), Event.EXPORT).value
        document.version += 1
        document.updated_at = now


def _audit(
    session: Session,
    row: ExportRow,
    documents: list[DocumentRow],
    made: ExportFile,
    by: Actor,
    unmask: str,
    now: datetime,
) -> None:
    details: dict[str, object] = {
        "form": f"{row.form_id}@{row.form_revision}",
        "format": row.format,
        "documents": len(documents),
        "sha256": row.sha256,
        "replaced_characters": made.replaced,
    }
    if unmask:
        details["unmask_reason"] = unmask
    append(session, by, "export.created", Subject("export", row.id), details, at=now)
    for document in documents:
        subject = Subject("document", document.id)
        append(session, by, "document.exported", subject, {"export": row.id}, at=now)


def _find(session: Session, export_id: str, *, lock: bool = False) -> ExportRow:
    query = select(ExportRow).where(ExportRow.id == export_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise CodedError(ErrorCode.EXPORT_UNKNOWN, export_id)
    return row
