"""A service whose forms need attachments, and a worker without models for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from api_world import World, jpeg, suggestion
from fastapi.testclient import TestClient

from ocr_service.cases.check import CaseChecker
from ocr_service.ids import new_id
from ocr_service.jobs.processing import DocumentProcessor, Outcome
from ocr_service.jobs.suggested import one_document
from ocr_service.settings import Settings
from ocr_service.storage.tables_cases import CaseRow
from pipelines.check import check_fields
from pipelines.errors import CodedError
from pipelines.records import CategoryScore, FormKey, Line, Suggestion
from pipelines.stack import StackReading

FORMS = """
schema_version: 1
id: {id}
revision: "1"
title: {title}
operation: child_allowance
document_kind: {kind}
valid: {from: 2025-04-01}
pages: [{number: 1}]
fields:
  - {name: applicant, label: 氏名, kind: kanji_name, required: true,
     box: {x: 20, y: 20, width: 80, height: 10}}
  - {name: kana, label: フリガナ, kind: kana_name, box: {x: 20, y: 35, width: 80, height: 8}}
  - {name: birth, label: 生年月日, kind: date, box: {x: 20, y: 50, width: 60, height: 8}}
  - {name: number, label: 個人番号, kind: my_number, sensitivity: number,
     box: {x: 20, y: 65, width: 90, height: 8}}
  - {name: address, label: 住所, kind: address, box: {x: 20, y: 80, width: 120, height: 8}}
marks:
  - name: reason
    label: 理由
    options:
      - {value: birth, label: 出生, box: {x: 20, y: 110, width: 5, height: 5}}
      - {value: move, label: 転入, box: {x: 40, y: 110, width: 5, height: 5}}
attachments: [{attachments}]
"""
ATTACHMENTS = """
  {form: packet-paper, label: 就労証明書, required: true, ground: 施行規則第2条},
  {kind: certificate, label: 診断書の写し, required_when: "reason == 'move'", ground: 要綱第3条}
"""
MAIN, PAPER = "packet-form", "packet-paper"


def write_forms(settings: Settings) -> None:
    """Put the forms of a packet beside the test forms."""
    folder = settings.data_folder.parent / "forms"
    folder.mkdir(exist_ok=True, parents=True)
    for name, title, kind, attachments in (
        (MAIN, "手当の請求書", "claim", ATTACHMENTS),
        (PAPER, "就労証明書", "attachment", ""),
    ):
        text = FORMS.replace("{id}", name).replace("{title}", title).replace("{kind}", kind)
        (folder / f"{name}.yaml").write_text(text.replace("{attachments}", attachments), "utf-8")


@dataclass
class FixedReader:
    """Reads what it was given; raises it when it is an error."""

    result: Suggestion | CodedError

    def read(
        self, data: bytes, *, today: object, pinned: object, pages: object = None
    ) -> Suggestion:
        if isinstance(self.result, CodedError):
            raise self.result
        return self.result

    def read_stack(self, data: bytes, *, today: object) -> StackReading:
        return one_document(self.read(data, today=today, pinned=None))


def reading(
    form: str | None,
    values: Mapping[str, str | None] | None = None,
    *,
    heading: str = "",
    category: str = "unknown",
    world: World,
) -> Suggestion:
    """What a reader makes of a paper, with the checks of its form."""
    key = FormKey(id=form, revision="1") if form else None
    made = suggestion(values, key=key)
    if key is not None:
        definition = world.app.state.services.forms.get(key).definition  # type: ignore[attr-defined]
        findings = check_fields(made.fields, definition, today=world.clock().date())
        made = replace(made, findings=findings)
    lines = tuple(
        Line(text=text, confidence=0.9, box=made.fields[0].box, page=1)  # type: ignore[arg-type]
        for text in heading.split("\n")
        if text
    )
    scored = CategoryScore(label=category, confidence=0.9, candidates=(category,))
    return replace(made, lines=lines, category=scored)


def process(world: World, document: str, result: Suggestion | CodedError) -> Outcome:
    """Let a worker read a document."""
    checker: CaseChecker = world.app.state.services.cases  # type: ignore[attr-defined]
    processor = DocumentProcessor(
        world.database,
        world.objects,
        FixedReader(result),
        attempts=1,
        time_zone="Asia/Tokyo",
        clock=world.clock,
        on_change=checker.document_changed,
    )
    return processor.process(document, new_id("job"), None)


def post(world: World, station: TestClient, *, shade: int = 0, **query: str) -> dict[str, str]:
    """Post a page over HTTP; `shade` makes different bytes."""
    image = jpeg(dark=(10, 10, 20 + shade, 20))
    answer = station.post(
        "/v1/documents", params=query, content=image, headers={"Content-Type": "image/jpeg"}
    )
    assert answer.status_code == 202, answer.text
    world.clock.advance(seconds=1)
    body: dict[str, str] = answer.json()
    return body


def arrive(
    world: World,
    station: TestClient,
    form: str | None,
    values: Mapping[str, str | None] | None = None,
    *,
    case: str,
    **more: str,
) -> tuple[str, str]:
    """Post a page into a case and have it read; ids of the document and its case."""
    receipt = post(world, station, case=case)
    process(world, receipt["id"], reading(form, values, world=world, **more))
    return receipt["id"], receipt["case_id"]


def status_of(world: World, case_id: str) -> tuple[str, int]:
    """Status and number of missing papers as stored."""
    with world.database.reading() as session:
        row = session.get_one(CaseRow, case_id)
        return row.status, row.missing
