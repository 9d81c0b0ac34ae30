"""What kind of document it is: from the registered form, or from the text of the page.

The text classifier is linear over hashed character n-grams: a few multiplications a page, no
pickle, nothing to unpack. Its probabilities are tempered on held-out text, and the set of
candidates is conformal: it holds the truth with the coverage that the model file states, on text
like that it was calibrated on. What resembles nothing is `unknown`, never forced.
"""

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError, ModelProblem
from models.manifest import load_manifest, read_weights
from pipelines.forms.model import FormDefinition
from pipelines.records import CategoryScore, Line

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import HashingVectorizer

UNKNOWN = "unknown"
"""Label of documents that are none of the known kinds; the background class of the model."""
FEATURES = 2**15
MODEL = "category_linear"


@dataclass(frozen=True, slots=True, eq=False)
class CategoryModel:
    """A trained classifier.

    `weights` is FEATURES x K, `bias` K; `labels` has K ids and may include `unknown`.
    `temperature` divides the logits; a label is a candidate when 1 - p <= `threshold[label]`.
    """

    version: str
    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float
    thresholds: NDArray[np.float64]

    def probabilities(self, text: str) -> NDArray[np.float64]:
        """Calibrated probability of every label for one text, shape (K,)."""
        features = text_features([text])
        logits = (features @ self.weights + self.bias)[0].astype(np.float64) / self.temperature
        exponents = np.exp(logits - logits.max())
        result: NDArray[np.float64] = exponents / exponents.sum()
        return result


_HEAD_LINES = 6
_PROMINENT = 1.25
"""A line this much taller than the median is a heading."""


def text_features(texts: Sequence[str]) -> "csr_matrix":
    """Features of whole documents, shape (N, FEATURES), from their lines.

    The first lines count as much as all lines together: a form of three pages has a thousand words
    that stand on any form, and one title.
    """
    whole = [fold_text(text) for text in texts]
    heads = [fold_text("\n".join(text.split("\n")[:_HEAD_LINES])) for text in texts]
    return _weighed(whole) + _weighed(heads)


def fold_text(text: str) -> str:
    """Text as the classifier sees it: NFKC, without spaces, every digit the same."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"[0-9]", "0", folded)


def document_text(lines: Sequence[Line]) -> str:
    """Text of a document as the classifier wants it: headings first, then all other lines."""
    if not lines:
        return ""
    sizes = [_height(line) for line in lines]
    tall = _PROMINENT * float(np.median(sizes))
    first = [
        line
        for line, size in zip(lines, sizes, strict=True)
        if size >= tall and 4 <= len(line.text) <= 40
    ]
    # More than a few tall lines are a poster or handwriting, where size tells nothing.
    first = sorted(first, key=_height, reverse=True)[:2] if len(first) < len(lines) / 4 else []
    rest = [line for line in lines if line not in first]
    return "\n".join(line.text for line in (*first, *rest))


def _height(line: Line) -> float:
    box = line.box
    return box.x1 - box.x0 if line.vertical else box.y1 - box.y0


@cache
def _vectorizer() -> "HashingVectorizer":
    # Imported when a page is of no known form: a command line would wait a second for it.
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(
        analyzer="char",
        ngram_range=(1, 3),
        n_features=FEATURES,
        alternate_sign=False,
        norm=None,
        lowercase=False,
    )


def _weighed(texts: Sequence[str]) -> "csr_matrix":
    from scipy.sparse import csr_matrix
    from sklearn.preprocessing import normalize

    counts = csr_matrix(_vectorizer().transform(texts))
    counts.data = np.log1p(counts.data)
    return csr_matrix(normalize(counts))


def save_category_model(model: CategoryModel, path: Path) -> None:
    """Write the model as plain arrays (npz, no pickle)."""
    np.savez_compressed(
        path,
        labels=np.array(model.labels),
        weights=model.weights.astype(np.float16),
        bias=model.bias,
        temperature=np.array(model.temperature),
        thresholds=model.thresholds,
    )


def load_category_model(version: str | None = None) -> CategoryModel:
    """Load the model of `models/artifacts`, the newest version when none is given.

    Raises `models.errors.ModelError` when it is missing or damaged.
    """
    manifest = load_manifest(MODEL, version)
    data = read_weights(manifest)
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return CategoryModel(
                version=manifest.version,
                labels=tuple(str(label) for label in arrays["labels"]),
                weights=arrays["weights"].astype(np.float32),
                bias=arrays["bias"],
                temperature=float(arrays["temperature"]),
                thresholds=arrays["thresholds"],
            )
    except (ValueError, KeyError) as error:
        raise ModelError(ModelProblem.DAMAGED, MODEL, str(error)) from error


def categorise_form(form: FormDefinition, score: float) -> CategoryScore:
    """Category of a document whose form was recognised; `score` is the registration's, 0..1."""
    return CategoryScore(label=form.category_id, confidence=score, candidates=(form.category_id,))


def categorise_lines(lines: Sequence[Line], model: CategoryModel) -> CategoryScore:
    """Category of a document of no known form, from its text."""
    text = document_text(lines)
    if len(fold_text(text)) < 4:
        return CategoryScore(label=UNKNOWN, confidence=1.0, candidates=(UNKNOWN,))
    probabilities = model.probabilities(text)
    best = int(probabilities.argmax())
    candidates = tuple(
        model.labels[index]
        for index in np.argsort(-probabilities)
        if 1 - probabilities[index] <= model.thresholds[index]
    )
    return CategoryScore(
        label=model.labels[best],
        confidence=float(probabilities[best]),
        # An empty set says that the text resembles nothing the model was calibrated on.
        candidates=candidates or (UNKNOWN, model.labels[best]),
    )
