"""Train what tells handwriting from print: `python -m training.hand_lines.train --version 1.0.0`.

Deterministic by its seed. Writes the artifact with its manifest, log and card. Measured on lines of
fonts, pen writers and seeds that training has not seen, on print of new lines, and on new forms.
"""

import argparse
import hashlib
import io
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import nn
from torch.nn import functional as F

from models.detector import Detector
from models.hands import HEIGHT, MODEL, STEP
from training.hand_lines.data import IGNORED, HandLines, Sample
from training.hand_lines.forms import form_lines
from training.recogniser.config import load_config
from training.recogniser.corpus import Corpus
from training.recogniser.fonts import HELD_OUT, Style, load_fonts
from training.recogniser.model import make_trainable

_ROOT = Path(__file__).parent.parent.parent
_CONFIG = _ROOT / "training" / "recogniser" / "config.yaml"
_ARTIFACTS = _ROOT / "models" / "artifacts"
_WINDOW = 192
_BATCH = 48
_RATE = 3e-3
_SEED = 20261126
_FORMS, _NEW_FORMS = 613000, 614000
"""First seeds of the forms that it is trained on, and of those that it has not seen."""
_HELD_OUT = 150
_CARD = """# {name} {version}

Tells handwriting from print along a line, four columns at a time (of a line 32 pixels high), by the
shape of its strokes; it reads nothing. Used on pages that no form claims, where what is written has
to be told from what is printed. Trained on {seen:,} lines: drawn ones (handwriting fonts, pen
strokes, print fonts, scanned and soiled as for the recogniser, two fifths of several parts) and
those of filled synthetic forms. On lines that training has not seen (share of columns with ink that
are told rightly; AUROC of words of new forms, by hands that training knows): {shares}.
Not for other scripts; a typewriter and a brush font lie between the two. Real handwriting was not
measured by itself: see `docs/import.md` for what it does on pages.
"""


class HandNet(nn.Module):
    """N x 1 x 32 x W to N x W / 4 log odds; each sees about 70 columns around it."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 1
        for out, pool in ((12, (2, 2)), (24, (2, 2)), (32, (2, 1)), (48, (4, 1))):
            layers += [
                nn.Conv2d(channels, out, 3, padding=1, bias=False),
                nn.BatchNorm2d(out),
                nn.ReLU(inplace=True),
                nn.MaxPool2d(pool),
            ]
            channels = out
        self.strokes = nn.Sequential(*layers)
        self.along = nn.Sequential(
            nn.Conv1d(channels, 48, 9, padding=4),
            nn.ReLU(inplace=True),
            nn.Dropout(0.1),
            nn.Conv1d(48, 1, 5, padding=2),
        )

    def forward(self, lines: torch.Tensor) -> torch.Tensor:
        """Log odds of handwriting."""
        seen: torch.Tensor = self.along(self.strokes(lines).squeeze(2)).squeeze(1)
        return seen


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True)
    parser.add_argument("--lines", type=int, default=5000, help="lines drawn for themselves")
    parser.add_argument("--variants", type=int, default=60, help="forms beside the built-in ones")
    parser.add_argument("--steps", type=int, default=1600, help="batches")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(_SEED)
    config = load_config(_CONFIG)
    known = frozenset(make_trainable(config.base_model, config.base_version).index)
    corpus = Corpus(known, config.weights)
    detector = Detector.load()
    pages = list(form_lines(detector, seed=_FORMS, count=1, variants=options.variants))
    lines = HandLines(corpus, load_fonts())
    drawn = [lines.draw(_SEED, "train", number) for number in range(options.lines)]
    net, log = train([drawn, *_by_hand(pages)], options.steps)
    new = list(form_lines(detector, seed=_NEW_FORMS, count=0, variants=8))
    shares = held_out(net, corpus) | {"words_of_new_forms_auroc": round(_words_auroc(net, new), 4)}
    _write(net, options.version, log, shares, len(drawn) + len(pages))
    sys.stdout.write(json.dumps(shares) + "\n")
    return 0


def train(pools: Sequence[Sequence[Sample]], steps: int) -> tuple[HandNet, list[dict[str, float]]]:
    """Train `steps` batches; every window is as likely of each of `pools`."""
    net = HandNet()
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
    rng = np.random.default_rng(_SEED)
    log: list[dict[str, float]] = []
    losses: list[float] = []
    started = time.monotonic()
    for step in range(1, steps + 1):
        pixels, truth = _batch(pools, rng)
        loss = _loss(net(pixels), truth)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if step % 100 == 0:
            seconds = round(time.monotonic() - started)
            log.append({"step": step, "loss": sum(losses) / len(losses), "seconds": seconds})
            sys.stdout.write(json.dumps(log[-1]) + "\n")
            sys.stdout.flush()
            losses = []
    net.eval()
    return net, log


def _by_hand(lines: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    """Lines with writing on them, which are few on a form, and those without."""
    return (
        [line for line in lines if (line.columns > 0).any()],
        [line for line in lines if not (line.columns > 0).any()],
    )


def _batch(
    pools: Sequence[Sequence[Sample]], rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Windows of lines, a little lighter or darker, softer, or with another tone of paper."""
    pixels = np.zeros((_BATCH, 1, HEIGHT, _WINDOW), np.float32)
    truth = np.full((_BATCH, _WINDOW // STEP), IGNORED, np.int8)
    for row in range(_BATCH):
        pool = pools[int(rng.integers(len(pools)))]
        sample = pool[int(rng.integers(len(pool)))]
        wide = len(sample.columns)
        start = int(rng.integers(max(wide - _WINDOW // STEP, 0) + 1))
        part = sample.columns[start : start + _WINDOW // STEP]
        ink = sample.pixels[:, start * STEP : (start + len(part)) * STEP]
        if rng.random() < 0.3:
            ink = cv2.GaussianBlur(ink, (0, 0), float(rng.uniform(0.4, 1.1)))
        ink = np.clip(ink * rng.uniform(0.75, 1.25) + rng.normal(0, 0.03, ink.shape), 0, 1)
        pixels[row, 0, :, : ink.shape[1]] = ink
        truth[row, : len(part)] = part
    return torch.from_numpy(pixels), torch.from_numpy(truth)


def _loss(odds: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    held = truth != IGNORED
    wanted = truth[held].float() * 0.96 + 0.02
    return F.binary_cross_entropy_with_logits(odds[held], wanted)


def held_out(net: HandNet, corpus: Corpus) -> dict[str, float]:
    """Share of columns told rightly of fonts never trained on, new pen writers, new print."""
    hands = HandLines(corpus, load_fonts({**HELD_OUT}))
    new = HandLines(corpus, load_fonts())
    groups: dict[str, tuple[HandLines, Style | None]] = {
        "held_out_hands": (hands, Style.HAND),
        "pen_strokes": (new, None),
        "print": (new, Style.PRINT),
    }
    shares = {}
    for name, (lines, style) in groups.items():
        right = count = 0
        for number in range(_HELD_OUT):
            sample = lines.draw(_SEED, "held out", name, number, styles=(style,))
            with torch.no_grad():
                told = net(torch.from_numpy(sample.pixels)[None, None])[0].numpy() > 0
            held: NDArray[np.bool_] = sample.columns != IGNORED
            right += int((told[held] == (sample.columns[held] > 0)).sum())
            count += int(held.sum())
        shares[name] = round(right / max(count, 1), 4)
    return shares


def _words_auroc(net: HandNet, lines: Sequence[Sample]) -> float:
    """How well writing is told from print on forms that are new: a run of columns is a word."""
    odds, truth = [], []
    for sample in lines:
        with torch.no_grad():
            told = net(torch.from_numpy(sample.pixels)[None, None])[0].numpy()
        held = np.flatnonzero(sample.columns != IGNORED)
        kinds = sample.columns[held]
        for part in np.split(np.arange(len(held)), np.flatnonzero(np.diff(kinds)) + 1):
            if len(part):
                odds.append(float(told[held[part]].mean()))
                truth.append(bool(kinds[part[0]]))
    return float(roc_auc_score(truth, odds))


def _write(
    net: HandNet,
    version: str,
    log: list[dict[str, float]],
    shares: dict[str, float],
    seen: int,
) -> None:
    folder = _ARTIFACTS / MODEL / version
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    torch.onnx.export(
        net,
        (torch.zeros(1, 1, HEIGHT, _WINDOW),),
        buffer,
        input_names=["lines"],
        output_names=["odds"],
        dynamic_axes={"lines": {0: "n", 3: "w"}, "odds": {0: "n", 1: "c"}},
        dynamo=False,
    )
    graph = buffer.getvalue()
    (folder / "model.onnx").write_bytes(graph)
    manifest: dict[str, Any] = {
        "name": MODEL,
        "version": version,
        "task": "telling handwriting from print along a line",
        "file": "model.onnx",
        "sha256": hashlib.sha256(graph).hexdigest(),
        "licence": "Apache-2.0; learnt from KanjiVG strokes (CC BY-SA 3.0) and fonts (SIL OFL 1.1)",
        "attribution": "KanjiVG, Ulrich Apel and contributors; MNIST, Y. LeCun and C. Cortes",
        "provenance": f"trained by `python -m training.hand_lines.train` on {seen} drawn lines",
        "metrics": shares,
    }
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=100)
    (folder / "manifest.yaml").write_text(text, "utf-8")
    rows = "".join(json.dumps(row) + "\n" for row in log)
    (folder / "log.jsonl").write_text(rows, "utf-8")
    told = ", ".join(f"{name.replace('_', ' ')} {share:.3f}" for name, share in shares.items())
    card = _CARD.format(name=MODEL, version=version, seen=seen, shares=told)
    (folder / "README.md").write_text(card, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
