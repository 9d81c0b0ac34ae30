"""Whether a packet is complete: which papers its main forms need, and which of them are there.

Pure: records in, records out. A paper counts as one attachment of a main form at most; a guess by
its kind alone is only made where nothing else of that kind is still open.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ocr_service.cases.matching import kind_fits, title_fits
from ocr_service.cases.records import (
    MAIN,
    OTHER,
    CaseDocument,
    Match,
    Need,
    NeedState,
    Packet,
    need_key,
)
from ocr_service.states import CaseStatus, DocumentState
from pipelines.check_rules import holds
from pipelines.forms.expressions import Value
from pipelines.forms.model import Attachment, DocumentKind, FormDefinition
from pipelines.forms.values import expression_values
from pipelines.records import Finding

UNREAD = (DocumentState.RECEIVED, DocumentState.PROCESSING)
DECIDED = (DocumentState.CONFIRMED, DocumentState.EXPORTED)
_GONE = (DocumentState.RETURNED, DocumentState.REJECTED, DocumentState.FAILED)
_PAPERS = (DocumentKind.ATTACHMENT, DocumentKind.CERTIFICATE)
_SURE = (Match.PERSON, Match.FORM, Match.TITLE)


def assess(documents: Iterable[CaseDocument], *, today: date) -> Packet:
    """Judge a case by its documents, the oldest first.

    Returned, rejected and failed documents are not there; of returned ones the citizen still owes
    another unless the same form, or the same kind of paper, came later.
    """
    ordered = sorted(documents, key=lambda document: (document.received_at, document.id))
    there = [d for d in ordered if d.state not in _GONE and d.state not in UNREAD]
    mains = _mains(there)
    names = {main.id for main in mains}
    papers = [d for d in there if d.id not in names and d.purpose != OTHER]
    needs = tuple(need for main in mains for need in _needs(main, papers, today))
    used = {document for need in needs for document in need.documents}
    returned = [d for d in ordered if d.state is DocumentState.RETURNED]
    replaced = tuple(d.id for d in returned if _came_again(d, ordered))
    owed = tuple(d.id for d in returned if d.id not in replaced)
    return Packet(
        mains=tuple(main.id for main in mains),
        needs=needs,
        others=tuple(d.id for d in there if d.id not in names and d.id not in used),
        returned=owed,
        replaced=replaced,
        status=_status(ordered, mains, needs, owed),
    )


def case_values(form: FormDefinition, texts: Mapping[str, str | None]) -> dict[str, Value]:
    """Variables of the form's expressions over normalised values by name."""
    marked = {name: text.split(",") for name, text in texts.items() if text}
    sealed = {name for name, text in texts.items() if text == "present"}
    return expression_values(form, texts, marked, sealed)


def _mains(there: Sequence[CaseDocument]) -> list[CaseDocument]:
    """Forms that the case is about: no attachments by their kind, nor what another form needs."""
    wanted = {a.form for d in there if d.form for a in d.form.attachments if a.form}
    return [d for d in there if d.form is not None and _is_main(d, d.form, wanted)]


def _is_main(document: CaseDocument, form: FormDefinition, wanted: set[str]) -> bool:
    if document.purpose is not None:
        return document.purpose == MAIN
    return form.document_kind not in _PAPERS and form.id not in wanted


def _needs(main: CaseDocument, papers: Sequence[CaseDocument], today: date) -> Iterable[Need]:
    form = main.form
    assert form is not None
    values = case_values(form, main.values)
    values["today"] = today
    asked = [
        (number, attachment, _asked(attachment, values))
        for number, attachment in enumerate(form.attachments, start=1)
    ]
    found = _assign(form, asked, papers)
    for number, attachment, needed in asked:
        document, match = found.get(number, (None, None))
        yield Need(
            key=need_key(form, number),
            main=main.id,
            number=number,
            label=attachment.label,
            ground=attachment.ground or form.ground or f"{form.title} 記入要領",
            conditional=not attachment.required,
            state=_state(needed, match),
            documents=(document.id,) if document else (),
            match=match,
        )


def _asked(attachment: Attachment, values: Mapping[str, Value]) -> bool | None:
    """Whether the paper is needed; None when that can't be said."""
    if attachment.required:
        return True
    if not attachment.required_when:
        return False
    outcome = holds(attachment.required_when, values)
    return None if isinstance(outcome, Finding) else outcome


def _assign(
    form: FormDefinition,
    asked: Sequence[tuple[int, Attachment, bool | None]],
    papers: Sequence[CaseDocument],
) -> dict[int, tuple[CaseDocument, Match]]:
    """Give each attachment its paper, the surest matches first; later papers before earlier."""
    found: dict[int, tuple[CaseDocument, Match]] = {}
    left = list(reversed(papers))
    for match in _SURE:
        for number, attachment, _ in asked:
            paper = next((p for p in left if _fits(match, form, number, attachment, p)), None)
            if paper is not None and number not in found:
                found[number] = (paper, match)
                left.remove(paper)
    for paper in left:
        # One guess only where it is the only one: three certificates may be any of three.
        open_ = [
            number
            for number, attachment, needed in asked
            if number not in found
            and needed is not False
            and paper.purpose is None
            and kind_fits(attachment, form, paper)
        ]
        if len(open_) == 1:
            found[open_[0]] = (paper, Match.KIND)
    return found


def _fits(
    match: Match, form: FormDefinition, number: int, attachment: Attachment, paper: CaseDocument
) -> bool:
    if match is Match.PERSON:
        return paper.purpose == need_key(form, number)
    if paper.purpose is not None:
        return False
    if match is Match.FORM:
        return attachment.form is not None and (
            paper.form is not None and paper.form.id == attachment.form
        )
    return title_fits(attachment.label, paper.heading)


def _state(needed: bool | None, match: Match | None) -> NeedState:
    if match is not None:
        return NeedState.LIKELY if match is Match.KIND else NeedState.PRESENT
    if needed is None:
        return NeedState.UNCLEAR
    return NeedState.MISSING if needed else NeedState.NOT_NEEDED


def _came_again(returned: CaseDocument, ordered: Sequence[CaseDocument]) -> bool:
    for other in ordered:
        later = other.received_at > returned.received_at and other.id != returned.id
        if not later or other.state in _GONE or other.state in UNREAD:
            continue
        if returned.form is not None:
            if other.form is not None and other.form.id == returned.form.id:
                return True
        elif other.form is None and other.category == returned.category:
            return True
    return False


def _status(
    documents: Sequence[CaseDocument],
    mains: Sequence[CaseDocument],
    needs: Sequence[Need],
    owed: Sequence[str],
) -> CaseStatus:
    unread = any(d.state in UNREAD for d in documents)
    if owed or any(need.state is NeedState.MISSING for need in needs):
        return CaseStatus.INCOMPLETE
    if not mains:
        # The main form may be among what was not read yet.
        return CaseStatus.WAITING_REVIEW if unread else CaseStatus.INCOMPLETE
    open_ = [
        d for d in documents if d.state not in (*DECIDED, *_GONE) or d.state is DocumentState.FAILED
    ]
    undecided = {d.id for d in documents if d.state not in DECIDED}
    unsure = any(
        need.state is NeedState.LIKELY
        or (need.state is NeedState.UNCLEAR and need.main in undecided)
        for need in needs
    )
    return CaseStatus.WAITING_REVIEW if open_ or unsure else CaseStatus.COMPLETE
