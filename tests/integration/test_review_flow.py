import json
import threading

import pytest
from api_world import DEFAULT_VALUES, MY_NUMBER, open_world
from sqlalchemy import select

from ocr_service.review.decision_body import load_decision
from ocr_service.states import DocumentState, Role
from ocr_service.storage.tables import DecisionRow, DocumentRow, ExportItemRow, ObjectRow


@pytest.fixture
def world(settings, database):
    with open_world(settings, database) as opened:
        yield opened


@pytest.fixture
def ben(world):
    return world.person("ben", Role.REVIEWER)


def decide(client, document, suggestion, action="confirm", **more):
    body = {"suggestion_id": suggestion, "action": action, **more}
    return client.post(f"/v1/documents/{document}/decision", json=body)


def problem(answer):
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


def row_of(world, document):
    with world.database.reading() as session:
        return session.get_one(DocumentRow, document)


def test_a_confirmation_keeps_before_and_after_sealed_and_fills_the_outbox(world, anna):
    document, suggestion = world.claimed(anna)
    answer = decide(
        anna,
        document,
        suggestion,
        values={"applicant": "足立 華子", "birth": "平成2年4月2日", "memo": ""},
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["changed"] == ["applicant", "birth"]
    assert body["values"]["birth"] == "1990-04-02"
    assert body["state"] == "confirmed"
    with world.database.reading() as session:
        row, record = load_decision(session, world.objects, body["id"])
        assert row.changed_fields == 2
        assert record.before["applicant"] == "足立 花子"
        assert record.values["applicant"] == "足立 華子"
        assert record.values["number"] == MY_NUMBER
        assert session.scalars(select(ExportItemRow.decision_id)).all() == [body["id"]]
        columns = json.dumps([str(vars(r)) for r in session.scalars(select(DecisionRow))])
        assert "足立" not in columns
    stored = row_of(world, document)
    assert (stored.state, stored.claimed_by, stored.decision_id) == ("confirmed", None, body["id"])
    assert world.actions(document) == ["document.claimed", "document.confirmed"]


@pytest.mark.parametrize(("action", "state"), [("return", "returned"), ("reject", "rejected")])
def test_return_and_reject_need_a_reason_and_never_leave(world, anna, action, state):
    document, suggestion = world.claimed(anna)
    refused = decide(anna, document, suggestion, action, reason="  ")
    assert problem(refused) == (422, "decision.invalid")
    assert refused.json()["field"] == "reason"
    answer = decide(anna, document, suggestion, action, reason="口座の記入がないため")
    assert answer.json()["state"] == state
    assert answer.json()["reason"] == "口座の記入がないため"
    with world.database.reading() as session:
        assert session.scalars(select(ExportItemRow)).all() == []


def test_only_the_newest_suggestion_can_be_decided(world, anna):
    document, old = world.claimed(anna)
    new = world.suggest(document, {"applicant": "足立 一郎"})
    assert problem(decide(anna, document, old)) == (409, "suggestion.stale")
    assert decide(anna, document, new).status_code == 200


def test_a_bad_value_names_its_field_and_changes_nothing(world, anna):
    document, suggestion = world.claimed(anna)
    before = row_of(world, document).version
    for values, name in (
        ({"birth": "令和7年13月40日"}, "birth"),
        ({"reason": "unknown"}, "reason"),
        ({"nothing": "x"}, "nothing"),
    ):
        answer = decide(anna, document, suggestion, values=values)
        assert problem(answer) == (422, "decision.invalid")
        assert answer.json()["field"] == name
    assert row_of(world, document).version == before
    with world.database.reading() as session:
        assert session.scalars(select(DecisionRow)).all() == []
        kinds = session.scalars(select(ObjectRow.kind)).all()
    assert "decision" not in kinds


def test_a_document_is_decided_once_and_only_by_who_claimed_it(world, anna, ben):
    document = world.document()
    suggestion = row_of(world, document).suggestion_id
    assert problem(decide(anna, document, suggestion)) == (409, "document.wrong_state")
    anna.post(f"/v1/documents/{document}/claim")
    assert problem(decide(ben, document, suggestion)) == (409, "document.claimed_by_other")
    assert decide(anna, document, suggestion).status_code == 200
    assert problem(decide(anna, document, suggestion)) == (409, "document.wrong_state")
    assert problem(ben.post(f"/v1/documents/{document}/claim")) == (409, "document.wrong_state")


def test_two_decisions_at_the_same_time_make_one(world, anna):
    document, suggestion = world.claimed(anna)
    found = []

    def confirm():
        found.append(decide(anna, document, suggestion).status_code)

    threads = [threading.Thread(target=confirm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200, 409, 409, 409]


def test_claims_run_out_and_can_be_taken_over(world, anna, ben):
    document, suggestion = world.claimed(anna)
    claim = f"/v1/documents/{document}/claim"
    assert problem(ben.post(claim)) == (409, "document.claimed_by_other")
    shown = ben.get(f"/v1/documents/{document}").json()
    assert (shown["state"], shown["claimed_by"]) == ("in_review", "anna さん")
    assert (shown["claimed_by_me"], shown["version"]) == (False, 2)

    world.clock.advance(minutes=10)
    assert anna.post(claim).status_code == 200
    world.clock.advance(minutes=10)
    assert problem(ben.post(claim)) == (409, "document.claimed_by_other")
    world.clock.advance(minutes=6)
    waiting = ben.get(f"/v1/documents/{document}").json()
    assert (waiting["state"], waiting["claimed_by"]) == ("awaiting_review", None)
    assert ben.post(claim).json()["claimed_by_me"] is True
    assert problem(decide(anna, document, suggestion)) == (409, "document.claimed_by_other")

    assert anna.post(claim + "?take_over=true").status_code == 200
    assert decide(anna, document, suggestion).status_code == 200
    assert world.actions(document) == [
        "document.claimed",
        "document.claimed",
        "document.taken_over",
        "document.confirmed",
    ]


def test_a_claim_that_ran_out_still_counts_while_nobody_else_took_it(world, anna):
    document, suggestion = world.claimed(anna)
    world.clock.advance(minutes=30)
    assert decide(anna, document, suggestion).status_code == 200


def test_release_puts_a_document_back(world, anna, ben):
    document, _ = world.claimed(anna)
    release = f"/v1/documents/{document}/release"
    assert problem(ben.post(release)) == (409, "document.claimed_by_other")
    assert anna.post(release).json()["state"] == "awaiting_review"
    assert problem(anna.post(release)) == (409, "document.wrong_state")


def test_two_person_forms_need_two_persons_who_agree(world, anna, ben):
    document, suggestion = world.claimed(anna, form="two-person-form")
    first = decide(anna, document, suggestion, values={"applicant": "足立 華子"})
    assert (first.status_code, first.json()["state"]) == (200, "awaiting_review")
    shown = anna.get(f"/v1/documents/{document}").json()
    assert (shown["awaits_second"], shown["first_confirmed_by_me"]) == (True, True)
    assert problem(ben.get(f"/v1/documents/{document}/decision")) == (409, "document.wrong_state")

    anna.post(f"/v1/documents/{document}/claim")
    assert problem(decide(anna, document, suggestion)) == (403, "auth.forbidden")
    anna.post(f"/v1/documents/{document}/release")

    ben.post(f"/v1/documents/{document}/claim")
    differs = decide(ben, document, suggestion, values={"applicant": "足立 花"})
    assert differs.json()["state"] == "awaiting_review"
    anna.post(f"/v1/documents/{document}/claim")
    agrees = decide(anna, document, suggestion, values={"applicant": "足立 花"})
    assert agrees.json()["state"] == "confirmed"
    assert world.actions(document).count("document.first_confirmed") == 2
    with world.database.reading() as session:
        items = session.scalars(select(ExportItemRow.decision_id)).all()
    assert items == [agrees.json()["id"]]


def test_a_first_confirmation_is_void_after_a_newer_suggestion(world, anna, ben):
    document, suggestion = world.claimed(anna, form="two-person-form")
    decide(anna, document, suggestion)
    newer = world.suggest(document, form="two-person-form")
    assert ben.get(f"/v1/documents/{document}").json()["awaits_second"] is False
    ben.post(f"/v1/documents/{document}/claim")
    assert decide(ben, document, newer).json()["state"] == "awaiting_review"


def test_documents_without_a_form_are_confirmed_but_not_exported(world, anna):
    document, suggestion = world.claimed(anna, form=None)
    assert decide(anna, document, suggestion).json()["state"] == "confirmed"
    with world.database.reading() as session:
        assert session.scalars(select(ExportItemRow)).all() == []


def test_numbers_are_masked_until_a_reason_is_given(world, anna):
    document, suggestion = world.claimed(anna)
    url = f"/v1/documents/{document}/suggestion"
    field = {f["name"]: f for f in anna.get(url).json()["fields"]}["number"]
    assert (field["value"], field["raw_text"]) == ("********9018", "********9018")
    assert field["masked"] is True
    assert MY_NUMBER not in anna.get(url).text
    assert problem(anna.get(url + "?unmask=")) == (422, "request.invalid")
    assert problem(anna.get(url + "?unmask=%20")) == (422, "request.invalid")
    shown = anna.get(url, params={"unmask": "番号の照合"})
    assert MY_NUMBER in shown.text
    assert shown.json()["unmasked"] is True

    kept = decide(anna, document, suggestion, values={"number": "********9018"})
    assert "number" not in kept.json()["changed"]
    decision = f"/v1/documents/{document}/decision"
    assert MY_NUMBER not in anna.get(decision).text
    whole = anna.get(decision, params={"unmask": "番号の照合"}).json()
    assert whole["values"]["number"] == MY_NUMBER

    auditor = world.person("otto", Role.AUDITOR)
    events = auditor.get("/v1/audit", params={"subject": f"document:{document}"}).json()
    reasons = [e["details"].get("unmask_reason") for e in events["items"]]
    assert reasons.count("番号の照合") == 2
    assert events["verified"] is True
    assert MY_NUMBER not in json.dumps(events)


def test_numbers_on_pages_without_a_form_are_masked_too(world, anna):
    document, _ = world.claimed(anna, {"memo": "1234-5678-9018"}, form=None)
    text = anna.get(f"/v1/documents/{document}/suggestion").text
    assert "1234-5678-9018" not in text
    assert MY_NUMBER not in text


def test_retry_and_reading_as_another_form_queue_a_job(world, anna, ben):
    failed = world.document(
        state=DocumentState.FAILED, failure_code="read.timeout", failure_retryable=True
    )
    hopeless = world.document(
        state=DocumentState.FAILED, failure_code="file.corrupt", failure_retryable=False
    )
    shown = anna.get(f"/v1/documents/{failed}").json()
    assert (shown["failure_code"], shown["failure_retryable"]) == ("read.timeout", True)
    assert shown["failure_message"].startswith("読み取りに時間")
    answer = anna.post(f"/v1/documents/{failed}/retry")
    assert (answer.status_code, answer.json()["state"]) == (202, "received")
    assert problem(anna.post(f"/v1/documents/{failed}/retry")) == (409, "document.wrong_state")
    assert problem(anna.post(f"/v1/documents/{hopeless}/retry")) == (409, "document.wrong_state")

    document, suggestion = world.claimed(anna)
    pin = {"form_id": "two-person-form", "revision": "1"}
    url = f"/v1/documents/{document}/form"
    assert problem(ben.post(url, json=pin)) == (409, "document.claimed_by_other")
    assert problem(anna.post(url, json={**pin, "revision": "9"})) == (404, "form.unknown")
    answer = anna.post(url, json=pin)
    assert (answer.status_code, answer.json()["state"]) == (202, "received")
    assert problem(decide(anna, document, suggestion)) == (409, "document.wrong_state")
    assert world.actions(document)[-1] == "document.reread"


def test_keys_do_not_decide(world):
    robot = world.key("robot", Role.REVIEWER)
    document = world.document()
    assert problem(robot.post(f"/v1/documents/{document}/claim")) == (403, "auth.forbidden")
    assert robot.get(f"/v1/documents/{document}/suggestion").status_code == 200


def test_the_queue_filters_counts_and_pages(world, anna):
    ids = [world.document() for _ in range(3)]
    other = world.document(form=None)
    world.document(state=DocumentState.PROCESSING, suggest=False)
    anna.post(f"/v1/documents/{ids[1]}/claim")
    listing = "/v1/documents"

    def listed(**params):
        return [item["id"] for item in anna.get(listing, params=params).json()["items"]]

    assert listed(state="awaiting_review") == [ids[0], ids[2], other]
    assert listed(state=["awaiting_review", "in_review"], form="test-form") == ids
    assert listed(mine=True) == [ids[1]]
    assert listed(newest=True, form="test-form") == ids[::-1]
    assert listed(category="nothing") == []
    counts = anna.get(listing).json()["counts"]
    assert counts["awaiting_review"] == 3
    assert (counts["in_review"], counts["processing"], counts["failed"]) == (1, 1, 0)
    assert anna.get(listing, params={"form": "test-form"}).json()["counts"]["processing"] == 0

    first = anna.get(listing, params={"limit": 2}).json()
    rest = anna.get(listing, params={"limit": 10, "cursor": first["next"]}).json()
    assert len(first["items"]) == 2
    assert len(rest["items"]) == 3
    assert rest["next"] is None

    world.clock.advance(minutes=16)
    assert listed(state="awaiting_review") == [*ids, other]
    assert listed(state="in_review") == []
    assert anna.get(listing).json()["counts"]["in_review"] == 0
    assert len(DEFAULT_VALUES) == anna.get(f"/v1/documents/{ids[0]}").json()["fields_total"]
