import hashlib
import threading

import pytest
from api_world import MY_NUMBER, open_world
from sqlalchemy import select

from ocr_service.audit.chain import Actor
from ocr_service.export.outbox import Outbox
from ocr_service.forms_catalog import open_forms
from ocr_service.states import Role
from ocr_service.storage.tables import DocumentRow, ExportItemRow, ExportRow
from pipelines.errors import CodedError, ErrorCode

EXPORTS = "/v1/exports"
BY = Actor("user", "user_x")


@pytest.fixture
def world(settings, database):
    with open_world(settings, database) as opened:
        yield opened


def confirm(world, client, count=1, **values):
    made = []
    for _ in range(count):
        document, suggestion = world.claimed(client, values)
        body = {"suggestion_id": suggestion, "action": "confirm"}
        assert client.post(f"/v1/documents/{document}/decision", json=body).status_code == 200
        made.append(document)
    return made


def code(answer):
    return answer.status_code, answer.json()["code"]


def test_confirmed_documents_leave_once(world, anna):
    documents = confirm(world, anna, 2)
    listed = anna.get(EXPORTS).json()
    assert (listed["items"], listed["pending"]) == ([], {"test-form": 2})
    answer = anna.post(EXPORTS, json={"form_id": "test-form"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["document_count"], made["state"], made["format"]) == (2, "ready", "csv")
    assert code(anna.post(EXPORTS, json={"form_id": "test-form"})) == (409, "export.empty")
    for document in documents:
        assert anna.get(f"/v1/documents/{document}").json()["state"] == "exported"
        assert world.actions(document)[-1] == "document.exported"
    again = anna.get(EXPORTS).json()
    assert [item["id"] for item in again["items"]] == [made["id"]]
    assert again["pending"] == {}

    file = anna.get(answer.headers["location"])
    assert file.headers["content-type"] == "text/csv; charset=windows-31j"
    assert hashlib.sha256(file.content).hexdigest() == made["sha256"]
    lines = file.content.decode("cp932").splitlines()
    assert lines[0] == "氏名,カナ,生年月日,番号,理由,備考"
    assert lines[1] == "足立 花子,ｱﾀﾞﾁ ﾊﾅｺ,平成2年4月1日,********9018,出生,"
    assert len(lines) == 3

    delivered = anna.post(f"{EXPORTS}/{made['id']}/delivered").json()
    assert delivered["state"] == "delivered"
    assert anna.post(f"{EXPORTS}/{made['id']}/delivered").status_code == 200
    assert world.actions(made["id"]) == [
        "export.created",
        "export.downloaded",
        "export.delivered",
    ]


@pytest.mark.parametrize("format_", ["json", "xlsx"])
def test_other_formats(world, anna, format_):
    confirm(world, anna)
    body = {"form_id": "test-form", "revision": "1", "format": format_}
    answer = anna.post(EXPORTS, json=body)
    file = anna.get(answer.headers["location"])
    assert answer.json()["sha256"] == hashlib.sha256(file.content).hexdigest()
    assert file.headers["content-disposition"].endswith(f'.{format_}"')


def test_numbers_leave_whole_only_for_a_reason(world, anna):
    confirm(world, anna)
    body = {"form_id": "test-form", "unmask_reason": "税務システムへの登録"}
    answer = anna.post(EXPORTS, json=body)
    assert MY_NUMBER in anna.get(answer.headers["location"]).text
    auditor = world.person("otto", Role.AUDITOR)
    events = auditor.get("/v1/audit", params={"action": "export.created"}).json()["items"]
    assert events[0]["details"]["unmask_reason"] == "税務システムへの登録"


def test_unknown_forms_and_files_are_unknown(anna):
    assert code(anna.post(EXPORTS, json={"form_id": "nothing"})) == (404, "form.unknown")
    assert code(anna.get(f"{EXPORTS}/exp_1/file")) == (404, "export.unknown")
    assert code(anna.post(f"{EXPORTS}/exp_1/delivered")) == (404, "export.unknown")


def test_many_exporters_at_once_take_every_decision_exactly_once(world, anna):
    documents = confirm(world, anna, 6)
    outbox = Outbox(world.database, world.objects, open_forms(world.settings), world.clock)
    made, errors = [], []

    def export():
        try:
            made.append(outbox.create("test-form", None, "csv", BY).document_count)
        except CodedError as error:
            errors.append(error.code)

    threads = [threading.Thread(target=export) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == len(documents)
    assert set(errors) <= {ErrorCode.EXPORT_EMPTY, ErrorCode.SERVICE_BUSY}
    with world.database.reading() as session:
        items = session.scalars(select(ExportItemRow.export_id)).all()
        files = session.scalars(select(ExportRow.id)).all()
        states = session.scalars(select(DocumentRow.state)).all()
    assert None not in items
    assert len(items) == len(documents)
    assert set(items) == set(files)
    assert set(states) == {"exported"}


def test_an_export_that_fails_takes_nothing(world, anna, monkeypatch):
    confirm(world, anna)
    outbox = Outbox(world.database, world.objects, open_forms(world.settings), world.clock)

    def full(*_args):
        raise CodedError(ErrorCode.STORAGE_FULL)

    monkeypatch.setattr(world.objects, "put", full)
    with pytest.raises(CodedError):
        outbox.create("test-form", None, "csv", BY)
    monkeypatch.undo()
    assert outbox.pending() == {"test-form": 1}
    assert outbox.create("test-form", None, "csv", BY).document_count == 1


def test_one_file_holds_one_revision_and_the_oldest_goes_first(world, anna):
    folder = world.settings.forms_folder
    text = (folder / "test.yaml").read_text("utf-8").replace('revision: "1"', 'revision: "2"')
    (folder / "test2.yaml").write_text(text, "utf-8")
    forms = open_forms(world.settings)
    first = confirm(world, anna)
    document, suggestion = world.claimed(anna)
    with world.database.transaction() as session:
        session.get_one(DocumentRow, document).form_revision = "2"
    body = {"suggestion_id": suggestion, "action": "confirm"}
    anna.post(f"/v1/documents/{document}/decision", json=body)
    outbox = Outbox(world.database, world.objects, forms, world.clock)
    made = outbox.create("test-form", None, "csv", BY)
    assert (made.form_revision, made.document_count) == ("1", len(first))
    assert outbox.pending() == {"test-form": 1}
    assert outbox.create("test-form", None, "csv", BY).form_revision == "2"


def test_a_file_that_was_tampered_with_is_not_handed_out(world, anna):
    confirm(world, anna)
    made = anna.post(EXPORTS, json={"form_id": "test-form"}).json()
    with world.database.transaction() as session:
        session.get_one(ExportRow, made["id"]).sha256 = "0" * 64
    assert code(anna.get(f"{EXPORTS}/{made['id']}/file")) == (500, "storage.damaged")
