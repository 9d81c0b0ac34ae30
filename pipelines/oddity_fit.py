"""Making the tables of `oddity.py` from confirmed documents of one form.

Documents are cut into five parts, five times over: tables are made of three parts; what surprises
on the fourth is not a rule of this form (many families differ) and is struck from the tables; the
fifth tells how surprising documents are that nothing was made from. The limit is the surprise that
a share of `alpha` of those exceeds (cross-conformal, Vovk 2015). So false alarms on documents like
the confirmed ones are about `alpha`, however many values and pairs a form has.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from math import ceil, log

import numpy as np

from pipelines.forms.model import FormDefinition
from pipelines.oddity import FormOddity, PairTable, bin_of, surprises
from pipelines.oddity_features import Values, features

LEAST_DOCUMENTS = 300
"""Below, a form has no model: one in a hundred is not told from one in fifty."""
ALPHA = 0.005
_FOLDS = 5
_QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)
_BEYOND = 0.25
"""Outer bins begin a quarter of the usual span beyond the least and the largest value seen."""
_PRESENT = 0.2
"""Pairs are made of features that a fifth of the documents have."""
_SURPRISING = 2.0
"""Seven times rarer than expected: a confirmed document that is so ends a would-be rule."""
_MOST_WORDS = 30
_MOST_PAIRS = 4000
_Row = Mapping[str, float | str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmed:
    """Values of one confirmed document, and the day it was handed in."""

    values: Values
    today: date


def fit_form(
    form: FormDefinition, documents: Sequence[Confirmed], *, alpha: float = ALPHA
) -> FormOddity | None:
    """Learn what is usual on a form; None with fewer than `LEAST_DOCUMENTS`."""
    if len(documents) < LEAST_DOCUMENTS:
        return None
    rows = [_row(form, document) for document in documents]
    scores: list[float] = []
    struck: set[tuple[str, ...]] = set()
    for fold in range(_FOLDS):
        other = (fold + 1) % _FOLDS
        made = [row for at, row in enumerate(rows) if at % _FOLDS not in (fold, other)]
        model = _tables(form, made, alpha)
        exceptions = _surprising(form, model, documents[other::_FOLDS])
        struck |= exceptions
        model = _without(model, exceptions)
        for document in documents[fold::_FOLDS]:
            found = surprises(document.values, form, model, today=document.today)
            scores.append(found[0].score if found else 0.0)
    # What was never seen surprises more the more was seen: by the logarithm of their ratio.
    more = log(_FOLDS / (_FOLDS - 2))
    whole = _without(_tables(form, rows, alpha), struck)
    return replace(whole, limit=max(_limit(scores, alpha), _SURPRISING) + more)


def _surprising(
    form: FormDefinition, model: FormOddity, documents: Sequence[Confirmed]
) -> set[tuple[str, ...]]:
    """Features and pairs that speak up on documents that people confirmed."""
    found: set[tuple[str, ...]] = set()
    for document in documents:
        for each in surprises(document.values, form, model, today=document.today):
            if each.score <= _SURPRISING:
                break
            found.add(each.features)
    return found


def _without(model: FormOddity, struck: Set[tuple[str, ...]]) -> FormOddity:
    return replace(
        model,
        singles={name: counts for name, counts in model.singles.items() if (name,) not in struck},
        pairs={pair: table for pair, table in model.pairs.items() if pair not in struck},
    )


def _limit(scores: Sequence[float], alpha: float) -> float:
    ordered = sorted(scores)
    rank = ceil((len(ordered) + 1) * (1 - alpha))
    # More documents than there are would be needed: nothing below the most surprising one is odd.
    return ordered[min(rank, len(ordered)) - 1]


def _row(form: FormDefinition, document: Confirmed) -> dict[str, float | str]:
    made = features(document.values, form, today=document.today)
    return {feature.name: feature.value for feature in made}


def _tables(form: FormDefinition, rows: Sequence[_Row], alpha: float) -> FormOddity:
    columns: dict[str, list[float | str]] = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    edges = {n: _edges(v) for n, v in columns.items() if not isinstance(v[0], str)}
    words = {n: _words(v) for n, v in columns.items() if isinstance(v[0], str)}
    empty = FormOddity(
        documents=len(rows),
        edges=edges,
        words=words,
        singles={},
        pairs={},
        limit=0.0,
        alpha=alpha,
    )
    bins = [{n: bin_of(v, n, empty) for n, v in row.items()} for row in rows]
    sizes = {n: len(e) + 1 for n, e in edges.items()} | {n: len(w) + 1 for n, w in words.items()}
    singles = {}
    for name, size in sizes.items():
        counts = Counter(row[name] for row in bins if name in row)
        singles[name] = tuple(counts.get(at, 0) for at in range(size))
    pairs = _pairs(form, bins, sizes, singles)
    return replace(empty, singles=singles, pairs=pairs)


def _edges(values: Sequence[float | str]) -> tuple[float, ...]:
    numbers = np.array(values, dtype=np.float64)
    inner = np.quantile(numbers, _QUANTILES)
    span = max(float(inner[-1] - inner[0]), 1e-6)
    low, high = float(numbers.min()) - _BEYOND * span, float(numbers.max()) + _BEYOND * span
    return tuple(sorted({round(low, 6), *(round(float(q), 6) for q in inner), round(high, 6)}))


def _words(values: Sequence[float | str]) -> tuple[str, ...]:
    counts = Counter(str(value) for value in values)
    common = [word for word, _ in counts.most_common(_MOST_WORDS)]
    return tuple(sorted(common))


def _pairs(
    form: FormDefinition,
    bins: Sequence[Mapping[str, int | None]],
    sizes: Mapping[str, int],
    singles: Mapping[str, tuple[int, ...]],
) -> dict[tuple[str, str], PairTable]:
    # A feature that is always the same has nothing to say about another.
    varied = [
        name
        for name, counts in singles.items()
        if sum(counts) >= _PRESENT * len(bins) and max(counts) < sum(counts)
    ]
    wanted = [(a, b) for a, b in combinations(varied, 2) if not _kin(a, b)][:_MOST_PAIRS]
    columns = {
        name: np.array([-1 if row.get(name) is None else row[name] for row in bins], dtype=np.int64)
        for name in varied
    }
    found = {}
    for one, other in wanted:
        left, right = columns[one], columns[other]
        both = (left >= 0) & (right >= 0)
        wide = sizes[other]
        flat = np.bincount(left[both] * wide + right[both], minlength=sizes[one] * wide)
        found[one, other] = PairTable.of(flat.reshape(sizes[one], wide).tolist())
    return found


def _kin(one: str, other: str) -> bool:
    """Whether two features are of the same fields: a date's age, and its days from another."""
    first, second = set(one.split(":")[1:]), set(other.split(":")[1:])
    return first <= second or second <= first
