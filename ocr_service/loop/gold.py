"""The gold set: documents of known truth that no candidate was trained on.

Which confirmed documents are gold is written in their bytes: the SHA-256 of the posting decides,
so the same paper is always on the same side, on every host and after every restart. They are never
training examples. Beside them stand synthetic scans that everybody has.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ocr_service.audit.chain import as_utc
from ocr_service.clock import office_date
from ocr_service.loop.measures import Truth
from ocr_service.review.decision_body import load_decision
from ocr_service.states import DecisionAction, DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DecisionRow, DocumentRow
from ocr_service.taxonomy.store import load_chosen, load_taxonomy
from pipelines.errors import CodedError
from pipelines.forms.load import FormLibrary
from pipelines.synthesis.formats import ScanFormat
from pipelines.synthesis.hand import Hand
from pipelines.synthesis.samples import SAMPLES, Sample, make_sample

GATE_SEED = 650_000
"""First seed of the synthetic part: training stays below, the benchmark starts at 700,000."""
Progress = Callable[[list[str]], Iterable[str]]
"""Goes through the names of documents, showing how far it is."""
_HANDS = (Hand.STROKES, Hand.SETO, Hand.YUSEI, Hand.KILOJI, Hand.TYPED_MINCHO)
_LOOKS = (("skew",), ("clean",), ("noise", "jpeg"), ("shadow",), ("perspective",))
_DONE = (DocumentState.CONFIRMED.value, DocumentState.EXPORTED.value)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Gold:
    """One document of the set: its bytes, the day it is judged by, and its truth.

    `pages` of the bytes are its own, None for all.
    """

    data: bytes
    today: date
    truth: Truth
    pages: tuple[int, ...] | None = None


def is_gold(document_sha256: str, percent: int) -> bool:
    """Whether a posting of this SHA-256 (hex) is kept aside; `percent` of all are."""
    number = int.from_bytes(sha256(f"gold/{document_sha256}".encode()).digest()[:8], "big")
    return number % 100 < percent


def gold_documents(session: Session, *, percent: int, limit: int) -> list[str]:
    """Ids of the newest confirmed documents of the set."""
    rows = session.execute(
        sa.select(DocumentRow.id, DocumentRow.sha256)
        .join(DecisionRow, DecisionRow.id == DocumentRow.decision_id)
        .where(DocumentRow.state.in_(_DONE), DecisionRow.action == DecisionAction.CONFIRM.value)
        .order_by(DocumentRow.received_at.desc(), DocumentRow.id.desc())
    )
    found = (identity for identity, digest in rows if is_gold(digest, percent))
    return [identity for identity, _ in zip(found, range(limit), strict=False)]


def open_gold(
    database: Database, objects: ObjectStore, forms: FormLibrary, document_id: str, time_zone: str
) -> Gold:
    """Open one confirmed document with what a person confirmed. Raises STORAGE_DAMAGED."""
    with database.reading() as session:
        row = session.get_one(DocumentRow, document_id)
        assert row.decision_id is not None
        _, decision = load_decision(session, objects, row.decision_id)
        data = objects.get(row.original_object, session)
        today = office_date(as_utc(row.received_at), time_zone)
        pages = None if row.pages is None else tuple(row.pages)
        category, same = category_of(forms, decision.form_id), frozenset[str]()
        if decision.form_id is None:
            category, same = confirmed_category(session, document_id)
    return Gold(
        data=data,
        today=today,
        pages=pages,
        truth=Truth(
            document=document_id,
            form=decision.form_id,
            category=category,
            same=same,
            # Pages of no form have fields named by what was read there: nothing to compare by.
            values=decision.values if decision.form_id is not None else {},
        ),
    )


def synthetic_samples(forms: FormLibrary, *, rounds: int) -> list[Sample]:
    """List the shipped samples without faults, and `rounds` scans of every form."""
    ids = sorted({entry.definition.id for entry in forms.entries})
    samples = [sample for sample in SAMPLES if not sample.faults and sample.form in ids]
    return samples + [
        Sample(
            form=form,
            seed=GATE_SEED + 1000 * turn + at,
            hand=_HANDS[(turn + at) % len(_HANDS)],
            degradations=_LOOKS[(2 * turn + at) % len(_LOOKS)],
            # Forms of several pages fit into no JPEG.
            format=ScanFormat.PDF,
        )
        for turn in range(rounds)
        for at, form in enumerate(ids)
    ]


def synthetic_gold(forms: FormLibrary, *, rounds: int, progress: Progress = iter) -> Iterator[Gold]:
    """Make the synthetic part, one by one."""
    entries = {entry.definition.id: entry for entry in forms.entries}
    samples = synthetic_samples(forms, rounds=rounds)
    by_name = {f"sample/{sample.stem}": sample for sample in samples}
    for name in progress(list(by_name)):
        sample = by_name[name]
        data, scan = make_sample(sample, entries[sample.form])
        yield Gold(
            data=data,
            today=date.fromisoformat(scan.truth.on),
            truth=Truth(
                document=name,
                form=sample.form,
                category=category_of(forms, sample.form),
                values={field.name: field.value for field in scan.truth.fields},
            ),
        )


def gold_digest(golds: Mapping[str, str]) -> str:
    """Version of a gold set: digest of its documents and their truth."""
    lines = "\n".join(f"{document} {golds[document]}" for document in sorted(golds))
    return sha256(lines.encode()).hexdigest()


def truth_digest(gold: Gold) -> str:
    """Digest of the bytes and the truth of one document."""
    values = sorted((name, value or "") for name, value in gold.truth.values.items())
    told = repr((sha256(gold.data).hexdigest(), gold.truth.form, gold.truth.category, values))
    return sha256(told.encode()).hexdigest()


def confirmed_category(session: Session, document_id: str) -> tuple[str | None, frozenset[str]]:
    """Category that a person chose for a page of no form, as it stands today, and its other ids.

    None when nobody chose one: that a suggestion was left as it was says nothing.
    """
    chosen = load_chosen(session, document_id)
    if chosen is None:
        return None, frozenset()
    taxonomy = load_taxonomy(session)
    today = taxonomy.resolve(chosen.category_id)
    return today, frozenset(taxonomy.family(today)) - {today}


def category_of(forms: FormLibrary, form_id: str | None) -> str | None:
    """Category of a form; None for none and for one that is no longer installed."""
    if form_id is None:
        return None
    try:
        return forms.find(form_id).definition.category_id
    except CodedError:
        return None
