"""Cases over HTTP: packets in any order, at the same time, with documents that go back."""

import threading

import pytest
from api_world import DEFAULT_VALUES, MY_NUMBER
from case_world import MAIN, PAPER, arrive, post, process, reading, status_of
from sqlalchemy import select
from typer.testing import CliRunner

from ocr_service.cases.check import open_checker
from ocr_service.cli.main import app
from ocr_service.jobs.processing import Outcome
from ocr_service.states import Role
from ocr_service.storage.objects import open_objects
from ocr_service.storage.tables import AuditRow
from ocr_service.storage.tables_cases import CaseDocumentRow, CaseRow, PersonDigestRow
from ocr_service.storage.vault import add_key
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormLibrary

one_database = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
"""For what the other database can't do differently."""


@pytest.fixture
def world(still_world):
    return still_world


def decide(client, document, action="confirm", **more):
    client.post(f"/v1/documents/{document}/claim")
    suggestion = client.get(f"/v1/documents/{document}").json()["suggestion_id"]
    body = {"suggestion_id": suggestion, "action": action, **more}
    answer = client.post(f"/v1/documents/{document}/decision", json=body)
    assert answer.status_code == 200, answer.text


def detail(client, case_id):
    answer = client.get(f"/v1/cases/{case_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def attachment_findings(client, document):
    found = client.get(f"/v1/documents/{document}/suggestion").json()["findings"]
    return {f["rule"]: f["severity"] for f in found if f["rule"].startswith("attachment.")}


def needs(body):
    return {need["number"]: need["state"] for need in body["needs"]}


@pytest.mark.parametrize("order", [(MAIN, PAPER), (PAPER, MAIN)])
def test_a_packet_is_complete_whichever_paper_comes_first(world, anna, desk, order):
    ids = {}
    for at, form in enumerate(order):
        ids[form], case_id = arrive(world, desk, form, case="R8-1")
        if at == 0:
            assert status_of(world, case_id)[0] == "incomplete"
            if form == MAIN:
                assert status_of(world, case_id)[1] == 1
                assert attachment_findings(anna, ids[MAIN]) == {"attachment.1": "warning"}
    assert status_of(world, case_id) == ("waiting_review", 0)
    assert attachment_findings(anna, ids[MAIN]) == {"attachment.1": "info"}
    body = detail(anna, case_id)
    assert needs(body) == {1: "present", 2: "not_needed"}
    assert {d["document"]["id"]: d["part"] for d in body["documents"]} == {
        ids[MAIN]: "main",
        ids[PAPER]: "attachment",
    }
    for document in ids.values():
        decide(anna, document)
    assert status_of(world, case_id) == ("complete", 0)
    listed = anna.get("/v1/documents").json()["items"]
    assert {item["case_status"] for item in listed} == {"complete"}
    assert "case.checked" in world.actions(case_id)


@one_database
def test_without_a_case_the_findings_of_a_document_stay(world, anna, desk):
    receipt = post(world, desk)
    process(world, receipt["id"], reading(MAIN, world=world))
    assert receipt["case_id"] is None
    assert attachment_findings(anna, receipt["id"]) == {"attachment.1": "info"}


@one_database
def test_a_correction_changes_what_is_needed(world, anna, desk):
    document, case_id = arrive(world, desk, MAIN, case="R8-1")
    assert status_of(world, case_id)[1] == 1
    decide(anna, document, values={"reason": "move"})
    assert status_of(world, case_id)[1] == 2
    paper, _ = arrive(world, desk, None, case="R8-1", heading="診　断　書\n病名")
    assert needs(detail(anna, case_id)) == {1: "missing", 2: "present"}
    decide(anna, paper, action="reject", reason="別の人の書類")
    assert needs(detail(anna, case_id)) == {1: "missing", 2: "missing"}


def test_a_case_that_can_not_be_judged_costs_no_reading_and_no_decision(
    world, anna, desk, monkeypatch
):
    receipt = post(world, desk, case="R8-1")

    def broken(_session, _case_id):
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(world.app.state.services.cases, "check", broken)
    outcome = process(world, receipt["id"], reading(MAIN, world=world))
    assert outcome == Outcome.SUGGESTED
    assert anna.get(f"/v1/documents/{receipt['id']}").json()["state"] == "awaiting_review"
    with world.database.reading() as session:
        assert session.scalars(select(PersonDigestRow)).all() == [], "rolled back as a whole"
    decide(anna, receipt["id"])


def test_documents_that_arrive_at_the_same_time_make_one_case(world, anna, desk):
    receipts = []
    barrier = threading.Barrier(2)

    def send(shade):
        barrier.wait()
        receipts.append(post(world, desk, shade=shade, case="R8-77"))

    threads = [threading.Thread(target=send, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({r["case_id"] for r in receipts}) == 1
    made = [reading(form, world=world) for form in (MAIN, PAPER)]

    def read(receipt, result):
        barrier.wait()
        process(world, receipt["id"], result)

    pairs = zip(receipts, made, strict=True)
    threads = [threading.Thread(target=read, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert status_of(world, receipts[0]["case_id"]) == ("waiting_review", 0)


def test_a_returned_form_leaves_the_case_open_until_it_comes_again(world, anna, desk):
    document, case_id = arrive(world, desk, MAIN, case="R8-1")
    paper, _ = arrive(world, desk, PAPER, case="R8-1")
    decide(anna, paper)
    decide(anna, document, action="return", reason="押印がありません。")
    assert status_of(world, case_id) == ("incomplete", 0)
    made = anna.post(f"/v1/cases/{case_id}/requests").json()
    assert [i["text"] for i in made["text"]["plain"]["items"]] == ["押印がありません。"]
    again, _ = arrive(world, desk, MAIN, case="R8-1")
    assert status_of(world, case_id) == ("waiting_review", 0)
    parts = {d["document"]["id"]: d for d in detail(anna, case_id)["documents"]}
    assert (parts[document]["part"], parts[document]["replaced"]) == ("returned", True)
    decide(anna, again)
    assert status_of(world, case_id) == ("complete", 0)


@one_database
def test_a_failed_document_waits_for_a_person(world, anna, desk):
    document, case_id = arrive(world, desk, MAIN, case="R8-1")
    arrive(world, desk, PAPER, case="R8-1")
    receipt = post(world, desk, case="R8-1")
    process(world, receipt["id"], CodedError(ErrorCode.FILE_CORRUPT))
    assert status_of(world, case_id) == ("waiting_review", 0)
    body = detail(anna, case_id)
    assert "failed" in {d["part"] for d in body["documents"]}
    assert document in {d["document"]["id"] for d in body["documents"]}


def test_moving_splitting_and_merging_can_be_undone(world, anna, desk):
    main, first = arrive(world, desk, MAIN, case="R8-1")
    paper, second = arrive(world, desk, PAPER, case="R8-2")
    moved = anna.post(f"/v1/cases/{first}/documents", json={"documents": [paper]}).json()
    assert status_of(world, first) == ("waiting_review", 0)
    change = moved["changes"][0]
    assert (change["kind"], change["by"], change["undone"]) == ("move", "anna さん", False)
    undone = anna.post(f"/v1/cases/{first}/changes/{change['id']}/undo").json()
    assert [d["document"]["id"] for d in undone["documents"]] == [main]
    assert status_of(world, second)[0] == "incomplete"
    again = anna.post(f"/v1/cases/{first}/changes/{change['id']}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "case.changed")

    merged = anna.post(f"/v1/cases/{first}/merge", json={"other": second}).json()
    assert {d["document"]["id"] for d in merged["documents"]} == {main, paper}
    late, where = arrive(world, desk, PAPER, case="R8-2")
    assert where == first, "the number of a merged case leads to the one it was merged into"
    split = anna.post("/v1/cases", json={"documents": [late], "number": "R8-9"}).json()
    assert split["case"]["number"] == "R8-9"
    merge = next(c for c in merged["changes"] if c["kind"] == "merge")
    back = anna.post(f"/v1/cases/{first}/changes/{merge['id']}/undo").json()
    assert [d["document"]["id"] for d in back["documents"]] == [main]
    assert arrive(world, desk, PAPER, case="R8-2")[1] == second
    assert [a for a in world.actions(first) if a not in ("case.checked", "case.viewed")] == [
        "case.joined",
        "case.moved",
        "case.undone",
        "case.merged",
        "case.joined",
        "case.undone",
    ]


@one_database
def test_undo_is_refused_when_a_document_went_on(world, anna, desk):
    _, first = arrive(world, desk, MAIN, case="R8-1")
    paper, second = arrive(world, desk, PAPER, case="R8-2")
    moved = anna.post(f"/v1/cases/{first}/documents", json={"documents": [paper]}).json()
    assert anna.delete(f"/v1/cases/{first}/documents/{paper}").status_code == 200
    answer = anna.post(f"/v1/cases/{first}/changes/{moved['changes'][0]['id']}/undo")
    assert answer.json()["code"] == "case.changed"
    assert anna.delete(f"/v1/cases/{second}/documents/{paper}").json()["code"] == "case.changed"
    assert anna.get(f"/v1/documents/{paper}/case").json()["case"] is None


@one_database
def test_a_person_says_what_a_paper_is(world, anna, desk):
    _, case_id = arrive(world, desk, MAIN, case="R8-1")
    letter, _ = arrive(world, desk, None, case="R8-1", heading="手紙")
    body = detail(anna, case_id)
    assert needs(body)[1] == "missing"
    key = body["needs"][0]["key"]
    path = f"/v1/cases/{case_id}/documents/{letter}/purpose"
    sorted_ = anna.put(path, json={"purpose": key}).json()
    assert (needs(sorted_)[1], sorted_["needs"][0]["match"]) == ("present", "person")
    undo = f"/v1/cases/{case_id}/changes/{sorted_['changes'][0]['id']}/undo"
    assert needs(anna.post(undo).json())[1] == "missing"


def test_documents_of_one_person_are_proposed_and_never_joined(world, anna, desk):
    main, case_id = arrive(world, desk, MAIN, case="R8-1")
    stranger = {"kana": "センジュ タロウ", "birth": "1971-01-02", "number": None}
    other = post(world, desk)["id"]
    process(world, other, reading(PAPER, stranger, world=world))
    same = post(world, desk)["id"]
    process(world, same, reading(PAPER, {"number": None}, world=world))
    assert status_of(world, case_id) == ("incomplete", 1)
    proposals = detail(anna, case_id)["proposals"]
    assert [(p["document"]["id"], p["bases"]) for p in proposals] == [(same, ["name_birth"])]
    alone = anna.get(f"/v1/documents/{same}/case").json()
    assert (alone["case"], [p["document"]["id"] for p in alone["proposals"]]) == (None, [main])
    with world.database.reading() as session:
        digests = session.scalars(select(PersonDigestRow.digest)).all()
    assert len(digests) == 4
    assert all(len(d) == 64 and MY_NUMBER not in d for d in digests)
    world.clock.advance(days=91)
    late = post(world, desk)["id"]
    process(world, late, reading(PAPER, {"number": None}, world=world))
    ben = world.person("ben", Role.REVIEWER)
    found = {p["document"]["id"] for p in detail(ben, case_id)["proposals"]}
    assert found == {same}


def test_a_batch_is_a_case_only_when_its_station_says_so(world, desk):
    first = post(world, desk, case_of_batch="true")
    second = post(world, desk, batch=first["batch_id"], case_of_batch="true")
    third = post(world, desk, batch=first["batch_id"])
    assert first["case_id"] is not None
    assert second["case_id"] == first["case_id"]
    assert third["batch_id"] == first["batch_id"]
    assert third["case_id"] is None
    other = world.key("other", Role.STATION)
    answer = other.post(f"/v1/documents?batch={first['batch_id']}", content=b"x" * 200)
    assert answer.status_code in (415, 422)


@one_database
def test_a_case_number_may_stand_in_the_multipart_body(world, desk):
    from api_world import jpeg

    answer = desk.post(
        "/v1/documents",
        files={"file": ("scan.jpg", jpeg(), "image/jpeg")},
        data={"case": "R8-5"},
    )
    assert answer.status_code == 202, answer.text
    with world.database.reading() as session:
        row = session.get_one(CaseRow, answer.json()["case_id"])
        joined = session.scalars(select(CaseDocumentRow)).one()
    assert (row.number, joined.document_id) == ("R8-5", answer.json()["id"])
    both = desk.post(
        "/v1/documents", params={"case": "R8-6"}, headers={"X-Case-Number": "R8-7"}, content=b"x"
    )
    assert both.json()["code"] == "request.invalid"
    for name, value in (("case", "足立花子"), ("batch", "x\x00y"), ("batch", "bat_0")):
        files = {"file": ("scan.jpg", jpeg(), "image/jpeg")}
        odd = desk.post("/v1/documents", files=files, data={name: value})
        assert (odd.status_code, odd.json()["code"]) == (422, "request.invalid")


@one_database
def test_digests_outlive_the_rotation_of_keys(world, desk, settings):
    first = post(world, desk)["id"]
    process(world, first, reading(PAPER, world=world))
    add_key(settings.key_file or settings.paths.key_file)
    objects = open_objects(settings)
    objects.rewrap_all(world.database)
    with world.database.transaction() as session:
        before = set(session.scalars(select(PersonDigestRow.digest)))
        checker = open_checker(settings, world.database, objects, FormLibrary.builtin)
        checker.document_changed(session, first)
        assert set(session.scalars(select(PersonDigestRow.digest))) == before != set()


@one_database
def test_only_reviewers_change_cases(world, anna, desk):
    main, case_id = arrive(world, desk, MAIN, case="R8-1")
    auditor = world.person("audit", Role.AUDITOR)
    assert [c["id"] for c in auditor.get("/v1/cases").json()["items"]] == [case_id]
    for client in (auditor, desk):
        assert client.get(f"/v1/cases/{case_id}").status_code == 403
        assert client.post(f"/v1/cases/{case_id}/requests").status_code == 403
        body = {"documents": [main]}
        assert client.post(f"/v1/cases/{case_id}/documents", json=body).status_code == 403
    assert anna.get("/v1/cases/case_0").json()["code"] == "case.unknown"
    assert anna.get("/v1/cases?status=complete").json()["items"] == []


def test_no_name_is_in_a_column_or_the_audit_record(world, anna, desk):
    _, case_id = arrive(world, desk, MAIN, case="R8-1")
    anna.post(f"/v1/cases/{case_id}/requests")
    with world.database.reading() as session:
        shown = str([vars(r) for r in session.scalars(select(AuditRow))])
        shown += str([vars(r) for r in session.scalars(select(PersonDigestRow))])
        shown += str([vars(r) for r in session.scalars(select(CaseRow))])
    for value in filter(None, DEFAULT_VALUES.values()):
        assert value == "birth" or value not in shown


def test_a_request_is_drafted_edited_and_printed_and_never_in_clear(world, anna, desk):
    _, case_id = arrive(world, desk, MAIN, {"address": "足立区中央本町1-17-1"}, case="R8-1")
    answer = anna.post(f"/v1/cases/{case_id}/requests")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    text = made["text"]
    assert [(i["text"], i["ground"]) for i in text["plain"]["items"]] == [
        ("「就労証明書」を提出してください。", "施行規則第2条")
    ]
    assert (text["recipient_name"], text["reference"]) == ("足立 花子", "R8-1-1")
    assert MY_NUMBER not in answer.text
    path = f"/v1/cases/{case_id}/requests/{made['id']}"
    text["plain"]["closing"] = "窓口へお持ちください。"
    edited = anna.put(path, json={"version": 1, "text": text})
    assert (edited.status_code, edited.json()["version"]) == (200, 2)
    stale = anna.put(path, json={"version": 1, "text": text})
    assert (stale.status_code, stale.json()["code"]) == (409, "case.changed")
    text["plain"]["closing"] = f"個人番号 {MY_NUMBER}"
    refused = anna.put(path, json={"version": 2, "text": text})
    assert (refused.status_code, refused.json()["code"]) == (422, "case.request_invalid")
    for wording in ("plain", "easy"):
        pdf = anna.get(f"{path}/pdf?wording={wording}")
        assert pdf.content.startswith(b"%PDF-")
        assert "attachment" in pdf.headers["content-disposition"]
        picture = anna.get(f"{path}/image?wording={wording}")
        assert picture.content.startswith(b"\x89PNG")
    assert detail(anna, case_id)["requests"][0]["version"] == 2
    for stored in world.settings.data_folder.rglob("*"):
        if stored.is_file():
            assert "窓口へお持ち".encode() not in stored.read_bytes()
    actions = [a for a in world.actions(case_id) if a.startswith("case.request")]
    assert actions[:2] == ["case.request_drafted", "case.request_edited"]
    assert actions.count("case.request_printed") == 2


@one_database
def test_there_is_nothing_to_ask_for_in_a_complete_case(world, anna, desk):
    _, case_id = arrive(world, desk, MAIN, case="R8-1")
    arrive(world, desk, PAPER, case="R8-1")
    answer = anna.post(f"/v1/cases/{case_id}/requests")
    assert (answer.status_code, answer.json()["field"]) == (422, "items")


@one_database
def test_the_commands_list_show_and_print(world, desk, settings, tmp_path, monkeypatch):
    main, _ = arrive(world, desk, MAIN, case="R8-1")
    for name, value in world.settings.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")
    run = CliRunner()
    listed = run.invoke(app, ["cases", "list", "--status", "incomplete"])
    assert "R8-1" in listed.output
    shown = run.invoke(app, ["cases", "show", "R8-1"])
    assert main in shown.output
    assert "missing" in shown.output
    made = run.invoke(app, ["cases", "request", "R8-1", "--out", str(tmp_path / "out")])
    assert made.exit_code == 0, made.output
    names = sorted(p.name.rpartition("-")[2] for p in (tmp_path / "out").iterdir())
    assert names == ["easy.pdf", "plain.pdf"]
    assert run.invoke(app, ["cases", "show", "R8-none"]).exit_code == 66
