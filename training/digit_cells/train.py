"""Train the reader of single digits: `python -m training.digit_cells.train --version 1.0.0`.

Deterministic by its seed. Writes the artifact with its manifest, log and card. Measured on 200 real
digits of each class that are kept out (of the training part of MNIST); the test part of MNIST is
only ever read by `ocr-service bench`.
"""

import argparse
import hashlib
import io
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
import yaml
from torch import nn
from torch.nn import functional as F

from models.digits import MODEL, SIDE
from training.digit_cells.data import OTHER, held_out_cells, make_cells, pictures

_ARTIFACTS = Path(__file__).parent.parent.parent / "models" / "artifacts"
_HELD_OUT = 200
_BATCH = 128
_RATE = 2e-3
_SEED = 20261126
_CARD = """# {name} {version}

Reads one handwritten digit cut from its cell of a comb, or says that it is none (class 10).
Trained on {seen:,} drawn cells: real digits (the training part of MNIST), pen strokes, fonts, and
what is no digit. {wrong} of {held_out} real digits that were kept out are read wrongly.
`docs/training.md` says how; `docs/figures.md` how well combs are read with it. Not for lines of
digits, nor for digits of other scripts. MNIST was written by Americans: a Japanese 7 with a hook
and a 9 with a straight leg are seen in pen strokes and fonts only.
"""


class DigitNet(nn.Sequential):
    """Six convolutions and one linear layer: N x 1 x 28 x 28 to N x 11 scores."""

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        channels = 1
        for out, pool in (
            (24, False),
            (24, True),
            (48, False),
            (48, True),
            (96, False),
            (96, True),
        ):
            layers += [
                nn.Conv2d(channels, out, 3, padding=1, bias=False),
                nn.BatchNorm2d(out),
                nn.ReLU(inplace=True),
            ]
            if pool:
                layers.append(nn.MaxPool2d(2))
            channels = out
        layers += [nn.Dropout(0.2), nn.Flatten(), nn.Linear(channels * 9, OTHER + 1)]
        super().__init__(*layers)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True)
    parser.add_argument("--steps", type=int, default=6000)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(_SEED)
    net, log = train(options.steps, np.random.default_rng(_SEED))
    net.eval()
    cells, said = held_out_cells(_HELD_OUT, np.random.default_rng(_SEED + 1))
    wrong = int((_classes(net, pictures(cells)) != np.array(said)).sum())
    seen = options.steps * _BATCH
    _write(net, options.version, log, wrong, len(said), seen)
    sys.stdout.write(f"{wrong} of {len(said)} kept-out digits wrong\n")
    return 0


def train(steps: int, rng: np.random.Generator) -> tuple[DigitNet, list[dict[str, float]]]:
    """Train for `steps` batches; the rate falls along a cosine."""
    cells = make_cells(_HELD_OUT)
    net = DigitNet().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
    log: list[dict[str, float]] = []
    started, losses = time.monotonic(), []
    for step in range(1, steps + 1):
        batch, said = cells.batch(_BATCH, rng)
        scores = net(torch.from_numpy(batch).contiguous(memory_format=torch.channels_last))
        loss = F.cross_entropy(scores, torch.from_numpy(said), label_smoothing=0.02)
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
    return net, log


def _classes(net: DigitNet, batch: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return net(torch.from_numpy(batch)).argmax(1).numpy()


def _write(
    net: DigitNet, version: str, log: list[dict[str, float]], wrong: int, held_out: int, seen: int
) -> None:
    folder = _ARTIFACTS / MODEL / version
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    torch.onnx.export(
        net,
        (torch.zeros(1, 1, SIDE, SIDE),),
        buffer,
        input_names=["cells"],
        output_names=["scores"],
        dynamic_axes={"cells": {0: "n"}, "scores": {0: "n"}},
        dynamo=False,
    )
    graph = buffer.getvalue()
    (folder / "model.onnx").write_bytes(graph)
    manifest = {
        "name": MODEL,
        "version": version,
        "task": "classification of single digits",
        "file": "model.onnx",
        "sha256": hashlib.sha256(graph).hexdigest(),
        "licence": "Apache-2.0; learnt from MNIST and KanjiVG strokes (both CC BY-SA 3.0)",
        "attribution": "MNIST, Y. LeCun and C. Cortes; KanjiVG, Ulrich Apel and contributors",
        "provenance": f"trained by `python -m training.digit_cells.train` on {seen} drawn cells",
        "metrics": {"kept_out_digits": float(held_out), "kept_out_wrong": float(wrong)},
    }
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=100)
    (folder / "manifest.yaml").write_text(text, "utf-8")
    rows = "".join(json.dumps(row) + "\n" for row in log)
    (folder / "log.jsonl").write_text(rows, "utf-8")
    card = _CARD.format(name=MODEL, version=version, seen=seen, wrong=wrong, held_out=held_out)
    (folder / "README.md").write_text(card, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
