"""Keeping what a job read: the suggestion of its document, and the other documents of its stack."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ocr_service.audit.chain import SYSTEM, Subject, append
from ocr_service.cases.grouping import StackPlace, join_stack
from ocr_service.ids import new_id
from ocr_service.jobs.names import pin_text, suggestion_id_of
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectKind, ObjectStore
from ocr_service.storage.suggestion_codec import encode_suggestion, encode_verdicts
from ocr_service.storage.tables import DocumentRow, StackRow, SuggestionRow
from pipelines.records import FormKey, Severity, Suggestion
from pipelines.split import CutReason, PageGroup, StackPage
from pipelines.stack import StackDocument, StackReading


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingDone:
    """A finished reading of one job; `seconds` it took."""

    job_id: str
    pinned: FormKey | None
    reading: StackReading
    seconds: float
    at: datetime


def one_document(suggestion: Suggestion) -> StackReading:
    """Give the reading of a document that is no stack, or no longer one."""
    pages = tuple(page.number for page in suggestion.pages)
    group = PageGroup(pages=pages, reason=CutReason.START)
    return StackReading(documents=(StackDocument(group=group, suggestion=suggestion),), pages=())


class Keeper:
    """Stores readings; works within the transaction of its caller, who has locked the document."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        on_change: Callable[[Session, str], None],
    ) -> None:
        self._database = database
        self._objects = objects
        self._on_change = on_change

    def keep(self, session: Session, row: DocumentRow, done: ReadingDone, *, decided: bool) -> str:
        """Store a reading; return the id of the suggestion of `row`.

        A document that is `decided` only gains the suggestion. The further documents of a stack
        are made here, all or none, in the order of the file, in the batch and case of `row`; the
        bytes stay the one object that was posted. Raises STORAGE_FULL, STORAGE_UNAVAILABLE.
        """
        first, *others = done.reading.documents
        if len(done.reading.pages) > 1:
            _begin_stack(session, row, first.group, done)
        suggestion_id = self._suggest(session, row, first, done, suggestion_id_of(done.job_id))
        if not decided:
            take_over(row, first.suggestion, suggestion_id)
        made = []
        for document in others:
            made.append(_split_off(session, row, document.group, done.at))
            other_id = self._suggest(session, made[-1], document, done, new_id("sug"))
            take_over(made[-1], document.suggestion, other_id)
        session.flush()
        if len(done.reading.pages) > 1:
            join_stack(session, self._database, row.id, _places(row, made, done), now=done.at)
        for each in (row, *made):
            self._on_change(session, each.id)
        if made:
            _audit_split(session, row, made, done)
        return suggestion_id

    def _suggest(
        self,
        session: Session,
        row: DocumentRow,
        document: StackDocument,
        done: ReadingDone,
        suggestion_id: str,
    ) -> str:
        suggestion = document.suggestion
        body = self._objects.put(ObjectKind.SUGGESTION, encode_suggestion(suggestion), session)
        total = sum(len(each.group.pages) for each in done.reading.documents)
        stored = SuggestionRow(
            id=suggestion_id,
            document_id=row.id,
            body_object=body,
            pinned_form=pin_text(done.pinned),
            versions=dict(suggestion.versions),
            seconds=done.seconds * len(document.group.pages) / max(1, total),
            created_at=done.at,
        )
        session.add(stored)
        session.flush()
        return stored.id


def take_over(row: DocumentRow, suggestion: Suggestion, suggestion_id: str) -> None:
    """Let a suggestion be the one that is reviewed."""
    severities = [finding.severity for finding in suggestion.findings]
    row.state = DocumentState.AWAITING_REVIEW.value
    row.suggestion_id = suggestion_id
    row.form_id = suggestion.form.id if suggestion.form else None
    row.form_revision = suggestion.form.revision if suggestion.form else None
    row.category = suggestion.category.label
    row.page_count = len(suggestion.pages)
    row.quality = encode_verdicts(tuple(page.quality for page in suggestion.pages))
    row.fields_total = len(suggestion.fields)
    row.fields_doubtful = sum(field.doubtful for field in suggestion.fields)
    row.findings_error = severities.count(Severity.ERROR)
    row.findings_warning = severities.count(Severity.WARNING)
    row.failure_code = None
    row.failure_retryable = None
    row.claimed_by = None
    row.claimed_until = None


def part_of(row: DocumentRow, pages: list[int], reason: CutReason, now: datetime) -> DocumentRow:
    """Make another document of the same posted file; it is not added to a session yet."""
    return DocumentRow(
        id=new_id("doc"),
        batch_id=row.batch_id,
        state=DocumentState.RECEIVED.value,
        version=1,
        received_at=row.received_at,
        updated_at=now,
        file_name=row.file_name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        page_count=len(pages),
        original_object=row.original_object,
        attempts=0,
        stack_id=row.stack_id,
        pages=pages,
        cut_reason=reason.value,
    )


def stack_pages(pages: tuple[StackPage, ...]) -> list[dict[str, object]]:
    """Pages as `stacks.pages` keeps them."""
    return [
        {
            "number": page.number,
            "role": page.role.value,
            "form": page.form.id if page.form else None,
            "revision": page.form.revision if page.form else None,
            "form_page": page.form_page,
        }
        for page in pages
    ]


def _begin_stack(session: Session, row: DocumentRow, group: PageGroup, done: ReadingDone) -> None:
    stack = StackRow(
        id=new_id("stk"),
        batch_id=row.batch_id,
        page_count=len(done.reading.pages),
        pages=stack_pages(done.reading.pages),
        created_at=done.at,
    )
    session.add(stack)
    session.flush()
    row.stack_id, row.pages, row.cut_reason = stack.id, list(group.pages), group.reason.value


def _split_off(session: Session, row: DocumentRow, group: PageGroup, now: datetime) -> DocumentRow:
    made = part_of(row, list(group.pages), group.reason, now)
    session.add(made)
    session.flush()
    return made


def _places(row: DocumentRow, made: list[DocumentRow], done: ReadingDone) -> list[StackPlace]:
    documents = zip((row, *made), done.reading.documents, strict=True)
    return [
        StackPlace(document_id=each.id, cover=document.group.cover, section=document.group.section)
        for each, document in documents
    ]


def _audit_split(
    session: Session, row: DocumentRow, made: list[DocumentRow], done: ReadingDone
) -> None:
    held = {number for each in (row, *made) for number in each.pages or ()}
    details = {
        "job": done.job_id,
        "stack": row.stack_id,
        "documents": [each.id for each in made],
        "pages": row.pages,
        "dropped": [p.number for p in done.reading.pages if p.number not in held],
    }
    append(session, SYSTEM, "document.split", Subject("document", row.id), details, at=done.at)
    for each in made:
        details = {
            "job": done.job_id,
            "stack": each.stack_id,
            "from": row.id,
            "pages": each.pages,
            "reason": each.cut_reason,
            "suggestion": each.suggestion_id,
        }
        subject = Subject("document", each.id)
        append(session, SYSTEM, "document.split_off", subject, details, at=done.at)
