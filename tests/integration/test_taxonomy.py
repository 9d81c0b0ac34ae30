"""The category taxonomy of an installation: changed, kept, taught, on both databases."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from ocr_service.audit.chain import Actor
from ocr_service.cli.main import app
from ocr_service.review.suggestions import load_suggestion
from ocr_service.states import Role
from ocr_service.storage.objects import ObjectKind
from ocr_service.storage.suggestion_codec import decode_suggestion, encode_suggestion
from ocr_service.storage.tables import DocumentRow, SuggestionRow
from ocr_service.storage.tables_taxonomy import CategoryRow
from ocr_service.taxonomy import change
from ocr_service.taxonomy.learn import KindReader, LearntKinds
from ocr_service.taxonomy.records import Category, CategoryState, Taxonomy
from ocr_service.taxonomy.store import keep_choice
from pipelines.records import BoundingBox, CategoryScore, Line

JOB, TAX = "nursery_admission.attachment", "resident_tax.certificate"


@pytest.fixture
def owner(world):
    return world.person("olga", Role.FORM_OWNER)


def entries(answer):
    assert answer.status_code == 200, answer.text
    return {item["id"]: item for item in answer.json()["items"]}


def titled(answer, title):
    return next(item for item in entries(answer).values() if item["title"] == title)


def test_the_office_adds_renames_merges_and_retires_on_each_database(each_world):
    owner = each_world.person("olga", Role.FORM_OWNER)
    made = titled(owner.post("/v1/categories", json={"title": "区民農園 申込"}), "区民農園 申込")
    assert made["id"].startswith("office.") and made["state"] == "active" and not made["builtin"]
    url = f"/v1/categories/{made['id']}"
    assert titled(owner.put(f"{url}/title", json={"title": "農園 申込"}), "農園 申込")
    merged = entries(owner.post(f"{url}/merge", json={"into": JOB}))[made["id"]]
    assert (merged["state"], merged["resolved"]) == ("merged", JOB)
    retired = entries(owner.post(f"/v1/categories/{JOB}/retire"))[JOB]
    assert (retired["state"], retired["builtin"]) == ("retired", True)
    changes = owner.get("/v1/categories").json()["changes"]
    assert [c["kind"] for c in changes] == ["retire", "merge", "rename", "add"]
    assert (changes[2]["title_before"], changes[2]["title_after"]) == ("区民農園 申込", "農園 申込")
    assert each_world.actions(made["id"]) == [
        "category.added",
        "category.renamed",
        "category.merged",
    ]


def test_changes_are_taken_back_one_after_the_other(world, owner):
    owner.put(f"/v1/categories/{JOB}/title", json={"title": "勤務の証明"})
    owner.post(f"/v1/categories/{TAX}/retire")
    first = entries(owner.post("/v1/categories/undo"))
    assert (first[TAX]["state"], first[JOB]["title"]) == ("active", "勤務の証明")
    assert entries(owner.post("/v1/categories/undo"))[JOB]["title"] == "就労証明書"
    nothing = owner.post("/v1/categories/undo")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "category.changed")
    assert all(c["undone"] for c in owner.get("/v1/categories").json()["changes"])


def test_an_added_category_taken_back_is_not_chosen_any_more(world, owner):
    made = titled(owner.post("/v1/categories", json={"title": "農園"}), "農園")
    assert entries(owner.post("/v1/categories/undo"))[made["id"]]["state"] == "retired"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("", {"title": "就労証明書"}, "category.changed"),
        ("", {"title": " "}, "category.invalid"),
        ("", {"title": "長" * 61}, "category.invalid"),
        ("", {"title": "番号 123456789018"}, "category.invalid"),
        ("", {"title": "新", "parent": "no.such"}, "category.invalid"),
        (f"/{JOB}/merge", {"into": JOB}, "category.invalid"),
        (f"/{JOB}/merge", {"into": "unknown"}, "category.invalid"),
        (f"/{JOB}/merge", {"into": "no.such"}, "category.unknown"),
        ("/no.such/retire", None, "category.unknown"),
        ("/unknown/retire", None, "category.changed"),
    ],
)
def test_what_makes_no_sense_is_refused(world, owner, path, body, code):
    assert owner.post(f"/v1/categories{path}", json=body).json()["code"] == code
    assert owner.get("/v1/categories").json()["changes"] == []


def test_a_merged_category_is_not_merged_again_and_no_ring_is_made(world, owner):
    assert owner.post(f"/v1/categories/{JOB}/merge", json={"into": TAX}).status_code == 200
    back = owner.post(f"/v1/categories/{TAX}/merge", json={"into": JOB})
    assert back.json()["code"] == "category.changed"
    ring = Taxonomy(
        Category(id=a, title=a, state=CategoryState.MERGED, merged_into=b) for a, b in ("xy", "yx")
    )
    assert ring.resolve("x") in ("x", "y")


def test_only_form_owners_change_and_only_reviewers_choose(world, owner):
    anna = world.person("anna", Role.REVIEWER)
    document = world.document()
    assert anna.post(f"/v1/categories/{JOB}/retire").status_code == 403
    assert anna.get("/v1/categories").status_code == 200
    assert world.key("scan", Role.STATION).get("/v1/categories").status_code == 403
    assert (
        world.key("robot", Role.FORM_OWNER).post(f"/v1/categories/{JOB}/retire").status_code == 403
    )
    choice = {"category": JOB}
    assert owner.put(f"/v1/documents/{document}/category", json=choice).status_code == 403


def test_a_document_keeps_what_was_chosen_and_shows_the_name_of_today(each_world):
    world, owner = each_world, each_world.person("olga", Role.FORM_OWNER)
    anna, document = world.person("anna", Role.REVIEWER), world.document()
    url = f"/v1/documents/{document}/category"
    assert anna.get(url).status_code == 404
    assert anna.put(url, json={"category": JOB}).status_code == 200
    owner.put(f"/v1/categories/{JOB}/title", json={"title": "勤務の証明"})
    owner.post(f"/v1/categories/{JOB}/merge", json={"into": TAX})
    chosen = anna.get(url).json()
    assert (chosen["category"], chosen["title_then"]) == (JOB, "就労証明書")
    assert chosen["title"] == "課税・納税証明書"
    shown = anna.get(f"/v1/documents/{document}").json()
    assert (shown["category"], shown["category_label"]) == (JOB, "課税・納税証明書")
    refused = anna.put(url, json={"category": JOB})
    assert (refused.status_code, refused.json()["code"]) == (409, "category.changed")
    assert "document.category" in world.actions(document)


def test_a_new_reading_does_not_take_the_choice_away(world):
    anna, document = world.person("anna", Role.REVIEWER), world.document()
    anna.put(f"/v1/documents/{document}/category", json={"category": JOB})
    with world.database.transaction() as session:
        session.get_one(DocumentRow, document).category = "unknown"
        keep_choice(session, document)
    assert anna.get(f"/v1/documents/{document}").json()["category"] == JOB


def test_a_decided_document_keeps_its_category(world):
    anna, document = world.person("anna", Role.REVIEWER), world.document()
    with world.database.transaction() as session:
        session.get_one(DocumentRow, document).state = "confirmed"
    answer = anna.put(f"/v1/documents/{document}/category", json={"category": JOB})
    assert (answer.status_code, answer.json()["code"]) == (409, "document.wrong_state")


def farm_lines(number: int) -> tuple[Line, ...]:
    texts = ["区民農園利用申込書", "区画番号", "耕作する作物", "収穫", f"申込者 {number}", "抽選"]
    return tuple(
        Line(
            text=text,
            confidence=0.9,
            box=BoundingBox(x0=0, y0=50.0 * n, x1=400, y1=50.0 * n + (40 if n == 0 else 20)),
            page=1,
        )
        for n, text in enumerate(texts)
    )


def read_as(world, lines):
    """A document of no form that was read as `lines`."""
    document = world.document(form=None)
    with world.database.transaction() as session:
        row = session.get_one(DocumentRow, document)
        stored = session.get_one(SuggestionRow, row.suggestion_id)
        found = decode_suggestion(world.objects.get(stored.body_object, session))
        suggestion = replace(found, lines=lines, form=None)
        stored.body_object = world.objects.put(
            ObjectKind.SUGGESTION, encode_suggestion(suggestion), session
        )
    return document


@pytest.fixture
def taught(world, owner):
    made = titled(owner.post("/v1/categories", json={"title": "農園"}), "農園")["id"]
    papers = [read_as(world, farm_lines(n)) for n in range(6)]
    answer = owner.post(f"/v1/categories/{made}/samples", json={"documents": papers})
    assert entries(answer)[made]["samples"] == 6
    assert world.actions(papers[0])[-1] == "document.sampled"
    return made


def reader_of(world, lines):
    class Reader:
        def read(self, data, *, today, pinned, pages=None):
            return suggestion_of(world, lines)

    return KindReader(Reader(), LearntKinds(world.database, world.objects))


def suggestion_of(world, lines):
    document = read_as(world, lines)
    with world.database.reading() as session:
        row = session.get_one(DocumentRow, document)
        return load_suggestion(session, world.objects, row.suggestion_id)[1]


def test_a_taught_kind_counts_in_the_running_reader_until_it_is_retired(world, owner, taught):
    reader = reader_of(world, farm_lines(77))

    def said():
        return reader.read(b"", today=date(2026, 4, 1), pinned=None).category

    assert (said().label, said().candidates[0]) == (taught, taught)
    owner.post(f"/v1/categories/{taught}/retire")
    assert said().label == "unknown"
    owner.post("/v1/categories/undo")
    assert said().label == taught


def test_a_damaged_head_fails_no_document(world, taught):
    with world.database.transaction() as session:
        row = session.get_one(CategoryRow, taught)
        row.head_object = world.objects.put(ObjectKind.CATEGORY_HEAD, b"no head", session)
    found = reader_of(world, farm_lines(1)).read(b"", today=date(2026, 4, 1), pinned=None)
    assert found.category.label == "unknown"


def test_samples_like_a_known_kind_and_too_few_are_refused(world, owner):
    made = titled(owner.post("/v1/categories", json={"title": "農園"}), "農園")["id"]
    url = f"/v1/categories/{made}/samples"
    few = owner.post(url, json={"documents": [read_as(world, farm_lines(1))]})
    assert (few.status_code, few.json()["code"]) == (422, "category.invalid")
    unread = owner.post(url, json={"documents": ["doc_none"]})
    assert unread.json()["code"] == "document.unknown"


@pytest.fixture
def command(world, monkeypatch):
    monkeypatch.setenv("OCR_SERVICE_DATA_FOLDER", str(world.settings.data_folder))
    monkeypatch.setenv("OCR_SERVICE_FORMS_FOLDER", str(world.settings.forms_folder))

    def run(*arguments):
        return CliRunner().invoke(app, ["categories", *arguments])

    return run


def test_the_command_line_does_the_same(world, command):
    made = command("add", "農園", "--parent", "other.attachment").output.strip()
    assert made.startswith("other.attachment.")
    assert command("rename", made, "区民農園").exit_code == 0
    assert "区民農園" in command("list").output
    assert command("merge", made, JOB).exit_code == 0
    assert "区民農園" not in command("list").output
    assert "区民農園" in command("list", "--all").output
    assert command("undo").exit_code == 0
    assert command("retire", made).exit_code == 0
    assert command("retire", made).exit_code == 81
    assert command("history").output.count("区民農園") >= 2


def test_files_are_learnt_from_the_command_line(world, command, tmp_path):
    made = command("add", "農園").output.strip()
    files = []
    for n in range(4):
        path = Path(tmp_path / f"{n}.png")
        path.write_bytes(bytes([n]))
        files.append(str(path))

    def read(data, **_):
        return SimpleNamespace(lines=farm_lines(data[0]))

    with (
        patch("ocr_service.cli.categories.open_reader", return_value=None),
        patch("ocr_service.cli.categories.read_document", side_effect=read),
    ):
        answer = command("learn", made, *files)
    assert answer.exit_code == 0, answer.output
    with world.database.reading() as session:
        assert session.get_one(CategoryRow, made).samples == 4
    assert command("learn", made, str(tmp_path / "none.png")).exit_code == 16


def test_titles_stay_out_of_the_audit_chain(world, owner):
    owner.post("/v1/categories", json={"title": "とても長い名前"})
    auditor = world.person("auditor", Role.AUDITOR)
    events = auditor.get("/v1/audit").json()
    assert "とても長い名前" not in json.dumps(events, ensure_ascii=False)


def test_the_last_change_stands_when_nobody_takes_it_back(world):
    editor = change.Editor(actor=Actor("operator", "root"), name="root")
    with world.database.transaction() as session:
        made = change.add_category(session, "農園", editor, parent=None, now=world.clock())
    with world.database.reading() as session:
        assert session.get_one(CategoryRow, made.id).state == "active"


def test_a_choice_taken_back_leaves_what_the_newest_reading_says(each_world):
    world = each_world
    anna, document = world.person("anna", Role.REVIEWER), world.document(category="unknown")
    url = f"/v1/documents/{document}/category"
    nothing = anna.delete(url)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "category.unknown")
    for category in (JOB, TAX):
        anna.put(url, json={"category": category})
    shown = anna.get(f"/v1/documents/{document}").json()
    assert (shown["category"], shown["category_by"]) == (TAX, "anna さん")
    assert anna.delete(url).status_code == 204
    shown = anna.get(f"/v1/documents/{document}").json()
    assert (shown["category"], shown["category_by"]) == ("unknown", None)
    assert anna.get(url).status_code == 404
    assert world.actions(document)[-1] == "document.category_withdrawn"
    anna.put(url, json={"category": JOB})
    with world.database.transaction() as session:
        session.get_one(DocumentRow, document).state = "confirmed"
    assert anna.delete(url).json()["code"] == "document.wrong_state"


def test_documents_that_people_chose_are_the_samples_of_a_kind(world, owner):
    anna = world.person("anna", Role.REVIEWER)
    chosen, formed, other = world.document(form=None), world.document(), world.document(form=None)
    for document, category in ((chosen, JOB), (formed, JOB), (other, TAX)):
        anna.put(f"/v1/documents/{document}/category", json={"category": category})
    url = f"/v1/categories/{JOB}/samples"
    body = owner.get(url).json()
    assert (body["title"], body["least"]) == ("就労証明書", 3)
    assert [(i["document"], i["by"]) for i in body["items"]] == [(chosen, "anna さん")]
    # What was merged into a kind is of it.
    owner.post(f"/v1/categories/{TAX}/merge", json={"into": JOB})
    assert {i["document"] for i in owner.get(url).json()["items"]} == {chosen, other}
    assert anna.get(url).status_code == 403
    assert owner.get("/v1/categories/no.such/samples").status_code == 404


def test_candidates_are_told_with_scores_and_whether_they_can_be_chosen(world, owner):
    anna, document = world.person("anna", Role.REVIEWER), world.document(form=None)
    owner.post(f"/v1/categories/{TAX}/retire")
    scored = CategoryScore(
        label="unknown", confidence=0.6, candidates=("unknown", JOB, TAX), scores=(0.6, 0.3, 0.1)
    )
    with world.database.transaction() as session:
        row = session.get_one(DocumentRow, document)
        stored, suggestion = load_suggestion(session, world.objects, row.suggestion_id)
        body = encode_suggestion(replace(suggestion, category=scored))
        stored.body_object = world.objects.put(ObjectKind.SUGGESTION, body, session)
    options = anna.get(f"/v1/documents/{document}/suggestion").json()["category"]["options"]
    assert [(o["id"], o["score"], o["selectable"]) for o in options] == [
        ("unknown", 0.6, True),
        (JOB, 0.3, True),
        (TAX, 0.1, False),
    ]
