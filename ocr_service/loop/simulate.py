"""How often alarms are false, how soon a change is found: `python -m ocr_service.loop.simulate`.

Streams of documents are drawn from a seed: forms by a fixed mix, a confidence and a share of
corrections with the spread of their own of every form, a few papers of another revision. Every
`--every` documents there is a look, as in the service. A stable stream goes on for `--documents`;
a changed one changes after 1,500, and is looked at until the alarm is there or 2,000 more passed.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ocr_service.loop.changes import REFERENCE, WINDOW, Seen, Signal, find_changes
from ocr_service.residual.intervals import clopper_pearson

_CHANGE_AT, _MOST_AFTER = 1500, 2000
_FORMS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """What documents are like: weights of forms, mean confidence, shares corrected and revised.

    `revised` is of the first form alone, `unknown` the share of documents of no known kind.
    """

    skew: float = 0.8
    confidence: float = 0.97
    corrections: float = 0.03
    revised: float = 0.01
    unknown: float = 0.02


STABLE = Stream()
CHANGES: Mapping[str, tuple[Stream, tuple[Signal, str]]] = {
    "another mix of forms": (Stream(skew=1.4), (Signal.CATEGORIES, "all")),
    "unknown papers 2% -> 10%": (Stream(unknown=0.10), (Signal.CATEGORIES, "all")),
    "confidence 0.97 -> 0.95": (Stream(confidence=0.95), (Signal.CONFIDENCE, "all")),
    "confidence 0.97 -> 0.96": (Stream(confidence=0.96), (Signal.CONFIDENCE, "all")),
    "corrections 3% -> 6%": (Stream(corrections=0.06), (Signal.CORRECTIONS, "all")),
    "corrections 3% -> 5%": (Stream(corrections=0.05), (Signal.CORRECTIONS, "all")),
    "a form revised, all papers": (Stream(revised=1.0), (Signal.REVISION, "form0")),
    "a form revised, half of them": (Stream(revised=0.5), (Signal.REVISION, "form0")),
}
"""What changes, and the alarm that should be there."""


def draw(stream: Stream, rng: np.random.Generator) -> Iterator[Seen]:
    """Documents without end."""
    weights = np.exp(-stream.skew * np.arange(_FORMS) / 3)
    weights /= weights.sum()
    while True:
        number = int(rng.choice(_FORMS, p=weights))
        unknown = rng.random() < stream.unknown
        # Papers differ: some are written badly from beginning to end.
        bad = rng.beta(1.2, 38) * (1 - stream.confidence) / 0.03
        fields = int(rng.integers(15, 45))
        wrong = rng.binomial(fields, min(1.0, rng.gamma(0.6, stream.corrections / 0.6)))
        share = stream.revised if number == 0 else 0.01
        yield Seen(
            form=None if unknown else f"form{number}",
            category="unknown" if unknown else f"kind{number}",
            confidence=float(np.clip(1 - bad - 0.002 * number, 0, 1)),
            drift=bool(rng.random() < share),
            corrections=wrong / fields,
        )


def false_alarms(streams: int, documents: int, every: int, seed: int) -> tuple[int, int]:
    """Count alarms that open on stable streams, and looks."""
    opened = looks = 0
    for number in range(streams):
        source = draw(STABLE, np.random.default_rng(seed + number))
        seen = [next(source) for _ in range(WINDOW + REFERENCE)]
        standing: set[tuple[Signal, str]] = set()
        for _ in range(0, documents, every):
            seen = [*seen, *(next(source) for _ in range(every))][-WINDOW - REFERENCE :]
            speaking = {(c.signal, c.scope) for c in find_changes(seen) if c.alarm}
            opened += len(speaking - standing)
            standing = speaking
            looks += 1
    return opened, looks


def documents_until(change: str, streams: int, every: int, seed: int) -> list[int | None]:
    """Count documents of every stream from the change to the alarm; None: not found in time."""
    changed, wanted = CHANGES[change]
    found: list[int | None] = []
    for number in range(streams):
        rng = np.random.default_rng(seed + number)
        before, after = draw(STABLE, rng), draw(changed, rng)
        seen = [next(before) for _ in range(_CHANGE_AT)]
        for more in range(every, _MOST_AFTER + every, every):
            seen = [*seen, *(next(after) for _ in range(every))]
            if any(c.alarm and (c.signal, c.scope) == wanted for c in find_changes(seen)):
                found.append(more)
                break
        else:
            found.append(None)
    return found


def main() -> int:
    """Print both."""
    parser = argparse.ArgumentParser(prog="python -m ocr_service.loop.simulate")
    parser.add_argument("--streams", type=int, default=20)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--every", type=int, default=25)
    parser.add_argument("--seed", type=int, default=660_000)
    options = parser.parse_args()
    opened, looks = false_alarms(options.streams, options.documents, options.every, options.seed)
    total = options.streams * options.documents
    low, high = (share * looks for share in clopper_pearson(opened, looks))
    sys.stdout.write(
        f"stable: {opened} false alarms in {total:,} documents ({looks:,} looks), "
        f"95% interval {low:.1f} to {high:.1f}\n"
    )
    for change in CHANGES:
        found = documents_until(change, options.streams, options.every, options.seed + 1000)
        there = sorted(each for each in found if each is not None)
        middle = f"{np.median(there):.0f}, most {there[-1]}" if there else "-"
        sys.stdout.write(
            f"{change}: found in {len(there)} of {len(found)}, documents until then: {middle}\n"
        )
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
