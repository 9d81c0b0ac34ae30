"""Train the text classifier of documents: corpus, fit, calibration, evaluation.

    python -m training.categories            # train, evaluate, write the artifact
    python -m training.categories --seed 7   # another draw of the corpus

The corpus is made from `pipelines/reference/categories.yaml` (titles and words of papers), the
printed text of the built-in forms, words of any form (`form_phrases.txt`) and papers of no office
(`background.txt`), with the noise of reading: lost and swapped characters, missing lines. Titles
are split: those used for evaluation are never trained on.
"""

import argparse
import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from models.manifest import ARTIFACTS
from pipelines.categorise import (
    MODEL,
    UNKNOWN,
    CategoryModel,
    save_category_model,
    text_features,
)
from pipelines.forms.load import FormLibrary
from pipelines.reference.categories import category_entries

COVERAGE = 0.97
"""Share of documents whose candidates hold the truth: more would name two or three for most."""
_HERE = Path(__file__).parent
_LATIN = (
    *("the", "of", "and", "to", "in", "is", "was", "for", "with", "that", "on", "as", "by", "at"),
    *("from", "this", "which", "be", "are", "not", "have", "one", "two", "chapter", "figure"),
    *("table", "page", "language", "water", "sugar", "butter", "flour", "minutes", "over", "small"),
    *("large", "house", "question", "answer", "marks", "roll", "number", "name", "class", "test"),
    *("sheet", "option", "correct", "school", "student", "time", "box", "fill", "dark", "section"),
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """What texts of one category are made of. `lines` are printed lines of a form, if any."""

    label: str
    titles: tuple[str, ...]
    words: tuple[str, ...]
    lines: tuple[str, ...] = ()


def sources(library: FormLibrary) -> list[Source]:
    """All categories, the built-in forms as further sources of theirs, and the background."""
    found = [
        Source(label=entry["id"], titles=tuple(entry["titles"]), words=tuple(entry["words"]))
        for entry in category_entries()
    ]
    for entry in library.entries:
        form = entry.definition
        lines = tuple(
            line
            for page in form.pages
            for item in page.printed
            if item.type == "text"
            for line in item.text.splitlines()
        )
        words = tuple(field.label for field in form.fields)
        found.append(Source(label=form.category_id, titles=(form.title,), words=words, lines=lines))
    sentences = _phrases("background.txt")
    found.append(Source(label=UNKNOWN, titles=(), words=sentences, lines=sentences))
    return found


def make_text(source: Source, titles: Sequence[str], rng: random.Random) -> str:
    """One noisy text of a document of `source`: title, its own words, words of any form."""
    own: list[str] = []
    if source.lines and rng.random() < 0.7:
        share = rng.uniform(0.2, 1.0)
        own = [line for line in source.lines if rng.random() < share]
        if source.label == UNKNOWN:
            own = rng.sample(source.lines, rng.randint(1, 12))
    else:
        own = rng.sample(source.words, min(len(source.words), rng.randint(4, 14)))
    lines = list(own)
    if source.label == UNKNOWN:
        lines = _strange(own, rng)
    if source.label != UNKNOWN or rng.random() < 0.4:
        # From a note of a few lines to a form of several pages.
        lines += rng.choices(_phrases("form_phrases.txt"), k=int(3 * 40 ** rng.random()))
        if rng.random() < 0.2:
            # Forms for foreign residents say everything twice.
            lines += _english(rng, rng.randint(2, 60))
    lines += [str(rng.randint(0, 10**9)) for _ in range(rng.randint(0, 4))]
    rng.shuffle(lines)
    if titles and rng.random() < 0.95:
        # Over a title stand the number of the form, a stamp, the office.
        lines.insert(rng.choice((0, 0, 0, 1, 2, 4)), _title(titles, rng))
    noise = rng.choice((0.0, 0.02, 0.05, 0.12))
    return "\n".join(_misread(line, noise, rng) for line in lines)


def _title(titles: Sequence[str], rng: random.Random) -> str:
    title = rng.choice(titles)
    if rng.random() < 0.15:
        # Later pages and attached sheets name only the matter: 在留期間更新用.
        title = re.sub("(許可|認定|交付|支給)?(申請書|請求書|申告書|届出書|届)$", "", title)
    dress = rng.choice(
        ("{}", "{}", "{}", "（{}）", "{}（表面）", "{}　その1", "令和8年度 {}", "{}用")
    )
    return dress.format(title)


def _strange(own: list[str], rng: random.Random) -> list[str]:
    """Papers of no office: sentences, English, answer sheets, numbers, or hardly anything."""
    kind = rng.random()
    if kind < 0.2:
        return _english(rng, rng.randint(3, 60))
    if kind < 0.35:
        signs = "0123456789ABCDEabcdeOo○●()QNoＱ."
        return [
            "".join(rng.choices(signs, k=rng.randint(1, 8))) for _ in range(rng.randint(8, 150))
        ]
    return own


def _english(rng: random.Random, count: int) -> list[str]:
    return [" ".join(rng.choices(_LATIN, k=rng.randint(2, 12))) for _ in range(count)]


@cache
def _phrases(name: str) -> tuple[str, ...]:
    lines = (_HERE / name).read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _misread(line: str, rate: float, rng: random.Random) -> str:
    out = []
    for char in line:
        dice = rng.random()
        if dice < rate * 0.4:
            continue
        out.append(chr(rng.randint(0x4E00, 0x7FFF)) if dice < rate else char)
    return "".join(out)


def make_corpus(
    found: Sequence[Source], per_source: int, rng: random.Random, *, held_out: bool
) -> tuple[list[str], list[str]]:
    """Texts and labels. With `held_out` only titles that training never uses (every fourth)."""
    texts, labels = [], []
    for source in found:
        split = [t for i, t in enumerate(source.titles) if (i % 4 == 3) == held_out]
        for _ in range(per_source):
            texts.append(make_text(source, split or source.titles, rng))
            labels.append(source.label)
    return texts, labels


def train(
    found: Sequence[Source], seed: int, version: str
) -> tuple[CategoryModel, dict[str, float]]:
    """Fit, temper and calibrate; the metrics are of texts with titles never trained on."""
    rng = random.Random(seed)
    texts, labels = make_corpus(found, 160, rng, held_out=False)
    classifier = LogisticRegression(C=30.0, max_iter=400)
    classifier.fit(text_features(texts), labels)
    names = tuple(str(name) for name in classifier.classes_)
    index = {name: i for i, name in enumerate(names)}

    calibration = make_corpus(found, 200, rng, held_out=True)
    truth = np.array([index[label] for label in calibration[1]])
    logits = classifier.decision_function(text_features(calibration[0]))
    temperature = float(
        minimize_scalar(
            lambda t: _log_loss(logits / t, truth), bounds=(0.2, 5.0), method="bounded"
        ).x
    )
    thresholds = _conformal(_softmax(logits / temperature), truth, len(names))
    model = CategoryModel(
        version=version,
        labels=names,
        weights=classifier.coef_.T.astype(np.float32),
        bias=classifier.intercept_.astype(np.float32),
        temperature=temperature,
        thresholds=thresholds,
    )
    return model, evaluate(model, *make_corpus(found, 40, rng, held_out=True))


def evaluate(model: CategoryModel, texts: Sequence[str], labels: Sequence[str]) -> dict[str, float]:
    """Top-1, coverage and mean size of the candidate sets, expected calibration error."""
    index = {name: i for i, name in enumerate(model.labels)}
    truth = np.array([index[label] for label in labels])
    probabilities = np.stack([model.probabilities(text) for text in texts])
    best = probabilities.argmax(1)
    sets = 1 - probabilities <= model.thresholds
    confidence, correct = probabilities.max(1), best == truth
    bins = np.clip((confidence * 10).astype(int), 0, 9)
    gaps = [
        abs(correct[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean()
        for b in range(10)
        if (bins == b).any()
    ]
    return {
        "texts": float(len(texts)),
        "top1": float(correct.mean()),
        "coverage": float(sets[np.arange(len(truth)), truth].mean()),
        "mean_set": float(sets.sum(1).mean()),
        "expected_calibration_error": float(sum(gaps)),
    }


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    exponents = np.exp(logits - logits.max(1, keepdims=True))
    result: NDArray[np.float64] = exponents / exponents.sum(1, keepdims=True)
    return result


def _log_loss(logits: NDArray[np.float64], truth: NDArray[np.int_]) -> float:
    return float(-np.log(_softmax(logits)[np.arange(len(truth)), truth] + 1e-12).mean())


def _conformal(
    probabilities: NDArray[np.float64], truth: NDArray[np.int_], count: int
) -> NDArray[np.float64]:
    """Class-conditional quantiles of 1 - p(truth), with the finite-sample correction."""
    thresholds = np.ones(count)
    for label in range(count):
        scores = np.sort(1 - probabilities[truth == label, label])
        rank = int(np.ceil((len(scores) + 1) * COVERAGE))
        thresholds[label] = scores[rank - 1] if rank <= len(scores) else scores[-1]
    return thresholds


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--version", default="1.0.0")
    options = parser.parse_args()
    model, metrics = train(sources(FormLibrary.builtin()), options.seed, options.version)
    folder = ARTIFACTS / MODEL / options.version
    folder.mkdir(parents=True, exist_ok=True)
    save_category_model(model, folder / "model.npz")
    manifest = {
        "name": MODEL,
        "version": options.version,
        "task": "classification of documents by their text",
        "file": "model.npz",
        "sha256": hashlib.sha256((folder / "model.npz").read_bytes()).hexdigest(),
        "licence": "Apache-2.0",
        "provenance": f"trained by `python -m training.categories --seed {options.seed}`",
        "metrics": {name: round(value, 4) for name, value in metrics.items()},
    }
    text = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False)
    (folder / "manifest.yaml").write_text(text, "utf-8")
    print(text)  # noqa: T201


if __name__ == "__main__":
    main()
