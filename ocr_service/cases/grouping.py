"""Which case a posted document goes into: what its station said, and nothing that is guessed."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.cases.records import Origin
from ocr_service.cases.store import lock_cases
from ocr_service.ids import new_id
from ocr_service.review.masking import holds_my_number
from ocr_service.states import CaseStatus
from ocr_service.storage.database import Database
from ocr_service.storage.tables_cases import CaseDocumentRow, CaseRow
from pipelines.errors import CodedError, ErrorCode

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
