"""Shadow runs: a candidate reads live documents beside what is in use, and is shown to nobody.

It reads after the suggestion was stored, in a process of its own: a document waits for it no
longer, only the next one does. Kept are counts of what differs, never what either read.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.clock import Clock, utc_now
from ocr_service.ids import new_id
from ocr_service.jobs.reading import DocumentReader, open_child_reader
from ocr_service.loop.registry import find_version, split, versions_in_use
from ocr_service.residual.intervals import Share, clopper_pearson
from ocr_service.settings import Settings
from ocr_service.storage.database import Database
from ocr_service.storage.tables_models import ShadowResultRow, ShadowRunRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import FormKey, Suggestion

_LOCK = "ocr-service/shadow"
COUNTS = (
    "fields", "values", "more_doubtful", "less_doubtful", "form", "category",
    "findings_new", "findings_gone",
)  # fmt: skip
"""What is counted of each document."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Live:
    """A document that was just read: its posted bytes when asked for, and what is shown of it.

    `pages` of the bytes are its own, None for all.
    """

    document_id: str
    data: Callable[[], bytes]
    shown: Suggestion
    today: date
    pinned: FormKey | None
    pages: Sequence[int] | None


class ClosableReader(DocumentReader, Protocol):
    """A reader whose process can be ended."""

    def close(self) -> None:
        """End it, after the call under way."""

    def kill(self) -> None:
        """End it at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShadowReport:
    """Counts of one run; `by_form` like `total`, `-` are pages of no form.

    `differing` is the share of values that differ; `slower` the time of the candidate a document.
    """

    run: ShadowRunRow
    documents: int
    failed: int
    total: dict[str, int]
    by_form: dict[str, dict[str, int]]
    differing: Share
    seconds: float


def start_shadow(
    database: Database, session: Session, candidate: str, share: float, by: Actor, *, at: datetime
) -> ShadowRunRow:
    """Let a candidate read along with a `share` (0..1) of the documents from now on.

    Another run ends. Raises MODEL_UNKNOWN, MODEL_REFUSED when it is in use, REQUEST_INVALID.
    """
    if not 0 < share <= 1:
        raise CodedError(ErrorCode.REQUEST_INVALID, "share: above 0, at most 1")
    database.lock_until_commit(session, _LOCK)
    name, version = split(candidate)
    find_version(session, name, version)
    if versions_in_use(session).get(name) == version:
        raise CodedError(ErrorCode.MODEL_REFUSED, f"{candidate} is in use already")
    _end(session, at)
    row = ShadowRunRow(
        id=new_id("shd"),
        name=name,
        version=version,
        share=share,
        started_by=by.id,
        started_at=at,
    )
    session.add(row)
    session.flush()
    subject = Subject("model", candidate)
    append(session, by, "shadow.started", subject, {"run": row.id, "share": share}, at=at)
    return row


def stop_shadow(session: Session, by: Actor, *, at: datetime) -> ShadowRunRow | None:
    """End the run under way; None when there is none."""
    row = running(session)
    if row is not None:
        _end(session, at)
        subject = Subject("model", f"{row.name}@{row.version}")
        append(session, by, "shadow.stopped", subject, {"run": row.id}, at=at)
    return row


def running(session: Session) -> ShadowRunRow | None:
    """Return the run under way."""
    return session.scalar(
        sa.select(ShadowRunRow)
        .where(ShadowRunRow.ended_at.is_(None))
        .order_by(ShadowRunRow.started_at.desc())
        .limit(1)
    )


def shadow_report(session: Session, run_id: str | None = None) -> ShadowReport | None:
    """Sum up a run, the newest when none is named; None when there is none."""
    query = sa.select(ShadowRunRow).order_by(ShadowRunRow.started_at.desc()).limit(1)
    run = session.get(ShadowRunRow, run_id) if run_id else session.scalar(query)
    if run is None:
        return None
    rows = session.scalars(sa.select(ShadowResultRow).where(ShadowResultRow.run_id == run.id)).all()
    by_form: dict[str, list[ShadowResultRow]] = {}
    for row in rows:
        by_form.setdefault(row.form_id or "-", []).append(row)
    total = _sum(rows)
    low, high = clopper_pearson(total["values"], total["fields"])
    return ShadowReport(
        run=run,
        documents=len(rows),
        failed=sum(row.failure_code is not None for row in rows),
        total=total,
        by_form={name: _sum(by_form[name]) for name in sorted(by_form)},
        differing=Share(count=total["values"], of=total["fields"], low=low, high=high),
        seconds=sum(row.seconds for row in rows) / max(len(rows), 1),
    )


def differences(shown: Suggestion, candidate: Suggestion) -> dict[str, int]:
    """Count what a candidate's suggestion says otherwise than the one that is shown."""
    before = {field.name: field for field in shown.fields}
    after = {field.name: field for field in candidate.fields}
    both = before.keys() & after.keys()
    rules, other_rules = (Counter(f.rule for f in s.findings) for s in (shown, candidate))
    return {
        "fields": len(before.keys() | after.keys()),
        "values": sum(before[n].value != after[n].value for n in both)
        + len(before.keys() ^ after.keys()),
        "more_doubtful": sum(after[n].doubtful and not before[n].doubtful for n in both),
        "less_doubtful": sum(before[n].doubtful and not after[n].doubtful for n in both),
        "form": int(shown.form != candidate.form),
        "category": int(shown.category.label != candidate.category.label),
        "findings_new": (other_rules - rules).total(),
        "findings_gone": (rules - other_rules).total(),
    }


class ShadowReader:
    """Reads what a worker has just read once more with the candidate of the run under way."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        open_candidate: Callable[[str], ClosableReader] | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._open = open_candidate or (lambda name: open_child_reader(settings, candidate=name))
        self._clock = clock
        self._reader: ClosableReader | None = None
        self._run: str | None = None
        self._ended = False

    def after(self, live: Live) -> None:
        """Read along if a run is under way and takes this document. Raises CodedError."""
        with self._database.reading() as session:
            run = running(session)
        reader = self._reader_of(run)
        if run is None or reader is None or not _takes(run, live.document_id) or self._ended:
            return
        started = time.monotonic()
        counts, code = _compared(reader, live)
        if self._ended:
            return
        form = live.shown.form
        row = ShadowResultRow(
            run_id=run.id,
            document_id=live.document_id,
            form_id=form.id if form else None,
            counts=counts,
            failure_code=code,
            seconds=time.monotonic() - started,
            at=self._clock(),
        )
        # Read again in the same run: the first reading counts.
        with suppress(IntegrityError), self._database.transaction() as session:
            session.add(row)

    def end(self) -> None:
        """Read along no more, at once: a worker that stops waits for nobody's shadow."""
        self._ended, reader = True, self._reader
        if reader is not None:
            reader.kill()

    def close(self) -> None:
        """End the candidate's process."""
        if self._reader is not None:
            self._reader.close()
        self._reader = self._run = None

    def _reader_of(self, run: ShadowRunRow | None) -> ClosableReader | None:
        if run is None or run.id != self._run:
            self.close()
        if run is not None and self._reader is None:
            self._reader, self._run = self._open(f"{run.name}@{run.version}"), run.id
        return self._reader


def _compared(reader: DocumentReader, live: Live) -> tuple[dict[str, int], str | None]:
    try:
        read = reader.read(live.data(), today=live.today, pinned=live.pinned, pages=live.pages)
    except CodedError as error:
        return {}, error.code.value
    return differences(live.shown, read), None


def _takes(run: ShadowRunRow, document_id: str) -> bool:
    """Whether a run takes a document: the same on every host."""
    number = int.from_bytes(sha256(f"{run.id}/{document_id}".encode()).digest()[:6], "big")
    return bool(number < run.share * 2**48)


def _end(session: Session, at: datetime) -> None:
    session.execute(
        sa.update(ShadowRunRow).where(ShadowRunRow.ended_at.is_(None)).values(ended_at=at)
    )


def _sum(rows: Iterable[ShadowResultRow]) -> dict[str, int]:
    total = dict.fromkeys(COUNTS, 0)
    for row in rows:
        for name in COUNTS:
            total[name] += row.counts.get(name, 0)
    return total
