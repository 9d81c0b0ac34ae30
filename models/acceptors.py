"""Finite acceptors of texts: word lists as tries, repeats, sequences, alternatives, check digits.

An acceptor may be in several states after the same text. States are small tuples, so that one
acceptor serves any number of searches at once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

State = Any
_LAST = "\U0010ffff"


class Acceptor(Protocol):
    """What says of a text, character by character, whether it may go on and whether it may end."""

    def starts(self) -> Sequence[State]:
        """States before the first character."""
        ...

    def step(self, state: State, char: str) -> Sequence[State]:
        """States after `char`; none when the text may not go on so."""
        ...

    def final(self, state: State) -> bool:
        """Whether the text may end here."""
        ...


class Trie:
    """A list of words; a state is the range of the sorted list that begins with the text so far.

    A sorted tuple takes a tenth of the memory of nodes and is built at the speed of sorting.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = tuple(sorted(set(words)))
        self.firsts = frozenset(word[:1] for word in self._words)

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __contains__(self, word: str) -> bool:
        at = bisect_left(self._words, word)
        return at < len(self._words) and self._words[at] == word

    def starts(self) -> Sequence[State]:
        """Begin with all words."""
        return ((0, len(self._words), ""),) if self._words else ()

    def step(self, state: State, char: str) -> Sequence[State]:
        """Narrow the range to words that go on with `char`."""
        low, high, prefix = state
        prefix += char
        low = bisect_left(self._words, prefix, low, high)
        high = bisect_right(self._words, prefix + _LAST, low, high)
        return ((low, high, prefix),) if low < high else ()

    def final(self, state: State) -> bool:
        """Whether the text is a word of the list."""
        low, _, prefix = state
        return bool(self._words[low] == prefix)


@dataclass(frozen=True, slots=True)
class Repeat:
    """`least` to `most` characters out of `characters` (None: any)."""

    characters: frozenset[str] | None
    least: int
    most: int

    def starts(self) -> Sequence[State]:
        """Begin with none."""
        return (0,)

    def step(self, state: State, char: str) -> Sequence[State]:
        """Count one more."""
        fits = self.characters is None or char in self.characters
        return (state + 1,) if fits and state < self.most else ()

    def final(self, state: State) -> bool:
        """Whether there are enough."""
        return bool(state >= self.least)


@dataclass(frozen=True, slots=True)
class OneOf:
    """What any of `parts` accepts."""

    parts: tuple[Acceptor, ...]

    def starts(self) -> Sequence[State]:
        """Begin in every part."""
        return [(i, s) for i, part in enumerate(self.parts) for s in part.starts()]

    def step(self, state: State, char: str) -> Sequence[State]:
        """Go on within the part."""
        i, inner = state
        return [(i, after) for after in self.parts[i].step(inner, char)]

    def final(self, state: State) -> bool:
        """Whether that part may end."""
        return bool(self.parts[state[0]].final(state[1]))


@dataclass(frozen=True, slots=True)
class Chain:
    """The texts of `parts` one after the other."""

    parts: tuple[Acceptor, ...]

    def starts(self) -> Sequence[State]:
        """Begin in the first part, and in the next where it may be empty."""
        return self._from(0)

    def step(self, state: State, char: str) -> Sequence[State]:
        """Go on within the part, or into the next when it may end."""
        i, inner = state
        after: list[State] = []
        for s in self.parts[i].step(inner, char):
            after.append((i, s))
            if self.parts[i].final(s):
                after += self._from(i + 1)
        return after

    def final(self, state: State) -> bool:
        """Whether the last part may end."""
        i, inner = state
        return bool(i == len(self.parts) - 1 and self.parts[i].final(inner))

    def _from(self, i: int) -> list[State]:
        found: list[State] = []
        while i < len(self.parts):
            starts = list(self.parts[i].starts())
            found += [(i, s) for s in starts]
            if not any(self.parts[i].final(s) for s in starts):
                break
            i += 1
        return found


@dataclass(frozen=True, slots=True)
class Checked:
    """Texts of `length` digits that `valid` takes, as numbers with a check digit."""

    length: int
    valid: Callable[[str], bool]

    def starts(self) -> Sequence[State]:
        """Begin with no digit."""
        return ("",)

    def step(self, state: State, char: str) -> Sequence[State]:
        """Add a digit."""
        more = char.isascii() and char.isdigit() and len(state) < self.length
        return (state + char,) if more else ()

    def final(self, state: State) -> bool:
        """Whether the number is complete and its check digit right."""
        return len(state) == self.length and bool(self.valid(state))
