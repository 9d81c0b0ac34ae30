"""Pairs of label and value among lines of text."""

import pytest

from pipelines.keyvalue_lines import pair_lines
from pipelines.records import BoundingBox, Line


def line(text: str, x: float, y: float, width: float = 100, confidence: float = 0.95) -> Line:
    box = BoundingBox(x0=x, y0=y, x1=x + width, y1=y + 30)
    return Line(text=text, confidence=confidence, box=box, page=1)


def pairs(*lines: Line) -> list[tuple[str, str]]:
    return [(pair.label, pair.text) for pair in pair_lines(lines)]


@pytest.mark.parametrize("text", ["氏名：足立 太郎", "氏名:足立 太郎", "氏　名： 足立 太郎"])
def test_a_colon_parts_label_and_value(text: str) -> None:
    assert pairs(line(text, 0, 0)) == [("氏名", "足立 太郎")]


def test_any_words_before_a_colon_are_a_label() -> None:
    assert pairs(line("利用目的：研究", 0, 0)) == [("利用目的", "研究")]


def test_a_clock_is_no_label() -> None:
    assert pairs(line("12:30", 0, 0)) == []


def test_the_value_stands_right_of_its_label() -> None:
    found = pairs(line("電話番号", 0, 0), line("03-3880-5111", 150, 2), line("住所", 0, 200))
    assert found == [("電話番号", "03-3880-5111")]


def test_the_value_stands_under_its_label_when_nothing_is_beside_it() -> None:
    assert pairs(line("生年月日", 0, 0), line("平成2年5月3日", 5, 45)) == [
        ("生年月日", "平成2年5月3日")
    ]


def test_a_label_is_never_the_value_of_another() -> None:
    assert pairs(line("氏名", 0, 0), line("住所", 150, 0)) == []


def test_words_beside_a_number_label_are_not_its_value() -> None:
    translated = [line("電話番号", 0, 0), line("Telephone No.", 5, 45)]
    assert pairs(*translated) == []
    assert pairs(*translated, line("03-3880-5111", 150, 2)) == [("電話番号", "03-3880-5111")]


def test_one_value_belongs_to_one_label() -> None:
    found = pairs(line("氏名", 0, 0), line("足立太郎", 150, 0), line("住所", 0, 45))
    assert found == [("氏名", "足立太郎")]


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("①氏名", "氏名"),
        ("(1)氏名", "氏名"),
        ("氏名（署名）", "氏名"),
        ("届出人氏名", "届出人氏名"),
        ("勤務先電話番号", "勤務先電話番号"),
    ],
)
def test_labels_may_be_numbered_bracketed_or_say_whose(words: str, label: str) -> None:
    value = line("03-3880-5111", 150, 2)
    assert [name for name, _ in pairs(line(words, 0, 0), value)] == [label]


@pytest.mark.parametrize("words", ["次のとおり届け出ますので確認して理由", "1、2の理由"])
def test_a_sentence_that_ends_in_a_label_is_none(words: str) -> None:
    assert pairs(line(words, 0, 0), line("足立太郎", 150, 0)) == []
