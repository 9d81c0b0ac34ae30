"""What increments from confirmed papers do to the classifier, on papers of its own seeds.

An office whose strangers the classifier has never seen (the matters kept for evaluation): its
confirmed papers make a candidate, other papers of the same kinds and matters judge it.
"""

import sys
import time

import numpy as np

from pipelines.categorise import load_category_model
from pipelines.category_kinds import Bank, load_bank
from pipelines.category_model import (
    UNKNOWN,
    CategoryModel,
    parse_text_model,
    softmax,
)
from training.categories.corpus import Corpus, Plan, make_corpus
from training.categories.vocabulary import known_kinds
from training.loop.categories import Papers, logits_of, make_candidate

SEEDS = (520_001, 520_002)
_CONFIRMED = Plan(each=4, stranger=3, foreign=20)
_OTHERS = Plan(each=10, stranger=10, foreign=100)


def papers_of(corpus: Corpus) -> Bank:
    """Papers of a corpus as rows."""
    rows = corpus.features.tocsr()
    rows.sort_indices()
    return Bank(
        corpus.labels,
        rows.indptr.astype(np.int64),
        rows.indices.astype(np.int64),
        rows.data.astype(np.float32),
    )


def told(model: CategoryModel, papers: Bank) -> str:
    """Right ones among the known and the unknown, coverage and size of the sets."""
    truth = np.array([model.labels.index(label) for label in papers.labels])
    chances = softmax(logits_of(model, papers) / model.temperature)
    right, known = model.said(chances) == truth, truth != model.labels.index(UNKNOWN)
    sets = 1 - chances <= model.thresholds
    covered = sets[np.arange(len(truth)), truth]
    return (
        f"known {right[known].sum()} of {known.sum()}, "
        f"unknown {right[~known].sum()} of {(~known).sum()}, "
        f"covered {covered[known].mean():.4f}, candidates {sets[known].sum(axis=1).mean():.3f}"
    )


def main() -> int:
    """Print what the classifier says before and after."""
    kinds, categoriser = known_kinds(), load_category_model()
    before = categoriser.text
    confirmed, others = (
        papers_of(make_corpus(kinds, plan, seed, part="evaluate", model=categoriser.lines))
        for plan, seed in zip((_CONFIRMED, _OTHERS), SEEDS, strict=True)
    )
    ids = tuple(f"doc_{n}" for n in range(len(confirmed.labels)))
    papers = Papers(version="0" * 64, documents=ids, bank=confirmed, lines=before.lines)
    started = time.process_time()
    made = make_candidate(papers, before, load_bank(), bank=b"", command="measured")
    seconds = time.process_time() - started
    after = parse_text_model("after", made.data)
    lines = (
        f"{len(ids)} confirmed papers, {seconds:.1f} s of CPU",
        f"before: {told(before, others)}",
        f"after: {told(after, others)}",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
