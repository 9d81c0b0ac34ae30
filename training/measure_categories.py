"""Measure the classifier of documents: `python -m training.measure_categories`.

    python -m training.measure_categories --plots docs/images
    python -m training.measure_categories --pages EVAL.jsonl   # of training.categories.read_pages
    python -m training.measure_categories --known FOLDER       # of a model without some titles
    python -m training.measure_categories --compare            # linear, transformer, both
    python -m training.measure_categories --development        # papers to choose by
    python -m training.measure_categories --real shared/data   # published forms, other pages

Papers come from evaluation seeds (540,001 on): other values, other strangers, other sentences.
Real pages are read without any form, so that only their text tells what they are.
"""

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import cv2

from models.engines import load_engines
from models.manifest import load_manifest, read_weights
from pipelines.categorise import Categoriser, load_category_model
from pipelines.category_features import FEATURES
from pipelines.category_kinds import load_bank
from pipelines.category_model import UNKNOWN, CategoryModel, parse_text_model
from pipelines.forms.load import FormLibrary
from pipelines.reader import load_reader
from pipelines.run import read_document
from training.categories.__main__ import CALIBRATED
from training.categories.corpus import EVALUATION_SEEDS, Plan, make_corpus, matrix
from training.categories.documents import draw_paper
from training.categories.evaluate import Judged, confusions, figures, isotonic_error, judge
from training.categories.fit import calibrated
from training.categories.new_kinds import Trial, try_new_kinds
from training.categories.pages import load_pages
from training.categories.plots import plot_confusions, plot_reliability
from training.categories.vocabulary import known_kinds

_PLAN = Plan(each=40, stranger=40, foreign=400)
_SEED, _DEVELOPMENT = 540_001, 300_001
assert _SEED >= EVALUATION_SEEDS
_RIGHT = {
    "forms_moj/*-2.pdf": {"other.application"},
    "forms_moj/*-3.pdf": {"other.application"},
    "forms_mhlw/*.pdf": {"other.attachment"},
    "print_*/*.*g": {UNKNOWN},
    "omr_*/*.*g": {UNKNOWN},
    "prep_*/*.jpg": {UNKNOWN},
    "hw_*/*.*g": {UNKNOWN, "opinion.letter"},
}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=Path, help="pages that were drawn and read")
    parser.add_argument("--known", type=Path, help="folder of a model that lacks some titles")
    parser.add_argument("--real", type=Path, help="folder of real pages")
    parser.add_argument("--plots", type=Path, help="folder for pictures")
    parser.add_argument("--compare", action="store_true", help="linear, transformer, both")
    parser.add_argument("--development", action="store_true", help="papers to choose by, only")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    model = load_category_model()
    if options.compare:
        _compare(model, development=options.development)
    sets = [("made up", _made_up(model, development=options.development))]
    _tell("Made-up papers with measured reading errors", sets[0][1])
    if options.development:
        return
    if options.pages:
        sets.append(("drawn, scanned, read", _read(model, options.pages)))
        _tell("Drawn, scanned and read by the service, other fonts", sets[1][1])
    if options.known:
        _tell(
            "Titles never trained on (every fourth), known kinds only", _new_titles(options.known)
        )
    _tell_kinds(list(try_new_kinds(model, load_bank(), _SEED + 4)))
    linear = replace(model, lines=None, text=_alone(model.text))
    for name, each in (("linear alone", linear), ("all", model)):
        _say(f"CPU time of features and classifier, {name}: {_milliseconds(each):.2f} ms a page")
    if options.plots:
        plot_reliability(sets, options.plots / "categories-reliability.png")
        plot_confusions(sets[0][1], options.plots / "categories-confusions.png")
    if options.real:
        for line in _real(options.real):
            _say(line)


def _made_up(model: Categoriser, *, development: bool = False) -> Judged:
    seed, part = (_DEVELOPMENT, "develop") if development else (_SEED, "evaluate")
    corpus = make_corpus(known_kinds(), _PLAN, seed, part=part, model=model.lines)
    return judge(model.text, corpus.labels, corpus.features)


def _compare(model: Categoriser, *, development: bool) -> None:
    """Calibrate the linear model, the transformer and both on the same papers, and judge them."""
    both = model.text
    seed, part = (_DEVELOPMENT, "develop") if development else (_SEED, "evaluate")
    kinds, lines = known_kinds(), model.lines
    fitted = make_corpus(kinds, CALIBRATED, 3, part="calibrate", model=lines)
    papers = make_corpus(kinds, _PLAN, seed, part=part, model=lines)
    own = both.weights[:FEATURES]
    for name, weights, version in (
        ("linear", own, ""),
        ("transformer", 0 * own, both.lines),
        ("both", own, both.lines),
    ):
        made = calibrated(both.labels, weights, both.bias, fitted, name, lines=version)
        columns = len(made.weights)
        judged = judge(made, papers.labels, papers.features[:, :columns])
        _tell(name, judged)
        known = judge(made, fitted.labels, fitted.features[:, :columns])
        _say(f"calibration error with isotonic regression: {isotonic_error(known, judged):.4f}")


def _alone(model: CategoryModel) -> CategoryModel:
    return replace(model, weights=model.weights[:FEATURES], lines="")


def _read(model: Categoriser, path: Path) -> Judged:
    pages = [(label, read) for label, _, read in load_pages(path) if read]
    features = matrix([read for _, read in pages], model.lines)
    return judge(model.text, [label for label, _ in pages], features)


def _new_titles(folder: Path) -> Judged:
    manifest = load_manifest(folder.parent.name, folder.name, root=folder.parent.parent)
    model = parse_text_model(manifest.version, read_weights(manifest))
    kinds = [kind for kind in known_kinds() if len(kind.titles) >= 4]
    plan = Plan(each=20, stranger=0, foreign=0)
    corpus = make_corpus(kinds, plan, _SEED + 2, part="evaluate", titles="new")
    return judge(model, corpus.labels, corpus.features)


def _tell(title: str, judged: Judged) -> None:
    _say(f"## {title}: {len(judged.truth)} papers")
    for name, value in figures(judged).items():
        _say(f"{name}: {value}")
    for truth, said, count in confusions(judged)[:12]:
        _say(f"  {count} x {truth} said to be {said}")


def _tell_kinds(trials: list[Trial]) -> None:
    learnt = [trial for trial in trials if not trial.refused]
    found, tested = sum(t.found for t in learnt), sum(t.tested for t in learnt)
    taken, others = sum(t.taken for t in learnt), sum(t.others for t in learnt)
    refused = len(trials) - len(learnt)
    _say(f"## New kinds from one blank and five samples: {len(trials)}, refused {refused}")
    _say(f"found {found} of {tested}, known papers taken for it {taken} of {others}")
    _say(f"CPU seconds to learn one: at most {max((t.seconds for t in learnt), default=0):.2f}")
    for trial in learnt:
        _say(f"  {trial.matter}: {trial.found}/{trial.tested}, {trial.taken} taken")


def _milliseconds(model: Categoriser) -> float:
    rng = random.Random(_SEED + 6)
    papers = [draw_paper(kind, rng).text_lines() for kind in known_kinds()]
    started = time.process_time()
    for lines in papers:
        model.text.candidates(model.text.probabilities(model.features(lines)))
    return (time.process_time() - started) * 1000 / len(papers)


def _real(data: Path) -> Iterator[str]:
    reader = load_reader(FormLibrary(()), load_engines(), load_category_model(), program="measure")
    right, held, sizes = 0, 0, []
    for pattern, labels in _RIGHT.items():
        for path in sorted(data.glob(pattern)):
            category = read_document(
                path.read_bytes(), reader=reader, today=date(2026, 11, 1)
            ).category
            good = _fits(category.label, labels)
            right += good
            held += any(_fits(label, labels) for label in category.candidates)
            sizes.append(len(category.candidates))
            yield (
                f"{'right' if good else 'WRONG'} {path.parent.name}/{path.name}: {category.label} "
                f"{category.confidence:.2f} {', '.join(category.candidates)}"
            )
    count = max(len(sizes), 1)
    yield f"right {right} of {len(sizes)}, truth among candidates {held}"
    yield f"mean number of candidates {sum(sizes) / count:.2f}"


def _fits(label: str, labels: set[str]) -> bool:
    """Whether a label is one of those wanted, or a kind of one."""
    return any(label == wanted or label.startswith(f"{wanted}.") for wanted in labels)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
