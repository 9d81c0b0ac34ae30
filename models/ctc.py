"""From class probabilities by time step to texts: greedy reading and its alternatives.

CTC: every step says a class or blank; repeats melt together. Steps that are certainly blank part
the line into segments that do not depend on each other: a prefix beam search in each gives what
it may say, with the honest probability of a text (the sum over its alignments).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
BLANK = 0
Classes = tuple[int, ...]
_NEGLIGIBLE = 1e-4
# At this probability a step is blank and nothing else: what stands before and after is apart.
_SURE_BLANK = 0.998
# A text within a segment is given up when it is this much less probable than the best.
_HOPELESS = 1e-6


@dataclass(frozen=True, slots=True)
class Spike:
    """One character of the greedy path: class, probability, first and last step (inclusive)."""

    index: int
    probability: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steps `first`..`last` (inclusive) between sure blanks, and what they may say, best first."""

    first: int
    last: int
    options: tuple[tuple[Classes, float], ...]


Row = list[tuple[int, float]]
"""Classes of one step that are not blank and not negligible, with probabilities, best first."""


def inked_steps(probabilities: Floats) -> dict[int, Row]:
    """Rows of the steps that are not surely blank."""
    inked = np.flatnonzero(probabilities[:, BLANK] < _SURE_BLANK)
    if len(inked) == 0:
        return {}
    rows, columns = np.nonzero(probabilities[inked, 1:] > _NEGLIGIBLE)
    values = probabilities[inked[rows], columns + 1]
    order = np.lexsort((-values, rows))
    found: dict[int, Row] = {step: [] for step in inked.tolist()}
    for step, k, value in zip(
        inked[rows[order]].tolist(),
        (columns[order] + 1).tolist(),
        values[order].tolist(),
        strict=True,
    ):
        found[step].append((k, value))
    return found


def greedy(probabilities: Floats) -> list[Spike]:
    """Best class of every step with repeats melted; `probabilities` is T x K, class 0 blank."""
    best = probabilities.argmax(1)
    top = probabilities[np.arange(len(best)), best]
    spikes: list[Spike] = []
    previous = BLANK
    for step, index in enumerate(best.tolist()):
        if index != BLANK:
            value = float(top[step])
            if index == previous:
                last = spikes[-1]
                peak = max(last.probability, value)
                spikes[-1] = Spike(index, peak, last.first, step)
            else:
                spikes.append(Spike(index, value, step, step))
        previous = index
    return spikes


def fills(spikes: Sequence[Spike], spans: Sequence[tuple[float, float]], steps: int) -> bool:
    """Whether there is a spike for every span, with room for a step of error."""
    if len(spikes) < len(spans):
        return False
    if len(spikes) > len(spans):
        return True
    slack = 1.0 / steps
    return all(
        s.first / steps < end + slack and (s.last + 1) / steps > start - slack
        for s, (start, end) in zip(spikes, spans, strict=True)
    )


def in_spans(probabilities: Floats, spans: Sequence[tuple[float, float]]) -> list[Spike]:
    """Best class of every span (start and end as shares of the T steps); never blank.

    The probability is that of the class among all that are not blank, at their peaks within the
    span.
    """
    return [
        Spike(options[0][0], options[0][1], first, last)
        for first, last, options in span_options(probabilities, spans, 1)
    ]


def span_options(
    probabilities: Floats, spans: Sequence[tuple[float, float]], count: int
) -> list[tuple[int, int, list[tuple[int, float]]]]:
    """First and last step of every span and its `count` best classes, best first; never blank."""
    steps = len(probabilities)
    found = []
    for start, end in spans:
        first = min(int(start * steps), steps - 1)
        last = min(max(first, int(np.ceil(end * steps)) - 1), steps - 1)
        scores = probabilities[first : last + 1, 1:].max(0)
        total = max(float(scores.sum()), 1e-9)
        best = np.argpartition(-scores, min(count, len(scores)) - 1)[:count]
        best = best[np.argsort(-scores[best])]
        found.append((first, last, [(int(k) + 1, float(scores[k]) / total) for k in best]))
    return found


def stretches(
    blanks: Sequence[float], inked: Mapping[int, Row], *, width: int = 8, candidates: int = 6
) -> list[Stretch]:
    """Cut the steps at sure blanks; prefix beam search over what is between.

    `blanks` is the probability of blank at every step, `inked` from `inked_steps`. `width` texts
    are kept and `candidates` classes a step are tried.
    """
    steps = list(inked)
    bounds = [0, *(i for i in range(1, len(steps)) if steps[i] > steps[i - 1] + 1), len(steps)]
    found = []
    for a, b in pairwise(bounds if steps else ()):
        own = steps[a:b]
        rows = [inked[step][:candidates] for step in own]
        found.append(Stretch(own[0], own[-1], _beam([blanks[s] for s in own], rows, width)))
    return found


def beam(probabilities: Floats, *, width: int = 8) -> list[tuple[Classes, float]]:
    """Find the most probable texts, as class tuples with probabilities, best first."""
    blanks = probabilities[:, BLANK].tolist()
    texts: list[tuple[Classes, float]] = [((), 1.0)]
    for stretch in stretches(blanks, inked_steps(probabilities), width=width):
        longer = [(t + o, p * q) for t, p in texts for o, q in stretch.options]
        texts = sorted(longer, key=lambda item: -item[1])[:width]
    return texts


def _beam(
    blanks: Sequence[float], steps: Sequence[Sequence[tuple[int, float]]], width: int
) -> tuple[tuple[Classes, float], ...]:
    # prefix -> (probability ending in blank, probability ending in its last class)
    beams: dict[Classes, tuple[float, float]] = {(): (1.0, 0.0)}
    for blank, step in zip(blanks, steps, strict=True):
        beams = _extend(beams, blank, step, width)
    total = [(p, b + n) for p, (b, n) in beams.items()]
    return tuple(sorted(total, key=lambda item: -item[1]))


def _extend(
    beams: dict[Classes, tuple[float, float]],
    blank: float,
    steps: Sequence[tuple[int, float]],
    width: int,
) -> dict[Classes, tuple[float, float]]:
    after: dict[Classes, list[float]] = {}
    for prefix, (ended, open_) in beams.items():
        total = ended + open_
        after.setdefault(prefix, [0.0, 0.0])[0] += total * blank
        for index, value in steps:
            if prefix and prefix[-1] == index:
                # The same class again: the same character, or a second one after a blank.
                after[prefix][1] += open_ * value
                after.setdefault((*prefix, index), [0.0, 0.0])[1] += ended * value
            else:
                after.setdefault((*prefix, index), [0.0, 0.0])[1] += total * value
    kept = sorted(after.items(), key=lambda item: -(item[1][0] + item[1][1]))[:width]
    floor = _HOPELESS * sum(kept[0][1]) if kept else 0.0
    return {p: (v[0], v[1]) for p, v in kept if v[0] + v[1] > floor}
