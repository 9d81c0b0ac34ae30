"""What a line may say, part by part, and the best texts of it that an acceptor allows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

from models.acceptors import Acceptor, State


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a line that does not depend on the others: `start`..`end` are 0..1 of the crop.

    `options` are the texts that may stand there with their probabilities; the first is the one
    that was read, whether it is the most probable or not.
    """

    start: float
    end: float
    options: tuple[tuple[str, float], ...]

    @property
    def text(self) -> str:
        """Return the text as it was read."""
        return self.options[0][0]

    @property
    def probability(self) -> float:
        """Return the probability of what was read."""
        return self.options[0][1]


@dataclass(frozen=True, slots=True)
class Found:
    """An accepted stretch of a line: for segments `first` on the text that each one gives.

    `word` is the accepted text, `rest` what the last segment says after it; `ratio` is the
    probability beside that of what was read there.
    """

    word: str
    rest: str
    first: int
    texts: tuple[str, ...]
    ratio: float

    @property
    def end(self) -> int:
        """Number of the first segment that is no part of it."""
        return self.first + len(self.texts)


def line_text(segments: Iterable[Segment]) -> str:
    """Return the text as it was read."""
    return "".join(segment.text for segment in segments)


def line_probability(segments: Iterable[Segment]) -> float:
    """Return the probability of what was read."""
    return prod(segment.probability for segment in segments)


def best_texts(segments: Sequence[Segment], count: int) -> list[tuple[str, float]]:
    """List the `count` most probable texts of a line, best first."""
    texts = [("", 1.0)]
    for segment in segments:
        if len(segment.options) == 1:
            only, share = segment.options[0]
            texts = [(text + only, p * share) for text, p in texts]
            continue
        longer = [(t + o, p * q) for t, p in texts for o, q in segment.options]
        texts = sorted(longer, key=lambda item: -item[1])[:count]
    return texts


def accepted_texts(
    segments: Sequence[Segment], acceptor: Acceptor, *, count: int, width: int = 32
) -> list[tuple[str, float]]:
    """Find the most probable texts of a whole line that `acceptor` takes, best first.

    Spaces are passed over. `width` texts are kept from segment to segment.
    """
    beams: list[tuple[float, str, State]] = [(1.0, "", s) for s in acceptor.starts()]
    for segment in segments:
        longer = [
            (p * q, text + option, after)
            for p, text, state in beams
            for option, q in segment.options
            for after in _walk(acceptor, (state,), option)
        ]
        beams = sorted(longer, key=lambda item: -item[0])[:width]
    texts: dict[str, float] = {}
    for p, text, state in beams:
        if acceptor.final(state):
            texts.setdefault(text, p)
    return list(texts.items())[:count]


def accepted_words(
    segments: Sequence[Segment], at: int, acceptor: Acceptor, *, least: float, width: int = 16
) -> list[Found]:
    """Words that begin at character `at` of what was read, `least` times as probable or more.

    A word may be longer or shorter than what was read in its place; before and after it the line
    stays as it was read.
    """
    first, before = segment_at(segments, at)
    if first is None:
        return []
    beams: list[tuple[float, str, tuple[str, ...], State]] = [
        (1.0, "", (), state) for state in acceptor.starts()
    ]
    found: dict[tuple[str, str, int], Found] = {}
    for number, segment in enumerate(segments[first:]):
        head = segment.text[:before] if number == 0 else ""
        read = max(segment.probability, 1e-12)
        longer = []
        for ratio, word, texts, state in beams:
            for option, p in segment.options:
                share = ratio * p / read
                if share < least or not option.startswith(head):
                    continue
                for taken, after in _prefixes(acceptor, state, option, len(head)):
                    path = (*texts, option)
                    rest = option[taken:]
                    spelled = word + option[len(head) : taken].replace(" ", "")
                    if not rest:
                        longer.append((share, spelled, path, after))
                    key = (spelled, rest, len(path))
                    known = key in found and found[key].ratio >= share
                    if not known and acceptor.final(after) and _read_on(segment, rest, head):
                        found[key] = Found(spelled, rest, first, path, share)
        if not longer:
            break
        beams = sorted(longer, key=lambda item: -item[0])[:width]
    return list(found.values())


def segment_at(segments: Sequence[Segment], at: int) -> tuple[int | None, int]:
    """Find the segment that holds character `at`, and how many characters precede it there."""
    passed = 0
    for number, segment in enumerate(segments):
        if passed <= at < passed + len(segment.text):
            return number, at - passed
        passed += len(segment.text)
    return None, 0


def _read_on(segment: Segment, rest: str, head: str) -> bool:
    """Whether what stands after the word within the segment is as it was read."""
    left = len(segment.text) - len(head)
    return not rest or (len(rest) < left and segment.text.endswith(rest))


def _prefixes(acceptor: Acceptor, state: State, option: str, start: int) -> list[tuple[int, State]]:
    """List the ends within `option` up to which the acceptor goes, from character `start` on."""
    states: tuple[State, ...] = (state,)
    found = [(start, state)] if start == len(option) else []
    for taken in range(start, len(option)):
        states = _walk(acceptor, states, option[taken])
        found += [(taken + 1, s) for s in states]
        if not states:
            break
    return found


def _walk(acceptor: Acceptor, states: tuple[State, ...], text: str) -> tuple[State, ...]:
    for char in text:
        if char != " ":
            states = tuple(after for s in states for after in acceptor.step(s, char))
    return states
