"""The one place that judges a case again, whenever something about one of its documents changed."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache

import structlog
from sqlalchemy.orm import Session

from ocr_service.audit.chain import SYSTEM, Subject, append
from ocr_service.cases.completeness import assess
from ocr_service.cases.findings import case_findings
from ocr_service.cases.people import PeopleIndex
from ocr_service.cases.records import Packet
from ocr_service.cases.repeats import again_findings
from ocr_service.cases.store import case_of, load_content, load_documents, lock_cases
from ocr_service.clock import Clock, office_date, utc_now
from ocr_service.settings import Settings
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DocumentRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormLibrary
from pipelines.records import Finding

_OUTSIDE = (ErrorCode.STORAGE_UNAVAILABLE, ErrorCode.STORAGE_FULL)
_log = structlog.get_logger(__name__)


class CaseChecker:
    """Judges cases; works within the transaction of its caller. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        forms: Callable[[], FormLibrary],
        *,
        time_zone: str,
        match_days: int,
        again_days: int = 0,
        clock: Clock = utc_now,
    ) -> None:
        self._objects = objects
        # A worker loads the forms only when a document of a case comes by.
        self._forms = cache(forms)
        self._time_zone = time_zone
        self._clock = clock
        self._again_within = timedelta(days=again_days)
        self.people = PeopleIndex(
            database,
            objects,
            within=timedelta(days=match_days),
            keep=bool(match_days or again_days),
        )

    def hold(self, session: Session, document_id: str) -> None:
        """Lock the case of a locked document, before the audit chain is locked (see `store`)."""
        case_id = case_of(session, document_id)
        if case_id is not None:
            lock_cases(session, [case_id])

    def hold_all(self, session: Session, documents: Iterable[str]) -> None:
        """Lock the cases of several locked documents, as `hold` does."""
        found = {case_of(session, document_id) for document_id in documents}
        lock_cases(session, [case_id for case_id in found if case_id is not None])

    def document_changed(self, session: Session, document_id: str) -> None:
        """Take note of a new reading or decision: who it speaks of, and what its case lacks now.

        The document is locked by the caller. A case that can't be judged costs no reading and no
        decision: that is logged, and the next change judges the case again. Raises
        STORAGE_UNAVAILABLE, STORAGE_FULL, as then nothing of the change is kept either.
        """
        try:
            with session.begin_nested():
                self._take_note(session, document_id)
        except Exception as error:
            if isinstance(error, CodedError) and error.code in _OUTSIDE:
                raise
            # Its text may hold content.
            _log.error("case.not_judged", document=document_id, error=type(error).__name__)

    def check(self, session: Session, case_id: str) -> Packet:
        """Judge a case and keep the result in its row; a change of status is audited."""
        row = lock_cases(session, [case_id])[case_id]
        packet = self.packet(session, case_id)
        before = row.status
        row.missing = len(packet.missing)
        row.status = packet.status.value
        row.version += 1
        row.updated_at = self._clock()
        session.flush()
        if row.status != before:
            details = {"from": before, "to": row.status, "missing": row.missing}
            subject = Subject("case", case_id)
            append(session, SYSTEM, "case.checked", subject, details, at=row.updated_at)
        return packet

    def packet(self, session: Session, case_id: str) -> Packet:
        """Judge a case without keeping anything."""
        documents = load_documents(session, self._objects, self._forms(), case_id)
        return assess(documents, today=office_date(self._clock(), self._time_zone))

    def findings(
        self, session: Session, document_id: str, found: tuple[Finding, ...]
    ) -> tuple[Finding, ...]:
        """Give the findings of a document, with what its case has of the attachments it needs.

        Without a case they stay as they are. That the same people filed the same form before comes
        last.
        """
        case_id = case_of(session, document_id)
        if case_id is not None:
            found = case_findings(document_id, self.packet(session, case_id), found)
        return (*found, *again_findings(session, document_id, within=self._again_within))

    def _take_note(self, session: Session, document_id: str) -> None:
        self._index_people(session, document_id)
        case_id = case_of(session, document_id)
        if case_id is not None:
            self.check(session, case_id)

    def _index_people(self, session: Session, document_id: str) -> None:
        row = session.get(DocumentRow, document_id)
        if row is None or row.suggestion_id is None:
            return
        try:
            content = load_content(
                session,
                self._objects,
                FormLibrary([]),
                state=DocumentState(row.state),
                suggestion_id=row.suggestion_id,
                decision_id=row.decision_id,
            )
        except CodedError as error:
            if error.code is ErrorCode.STORAGE_DAMAGED:
                return
            raise
        self.people.index(session, document_id, content.fields, content.values)


def open_checker(
    settings: Settings,
    database: Database,
    objects: ObjectStore,
    forms: Callable[[], FormLibrary],
    *,
    clock: Clock = utc_now,
) -> CaseChecker:
    """Make the checker of an installation; `forms` are loaded when they are first needed."""
    return CaseChecker(
        database,
        objects,
        forms,
        time_zone=settings.time_zone,
        match_days=settings.case_match_days,
        again_days=settings.applicant_again_days,
        clock=clock,
    )
