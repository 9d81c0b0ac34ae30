"""Which papers a case needs, which are there, and where it stands: hand-made records."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from ocr_service.cases.completeness import assess
from ocr_service.cases.findings import case_findings
from ocr_service.cases.records import CaseDocument, Match, NeedState, Packet
from ocr_service.states import CaseStatus, DocumentState
from pipelines.forms.model import FormDefinition
from pipelines.records import Finding, FindingKind, Severity

TODAY = date(2026, 11, 20)
START = datetime(2026, 11, 1, tzinfo=UTC)
CERTIFICATES = [
    {"kind": "certificate", "label": "診断書又は障害者手帳の写し", "required": True},
    {"kind": "certificate", "label": "在学証明書", "required": True},
]


def form(
    name: str, *, kind: str = "application", attachments: list[dict[str, object]] | None = None
) -> FormDefinition:
    box = {"x": 10, "y": 10, "width": 50, "height": 8}
    return FormDefinition.model_validate(
        {
            "id": name,
            "revision": "1",
            "title": name,
            "operation": "nursery_admission",
            "document_kind": kind,
            "valid": {"from": "2025-04-01"},
            "pages": [{"number": 1}],
            "fields": [{"name": "reason", "label": "理由", "kind": "text", "box": box}],
            "attachments": attachments or [],
        }
    )


NEEDY = form(
    "nursery",
    attachments=[
        {"form": "work-paper", "label": "就労証明書", "required_when": "reason == 'work'"},
    ],
)


def document(
    name: str,
    definition: FormDefinition | None = None,
    *,
    state: DocumentState = DocumentState.AWAITING_REVIEW,
    values: Mapping[str, str | None] | None = None,
    after: int = 0,
    **more: str | None,
) -> CaseDocument:
    return CaseDocument(
        id=name,
        state=state,
        received_at=START + timedelta(minutes=after),
        form=definition,
        values=values if values is not None else {"reason": "work"},
        **more,  # type: ignore[arg-type]
    )


def judged(*documents: CaseDocument) -> Packet:
    return assess(documents, today=TODAY)


def states(packet: Packet) -> list[NeedState]:
    return [need.state for need in packet.needs]


def test_a_paper_is_needed_under_its_condition_and_found_by_its_form() -> None:
    main = document("main", NEEDY)
    paper = document("paper", form("work-paper", kind="attachment"))
    alone = judged(main)
    assert states(alone) == [NeedState.MISSING]
    assert alone.status is CaseStatus.INCOMPLETE
    both = judged(paper, main)
    assert states(both) == [NeedState.PRESENT]
    assert both.needs[0].documents == ("paper",)
    assert both.status is CaseStatus.WAITING_REVIEW
    idle = judged(document("main", NEEDY, values={"reason": "illness"}))
    assert states(idle) == [NeedState.NOT_NEEDED]
    assert idle.status is CaseStatus.WAITING_REVIEW


def test_all_there_and_decided_is_complete() -> None:
    done = DocumentState.CONFIRMED
    papers = (
        document("main", NEEDY, state=done),
        document("paper", form("work-paper", kind="attachment"), state=DocumentState.EXPORTED),
    )
    assert judged(*papers).status is CaseStatus.COMPLETE
    late = document("late", state=DocumentState.RECEIVED, after=9)
    assert judged(*papers, late).status is CaseStatus.WAITING_REVIEW


def test_papers_that_went_back_are_not_there() -> None:
    main = document("main", NEEDY, state=DocumentState.CONFIRMED)
    work = form("work-paper", kind="attachment")
    for state in (DocumentState.RETURNED, DocumentState.REJECTED, DocumentState.FAILED):
        assert states(judged(main, document("paper", work, state=state))) == [NeedState.MISSING]
    returned = document("paper", work, state=DocumentState.RETURNED)
    again = document("again", work, state=DocumentState.CONFIRMED, after=5)
    packet = judged(main, returned, again)
    assert (packet.returned, packet.replaced) == ((), ("paper",))
    assert packet.status is CaseStatus.COMPLETE
    assert judged(main, again, returned).needs[0].documents == ("again",)


def test_a_returned_main_form_keeps_the_case_open() -> None:
    packet = judged(document("main", NEEDY, state=DocumentState.RETURNED))
    assert packet.returned == ("main",)
    assert packet.status is CaseStatus.INCOMPLETE


def test_without_a_main_form_a_case_is_incomplete_unless_it_is_still_read() -> None:
    paper = document("paper", form("work-paper", kind="attachment"))
    assert judged(paper).status is CaseStatus.INCOMPLETE
    unread = document("new", state=DocumentState.PROCESSING)
    assert judged(paper, unread).status is CaseStatus.WAITING_REVIEW


def test_the_heading_of_an_unknown_page_tells_what_it_is() -> None:
    main = document("main", form("long", attachments=CERTIFICATES))
    packet = judged(main, document("page", heading="在学証明書学校名"))
    assert states(packet) == [NeedState.MISSING, NeedState.PRESENT]
    assert packet.needs[1].match is Match.TITLE


def test_a_kind_alone_is_a_guess_and_only_where_nothing_else_is_open() -> None:
    main = document("main", form("long", attachments=CERTIFICATES))
    some = document("some", category="other.attachment")
    both_open = judged(main, some)
    assert states(both_open) == [NeedState.MISSING, NeedState.MISSING]
    assert both_open.others == ("some",)
    packet = judged(main, some, document("page", heading="在学証明書"))
    assert states(packet) == [NeedState.LIKELY, NeedState.PRESENT]
    assert packet.status is CaseStatus.WAITING_REVIEW
    foreign = judged(main, document("tax", category="resident_tax.certificate"))
    assert states(foreign) == [NeedState.MISSING, NeedState.MISSING]


@pytest.mark.parametrize("category", ["other.attachment", "other.attachment.diagnosis"])
def test_a_kind_below_the_wanted_one_will_do(category: str) -> None:
    main = document("main", form("long", attachments=CERTIFICATES))
    packet = judged(
        main, document("some", category=category), document("page", heading="在学証明書")
    )
    assert states(packet) == [NeedState.LIKELY, NeedState.PRESENT]


def test_what_a_person_said_counts_before_everything() -> None:
    main = document("main", form("long", attachments=CERTIFICATES))
    page = document("page", heading="在学証明書", purpose="long@1#1")
    assert states(judged(main, page)) == [NeedState.PRESENT, NeedState.MISSING]
    other = document("page", heading="在学証明書", purpose="other")
    assert states(judged(main, other)) == [NeedState.MISSING, NeedState.MISSING]


def test_one_paper_serves_the_forms_of_two_children() -> None:
    paper = document("paper", form("work-paper", kind="attachment"))
    packet = judged(document("one", NEEDY), document("two", NEEDY, after=1), paper)
    assert packet.mains == ("one", "two")
    assert states(packet) == [NeedState.PRESENT, NeedState.PRESENT]


def test_a_broken_condition_is_unclear_and_not_forgotten() -> None:
    attachments: list[dict[str, object]] = [{"label": "紙", "required_when": "no_such == 1"}]
    packet = judged(document("main", form("odd", attachments=attachments)))
    assert states(packet) == [NeedState.UNCLEAR]
    assert packet.status is CaseStatus.WAITING_REVIEW


@pytest.mark.parametrize(
    ("papers", "severity", "word"),
    [((), Severity.WARNING, "まだ届いていません"), (("paper",), Severity.INFO, "届いています")],
)
def test_the_finding_changes_from_needed_to_present(
    papers: tuple[str, ...], severity: Severity, word: str
) -> None:
    own = Finding(
        rule="attachment.1",
        kind=FindingKind.COMPLETENESS,
        severity=Severity.INFO,
        fields=(),
        message="添付書類「就労証明書」が必要です。",
        ground="要綱",
    )
    work = form("work-paper", kind="attachment")
    packet = judged(document("main", NEEDY), *(document(p, work) for p in papers))
    (found,) = case_findings("main", packet, (own,))
    assert (found.rule, found.severity) == ("attachment.1", severity)
    assert word in found.message
    assert case_findings("paper", packet, (own,)) == (own,)
