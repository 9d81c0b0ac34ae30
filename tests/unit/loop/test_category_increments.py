"""Increments of the classifier from confirmed papers, on a small model made by hand."""

import json
from hashlib import sha256

import numpy as np
import pytest

from pipelines.category_features import FEATURES, SCHEME, TextLine, document_features
from pipelines.category_kinds import Bank, encode_bank
from pipelines.category_model import CategoryModel, softmax
from training.loop.categories import (
    Papers,
    load_papers,
    logits_of,
    make_candidate,
    recalibrate,
    refit,
)

LABELS = ("move", "tax", "unknown")


def model(**changes) -> CategoryModel:
    """One that knows nothing: all papers are unknown."""
    stated = {
        "version": "1",
        "labels": LABELS,
        "weights": np.zeros((FEATURES, 3), np.float32),
        "bias": np.array([0, 0, 3], np.float32),
        "temperature": 1.0,
        "thresholds": np.array([0.4, 0.4, 0.4]),
    }
    return CategoryModel(**{**stated, **changes})


def papers(*said: tuple[str, str]) -> Bank:
    rows = [document_features([TextLine(text, 40, 40)]) for _, text in said]
    return Bank(
        tuple(label for label, _ in said),
        np.cumsum([0, *(len(row.indices) for row in rows)]),
        np.concatenate([row.indices for row in rows]),
        np.concatenate([row.values for row in rows]),
    )


def said(made: CategoryModel, bank: Bank) -> list[str]:
    chances = softmax(logits_of(made, bank) / made.temperature)
    return [made.labels[i] for i in made.said(chances)]


MOVES = papers(*[("move", f"引越しのお知らせ{sign}") for sign in "甲乙丙丁戊己庚辛"])
KNOWN = papers(
    *[("unknown", f"町内会の便り{sign}") for sign in "子丑寅卯辰巳"], ("tax", "納税の証明")
)


def test_increments_tell_what_was_confirmed_and_keep_what_was_known() -> None:
    before = model()
    assert set(said(before, MOVES)) == {"unknown"}
    after = refit(before, MOVES, KNOWN)
    assert set(said(after, papers(("move", "引越しのお知らせ壬")))) == {"move"}
    assert set(said(after, papers(("unknown", "町内会の便り午")))) == {"unknown"}


def test_what_stands_on_one_paper_only_gets_no_increment() -> None:
    after = refit(model(), MOVES, KNOWN)
    once = np.setdiff1d(
        document_features([TextLine("甲", 40, 40)]).indices,
        document_features([TextLine("引越しのお知らせ乙", 40, 40)]).indices,
    )
    once = once[once < FEATURES - 12]
    assert len(once) and not after.weights[once].any()


def test_sets_are_widened_by_papers_that_were_not_fitted_and_never_narrowed() -> None:
    after = refit(model(), MOVES, KNOWN)
    wide = recalibrate(after, papers(("move", "お知らせ"), ("tax", "納税の証明")))
    assert (wide.thresholds >= after.thresholds).all()
    assert wide.thresholds[1] > after.thresholds[1]
    assert wide.thresholds[2] == after.thresholds[2]
    assert recalibrate(after, papers(("move", "引越しのお知らせ"))).temperature > 0
    empty = Bank((), np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    assert recalibrate(after, empty) is after


def test_too_few_papers_and_kinds_of_the_office_make_no_candidate() -> None:
    few = Papers(version="0" * 64, documents=tuple("abcdefgh"), bank=MOVES)
    with pytest.raises(ValueError, match="8 papers of known kinds"):
        make_candidate(few, model(), KNOWN, bank=b"", command="test")
    own = Bank(("office.k1",) * 8, MOVES.starts, MOVES.indices, MOVES.values)
    with pytest.raises(ValueError, match="0 papers of known kinds"):
        make_candidate(
            Papers(version="0" * 64, documents=tuple("abcdefgh"), bank=own),
            model(),
            KNOWN,
            bank=b"",
            command="test",
        )


def test_papers_of_another_transformer_make_no_candidate() -> None:
    rows = [("move", f"引越しのお知らせ{chr(0x4E00 + n)}") for n in range(60)]
    ids = tuple(f"doc_{n}" for n in range(60))
    many = Papers(version="0" * 64, documents=ids, bank=papers(*rows), lines="1.0.0")
    with pytest.raises(ValueError, match=r"of transformer 1\.0\.0, the model is of none"):
        make_candidate(many, model(), KNOWN, bank=b"", command="test")


def test_what_the_transformer_says_stays_in_the_candidate() -> None:
    """Its logits are further features: increments come on top of what it knows."""
    weights = np.zeros((FEATURES + 3, 3), np.float32)
    weights[FEATURES:] = np.eye(3)
    joined = model(weights=weights, lines="1.0.0")
    found = [np.append(MOVES.indices[a:b], FEATURES + 1) for a, b in spans(MOVES)]
    values = [np.append(MOVES.values[a:b], np.float32(9)) for a, b in spans(MOVES)]
    bank = Bank(
        MOVES.labels,
        np.cumsum([0, *map(len, found)]),
        np.concatenate(found),
        np.concatenate(values),
    )
    assert set(said(joined, bank)) == {"tax"}
    after = refit(joined, bank, KNOWN)
    assert np.array_equal(after.weights[FEATURES:], weights[FEATURES:])
    assert set(said(after, bank)) == {"move"} and after.lines == "1.0.0"


def spans(bank: Bank) -> list[tuple[int, int]]:
    return list(zip(bank.starts[:-1], bank.starts[1:], strict=True))


def test_the_figures_are_of_papers_that_were_kept_aside() -> None:
    rows = [("move", f"引越しのお知らせ{chr(0x4E00 + n)}") for n in range(60)]
    many = Papers(
        version="0" * 64, documents=tuple(f"doc_{n}" for n in range(60)), bank=papers(*rows)
    )
    made = make_candidate(many, model(), KNOWN, bank=b"bank", command="test")
    assert 0 < made.metrics["held.papers"] < 30
    assert (made.metrics["held.right_before"], made.metrics["held.right_after"]) == (0, 1)
    assert made.metrics["known.papers"] == 7
    assert dict(made.parts) == {"bank.npz": b"bank"}


@pytest.mark.parametrize("fault", ["version", "scheme"])
def test_papers_that_were_changed_or_are_of_other_features_are_refused(tmp_path, fault) -> None:
    data = encode_bank(MOVES)
    told = {"version": sha256(data).hexdigest(), "scheme": SCHEME, "documents": []}
    told[fault] = "x" if fault == "version" else SCHEME + 1
    (tmp_path / "categories.npz").write_bytes(data)
    (tmp_path / "categories.json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(ValueError):
        load_papers(tmp_path)
