"""Trying the rules of a changed form on documents of this installation."""

import json
from datetime import date, timedelta

import pytest
from api_world import MY_NUMBER, TEST_FORM, form_definition, open_world
from typer.testing import CliRunner

from ocr_service.audit.chain import Actor
from ocr_service.cli.main import app
from ocr_service.error_map import describe
from ocr_service.forms_catalog import open_forms
from ocr_service.states import Role
from ocr_service.storage.tables import DocumentRow
from ocr_service.trial.trial import TrialStore, try_rules
from pipelines.errors import CodedError, ErrorCode

BY = Actor("operator", "owner")
RULES = """
rules:
  - {id: born.adult, expression: "age(birth, today) >= 18", message: "{birth}から、未成年です。",
     fields: [birth], ground: 試験条例第1条}
"""


@pytest.fixture
def world(settings, database):
    with open_world(settings, database) as opened:
        yield opened


def tried(world, **options):
    changed = form_definition(
        revision="2",
        rules=[
            {
                "id": "born.adult",
                "expression": "age(birth, today) >= 18",
                "message": "{birth}から、未成年です。",
                "fields": ["birth"],
                "ground": "試験条例第1条",
            }
        ],
        shared_rules={"disable": ["value.check_digit"]},
    )
    store = TrialStore(
        database=world.database,
        objects=world.objects,
        forms=open_forms(world.settings),
        clock=world.clock,
        time_zone="Asia/Tokyo",
    )
    return try_rules(store, changed, BY, **options)


def counts(trial):
    return {c.rule: (c.before, c.now, c.new, c.gone, c.same) for c in trial.rules}


def test_a_changed_form_shows_what_it_would_flag_now_and_before(world):
    child = world.document({"birth": "2015-01-02"})
    wrong = world.document({"number": "123456789012"})
    nameless = world.document({"applicant": None})
    world.document()
    world.document({"birth": "2015-01-02"}, form="two-person-form")
    trial = tried(world)
    assert counts(trial) == {
        "born.adult": (0, 1, 1, 0, 0),
        "value.check_digit": (1, 0, 0, 1, 0),
        "required.applicant": (1, 1, 0, 0, 1),
    }
    by_id = {document.id: document for document in trial.documents}
    assert len(by_id) == 4
    assert [f.message for f in by_id[child].new] == ["「生年月日」から、未成年です。"]
    assert [f.rule for f in by_id[wrong].gone] == ["value.check_digit.number"]
    assert [f.rule for f in by_id[nameless].same] == ["required.applicant"]


def test_every_document_looked_at_is_audited(world):
    document = world.document()
    other = world.document(form="two-person-form")
    tried(world)
    assert world.actions(document) == ["suggestion.viewed"]
    assert world.actions(other) == []
    assert world.actions("test-form") == ["form.rules_tried"]


def test_what_a_person_confirmed_counts(world):
    anna = world.person("anna", Role.REVIEWER)
    document, suggestion = world.claimed(anna, {"birth": "2015-01-02"})
    body = {"suggestion_id": suggestion, "action": "confirm", "values": {"birth": "1985-01-02"}}
    assert anna.post(f"/v1/documents/{document}/decision", json=body).status_code == 200
    assert counts(tried(world)) == {}


def test_one_rule_a_first_day_and_a_limit(world):
    old = world.document({"birth": "2015-01-02", "number": "123456789012"})
    world.clock.advance(days=3)
    new = world.document({"birth": "2016-01-02"})
    assert set(counts(tried(world, rule="born.adult"))) == {"born.adult"}
    day = (world.clock() - timedelta(days=1)).date()
    assert [d.id for d in tried(world, since=day).documents] == [new]
    assert [d.id for d in tried(world, limit=1).documents] == [new]
    assert {d.id for d in tried(world, since=date(2026, 11, 1)).documents} == {old, new}
    with pytest.raises(CodedError) as caught:
        tried(world, rule="born.adlut")
    assert caught.value.code is ErrorCode.REQUEST_INVALID


def test_the_rules_see_the_day_on_which_the_document_came(world):
    # 18 on the day after it was received.
    document = world.document({"birth": "2008-11-21"})
    world.clock.advance(days=30)
    (only,) = tried(world).documents
    assert (only.id, [f.rule for f in only.new]) == (document, ["born.adult"])


def test_a_damaged_document_is_named_and_the_others_go_on(world):
    good, bad = world.document({"birth": "2015-01-02"}), world.document()
    with world.database.transaction() as session:
        session.get_one(DocumentRow, bad).suggestion_id = "sug_lost"
    trial = tried(world)
    assert [d.id for d in trial.documents] == [good]
    assert [(i, e.code) for i, e in trial.damaged] == [(bad, ErrorCode.STORAGE_DAMAGED)]


def test_a_message_about_an_individual_number_shows_no_digit(world):
    world.document({"number": MY_NUMBER + "9"})
    trial = tried(world, rule="value.wrong_length")
    findings = [f for d in trial.documents for f in (*d.new, *d.same)]
    assert findings and not any(char.isdigit() for f in findings for char in f.message)


def posted(client, text, **query):
    return client.post(
        "/v1/forms/test-form/rules/try",
        content=text.encode(),
        headers={"Content-Type": "application/yaml"},
        params=query,
    )


def test_a_form_owner_gets_counts_and_who_sees_content_the_documents(world):
    document = world.document({"birth": "2015-01-02"})
    owner = world.person("owner", Role.FORM_OWNER)
    changed = TEST_FORM.replace("{two}", "false").replace('revision: "1"', 'revision: "2"') + RULES
    body = posted(owner, changed, rule="born.adult").json()
    assert (body["documents"], body["changes"], body["damaged"]) == (1, [], 0)
    assert [(c["rule"], c["before"], c["now"]) for c in body["rules"]] == [("born.adult", 0, 1)]
    assert world.actions(document) == ["suggestion.viewed"]
    both = world.person("both", Role.FORM_OWNER, Role.REVIEWER)
    (found,) = posted(both, changed).json()["changes"]
    assert (found["id"], found["new"][0]["message"]) == (document, "「生年月日」から、未成年です。")
    assert posted(world.person("anna", Role.REVIEWER), changed).status_code == 403
    wrong = {
        "form.invalid": changed.replace("age(birth", "age(brith"),
        "request.invalid": changed.replace("id: test-form", "id: another-form"),
    }
    for code, text in wrong.items():
        answer = posted(owner, text)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert owner.get("/v1/documents/" + document + "/suggestion").status_code == 403


@pytest.fixture
def installation(sqlite_settings, tmp_path, monkeypatch):
    """An embedded installation with a child's document, and the changed form file beside it."""
    from ocr_service.storage.database import open_database

    database = open_database(sqlite_settings)
    with open_world(sqlite_settings, database) as opened:
        opened.document({"birth": "2015-01-02"})
        monkeypatch.setenv("OCR_SERVICE_DATA_FOLDER", str(opened.settings.data_folder))
        monkeypatch.setenv("OCR_SERVICE_FORMS_FOLDER", str(opened.settings.forms_folder))
        changed = TEST_FORM.replace("{two}", "false").replace('revision: "1"', 'revision: "2"')
        file = tmp_path / "changed.yaml"
        file.write_text(changed + RULES, "utf-8")
        yield file
    database.dispose()


def test_the_command_prints_a_table_or_json(installation):
    run = CliRunner().invoke(app, ["forms", "try", str(installation)])
    assert run.exit_code == 0, run.output
    assert "born.adult" in run.stdout and "未成年です" in run.stdout
    told = CliRunner().invoke(app, ["forms", "try", str(installation), "--json"])
    body = json.loads(told.stdout)
    assert (body["documents"], body["form"]) == (1, {"id": "test-form", "revision": "2"})
    assert body["rules"][0] == {
        "rule": "born.adult", "before": 0, "now": 1, "new": 1, "gone": 0, "same": 0,
    }  # fmt: skip
    assert body["changes"][0]["new"][0]["message"] == "「生年月日」から、未成年です。"


@pytest.mark.parametrize(
    ("old", "new", "options", "code"),
    [
        ("id: test-form", "id: nobodys-form", [], ErrorCode.FORM_UNKNOWN),
        ("age(birth", "age(brith", [], ErrorCode.FORM_INVALID),
        ("", "", ["--rule", "nothing"], ErrorCode.REQUEST_INVALID),
    ],
)
def test_errors_end_with_their_exit_code(installation, old, new, options, code):
    installation.write_text(installation.read_text("utf-8").replace(old, new, 1), "utf-8")
    run = CliRunner().invoke(app, ["forms", "try", str(installation), *options])
    assert run.exit_code == describe(code).exit_code, run.output
