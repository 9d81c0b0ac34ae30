"""Has the stream of documents changed? Tests of the newest documents against those before them.

Every test gives a p-value that nothing changed and the size of the change. An alarm needs both: a
change that matters (its least size), and a p-value below `ALPHA` after Holm's correction over all
signals of one look. Looks overlap, so `ALPHA` is far below the usual 0.05; `docs/learning.md` has
the rates of false alarms that came out of it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ocr_service.loop.gate import holm

WINDOW, REFERENCE, LEAST_REFERENCE = 200, 1000, 400
"""Newest documents, those before them, and how many of these there must be at least."""
LEAST_WINDOW = 40
"""Of one form: fewer in the window say nothing about it."""
ALPHA = 1e-3
_LEAST_EXPECTED = 5.0
_OTHER = "…"
ALL = "all"


class Signal(StrEnum):
    """What is watched. Sizes: PSI of the mix, differences of means or of shares for the others."""

    CATEGORIES = "categories"
    CONFIDENCE = "confidence"
    CORRECTIONS = "corrections"
    REVISION = "revision"


LEAST_EFFECT = {
    Signal.CATEGORIES: 0.1,
    Signal.CONFIDENCE: 0.005,
    Signal.CORRECTIONS: 0.01,
    Signal.REVISION: 0.05,
}
"""Smaller changes are nobody's business; PSI below 0.1 is called stable by custom."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Figures of one document, in the order they came. `corrections` is a share, 0..1, or None."""

    form: str | None
    category: str
    confidence: float | None
    drift: bool
    corrections: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One tested signal of all documents, or of one form (`scope`)."""

    signal: Signal
    scope: str
    p_value: float
    effect: float
    before: dict[str, float]
    now: dict[str, float]
    alarm: bool = False


def find_changes(stream: Sequence[Seen]) -> list[Change]:
    """Test the newest `WINDOW` documents against up to `REFERENCE` before; all signals, sorted.

    Nothing is tested before there are `LEAST_REFERENCE` documents to compare with.
    """
    now, before = stream[-WINDOW:], stream[-WINDOW - REFERENCE : -WINDOW]
    if len(now) < WINDOW or len(before) < LEAST_REFERENCE:
        return []
    found = [mix_change(before, now)]
    for scope in (ALL, *sorted({seen.form for seen in now if seen.form is not None})):
        old, new = _of(before, scope), _of(now, scope)
        for signal, of in _MEANS.items():
            found += _means(signal, scope, old, new, of)
        if scope != ALL:
            found += _revision(scope, old, new)
    corrected = holm({str(at): change.p_value for at, change in enumerate(found)})
    return [
        Change(
            signal=c.signal,
            scope=c.scope,
            p_value=corrected[str(at)],
            effect=c.effect,
            before=c.before,
            now=c.now,
            alarm=corrected[str(at)] < ALPHA and abs(c.effect) >= LEAST_EFFECT[c.signal],
        )
        for at, c in enumerate(found)
    ]


def mix_change(before: Sequence[Seen], now: Sequence[Seen]) -> Change:
    """Compare the mix of categories: chi-squared of the two counts, rare ones together; PSI."""
    from scipy.stats import chi2_contingency

    old, new = Counter(s.category for s in before), Counter(s.category for s in now)
    share = len(now) / (len(before) + len(now))
    rare = {c for c in old | new if (old[c] + new[c]) * share < _LEAST_EXPECTED}
    for counts in (old, new):
        counts[_OTHER] = sum(counts.pop(c, 0) for c in rare)
    names = [c for c in sorted(old | new) if old[c] + new[c]]
    table = np.array([[old[c] for c in names], [new[c] for c in names]])
    p_value = float(chi2_contingency(table).pvalue) if len(names) > 1 else 1.0
    return Change(
        signal=Signal.CATEGORIES,
        scope=ALL,
        p_value=p_value,
        effect=_psi(table),
        before={c: old[c] / len(before) for c in names},
        now={c: new[c] / len(now) for c in names},
    )


def _psi(table: NDArray[np.int64]) -> float:
    """Give the population stability index, counts taken half a document higher."""
    shares = (table + 0.5) / (table + 0.5).sum(axis=1, keepdims=True)
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def _means(
    signal: Signal,
    scope: str,
    before: Sequence[Seen],
    now: Sequence[Seen],
    of: Callable[[Seen], float | None],
) -> list[Change]:
    """Compare documents by their rank (Mann and Whitney 1947): means have long tails here."""
    from scipy.stats import mannwhitneyu

    old = [v for v in map(of, before) if v is not None]
    new = [v for v in map(of, now) if v is not None]
    if len(new) < LEAST_WINDOW or len(old) < LEAST_WINDOW:
        return []
    p_value = 1.0
    if len({*old, *new}) > 1:
        p_value = float(mannwhitneyu(old, new, alternative="two-sided").pvalue)
    first, second = float(np.mean(old)), float(np.mean(new))
    return [
        Change(
            signal=signal,
            scope=scope,
            p_value=p_value,
            effect=second - first,
            before={"mean": first, "documents": len(old)},
            now={"mean": second, "documents": len(new)},
        )
    ]


def _revision(form: str, before: Sequence[Seen], now: Sequence[Seen]) -> list[Change]:
    """Compare how many papers of a form lack print of it (Fisher's exact test): more is news."""
    from scipy.stats import fisher_exact

    if len(now) < LEAST_WINDOW or len(before) < LEAST_WINDOW:
        return []
    old, new = sum(s.drift for s in before), sum(s.drift for s in now)
    table = [[new, len(now) - new], [old, len(before) - old]]
    first, second = old / len(before), new / len(now)
    return [
        Change(
            signal=Signal.REVISION,
            scope=form,
            p_value=float(fisher_exact(table, alternative="greater").pvalue),
            effect=second - first,
            before={"share": first, "documents": len(before)},
            now={"share": second, "documents": len(now)},
        )
    ]


def _of(seen: Sequence[Seen], scope: str) -> list[Seen]:
    return [s for s in seen if scope in (ALL, s.form)]


_MEANS: dict[Signal, Callable[[Seen], float | None]] = {
    Signal.CONFIDENCE: lambda seen: seen.confidence,
    Signal.CORRECTIONS: lambda seen: seen.corrections,
}
