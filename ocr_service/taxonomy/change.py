"""Changing the taxonomy. Every change is kept, audited, and the last one can be taken back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.ids import new_id
from ocr_service.storage.tables_taxonomy import (
    CategoryChangeRow,
    CategoryRow,
)
from ocr_service.taxonomy.records import (
    OFFICE,
    Category,
    CategoryChange,
    CategoryState,
    Taxonomy,
)
from ocr_service.taxonomy.store import category_of, load_taxonomy
from pipelines.category_model import UNKNOWN
from pipelines.errors import CodedError, ErrorCode

TITLE_LENGTH = 60
_ID_LENGTH = 96
_TITLE = re.compile(r"[^\x00-\x1f\x7f]+")
_LONG_NUMBER = re.compile(r"[0-9０-９]{8,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Editor:
    """Who changes the taxonomy."""

    actor: Actor
    name: str


def add_category(
    session: Session, title: str, who: Editor, *, parent: str | None, now: datetime
) -> Category:
    """Add a category, as a kind of `parent` if there is one.

    Raises CATEGORY_INVALID (title, parent), CATEGORY_CHANGED (the title is in use).
    """
    taxonomy = _locked(session)
    title = _checked_title(title, taxonomy)
    if parent is not None and (parent == UNKNOWN or not taxonomy.may_be_chosen(parent)):
        raise CodedError(ErrorCode.CATEGORY_INVALID, "parent: no such category", field="parent")
    category_id = f"{parent or OFFICE}.{new_id('k')[-12:]}"
    if len(category_id) > _ID_LENGTH:
        raise CodedError(ErrorCode.CATEGORY_INVALID, "parent: too deep", field="parent")
    row = CategoryRow(
        id=category_id, title=title, state=CategoryState.ACTIVE.value, samples=0, updated_at=now
    )
    session.add(row)
    return _recorded(session, row, None, CategoryChange.ADD, who, now)


def rename_category(
    session: Session, category_id: str, title: str, who: Editor, *, now: datetime
) -> Category:
    """Give a category another name: documents show it at once, their history keeps the old one.

    Raises CATEGORY_UNKNOWN, CATEGORY_INVALID, CATEGORY_CHANGED (not in use any more, title in use).
    """
    taxonomy = _locked(session)
    row = _row(session, taxonomy, category_id, now)
    title = _checked_title(title, taxonomy)
    before = _values(row)
    row.title = title
    return _recorded(session, row, before, CategoryChange.RENAME, who, now)


def merge_category(
    session: Session, category_id: str, into: str, who: Editor, *, now: datetime
) -> Category:
    """Let another category stand for this one from now on.

    Raises CATEGORY_UNKNOWN, CATEGORY_INVALID (into itself or `unknown`), CATEGORY_CHANGED.
    """
    taxonomy = _locked(session)
    if into in (category_id, UNKNOWN):
        raise CodedError(ErrorCode.CATEGORY_INVALID, "into: not possible", field="into")
    if taxonomy.get(into) is None:
        raise CodedError(ErrorCode.CATEGORY_UNKNOWN, into)
    if not taxonomy.may_be_chosen(into):
        raise CodedError(ErrorCode.CATEGORY_CHANGED, "the other one is not in use any more")
    row = _row(session, taxonomy, category_id, now)
    before = _values(row)
    row.state, row.merged_into = CategoryState.MERGED.value, into
    return _recorded(session, row, before, CategoryChange.MERGE, who, now)


def retire_category(session: Session, category_id: str, who: Editor, *, now: datetime) -> Category:
    """Let nobody choose a category any more. Raises CATEGORY_UNKNOWN, CATEGORY_CHANGED."""
    taxonomy = _locked(session)
    row = _row(session, taxonomy, category_id, now)
    before = _values(row)
    row.state = CategoryState.RETIRED.value
    return _recorded(session, row, before, CategoryChange.RETIRE, who, now)


def set_head(
    session: Session, category_id: str, object_id: str, samples: int, who: Editor, *, now: datetime
) -> Category:
    """Keep what a category was learnt from. Raises CATEGORY_UNKNOWN, CATEGORY_CHANGED."""
    taxonomy = _locked(session)
    row = _row(session, taxonomy, category_id, now)
    before = _values(row)
    row.head_object, row.samples = object_id, samples
    return _recorded(session, row, before, CategoryChange.LEARN, who, now)


def undo_last(session: Session, who: Editor, *, now: datetime) -> Category:
    """Take back the last change that still stands; an added category is retired.

    Raises CATEGORY_CHANGED when there is nothing to take back.
    """
    _locked(session)
    change = session.scalar(
        select(CategoryChangeRow)
        .where(CategoryChangeRow.undone_by.is_(None))
        .order_by(CategoryChangeRow.sequence.desc())
        .limit(1)
    )
    if change is None:
        raise CodedError(ErrorCode.CATEGORY_CHANGED, "nothing to take back")
    row = session.get_one(CategoryRow, change.category_id)
    if change.before is None:
        row.state = CategoryState.RETIRED.value
    else:
        for name, value in change.before.items():
            setattr(row, name, value)
    row.updated_at = now
    change.undone_by = who.actor.id[:40]
    session.flush()
    _audit(session, who, "category.undone", row.id, {"kind": change.kind}, now)
    return category_of(row)


def _locked(session: Session) -> Taxonomy:
    """Load the taxonomy while its rows are locked."""
    session.scalars(select(CategoryRow).with_for_update()).all()
    return load_taxonomy(session)


def _checked_title(title: str, taxonomy: Taxonomy) -> str:
    title = title.strip()
    if not title or len(title) > TITLE_LENGTH or not _TITLE.fullmatch(title):
        raise CodedError(ErrorCode.CATEGORY_INVALID, "title: 1 to 60 characters", field="title")
    if _LONG_NUMBER.search(title):
        raise CodedError(ErrorCode.CATEGORY_INVALID, "title: no numbers of people", field="title")
    if any(c.title == title and c.state is CategoryState.ACTIVE for c in taxonomy):
        raise CodedError(ErrorCode.CATEGORY_CHANGED, "the title is in use")
    return title


def _row(session: Session, taxonomy: Taxonomy, category_id: str, now: datetime) -> CategoryRow:
    """Row of a category in use, made when it stood only in the program so far."""
    found = taxonomy.get(category_id)
    if found is None:
        raise CodedError(ErrorCode.CATEGORY_UNKNOWN, category_id)
    if category_id == UNKNOWN or found.state is not CategoryState.ACTIVE:
        raise CodedError(ErrorCode.CATEGORY_CHANGED, f"{category_id} can't be changed")
    row = session.get(CategoryRow, category_id)
    if row is None:
        row = CategoryRow(
            id=found.id, title=found.title, state=found.state.value, samples=0, updated_at=now
        )
        session.add(row)
    return row


def _values(row: CategoryRow) -> dict[str, object]:
    return {
        "title": row.title,
        "state": row.state,
        "merged_into": row.merged_into,
        "head_object": row.head_object,
        "samples": row.samples,
    }


def _recorded(
    session: Session,
    row: CategoryRow,
    before: Mapping[str, object] | None,
    kind: CategoryChange,
    who: Editor,
    now: datetime,
) -> Category:
    row.updated_at = now
    last = session.scalar(select(func.max(CategoryChangeRow.sequence))) or 0
    change = CategoryChangeRow(
        id=new_id("ctc"),
        sequence=last + 1,
        category_id=row.id,
        kind=kind.value,
        before=dict(before) if before is not None else None,
        after=_values(row),
        actor_kind=who.actor.kind,
        actor_id=who.actor.id,
        actor_name=who.name,
        at=now,
    )
    session.add(change)
    session.flush()
    details: dict[str, object] = {"change": change.id, "merged_into": row.merged_into}
    _audit(session, who, f"category.{_PAST[kind]}", row.id, details, now)
    return category_of(row)


_PAST = {
    CategoryChange.ADD: "added",
    CategoryChange.RENAME: "renamed",
    CategoryChange.MERGE: "merged",
    CategoryChange.RETIRE: "retired",
    CategoryChange.LEARN: "learnt",
}


def _audit(
    session: Session,
    who: Editor,
    action: str,
    category_id: str,
    details: Mapping[str, object],
    now: datetime,
) -> None:
    # Titles are in the history of changes; the chain holds ids only.
    append(session, who.actor, action, Subject("category", category_id[-64:]), details, at=now)
