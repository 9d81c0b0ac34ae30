import pytest

from models.acceptors import Chain, Repeat, Trie
from models.lattice import Segment, accepted_texts, accepted_words, best_texts, line_probability

DIGITS = frozenset("0123456789")


def _line(*segments: tuple[tuple[str, float], ...]) -> tuple[Segment, ...]:
    return tuple(Segment(0.1 * i, 0.1 * i + 0.05, options) for i, options in enumerate(segments))


def test_the_best_texts_are_products_of_their_parts() -> None:
    line = _line((("1", 0.6), ("7", 0.4)), (("2", 1.0),), (("3", 0.9), ("8", 0.1)))
    found = best_texts(line, 3)
    assert [text for text, _ in found] == ["123", "723", "128"]
    assert found[0][1] == pytest.approx(0.54)
    assert line_probability(line) == pytest.approx(0.54)


def test_only_accepted_texts_are_found() -> None:
    line = _line((("1", 0.6), ("7", 0.4)), (("O", 0.7), ("0", 0.2), ("", 0.1)), (("3", 1.0),))
    found = accepted_texts(line, Repeat(DIGITS, 3, 3), count=4)
    assert [text for text, _ in found] == ["103", "703"]
    assert found[0][1] == pytest.approx(0.12)


def test_spaces_are_passed_over() -> None:
    line = _line((("山 ", 0.9),), (("田", 0.9),))
    assert [f.word for f in accepted_words(line, 0, Trie(("山田",)), least=0.5)] == ["山田"]


def test_a_text_that_cannot_be_accepted_is_not_found() -> None:
    assert accepted_texts(_line((("a", 1.0),)), Trie(("b",)), count=2) == []


def test_words_are_found_within_their_margin() -> None:
    line = _line((("青", 0.9),), (("丼", 0.6), ("井", 0.3)), (("3", 0.9),))
    towns = Chain((Trie(("青井", "青木")), Trie(("3", ""))))
    found = {f.word: f.ratio for f in accepted_words(line, 0, towns, least=0.1)}
    assert found == {"青井": pytest.approx(0.5), "青井3": pytest.approx(0.5)}
    assert accepted_words(line, 0, towns, least=0.6) == []


def test_a_word_begins_where_it_is_asked_for() -> None:
    line = _line((("区青", 0.9), ("区音", 0.1)), (("井", 0.9),))
    found = accepted_words(line, 1, Trie(("音井",)), least=0.01)
    assert [(f.word, f.texts, f.end) for f in found] == [("音井", ("区音", "井"), 2)]
    assert accepted_words(line, 7, Trie(("音井",)), least=0.01) == []
