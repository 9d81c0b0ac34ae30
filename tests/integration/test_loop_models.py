"""Candidates: brought in, judged on the gold set, promoted, rolled back, run in the shadow."""

import hashlib
import json

import pytest
import yaml
from api_world import open_world

from ocr_service.audit.chain import Actor
from ocr_service.forms_catalog import open_forms
from ocr_service.jobs.reading import open_child_reader
from ocr_service.loop.current import CurrentReader
from ocr_service.loop.evaluate import GoldChoice, LoopStore, evaluate
from ocr_service.loop.promote import promote, rollback
from ocr_service.loop.registry import add_candidate, list_versions, models_in_use, versions_in_use
from ocr_service.loop.shadow import Live, ShadowReader, shadow_report, start_shadow, stop_shadow
from ocr_service.states import Role
from ocr_service.storage.database import open_database
from pipelines.errors import CodedError, ErrorCode

BY = Actor("operator", "owner")
MODEL = "toy_words"
DAY = {"today": __import__("datetime").date(2026, 11, 20)}


@pytest.fixture
def world(sqlite_settings, monkeypatch):
    settings = sqlite_settings.model_copy(
        update={"reader": "tests.engines.learned_reader:open_handler", "gold_percent": 50}
    )
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    database = open_database(settings)
    with open_world(settings, database) as opened:
        yield opened
    database.dispose()


@pytest.fixture
def store(world):
    return LoopStore(
        settings=world.settings.model_copy(update={"gold_percent": 100}),
        database=world.database,
        objects=world.objects,
        forms=open_forms(world.settings),
        clock=world.clock,
    )


def candidate(folder, version, *, card=True, data=b"words", name=MODEL):
    path = folder / name / version
    path.mkdir(parents=True)
    (path / "words.json").write_bytes(data)
    stated = {
        "name": name,
        "version": version,
        "task": "recognition of words",
        "file": "words.json",
        "sha256": hashlib.sha256(b"words").hexdigest(),
        "licence": "CC0-1.0",
        "provenance": "made by the test",
    }
    (path / "manifest.yaml").write_text(yaml.safe_dump(stated), "utf-8")
    if card:
        (path / "README.md").write_text("card", "utf-8")
    return path


def added(world, tmp_path, *versions):
    with world.database.transaction() as session:
        for version in versions:
            path = candidate(tmp_path, version)
            add_candidate(session, world.objects, path, BY, at=world.clock())


def gold(world, count, readings):
    """Confirm documents; `readings` are the memo by version, the confirmed one is `right`."""
    anna = world.person("anna", Role.REVIEWER)
    for number in range(count):
        image = json.dumps(
            {v: {"memo": memo, "number": str(number)} for v, memo in readings.items()}
        ).encode()
        identity, suggestion = world.claimed(anna, image=image)
        body = {"suggestion_id": suggestion, "action": "confirm", "values": {"memo": "right"}}
        answer = anna.post(f"/v1/documents/{identity}/decision", json=body)
        assert answer.status_code == 200, answer.text
        world.clock.advance(seconds=1)


def test_a_better_candidate_goes_live_in_running_workers_and_comes_back(world, store, tmp_path):
    gold(world, 34, {"shipped": "wrong", "good": "right"})
    added(world, tmp_path, "good")
    reader = CurrentReader(open_child_reader(world.settings), world.database)
    sheet = json.dumps({"shipped": {"memo": "old"}, "good": {"memo": "new"}}).encode()
    try:
        before = reader.read(sheet, pinned=None, **DAY)
        judged = evaluate(store, f"{MODEL}@good", BY, choice=GoldChoice(rounds=0))
        assert judged.passed, judged.report["reasons"]
        assert judged.documents == 34
        with world.database.transaction() as session:
            row = promote(world.database, session, f"{MODEL}@good", BY, at=world.clock())
        assert (row.version, row.previous, row.evaluation_id) == ("good", None, judged.id)
        live = reader.read(sheet, pinned=None, **DAY)
        with world.database.transaction() as session:
            back = rollback(world.database, session, MODEL, BY, at=world.clock())
        assert (back.version, back.previous) == (None, "good")
        after = reader.read(sheet, pinned=None, **DAY)
    finally:
        reader._reader.close()
    assert [s.fields[0].value for s in (before, live, after)] == ["old", "new", "old"]
    assert [s.versions[MODEL] for s in (before, live, after)] == ["shipped", "good", "shipped"]
    subject = world.actions(f"{MODEL}@good")
    assert subject == ["model.added", "model.evaluated", "model.promoted"]
    assert world.actions(f"{MODEL}@-") == ["model.rolled_back"]


def test_a_worse_candidate_is_refused_with_the_table_that_says_why(world, store, tmp_path):
    gold(world, 34, {"shipped": "right", "bad": "wrong"})
    added(world, tmp_path, "bad")
    judged = evaluate(store, f"{MODEL}@bad", BY, choice=GoldChoice(rounds=0))
    assert not judged.passed
    assert {"not_better.values", "worse.values.all", "worse.values.form:test-form"} <= set(
        judged.report["reasons"]
    )
    with pytest.raises(CodedError) as caught, world.database.transaction() as session:
        promote(world.database, session, f"{MODEL}@bad", BY, at=world.clock())
    assert caught.value.code is ErrorCode.MODEL_REFUSED
    assert "worse.values.all" in caught.value.detail
    with world.database.reading() as session:
        assert MODEL not in versions_in_use(session)


def test_an_evaluation_against_other_versions_no_longer_counts(world, store, tmp_path):
    gold(world, 34, {"shipped": "wrong", "good": "right", "best": "right"})
    added(world, tmp_path, "good", "best")
    for version in ("good", "best"):
        assert evaluate(store, f"{MODEL}@{version}", BY, choice=GoldChoice(rounds=0)).passed
    with world.database.transaction() as session:
        promote(world.database, session, f"{MODEL}@good", BY, at=world.clock())
    with pytest.raises(CodedError, match="evaluate again"), world.database.transaction() as session:
        promote(world.database, session, f"{MODEL}@best", BY, at=world.clock())


def test_nobody_skips_the_gate(world, tmp_path):
    added(world, tmp_path, "good")
    with pytest.raises(CodedError, match="not evaluated"), world.database.transaction() as session:
        promote(world.database, session, f"{MODEL}@good", BY, at=world.clock())
    with pytest.raises(CodedError) as caught, world.database.transaction() as session:
        promote(world.database, session, f"{MODEL}@nothing", BY, at=world.clock())
    assert caught.value.code is ErrorCode.MODEL_UNKNOWN
    with pytest.raises(CodedError) as caught, world.database.transaction() as session:
        rollback(world.database, session, "ppocrv6_small_rec", BY, at=world.clock())
    assert caught.value.code is ErrorCode.MODEL_REFUSED


@pytest.mark.parametrize("fault", ["card", "data"])
def test_a_candidate_that_is_not_whole_is_refused(world, tmp_path, fault):
    changed = {"card": False} if fault == "card" else {"data": b"other"}
    path = candidate(tmp_path, "bad", **changed)
    with pytest.raises(CodedError) as caught, world.database.transaction() as session:
        add_candidate(session, world.objects, path, BY, at=world.clock())
    assert caught.value.code is ErrorCode.MODEL_DAMAGED


def test_a_version_is_brought_in_once_and_never_changed(world, tmp_path):
    added(world, tmp_path, "good")
    with pytest.raises(CodedError) as caught, world.database.transaction() as session:
        path = candidate(tmp_path / "again", "good")
        add_candidate(session, world.objects, path, BY, at=world.clock())
    assert caught.value.code is ErrorCode.MODEL_REFUSED


def test_a_candidate_reads_along_unseen_and_only_counts_are_kept(world, tmp_path):
    added(world, tmp_path, "good")
    sheet = json.dumps({"shipped": {"memo": "old", "a": "1"}, "good": {"memo": "秘密", "a": "1"}})
    document = world.document(image=sheet.encode())
    reader = open_child_reader(world.settings)
    shown = reader.read(sheet.encode(), pinned=None, **DAY)
    reader.close()
    live = Live(
        document_id=document, data=sheet.encode, shown=shown, pinned=None, pages=None, **DAY
    )
    shadow = ShadowReader(world.settings, world.database, clock=world.clock)
    shadow.after(live)
    with world.database.transaction() as session:
        start_shadow(world.database, session, f"{MODEL}@good", 1.0, BY, at=world.clock())
    try:
        shadow.after(live)
        shadow.after(live)
        with world.database.transaction() as session:
            stop_shadow(session, BY, at=world.clock())
        shadow.after(live)
    finally:
        shadow.close()
    with world.database.reading() as session:
        report = shadow_report(session)
    assert (report.documents, report.failed) == (1, 0)
    assert (report.total["fields"], report.total["values"]) == (2, 1)
    assert set(report.by_form) == {"test-form"}
    assert "秘密" not in json.dumps(report.total) + json.dumps(report.by_form)


def test_a_candidate_that_cannot_read_harms_nobody(world, tmp_path):
    added(world, tmp_path, "good")
    shown = __import__("api_world").suggestion({}, key=None)
    with world.database.transaction() as session:
        start_shadow(world.database, session, f"{MODEL}@good", 1.0, BY, at=world.clock())
    live = Live(
        document_id=world.document(),
        data=lambda: b"not json",
        shown=shown,
        pinned=None,
        pages=None,
        **DAY,
    )
    shadow = ShadowReader(world.settings, world.database, clock=world.clock)
    try:
        shadow.after(live)
    finally:
        shadow.close()
    with world.database.reading() as session:
        assert shadow_report(session).failed == 1


def test_versions_are_listed_and_shown_to_those_who_watch_the_figures(world, tmp_path):
    added(world, tmp_path, "good")
    with world.database.reading() as session:
        listed = {(v.name, v.version): v for v in list_versions(session)}
    assert not listed[MODEL, "good"].active
    assert listed["ppocrv6_small_det", "1.0.0"].active
    auditor, admin = world.person("au", Role.AUDITOR), world.person("ad", Role.ADMIN)
    body = auditor.get("/v1/models").json()
    assert {"name": MODEL, "version": "good"}.items() <= next(
        v for v in body["versions"] if v["name"] == MODEL
    ).items()
    path = f"/v1/models/{MODEL}/versions/good/promote"
    assert auditor.post(path).status_code == 403
    answer = admin.post(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "model.refused")
    assert admin.post("/v1/models/nobody/rollback").json()["code"] == "model.unknown"
    assert world.person("re", Role.REVIEWER).get("/v1/models").status_code == 403


def test_without_an_installation_the_program_reads_with_what_it_ships(sqlite_settings, tmp_path):
    elsewhere = sqlite_settings.model_copy(update={"data_folder": tmp_path / "none"})
    with models_in_use(elsewhere) as number:
        assert number == 0
    assert not (tmp_path / "none").exists()
    with pytest.raises(CodedError), models_in_use(elsewhere, candidate="a@b"):
        pass
