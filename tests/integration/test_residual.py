"""Expected residual error from confirmed documents of an installation."""

import json
from datetime import timedelta
from unittest.mock import patch
from xml.etree import ElementTree

import pytest
from api_world import open_world
from typer.testing import CliRunner

from ocr_service.api.examples_residual import RESIDUAL
from ocr_service.api.schemas_residual import ResidualBody
from ocr_service.audit.chain import Actor
from ocr_service.cli.main import app
from ocr_service.error_map import describe
from ocr_service.forms_catalog import open_forms
from ocr_service.residual import estimate as estimating
from ocr_service.residual.confirmed import ResidualStore, estimate_residual
from ocr_service.states import Role
from ocr_service.storage.database import open_database
from ocr_service.storage.tables import DecisionRow, DocumentRow
from pipelines.errors import CodedError, ErrorCode

BY = Actor("operator", "owner")
FIELDS = 6


def decided(world, person, values=None, action="confirm", **document):
    """Put a document there that a person has decided; `values` are what they changed."""
    identity, suggestion = world.claimed(person, **document)
    body = {"suggestion_id": suggestion, "action": action, "values": values or {}}
    answer = person.post(
        f"/v1/documents/{identity}/decision", json={**body, "reason": "試験のため"}
    )
    assert answer.status_code == 200, answer.text
    return identity


def estimated(world, **options):
    store = ResidualStore(
        database=world.database,
        objects=world.objects,
        forms=open_forms(world.settings),
        clock=world.clock,
        time_zone="Asia/Tokyo",
    )
    return estimate_residual(store, BY, **{"accuracy": 0.99, **options})


def test_only_what_a_person_confirmed_counts_and_what_they_changed_was_wrong(each_world):
    world, anna = each_world, each_world.person("anna", Role.REVIEWER)
    decided(world, anna)
    decided(world, anna, {"birth": "1985-01-02", "memo": "転居"})
    decided(world, anna, {"birth": "1985-01-02"}, action="return")
    world.document()
    found = estimated(world)
    assert (found.overall.documents, found.overall.fields) == (2, 2 * FIELDS)
    assert (found.overall.sure.count, found.overall.sure.of) == (2, 2 * FIELDS)
    assert found.overall.blank == 2
    assert found.by_kind["date"].sure.count == 1
    assert found.by_kind["my_number"].sure.count == 0
    assert not found.overall.enough


def test_a_later_reading_does_not_change_what_was_decided(world, anna):
    document = decided(world, anna, {"birth": "1985-01-02"})
    world.suggest(document, {"birth": "1985-01-02"})
    assert estimated(world).by_kind["date"].sure.count == 1


def test_a_form_a_first_day_and_a_limit(world, anna):
    decided(world, anna, {"birth": "1985-01-02"})
    world.clock.advance(days=3)
    anna = world.person("berta", Role.REVIEWER)
    decided(world, anna)
    decided(world, anna, form=None)
    assert set(estimated(world).by_form) == {"test-form", "-"}
    only = estimated(world, form="test-form")
    assert (only.overall.documents, only.overall.sure.count) == (2, 1)
    day = (world.clock() - timedelta(days=1)).date()
    assert estimated(world, since=day, form="test-form").overall.sure.count == 0
    cut = estimated(world, limit=1)
    assert (cut.overall.documents, cut.left_out) == (1, 2)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"form": "nobodys-form"}, ErrorCode.FORM_UNKNOWN),
        ({"accuracy": 1.0}, ErrorCode.REQUEST_INVALID),
        ({"accuracy": float("nan")}, ErrorCode.REQUEST_INVALID),
    ],
)
def test_what_cannot_be_asked_is_refused(world, options, code):
    with pytest.raises(CodedError) as caught:
        estimated(world, **options)
    assert caught.value.code is code


def test_every_document_looked_at_is_audited(world, anna):
    document, other = decided(world, anna), world.document()
    before = world.actions(document)
    estimated(world)
    assert world.actions(document) == [*before, "suggestion.viewed"]
    assert world.actions(other) == []
    assert world.actions("all") == ["residual.estimated"]


def test_a_damaged_document_is_named_and_the_others_go_on(world, anna):
    decided(world, anna)
    bad = decided(world, anna)
    with world.database.transaction() as session:
        decision = session.get_one(DecisionRow, session.get_one(DocumentRow, bad).decision_id)
        decision.body_object = session.get_one(DocumentRow, bad).original_object
    found = estimated(world)
    assert found.overall.documents == 1
    assert [(i, e.code) for i, e in found.damaged] == [(bad, ErrorCode.STORAGE_DAMAGED)]


def test_a_store_that_is_away_is_no_damaged_document(world, anna):
    decided(world, anna)
    away = CodedError(ErrorCode.STORAGE_UNAVAILABLE, "away")
    with (
        patch.object(type(world.objects), "get", side_effect=away),
        pytest.raises(CodedError) as caught,
    ):
        estimated(world)
    assert caught.value is away


def test_those_who_watch_the_figures_get_counts_and_no_content(world, anna):
    document = decided(world, anna, {"birth": "1985-01-02"})
    admin = world.person("admin", Role.ADMIN)
    query = {"form": "test-form", "since": "0001-01-01", "accuracy": 0.9}
    answer = admin.get("/v1/residual", params=query)
    assert answer.status_code == 200, answer.text
    overall = answer.json()["overall"]
    assert (overall["documents"], overall["sure"]["count"]) == (1, 1)
    assert (overall["enough"], overall["target"]) == (False, None)
    assert document not in answer.text and "1985" not in answer.text
    assert world.actions("test-form") == ["residual.estimated"]
    assert anna.get("/v1/residual").status_code == 403
    assert world.key("scraper", Role.AUDITOR).get("/v1/residual").status_code == 403


def test_the_route_refuses_what_cannot_be_asked(world):
    auditor = world.person("auditor", Role.AUDITOR)
    wrong = {
        "form.unknown": {"form": "nobodys-form"},
        "request.invalid": {"accuracy": "nan"},
    }
    for code, query in wrong.items():
        assert auditor.get("/v1/residual", params=query).json()["code"] == code


def test_the_example_of_the_contract_is_one():
    assert ResidualBody.model_validate(RESIDUAL).by_form["-"].target is None


@pytest.fixture
def installation(sqlite_settings, monkeypatch):
    """An embedded installation with ten confirmed documents, three of their values corrected."""
    database = open_database(sqlite_settings)
    with open_world(sqlite_settings, database) as opened:
        anna = opened.person("anna", Role.REVIEWER)
        for number in range(10):
            decided(opened, anna, {"birth": "1985-01-02"} if number < 3 else None)
        monkeypatch.setenv("OCR_SERVICE_DATA_FOLDER", str(opened.settings.data_folder))
        monkeypatch.setenv("OCR_SERVICE_FORMS_FOLDER", str(opened.settings.forms_folder))
        yield opened
    database.dispose()


@pytest.fixture
def enough():
    """Let ten documents be enough to tell."""
    least = {"LEAST_DOCUMENTS": 10, "LEAST_FIELDS": 10}
    with patch.multiple(estimating, **least):
        yield


def run(*options):
    return CliRunner().invoke(app, ["residual", *options])


def test_the_command_says_that_there_are_too_few(installation, tmp_path):
    plot = tmp_path / "residual.svg"
    told = run("--plot", str(plot))
    assert told.exit_code == 0, told.output
    assert "少なすぎ" in told.stdout and "訂正の数は下限です" in told.stdout
    assert "見込みです" not in told.stdout
    assert "少なすぎ" in plot.read_text("utf-8")
    body = json.loads(run("--json").stdout)
    assert (body["overall"]["enough"], body["overall"]["by_confidence"]) == (False, None)
    assert (body["least_documents"], body["least_fields"]) == (30, 300)


def test_the_command_prints_tables_json_and_a_picture(installation, enough, tmp_path):
    plot = tmp_path / "residual.svg"
    told = run("--accuracy", "0.9", "--plot", str(plot))
    assert told.exit_code == 0, told.output
    # 60 fields of confidence 0.9: six wrong by that, three by what was corrected.
    assert "確認しない 60 項目のうち約 6.0 件" in told.stdout
    assert "正しさ 0.9 にはしきい値 0.9" in told.stdout
    assert len(ElementTree.fromstring(plot.read_text("utf-8"))) > 20
    overall = json.loads(run("--json").stdout)["overall"]
    assert overall["by_confidence"]["wrong"] == pytest.approx(6)
    assert overall["by_corrections"]["wrong"] == 3
    assert overall["target"] == {"accuracy": 0.999, "proven": False, "point": None}
    assert [(p["threshold"], p["corrected"]["count"]) for p in overall["curve"]] == [(0.9, 3)]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--form", "nobodys-form"], ErrorCode.FORM_UNKNOWN),
        (["--accuracy", "1.5"], ErrorCode.REQUEST_INVALID),
        (["--plot", "picture.gif"], ErrorCode.REQUEST_INVALID),
        (["--plot", "no-such-folder/picture.svg"], ErrorCode.FILE_UNREADABLE),
    ],
)
def test_errors_end_with_their_exit_code(installation, options, code):
    told = run(*options)
    assert told.exit_code == describe(code).exit_code, told.output
