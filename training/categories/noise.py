"""Errors of reading, measured on pages that the service read: which characters, how many, where.

    python -m training.categories.noise PAGES.jsonl     # from read_pages; writes reading_noise.json

A page is drawn a rate of wrong characters from those measured; every line may also be lost, or be
joined with the next one.
"""

import argparse
import difflib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.category_features import TextLine, fold_text
from training.categories.pages import load_pages

_FILE = Path(__file__).parent / "reading_noise.json"
_SIMILAR = 0.4


@dataclass(frozen=True, slots=True)
class Noise:
    """Measured errors. `rates` and `lost` hold a number for each page; `swaps` what was read."""

    rates: tuple[float, ...]
    lost: tuple[float, ...]
    deleted: float
    swaps: dict[str, str]
    pool: str


@cache
def measured_noise() -> Noise:
    """Load the errors in `reading_noise.json`."""
    body = json.loads(_FILE.read_text("utf-8"))
    return Noise(
        tuple(body["rates"]), tuple(body["lost"]), body["deleted"], body["swaps"], body["pool"]
    )


def misread(
    lines: Sequence[TextLine], rng: random.Random, *, harder: float = 1.5
) -> list[TextLine]:
    """Read drawn lines with errors; rates are those measured times up to `harder`."""
    noise = measured_noise()
    factor = rng.uniform(0.5, harder)
    rate, lost = factor * rng.choice(noise.rates), factor * rng.choice(noise.lost)
    out: list[TextLine] = []
    for line in lines:
        if rng.random() < lost:
            continue
        text = "".join(_sign(sign, rate, noise, rng) for sign in line.text)
        text = text.replace("　", "" if rng.random() < 0.7 else " ")
        size = line.size * rng.uniform(0.85, 1.2)
        if out and rng.random() < 0.01:
            last = out.pop()
            text, size = last.text + text, max(size, last.size)
        out.append(TextLine(text, size, line.top + rng.uniform(-2, 2), 1, False, 1 - rate))
    return out


def _sign(sign: str, rate: float, noise: Noise, rng: random.Random) -> str:
    if sign.isspace() or rng.random() >= rate:
        return sign
    if rng.random() < noise.deleted:
        return ""
    known = noise.swaps.get(sign)
    return rng.choice(known) if known and rng.random() < 0.7 else rng.choice(noise.pool)


def measure(pages: Iterable[tuple[str, list[TextLine], list[TextLine]]]) -> dict[str, object]:
    """Compare drawn and read lines of pages."""
    rates, lost, gone, total = [], [], 0, 0
    swaps: dict[str, Counter[str]] = defaultdict(Counter)
    for _, drawn, read in pages:
        texts = [fold_text(line.text) for line in read]
        wrong = signs = missing = 0
        for line in drawn:
            wanted = fold_text(line.text)
            match = max(texts, key=lambda t: _likeness(wanted, t), default="")
            if not wanted or _likeness(wanted, match) < _SIMILAR:
                missing += bool(wanted)
                continue
            signs += len(wanted)
            for kind, a, b, c, d in difflib.SequenceMatcher(None, wanted, match).get_opcodes():
                if kind in ("replace", "delete") and not (kind == "delete" and a == b):
                    wrong += b - a
                    gone += max(0, (b - a) - (d - c))
                    total += b - a
                if kind == "replace" and b - a == d - c:
                    for x, y in zip(wanted[a:b], match[c:d], strict=True):
                        swaps[x][y] += 1
        rates.append(wrong / max(signs, 1))
        lost.append(missing / max(len(drawn), 1))
    pool = "".join(y for table in swaps.values() for y in table)
    return {
        "pages": len(rates),
        "rates": [round(rate, 4) for rate in sorted(rates)],
        "lost": [round(rate, 4) for rate in sorted(lost)],
        "deleted": round(gone / max(total, 1), 4),
        "swaps": {x: "".join(y for y, _ in t.most_common(6)) for x, t in sorted(swaps.items())},
        "pool": "".join(sorted(set(pool))),
    }


def _likeness(a: str, b: str) -> float:
    if a in b or b in a:
        return min(len(a), len(b)) / max(len(a), len(b), 1) + 0.3
    return difflib.SequenceMatcher(None, a, b).quick_ratio() if a and b else 0.0


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pages", type=Path)
    options = parser.parse_args()
    found = measure(load_pages(options.pages))
    _FILE.write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n", "utf-8")
    rates = found["rates"]
    assert isinstance(rates, list)
    print(found["pages"], "pages, mean rate", sum(rates) / len(rates))  # noqa: T201


if __name__ == "__main__":
    main()
