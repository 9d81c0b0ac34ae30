"""How well a network reads lines that it was not trained on.

`fonts` are those of `fonts.HELD_OUT`, `strokes` pen writers of a random stream of their own (the
skeletons of the characters are the same as in training), `print` new lines in the print fonts of
the training. Nothing real: the figures of record come from `ocr-service bench`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from models.ctc import greedy
from pipelines.synthesis.seeding import seeded
from training.benchmark.metrics import edit_distance
from training.recogniser.compose import Composed, compose
from training.recogniser.corpus import Corpus, TextKind
from training.recogniser.data import Line, collate
from training.recogniser.fonts import HELD_OUT, Style, load_fonts
from training.recogniser.model import Trainable
from training.recogniser.scan import scan_line

_WEIGHTS = {
    TextKind.KANJI_NAME: 3.0,
    TextKind.KANA_NAME: 3.0,
    TextKind.ADDRESS: 3.0,
    TextKind.SENTENCE: 3.0,
    TextKind.FIGURES: 2.0,
    TextKind.DATE: 1.0,
}


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Lines of one group of writers."""

    name: str
    lines: tuple[Line, ...]


def held_out_lines(model: Trainable, count: int) -> list[HeldOut]:
    """`count` lines each by held-out fonts, by pen strokes of unseen writers, by print."""
    corpus = Corpus(frozenset(model.index), _WEIGHTS)
    hands = load_fonts(HELD_OUT)
    everything = load_fonts()
    groups = {
        "fonts": (hands, Style.HAND),
        "strokes": ((), None),
        "print": (everything, Style.PRINT),
    }
    found = []
    for name, (fonts, style) in groups.items():
        lines: list[Line] = []
        number = 0
        while len(lines) < count:
            rng = seeded("held out", name, number)
            number += 1
            text = corpus.draw(rng)
            line: Composed = compose(text, fonts, rng, style=style)
            if line.printed == (name == "print") and line.text.strip():
                pixels = scan_line(line, line.ink.copy, rng)
                lines.append(Line(pixels, line.text.strip(), text.kind, line.printed))
        found.append(HeldOut(name, tuple(lines)))
    return found


def evaluate(
    net: nn.Module, characters: Sequence[str], groups: Sequence[HeldOut]
) -> dict[str, dict[str, float]]:
    """Share of wrong characters and of exact lines of each group, spaces not counted.

    `errors` is the number of wrong characters, `spread` its standard error over the lines.
    """
    return {group.name: _measure(net, characters, group.lines) for group in groups}


def _measure(net: nn.Module, characters: Sequence[str], lines: Sequence[Line]) -> dict[str, float]:
    index = {c: i for i, c in enumerate(characters) if c}
    found: list[int] = []
    total = 0
    ordered = sorted(lines, key=lambda line: line.pixels.shape[1])
    for at in range(0, len(ordered), 8):
        some = ordered[at : at + 8]
        batch = collate(some, index)
        device = next(net.parameters()).device
        pixels = torch.from_numpy(batch.pixels).to(device).expand(-1, 3, -1, -1).contiguous()
        with torch.no_grad():
            logits = net(pixels).cpu().numpy()
        for row, line in enumerate(some):
            spikes = greedy(logits[row, : batch.steps[row]])
            read = "".join(characters[s.index] for s in spikes).replace(" ", "")
            said = line.text.replace(" ", "")
            found.append(edit_distance(said, read))
            total += len(said)
    return {
        "wrong": sum(found) / max(total, 1),
        "exact": found.count(0) / max(len(found), 1),
        "errors": float(sum(found)),
        "spread": float(np.std(found) * len(found) ** 0.5),
    }
