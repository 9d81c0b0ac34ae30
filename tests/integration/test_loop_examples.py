"""Training examples: only where they may be kept, without numbers of people, and not for ever."""

import json
from hashlib import sha256

import cv2
import numpy as np
import pytest
from api_world import MY_NUMBER, open_world
from sqlalchemy import select

from ocr_service.audit.chain import Actor
from ocr_service.forms_catalog import open_forms
from ocr_service.loop.changes import Signal
from ocr_service.loop.dataset import export_examples
from ocr_service.loop.evaluate import LoopStore
from ocr_service.loop.examples import (
    TrainingExample,
    confirmed_without_example,
    forget_examples,
    keep_example,
    live_examples,
)
from ocr_service.loop.gold import is_gold
from ocr_service.loop.watch import look, open_alarms
from ocr_service.states import Role
from ocr_service.storage.database import open_database
from ocr_service.storage.objects import open_objects
from ocr_service.storage.tables import DocumentRow, ObjectRow, SuggestionRow
from ocr_service.storage.tables_cases import PersonDigestRow
from ocr_service.storage.tables_models import ReadingFigureRow, TrainingExampleRow
from pipelines.errors import CodedError, ErrorCode
from tests.integration.service_tools import (
    opened_intake,
    post,
    quick,
    wait_for_states,
    wait_until,
    workers,
)

BY = Actor("operator", "owner")
ALLOWED = {"example_forms": "test-form", "gold_percent": 1}


def opened(settings, **changes):
    changed = settings.model_copy(update={**ALLOWED, **changes})
    database = open_database(changed)
    return changed, database


@pytest.fixture(params=[{}])
def world(request, settings):
    changed, database = opened(settings, **request.param)
    with open_world(changed, database) as found:
        yield found
    database.dispose()


def confirm(world, values=None, **document):
    person = world.person(f"p{len(world.clients)}{world.clock().microsecond}", Role.REVIEWER)
    world.clock.advance(milliseconds=1)
    identity, suggestion = world.claimed(person, **document)
    body = {"suggestion_id": suggestion, "action": "confirm", "values": values or {}}
    answer = person.post(f"/v1/documents/{identity}/decision", json=body)
    assert answer.status_code == 200, answer.text
    return identity


def rows(world):
    with world.database.reading() as session:
        return list(session.scalars(select(TrainingExampleRow)))


def exported(world, folder, **options):
    store = LoopStore(
        settings=world.settings,
        database=world.database,
        objects=world.objects,
        forms=open_forms(world.settings),
        clock=world.clock,
    )
    return export_examples(store, folder, BY, **options)


def test_a_correction_becomes_an_example_without_any_number_of_a_person(world, tmp_path):
    document = confirm(world, {"birth": "1985-01-02", "memo": f"番号は {MY_NUMBER} です"})
    (row,) = rows(world)
    assert (row.document_id, row.form_id, row.corrected) == (document, "test-form", 1)
    assert world.actions(document)[-1] == "example.kept"
    made = exported(world, tmp_path / "out", crops=False)
    text = (tmp_path / "out" / "manifest.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    by_field = {line["field"]: line for line in lines}
    assert by_field["birth"]["confirmed"] == "1985-01-02"
    assert by_field["birth"]["corrected"]
    assert {"versions", "form", "revision", "by", "decided_at"} <= by_field["birth"].keys()
    assert "number" not in by_field
    assert "memo" not in by_field
    assert MY_NUMBER not in text
    assert (made.documents, made.examples) == (1, len(lines))
    assert world.actions(document)[-1] == "example.exported"


def test_the_same_examples_are_the_same_data_set(world, tmp_path):
    confirm(world)
    first, second = (exported(world, tmp_path / name, crops=False) for name in ("a", "b"))
    assert first.version == second.version
    with pytest.raises(CodedError, match="not empty"):
        exported(world, tmp_path / "a", crops=False)


def test_papers_of_one_applicant_share_a_key_that_names_nobody(world, tmp_path):
    confirm(world)
    confirm(world, {"kana": "アダチ ハナコ"})
    confirm(world, {"birth": "1985-01-02"})
    exported(world, tmp_path / "out", crops=False)
    text = (tmp_path / "out" / "manifest.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    people = {line["document"]: tuple(line["people"]) for line in lines}
    first, second, third = (people[name] for name in sorted(people))
    assert first == second != third
    assert all(len(key) == 16 and int(key, 16) >= 0 for key in (*first, *third))
    with world.database.reading() as session:
        digests = session.scalars(select(PersonDigestRow.digest)).all()
    # Nobody who sees an export can find its people among those that papers are matched by.
    assert not [d for d in digests if d[:16] in (*first, *third)]


class Cutter:
    """Cuts one line out of every document, in place of the process that reads."""

    def __init__(self, _settings):
        self.closed = False

    def cut(self, example, data, pages):
        assert data
        assert pages is None
        if example.fields[0].confirmed == "足立 次郎":
            raise CodedError(ErrorCode.FORM_UNKNOWN, "gone")
        return {example.fields[0].field: np.zeros((48, 96), np.uint8)}

    def close(self):
        self.closed = True


def test_lines_as_the_reader_cuts_them_are_written_when_asked_for(world, tmp_path, monkeypatch):
    monkeypatch.setattr("ocr_service.loop.dataset.LineCutter", Cutter)
    confirm(world)
    confirm(world, {"applicant": "足立 次郎"})
    exported(world, tmp_path / "out", crops=False, lines=True)
    text = (tmp_path / "out" / "manifest.jsonl").read_text("utf-8")
    told = [json.loads(line) for line in text.splitlines()]
    # A document that can't be read on its form any more still has its values.
    (line,) = [each for each in told if "line" in each]
    assert len({each["document"] for each in told}) == 2
    data = (tmp_path / "out" / line["line"]).read_bytes()
    assert sha256(data).hexdigest() == line["line_sha256"]
    assert cv2.imdecode(np.frombuffer(data, np.uint8), 0).shape == (48, 96)


def test_an_example_of_before_there_were_keys_still_opens(world):
    confirm(world)
    (row,) = rows(world)
    with world.database.reading() as session:
        body = json.loads(world.objects.get(row.body_object, session))
    del body["people"]
    assert TrainingExample.model_validate(body).people is None


def test_nothing_is_kept_unless_the_retention_rule_says_so(settings):
    changed, database = opened(settings, example_forms="")
    with open_world(changed, database) as world:
        confirm(world)
        assert rows(world) == []
    database.dispose()


def test_examples_end_and_take_their_key_along(world):
    confirm(world)
    (row,) = rows(world)
    world.clock.advance(days=364)
    with world.database.transaction() as session:
        assert forget_examples(session, world.objects, world.settings, world.clock()) == 0
        assert len(live_examples(session, world.settings, world.clock())) == 1
    world.clock.advance(days=2)
    with world.database.transaction() as session:
        assert live_examples(session, world.settings, world.clock()) == []
        assert forget_examples(session, world.objects, world.settings, world.clock()) == 1
        assert session.get(ObjectRow, row.body_object) is None
    assert rows(world) == []


def test_a_consent_that_is_taken_back_deletes_what_was_kept(world):
    confirm(world)
    none = world.settings.model_copy(update={"example_forms": ""})
    with world.database.transaction() as session:
        assert forget_examples(session, world.objects, none, world.clock()) == 1


def test_gold_documents_are_never_examples(world):
    document = confirm(world)
    with world.database.transaction() as session:
        session.query(TrainingExampleRow).delete()
        row = session.get_one(DocumentRow, document)
        percent = next(p for p in range(1, 101) if is_gold(row.sha256, p))
        gold = world.settings.model_copy(update={"gold_percent": percent})
        assert confirmed_without_example(session) == [document]
        assert (
            keep_example(
                world.database,
                session,
                world.objects,
                gold,
                document,
                time_zone="Asia/Tokyo",
                now=world.clock(),
            )
            is None
        )


def test_an_alarm_opens_shows_and_closes(world):
    document = world.document()
    with world.database.transaction() as session:
        made = session.scalars(select(SuggestionRow)).one()
        for number in range(1200):
            session.add(
                SuggestionRow(
                    id=f"sug_{number:05}",
                    document_id=document,
                    body_object=made.body_object,
                    versions={},
                    seconds=0.1,
                    created_at=world.clock(),
                )
            )
        session.flush()
        for number in range(1200):
            world.clock.advance(seconds=1)
            late = number >= 1000
            session.add(
                ReadingFigureRow(
                    suggestion_id=f"sug_{number:05}",
                    document_id=document,
                    form_id="test-form",
                    category="unknown" if late and number % 2 else "other.application",
                    confidence=0.97 + (number % 7) / 1000,
                    drift=False,
                    at=world.clock(),
                )
            )
    for _ in range(2):
        with world.database.transaction() as session:
            look(session, at=world.clock())
    with world.database.reading() as session:
        (alarm,) = open_alarms(session)
    assert (alarm.signal, alarm.scope) == (Signal.CATEGORIES.value, "all")
    auditor = world.person("audit", Role.AUDITOR)
    assert auditor.get("/v1/models").json()["alarms"][0]["signal"] == "categories"
    assert 'ocr_drift_alarms{signal="categories"} 1.0' in auditor.get("/metrics").text
    with world.database.transaction() as session:
        session.query(ReadingFigureRow).update({"category": "other.application"})
        look(session, at=world.clock())
        assert list(open_alarms(session)) == []
    assert world.actions(alarm.id) == ["alarm.opened", "alarm.closed"]


def test_a_worker_keeps_the_figures_of_what_it_read(sqlite_settings, tmp_path):
    settings = quick(sqlite_settings)
    database = open_database(settings)
    with (
        opened_intake(settings, database, open_objects(settings)) as intake,
        workers(settings, tmp_path / "log"),
    ):
        document = post(intake, b"read me")
        wait_for_states(database, [document])

        def kept():
            with database.reading() as session:
                return session.scalars(select(ReadingFigureRow)).all()

        (row,) = wait_until(kept)
    database.dispose()
    assert (row.document_id, row.form_id, row.category) == (
        document,
        "test-form",
        "other.application",
    )
    assert row.confidence == 0.5
    assert not row.drift
