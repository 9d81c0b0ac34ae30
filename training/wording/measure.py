"""What the wording does to lines read from synthetic scans: prose, and lines that mean nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from models.recogniser import Recogniser
from models.wording import Wording
from pipelines.synthesis.seeding import seeded
from pipelines.wording import worded
from training.benchmark.metrics import edit_distance, normalise_text
from training.recogniser.compose import compose
from training.recogniser.corpus import Corpus, Text, TextKind
from training.recogniser.fonts import HELD_OUT, Style, load_fonts
from training.recogniser.scan import Pixels, scan_line

_GUIDES = Path(__file__).parents[2] / "docs" / "ja"
_PROSE = re.compile(r"[\u3041-\u30fe\u4e00-\u9fff、。]{6,}")
_MEANINGLESS = {TextKind.KANA: 2.0, TextKind.RARE: 1.0, TextKind.KANJI_NAME: 1.0}
_BATCH = 100


def measure(wording: Wording, count: int) -> dict[str, dict[str, float]]:
    """Share of wrong characters of `count` lines each before and after, lines mended and spoilt."""
    recogniser = Recogniser.load()
    texts = {"prose": _prose(), "meaningless": _meaningless()}
    return {name: _measure(name, t, count, recogniser, wording) for name, t in texts.items()}


def _prose() -> Iterator[Text]:
    """Pieces of the guides in Japanese, which the model has not counted."""
    found = [s for f in sorted(_GUIDES.glob("*.md")) for s in _PROSE.findall(f.read_text("utf-8"))]
    rng = seeded("wording", "prose")
    while True:
        sentence = found[int(rng.integers(len(found)))]
        at = int(rng.integers(max(1, len(sentence) - 8)))
        text = sentence[at : at + int(rng.integers(6, 16))]
        yield Text(text=text, kind=TextKind.SENTENCE)


def _meaningless() -> Iterator[Text]:
    """Kana at random, rare kanji, names: what nobody expects must be read as it is written."""
    from training.recogniser.model import make_trainable

    known = frozenset(make_trainable("ppocrv6_small_rec", "1.0.0").index)
    corpus, rng = Corpus(known, _MEANINGLESS), seeded("wording", "meaningless")
    while True:
        yield corpus.draw(rng)


def _measure(
    name: str, texts: Iterator[Text], count: int, recogniser: Recogniser, wording: Wording
) -> dict[str, float]:
    lines = list(_lines(name, texts, count))
    before = after = characters = mended = spoilt = 0
    for at in range(0, count, _BATCH):
        some = lines[at : at + _BATCH]
        readings = recogniser.read([pixels for pixels, _ in some], [None] * len(some))
        for (_, said), reading in zip(some, readings, strict=True):
            truth = normalise_text(said)
            old = edit_distance(truth, normalise_text(reading.text))
            new = edit_distance(truth, normalise_text(worded(reading, wording).text))
            before, after, characters = before + old, after + new, characters + len(truth)
            mended += new == 0 < old
            spoilt += old == 0 < new
    return {
        "before": round(before / characters, 5),
        "after": round(after / characters, 5),
        "mended": float(mended),
        "spoilt": float(spoilt),
    }


def _lines(name: str, texts: Iterator[Text], count: int) -> Iterator[tuple[Pixels, str]]:
    """Half by pen strokes, half by hands kept out of training."""
    fonts = load_fonts(HELD_OUT)
    number = made = 0
    while made < count:
        rng = seeded("wording", name, number)
        style = None if number % 2 else Style.HAND
        number += 1
        line = compose(next(texts), fonts if style else (), rng, style=style)
        if line.text.strip() and np.any(line.ink):
            made += 1
            yield scan_line(line, line.ink.copy, rng), line.text.strip()
