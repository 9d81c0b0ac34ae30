"""From texts to an n-gram model: Witten-Bell interpolation, rare n-grams left out.

Witten and Bell (1991): a context that was followed by T different characters in c places gives the
shorter context T / (c + T) of its weight.
"""

import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.wording import ORDER, START, UNKNOWN, Table

_BITS = np.uint64(16)
_LEAST = {2: 1, 3: 2, 4: 3}
"""N-grams that were seen less often are left to the shorter context."""

Keys = NDArray[np.uint64]
_Known = tuple[Keys, NDArray[np.float64], Keys, NDArray[np.float64]]


def fit(texts: Iterable[str], characters: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    """Count texts; gives the arrays of the artifact. `characters` are the ones that are known."""
    ids = _ids(texts, characters)
    single = np.full(len(characters) + 2, 0.5)
    single += np.bincount(ids[ids != START], minlength=len(single))
    single[START] = 0
    single /= single.sum()
    known: list[_Known] = []
    for order in range(2, ORDER + 1):
        keys, counts = np.unique(_keys(ids, order), return_counts=True)
        contexts, of, followers = np.unique(keys >> _BITS, return_inverse=True, return_counts=True)
        total = np.bincount(of, weights=counts)
        lower = _chances(keys & _mask(order - 1), order - 1, single, known)
        chances = (counts + followers[of] * lower) / (total[of] + followers[of])
        kept = counts >= _LEAST[order]
        used = np.zeros(len(contexts), bool)
        used[of[kept]] = True
        backoffs = followers / (total + followers)
        known.append((keys[kept], chances[kept], contexts[used], backoffs[used]))
    found: dict[str, NDArray[np.generic]] = {
        "characters": np.array(list(characters)),
        "single": np.log(np.maximum(single, 1e-12)).astype(np.float32),
    }
    for order, (keys, chances, contexts, backoffs) in enumerate(known, start=2):
        table = Table(
            keys,
            np.log(chances).astype(np.float16),
            contexts,
            np.log(backoffs).astype(np.float16),
        )
        found |= {
            f"keys{order}": table.keys,
            f"chances{order}": table.chances,
            f"contexts{order}": table.contexts,
            f"back{order}": table.backoffs,
        }
    return found


def _ids(texts: Iterable[str], characters: Sequence[str]) -> NDArray[np.uint64]:
    index = {c: i + 2 for i, c in enumerate(characters)}
    found: list[int] = []
    for text in texts:
        found.append(START)
        plain = unicodedata.normalize("NFKC", text)
        found.extend(index.get(c, UNKNOWN) for c in plain if c != " ")
    return np.array(found, np.uint64)


def _keys(ids: NDArray[np.uint64], order: int) -> Keys:
    """All n-grams; only the first character of one may be the start of a line."""
    count = len(ids) - order + 1
    keys = np.zeros(count, np.uint64)
    whole = np.ones(count, bool)
    for at in range(order):
        part = ids[at : at + count]
        keys = keys << _BITS | part
        if at:
            whole &= part != START
    return keys[whole]


def _mask(order: int) -> np.uint64:
    return np.uint64((1 << 16 * order) - 1)


def _chances(
    keys: Keys, order: int, single: NDArray[np.float64], known: Sequence[_Known]
) -> NDArray[np.float64]:
    if order == 1:
        return single[keys.astype(np.int64)]
    listed, chances, contexts, backoffs = known[order - 2]
    lower = _chances(keys & _mask(order - 1), order - 1, single, known)
    less = np.where(_is_in(contexts, keys >> _BITS), backoffs[_at(contexts, keys >> _BITS)], 1.0)
    return np.where(_is_in(listed, keys), chances[_at(listed, keys)], less * lower)


def _at(sorted_: Keys, keys: Keys) -> NDArray[np.int64]:
    return np.minimum(sorted_.searchsorted(keys), len(sorted_) - 1)


def _is_in(sorted_: Keys, keys: Keys) -> NDArray[np.bool_]:
    return np.asarray(sorted_[_at(sorted_, keys)] == keys)
