"""Words from confirmations to the reader: confirmed, exported, learned, brought in, taken back."""

import pytest
from api_world import open_world

from models.errors import ModelError
from ocr_service.audit.chain import Actor
from ocr_service.forms_catalog import open_forms
from ocr_service.loop.dataset import export_examples
from ocr_service.loop.evaluate import LoopStore
from ocr_service.loop.registry import add_candidate, list_versions, models_in_use
from ocr_service.states import Role
from ocr_service.storage.database import open_database
from pipelines.forms.load import FormLibrary
from pipelines.learned import load_learned
from pipelines.office_words import MODEL, WordList
from training.loop import words
from training.loop.candidate import Candidate, write_candidate, write_version
from training.loop.dataset import load_dataset

BY = Actor("operator", "owner")
EMPLOYER = "綾瀬精機工業"
FORM = """
schema_version: 1
id: test-form
revision: "1"
title: テスト申請書
operation: other
document_kind: application
valid: {from: 2025-04-01}
pages: [{number: 1}]
fields:
  - {name: applicant, label: 氏名, kind: kanji_name, box: {x: 20, y: 20, width: 80, height: 10}}
  - {name: kana, label: フリガナ, kind: kana_name, box: {x: 20, y: 35, width: 80, height: 8}}
  - {name: birth, label: 生年月日, kind: date, box: {x: 20, y: 50, width: 60, height: 8}}
  - {name: memo, label: 勤務先名, kind: text, box: {x: 20, y: 80, width: 120, height: 20}}
"""


@pytest.fixture
def world(settings):
    changed = settings.model_copy(update={"example_forms": "test-form", "gold_percent": 1})
    database = open_database(changed)
    with open_world(changed, database) as found:
        yield found
    database.dispose()


def confirm(world, count, **values):
    person = world.person(f"p{len(world.clients)}{world.clock().microsecond}", Role.REVIEWER)
    for number in range(count):
        world.clock.advance(milliseconds=1)
        identity, suggestion = world.claimed(person, image=f"paper {world.clock()}".encode())
        told = {name: text.format(number) for name, text in values.items()}
        body = {"suggestion_id": suggestion, "action": "confirm", "values": told}
        answer = person.post(f"/v1/documents/{identity}/decision", json=body)
        assert answer.status_code == 200, answer.text


def learned(world, folder, forms):
    store = LoopStore(
        settings=world.settings,
        database=world.database,
        objects=world.objects,
        forms=open_forms(world.settings),
        clock=world.clock,
    )
    export_examples(store, folder / "set", BY, crops=False)
    dataset = load_dataset(folder / "set")
    made = words.make_candidate(dataset, FormLibrary.load(forms), command="test")
    return write_candidate(made, dataset, "1", folder / "made")


def test_words_of_several_applicants_reach_the_reader_as_a_candidate_only(world, tmp_path):
    forms = tmp_path / "office-forms"
    forms.mkdir()
    (forms / "test-form.yaml").write_text(FORM, "utf-8")
    confirm(world, 4, memo=EMPLOYER, birth="1990-04-1{}")
    # The same four, and one person's private word many times.
    confirm(world, 4, memo=EMPLOYER, birth="1990-04-1{}")
    with pytest.raises(ValueError, match="no word"):
        learned(world, tmp_path / "few", forms)
    confirm(world, 6, memo="足立花子商店", birth="1971-01-01")
    confirm(world, 1, memo=EMPLOYER, birth="1988-08-08")
    folder = learned(world, tmp_path / "enough", forms)
    with world.database.transaction() as session:
        add_candidate(session, world.objects, folder, BY, at=world.clock())
    with models_in_use(world.settings):
        assert load_learned().words.lists == {}
    with models_in_use(world.settings, candidate=f"{MODEL}@1"):
        found = load_learned()
    assert {of: tuple(each) for of, each in found.words.lists.items()} == {
        WordList.EMPLOYERS: (EMPLOYER,)
    }
    assert found.versions[MODEL] == "1"
    with world.database.reading() as session:
        (told,) = [each for each in list_versions(session) if each.name == MODEL]
    assert (told.active, told.passed) == (False, None)
    assert EMPLOYER not in f"{told}"


def test_a_damaged_list_is_no_reader(world, tmp_path):
    made = Candidate(
        name=MODEL,
        task="words",
        file="words.json",
        data=b'{"format": 1, "least_applicants": 1, "lists": {"employers": ["x"]}}',
        command="test",
        metrics={},
        notes="",
    )
    path = write_version(made, "0" * 64, "none", "2", tmp_path)
    with world.database.transaction() as session:
        add_candidate(session, world.objects, path, BY, at=world.clock())
    with models_in_use(world.settings, candidate=f"{MODEL}@2"), pytest.raises(ModelError):
        load_learned()
