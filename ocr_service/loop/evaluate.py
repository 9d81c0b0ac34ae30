"""Reading the gold set with a candidate and with what is in use, and keeping the verdict."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.clock import Clock, utc_now
from ocr_service.ids import new_id
from ocr_service.jobs.reading import DocumentReader, open_child_reader
from ocr_service.loop.gate import GateReport, Judged, judge, own_measure
from ocr_service.loop.gold import (
    Gold,
    Progress,
    gold_digest,
    gold_documents,
    open_gold,
    synthetic_gold,
    truth_digest,
)
from ocr_service.loop.measures import Measure, measure, pair
from ocr_service.loop.registry import find_version, split, task_of, versions_in_use
from ocr_service.settings import Settings
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables_models import ModelEvaluationRow
from ocr_service.taxonomy.learn import LearntKinds, judged
from pipelines.category_kinds import KindHead
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormLibrary
from pipelines.records import Suggestion

_UNREAD = (ErrorCode.STORAGE_UNAVAILABLE, ErrorCode.MODEL_MISSING, ErrorCode.MODEL_DAMAGED)
"""Not the document's fault: an evaluation ends with these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GoldChoice:
    """How much of the gold set is read: newest confirmed documents, rounds of synthetic scans.

    No rounds, no synthetic part.
    """

    documents: int = 500
    rounds: int = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class LoopStore:
    """What the loop works with."""

    settings: Settings
    database: Database
    objects: ObjectStore
    forms: FormLibrary
    clock: Clock = utc_now


def evaluate(
    store: LoopStore,
    candidate: str,
    by: Actor,
    *,
    choice: GoldChoice | None = None,
    progress: Progress = iter,
) -> ModelEvaluationRow:
    """Read the gold set twice, judge the candidate, keep the report; return its row.

    Confirmed documents are opened one at a time and audited as viewed. Raises MODEL_UNKNOWN,
    MODEL_DAMAGED, STORAGE_UNAVAILABLE.
    """
    choice = choice or GoldChoice()
    name, version = split(candidate)
    with store.database.reading() as session:
        row = find_version(session, name, version)
        against = versions_in_use(session)
    task = row.task if row is not None else task_of(name, version)
    # Kinds that the office taught are read with both: a candidate must not lose to their lack.
    heads = LearntKinds(store.database, store.objects).heads()
    digests: dict[str, str] = {}
    with ExitStack() as stack:
        readers = [_reader(store.settings, stack, which) for which in ("", candidate)]
        pairs = []
        for gold in _golds(store, choice, by, progress):
            digests[gold.truth.document] = truth_digest(gold)
            active, other = (_read(reader, gold, heads) for reader in readers)
            pairs.append(judge_document(gold, active, other))
    report = judge(pairs, own_measure(name, task))
    return _keep(store, name, version, against, gold_digest(digests), report, by)


def judge_document(gold: Gold, active: Suggestion | None, candidate: Suggestion | None) -> Judged:
    """Lay both readings of one gold document side by side."""
    before, after = measure(active, gold.truth), measure(candidate, gold.truth)
    groups = [f"form:{gold.truth.group}"]
    if gold.truth.category is not None:
        groups.append(f"category:{gold.truth.category}")
    return Judged(
        document=gold.truth.document,
        groups=tuple(groups),
        pairs={each: pair(before[each], after[each]) for each in Measure},
    )


def _reader(settings: Settings, stack: ExitStack, candidate: str) -> DocumentReader:
    reader = open_child_reader(settings, candidate=candidate)
    stack.callback(reader.close)
    # A candidate that does not even load is told before anything is read.
    reader.child.start()
    return reader


def _golds(store: LoopStore, choice: GoldChoice, by: Actor, progress: Progress) -> Iterator[Gold]:
    settings = store.settings
    with store.database.reading() as session:
        ids = gold_documents(session, percent=settings.gold_percent, limit=choice.documents)
    for document_id in progress(ids):
        gold = open_gold(
            store.database, store.objects, store.forms, document_id, settings.time_zone
        )
        with store.database.transaction() as session:
            subject = Subject("document", document_id)
            details = {"why": "model.evaluated"}
            append(session, by, "document.viewed", subject, details, at=store.clock())
        yield gold
    if choice.rounds:
        yield from synthetic_gold(store.forms, rounds=choice.rounds, progress=progress)


def _read(reader: DocumentReader, gold: Gold, heads: Sequence[KindHead]) -> Suggestion | None:
    try:
        found = reader.read(gold.data, today=gold.today, pinned=None, pages=gold.pages)
        return judged(found, heads)
    except CodedError as error:
        if error.code in _UNREAD:
            raise
        return None


def _keep(
    store: LoopStore,
    name: str,
    version: str,
    against: dict[str, str],
    gold: str,
    report: GateReport,
    by: Actor,
) -> ModelEvaluationRow:
    row = ModelEvaluationRow(
        id=new_id("evl"),
        name=name,
        version=version,
        against=against,
        gold=gold,
        documents=report.documents,
        passed=report.passed,
        report=report.body(),
        created_by=by.id,
        created_at=store.clock(),
    )
    with store.database.transaction() as session:
        _add(session, row, by)
    return row


def _add(session: Session, row: ModelEvaluationRow, by: Actor) -> None:
    session.add(row)
    session.flush()
    details = {"evaluation": row.id, "passed": row.passed, "documents": row.documents}
    subject = Subject("model", f"{row.name}@{row.version}")
    append(session, by, "model.evaluated", subject, details, at=row.created_at)
