"""A classifier learnt from what people said papers of no form are, through the gate, on SQLite."""

import io
import json
import random
from dataclasses import replace

import pytest
from api_world import open_world

from ocr_service.audit.chain import Actor
from ocr_service.forms_catalog import open_forms
from ocr_service.loop.category_examples import export_categories
from ocr_service.loop.evaluate import GoldChoice, LoopStore, evaluate
from ocr_service.loop.gold import is_gold, open_gold
from ocr_service.loop.measures import Measure, measure
from ocr_service.loop.promote import promote
from ocr_service.loop.registry import add_candidate, versions_in_use
from ocr_service.review.suggestions import load_suggestion
from ocr_service.states import Role
from ocr_service.storage.database import open_database
from ocr_service.storage.objects import ObjectKind
from ocr_service.storage.suggestion_codec import encode_suggestion
from ocr_service.storage.tables import DocumentRow
from pipelines.category_kinds import load_bank
from pipelines.category_model import (
    MODEL,
    load_text_model,
    parse_text_model,
    save_category_model,
)
from tests.engines.category_reader import lines_of
from training.loop.candidate import write_version
from training.loop.categories import load_papers, make_candidate

BY = Actor("operator", "owner")
JOB, TAX = "nursery_admission.attachment", "resident_tax.certificate"
_BODY = ("日々の持ち場", "来ている曜日", "始まりと終わり", "店長より", "休みの決め方", "控え")
_NAMES = ("甲野一郎", "乙川花子", "丙山次郎", "丁田さくら", "戊谷健")


@pytest.fixture
def world(sqlite_settings, monkeypatch):
    settings = sqlite_settings.model_copy(
        update={
            "reader": "tests.engines.category_reader:open_handler",
            "gold_percent": 50,
            "example_forms": "-",
        }
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
        settings=world.settings,
        database=world.database,
        objects=world.objects,
        forms=open_forms(world.settings),
        clock=world.clock,
    )


def digest(gold, number):
    """A SHA-256 that is on the wanted side of the gold set."""
    tried = (f"{n:064x}" for n in range(number * 1000, number * 1000 + 1000))
    return next(each for each in tried if is_gold(each, 50) == gold)


def paper(number):
    """A shop's own letter that somebody works there: no word of a certificate is in it."""
    rng = random.Random(number)
    lines = [*rng.sample(_BODY, 5), rng.choice(_NAMES), f"{rng.randint(1, 30)}日"]
    rng.shuffle(lines)
    return ["うちの店で働いてもらっています", *lines]


def confirmed(world, anna, number, *, gold, category=JOB):
    texts = paper(number)
    document = world.document(form=None, image=json.dumps(texts).encode())
    with world.database.transaction() as session:
        row = session.get_one(DocumentRow, document)
        row.sha256 = digest(gold, number)
        stored, suggestion = load_suggestion(session, world.objects, row.suggestion_id)
        body = encode_suggestion(replace(suggestion, lines=lines_of(texts)))
        stored.body_object = world.objects.put(ObjectKind.SUGGESTION, body, session)
    if category is not None:
        chosen = anna.put(f"/v1/documents/{document}/category", json={"category": category})
        assert chosen.status_code == 200
    taken = anna.post(f"/v1/documents/{document}/claim").json()["suggestion_id"]
    body = {"suggestion_id": taken, "action": "confirm", "values": {}}
    answer = anna.post(f"/v1/documents/{document}/decision", json=body)
    assert answer.status_code == 200, answer.text
    return document


def test_what_people_chose_makes_a_classifier_that_passes_the_gate(world, store, tmp_path):
    anna = world.person("anna", Role.REVIEWER)
    for number in range(32):
        confirmed(world, anna, number, gold=True)
    learnt = [confirmed(world, anna, number, gold=False) for number in range(32, 56)]
    confirmed(world, anna, 56, gold=False, category=None)
    made = export_categories(store, tmp_path / "set", BY)
    assert (made.documents, made.damaged) == (24, ())
    papers = load_papers(tmp_path / "set")
    assert sorted(papers.documents) == sorted(learnt)
    assert papers.lines == load_text_model().lines
    assert "example.exported" in world.actions(learnt[0])

    bank = load_bank_bytes()
    candidate = make_candidate(papers, load_text_model(), load_bank(), bank=bank, command="test")
    figures = candidate.metrics
    assert figures["known.right_after"] >= figures["known.right_before"] - 0.01
    folder = write_version(candidate, papers.version, "24 papers", "2026.12", tmp_path / "made")
    with world.database.transaction() as session:
        add_candidate(session, world.objects, folder, BY, at=world.clock())

    judged = evaluate(store, f"{MODEL}@2026.12", BY, choice=GoldChoice(rounds=0))
    rows = {(r["measure"], r["group"]): r for r in judged.report["rows"]}
    row = rows["category", f"category:{JOB}"]
    assert (row["items"], row["active"]) == (32, 0)
    assert row["candidate"] > 0.9
    assert judged.passed, judged.report["reasons"]
    with world.database.transaction() as session:
        promote(world.database, session, f"{MODEL}@2026.12", BY, at=world.clock())
    with world.database.reading() as session:
        assert versions_in_use(session)[MODEL] == "2026.12"

    # One that never says the kind is worse by the same figures, and is refused.
    add_mute(world, folder, candidate, papers, tmp_path)
    worse = evaluate(store, f"{MODEL}@2026.13", BY, choice=GoldChoice(rounds=0))
    reasons = set(worse.report["reasons"])
    assert {"not_better.category", f"worse.category.category:{JOB}"} <= reasons


def add_mute(world, folder, candidate, papers, tmp_path):
    model = parse_text_model("2026.12", (folder / "model.npz").read_bytes())
    bias = model.bias.copy()
    bias[model.labels.index(JOB)] = -50
    out = io.BytesIO()
    save_category_model(replace(model, bias=bias), out)
    mute = replace(candidate, data=out.getvalue())
    path = write_version(mute, papers.version, "24 papers", "2026.13", tmp_path / "mute")
    with world.database.transaction() as session:
        add_candidate(session, world.objects, path, BY, at=world.clock())


def load_bank_bytes():
    from models.manifest import load_manifest, read_part

    return read_part(load_manifest(MODEL), "bank.npz")


def test_the_truth_of_a_paper_of_no_form_is_what_a_person_chose_as_it_stands_today(world, store):
    anna, owner = world.person("anna", Role.REVIEWER), world.person("olga", Role.FORM_OWNER)
    chosen = confirmed(world, anna, 1, gold=True)
    silent = confirmed(world, anna, 2, gold=True, category=None)
    owner.post(f"/v1/categories/{JOB}/merge", json={"into": TAX})
    zone = store.settings.time_zone
    truth = open_gold(store.database, store.objects, store.forms, chosen, zone).truth
    assert (truth.form, truth.category, dict(truth.values)) == (None, TAX, {})
    with world.database.reading() as session:
        row = session.get_one(DocumentRow, chosen)
        _, suggestion = load_suggestion(session, world.objects, row.suggestion_id)
    for label, right in ((JOB, True), (TAX, True), ("unknown", False)):
        said = replace(suggestion, category=replace(suggestion.category, label=label))
        assert measure(said, truth)[Measure.CATEGORY]["category"] == (float(right), right)
    nobody = open_gold(store.database, store.objects, store.forms, silent, zone).truth
    assert nobody.category is None


def test_nothing_is_exported_before_the_retention_rule_names_papers_of_no_form(
    world, store, tmp_path
):
    anna = world.person("anna", Role.REVIEWER)
    confirmed(world, anna, 1, gold=False)
    for forms, count in (("", 0), ("test-form", 0), ("*", 1), ("-", 1)):
        asked = replace(store, settings=world.settings.model_copy(update={"example_forms": forms}))
        made = export_categories(asked, tmp_path / f"set{forms or 'none'}", BY)
        assert made.documents == count
    world.clock.advance(days=366)
    late = replace(store, settings=world.settings.model_copy(update={"example_forms": "*"}))
    assert export_categories(late, tmp_path / "late", BY).documents == 0


def test_what_only_one_paper_has_does_not_leave(world, store, tmp_path):
    anna = world.person("anna", Role.REVIEWER)
    confirmed(world, anna, 1, gold=False)
    export_categories(store, tmp_path / "set", BY)
    papers = load_papers(tmp_path / "set")
    from pipelines.category_features import HEAD, WHOLE

    assert (papers.bank.indices >= HEAD + WHOLE).all()
