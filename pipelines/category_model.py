"""The trained classifier of documents: a linear model over `category_features`, calibrated.

What a transformer makes of the lines (`category_lines`) comes in as further features.

Plain arrays, no pickle. Probabilities are tempered; the set of candidates is conformal for each
kind by itself (Vovk, 2012: Mondrian): of the papers of a kind like those that it was calibrated on,
the stated share has its kind among the candidates.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError, ModelProblem
from models.manifest import load_manifest, read_weights
from pipelines.category_features import FEATURES, Features

UNKNOWN = "unknown"
"""Label of documents that are none of the known kinds; the background class of the model."""
MODEL = "category_linear"
SURE = 0.5
"""Least probability with which a label is said."""
NO_ARRAYS = (ValueError, KeyError, EOFError, OSError, BadZipFile)
"""What reading arrays raises where there are none."""


@dataclass(frozen=True, slots=True, eq=False)
class CategoryModel:
    """A trained classifier.

    `weights` is (FEATURES + L) x K, `bias` K; `labels` has K ids and includes `unknown`. The last L
    features are the logits of version `lines` of the transformer over lines; none without it.
    `temperature` divides the logits; a label is a candidate when 1 - p <= `thresholds` of it.
    """

    version: str
    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float
    thresholds: NDArray[np.float64]
    lines: str = ""

    def probabilities(self, features: Features) -> NDArray[np.float64]:
        """Calibrated probability of every label, shape (K,)."""
        logits = features.values @ self.weights[features.indices] + self.bias
        return softmax(logits.astype(np.float64) / self.temperature)

    def candidates(self, probabilities: NDArray[np.float64]) -> tuple[str, ...]:
        """Conformal set of labels, the likeliest first; may be empty."""
        order = np.argsort(-probabilities)
        chosen = 1 - probabilities <= self.thresholds
        return tuple(self.labels[index] for index in order if chosen[index])

    def said(self, probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
        """Choose the number of the label to say for each row: the likeliest candidate.

        Open-set rejection: a label is never said where its own threshold rules it out, nor with
        less than a half; then it is `unknown`.
        """
        chosen = 1 - probabilities <= self.thresholds
        kept = np.where(chosen, probabilities, -1.0)
        unknown = self.labels.index(UNKNOWN)
        rejected = kept.max(axis=-1) < SURE
        found: NDArray[np.int64] = np.where(rejected, unknown, kept.argmax(axis=-1))
        return found

    def confidence(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give how sure what is `said` is; of `unknown`: that it is not the likeliest known one."""
        unknown = self.labels.index(UNKNOWN)
        known = np.delete(probabilities, unknown, axis=-1).max(axis=-1)
        said = self.said(probabilities)
        own = np.take_along_axis(probabilities, said[..., None], axis=-1)[..., 0]
        found: NDArray[np.float64] = np.where(said == unknown, 1 - known, own)
        return found


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities along the last axis."""
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: NDArray[np.float64] = exponents / exponents.sum(axis=-1, keepdims=True)
    return result


def save_category_model(model: CategoryModel, path: Path | BinaryIO) -> None:
    """Write the model as plain arrays (npz, no pickle)."""
    np.savez_compressed(
        path,
        labels=np.array(model.labels),
        weights=model.weights.astype(np.float16),
        bias=model.bias,
        temperature=np.array(model.temperature),
        thresholds=model.thresholds,
        lines=np.array(model.lines),
    )


def load_text_model(version: str | None = None) -> CategoryModel:
    """Load the model of `models/artifacts`, the newest version when none is given.

    Raises `models.errors.ModelError` when it is missing or damaged.
    """
    manifest = load_manifest(MODEL, version)
    return parse_text_model(manifest.version, read_weights(manifest))


def parse_text_model(version: str, data: bytes) -> CategoryModel:
    """Read the arrays of a model. Raises `models.errors.ModelError` for others than ours."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            model = CategoryModel(
                version=version,
                labels=tuple(str(label) for label in arrays["labels"]),
                weights=arrays["weights"].astype(np.float32),
                bias=arrays["bias"],
                temperature=float(arrays["temperature"]),
                thresholds=arrays["thresholds"],
                lines=str(arrays["lines"]) if "lines" in arrays else "",
            )
    except NO_ARRAYS as error:
        raise ModelError(ModelProblem.DAMAGED, MODEL, str(error)) from error
    rows, columns = model.weights.shape
    if rows < FEATURES or (rows > FEATURES) != bool(model.lines) or columns != len(model.labels):
        raise ModelError(ModelProblem.DAMAGED, MODEL, f"weights of shape {model.weights.shape}")
    return model
