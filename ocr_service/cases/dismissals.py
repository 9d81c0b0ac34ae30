"""Proposals that a person dismissed: remembered by pairs of documents, audited, taken back."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Actor, Subject, append, as_utc
from ocr_service.cases.store import case_of, members
from ocr_service.ids import new_id
from ocr_service.review.queue import lock_document
from ocr_service.storage.tables_cases import ProposalDismissalRow
from pipelines.errors import CodedError, ErrorCode

Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dismissal:
    """A document that somebody said does not belong to a case, or to a document without one."""

    id: str
    document_id: str
    user_name: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Dismisser:
    """Who says so."""

    actor: Actor
    id: str
    name: str


class DismissalDesk:
    """Dismisses proposals and takes that back; works within the caller's transaction."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now

    def dismiss(self, session: Session, document_id: str, other_id: str, who: Dismisser) -> str:
        """Say that `other_id` belongs to none of the documents of the case of `document_id`.

        Without a case it is said of that document alone. Gives the id to take it back by; what was
        dismissed before stays as it is. Raises DOCUMENT_UNKNOWN, REQUEST_INVALID (the same
        document, or one of the same case).
        """
        for identity in sorted({document_id, other_id}):
            lock_document(session, identity)
        own = _together(session, document_id)
        if other_id in own:
            raise CodedError(ErrorCode.REQUEST_INVALID, "it is one of the documents of the case")
        pairs = {_pair(each, other_id) for each in own}
        known = dismissed_pairs(session, [other_id])
        if pairs <= known:
            return session.get_one(ProposalDismissalRow, _pair(document_id, other_id)).id
        dismissal_id = new_id("dis")
        for first, second in sorted(pairs - known):
            session.add(
                ProposalDismissalRow(
                    first_id=first,
                    second_id=second,
                    id=dismissal_id,
                    other_id=other_id,
                    user_id=who.id,
                    user_name=who.name,
                    at=self._now(),
                )
            )
        session.flush()
        self._audit(session, document_id, "case.proposal_dismissed", dismissal_id, other_id, who)
        return dismissal_id

    def restore(
        self, session: Session, document_id: str, dismissal_id: str, who: Dismisser
    ) -> None:
        """Take a dismissal back: the document is proposed again. Raises CASE_CHANGED for none."""
        lock_document(session, document_id)
        own = _together(session, document_id)
        rows = session.scalars(
            select(ProposalDismissalRow).where(ProposalDismissalRow.id == dismissal_id)
        ).all()
        if not any({row.first_id, row.second_id} & own for row in rows):
            raise CodedError(ErrorCode.CASE_CHANGED, "nothing to take back")
        other_id = rows[0].other_id
        session.execute(delete(ProposalDismissalRow).where(ProposalDismissalRow.id == dismissal_id))
        self._audit(session, document_id, "case.proposal_restored", dismissal_id, other_id, who)

    def _audit(
        self,
        session: Session,
        document_id: str,
        action: str,
        dismissal_id: str,
        other_id: str,
        who: Dismisser,
    ) -> None:
        details = {"dismissal": dismissal_id, "other": other_id}
        subject = Subject("document", document_id)
        append(session, who.actor, action, subject, details, at=self._now())


def dismissed_pairs(session: Session, documents: Collection[str]) -> frozenset[Pair]:
    """Pairs (smaller id first) of which one is in `documents`."""
    rows = session.execute(
        select(ProposalDismissalRow.first_id, ProposalDismissalRow.second_id).where(_of(documents))
    )
    return frozenset((first, second) for first, second in rows)


def is_dismissed(pairs: Collection[Pair], one: str, other: str) -> bool:
    """Whether a pair of documents is among `pairs`."""
    return _pair(one, other) in pairs


def list_dismissals(session: Session, documents: Collection[str]) -> Sequence[Dismissal]:
    """List what was dismissed for `documents` and stands, the newest first."""
    rows = session.scalars(
        select(ProposalDismissalRow)
        .where(_of(documents))
        .order_by(ProposalDismissalRow.at.desc(), ProposalDismissalRow.id)
    )
    return _listed(rows, documents)


def _listed(rows: Iterable[ProposalDismissalRow], own: Collection[str]) -> Sequence[Dismissal]:
    found: dict[tuple[str, str], Dismissal] = {}
    for row in rows:
        other = row.second_id if row.first_id in own else row.first_id
        if other in own:
            # Both came into one case since.
            continue
        made = Dismissal(id=row.id, document_id=other, user_name=row.user_name, at=as_utc(row.at))
        found.setdefault((row.id, other), made)
    return list(found.values())


def _of(documents: Collection[str]) -> ColumnElement[bool]:
    ids = list(documents)
    return or_(ProposalDismissalRow.first_id.in_(ids), ProposalDismissalRow.second_id.in_(ids))


def _together(session: Session, document_id: str) -> set[str]:
    case_id = case_of(session, document_id)
    if case_id is None:
        return {document_id}
    return {member.document_id for member in members(session, case_id)}


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
