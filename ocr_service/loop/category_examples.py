"""Papers of no form with the category that a person chose, as features, for a new classifier.

They are made anew from the sealed readings at every export: nothing further is kept. What is
written are hashed features (`pipelines.category_features`) that at least two papers share, so that
a name on one paper leaves no trace, and what the transformer in use says (a number a category).
The retention rule counts as for other examples: `*`, or `-` for papers of no form; gold documents
are never among them.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.loop.evaluate import LoopStore
from ocr_service.loop.examples import may_keep
from ocr_service.loop.gold import is_gold
from ocr_service.loop.measures import NO_FORM
from ocr_service.loop.registry import models_in_use
from ocr_service.reading import coded_models
from ocr_service.review.suggestions import load_suggestion
from ocr_service.states import DecisionAction, DocumentState
from ocr_service.storage.tables import DecisionRow, DocumentRow
from ocr_service.storage.tables_taxonomy import DocumentCategoryRow
from ocr_service.taxonomy.store import load_taxonomy
from pipelines.categorise import load_category_model
from pipelines.category_features import HEAD, SCHEME, WHOLE, Features, TextLine, text_lines
from pipelines.category_kinds import Bank, encode_bank
from pipelines.errors import CodedError, ErrorCode

PAPERS, SUMMARY = "categories.npz", "categories.json"
_TEXT = HEAD + WHOLE
_DONE = (DocumentState.CONFIRMED.value, DocumentState.EXPORTED.value)
Progress = Callable[[list["Confirmed"]], Iterable["Confirmed"]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmed:
    """A confirmed paper of no form: its category of today and the reading that was confirmed."""

    document_id: str
    category: str
    suggestion_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryDataset:
    """What was written. `version` is the SHA-256 of the papers; `damaged` could not be opened."""

    version: str
    documents: int
    damaged: tuple[str, ...]


def confirmed_papers(session: Session, store: LoopStore) -> list[Confirmed]:
    """List confirmed papers of no form that may be used, in the order of their ids."""
    settings = store.settings
    if not may_keep(settings, NO_FORM):
        return []
    taxonomy = load_taxonomy(session)
    rows = session.execute(
        sa.select(DocumentRow, DocumentCategoryRow.category_id)
        .join(DocumentCategoryRow, DocumentCategoryRow.document_id == DocumentRow.id)
        .join(DecisionRow, DecisionRow.id == DocumentRow.decision_id)
        .where(
            DocumentRow.state.in_(_DONE),
            DocumentRow.form_id.is_(None),
            DocumentRow.suggestion_id.is_not(None),
            DecisionRow.action == DecisionAction.CONFIRM.value,
            DecisionRow.created_at > store.clock() - timedelta(days=settings.example_days),
        )
        .order_by(DocumentRow.id)
    )
    return [
        Confirmed(
            document_id=row.id,
            category=taxonomy.resolve(category),
            suggestion_id=row.suggestion_id or "",
        )
        for row, category in rows
        if not is_gold(row.sha256, settings.gold_percent)
    ]


def export_categories(
    store: LoopStore, folder: Path, by: Actor, *, progress: Progress = iter
) -> CategoryDataset:
    """Write all papers that may be used into a new or empty `folder`; audited paper by paper.

    Raises FILE_UNREADABLE when the folder can't be written or is not empty, MODEL_MISSING,
    MODEL_DAMAGED, STORAGE_UNAVAILABLE.
    """
    with store.database.reading() as session:
        papers = confirmed_papers(session, store)
    found: list[tuple[Confirmed, Features]] = []
    damaged: list[str] = []
    with models_in_use(store.settings), coded_models():
        model = load_category_model()
    for paper in progress(papers):
        try:
            found.append((paper, model.features(_lines(store, paper, by))))
        except CodedError as error:
            if error.code is ErrorCode.STORAGE_UNAVAILABLE:
                raise
            damaged.append(paper.document_id)
    data = encode_bank(shared_papers([(p.category, f) for p, f in found]))
    version = sha256(data).hexdigest()
    summary = {
        "version": version,
        "scheme": SCHEME,
        "lines": model.text.lines,
        "documents": [paper.document_id for paper, _ in found],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise CodedError(ErrorCode.FILE_UNREADABLE, f"{folder}: not empty")
        (folder / PAPERS).write_bytes(data)
        (folder / SUMMARY).write_text(json.dumps(summary, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise CodedError(ErrorCode.FILE_UNREADABLE, f"{folder}: {error.strerror}") from error
    return CategoryDataset(version=version, documents=len(found), damaged=tuple(damaged))


def shared_papers(papers: Sequence[tuple[str, Features]]) -> Bank:
    """Papers with their labels, without features of text that only one of them has."""
    every = [f.indices for _, f in papers] or [np.zeros(0, np.int64)]
    indices, counts = np.unique(np.concatenate(every), return_counts=True)
    wanted = indices[(counts >= 2) | (indices >= _TEXT)]
    kept = [np.isin(f.indices, wanted) for _, f in papers]
    rows = [f.indices[k] for (_, f), k in zip(papers, kept, strict=True)]
    values = [f.values[k] for (_, f), k in zip(papers, kept, strict=True)]
    return Bank(
        tuple(label for label, _ in papers),
        np.cumsum([0, *(len(row) for row in rows)]),
        np.concatenate([*rows, np.zeros(0, np.int64)]),
        np.concatenate([*values, np.zeros(0, np.float32)]),
    )


def _lines(store: LoopStore, paper: Confirmed, by: Actor) -> list[TextLine]:
    with store.database.transaction() as session:
        _, suggestion = load_suggestion(session, store.objects, paper.suggestion_id)
        subject = Subject("document", paper.document_id)
        details = {"why": "category"}
        append(session, by, "example.exported", subject, details, at=store.clock())
    return text_lines(suggestion.lines)
