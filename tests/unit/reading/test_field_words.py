from models.acceptors import Trie
from models.lattice import Segment, line_text
from models.readings import ReadCharacter, Reading
from pipelines.field_words import line_segments, listed_at, supported_word, with_word

WORDS = Trie(("鈴木", "鈴本", "佐々木", "渡辺", "田", "田中", "一ツ家", "長谷川"))


def _line(*segments: tuple[tuple[str, float], ...]) -> tuple[Segment, ...]:
    return tuple(Segment(0.1 * i, 0.1 * i + 0.05, options) for i, options in enumerate(segments))


def _taken(line: tuple[Segment, ...], at: int = 0) -> str:
    found = supported_word(line, at, WORDS)
    return line_text(line if found is None else with_word(line, found))


def test_a_listed_word_is_taken_when_the_ink_nearly_says_it() -> None:
    line = _line((("鈴", 0.9),), (("水", 0.6), ("木", 0.3)))
    found = supported_word(line, 0, WORDS)
    assert found is not None
    assert found.word == "鈴木"
    assert 0.4 < found.ratio < 0.6
    assert line_text(with_word(line, found)) == "鈴木"


def test_a_name_outside_the_list_is_read_as_it_is_written() -> None:
    assert _taken(_line((("鈴", 0.99),), (("江", 0.97), ("木", 0.004)))) == "鈴江"


def test_a_listed_word_needs_one_character_of_the_free_reading() -> None:
    assert _taken(_line((("渚", 0.4), ("渡", 0.3)), (("辻", 0.4), ("辺", 0.3)))) == "渚辻"


def test_a_reading_that_is_listed_itself_is_left_alone() -> None:
    assert _taken(_line((("鈴", 0.9),), (("木", 0.5), ("本", 0.49)))) == "鈴木"


def test_a_word_may_be_longer_than_what_was_read() -> None:
    assert _taken(_line((("佐", 0.9),), (("木", 0.7), ("々木", 0.2)))) == "佐々木"


def test_a_word_may_be_shorter_than_what_was_read() -> None:
    assert _taken(_line((("鈴", 0.9),), (("ー", 0.6), ("", 0.3)), (("木", 0.9),))) == "鈴木"


def test_a_longer_word_needs_more_ink_where_a_shorter_one_was_read() -> None:
    faint = _line((("田", 0.99),), (("由", 0.9), ("中", 0.05)))
    clear = _line((("田", 0.99),), (("由", 0.5), ("中", 0.4)))
    assert _taken(faint) == "田由"
    assert _taken(clear) == "田中"


def test_what_has_the_same_ink_is_told_by_the_word() -> None:
    line = _line((("ハ", 0.9),), (("ー", 0.9999),), (("ツ", 0.9),), (("家", 0.9),))
    assert _taken(line, 1) == "ハ一ツ家"


def test_a_word_may_end_within_a_segment() -> None:
    line = _line((("鈴", 0.9),), (("水一", 0.6), ("木一", 0.3), ("木二", 0.1)))
    assert _taken(line) == "鈴木一"


def test_words_are_found_in_a_text() -> None:
    assert listed_at("佐田中", 1, WORDS) == "田中"
    assert listed_at("佐田 中", 1, WORDS) == "田中"
    assert listed_at("佐藤", 0, WORDS) == ""


def test_repaired_characters_are_what_was_read() -> None:
    read = (ReadCharacter("ユ", 0.8, 0.0, 0.2), ReadCharacter("イ", 0.9, 0.5, 0.7))
    segments = (Segment(0.0, 0.3, (("ユ", 0.8), ("ュ", 0.1))), Segment(0.5, 0.7, (("イ", 0.9),)))
    reading = Reading("ユイ", 0.72, 1.0, read, (), segments)
    mended = (ReadCharacter("ュ", 0.8, 0.0, 0.2), read[1])
    line = line_segments(reading, mended)
    assert line_text(line) == "ュイ"
    assert line[0].options == (("ュ", 0.8), ("ユ", 0.4))


def test_a_dropped_character_leaves_an_empty_segment() -> None:
    read = (ReadCharacter("ー", 0.8, 0.0, 0.2), ReadCharacter("イ", 0.9, 0.5, 0.7))
    line = line_segments(Reading("ーイ", 0.72, 1.0, read), read[1:])
    assert line_text(line) == "イ"
