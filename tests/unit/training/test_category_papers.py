"""Papers that the classifiers learn from: what is kept for development and for evaluation."""

import numpy as np

from pipelines.category_features import FEATURES
from pipelines.category_model import CategoryModel
from training.categories.corpus import Plan, draw_documents
from training.categories.evaluate import Judged, calibration_error, isotonic_error
from training.categories.notes import EVALUATION_HANDS, TRAINING_HANDS, draw_note, draw_writer
from training.categories.vocabulary import development_strangers, strangers

STRANGERS = Plan(each=0, stranger=1, foreign=0)


def matters(part: str) -> list[str]:
    return [lines[0].text for _, lines in draw_documents((), STRANGERS, 1, part=part) if lines]


def test_matters_of_development_and_evaluation_are_never_trained_on() -> None:
    fitted = {m.matter for m in strangers(held_out=False)}
    words = {word for m in strangers(held_out=False) for word in m.words}
    kept = [*strangers(held_out=True), *development_strangers()]
    assert len(kept) == 28 and not fitted & {m.matter for m in kept}
    # A stranger of training may share an everyday word with them, not what it is about.
    assert all(len(set(m.words) - words) >= 4 for m in kept)


def test_every_stranger_is_of_one_part_only() -> None:
    parts = ("fit", "calibrate", "develop", "evaluate")
    sizes = [len(draw_documents((), STRANGERS, 1, part=part)) for part in parts]
    assert sizes[0] + sizes[1] == len(strangers(held_out=False))
    assert sizes[2:] == [12, 16]


def test_notes_of_evaluation_are_by_other_hands() -> None:
    assert not set(TRAINING_HANDS) & set(EVALUATION_HANDS)
    for held_out, hands in ((False, TRAINING_HANDS), (True, EVALUATION_HANDS)):
        rng = np.random.default_rng(3)
        assert {draw_writer(rng, held_out=held_out).hand for _ in range(20)} == set(hands)


def test_a_note_has_ink_on_paper() -> None:
    for seed in range(3):
        page = draw_note(np.random.default_rng(seed))
        assert page.dtype == np.uint8 and page.ndim == 3
        dark = (page.min(axis=2) < 150).mean()
        assert 0.0005 < dark < 0.3


def judged(confidence: float, right: int, of: int) -> Judged:
    """So many papers said to be of the first kind with the same confidence."""
    model = CategoryModel(
        version="t",
        labels=("move", "unknown"),
        weights=np.zeros((FEATURES, 2), np.float32),
        bias=np.zeros(2, np.float32),
        temperature=1.0,
        thresholds=np.ones(2),
    )
    truth = np.array([0] * right + [1] * (of - right))
    rows = np.tile([confidence, 1 - confidence], (of, 1))
    return Judged(model=model, truth=truth, probabilities=rows)


def test_an_isotonic_curve_mends_what_is_too_sure() -> None:
    sure = judged(0.95, 60, 100)
    assert abs(calibration_error(sure) - 0.35) < 1e-9
    assert isotonic_error(judged(0.95, 120, 200), sure) < 1e-9
