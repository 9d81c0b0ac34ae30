"""Train the classifier of looks: `python -m training.categories.looks`."""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.manifest import ARTIFACTS
from pipelines.category_looks import LOOKS, LookModel, expand, measure
from pipelines.category_model import UNKNOWN, softmax
from training.categories.pictures import DRAWN, draw_picture

_EACH, _TRIED = 250, 80
_DEVELOPMENT = 200_000


def make_looks(
    each: int, seed: int, *, held_out: bool = False
) -> tuple[NDArray[np.float64], list[str]]:
    """Measures and labels of `each` drawn pages of every look, of no look three times as many."""
    rng = np.random.default_rng(seed)
    labels = [label for label in DRAWN for _ in range(each * (3 if label == UNKNOWN else 1))]
    pages = (draw_picture(label, rng, held_out=held_out) for label in labels)
    return np.array([measure(page) for page in pages]), labels


def train_looks(seed: int, version: str) -> LookModel:
    """Fit the softmax over the expanded measures."""
    measures, labels = make_looks(_EACH, seed)
    means, scales = measures.mean(axis=0), measures.std(axis=0) + 1e-6
    rows = expand(np.clip((measures - means) / scales, -4, 4))
    fitted = LogisticRegression(C=0.05, max_iter=600, fit_intercept=False).fit(rows, labels)
    names = tuple(str(name) for name in fitted.classes_)
    return LookModel(version, names, means, scales, fitted.coef_.T)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--version", default="1.1.0")
    parser.add_argument("--out", type=Path, default=ARTIFACTS / LOOKS, help="folder of versions")
    options = parser.parse_args()
    model = train_looks(options.seed, options.version)
    folder: Path = options.out / options.version
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / "model.npz",
        labels=np.array(model.labels),
        means=model.means.astype(np.float32),
        scales=model.scales.astype(np.float32),
        weights=model.weights.astype(np.float32),
    )
    measures, labels = make_looks(_TRIED, _DEVELOPMENT + options.seed, held_out=True)
    found = softmax(model.expanded(measures) @ model.weights)
    right = np.array(model.labels)[found.argmax(axis=1)] == np.array(labels)
    command = "python -m training.categories.looks"
    manifest = {
        "name": LOOKS,
        "version": options.version,
        "task": "classification of pages with hardly any text by their look",
        "file": "model.npz",
        "sha256": hashlib.sha256((folder / "model.npz").read_bytes()).hexdigest(),
        "licence": "Apache-2.0",
        "provenance": f"pictures made up by this project: `{command} --seed {options.seed}`",
        "metrics": {"pages": float(len(labels)), "top1_made_up": round(float(right.mean()), 4)},
    }
    text = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False)
    (folder / "manifest.yaml").write_text(text, "utf-8")
    print(text)  # noqa: T201


if __name__ == "__main__":
    main()
