"""Which lines found on a page count for which line of the truth."""

from training.benchmark.items import TruthLine
from training.benchmark.page_match import match_page
from training.benchmark.peers import PageLine


def test_lines_go_to_the_box_that_covers_them_in_reading_order() -> None:
    truth = [TruthLine("上の行", (0, 0, 100, 20)), TruthLine("下の行", (0, 30, 100, 50))]
    found = [
        PageLine("行", (60, 32, 90, 48)),
        PageLine("上の行", (2, 1, 80, 22)),
        PageLine("下の", (0, 31, 55, 49)),
        PageLine("欄外の印刷", (0, 80, 100, 95)),
    ]
    assert match_page(truth, found) == [("上の行", "上の行"), ("下の行", "下の行")]


def test_columns_are_put_together_downwards() -> None:
    truth = [TruthLine("吾輩は猫", (0, 0, 20, 200))]
    found = [PageLine("は猫", (0, 100, 20, 200)), PageLine("吾輩", (0, 0, 20, 98))]
    assert match_page(truth, found) == [("吾輩は猫", "吾輩は猫")]


def test_a_line_that_nothing_was_found_for_is_read_as_nothing() -> None:
    assert match_page([TruthLine("字", (0, 0, 9, 9))], []) == [("字", "")]


def test_without_boxes_the_page_is_one_text_without_furigana() -> None:
    truth = [TruthLine("邪智の王", None), TruthLine("決意した", None)]
    found = [
        PageLine("決意した", (0, 60, 100, 90)),
        PageLine("の王", (50, 21, 100, 49)),
        PageLine("じゃち", (0, 8, 40, 18)),
        PageLine("邪智", (0, 20, 48, 50)),
    ]
    assert match_page(truth, found) == [("邪智の王決意した", "邪智の王決意した")]
    assert match_page(truth, []) == [("邪智の王決意した", "")]
