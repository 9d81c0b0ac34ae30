"""Proposals that people dismissed, and the same person on the same form again: both databases."""

from datetime import timedelta

import pytest
from api_world import MY_NUMBER
from case_world import MAIN, PAPER, post, process, reading
from sqlalchemy import select
from typer.testing import CliRunner

from ocr_service.cases.repeats import RULE, again_findings
from ocr_service.cli.main import app
from ocr_service.states import Role
from ocr_service.storage.tables_cases import PersonDigestRow, ProposalDismissalRow

OTHER = {"kana": "センジュ タロウ", "birth": "1985-05-05", "number": None}


@pytest.fixture
def world(still_world):
    return still_world


def arrived(world, desk, form=PAPER, values=None, **query):
    identity = post(world, desk, shade=len(world.clients) + arrived.count, **query)["id"]
    arrived.count += 1
    process(world, identity, reading(form, {"number": None, **(values or {})}, world=world))
    return identity


arrived.count = 0


def proposed(client, document):
    body = client.get(f"/v1/documents/{document}/case").json()
    shown = body["case"] or body
    return (
        [p["document"]["id"] for p in shown["proposals"]],
        [d["document"]["id"] for d in shown["dismissed"]],
    )


def test_a_dismissed_proposal_stays_away_from_both_until_it_is_taken_back(world, desk, anna):
    one, other = arrived(world, desk), arrived(world, desk)
    assert proposed(anna, one) == ([other], [])
    answer = anna.post(f"/v1/documents/{one}/dismissals", json={"document": other})
    assert answer.status_code == 201, answer.text
    assert answer.json()["dismissed"][0]["by"] == "anna さん"
    assert proposed(anna, one) == ([], [other])
    assert proposed(anna, other) == ([], [one])
    dismissal = answer.json()["dismissed"][0]["id"]
    again = anna.post(f"/v1/documents/{one}/dismissals", json={"document": other})
    assert [d["id"] for d in again.json()["dismissed"]] == [dismissal]
    url = f"/v1/documents/{other}/dismissals/{dismissal}"
    assert anna.delete(url).status_code == 200
    assert proposed(anna, one) == ([other], [])
    gone = anna.delete(url)
    assert (gone.status_code, gone.json()["code"]) == (409, "case.changed")
    assert "case.proposal_dismissed" in world.actions(one)
    assert "case.proposal_restored" in world.actions(other)


def test_what_is_dismissed_for_a_case_is_dismissed_for_all_its_documents(world, desk, anna):
    first = arrived(world, desk, MAIN, case="R8-1")
    second = arrived(world, desk, case="R8-1")
    stranger = arrived(world, desk)
    assert proposed(anna, first) == ([stranger], [])
    anna.post(f"/v1/documents/{first}/dismissals", json={"document": stranger})
    assert proposed(anna, second) == ([], [stranger])
    with world.database.reading() as session:
        assert len(session.scalars(select(ProposalDismissalRow)).all()) == 2
    inside = anna.post(f"/v1/documents/{first}/dismissals", json={"document": second})
    assert (inside.status_code, inside.json()["code"]) == (422, "request.invalid")
    # A paper that comes later speaks for itself.
    late = arrived(world, desk, case="R8-1")
    assert proposed(anna, late)[0] == [stranger]


def test_who_may_not_review_dismisses_nothing(world, desk):
    one, other = arrived(world, desk), arrived(world, desk)
    auditor = world.person("odo", Role.AUDITOR)
    answer = auditor.post(f"/v1/documents/{one}/dismissals", json={"document": other})
    assert answer.status_code == 403


def again(client, document):
    found = client.get(f"/v1/documents/{document}/suggestion").json()["findings"]
    return [f for f in found if f["rule"] == RULE]


def test_the_same_person_on_the_same_form_within_the_days_is_told_with_links(world, desk, anna):
    one = arrived(world, desk)
    assert again(anna, one) == []
    two, elsewhere = arrived(world, desk), arrived(world, desk, MAIN)
    somebody = arrived(world, desk, values=OTHER)
    (told,) = again(anna, two)
    assert (told["documents"], told["severity"]) == ([one], "info")
    assert "30日以内にほかに1件" in told["message"]
    assert told["message_en"] and told["message_easy"]
    assert "アダチ" not in str(told) and "1990" not in str(told)
    assert again(anna, elsewhere) == [] and again(anna, somebody) == []
    world.clock.advance(days=31)
    late = arrived(world, desk)
    assert again(world.person("ben", Role.REVIEWER), late) == []


def test_papers_that_came_back_and_rejected_ones_do_not_count(world, desk, anna):
    one, two = arrived(world, desk), arrived(world, desk)
    taken = anna.post(f"/v1/documents/{one}/claim").json()["suggestion_id"]
    body = {"suggestion_id": taken, "action": "reject", "reason": "重複", "values": {}}
    assert anna.post(f"/v1/documents/{one}/decision", json=body).status_code == 200
    assert again(anna, two) == []


def test_a_number_missing_on_one_paper_does_not_make_it_another_person(world, desk, anna):
    one = arrived(world, desk, values={"number": MY_NUMBER})
    two = arrived(world, desk)
    (told,) = again(anna, two)
    assert told["documents"] == [one]
    with world.database.reading() as session:
        rows = session.scalars(select(PersonDigestRow)).all()
        assert not any(MY_NUMBER in r.digest for r in rows) and len(rows) == 3
        assert again_findings(session, two, within=timedelta(0)) == ()


def test_a_brother_on_the_same_form_is_told_as_maybe_somebody_else(world, desk, anna):
    one, two = arrived(world, desk), arrived(world, desk)
    with world.database.transaction() as session:
        for document, digest in ((one, "a" * 64), (two, "b" * 64)):
            session.add(PersonDigestRow(document_id=document, basis="name_birth", digest=digest))
    (told,) = again(anna, two)
    assert "きょうだい" in told["message"] and told["documents"] == [one]


def test_the_command_line_dismisses_and_restores(world, desk, anna, monkeypatch):
    for name, value in world.settings.environment().items():
        monkeypatch.setenv(name, value)
    one, other = arrived(world, desk), arrived(world, desk)
    done = CliRunner().invoke(app, ["cases", "dismiss", one, other])
    assert done.exit_code == 0, done.output
    assert proposed(anna, one) == ([], [other])
    back = CliRunner().invoke(app, ["cases", "restore", one, done.stdout.strip()])
    assert back.exit_code == 0, back.output
    assert proposed(anna, one) == ([other], [])
    unknown = CliRunner().invoke(app, ["cases", "restore", one, "dis_nothing"])
    assert unknown.exit_code != 0
