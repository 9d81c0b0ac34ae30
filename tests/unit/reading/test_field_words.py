from models.recogniser import ReadCharacter
from pipelines.field_words import supported_word

WORDS = frozenset({"鈴木", "鈴本", "佐々木", "渡辺"})


def _read(*characters: tuple[str, float, tuple[tuple[str, float], ...]]) -> list[ReadCharacter]:
    return [
        ReadCharacter(text, confidence, 0.1 * i, 0.1 * i + 0.05, others)
        for i, (text, confidence, others) in enumerate(characters)
    ]


def test_a_listed_word_is_taken_when_the_ink_nearly_says_it() -> None:
    read = _read(("鈴", 0.9, ()), ("水", 0.6, (("木", 0.3),)))
    found = supported_word(read, 0, WORDS, [2])
    assert found is not None
    assert found.word == "鈴木"
    assert 0.4 < found.ratio < 0.6


def test_a_name_outside_the_list_is_read_as_it_is_written() -> None:
    read = _read(("鈴", 0.99, ()), ("江", 0.97, (("木", 0.004),)))
    assert supported_word(read, 0, WORDS, [2]) is None


def test_a_listed_word_needs_one_character_of_the_free_reading() -> None:
    read = _read(("渚", 0.4, (("渡", 0.3),)), ("辻", 0.4, (("辺", 0.3),)))
    assert supported_word(read, 0, WORDS, [2]) is None


def test_a_reading_that_is_listed_itself_is_left_alone() -> None:
    read = _read(("鈴", 0.9, ()), ("木", 0.5, (("本", 0.49),)))
    assert supported_word(read, 0, WORDS, [2]) is None


def test_words_of_another_length_are_not_forced() -> None:
    read = _read(("佐", 0.9, ()), ("木", 0.9, (("々", 0.05),)))
    assert supported_word(read, 0, WORDS, [2]) is None
