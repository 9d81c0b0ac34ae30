"""The office's own words: only what the recogniser holds possible, never against clear ink."""

import json

import pytest
from reading_pages import box

from models.errors import ModelError
from models.lattice import Segment, line_text
from pipelines.field_lexicons import supported_line
from pipelines.field_office_words import with_office_words
from pipelines.forms.kinds import Sensitivity
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FieldDefinition, FieldKind
from pipelines.office_words import (
    NO_WORDS,
    WordList,
    dump_words,
    lists_of,
    parse_words,
    words_in,
)

WORDS = parse_words(
    dump_words(
        {
            WordList.EMPLOYERS: frozenset({"綾瀬精機工業", "北栄運輸"}),
            WordList.BUILDINGS: frozenset({"綾瀬スカイ壱番館"}),
            WordList.TOWNS: frozenset({"旧本木新田"}),
            WordList.RELATIONS: frozenset({"内縁の夫"}),
        }
    )
)


def field(kind=FieldKind.TEXT, label="勤務先名", **changes):
    place = box(10, 10, 40, 8)
    return FieldDefinition(name="it", label=label, kind=kind, box=place, **changes)


def read(text, *changes, to=None, words=WORDS):
    """Line of clear characters, where some (number, other, chance) are not."""
    options = [[(char, 0.995)] for char in text]
    for at, other, chance in changes:
        options[at] = [(text[at], 1 - chance), (other, chance)]
    line = tuple(
        Segment(i / len(text), (i + 1) / len(text), tuple(o)) for i, o in enumerate(options)
    )
    asked = to or field()
    return with_office_words(asked, supported_line(asked, line), words)


def test_a_word_of_the_office_is_taken_where_the_ink_is_open():
    taken = read("綾瀬精械工業", (3, "機", 0.3))
    assert line_text(taken.line) == "綾瀬精機工業"
    assert 0.3 < taken.ratio < 0.5
    assert taken.listed is None


def test_clear_ink_stays_beside_a_word_that_looks_the_same():
    for chance in (0.0, 0.02, 0.09):
        assert line_text(read("綾瀬精械工業", (3, "機", chance)).line) == "綾瀬精械工業"


def test_what_the_recogniser_does_not_hold_possible_is_never_taken():
    # Not even the same ink in another script, which the shipped lists allow.
    assert line_text(read("北栄運輪").line) == "北栄運輪"
    words = parse_words(dump_words({WordList.EMPLOYERS: frozenset({"ニコ商会"})}))
    assert line_text(read("二コ商会", words=words).line) == "二コ商会"


def test_only_the_whole_of_a_line_is_a_word():
    assert line_text(read("北栄運輪部", (3, "輸", 0.4)).line) == "北栄運輪部"


def test_nothing_is_taken_before_a_list_is_in_use():
    assert line_text(read("北栄運輪", (3, "輸", 0.4), words=NO_WORDS).line) == "北栄運輪"


def test_other_fields_have_other_lists():
    asked = field(label="医療機関名")
    assert line_text(read("北栄運輪", (3, "輸", 0.4), to=asked).line) == "北栄運輪"
    assert line_text(read("北栄運輪", (3, "輸", 0.4)).line) == "北栄運輸"


def test_towns_and_buildings_of_an_address():
    asked = field(FieldKind.ADDRESS, "住所")
    text = "足立区旧本木新由2-3-4 綾瀬スカイ壱番舘203"
    found = read(text, (7, "田", 0.3), (text.index("舘"), "館", 0.3), to=asked)
    assert line_text(found.line) == "足立区旧本木新田2-3-4 綾瀬スカイ壱番館203"
    clear = read(text, (7, "田", 0.05), (text.index("舘"), "館", 0.05), to=asked)
    assert line_text(clear.line) == text
    longer = "足立区旧本木新由町2-3-4"
    assert line_text(read(longer, (7, "田", 0.4), to=asked).line) == longer


def test_what_a_shipped_list_said_stays():
    asked = field(label="続柄", lexicon="relations")
    assert read("長男", to=asked).listed is True
    assert line_text(read("内縁の大", (3, "夫", 0.2), to=asked).line) == "内縁の夫"


@pytest.mark.parametrize(
    "asked",
    [
        field(FieldKind.KANJI_NAME, "氏名"),
        field(FieldKind.KANA_NAME, "フリガナ"),
        field(FieldKind.PHONE, "勤務先の電話"),
        field(FieldKind.DATE, "勤務先に入った日"),
        field(FieldKind.MY_NUMBER, "個人番号"),
        field(FieldKind.MULTI_LINE, "勤務先名"),
        field(label="備考"),
        field(label="勤務先の担当者氏名"),
        field(label="提出代行者の名称・氏名"),
        field(label="医療機関名", sensitivity=Sensitivity.SPECIAL),
        field(FieldKind.ADDRESS, "本籍"),
        field(label="勤務先名", lexicon="surnames"),
    ],
)
def test_personal_fields_have_no_list(asked):
    assert lists_of(asked) == ()
    assert words_in(asked, "綾瀬精機工業") == ()


def test_fields_of_shipped_forms_that_have_lists_are_those_meant():
    found = {
        (form.definition.id, each.name): lists_of(each)
        for form in FormLibrary.builtin().entries
        for each in form.definition.fields
    }
    told = {key: lists for key, lists in found.items() if lists}
    assert told["child-allowance-claim", "workplace"] == (WordList.EMPLOYERS,)
    assert told["child-allowance-claim", "bank_name"] == (WordList.BANKS,)
    assert told["nursery-admission", "choice1_name"] == (WordList.SCHOOLS,)
    assert told["care-need-application", "hospital"] == (WordList.CLINICS,)
    assert not [name for _, name in told if "kana" in name or "birth" in name or "phone" in name]


def test_an_address_gives_its_town_and_building_and_nothing_else():
    asked = field(FieldKind.ADDRESS, "住所")
    text = "東京都足立区千住一丁目2番3号 ハイツ花畑203号室"
    assert words_in(asked, text) == (
        (WordList.TOWNS, "千住"),
        (WordList.BUILDINGS, "ハイツ花畑"),
    )
    assert words_in(asked, "花畑2-28-8") == ()
    assert words_in(asked, "足立区花畑2-28-8") == ((WordList.TOWNS, "花畑"),)


def test_a_list_comes_back_as_written_and_a_damaged_one_is_refused():
    told = json.loads(dump_words({WordList.EMPLOYERS: frozenset({"北栄運輸"})}))
    assert parse_words(json.dumps(told).encode()).lists.keys() == {WordList.EMPLOYERS}
    for changes in (
        {"format": 2},
        {"least_applicants": 1},
        {"lists": {"names": ["薬袋"]}},
        {"lists": {"employers": ["09012345678"]}},
        {"lists": {"employers": ["x" * 60]}},
        {"lists": None},
    ):
        with pytest.raises(ModelError):
            parse_words(json.dumps(told | changes).encode())
    with pytest.raises(ModelError):
        parse_words(b"\xff")
