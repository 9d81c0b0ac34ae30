"""Teaching the service a kind from a blank and samples, and reading with what was taught.

Workers look up the heads of added kinds before every document, so that a kind counts from the next
document on, on every host, without a restart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import ModelError
from ocr_service.audit.chain import Subject, append
from ocr_service.jobs.reading import DocumentReader
from ocr_service.review.suggestions import load_suggestion
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectKind, ObjectStore
from ocr_service.storage.tables import DocumentRow
from ocr_service.storage.tables_taxonomy import CategoryRow
from ocr_service.taxonomy.change import Editor, set_head
from ocr_service.taxonomy.records import Category, CategoryState
from pipelines.category_features import TextLine, text_lines
from pipelines.category_kinds import (
    Bank,
    KindHead,
    KindTooAlike,
    decode_head,
    encode_head,
    learn_kind,
    load_bank,
    with_kinds,
)
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import FormKey, Suggestion
from pipelines.stack import StackReading

Papers = Sequence[Sequence[TextLine]]
_log = structlog.get_logger(__name__)


def learn_category(
    session: Session,
    objects: ObjectStore,
    category_id: str,
    papers: Papers,
    who: Editor,
    *,
    now: datetime,
) -> Category:
    """Learn a category from the lines of papers and keep its head sealed.

    Raises CATEGORY_INVALID (too few papers with text), CATEGORY_ALIKE (they can't be told from
    kinds that are known), CATEGORY_UNKNOWN, CATEGORY_CHANGED, MODEL_MISSING, MODEL_DAMAGED.
    """
    try:
        head = learn_kind(category_id, papers, _bank())
    except KindTooAlike as error:
        like = ", ".join(error.like)
        raise CodedError(ErrorCode.CATEGORY_ALIKE, f"like {like}", like=like) from error
    except ValueError as error:
        raise CodedError(ErrorCode.CATEGORY_INVALID, str(error), field="documents") from error
    body = objects.put(ObjectKind.CATEGORY_HEAD, encode_head(head), session)
    return set_head(session, category_id, body, len(papers), who, now=now)


def papers_of(
    session: Session, objects: ObjectStore, ids: Sequence[str], who: Editor, *, now: datetime
) -> Papers:
    """Lines of documents that were read as of no known form; that they were used is audited.

    Raises DOCUMENT_UNKNOWN, DOCUMENT_STATE (not read yet), STORAGE_DAMAGED.
    """
    papers = []
    for document_id in ids:
        row = session.get(DocumentRow, document_id)
        if row is None:
            raise CodedError(ErrorCode.DOCUMENT_UNKNOWN, document_id)
        if row.suggestion_id is None:
            raise CodedError(ErrorCode.DOCUMENT_STATE, "not read yet")
        _, suggestion = load_suggestion(session, objects, row.suggestion_id)
        papers.append(text_lines(suggestion.lines))
    for document_id in ids:
        append(session, who.actor, "document.sampled", Subject("document", document_id), at=now)
    return papers


@cache
def _bank() -> Bank:
    try:
        return load_bank()
    except ModelError as error:
        raise CodedError(ErrorCode.MODEL_MISSING, str(error)) from error


class LearntKinds:
    """Heads of the added kinds in use, decoded once each."""

    def __init__(self, database: Database, objects: ObjectStore) -> None:
        self._database = database
        self._objects = objects
        self._heads: dict[str, KindHead] = {}

    def heads(self) -> tuple[KindHead, ...]:
        """Heads as they stand now.

        A store out of reach or a damaged head is no reason to fail a document: the heads known so
        far are used, and the log says so.
        """
        try:
            self._refresh()
        except CodedError as error:
            _log.warning("kinds.unavailable", code=error.code.value)
        return tuple(self._heads[object_id] for object_id in sorted(self._heads))

    def _refresh(self) -> None:
        query = select(CategoryRow.head_object).where(
            CategoryRow.head_object.is_not(None), CategoryRow.state == CategoryState.ACTIVE.value
        )
        with self._database.reading() as session:
            wanted = [object_id for object_id in session.scalars(query) if object_id]
            for object_id in wanted:
                if object_id not in self._heads:
                    self._heads[object_id] = self._decoded(object_id, session)
        self._heads = {object_id: self._heads[object_id] for object_id in wanted}

    def _decoded(self, object_id: str, session: Session) -> KindHead:
        try:
            return decode_head(self._objects.get(object_id, session))
        except ValueError as error:
            raise CodedError(ErrorCode.STORAGE_DAMAGED, str(error)) from error


@dataclass(frozen=True)
class KindReader:
    """A reader that also knows the kinds which the office added."""

    reader: DocumentReader
    kinds: LearntKinds

    def read(
        self,
        data: bytes,
        *,
        today: date,
        pinned: FormKey | None,
        pages: Sequence[int] | None = None,
    ) -> Suggestion:
        """Read one document. Raises as the reader does."""
        found = self.reader.read(data, today=today, pinned=pinned, pages=pages)
        return judged(found, self.kinds.heads())

    def read_stack(self, data: bytes, *, today: date) -> StackReading:
        """Read all pages of a file. Raises as the reader does."""
        found, heads = self.reader.read_stack(data, today=today), self.kinds.heads()
        documents = tuple(
            replace(part, suggestion=judged(part.suggestion, heads)) for part in found.documents
        )
        return replace(found, documents=documents)


def judged(suggestion: Suggestion, heads: Sequence[KindHead]) -> Suggestion:
    """Suggestion with the added kinds; one on a known form stays as it is."""
    if suggestion.form is not None or not heads:
        return suggestion
    category = with_kinds(suggestion.category, text_lines(suggestion.lines), heads)
    return replace(suggestion, category=category)
