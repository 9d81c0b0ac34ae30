"""Train the classifier of documents and write its artifact.

python -m training.categories                 # fit, calibrate, write models/artifacts
python -m training.categories --seed 7        # another draw of the corpora
"""

import argparse
import hashlib
import random
from pathlib import Path

import numpy as np
import yaml

from models.line_classifier import LineClassifier
from models.manifest import ARTIFACTS
from pipelines.category_model import MODEL, UNKNOWN, CategoryModel, save_category_model
from training.categories.corpus import EVALUATION_SEEDS, Corpus, Plan, make_corpus
from training.categories.fit import calibrated, fit, indices_of, probabilities_of
from training.categories.vocabulary import form_kinds, known_kinds

FITTED = Plan(each=180, stranger=35, foreign=1200)
CALIBRATED = Plan(each=220, stranger=35, foreign=400)
_BANK_EACH, _BANK_UNKNOWN = 6, 150


def train(
    seed: int, version: str, *, titles: str = "all", lines: str = ""
) -> tuple[CategoryModel, Corpus]:
    """Fit and calibrate; also gives the calibration corpus, which the bank is taken from.

    With `lines`, that version of the transformer is joined to it.
    """
    transformer = LineClassifier.load(lines) if lines else None
    if not 0 < seed < EVALUATION_SEEDS // 2:
        raise ValueError(
            f"seeds from {EVALUATION_SEEDS // 2} on are for development and evaluation"
        )
    kinds = known_kinds()
    taught = make_corpus((*kinds, *form_kinds()), FITTED, 2 * seed, titles=titles)
    labels, weights, bias = fit(taught, seed)
    if transformer is not None and transformer.labels != labels:
        raise ValueError("the transformer knows other kinds")
    corpus = make_corpus(
        kinds, CALIBRATED, 2 * seed + 1, part="calibrate", titles=titles, model=transformer
    )
    return calibrated(labels, weights, bias, corpus, version, lines=lines), corpus


def calibration_metrics(model: CategoryModel, corpus: Corpus) -> dict[str, float]:
    """Figures on the calibration corpus; docs/categories.md has those of evaluation."""
    truth = indices_of(corpus.labels, model.labels)
    probabilities = probabilities_of(model, corpus.features)
    known = truth != model.labels.index(UNKNOWN)
    sets = 1 - probabilities <= model.thresholds
    right = probabilities.argmax(1) == truth
    return {
        "papers": float(len(truth)),
        "top1_known": float(right[known].mean()),
        "right_unknown": float(right[~known].mean()),
        "coverage": float(sets[np.arange(len(truth)), truth].mean()),
        "mean_set": float(sets.sum(1).mean()),
    }


def save_bank(corpus: Corpus, path: Path, seed: int) -> None:
    """Keep some papers of each kind, for the kinds that an office adds (`category_kinds.py`)."""
    rng = random.Random(seed)
    rows: list[int] = []
    for label in sorted(set(corpus.labels)):
        own = [i for i, other in enumerate(corpus.labels) if other == label]
        rows += rng.sample(own, min(len(own), _BANK_UNKNOWN if label == UNKNOWN else _BANK_EACH))
    some = corpus.features[rows]
    np.savez_compressed(
        path,
        labels=np.array([corpus.labels[i] for i in rows]),
        starts=some.indptr.astype(np.uint32),
        indices=some.indices.astype(np.uint16),
        values=some.data.astype(np.float16),
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--version", default="3.0.0")
    parser.add_argument("--lines", default="1.0.0", help="version of the transformer, or nothing")
    parser.add_argument("--titles", default="all", choices=("all", "known"))
    parser.add_argument("--out", type=Path, default=ARTIFACTS / MODEL, help="folder of versions")
    options = parser.parse_args()
    model, corpus = train(options.seed, options.version, titles=options.titles, lines=options.lines)
    folder: Path = options.out / options.version
    folder.mkdir(parents=True, exist_ok=True)
    save_category_model(model, folder / "model.npz")
    save_bank(corpus, folder / "bank.npz", options.seed)
    metrics = calibration_metrics(model, corpus)
    command = (
        f"python -m training.categories --seed {options.seed} --titles {options.titles} "
        f"--lines {options.lines}"
    )
    manifest = {
        "name": MODEL,
        "version": options.version,
        "task": "classification of documents by their text",
        "file": "model.npz",
        "sha256": _digest(folder / "model.npz"),
        "parts": {"bank.npz": _digest(folder / "bank.npz")},
        "licence": "Apache-2.0",
        "provenance": f"papers made up by this project, with measured reading errors: `{command}`",
        "metrics": {name: round(value, 4) for name, value in metrics.items()},
    }
    text = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False)
    (folder / "manifest.yaml").write_text(text, "utf-8")
    print(text)  # noqa: T201


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
