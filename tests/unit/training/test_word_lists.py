"""Word lists from confirmations: of several applicants, never a name, never an address."""

import json
from itertools import count

import pytest

from ocr_service.loop.gate import own_measure
from ocr_service.loop.measures import Measure
from ocr_service.loop.packing import read_candidate
from pipelines.forms.load import FormLibrary
from pipelines.office_words import WordList
from training.loop import words
from training.loop.candidate import write_candidate
from training.loop.dataset import Dataset, Example, load_dataset

LIBRARY = FormLibrary.builtin()
FORM = LIBRARY.find("child-allowance-claim").definition
_NUMBER = count()


def paper(people, document=None, **values):
    """Examples of one paper; `people` are its digests, None for one made before there were any."""
    document = document or f"doc_{next(_NUMBER)}"
    kinds = {field.name: field.kind.value for field in FORM.fields}
    return [
        Example(
            document=document,
            form=FORM.id,
            revision=FORM.revision,
            field=name,
            kind=kinds[name],
            suggested=value,
            confirmed=value,
            state="read",
            source="read",
            confidence=0.99,
            doubtful=False,
            corrected=False,
            received_on="2026-11-20",
            people=people,
        )
        for name, value in values.items()
    ]


def papers(people, **values):
    return [example for who in people for example in paper(who, **values)]


def several(number=5, first=0):
    return [(f"{n:016x}",) for n in range(first, first + number)]


def chosen(examples, least=5):
    return words.choose_words(words.count_words(examples, LIBRARY), least)


def test_a_word_of_five_applicants_is_learned_and_one_of_four_is_not():
    assert chosen(papers(several(5), workplace="綾瀬精機工業")) == {
        WordList.EMPLOYERS: {"綾瀬精機工業"}
    }
    assert chosen(papers(several(4), workplace="綾瀬精機工業")) == {}


def test_many_papers_of_one_person_or_one_household_count_once():
    assert chosen(papers([("a",)] * 20, workplace="綾瀬精機工業")) == {}
    household = [
        ("father", "home"),
        ("mother", "home"),
        ("child", "home"),
        ("home",),
        ("aunt", "father"),
    ]
    assert chosen(papers(household, workplace="綾瀬精機工業")) == {}
    assert chosen(papers([*household, *several(4)], workplace="綾瀬精機工業"))


def test_examples_without_a_key_are_one_unknown_applicant_together():
    assert chosen(papers([None] * 30, workplace="綾瀬精機工業")) == {}
    assert chosen(papers([None, None, *several(3)], workplace="綾瀬精機工業")) == {}
    assert chosen(papers([None, *several(4)], workplace="綾瀬精機工業"))


def test_a_paper_that_names_nobody_stands_for_itself():
    assert chosen(papers([()] * 5, workplace="綾瀬精機工業"))


def test_nobody_may_ask_for_fewer_applicants():
    with pytest.raises(ValueError, match="5 applicants"):
        chosen(papers(several(9), workplace="綾瀬精機工業"), least=4)


def test_fields_of_people_teach_nothing():
    personal = {
        field.name: "鈴木花子"
        for field in FORM.fields
        if field.kind.value not in ("text", "address", "multi_line")
    }
    assert {"claimant_kana", "claimant_phone"} & personal.keys() or len(personal) > 5
    assert chosen(papers(several(30), **personal)) == {}


def test_a_name_of_a_person_is_refused_where_an_employer_should_stand():
    # By the lists of names, and by what stands as a name on any of the papers.
    assert chosen(papers(several(9), workplace="鈴木健一")) == {}
    kanji = next(f.name for f in FORM.fields if f.kind.value == "kanji_name")
    told = [*papers(several(9), workplace="薬袋理穂子"), *paper(("z",), **{kanji: "薬袋 理穂子"})]
    assert chosen(told) == {}


def test_an_address_teaches_its_town_and_building_never_the_whole():
    text = "足立区旧本木新田2-3-4 綾瀬スカイ壱番館203"
    assert chosen(papers(several(5), address=text)) == {
        WordList.TOWNS: {"旧本木新田"},
        WordList.BUILDINGS: {"綾瀬スカイ壱番館"},
    }


def test_what_people_correct_away_is_no_word():
    good = papers(several(8), workplace="綾瀬精械工業")
    (wrong,) = paper(("z",), workplace="綾瀬精機工業")
    wrong = Example(
        **{name: getattr(wrong, name) for name in Example.__slots__}
        | {"suggested": "綾瀬精械工業", "corrected": True}
    )
    assert chosen(good)
    assert chosen([*good, wrong]) == {}


def test_what_is_on_a_shipped_list_is_not_learned_again():
    assert chosen(papers(several(9), child1_relation="長男", address="足立区花畑2-28-8")) == {}


def test_forms_that_are_not_installed_are_left_out():
    gone = [
        Example(**{n: getattr(e, n) for n in Example.__slots__} | {"form": "gone"})
        for e in papers(several(9), workplace="綾瀬精機工業")
    ]
    assert chosen(gone) == {}


def test_a_candidate_says_how_many_words_and_never_which(tmp_path):
    told = [
        *papers(several(60), workplace="綾瀬精機工業", bank_name="足立第一信金"),
        *papers(several(3), workplace="内緒商店"),
    ]
    dataset = Dataset(version="0" * 64, examples=tuple(told))
    made = words.make_candidate(dataset, LIBRARY, command="test")
    folder = write_candidate(made, dataset, "2026.12", tmp_path)
    manifest, archive = read_candidate(folder)
    assert own_measure(manifest.name, manifest.task) is Measure.VALUES
    assert made.metrics["employers.words"] == 1
    assert made.metrics["employers.left_out"] == 1
    assert made.metrics["banks.covered"] == made.metrics["banks.held_out"] > 5
    for name in ("README.md", "manifest.yaml"):
        text = (folder / name).read_text("utf-8")
        assert not [w for w in ("綾瀬精機工業", "足立第一信金", "内緒商店") if w in text]
    listed = json.loads((folder / "words.json").read_text("utf-8"))["lists"]
    assert listed == {"banks": ["足立第一信金"], "employers": ["綾瀬精機工業"]}
    assert archive


def test_nothing_learned_is_no_candidate():
    dataset = Dataset(version="0" * 64, examples=tuple(papers(several(2), workplace="北栄運輸")))
    with pytest.raises(ValueError, match="no word"):
        words.make_candidate(dataset, LIBRARY, command="test")


def test_an_export_of_before_has_examples_without_keys(tmp_path):
    from hashlib import sha256

    line = {n: getattr(paper(None, workplace="x")[0], n) for n in Example.__slots__}
    for name in ("people", "line", "raw_text"):
        line.pop(name)
    data = (json.dumps(line) + "\n").encode()
    (tmp_path / "manifest.jsonl").write_bytes(data)
    (tmp_path / "dataset.json").write_text(json.dumps({"version": sha256(data).hexdigest()}))
    assert load_dataset(tmp_path).examples[0].people is None
