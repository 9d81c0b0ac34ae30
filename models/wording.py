"""How usual a text is as Japanese: an n-gram model of characters, for what the ink leaves open.

Cursive characters are often as like one another as is: 味 and 未, う and り. What people write is
not. The model weighs the options that the recogniser itself holds possible; it adds none, and where
the ink is clear it has no say (`Wording.likely`).
"""

import io
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError, ModelProblem
from models.lattice import Segment
from models.manifest import Manifest, load_manifest, read_weights

MODEL = "character_ngrams"
START, UNKNOWN = 0, 1
ORDER = 4
_BITS = 16
_WEIGHT = 0.2
"""Weight of the wording against the ink (both natural logarithms)."""
_NEUTRAL = 6.0
"""A character as usual as this (nats) neither gains nor loses: longer texts are no worse."""
_LEAST = 0.1
"""An option with a smaller share of the ink of what was read is never taken."""
_SURE = 0.999
_OPTIONS, _WIDTH = 6, 8
_NEVER = -16.0
_MEMO = 200_000
_WORDS = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u30fc\u3005\u4e00-\u9fff]")
"""Kana and kanji: what has a wording."""

Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """N-grams of one order: sorted keys with log probabilities, contexts with log back-off."""

    keys: NDArray[np.uint64]
    chances: NDArray[np.float16]
    contexts: NDArray[np.uint64]
    backoffs: NDArray[np.float16]


class Wording:
    """The model; make one a process with `load`. Probabilities are natural logarithms."""

    def __init__(
        self,
        characters: Sequence[str],
        single: NDArray[np.float32],
        tables: Sequence[Table],
        manifest: Manifest,
    ) -> None:
        self._index = {c: i + 2 for i, c in enumerate(characters)}
        # Signs, figures and letters stand where they will.
        self._weighed = frozenset(i for c, i in self._index.items() if _WORDS.fullmatch(c))
        self._single = single
        self._tables = tables
        self._memo: dict[tuple[Ids, int], float] = {}
        self.manifest = manifest

    @classmethod
    def load(cls, *, version: str | None = None) -> "Wording":
        """Load the model of `models/artifacts`. Raises `ModelError`."""
        manifest = load_manifest(MODEL, version)
        weights = read_weights(manifest)
        try:
            with np.load(io.BytesIO(weights), allow_pickle=False) as file:
                tables = [
                    Table(*(file[f"{part}{n}"] for part in ("keys", "chances", "contexts", "back")))
                    for n in range(2, ORDER + 1)
                ]
                return cls(file["characters"].tolist(), file["single"], tables, manifest)
        except (KeyError, ValueError, OSError) as error:
            raise ModelError(ModelProblem.DAMAGED, MODEL, str(error)) from error

    def score(self, text: str) -> float:
        """Log probability of a text from the start of a line; spaces count for nothing."""
        context: Ids = (START,)
        total = 0.0
        for index in self._ids(text):
            total += self._chance(context, index)
            context = (*context, index)[1 - ORDER :]
        return total

    def likely(self, segments: Sequence[Segment]) -> tuple[Segment, ...]:
        """Give each part of a line its option that ink and wording together favour, as the first.

        Parts that were read surely stay; of the others an option wins only when the ink holds it
        at least `_LEAST` as probable as what was read.
        """
        beams: list[tuple[tuple[int, ...], Ids, float]] = [((), (START,), 0.0)]
        for segment in segments:
            open_ = list(_open_options(segment))
            # Texts that end alike can only go on alike: the best of them is enough.
            longer: dict[Ids, tuple[tuple[int, ...], Ids, float]] = {}
            for taken, context, score in beams:
                for number, text, share in open_:
                    after, gain = self._follow(context, text)
                    total = score + math.log(share) + _WEIGHT * gain
                    if after not in longer or longer[after][2] < total:
                        longer[after] = ((*taken, number), after, total)
            beams = sorted(longer.values(), key=lambda beam: -beam[2])[:_WIDTH]
        best = beams[0][0]
        return tuple(_with_first(s, n) for s, n in zip(segments, best, strict=True))

    def _follow(self, context: Ids, text: str) -> tuple[Ids, float]:
        gain = 0.0
        for index in self._ids(text):
            if index in self._weighed:
                gain += self._chance(context, index) + _NEUTRAL
            context = (*context, index)[1 - ORDER :]
        return context, gain

    def _ids(self, text: str) -> Iterator[int]:
        for char in unicodedata.normalize("NFKC", text):
            if char != " ":
                yield self._index.get(char, UNKNOWN)

    def _chance(self, context: Ids, index: int) -> float:
        key = (context, index)
        found = self._memo.get(key)
        if found is None:
            if len(self._memo) >= _MEMO:
                self._memo.clear()
            found = self._memo[key] = self._look_up(context, index)
        return found

    def _look_up(self, context: Ids, index: int) -> float:
        if not context:
            return max(float(self._single[index]), _NEVER)
        table = self._tables[len(context) - 1]
        before = 0
        for one in context:
            before = before << _BITS | one
        at = _find(table.keys, before << _BITS | index)
        if at is not None:
            return float(table.chances[at])
        at = _find(table.contexts, before)
        less = float(table.backoffs[at]) if at is not None else 0.0
        return less + self._chance(context[1:], index)


def _find(keys: NDArray[np.uint64], key: int) -> int | None:
    at = int(keys.searchsorted(np.uint64(key)))
    return at if at < len(keys) and int(keys[at]) == key else None


def _open_options(segment: Segment) -> Iterator[tuple[int, str, float]]:
    """List the options that the ink leaves open: number, text, probability; the first always."""
    first = max(segment.probability, 1e-9)
    yield 0, segment.text, first
    if first < _SURE:
        for number, (text, share) in enumerate(segment.options[1:_OPTIONS], start=1):
            if share >= _LEAST * first:
                yield number, text, share


def _with_first(segment: Segment, number: int) -> Segment:
    if number == 0:
        return segment
    options = segment.options
    return Segment(
        segment.start, segment.end, (options[number], *options[:number], *options[number + 1 :])
    )
