"""What kind of document it is: from the registered form, the text of the page, or its look.

The text classifier is linear over character n-grams of headings and of all lines
(`category_features.py`) and over what a small transformer makes of the lines (`category_lines.py`),
with conformal sets of candidates (`category_model.py`). A page with
hardly any text is told by its look (`category_looks.py`). What resembles nothing is `unknown`,
never forced.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import ModelError, ModelProblem
from models.line_classifier import LineClassifier
from pipelines.category_features import (
    FEATURES,
    Features,
    TextLine,
    fold_text,
    text_lines,
)
from pipelines.category_lines import features_with_lines
from pipelines.category_looks import LookModel, load_look_model
from pipelines.category_model import MODEL, UNKNOWN, CategoryModel, load_text_model
from pipelines.forms.model import FormDefinition
from pipelines.records import CategoryScore, Line, Pixels

BLANK = CategoryScore(label="junk.blank", confidence=1.0, candidates=("junk.blank",))
"""Category of a page without anything on it."""
_NOTHING = CategoryScore(label=UNKNOWN, confidence=1.0, candidates=(UNKNOWN,))
_LEAST_SIGNS = 4
_COARSE = 400
"""Pixels of the longer side of a page under which its look says nothing."""
_FEW_SIGNS = 25
"""Pages with fewer characters than this are told by their look."""


@dataclass(frozen=True, slots=True)
class Categoriser:
    """The classifiers of text and of looks; `lines` is the transformer that `text` builds on."""

    text: CategoryModel
    looks: LookModel
    lines: LineClassifier | None = None

    @property
    def version(self) -> str:
        """Versions of both; that of the text says which transformer it builds on."""
        return f"{self.text.version}/{self.looks.version}"

    def features(self, lines: Sequence[TextLine]) -> Features:
        """Features of a document as the classifier of text takes them."""
        return features_with_lines(lines, self.lines)


def load_category_model(version: str | None = None) -> Categoriser:
    """Load the models of `models/artifacts`; `version` is that of text, the newest if not given.

    Raises `models.errors.ModelError` when one is missing or damaged.
    """
    text = load_text_model(version)
    lines = LineClassifier.load(text.lines) if text.lines else None
    if len(text.weights) != FEATURES + len(lines.labels if lines else ()):
        reason = f"made for another transformer than {text.lines or 'none'}"
        raise ModelError(ModelProblem.DAMAGED, MODEL, reason)
    return Categoriser(text, load_look_model(), lines)


def categorise_form(form: FormDefinition, score: float) -> CategoryScore:
    """Category of a document whose form was recognised; `score` is the registration's, 0..1."""
    label = form.category_id
    return CategoryScore(label=label, confidence=score, candidates=(label,), scores=(score,))


def look_at(pixels: Pixels, lines: Sequence[Line], model: Categoriser) -> CategoryScore | None:
    """Category of a page (RGB) by its look, where it has hardly any text; else None."""
    if _signs(lines) >= _FEW_SIGNS:
        return None
    if max(pixels.shape[:2]) < _COARSE:
        return _NOTHING
    look = model.looks.categorise(pixels)
    doubts = [_signs(lines) > 0, UNKNOWN in look.candidates, look.label == BLANK.label]
    if sum(doubts) > 1:
        # A page that says something is not blank, and a doubtful look is no proof: not of a kind
        # beside words, not of emptiness.
        others = tuple(c for c in look.candidates if c != UNKNOWN)
        return CategoryScore(label=UNKNOWN, confidence=0.5, candidates=(UNKNOWN, *others))
    return look


def categorise_lines(
    lines: Sequence[Line], model: Categoriser, looks: Sequence[CategoryScore | None] = ()
) -> CategoryScore:
    """Category of a document of no known form, from its text and the `looks` of its pages.

    The text decides; where it says nothing, the looks of all pages do when they agree.
    """
    told = _by_text(lines, model)
    if told.label != UNKNOWN or not looks or None in looks or _signs(lines) >= _FEW_SIGNS:
        return told
    known = [look for look in looks if look is not None]
    if any(look.label != known[0].label for look in known):
        found = tuple(dict.fromkeys(look.label for look in known))
        return CategoryScore(label=UNKNOWN, confidence=0.5, candidates=(UNKNOWN, *found))
    return min(known, key=lambda look: look.confidence)


def _by_text(lines: Sequence[Line], categoriser: Categoriser) -> CategoryScore:
    if _signs(lines) - _digits(lines) < _LEAST_SIGNS:
        return _NOTHING
    model = categoriser.text
    probabilities = model.probabilities(categoriser.features(text_lines(lines)))
    label = model.labels[int(model.said(probabilities))]
    # An empty set says that the text resembles nothing the model was calibrated on.
    likely = model.candidates(probabilities) or (model.labels[int(probabilities.argmax())],)
    shown = likely if label in likely else (label, *likely)
    return CategoryScore(
        label=label,
        confidence=float(model.confidence(probabilities)),
        candidates=shown,
        scores=tuple(float(probabilities[model.labels.index(name)]) for name in shown),
    )


def _digits(lines: Sequence[Line]) -> int:
    return sum(fold_text(line.text).count("0") for line in lines)


def _signs(lines: Sequence[Line]) -> int:
    return sum(len(fold_text(line.text)) for line in lines)
