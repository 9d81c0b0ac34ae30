"""What kind of document it is, by its text and look: with models made by hand."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from pipelines.categorise import BLANK, UNKNOWN, Categoriser, categorise_lines, look_at
from pipelines.category_features import (
    FEATURES,
    HEAD,
    TextLine,
    document_features,
    heading_weights,
)
from pipelines.category_looks import MEASURES, LookModel, measure
from pipelines.category_model import CategoryModel
from pipelines.records import BoundingBox, CategoryScore, Line

MOVE, PENSION = "転入届 新住所 旧住所", "国民年金 基礎年金番号"
WHITE = np.full((600, 420, 3), 255, np.uint8)
PHOTO = CategoryScore(label="other.attachment.photo", confidence=0.9, candidates=())


def line(text: str, y: float = 0, height: float = 30) -> Line:
    box = BoundingBox(x0=0, y0=y, x1=400, y1=y + height)
    return Line(text=text, confidence=0.9, box=box, page=1)


def text_model(threshold: float) -> CategoryModel:
    weights = np.zeros((FEATURES, 3), np.float32)
    for column, text in enumerate((MOVE, PENSION)):
        features = document_features([TextLine(text, 30, 0)])
        kept = features.indices < HEAD
        weights[features.indices[kept], column] = 20 * features.values[kept]
    return CategoryModel(
        version="test",
        labels=("move", "pension", UNKNOWN),
        weights=weights,
        bias=np.array([0, 0, 5], np.float32),
        temperature=1.0,
        thresholds=np.full(3, threshold),
    )


def look_model() -> LookModel:
    """Dark pages are photographs, others nothing."""
    count = len(MEASURES)
    weights = np.zeros((1 + count + count * (count + 1) // 2, 2))
    weights[1 + MEASURES.index("dark"), 0] = 50
    weights[0, 1] = 1
    return LookModel("test", (PHOTO.label, UNKNOWN), np.zeros(count), np.ones(count), weights)


def model(threshold: float = 0.5) -> Categoriser:
    return Categoriser(text_model(threshold), look_model())


def test_words_decide() -> None:
    score = categorise_lines([line("転入届"), line("新住所"), line("旧住所")], model())
    assert (score.label, score.candidates) == ("move", ("move",))


def test_what_resembles_nothing_is_unknown() -> None:
    assert categorise_lines([line("The quick brown fox")], model()).label == UNKNOWN


def test_a_page_without_text_is_unknown() -> None:
    score = categorise_lines([line("印")], model())
    assert (score.label, score.candidates) == (UNKNOWN, (UNKNOWN,))


def test_a_page_of_nothing_but_figures_is_unknown() -> None:
    lines = [line("0000 000 00000"), line("12,345"), line("00-0000-0000")]
    assert categorise_lines(lines, model()).label == UNKNOWN


def test_a_picture_too_coarse_to_read_looks_like_nothing() -> None:
    coarse = look_at(np.zeros((170, 120, 3), np.uint8), [], model())
    assert coarse is not None and coarse.candidates == (UNKNOWN,)


def test_an_empty_candidate_set_says_unknown_beside_the_guess() -> None:
    score = categorise_lines([line("転入届"), line("新住所")], model(-1.0))
    assert (score.label, score.candidates) == (UNKNOWN, (UNKNOWN, "move"))


def test_a_tall_line_is_a_heading_wherever_it_stands() -> None:
    lines = [TextLine(f"説明の文章 {n}", 20, n * 40) for n in range(12)]
    weights = heading_weights([*lines, TextLine("国民年金 関係届", 40, 600)])
    assert weights[-1] == weights.max() > 5 * weights[-2]


def test_where_many_lines_are_tall_only_their_order_counts() -> None:
    lines = [TextLine("大きな文字", 60 if n % 2 else 30, n * 80) for n in range(8)]
    weights = heading_weights(lines)
    assert list(weights) == sorted(weights, reverse=True)


def test_the_first_lines_of_every_page_count_as_headings() -> None:
    lines = [TextLine("文章", 20, n * 40, page=1 + n // 10) for n in range(20)]
    weights = heading_weights(lines)
    assert weights[10] == weights[0] > weights[9]


def test_digits_and_widths_make_no_difference() -> None:
    one = document_features([TextLine("第１２号様式", 30, 0)])
    other = document_features([TextLine("第 34 号 様式", 30, 0)])
    text = one.indices < FEATURES - 12
    assert np.array_equal(one.indices[text], other.indices[: text.sum()])
    assert np.allclose(one.values[text], other.values[: text.sum()])


def test_a_page_with_text_has_no_look() -> None:
    assert look_at(WHITE, [line("転入届の記入例です" * 4)], model()) is None


def test_the_look_decides_where_there_is_no_text() -> None:
    dark = look_at(np.zeros_like(WHITE), [], model())
    assert dark is not None
    assert categorise_lines([], model(), [dark]).label == PHOTO.label
    light = look_at(WHITE, [], model())
    assert light is not None and light.label == UNKNOWN


def test_text_that_is_known_goes_before_the_look() -> None:
    score = categorise_lines([line("転入届"), line("新住所"), line("旧住所")], model(), [PHOTO])
    assert score.label == "move"


def test_pages_that_look_different_make_no_category() -> None:
    score = categorise_lines([], model(), [PHOTO, BLANK])
    assert (score.label, score.candidates) == (UNKNOWN, (UNKNOWN, PHOTO.label, BLANK.label))


def test_a_page_with_text_keeps_looks_from_deciding() -> None:
    assert categorise_lines([line("印")], model(), [PHOTO, None]).label == UNKNOWN


def test_every_measure_of_a_look_is_a_number() -> None:
    for pixels in (
        WHITE,
        np.zeros_like(WHITE),
        np.eye(120, dtype=np.uint8)[..., None] * WHITE[0, :1],
    ):
        measures = measure(np.ascontiguousarray(pixels))
        assert measures.shape == (len(MEASURES),) and np.isfinite(measures).all()


def test_a_label_that_its_threshold_rules_out_is_never_said() -> None:
    made = CategoryModel(
        version="test",
        labels=("a", "b", UNKNOWN),
        weights=np.zeros((FEATURES, 3), np.float32),
        bias=np.zeros(3, np.float32),
        temperature=1.0,
        thresholds=np.array([0.5, 0.9, 0.9]),
    )
    rows = np.array([[0.9, 0.05, 0.05], [0.45, 0.3, 0.25], [0.05, 0.05, 0.9]])
    assert [made.labels[i] for i in made.said(rows)] == ["a", UNKNOWN, UNKNOWN]
    assert np.allclose(made.confidence(rows), [0.9, 0.55, 0.95])


def test_a_page_that_says_something_is_not_blank_and_no_card_by_a_doubtful_look() -> None:
    card = CategoryScore(label="card", confidence=0.8, candidates=("card", UNKNOWN, BLANK.label))
    for look in (BLANK, card):
        looks = SimpleNamespace(categorise=lambda pixels, look=look: look)
        seen = look_at(WHITE, [line("受付")], replace(model(), looks=looks))  # type: ignore[arg-type]
        assert seen is not None and seen.label == UNKNOWN
        assert set(seen.candidates) >= set(look.candidates)
        assert look_at(WHITE, [], replace(model(), looks=looks)) is look  # type: ignore[arg-type]
