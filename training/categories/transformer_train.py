"""Train the transformer over lines: `python -m training.categories.transformer_train`.

    OMP_NUM_THREADS=1 python -m training.categories.transformer_train --state FILE

The first pass is over the papers of the linear model; every further one over as many others of
training seeds, made while it trains.
"""

import argparse
import hashlib
import io
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
import yaml
from numpy.typing import NDArray
from torch import nn

from models.line_classifier import MODEL, TABLE
from models.manifest import ARTIFACTS
from pipelines.category_lines import PLACES, Tokens, line_tokens
from training.categories.__main__ import FITTED
from training.categories.corpus import draw_documents
from training.categories.fit import balance, indices_of
from training.categories.transformer import LineTransformer, OneDocument, collate, logits_of
from training.categories.vocabulary import UNKNOWN, form_kinds, known_kinds

_BATCH, _SORTED = 64, 20
_RATE, _WARM_UP = 1e-3, 250
_LOST = 0.1


def train(passes: int, seed: int, state: Path) -> tuple[tuple[str, ...], LineTransformer]:
    """Train; `state` is where the weights lie after every pass."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    labels = tuple(sorted({kind.label for kind in known_kinds()} | {UNKNOWN}))
    model = LineTransformer(len(labels))
    optimiser = torch.optim.AdamW(model.parameters(), lr=_RATE, betas=(0.9, 0.98), fused=True)
    for number in range(passes):
        tokens, names = _papers(2 * seed if number == 0 else 1000 + 100 * seed + number)
        truth = indices_of(names, labels)
        weight = torch.tensor(balance(truth, len(labels)), dtype=torch.float32)
        batches, losses = _batches(tokens, rng), []
        for step, rows in enumerate(batches):
            done = (number + step / len(batches)) / passes
            warm = min(1.0, (step + 1) / _WARM_UP) if number == 0 else 1.0
            for group in optimiser.param_groups:
                group["lr"] = _RATE * warm * 0.5 * (1 + np.cos(np.pi * done))
            batch = collate([tokens[i] for i in rows], rng, _LOST)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = logits_of(model, batch)
            wanted = torch.from_numpy(truth[rows])
            loss = nn.functional.cross_entropy(logits.float(), wanted, weight=weight)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            losses.append(loss.item())
        torch.save({"labels": labels, "state": model.state_dict()}, state)
        told = f"pass {number + 1}, {time.process_time():.0f} s, loss {np.mean(losses):.4f}"
        print(told, flush=True)  # noqa: T201
    return labels, model


def _papers(seed: int) -> tuple[list[Tokens], list[str]]:
    drawn = draw_documents((*known_kinds(), *form_kinds()), FITTED, seed)
    return [line_tokens(lines) for _, lines in drawn], [label for label, _ in drawn]


def _batches(tokens: Sequence[Tokens], rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Batches of papers of about the same length, in any order."""
    lengths = np.array([len(each.starts) for each in tokens])
    order = rng.permutation(len(tokens))
    found = []
    for start in range(0, len(order), _BATCH * _SORTED):
        some = order[start : start + _BATCH * _SORTED]
        some = some[np.argsort(lengths[some], kind="stable")]
        found += [some[i : i + _BATCH] for i in range(0, len(some), _BATCH)]
    return [found[number] for number in rng.permutation(len(found))]


def write_artifact(
    model: LineTransformer, labels: Sequence[str], folder: Path, command: str
) -> None:
    """Write graph, table of n-grams and manifest into a folder named after the version."""
    folder.mkdir(parents=True, exist_ok=True)
    width = model.first.shape[0]
    buffer = io.BytesIO()
    torch.onnx.export(
        OneDocument(model.eval()),
        (torch.zeros(7, width + len(PLACES)),),
        buffer,
        input_names=["tokens"],
        output_names=["logits"],
        dynamic_axes={"tokens": {0: "lines"}},
        dynamo=False,
    )
    graph = onnx.load_from_string(buffer.getvalue())
    onnx.helper.set_model_props(graph, {"labels": " ".join(labels)})
    (folder / "model.onnx").write_bytes(graph.SerializeToString())
    weights = model.grams.weight.detach().numpy()
    # Stored as float16, so that what divides is what multiplies again.
    scales = (np.abs(weights).max(axis=1) / 127).astype(np.float16) + np.float16(1e-6)
    values = np.clip(np.round(weights / scales[:, None].astype(np.float32)), -127, 127)
    np.savez_compressed(folder / TABLE, values=values.astype(np.int8), scales=scales)
    manifest = {
        "name": MODEL,
        "version": folder.name,
        "task": "classification of documents by their lines, for category_linear",
        "file": "model.onnx",
        "sha256": _digest(folder / "model.onnx"),
        "parts": {TABLE: _digest(folder / TABLE)},
        "licence": "Apache-2.0",
        "provenance": f"papers made up by this project: `{command}`",
    }
    text = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False)
    (folder / "manifest.yaml").write_text(text, "utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--passes", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--state", type=Path, required=True, help="file of the state after a pass")
    parser.add_argument("--out", type=Path, default=ARTIFACTS / MODEL, help="folder of versions")
    parser.add_argument("--trained", action="store_true", help="only write what `--state` holds")
    options = parser.parse_args()
    if options.trained:
        held = torch.load(options.state)
        labels, model = held["labels"], LineTransformer(len(held["labels"]))
        model.load_state_dict(held["state"])
    else:
        labels, model = train(options.passes, options.seed, options.state)
    command = (
        f"python -m training.categories.transformer_train --seed {options.seed} "
        f"--passes {options.passes} --version {options.version}"
    )
    write_artifact(model, labels, options.out / options.version, command)


if __name__ == "__main__":
    main()
