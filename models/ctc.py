"""From class probabilities by time step to texts: greedy reading and its alternatives.

CTC: every step says a class or blank; repeats melt together. Beam search here exists for the
alternatives and for the honest probability of a text (the sum over its alignments), not because
it reads better than the greedy path.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
BLANK = 0
_NEGLIGIBLE = 1e-4


@dataclass(frozen=True, slots=True)
class Spike:
    """One character of the greedy path: class, probability, first and last step (inclusive)."""

    index: int
    probability: float
    first: int
    last: int


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
    steps = len(probabilities)
    spikes = []
    for start, end in spans:
        first = min(int(start * steps), steps - 1)
        last = min(max(first, int(np.ceil(end * steps)) - 1), steps - 1)
        scores = probabilities[first : last + 1, 1:].max(0)
        best = int(scores.argmax())
        share = float(scores[best] / max(float(scores.sum()), 1e-9))
        spikes.append(Spike(best + 1, share, first, last))
    return spikes


def beam(
    probabilities: Floats, *, width: int = 5, candidates: int = 4
) -> list[tuple[tuple[int, ...], float]]:
    """Find the most probable texts, as class tuples with probabilities, best first.

    Prefix beam search over the `candidates` best classes of each step. Steps that are certainly
    blank cost nothing.
    """
    blank = probabilities[:, BLANK].tolist()
    # prefix -> (probability ending in blank, probability ending in its last class)
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}
    for step in range(len(blank)):
        if blank[step] > 0.9995:
            beams = {p: ((b + n) * blank[step], 0.0) for p, (b, n) in beams.items()}
            continue
        few = np.flatnonzero(probabilities[step] > _NEGLIGIBLE)
        row = few[np.argsort(-probabilities[step, few])][:candidates].tolist()
        steps = [(k, float(probabilities[step, k])) for k in row if k != BLANK]
        beams = _extend(beams, blank[step], steps, width)
    total = [(p, b + n) for p, (b, n) in beams.items()]
    return sorted(total, key=lambda item: -item[1])


def _extend(
    beams: dict[tuple[int, ...], tuple[float, float]],
    blank: float,
    steps: Sequence[tuple[int, float]],
    width: int,
) -> dict[tuple[int, ...], tuple[float, float]]:
    after: dict[tuple[int, ...], list[float]] = {}
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
    return {p: (v[0], v[1]) for p, v in kept}
