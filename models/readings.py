"""What a crop says: records of a reading, made from the probabilities of its steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ctc import BLANK, Row, Spike, span_options, stretches
from models.lattice import Segment, best_texts, line_probability

Floats = NDArray[np.float32]
Spans = Sequence[tuple[float, float]]
_OTHERS = 8
_ALTERNATIVES = 8
_NEGLIGIBLE = 1e-4


@dataclass(frozen=True, slots=True)
class ReadCharacter:
    """One character: its probability, and where it spikes, 0 (left end of the crop) .. 1.

    `others` are the next best characters at that place with their probabilities, best first.
    """

    text: str
    confidence: float
    start: float
    end: float
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one crop says.

    `confidence` is the probability of the whole text among the texts its repertoire can spell:
    the sum over alignments, so that it falls with every doubtful character; spaces, which a hand
    leaves as it likes, do not count. `share` is how much of
    the probability the repertoire holds against all Japanese characters, as a geometric mean over
    the steps with ink: low when something foreign to the repertoire is written. `alternatives`
    are other texts with their probabilities, best first. `segments` is the line in independent
    parts with what each may say, to be searched with an acceptor.
    """

    text: str
    confidence: float
    share: float = 1.0
    characters: tuple[ReadCharacter, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    segments: tuple[Segment, ...] = ()


NOTHING = Reading("", 0.0, 0.0)


def placed_segments(
    characters: tuple[str, ...], probabilities: Floats, spans: Spans
) -> tuple[list[Spike], tuple[Segment, ...]]:
    """One character for every span, with the next best ones of the place."""
    steps = len(probabilities)
    places = span_options(probabilities, spans, _OTHERS)
    spikes = [Spike(best[0][0], best[0][1], first, last) for first, last, best in places]
    segments = tuple(
        Segment(
            first / steps,
            (last + 1) / steps,
            tuple((characters[k], p) for k, p in best if p > _NEGLIGIBLE or k == best[0][0]),
        )
        for first, last, best in places
    )
    return spikes, segments


def free_segments(
    characters: tuple[str, ...],
    spikes: list[Spike],
    probabilities: Floats,
    inked: Mapping[int, Row],
) -> tuple[Segment, ...]:
    """Parts of the line, what the greedy path says first; spaces make no difference."""
    steps = len(probabilities)
    found = []
    rest = list(spikes)
    for stretch in stretches(probabilities[:, BLANK].tolist(), inked):
        own = []
        while rest and rest[0].first <= stretch.last:
            own.append(rest.pop(0))
        read = "".join(characters[s.index] for s in own)
        sums: dict[str, float] = {_bare(read): 0.0}
        first = {_bare(read): read}
        for path, value in stretch.options:
            text = "".join(characters[i] for i in path)
            sums[_bare(text)] = sums.get(_bare(text), 0.0) + value
            first.setdefault(_bare(text), text)
        if not sums[_bare(read)]:
            sums[_bare(read)] = float(np.prod([s.probability for s in own]))
        options = tuple((first[t], min(p, 1.0)) for t, p in sums.items())
        found.append(Segment(stretch.first / steps, (stretch.last + 1) / steps, options))
    return tuple(found)


def make_reading(
    characters: tuple[str, ...],
    spikes: list[Spike],
    segments: tuple[Segment, ...],
    steps: int,
    inked: Mapping[int, Row],
    share: float,
) -> Reading:
    """Make the reading of the greedy path `spikes` with the texts that are possible beside it."""
    read = tuple(_character(characters, spike, steps, inked) for spike in spikes)
    text = "".join(c.text for c in read)
    texts = best_texts(segments, _ALTERNATIVES)
    others = tuple((t, p) for t, p in texts if _bare(t) != _bare(text))
    return Reading(text, line_probability(segments), share, read, others, segments)


def _character(
    characters: tuple[str, ...], spike: Spike, steps: int, inked: Mapping[int, Row]
) -> ReadCharacter:
    scores: dict[int, float] = {}
    for step in range(spike.first, spike.last + 1):
        for k, value in inked.get(step, ()):
            scores[k] = max(scores.get(k, 0.0), value)
    scores.pop(spike.index, None)
    top = sorted(scores.items(), key=lambda item: -item[1])[:_OTHERS]
    return ReadCharacter(
        characters[spike.index],
        spike.probability,
        spike.first / steps,
        (spike.last + 1) / steps,
        tuple((characters[k], value) for k, value in top),
    )


def _bare(text: str) -> str:
    return text.replace(" ", "")
