"""What a worker does after a reading was stored: figures for the alarms, and the shadow run."""

from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from ocr_service.clock import Clock, office_date, utc_now
from ocr_service.jobs.names import pin_of, suggestion_id_of
from ocr_service.loop.shadow import Live, ShadowReader
from ocr_service.review.suggestions import load_suggestion
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DocumentRow, SuggestionRow
from ocr_service.storage.tables_models import ReadingFigureRow
from pipelines.check_drift import RULE as DRIFT_RULE
from pipelines.records import FieldState, Suggestion

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Afterwards:
    """Looks at what a job stored; a document never waits for it and never fails for it."""

    database: Database
    objects: ObjectStore
    shadow: ShadowReader
    time_zone: str
    clock: Clock = utc_now

    def finished(self, document_id: str, job_id: str) -> None:
        """Keep the figures of what this job read, and let the candidate read along."""
        try:
            for live in self._keep(suggestion_id_of(job_id)):
                self.shadow.after(live)
        except Exception as error:
            # What nobody waits for must not harm the documents that somebody waits for.
            _log.warning("afterwards.failed", document=document_id, error=type(error).__name__)

    def _keep(self, suggestion_id: str) -> list[Live]:
        """Store the figures of every document of the job that has none; a job may run twice."""
        found = []
        with self.database.transaction() as session:
            for stored, document in _made(session, suggestion_id):
                if session.get(ReadingFigureRow, stored.id) is not None:
                    continue
                _, suggestion = load_suggestion(session, self.objects, stored.id)
                session.add(_figures(stored, suggestion))
                found.append(self._live(stored, document, suggestion))
        return found

    def _live(self, stored: SuggestionRow, document: DocumentRow, shown: Suggestion) -> Live:
        return Live(
            document_id=document.id,
            data=partial(self._data, document.original_object),
            shown=shown,
            today=office_date(self.clock(), self.time_zone),
            pinned=pin_of(stored.pinned_form),
            pages=document.pages,
        )

    def _data(self, object_id: str) -> bytes:
        with self.database.reading() as session:
            return self.objects.get(object_id, session)


def mean_confidence(suggestion: Suggestion) -> float | None:
    """Mean confidence of the values that were read; None when there are none."""
    read = [f.confidence for f in suggestion.fields if f.state is FieldState.READ and f.value]
    return sum(read) / len(read) if read else None


def _made(session: Session, suggestion_id: str) -> list[tuple[SuggestionRow, DocumentRow]]:
    """Find what the job stored: its own suggestion, and those of the rest of its stack."""
    own = session.get(SuggestionRow, suggestion_id)
    if own is None:
        return []
    posted = session.get_one(DocumentRow, own.document_id).original_object
    rows = session.execute(
        sa.select(SuggestionRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == SuggestionRow.document_id)
        .where(DocumentRow.original_object == posted, SuggestionRow.created_at == own.created_at)
        .order_by(SuggestionRow.id)
    )
    return [(stored, document) for stored, document in rows]


def _figures(stored: SuggestionRow, suggestion: Suggestion) -> ReadingFigureRow:
    return ReadingFigureRow(
        suggestion_id=stored.id,
        document_id=stored.document_id,
        form_id=suggestion.form.id if suggestion.form else None,
        category=suggestion.category.label[:96],
        confidence=mean_confidence(suggestion),
        drift=any(finding.rule == DRIFT_RULE for finding in suggestion.findings),
        at=stored.created_at,
    )
