"""How well a kind is learnt from one blank and five samples, on matters kept out of training."""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.categorise import Categoriser
from pipelines.category_features import TextLine
from pipelines.category_kinds import Bank, KindHead, KindTooAlike, learn_kind, with_kinds
from pipelines.category_model import UNKNOWN
from pipelines.records import CategoryScore
from training.categories.documents import draw_paper
from training.categories.noise import misread
from training.categories.vocabulary import Kind, Stranger, known_kinds, strangers

SAMPLES = 5
_TESTED = 40


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One new kind: seconds to learn it, new papers found, known papers taken for it."""

    matter: str
    refused: bool
    seconds: float = 0.0
    found: int = 0
    tested: int = 0
    taken: int = 0
    others: int = 0


def try_new_kinds(model: Categoriser, bank: Bank, seed: int) -> Iterator[Trial]:
    """Learn every matter kept for evaluation: one title, one blank, five filled papers."""
    rng = random.Random(seed)
    known = [
        misread(draw_paper(kind, rng).text_lines(), rng) for kind in known_kinds() for _ in range(6)
    ]
    scores = [score_of(model, lines) for lines in known]
    for stranger in strangers(held_out=True):
        kind = _kind(stranger, rng)
        samples = [
            misread(draw_paper(kind, rng, title=True).text_lines(), rng) for _ in range(SAMPLES)
        ]
        papers = [_blank(kind, rng), *samples]
        started = time.process_time()
        try:
            head = learn_kind("office.new", papers, bank)
        except KindTooAlike:
            yield Trial(matter=stranger.matter, refused=True)
            continue
        seconds = time.process_time() - started
        tests = [
            misread(draw_paper(kind, rng, title=True).text_lines(), rng) for _ in range(_TESTED)
        ]
        yield Trial(
            matter=stranger.matter,
            refused=False,
            seconds=seconds,
            found=sum(_said(model, lines, head) == head.label for lines in tests),
            tested=len(tests),
            taken=sum(
                with_kinds(score, lines, [head]).label == head.label
                for score, lines in zip(scores, known, strict=True)
            ),
            others=len(known),
        )


def score_of(model: Categoriser, lines: Sequence[TextLine]) -> CategoryScore:
    """Say what the classifier does without any added kind."""
    text = model.text
    probabilities = text.probabilities(model.features(lines))
    best = int(text.said(probabilities))
    candidates = text.candidates(probabilities) or (UNKNOWN,)
    return CategoryScore(
        label=text.labels[best],
        confidence=float(text.confidence(probabilities)),
        candidates=candidates,
    )


def _said(model: Categoriser, lines: Sequence[TextLine], head: KindHead) -> str:
    return with_kinds(score_of(model, lines), lines, [head]).label


def _kind(stranger: Stranger, rng: random.Random) -> Kind:
    """Make a kind of a stranger: an office gives its form one title."""
    title = f"{stranger.matter}{rng.choice(('許可申請書', '届', '利用申込書', '助成申請書'))}"
    return Kind(label="office.new", style="form", titles=(title,), words=stranger.words)


def _blank(kind: Kind, rng: random.Random) -> list[TextLine]:
    return draw_paper(kind, rng, title=True).text_lines()
