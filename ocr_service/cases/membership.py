"""Changing which documents make up a case. Every change is audited and can be moved back."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Subject, append
from ocr_service.auth.principal import Principal
from ocr_service.cases.check import CaseChecker
from ocr_service.cases.grouping import check_number, open_case
from ocr_service.cases.records import Origin
from ocr_service.cases.store import find_case, lock_cases, members
from ocr_service.ids import new_id
from ocr_service.review.queue import lock_document
from ocr_service.storage.tables_cases import CaseChangeRow, CaseDocumentRow, CaseRow
from pipelines.errors import CodedError, ErrorCode


class ChangeKind(StrEnum):
    """What a person did."""

    MOVE = "move"
    SPLIT = "split"
    MERGE = "merge"
    REMOVE = "remove"
    PURPOSE = "purpose"
    UNDO = "undo"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a document is, and what a person says it is."""

    case_id: str | None
    purpose: str | None


class CaseDesk:
    """What a person does with cases; works within the caller's transaction."""

    def __init__(self, checker: CaseChecker, *, now: Callable[[], datetime]) -> None:
        self._checker = checker
        self._now = now

    def open(
        self, session: Session, documents: Collection[str], who: Principal, *, number: str | None
    ) -> CaseRow:
        """Open a case of `documents`, taking them out of where they are.

        Raises DOCUMENT_UNKNOWN, REQUEST_INVALID, CASE_CHANGED (the number is taken).
        """
        if number is not None:
            check_number(number)
            if session.scalar(select(CaseRow.id).where(CaseRow.number == number)) is not None:
                raise CodedError(ErrorCode.CASE_CHANGED, "number is taken")
        self._lock(session, documents, [])
        row = open_case(session, self._now(), number=number)
        self._put(session, documents, row.id, ChangeKind.SPLIT, who)
        return row

    def move(
        self, session: Session, case_id: str, documents: Collection[str], who: Principal
    ) -> CaseRow:
        """Move documents into a case.

        Raises CASE_UNKNOWN, DOCUMENT_UNKNOWN, CASE_CHANGED (it was merged into another one).
        """
        if self._lock(session, documents, [case_id])[case_id].merged_into is not None:
            raise CodedError(ErrorCode.CASE_CHANGED, "merged into another case")
        self._put(session, documents, case_id, ChangeKind.MOVE, who)
        return find_case(session, case_id)

    def merge(self, session: Session, case_id: str, other_id: str, who: Principal) -> CaseRow:
        """Move all documents of another case here; its number leads here from now on.

        Raises CASE_UNKNOWN, REQUEST_INVALID (itself), CASE_CHANGED.
        """
        if case_id == other_id:
            raise CodedError(ErrorCode.REQUEST_INVALID, "a case can't be merged with itself")
        find_case(session, other_id)
        documents = [row.document_id for row in members(session, other_id)]
        rows = self._lock(session, documents, [case_id, other_id])
        if [row.document_id for row in members(session, other_id)] != documents:
            raise CodedError(ErrorCode.CASE_CHANGED, other_id)
        if rows[case_id].merged_into is not None or rows[other_id].merged_into is not None:
            raise CodedError(ErrorCode.CASE_CHANGED, "merged already")
        rows[other_id].merged_into = case_id
        self._put(session, documents, case_id, ChangeKind.MERGE, who, other_id=other_id)
        return rows[case_id]

    def remove(self, session: Session, case_id: str, document_id: str, who: Principal) -> CaseRow:
        """Take a document out of its case. Raises CASE_UNKNOWN, DOCUMENT_UNKNOWN, CASE_CHANGED."""
        self._lock(session, [document_id], [case_id])
        self._demand_member(session, case_id, document_id)
        to = _Place(case_id=None, purpose=None)
        self._apply(session, {document_id: to}, ChangeKind.REMOVE, who, case_id=case_id)
        return find_case(session, case_id)

    def set_purpose(
        self, session: Session, case_id: str, document_id: str, purpose: str | None, who: Principal
    ) -> CaseRow:
        """Say what a paper is: `main`, `other`, the key of a need; None leaves it to the program.

        Raises as `remove`.
        """
        self._lock(session, [document_id], [case_id])
        self._demand_member(session, case_id, document_id)
        to = _Place(case_id=case_id, purpose=purpose)
        self._apply(session, {document_id: to}, ChangeKind.PURPOSE, who, case_id=case_id)
        return find_case(session, case_id)

    def undo(self, session: Session, case_id: str, change_id: str, who: Principal) -> CaseRow:
        """Move back what a change moved; undoing is a change too, and can be undone.

        Raises CASE_UNKNOWN, and CASE_CHANGED when the documents are no longer where it left them.
        """
        change = session.get(CaseChangeRow, change_id)
        if change is None or case_id not in (change.case_id, change.other_id):
            raise CodedError(ErrorCode.CASE_UNKNOWN, change_id)
        steps = change.steps
        documents = [str(step["document"]) for step in steps]
        cases = {step[side] for step in steps for side in ("from", "to")} | {case_id}
        if change.other_id is not None:
            cases |= {change.case_id, change.other_id}
        rows = self._lock(session, documents, [c for c in cases if c is not None])
        session.refresh(change)
        places = _places(session, documents)
        left = {str(s["document"]): _Place(case_id=s["to"], purpose=s["to_purpose"]) for s in steps}
        if change.undone_by is not None or places != left:
            raise CodedError(ErrorCode.CASE_CHANGED, change_id)
        if change.other_id is not None:
            _lead_back(session, change, rows[change.other_id])
        back = {
            str(s["document"]): _Place(case_id=s["from"], purpose=s["from_purpose"]) for s in steps
        }
        made = self._apply(
            session, back, ChangeKind.UNDO, who, case_id=change.case_id, other_id=change.other_id
        )
        change.undone_by = made
        session.flush()
        return find_case(session, case_id)

    def _put(
        self,
        session: Session,
        documents: Collection[str],
        case_id: str,
        kind: ChangeKind,
        who: Principal,
        *,
        other_id: str | None = None,
    ) -> None:
        places = _places(session, documents)
        targets = {
            d: _Place(case_id=case_id, purpose=None)
            for d in sorted(set(documents))
            if places[d].case_id != case_id
        }
        sources = {places[d].case_id for d in targets} - {None}
        if other_id is None and len(sources) == 1:
            other_id = sources.pop()
        self._apply(session, targets, kind, who, case_id=case_id, other_id=other_id)

    def _apply(
        self,
        session: Session,
        targets: dict[str, _Place],
        kind: ChangeKind,
        who: Principal,
        *,
        case_id: str,
        other_id: str | None = None,
    ) -> str:
        """Write the new places, check every case concerned, and record the change."""
        now = self._now()
        before = _places(session, targets)
        for document_id, place in targets.items():
            _write(session, document_id, place, now)
        steps: list[dict[str, str | None]] = [
            {
                "document": document_id,
                "from": before[document_id].case_id,
                "from_purpose": before[document_id].purpose,
                "to": place.case_id,
                "to_purpose": place.purpose,
            }
            for document_id, place in targets.items()
        ]
        change = CaseChangeRow(
            id=new_id("chg"),
            case_id=case_id,
            other_id=other_id,
            kind=kind.value,
            steps=steps,
            user_id=who.id,
            user_name=who.display_name,
            at=now,
        )
        session.add(change)
        session.flush()
        concerned = {s[side] for s in steps for side in ("from", "to")} | {case_id}
        for concerned_id in sorted(c for c in concerned if c is not None):
            self._checker.check(session, concerned_id)
        details = {"change": change.id, "steps": steps, "other": other_id}
        subject = Subject("case", case_id)
        append(session, who.actor, f"case.{_PAST[kind]}", subject, details, at=now)
        return change.id

    def _lock(
        self, session: Session, documents: Iterable[str], cases: Iterable[str]
    ) -> dict[str, CaseRow]:
        """Lock documents, then their cases and `cases`: the order of `store`."""
        known = sorted(set(documents))
        for document_id in known:
            lock_document(session, document_id)
        places = _places(session, known)
        held = {place.case_id for place in places.values() if place.case_id is not None}
        return lock_cases(session, held | set(cases))

    def _demand_member(self, session: Session, case_id: str, document_id: str) -> None:
        if _places(session, [document_id])[document_id].case_id != case_id:
            raise CodedError(ErrorCode.CASE_CHANGED, document_id)


_PAST = {
    ChangeKind.MOVE: "moved",
    ChangeKind.SPLIT: "split",
    ChangeKind.MERGE: "merged",
    ChangeKind.REMOVE: "removed",
    ChangeKind.PURPOSE: "sorted",
    ChangeKind.UNDO: "undone",
}


def changes_of(session: Session, case_id: str, *, limit: int = 20) -> Sequence[CaseChangeRow]:
    """List the changes of a case, newest first."""
    return session.scalars(
        select(CaseChangeRow)
        .where(or_(CaseChangeRow.case_id == case_id, CaseChangeRow.other_id == case_id))
        .order_by(CaseChangeRow.id.desc())
        .limit(limit)
    ).all()


def _lead_back(session: Session, change: CaseChangeRow, other: CaseRow) -> None:
    """Undo where the number of a merged case leads; undoing that again makes it lead there."""
    if change.kind == ChangeKind.MERGE:
        other.merged_into = None
        return
    query = select(CaseChangeRow.kind).where(CaseChangeRow.undone_by == change.id)
    if session.scalar(query) == ChangeKind.MERGE:
        other.merged_into = change.case_id


def _places(session: Session, documents: Collection[str]) -> dict[str, _Place]:
    """Where documents are now; a locked document stays there."""
    session.flush()
    rows = session.execute(
        select(CaseDocumentRow.document_id, CaseDocumentRow.case_id, CaseDocumentRow.purpose).where(
            CaseDocumentRow.document_id.in_(list(documents))
        )
    )
    nowhere = _Place(case_id=None, purpose=None)
    found = {d: _Place(case_id=case_id, purpose=purpose) for d, case_id, purpose in rows}
    return {document_id: found.get(document_id, nowhere) for document_id in documents}


def _write(session: Session, document_id: str, place: _Place, now: datetime) -> None:
    row = session.get(CaseDocumentRow, document_id, populate_existing=True)
    if place.case_id is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(
            CaseDocumentRow(
                document_id=document_id,
                case_id=place.case_id,
                origin=Origin.PERSON.value,
                purpose=place.purpose,
                joined_at=now,
            )
        )
    else:
        row.case_id, row.purpose = place.case_id, place.purpose
        row.origin = Origin.PERSON.value
    session.flush()
