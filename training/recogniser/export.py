"""Turn a run into an artifact: `python -m training.recogniser.export --run var/runs/one`.

The averaged weights of the run are mixed with the original ones (Wortsman et al. 2022, "Robust
fine-tuning of zero-shot models"): of the shares that read the held-out synthetic lines as well as
the best one within a standard error the smallest is kept, since what was not synthesised is read
better the nearer the weights stay to the original. The graph of the file stays the original one;
the classifier goes into a file of its own.
"""

import argparse
import hashlib
import io
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
import yaml
from torch import Tensor

from models.head import HEAD_FILE
from models.onnx_graph import behead
from training.recogniser.config import load_config
from training.recogniser.evaluate import HeldOut, evaluate, held_out_lines
from training.recogniser.graph import write_weights
from training.recogniser.model import Trainable, freeze, make_trainable
from training.recogniser.plots import CURVES, LOG
from training.recogniser.train import AVERAGE

_SHARES = (1.0, 0.85, 0.7, 0.55)
_ARTIFACTS = Path(__file__).parent.parent.parent / "models" / "artifacts"
_NAME = "ppocrv6_small_rec"
_TOLERANCE = 2e-3
_CARD = """# {name} {version}

Reads one line of Japanese, written by hand or printed: a crop 48 pixels high to characters. It is
PP-OCRv6 small (Apache-2.0) trained further on {drawn} synthetic lines, shown {seen} times in all;
{share} parts of the trained weights and the rest of the original ones. `docs/training.md` says how,
`NOTICE` whose works it learnt from, `docs/figures.md` how well it reads beside others.

Wrong characters on new synthetic lines, hard scans (`fonts`: hands not trained on; `strokes`: new
writers of the same skeletons; `print`: the fonts of the training):

| weights | {head} |
|---|{rule}
{rows}

Meant for boxes and lines of office papers, where a person confirms what was read. Not for writing
systems other than Japanese and Latin, for Hentaigana, or for brush cursive. Of real handwriting it
has seen digits only; everything else was written by programs with pen strokes and fonts. It was not
trained on papers or writing of citizens.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--version", required=True, help="version of the artifact, as 2.0.0")
    parser.add_argument("--lines", type=int, default=250, help="held-out lines a group")
    options = parser.parse_args(arguments)
    config = load_config(options.run / "config.yaml")
    model = make_trainable(config.base_model, config.base_version)
    freeze(model.net, config.frozen_blocks)
    original = {n: p.detach().clone() for n, p in model.net.named_parameters()}
    state = torch.load(options.run / AVERAGE, map_location="cpu", weights_only=True)
    names = [n for n, p in model.net.named_parameters() if p.requires_grad]
    trained = dict(zip(names, (p.float() for p in state["average"]), strict=True))
    groups = held_out_lines(model, options.lines)
    before = evaluate(model.net, model.characters, groups)
    tried = {s: _mixed(model, original, trained, s, groups) for s in _SHARES}
    share = _nearest(tried)
    _mixed(model, original, trained, share, ())
    folder = _ARTIFACTS / _NAME / options.version
    figures = {"before": before, **{f"share {s}": g for s, g in tried.items()}}
    _write(model, folder, options.version, (state["drawn"], state["seen"]), share, figures)
    for name in (LOG, CURVES):
        shutil.copyfile(options.run / name, folder / name)
    sys.stdout.write(json.dumps(figures, indent=1) + f"\nshare {share}\n")
    return 0


def artifact_files(model: Trainable) -> tuple[bytes, bytes]:
    """Give the graph of the features and `head.npz` with the weights of the network as it is now.

    Raises RuntimeError when the graph does not give what the network gives.
    """
    parameters = dict(model.net.named_parameters())
    values = {
        tensor: parameters[name].detach().contiguous().numpy()
        for name, tensor in model.net.tensor_names.items()
        if not name.startswith("head.")
    }
    graph = behead(write_weights(model.graph, values).SerializeToString()).graph
    _compare(model, graph)
    head = io.BytesIO()
    np.savez_compressed(
        head,
        weight=model.net.head.weight.detach().numpy().astype(np.float16),
        bias=model.net.head.bias.detach().numpy().astype(np.float32),
        characters=np.array(model.characters),
    )
    return graph, head.getvalue()


def _nearest(tried: dict[float, dict[str, dict[str, float]]]) -> float:
    """Smallest share whose errors are within one standard error of the fewest."""
    errors = {s: sum(g["errors"] for g in groups.values()) for s, groups in tried.items()}
    best = min(errors, key=lambda s: errors[s])
    spread = sum(g["spread"] ** 2 for g in tried[best].values()) ** 0.5
    return min(s for s, n in errors.items() if n <= errors[best] + spread)


def _mixed(
    model: Trainable,
    original: dict[str, Tensor],
    trained: dict[str, Tensor],
    share: float,
    groups: Sequence[HeldOut],
) -> dict[str, dict[str, float]]:
    """Set the network to this share of the trained weights and measure it."""
    with torch.no_grad():
        for name, parameter in model.net.named_parameters():
            if name in trained:
                parameter.copy_(torch.lerp(original[name], trained[name], share))
    return evaluate(model.net, model.characters, groups)


def _write(
    model: Trainable,
    folder: Path,
    version: str,
    lines: tuple[int, int],
    share: float,
    figures: dict[str, dict[str, dict[str, float]]],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    graph, head = artifact_files(model)
    (folder / "features.onnx").write_bytes(graph)
    (folder / HEAD_FILE).write_bytes(head)
    width, classes = model.net.head.weight.shape
    measured = figures[f"share {share}"]
    manifest = {
        "name": _NAME,
        "version": version,
        "task": "recognition",
        "file": "features.onnx",
        "sha256": _sha256(folder / "features.onnx"),
        "bytes": (folder / "features.onnx").stat().st_size,
        "parts": {HEAD_FILE: _sha256(folder / HEAD_FILE)},
        "licence": "Apache-2.0 (weights of PP-OCRv6), CC BY-SA 3.0 (KanjiVG strokes, MNIST digits)",
        "attribution": (
            "PaddleOCR (PP-OCRv6), PaddlePaddle Authors; KanjiVG, Ulrich Apel and contributors; "
            "TOMOE, Hiroyuki Komatsu; MNIST, Y. LeCun and C. Cortes"
        ),
        "provenance": (
            f"{_NAME} 1.0.0 trained further on {lines[0]} synthetic lines, shown {lines[1]} times "
            "in all (training/recogniser); "
            f"{share:.2f} parts of the trained weights, {1 - share:.2f} of the original ones"
        ),
        "input": "N x 3 x 48 x W float32, (x / 255 - 0.5) / 0.5, padded on the right with 0",
        "output": f"N x W/8 x {width} features; head.npz has {classes} classes",
        "metrics": {
            f"held_out_{group}_{name}": round(value, 4)
            for group, values_ in measured.items()
            for name, value in values_.items()
            if name in ("wrong", "exact")
        },
    }
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=100)
    (folder / "manifest.yaml").write_text(text, "utf-8")
    (folder / "training.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    (folder / "README.md").write_text(_card(version, lines, share, figures), "utf-8")


def _card(
    version: str,
    lines: tuple[int, int],
    share: float,
    figures: dict[str, dict[str, dict[str, float]]],
) -> str:
    """Model card: what the model is for, what it learnt from, how well it reads, where not."""
    rows = [
        f"| {name} | " + " | ".join(f"{100 * g['wrong']:.2f} %" for g in groups.values()) + " |"
        for name, groups in figures.items()
    ]
    names = list(next(iter(figures.values())))
    return _CARD.format(
        name=_NAME,
        version=version,
        drawn=f"{lines[0]:,}",
        seen=f"{lines[1]:,}",
        share=f"{share:.2f}",
        head=" | ".join(names),
        rule="--:|" * len(names),
        rows="\n".join(rows),
    )


def _compare(model: Trainable, graph: bytes) -> None:
    """Check that the graph as written gives what the network gives. Raises RuntimeError."""
    pixels = np.random.default_rng(0).uniform(-1, 1, (2, 3, 48, 160)).astype(np.float32)
    session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
    written = session.run(None, {session.get_inputs()[0].name: pixels})[0]
    with torch.no_grad():
        own = model.net.features(torch.from_numpy(pixels)).numpy()
    if not np.allclose(written, own, atol=_TOLERANCE):
        raise RuntimeError(f"the graph differs by {np.abs(written - own).max():.2g}")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
