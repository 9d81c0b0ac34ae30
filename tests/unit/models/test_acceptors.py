import pytest

from models.acceptors import Acceptor, Chain, Checked, OneOf, Repeat, Trie

DIGITS = frozenset("0123456789")


def _takes(acceptor: Acceptor, text: str) -> bool:
    states = list(acceptor.starts())
    for char in text:
        states = [after for state in states for after in acceptor.step(state, char)]
    return any(acceptor.final(state) for state in states)


def test_a_trie_takes_its_words_only() -> None:
    words = Trie(("田", "田中", "中田"))
    assert all(_takes(words, word) for word in ("田", "田中", "中田"))
    assert not any(_takes(words, word) for word in ("", "中", "田中田", "佐"))
    assert "田中" in words
    assert "中" not in words


def test_an_empty_trie_takes_nothing() -> None:
    assert not _takes(Trie(()), "")


def test_an_empty_word_makes_a_part_optional() -> None:
    chain = Chain((Trie(("T", "")), Repeat(DIGITS, 2, 2), Trie(("日", ""))))
    assert all(_takes(chain, text) for text in ("12", "T12", "12日", "T12日"))
    assert not any(_takes(chain, text) for text in ("T1", "123", "日", ""))


def test_a_repeat_counts() -> None:
    repeat = Repeat(DIGITS, 1, 3)
    assert [_takes(repeat, "7" * n) for n in range(5)] == [False, True, True, True, False]


def test_a_chain_tries_every_split() -> None:
    chain = Chain((Trie(("東", "東京")), Trie(("京都", "都"))))
    assert all(_takes(chain, text) for text in ("東京都", "東都", "東京京都"))


@pytest.mark.parametrize(("text", "taken"), [("ab", True), ("12", True), ("a1", False)])
def test_alternatives_do_not_mix(text: str, taken: bool) -> None:
    either = OneOf((Repeat(frozenset("ab"), 2, 2), Repeat(DIGITS, 2, 2)))
    assert _takes(either, text) is taken


def test_a_check_digit_is_asked_at_the_end() -> None:
    even = Checked(2, lambda digits: int(digits) % 2 == 0)
    assert [_takes(even, t) for t in ("12", "13", "1", "124")] == [True, False, False, False]
