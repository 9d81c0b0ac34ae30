"""What a changed form would find on documents of the past, beside what it finds today."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.clock import Clock, office_date
from ocr_service.review.masking import hide_digits, number_names
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DocumentRow
from ocr_service.trial.standing import standing_fields
from pipelines.check import check_fields
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FormDefinition
from pipelines.forms.rule_ids import SharedRule
from pipelines.records import Field, Finding, FormKey
from pipelines.rules.catalogue import shared_rule_of
from pipelines.rules.lookups import NO_LOOKUPS, Lookups


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentTrial:
    """Findings of one document: only with the changed form, only with today's, with both."""

    id: str
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    same: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleCount:
    """How many documents a rule flags; `before` with today's form, `now` with the changed one."""

    rule: str
    before: int
    now: int
    new: int
    gone: int
    same: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Result of a trial. `damaged` are documents whose content could not be opened."""

    form: FormKey
    documents: tuple[DocumentTrial, ...]
    damaged: tuple[tuple[str, CodedError], ...]

    @property
    def rules(self) -> tuple[RuleCount, ...]:
        """Documents by rule, in the order of their names."""
        counts: dict[str, Counter[str]] = {}
        for document in self.documents:
            for kind in ("new", "gone", "same"):
                for rule in {rule_name(f) for f in getattr(document, kind)}:
                    counts.setdefault(rule, Counter())[kind] += 1
            before = {rule_name(f) for f in (*document.gone, *document.same)}
            now = {rule_name(f) for f in (*document.new, *document.same)}
            for rule in before | now:
                counts[rule]["before"] += rule in before
                counts[rule]["now"] += rule in now
        return tuple(
            RuleCount(
                rule=rule,
                before=count["before"],
                now=count["now"],
                new=count["new"],
                gone=count["gone"],
                same=count["same"],
            )
            for rule, count in sorted(counts.items())
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialStore:
    """What a trial reads from and leaves its trace in."""

    database: Database
    objects: ObjectStore
    forms: FormLibrary
    clock: Clock
    time_zone: str
    lookups: Lookups = NO_LOOKUPS


Progress = Callable[[list[str]], Iterable[str]]
"""Goes through the ids of the documents, showing how far it is."""


def try_rules(
    store: TrialStore,
    changed: FormDefinition,
    by: Actor,
    *,
    rule: str | None = None,
    since: date | None = None,
    limit: int = 1000,
    progress: Progress = iter,
) -> Trial:
    """Judge the last `limit` documents of a form by its changed definition and by today's.

    `rule` looks at one rule only, `since` at documents received from that day of the office on.
    Values are those that were read, with confirmed ones over them; "today" is the day on which a
    document was received. Every document that is opened is audited as viewed. Raises FORM_UNKNOWN
    for a form that this installation does not have, REQUEST_INVALID for a rule nobody knows.
    """
    current = store.forms.find(changed.id).definition
    if rule is not None:
        _demand_rule(rule, changed, current)
    documents: list[DocumentTrial] = []
    damaged: list[tuple[str, CodedError]] = []
    for document_id in progress(_chosen(store, changed.id, since, limit)):
        try:
            documents.append(_tried(store, changed, current, document_id, by, rule))
        except CodedError as error:
            damaged.append((document_id, error))
    key = FormKey(id=changed.id, revision=changed.revision)
    _trace(store, key, rule, len(documents), by)
    return Trial(form=key, documents=tuple(documents), damaged=tuple(damaged))


def rule_name(finding: Finding) -> str:
    """Rule of a finding; of a shared rule without its field."""
    shared = shared_rule_of(finding)
    return finding.rule if shared is None else str(shared)


def _tried(
    store: TrialStore,
    changed: FormDefinition,
    current: FormDefinition,
    document_id: str,
    by: Actor,
    rule: str | None,
) -> DocumentTrial:
    with store.database.reading() as session:
        row = session.get_one(DocumentRow, document_id)
        fields = standing_fields(session, store.objects, row)
        revision, received = row.form_revision, row.received_at
    subject = Subject("document", document_id)
    with store.database.transaction() as session:
        details = {"form": f"{changed.id}@{changed.revision}", "why": "rules.tried"}
        append(session, by, "suggestion.viewed", subject, details, at=store.clock())
    own = _own_form(store.forms, current, revision)
    today = office_date(received, store.time_zone)
    before = _judged(fields, own, today, store.lookups, rule)
    now = _judged(fields, changed, today, store.lookups, rule)
    old, fresh = {f.rule for f in before}, {f.rule for f in now}
    return DocumentTrial(
        id=document_id,
        new=tuple(f for f in now if f.rule not in old),
        gone=tuple(f for f in before if f.rule not in fresh),
        same=tuple(f for f in now if f.rule in old),
    )


def _judged(
    fields: tuple[Field, ...],
    form: FormDefinition,
    today: date,
    lookups: Lookups,
    rule: str | None,
) -> tuple[Finding, ...]:
    hidden = number_names(form, fields)
    return tuple(
        hide_digits(finding, hidden)
        for finding in check_fields(fields, form, today=today, lookups=lookups)
        if rule is None or rule in (rule_name(finding), finding.rule.removeprefix("rule_failed."))
    )


def _own_form(forms: FormLibrary, current: FormDefinition, revision: str | None) -> FormDefinition:
    """Find the revision that a document is on, or today's when it is no longer installed."""
    try:
        return forms.find(current.id, revision).definition
    except CodedError:
        return current


def _chosen(store: TrialStore, form_id: str, since: date | None, limit: int) -> list[str]:
    query = select(DocumentRow.id).where(
        DocumentRow.form_id == form_id, DocumentRow.suggestion_id.is_not(None)
    )
    if since is not None:
        start = datetime.combine(since, time(), ZoneInfo(store.time_zone))
        query = query.where(DocumentRow.received_at >= start)
    query = query.order_by(DocumentRow.received_at.desc(), DocumentRow.id.desc()).limit(limit)
    with store.database.reading() as session:
        return list(session.scalars(query))


def _demand_rule(rule: str, *forms: FormDefinition) -> None:
    known = set(_rules_of(forms))
    if rule not in known:
        raise CodedError(ErrorCode.REQUEST_INVALID, f"no rule {rule!r} in this form")


def _rules_of(forms: Iterable[FormDefinition]) -> Iterator[str]:
    yield from SharedRule
    for form in forms:
        yield from (own.id for own in form.rules)
        for group in (form.fields, form.marks, form.seals):
            yield from (f"required.{item.name}" for item in group)
        yield from (f"marks.several.{marks.name}" for marks in form.marks)


def _trace(store: TrialStore, form: FormKey, rule: str | None, documents: int, by: Actor) -> None:
    details = {"revision": form.revision, "rule": rule, "documents": documents}
    with store.database.transaction() as session:
        append(session, by, "form.rules_tried", Subject("form", form.id), details, at=store.clock())
