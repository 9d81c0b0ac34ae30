"""Which documents speak of the same people: digests and proposals; nothing is joined here."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, aliased

from ocr_service.cases.dismissals import dismissed_pairs, is_dismissed
from ocr_service.cases.matching import KEY_BYTES, Basis, digest_of, identities
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectKind, ObjectStore
from ocr_service.storage.tables import DocumentRow, ObjectRow
from ocr_service.storage.tables_cases import CaseDocumentRow, PersonDigestRow
from pipelines.records import Field

_LOCK = "ocr-service/match-key"
_MOST = 20

_GONE = (DocumentState.REJECTED.value, DocumentState.MERGED.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A document that may belong to the case, and why; `case_id` is the one that it is in."""

    document_id: str
    case_id: str | None
    bases: tuple[Basis, ...]


class PeopleIndex:
    """Digests of the people on documents, made with a sealed key of the installation."""

    def __init__(
        self, database: Database, objects: ObjectStore, *, within: timedelta, keep: bool = True
    ) -> None:
        """`within`: how far apart documents are proposed; `keep`: whether digests are kept."""
        self._database = database
        self._objects = objects
        self._within = within
        self._keep = keep

    def index(
        self,
        session: Session,
        document_id: str,
        fields: Iterable[Field],
        values: Mapping[str, str | None],
    ) -> None:
        """Keep the digests of a document in place of those it had."""
        session.execute(delete(PersonDigestRow).where(PersonDigestRow.document_id == document_id))
        found = identities(fields, values)
        if not found or not self._keep:
            return
        key = match_key(self._database, self._objects, session)
        for basis, text in sorted(found):
            session.add(
                PersonDigestRow(
                    document_id=document_id,
                    basis=basis.value,
                    digest=digest_of(key, basis, text),
                )
            )
        session.flush()

    def proposals(
        self, session: Session, documents: Collection[str], *, case_id: str | None
    ) -> tuple[Proposal, ...]:
        """Other documents of the same people that came within the period, newest first.

        Those of `case_id`, rejected and dismissed ones are left out; at most 20.
        """
        first, last = session.execute(
            select(func.min(DocumentRow.received_at), func.max(DocumentRow.received_at)).where(
                DocumentRow.id.in_(documents)
            )
        ).one()
        if first is None or not self._within:
            return ()
        own = aliased(PersonDigestRow)
        query = (
            select(DocumentRow.id, CaseDocumentRow.case_id, PersonDigestRow.basis, own.document_id)
            .join(PersonDigestRow, PersonDigestRow.document_id == DocumentRow.id)
            .join(own, own.digest == PersonDigestRow.digest)
            .outerjoin(CaseDocumentRow, CaseDocumentRow.document_id == DocumentRow.id)
            .where(
                own.document_id.in_(documents),
                DocumentRow.id.not_in(documents),
                DocumentRow.received_at.between(first - self._within, last + self._within),
                DocumentRow.state.not_in(_GONE),
            )
            .order_by(DocumentRow.id.desc(), PersonDigestRow.basis)
        )
        found: dict[str, tuple[str | None, set[Basis]]] = {}
        dismissed = dismissed_pairs(session, documents)
        for document_id, other, basis, mine in session.execute(query):
            if is_dismissed(dismissed, document_id, mine):
                continue
            if other is None or other != case_id:
                found.setdefault(document_id, (other, set()))[1].add(Basis(basis))
        return tuple(
            Proposal(document_id=document_id, case_id=other, bases=tuple(sorted(bases)))
            for document_id, (other, bases) in list(found.items())[:_MOST]
        )


def match_key(database: Database, objects: ObjectStore, session: Session) -> bytes:
    """Sealed key of the installation that digests of people are made with; made when first asked.

    Raises STORAGE_DAMAGED, STORAGE_UNAVAILABLE.
    """
    query = (
        select(ObjectRow.id)
        .where(ObjectRow.kind == ObjectKind.MATCH_KEY.value)
        .order_by(ObjectRow.id)
        .limit(1)
    )
    found = session.scalar(query)
    if found is None:
        database.lock_until_commit(session, _LOCK)
        found = session.scalar(query)
    if found is None:
        key = secrets.token_bytes(KEY_BYTES)
        objects.put(ObjectKind.MATCH_KEY, key, session)
        return key
    return objects.get(found, session)
