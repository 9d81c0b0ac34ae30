"""Texts whose wording is as usual as that of people, drawn from dictionaries.

No body of Japanese text may be passed on with this program, so none is counted. Words follow one
another as the connection costs of IPAdic (package `janome`) allow, each as often as `wordfreq`
says. Such a text means nothing, but its inflections and particles are right and its words common.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.recogniser.corpus import word_frequencies

_ROOT = Path(__file__).parents[2]
_RARE = 1e-8
_EVEN = 0.85
"""Power of a word's frequency: below 1 the common ones leave more room."""
_COST_SCALE = 9000.0
"""How little the cost of a word counts beside its frequency."""
_UNLISTED = -2.0
_IDS = 2000


class Dictionary:
    """Words of IPAdic with the classes that say what may stand beside them."""

    def __init__(self, softness: float) -> None:
        """`softness` divides the costs of connections: the larger, the wilder the texts."""
        from janome.sysdic import connections, entries

        rows = list(entries(compact=True).values())
        self._words = [row[0] for row in rows]
        left, right, costs = (np.array([row[i] for row in rows]) for i in (1, 2, 3))
        self._connections = np.array(connections, np.int16)
        self._softness = softness
        listed, chances = word_frequencies()
        frequency = dict(zip(listed, chances, strict=True))
        homographs = Counter(self._words)
        logs = np.array([
            _EVEN * np.log(frequency.get(w, _RARE)) - np.log(homographs[w])
            + (0.0 if w in frequency else _UNLISTED)
            for w in self._words
        ])  # fmt: skip
        self._weights = np.exp(logs - costs / _COST_SCALE)
        kinds, of = np.unique(left.astype(np.int64) * _IDS + right, return_inverse=True)
        self._left, self._right = kinds // _IDS, kinds % _IDS
        self._order = np.argsort(of, kind="stable")
        self._starts = np.searchsorted(of[self._order], np.arange(len(kinds) + 1))
        self._shares = np.bincount(of, weights=self._weights)
        self._after: dict[int, NDArray[np.float64]] = {}
        self._within: dict[int, NDArray[np.float64]] = {}

    def text(self, rng: np.random.Generator) -> str:
        """Draw 4 to 13 words that may follow one another."""
        before, words = 0, []
        for _ in range(int(rng.integers(4, 14))):
            word, before = self._next(before, rng)
            words.append(word)
        return "".join(words)

    def _next(self, before: int, rng: np.random.Generator) -> tuple[str, int]:
        after = self._after.get(before)
        if after is None:
            costs = self._connections[before][self._left].astype(float)
            after = np.cumsum(np.exp(-costs / self._softness) * self._shares)
            self._after[before] = after
        kind = min(int(after.searchsorted(rng.random() * after[-1])), len(after) - 1)
        members = self._order[self._starts[kind] : self._starts[kind + 1]]
        within = self._within.get(kind)
        if within is None:
            within = self._within[kind] = np.cumsum(self._weights[members])
        at = min(int(within.searchsorted(rng.random() * within[-1])), len(members) - 1)
        return self._words[int(members[at])], int(self._right[kind])


def draw_texts(texts: int, words: int, seed: int) -> Iterator[str]:
    """Draw `texts` texts and `words` single words; then every word, phrases, and towns."""
    rng = np.random.default_rng(seed)
    for softness in (800.0, 1100.0):
        dictionary = Dictionary(softness)
        for _ in range(texts // 2):
            yield dictionary.text(rng)
    listed, chances = word_frequencies()
    even = chances**0.7
    for index in rng.choice(len(listed), size=words, p=even / even.sum()):
        yield listed[int(index)]
    yield from listed
    for _ in range(20):
        yield from _phrases()
    for _ in range(5):
        yield from _towns()


@cache
def _phrases() -> tuple[str, ...]:
    names = ("background.txt", "form_phrases.txt")
    lines = [n for f in names for n in (_ROOT / "training" / f).read_text("utf-8").splitlines()]
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def _towns() -> tuple[str, ...]:
    path = _ROOT / "pipelines" / "reference" / "adachi_towns.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(row["town"] for row in csv.DictReader(file))
