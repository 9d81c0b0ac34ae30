"""How often the gate is wrong: `python -m ocr_service.loop.simulate_gate`.

Gold sets are drawn from a seed: documents of twelve forms with forty values, a mistake in fifty
values, more of them on bad scans. A candidate mends a share of the mistakes and makes new ones.
Printed is how often it passes: equal in truth it should hardly ever, better it should, worse on one
form it should not.
"""

import argparse
import sys
from collections.abc import Mapping

import numpy as np

from ocr_service.loop.gate import Judged, judge
from ocr_service.loop.measures import Measure
from ocr_service.loop.statistics import Pair

_FORMS, _VALUES, _WRONG = 12, 40, 0.02
CASES: Mapping[str, tuple[float, float, float]] = {
    "equal: mends 20% of mistakes, makes as many": (0.2, 0.2, 0.0),
    "mends 20% of mistakes": (0.2, 0.0, 0.0),
    "mends 40%, makes 10%": (0.4, 0.1, 0.0),
    "mends 60%, but one form loses 10% of its values": (0.6, 0.0, 0.10),
}
"""Shares of mistakes mended and made anew, and of values lost on one form."""


def gold_set(
    documents: int, mended: float, made: float, lost: float, rng: np.random.Generator
) -> list[Judged]:
    """Draw a gold set as judged with such a candidate."""
    found = []
    for number in range(documents):
        form = number % _FORMS
        wrong = rng.binomial(_VALUES, min(1.0, rng.gamma(0.5, _WRONG / 0.5)))
        gained = rng.binomial(wrong, mended)
        share = made * _WRONG + (lost if form == 0 else 0.0)
        broken = rng.binomial(_VALUES - wrong, share)
        right = float(_VALUES - wrong)
        values = Pair(
            items=_VALUES,
            active=right,
            candidate=right + gained - broken,
            gained=int(gained),
            lost=int(broken),
        )
        same = Pair(items=1, active=1.0, candidate=1.0)
        found.append(
            Judged(
                document=f"doc_{number}",
                groups=(f"form:{form}", f"category:{form // 2}"),
                pairs={**dict.fromkeys(Measure, same), Measure.VALUES: values},
            )
        )
    return found


def main() -> int:
    """Print how often candidates pass."""
    parser = argparse.ArgumentParser(prog="python -m ocr_service.loop.simulate_gate")
    parser.add_argument("--sets", type=int, default=100)
    parser.add_argument("--seed", type=int, default=670_000)
    options = parser.parse_args()
    for name, (mended, made, lost) in CASES.items():
        for documents in (60, 240):
            passed = 0
            for number in range(options.sets):
                rng = np.random.default_rng(options.seed + number)
                judged = gold_set(documents, mended, made, lost, rng)
                passed += judge(judged, Measure.VALUES).passed
            sys.stdout.write(f"{name}; {documents} documents: {passed} of {options.sets} pass\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
