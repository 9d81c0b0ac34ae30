"""Which case a posted document goes into: what its station said, and nothing that is guessed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import SYSTEM, Actor, Subject, append
from ocr_service.cases.records import Origin
from ocr_service.cases.store import lock_cases
from ocr_service.ids import new_id
from ocr_service.review.masking import holds_my_number
from ocr_service.states import CaseStatus
from ocr_service.storage.database import Database
from ocr_service.storage.tables_cases import CaseDocumentRow, CaseRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.code import CoverCode, CoverKind

NUMBER_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z._/-]{0,39}$"
_NUMBER = re.compile(NUMBER_PATTERN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Grouping:
    """What a station says about where a document belongs; both empty: nothing."""

    number: str | None = None
    """Number that the office gave the case."""
    by_batch: bool = False
    """The documents of the batch are one case."""


def check_number(number: str) -> str:
    """Give a case number back. Raises REQUEST_INVALID for what may not stand in clear.

    Letters, digits and `._/-` only, so that nobody writes a name, and no 個人番号.
    """
    if not _NUMBER.fullmatch(number) or holds_my_number(number):
        raise CodedError(ErrorCode.REQUEST_INVALID, "not a case number")
    return number


def join_case(
    session: Session,
    database: Database,
    grouping: Grouping,
    *,
    document_id: str,
    batch_id: str,
    actor: Actor,
    now: datetime,
) -> str | None:
    """Put a new document into the case its station named, opening it if need be; return its id.

    A number counts before the batch. A case that was merged into another one leads there. Called
    before the caller appends to the audit chain. Raises REQUEST_INVALID.
    """
    if grouping.number is None and not grouping.by_batch:
        return None
    if grouping.number is not None:
        number, batch, origin = check_number(grouping.number), None, Origin.NUMBER
    else:
        number, batch, origin = None, batch_id, Origin.BATCH
    # Two first documents of one case at the same time: the second finds what the first opened.
    database.lock_until_commit(session, f"ocr-service/case/{number or batch}")
    row = _lasting(session, _find(session, number, batch))
    opened = row is None
    if row is None:
        row = open_case(session, now, number=number, batch_id=batch)
    elif row.status == CaseStatus.COMPLETE:
        row.status = CaseStatus.WAITING_REVIEW.value
    row.version += 1
    row.updated_at = now
    session.add(
        CaseDocumentRow(document_id=document_id, case_id=row.id, origin=origin.value, joined_at=now)
    )
    session.flush()
    details = {"document": document_id, "origin": origin.value, "opened": opened}
    append(session, actor, "case.joined", Subject("case", row.id), details, at=now)
    return row.id


@dataclass(frozen=True, kw_only=True, slots=True)
class StackPlace:
    """A document of a stack, and the cover sheet that stands before it (`section` counts them)."""

    document_id: str
    cover: CoverCode | None
    section: int


def join_stack(
    session: Session,
    database: Database,
    first_id: str,
    places: Sequence[StackPlace],
    *,
    now: datetime,
) -> None:
    """Put the documents of a stack into cases.

    Where its station put the stack (its document `first_id`) into a case, all of them belong there:
    what a station says about a posting counts for all of it. Else the cover sheets count. Called
    after the documents and before the audit chain were locked.
    """
    session.flush()
    own = session.get(CaseDocumentRow, first_id)
    if own is not None:
        homes = {p.document_id: own.case_id for p in places if p.document_id != first_id}
        origin = Origin(own.origin)
    else:
        homes, origin = _homes(session, database, places, now), Origin.COVER
    rows = lock_cases(session, homes.values())
    if any(case.merged_into is not None for case in rows.values()):
        # Somebody merged one of them just now.
        homes = {document: _followed(session, case) or case for document, case in homes.items()}
        rows = lock_cases(session, homes.values())
    for document_id, case_id in homes.items():
        row = CaseDocumentRow(
            document_id=document_id, case_id=case_id, origin=origin.value, joined_at=now
        )
        session.add(row)
    for case in rows.values():
        if case.status == CaseStatus.COMPLETE:
            case.status = CaseStatus.WAITING_REVIEW.value
        case.version += 1
        case.updated_at = now
    session.flush()
    for document_id, case_id in homes.items():
        details = {"document": document_id, "origin": origin.value}
        append(session, SYSTEM, "case.joined", Subject("case", case_id), details, at=now)


def _homes(
    session: Session, database: Database, places: Sequence[StackPlace], now: datetime
) -> dict[str, str]:
    """Find or open the cases that cover sheets speak of: document to case."""
    numbers = {p.cover.number for p in places if p.cover is not None and p.cover.number is not None}
    by_number: dict[str, str] = {}
    for number in sorted(n for n in numbers if not holds_my_number(n)):
        database.lock_until_commit(session, f"ocr-service/case/{number}")
        found = _followed(session, _find(session, number, None))
        by_number[number] = found or open_case(session, now, number=number).id
    together = {
        p.section for p in places if p.cover is not None and p.cover.kind is CoverKind.TOGETHER
    }
    by_section = {section: open_case(session, now).id for section in sorted(together)}
    homes: dict[str, str] = {}
    for place in places:
        named = place.cover.number if place.cover is not None else None
        case_id = by_section.get(place.section) or by_number.get(named or "")
        if case_id is not None:
            homes[place.document_id] = case_id
    return homes


def _followed(session: Session, case_id: str | None) -> str | None:
    """Follow a case to the one that it was merged into."""
    while case_id is not None:
        further = session.scalar(select(CaseRow.merged_into).where(CaseRow.id == case_id))
        if further is None:
            return case_id
        case_id = further
    return None


def open_case(
    session: Session, now: datetime, *, number: str | None = None, batch_id: str | None = None
) -> CaseRow:
    """Add an empty case; nothing is known about it yet."""
    row = CaseRow(
        id=new_id("case"),
        number=number,
        batch_id=batch_id,
        status=CaseStatus.WAITING_REVIEW.value,
        missing=0,
        version=1,
        opened_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _find(session: Session, number: str | None, batch_id: str | None) -> str | None:
    wanted = CaseRow.number == number if number is not None else CaseRow.batch_id == batch_id
    return session.scalar(select(CaseRow.id).where(wanted))


def _lasting(session: Session, case_id: str | None) -> CaseRow | None:
    """Follow a case to the one that it was merged into, and lock only that."""
    while case_id is not None:
        query = select(CaseRow.merged_into).where(CaseRow.id == case_id)
        further = session.scalar(query)
        if further is None:
            row = lock_cases(session, [case_id])[case_id]
            if row.merged_into is None:
                return row
            further = row.merged_into
        case_id = further
    return None
