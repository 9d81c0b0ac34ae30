"""Files of several documents over HTTP: split by the worker, corrected by a reviewer."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from api_world import OWN_PAGE, World, open_world, suggestion
from PIL import Image
from sqlalchemy import func, select

from ocr_service.audit.chain import verify_chain
from ocr_service.ids import new_id
from ocr_service.intake import receive
from ocr_service.intake.inspect import Inspection
from ocr_service.jobs.processing import DocumentProcessor, Outcome
from ocr_service.states import Role
from ocr_service.storage.suggestion_codec import decode_stack, encode_stack
from ocr_service.storage.tables import AuditRow, DocumentRow, ObjectRow, StackRow, SuggestionRow
from ocr_service.storage.tables_cases import CaseDocumentRow, CaseRow
from pipelines.decode_limits import ScanSummary
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.code import CoverCode, CoverKind
from pipelines.records import FormKey, Suggestion
from pipelines.split import PageRole, StackPage, split_stack
from pipelines.stack import StackDocument, StackReading
from tests.integration.service_tools import QuickInspector

one_database = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
"""For what the other database can't do differently."""

FORM = FormKey(id="test-form", revision="1")
CASE = CoverCode(kind=CoverKind.CASE, number="R8-77")
TOGETHER = CoverCode(kind=CoverKind.TOGETHER)
# A form with an attachment, a separator, a page of no form, another form.
STACK = "F ? _ ? F"


def pages_of(text: str) -> tuple[StackPage, ...]:
    roles = {"F": PageRole.FORM, "?": PageRole.UNKNOWN, "_": PageRole.BLANK}
    pages = []
    for number, word in enumerate(text.split(), start=1):
        if word in "=+":
            cover = CASE if word == "=" else TOGETHER
            pages.append(StackPage(number=number, role=PageRole.COVER, cover=cover))
        else:
            known = {"form": FORM, "form_page": 1} if word == "F" else {}
            pages.append(StackPage(number=number, role=roles[word], **known))
    return tuple(pages)


@dataclass
class StackReader:
    """Takes the pages for what `text` says (see `pages_of`), and notes what it was asked."""

    text: str = STACK
    error: CodedError | None = None
    asked: list[tuple[int, ...] | None] = field(default_factory=list)

    def read_stack(self, data: bytes, *, today: object) -> StackReading:
        self.asked.append(None)
        if self.error is not None:
            raise self.error
        pages = pages_of(self.text)
        documents = tuple(
            StackDocument(group=group, suggestion=self._suggestion(group.pages))
            for group in split_stack(pages).groups
        )
        return StackReading(documents=documents, pages=pages)

    def read(
        self, data: bytes, *, today: object, pinned: object, pages: Sequence[int] | None = None
    ) -> Suggestion:
        self.asked.append(tuple(pages or ()))
        return self._suggestion(tuple(pages or ()))

    def _suggestion(self, pages: tuple[int, ...]) -> Suggestion:
        known = {page.number: page for page in pages_of(self.text)}
        of_form = any(known[n].role is PageRole.FORM for n in pages)
        made = suggestion(key=FORM if of_form else None)
        views = tuple(replace(made.pages[0], number=number) for number in pages)
        fields = tuple(replace(field, page=pages[0]) for field in made.fields)
        return replace(made, pages=views, fields=fields)


class PageCounter(QuickInspector):
    """Takes any picture; needs no process to count its pages."""

    def __init__(self, _settings):
        pass

    def warm_up(self):
        pass

    def inspect(self, data: bytes) -> Inspection:
        count = Image.open(io.BytesIO(data)).n_frames
        summary = ScanSummary(media_type="image/tiff", page_count=count, suffix=".tiff")
        return Inspection(summary=summary, quality=())


@pytest.fixture
def world(settings, database, monkeypatch):
    monkeypatch.setattr(receive, "ChildInspector", PageCounter)
    with open_world(settings, database) as opened:
        yield opened


def tiff(pages: int) -> bytes:
    images = [Image.new("L", (300, 400), 255 - number) for number in range(pages)]
    file = io.BytesIO()
    images[0].save(file, "TIFF", save_all=True, append_images=images[1:])
    return file.getvalue()


def post(desk, text: str = STACK, **headers: str) -> str:
    headers = {"Content-Type": "image/tiff", **headers}
    answer = desk.post("/v1/documents", content=tiff(len(text.split())), headers=headers)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def work(world: World, document: str, reader: StackReader, job: str | None = None) -> Outcome:
    processor = DocumentProcessor(
        world.database,
        world.objects,
        reader,
        attempts=1,
        time_zone="Asia/Tokyo",
        clock=world.clock,
        on_change=world.app.state.services.cases.document_changed,  # type: ignore[attr-defined]
    )
    return processor.process(document, job or f"{document}/{new_id('job')}", None)


def split(world: World, desk, text: str = STACK, **headers: str) -> list[str]:
    """Post a stack and have it read; ids of its documents."""
    first = post(desk, text, **headers)
    assert work(world, first, StackReader(text)) is Outcome.SUGGESTED
    return [row.id for row in documents(world)]


def documents(world: World) -> list[DocumentRow]:
    with world.database.reading() as session:
        rows = session.scalars(select(DocumentRow)).all()
    return sorted(rows, key=lambda row: (row.pages or [0], row.id))


def change(client, document: str, action: str, page: int | None = None):
    body = {"action": action, "page": page}
    return client.post(f"/v1/documents/{document}/stack", json=body, headers=OWN_PAGE)


def stack_of(client, document: str):
    answer = client.get(f"/v1/documents/{document}/stack")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_stack_becomes_documents_of_one_batch_and_the_bytes_are_kept_once(world, desk, anna):
    first = post(desk, **{"Idempotency-Key": "one"})
    assert work(world, first, StackReader(), f"{first}/job_1") is Outcome.SUGGESTED
    rows = documents(world)
    assert [row.pages for row in rows] == [[1, 2], [4], [5]]
    assert [row.cut_reason for row in rows] == ["start", "separator", "form"]
    assert rows[0].id == first
    assert {row.state for row in rows} == {"awaiting_review"}
    assert len({(row.batch_id, row.original_object, row.sha256, row.stack_id) for row in rows}) == 1
    assert [row.form_id for row in rows] == ["test-form", None, "test-form"]
    assert len({row.suggestion_id for row in rows}) == 3
    with world.database.reading() as session:
        kinds = session.scalars(select(ObjectRow.kind)).all()
        assert (kinds.count("original"), kinds.count("suggestion")) == (1, 3)
        details = session.scalars(
            select(AuditRow.details).where(AuditRow.action == "document.split")
        ).one()
        assert verify_chain(session).ok
    assert (details["pages"], details["dropped"]) == ([1, 2], [3])
    assert world.actions(first)[-2:] == ["document.split", "document.suggested"]
    assert world.actions(rows[1].id) == ["document.split_off"]
    # The same job run again makes nothing more, nor does the same posting.
    assert work(world, first, StackReader(), f"{first}/job_1") is Outcome.ALREADY_DONE
    assert post(desk, **{"Idempotency-Key": "one"}) == first
    assert len(documents(world)) == 3
    # Each is shown with its pages of the file.
    shown = anna.get(f"/v1/documents/{rows[1].id}").json()
    assert (shown["pages"], shown["page_count"], shown["stack_id"]) == ([4], 1, rows[0].stack_id)
    assert anna.get(f"/v1/documents/{rows[1].id}/pages/4/image").status_code == 200


@one_database
def test_a_reviewer_sees_where_a_document_comes_from(world, desk, anna):
    first, letter, other = split(world, desk)
    body = stack_of(anna, letter)
    assert body["page_count"] == 5
    assert [(p["role"], p["document_id"]) for p in body["pages"]] == [
        ("form", first),
        ("unknown", first),
        ("blank", None),
        ("unknown", letter),
        ("form", other),
    ]
    assert body["pages"][0]["form"]["title"] == "テスト申請書"
    assert [d["reason"] for d in body["documents"]] == ["start", "separator", "form"]
    assert stack_of(desk, first)["id"] == body["id"]
    stranger = world.key("other-desk", Role.STATION)
    assert stranger.get(f"/v1/documents/{first}/stack").status_code == 404


@one_database
def test_pages_of_the_whole_file_are_seen_and_numbers_stay_hidden(world, desk, anna):
    first, letter, _ = split(world, desk)

    def seen(document: str, page: int, **query: str) -> Image.Image:
        answer = anna.get(f"/v1/documents/{document}/pages/{page}/image", params=query)
        assert answer.status_code == 200, answer.text
        return Image.open(io.BytesIO(answer.content)).convert("L")

    (own_low, _), (low, _) = (seen(each, 1).getextrema() for each in (first, letter))
    assert own_low < 100 and low == own_low, "a number is read through the neighbour"
    assert seen(letter, 1, unmask="照合").getextrema()[0] > 200
    assert world.actions(first)[-2:] == ["page.viewed", "page.viewed"]
    assert world.actions(letter).count("page.viewed") == 0
    # A page that no document has is seen too: it may be one to take in.
    assert seen(letter, 3).getextrema()[0] > 200
    assert anna.get(f"/v1/documents/{letter}/pages/6/image").status_code == 404


@one_database
def test_a_file_of_one_document_stays_one_and_can_still_be_cut(world, desk, anna):
    (only,) = split(world, desk, "F ?")
    assert world.actions(only) == ["document.received", "document.reading", "document.suggested"]
    answer = change(anna, only, "cut_before", 2)
    assert answer.status_code == 202, answer.text
    assert (answer.json()["pages"], answer.json()["state"]) == ([2], "received")


@one_database
def test_a_document_read_before_stacks_were_known_can_be_cut(world, anna):
    old = world.document()
    with world.database.transaction() as session:
        session.get_one(DocumentRow, old).page_count = 2
    assert stack_of(anna, old)["id"] is None
    made = change(anna, old, "cut_before", 2).json()["id"]
    assert [d["pages"] for d in stack_of(anna, made)["documents"]] == [[1], [2]]


@one_database
def test_reading_a_part_again_reads_its_pages_and_splits_nothing(world, desk, anna):
    _, _, other = split(world, desk)
    pin = {"form_id": "test-form", "revision": "1"}
    assert anna.post(f"/v1/documents/{other}/form", json=pin).status_code == 202
    reader = StackReader()
    assert work(world, other, reader) is Outcome.SUGGESTED
    assert reader.asked == [(5,)]
    assert len(documents(world)) == 3


def test_a_wrong_cut_is_mended_by_merging_with_the_document_before(world, desk, anna):
    first, letter, other = split(world, desk)
    answer = change(anna, letter, "merge_previous")
    assert answer.status_code == 202, answer.text
    assert (answer.json()["id"], answer.json()["state"]) == (first, "received")
    assert answer.json()["pages"] == [1, 2, 4]
    merged = anna.get(f"/v1/documents/{letter}").json()
    assert (merged["state"], merged["merged_into"]) == ("merged", first)
    assert [d["id"] for d in stack_of(anna, letter)["documents"]] == [first, other]
    reader = StackReader()
    assert work(world, first, reader) is Outcome.SUGGESTED
    assert reader.asked == [(1, 2, 4)]
    # What has no pages of its own any more is neither reviewed nor read.
    assert anna.post(f"/v1/documents/{letter}/claim").status_code == 409
    assert work(world, letter, reader) is Outcome.NOT_WANTED
    # The next merge goes to the document that is before it now.
    assert change(anna, other, "merge_previous").json()["pages"] == [1, 2, 4, 5]


@one_database
def test_a_document_of_two_is_cut_before_a_page(world, desk, anna):
    first, _, _ = split(world, desk)
    made = change(anna, first, "cut_before", 2).json()["id"]
    assert [d["pages"] for d in stack_of(anna, first)["documents"]] == [[1], [2], [4], [5]]
    reader = StackReader()
    assert [work(world, each, reader) for each in (first, made)] == [Outcome.SUGGESTED] * 2
    assert reader.asked == [(1,), (2,)]
    assert world.actions(made)[0] == "document.split_off"
    with world.database.reading() as session:
        assert session.get_one(DocumentRow, made).cut_reason == "person"
        assert session.scalar(select(func.count()).select_from(StackRow)) == 1
        assert session.scalar(select(func.count()).select_from(SuggestionRow)) == 5
        assert verify_chain(session).ok


@one_database
def test_a_page_that_was_left_out_can_be_taken_in(world, desk, anna):
    first, letter, _ = split(world, desk)
    assert change(anna, first, "take_page", 4).status_code == 422
    assert change(anna, first, "take_page", 9).status_code == 422
    assert change(anna, first, "take_page").status_code == 422
    assert change(anna, letter, "take_page", 3).json()["pages"] == [3, 4]


@one_database
def test_only_before_a_later_page_of_its_own_a_document_is_cut(world, desk, anna):
    first, _, _ = split(world, desk)
    for page in (1, 3, 4, 0):
        assert change(anna, first, "cut_before", page).status_code == 422


def test_what_another_has_in_review_or_was_decided_stays(world, desk, anna):
    first, letter, _ = split(world, desk)
    ben = world.person("ben", Role.REVIEWER)
    assert change(anna, first, "merge_previous").json()["code"] == "document.wrong_state"
    assert ben.post(f"/v1/documents/{first}/claim").status_code == 200
    assert change(anna, letter, "merge_previous").json()["code"] == "document.claimed_by_other"
    assert change(anna, first, "cut_before", 2).json()["code"] == "document.claimed_by_other"
    with world.database.transaction() as session:
        session.get_one(DocumentRow, first).state = "confirmed"
    assert change(anna, letter, "merge_previous").json()["code"] == "document.wrong_state"
    assert change(anna, first, "cut_before", 2).json()["code"] == "document.wrong_state"
    assert [row.pages for row in documents(world)] == [[1, 2], [4], [5]]
    assert change(desk, letter, "merge_previous").status_code == 403


@one_database
def test_a_stack_that_cannot_be_stored_leaves_no_parts(world, desk, monkeypatch):
    first = post(desk)
    real, left = world.objects.put, [2]

    def put(*arguments):
        left[0] -= 1
        if left[0] < 0:
            raise RuntimeError("a bug")
        return real(*arguments)

    monkeypatch.setattr(world.objects, "put", put)
    assert work(world, first, StackReader()) is Outcome.FAILED
    (row,) = documents(world)
    assert (row.state, row.stack_id, row.pages) == ("failed", None, None)


@one_database
def test_a_failed_stack_is_split_when_it_is_read_again(world, desk, anna):
    first = post(desk)
    reader = StackReader(error=CodedError(ErrorCode.READ_TIMEOUT))
    assert work(world, first, reader) is Outcome.FAILED
    assert anna.post(f"/v1/documents/{first}/retry").status_code == 202
    assert work(world, first, StackReader()) is Outcome.SUGGESTED
    assert len(documents(world)) == 3


@one_database
def test_all_documents_of_a_stack_are_in_the_case_its_station_named(world, desk):
    members = split(world, desk, "F = F _ ?", **{"X-Case-Number": "R8-1"})
    with world.database.reading() as session:
        (case,) = session.scalars(select(CaseRow)).all()
        rows = session.scalars(select(CaseDocumentRow)).all()
    assert case.number == "R8-1"
    assert {row.document_id for row in rows} == set(members)
    assert {row.origin for row in rows} == {"number"}


def test_cover_sheets_say_which_case_the_documents_behind_them_belong_to(world, desk, anna):
    alone, second, third, fourth = split(world, desk, "F = F F + ?")
    with world.database.reading() as session:
        cases = {row.id: row.number for row in session.scalars(select(CaseRow))}
        rows = session.scalars(select(CaseDocumentRow)).all()
        homes = {row.document_id: cases[row.case_id] for row in rows}
        assert verify_chain(session).ok
    assert homes == {second: "R8-77", third: "R8-77", fourth: None}
    assert {row.origin for row in rows} == {"cover"}
    assert anna.get(f"/v1/documents/{alone}").json()["case_id"] is None
    # Merging takes a document out of its case, cutting keeps its pages in it.
    assert change(anna, third, "merge_previous").status_code == 202
    with world.database.reading() as session:
        assert session.get(CaseDocumentRow, third) is None


@one_database
def test_a_stack_of_only_separators_is_one_document(world, desk):
    (only,) = split(world, desk, "_ _")
    with world.database.reading() as session:
        assert session.get_one(DocumentRow, only).pages == [1, 2]


def test_a_stack_comes_out_of_the_reading_process_as_it_was() -> None:
    reading = StackReader("F ? = F _ ?").read_stack(b"", today=None)
    assert decode_stack(encode_stack(reading)) == reading
    with pytest.raises(CodedError) as caught:
        decode_stack(b"{}")
    assert caught.value.code is ErrorCode.STORAGE_DAMAGED
