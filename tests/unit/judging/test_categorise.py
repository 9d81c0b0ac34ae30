"""What kind of document it is, by its text: with a model made by hand."""

import numpy as np

from pipelines.categorise import (
    FEATURES,
    UNKNOWN,
    CategoryModel,
    categorise_lines,
    document_text,
    text_features,
)
from pipelines.records import BoundingBox, Line

MOVE, PENSION = "転入届 新住所 旧住所", "国民年金 基礎年金番号"


def line(text: str, y: float = 0, height: float = 30) -> Line:
    box = BoundingBox(x0=0, y0=y, x1=400, y1=y + height)
    return Line(text=text, confidence=0.9, box=box, page=1)


def model(threshold: float) -> CategoryModel:
    weights = np.zeros((FEATURES, 3), np.float32)
    for column, text in enumerate((MOVE, PENSION)):
        weights[:, column] = 20 * text_features([text]).toarray()[0]
    return CategoryModel(
        version="test",
        labels=("move", "pension", UNKNOWN),
        weights=weights,
        bias=np.array([0, 0, 8], np.float32),
        temperature=1.0,
        thresholds=np.full(3, threshold),
    )


def test_words_decide() -> None:
    score = categorise_lines([line("転入届"), line("新住所"), line("旧住所")], model(0.5))
    assert (score.label, score.candidates) == ("move", ("move",))


def test_what_resembles_nothing_is_unknown() -> None:
    assert categorise_lines([line("The quick brown fox")], model(0.5)).label == UNKNOWN


def test_a_page_without_text_is_unknown() -> None:
    score = categorise_lines([line("印")], model(0.5))
    assert (score.label, score.candidates) == (UNKNOWN, (UNKNOWN,))


def test_an_empty_candidate_set_says_unknown_beside_the_guess() -> None:
    score = categorise_lines([line("転入届"), line("新住所")], model(-1.0))
    assert score.candidates == (UNKNOWN, "move")


def test_headings_come_first() -> None:
    small = [line(f"説明の文章 {n}", 100 + n * 40) for n in range(9)]
    text = document_text([*small, line("国民年金 関係届", 600, height=60)])
    assert text.split("\n")[0] == "国民年金 関係届"


def test_where_many_lines_are_tall_none_is_a_heading() -> None:
    lines = [line(f"大きな文字 {n}", n * 80, height=60 if n % 2 else 30) for n in range(8)]
    assert document_text(lines) == "\n".join(item.text for item in lines)


def test_the_first_lines_weigh_as_much_as_all_the_others() -> None:
    filler = [f"記入上の注意 {n}" for n in range(200)]
    first = text_features(["\n".join([MOVE, *filler])])
    last = text_features(["\n".join([*filler, MOVE])])
    wanted = text_features([MOVE])
    assert first.multiply(wanted).sum() > last.multiply(wanted).sum()
