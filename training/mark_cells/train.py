"""Train the network that judges options: `python -m training.mark_cells.train --version 1.2.0`.

Deterministic by its seeds. Writes the artifact with its manifest and card. A fifth of the pages is
kept out to find the temperature; `training.measure_marks` measures on other seeds and hands.
"""

import argparse
import hashlib
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from models.marks import CLASSES, HIGH, MODEL, PLANES, WIDE
from training.mark_cells.data import Options, draw_options, draw_ticks, joined

_ARTIFACTS = Path(__file__).parent.parent.parent / "models" / "artifacts"
_BATCH = 128
_RATE = 3e-3
_SEED = 20261126
_KEPT_OUT = 5
_INKLESS = 0.06
_CARD = """# {name} {version}

Judges one option of a form: empty, marked, struck out or crossed. Trained on {fitted:,} drawn
options of all built-in forms (`training/mark_pages.py`) and of forms that are nothing but boxes to
tick (`training/tick_pages.py`): {wrong} of {held_out:,} options on pages
that were kept out are judged wrongly. `docs/marks.md` says how well it does on other seeds and
hands. All marks are synthetic; the network has seen no mark of a real pen.
"""


class MarkNet(nn.Sequential):
    """Four convolutions and two linear layers: N x 6 x 48 x 64 to N x 4 scores."""

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        channels = PLANES
        for out, size, stride in ((16, 5, 2), (32, 3, 2), (32, 3, 1), (48, 3, 2)):
            layers += [
                nn.Conv2d(channels, out, size, stride=stride, padding=size // 2, bias=False),
                nn.BatchNorm2d(out),
                nn.ReLU(inplace=True),
            ]
            channels = out
        cells = channels * (HIGH // 8) * (WIDE // 8)
        layers += [nn.Flatten(), nn.Dropout(0.3), nn.Linear(cells, 64), nn.ReLU(inplace=True)]
        super().__init__(*layers, nn.Linear(64, len(CLASSES)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True)
    parser.add_argument("--first-seed", type=int, default=200_000)
    parser.add_argument("--seeds", type=int, default=110, help="seeds a form")
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument("--drawn", type=Path, help="where drawn options are kept for the next run")
    parser.add_argument("--first-tick-seed", type=int, default=220_000)
    parser.add_argument("--tick-seeds", type=int, default=24, help="seeds a layout of ticks")
    parser.add_argument("--drawn-ticks", type=Path, help="the same for forms of ticks")
    parser.add_argument("--first-weak-seed", type=int, default=222_000)
    parser.add_argument("--weak-seeds", type=int, default=36, help="of ticks that are read badly")
    parser.add_argument("--drawn-weak", type=Path, help="the same for ticks that are read badly")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    torch.manual_seed(_SEED)
    drawn = _all_drawn(options)
    held = drawn.seeds % _KEPT_OUT == 0
    kept_out = drawn.only(held)
    net = train(drawn, np.flatnonzero(~held), options.epochs)
    scores = scores_of(net, kept_out.pictures)
    wrong = int((scores.argmax(1) != kept_out.truth).sum())
    warmth = temperature(scores, kept_out.truth)
    last = net[-1]
    with torch.no_grad():
        last.weight /= warmth
        last.bias /= warmth
    fitted = int((~held).sum())
    provenance = (
        f"trained by `python -m training.mark_cells.train` on {fitted} drawn options,"
        f" seeds {_span(options.first_seed, options.seeds)}, of forms of"
        f" ticks {_span(options.first_tick_seed, options.tick_seeds)}"
        f" and, of what is read badly, {_span(options.first_weak_seed, options.weak_seeds)}"
    )
    _write(net, options.version, provenance, (fitted, len(kept_out.truth), wrong))
    sys.stdout.write(f"{wrong} of {len(kept_out.truth)} kept-out options wrong, T {warmth:.2f}\n")
    return 0


def _all_drawn(options: argparse.Namespace) -> Options:
    """Draw marks of all forms, ticks, and ticks that are read badly."""
    processes = options.processes
    return joined(
        [
            _drawn(
                options.drawn,
                lambda: draw_options(options.first_seed, options.seeds, processes=processes),
            ),
            _drawn(
                options.drawn_ticks,
                lambda: draw_ticks(
                    options.first_tick_seed, options.tick_seeds, weak=False, processes=processes
                ),
            ),
            _drawn(
                options.drawn_weak,
                lambda: draw_ticks(
                    options.first_weak_seed, options.weak_seeds, weak=True, processes=processes
                ),
            ),
        ]
    )


def _span(first: int, seeds: int) -> str:
    return f"{first} to {first + seeds - 1}"


def _drawn(kept_at: Path | None, draw: Callable[[], Options]) -> Options:
    """Options as they were kept by an earlier run, or drawn now."""
    if kept_at is not None and kept_at.is_file():
        kept = np.load(kept_at)
        return Options(pictures=kept["pictures"], truth=kept["truth"], seeds=kept["seeds"])
    made = draw()
    if kept_at is not None:
        np.savez(kept_at, pictures=made.pictures, truth=made.truth, seeds=made.seeds)
    return made


def train(options: Options, rows: NDArray[np.intp], epochs: int) -> MarkNet:
    """Train on some `rows` for some epochs; the rate rises and falls along a cosine.

    Products are of half precision (bfloat16): that is half the time, and the weights are not.
    """
    net = MarkNet().to(memory_format=torch.channels_last)
    rng = np.random.default_rng(_SEED)
    count = len(rows)
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=1e-2)
    steps = epochs * (count // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
    for epoch in range(epochs):
        order, total = rng.permutation(rows), 0.0
        for at in range(0, count - _BATCH + 1, _BATCH):
            chosen = np.sort(order[at : at + _BATCH])
            batch = _varied(options.pictures[chosen], rng)
            seen = torch.from_numpy(batch).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores = net(seen)
            truth = torch.from_numpy(options.truth[chosen])
            loss = F.cross_entropy(scores.float(), truth, label_smoothing=0.01)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        sys.stdout.write(f"epoch {epoch + 1}: loss {total / (count // _BATCH):.4f}\n")
        sys.stdout.flush()
    return net.eval()


def scores_of(net: MarkNet, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Scores N x 4 of pictures."""
    with torch.no_grad():
        parts: list[NDArray[np.float32]] = [
            net(torch.from_numpy(pictures[at : at + 512].astype(np.float32) / 255)).numpy()
            for at in range(0, len(pictures), 512)
        ]
    return np.concatenate(parts).astype(np.float32)


def temperature(scores: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """Temperature with the least log loss on pages the network was not fitted on."""

    def loss(t: float) -> float:
        scaled = scores / t
        top = scaled.max(axis=1, keepdims=True)
        chances = scaled - top - np.log(np.exp(scaled - top).sum(axis=1, keepdims=True))
        return float(-chances[np.arange(len(truth)), truth].mean())

    return float(min(np.geomspace(0.3, 4, 60), key=loss))


def _varied(pictures: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.float32]:
    """Move and fade pictures: a page is never registered exactly.

    Some lose their ink: a pale stroke is seen only in what the blank does not explain.
    """
    moved = pictures.copy()
    shifts = rng.integers(-2, 3, (len(pictures), 2))
    for picture, (down, across) in zip(moved, shifts.tolist(), strict=True):
        # What was seen moves, the boxes stay.
        picture[:3] = np.roll(picture[:3], (down, across), axis=(1, 2))
    batch: NDArray[np.float32] = moved.astype(np.float32) / np.float32(255)
    neutral = np.median(batch[:, 0], axis=(1, 2), keepdims=True)
    gain = rng.uniform(0.7, 1.15, (len(batch), 1, 1)).astype(np.float32)
    batch[:, 0] = np.clip(neutral + (batch[:, 0] - neutral) * gain, 0, 1)
    batch[rng.random(len(batch)) < _INKLESS, 2] = 0
    return batch


def _write(net: MarkNet, version: str, provenance: str, counts: tuple[int, int, int]) -> None:
    fitted, held_out, wrong = counts
    folder = _ARTIFACTS / MODEL / version
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    torch.onnx.export(
        net,
        (torch.zeros(1, PLANES, HIGH, WIDE),),
        buffer,
        input_names=["pictures"],
        output_names=["scores"],
        dynamic_axes={"pictures": {0: "n"}, "scores": {0: "n"}},
        dynamo=False,
    )
    graph = buffer.getvalue()
    (folder / "model.onnx").write_bytes(graph)
    manifest = {
        "name": MODEL,
        "version": version,
        "task": "judging options of a form",
        "file": "model.onnx",
        "sha256": hashlib.sha256(graph).hexdigest(),
        "licence": "Apache-2.0; learnt from synthetic marks only",
        "provenance": provenance,
        "metrics": {"kept_out_options": float(held_out), "kept_out_wrong": float(wrong)},
    }
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=100)
    (folder / "manifest.yaml").write_text(text, "utf-8")
    card = _CARD.format(name=MODEL, version=version, fitted=fitted, wrong=wrong, held_out=held_out)
    (folder / "README.md").write_text(card, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
