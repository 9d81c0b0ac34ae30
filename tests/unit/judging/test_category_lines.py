"""Lines as the transformer sees them, and its logits as features: with a network made by hand."""

import io
from dataclasses import replace

import numpy as np
import pytest

from models.errors import ModelError
from models.line_classifier import LineClassifier
from pipelines.categorise import Categoriser, categorise_lines
from pipelines.category_features import FEATURES, TextLine
from pipelines.category_lines import GRAMS, LONGEST, PLACES, features_with_lines, line_tokens
from pipelines.category_looks import MEASURES, LookModel
from pipelines.category_model import CategoryModel, parse_text_model, save_category_model
from pipelines.records import BoundingBox, Line

LABELS = ("move", "unknown")
TITLE, BODY = TextLine("転入届", 40, 40), TextLine("氏名", 20, 90)


def counting() -> LineClassifier:
    """Its logits are the number of lines, and the sum of what they say."""

    def run(tokens: np.ndarray) -> np.ndarray:
        return np.array([[len(tokens), tokens[:, 0].sum()]], np.float32)

    return LineClassifier(run, np.ones((GRAMS, 1), np.float16), LABELS)


def text_model(share: float) -> CategoryModel:
    weights = np.zeros((FEATURES + 2, 2), np.float32)
    weights[FEATURES, 0] = share
    return CategoryModel(
        version="test",
        labels=LABELS,
        weights=weights,
        bias=np.array([0, 1], np.float32),
        temperature=1.0,
        thresholds=np.full(2, 0.9),
        lines="1.0.0",
    )


def test_an_n_gram_never_reaches_into_the_next_line() -> None:
    tokens = line_tokens([TITLE, BODY])
    first, second = np.split(tokens.grams, tokens.starts[1:])
    assert np.array_equal(first, line_tokens([TITLE]).grams)
    assert np.array_equal(second, line_tokens([BODY]).grams)
    # Three characters with an edge on either side: 3 + 4 + 3 n-grams.
    assert len(first) == 10


def test_digits_widths_and_spaces_make_no_difference() -> None:
    one, other = (line_tokens([TextLine(text, 30, 0)]) for text in ("第１２ 号", "第34号"))
    assert np.array_equal(one.grams, other.grams)


def test_the_numbers_of_a_line_say_where_it_stands_and_how_tall_it_is() -> None:
    lines = [BODY, TITLE, *(replace(BODY, top=140.0 + 50 * n) for n in range(40))]
    order, height, place, page, length = line_tokens(lines).places.T
    assert list(order[:3]) == [0, 1, 2] and order.max() < PLACES[0]
    assert height[1] > height[0] == height[2]
    assert (np.diff(place[2:]) >= 0).all() and place[-1] == PLACES[2] - 1
    assert not page.any() and length[1] > length[0]


def test_lines_without_text_are_left_out_and_a_document_without_any_says_nothing() -> None:
    assert len(line_tokens([TextLine("　", 20, 0), BODY]).starts) == 1
    none = line_tokens([TextLine(" ", 20, 0)])
    assert not len(none.starts)
    assert not counting().logits(none.grams, none.starts, none.places).any()


def test_of_a_long_document_the_headings_stay() -> None:
    lines = [TextLine(f"説明{n}", 20, 40 * n) for n in range(300)]
    lines[250] = TextLine("国民年金関係届", 60, 40 * 250)
    tokens = line_tokens(lines)
    assert len(tokens.starts) == LONGEST
    wanted = line_tokens([lines[250]]).grams
    assert any(np.array_equal(part, wanted) for part in np.split(tokens.grams, tokens.starts[1:]))


def test_the_logits_are_further_features() -> None:
    features = features_with_lines([TITLE, BODY], counting())
    assert list(features.indices[-2:]) == [FEATURES, FEATURES + 1]
    # n / sqrt(n) of ten and of seven n-grams.
    assert features.values[-2:] == pytest.approx([2, 10**0.5 + 7**0.5], rel=1e-3)
    assert features_with_lines([TITLE], None).indices.max() < FEATURES


def test_what_the_transformer_says_decides_by_its_weight() -> None:
    looks = LookModel("t", ("unknown",), np.zeros(len(MEASURES)), np.ones(len(MEASURES)), None)
    lines = [
        Line(
            text=text,
            confidence=0.9,
            box=BoundingBox(x0=0, y0=50 * n, x1=400, y1=50 * n + 30),
            page=1,
        )
        for n, text in enumerate("あいうえおかきくけこ")
    ]
    said = [
        categorise_lines(lines, Categoriser(text_model(share), looks, counting())).label
        for share in (0.0, 1.0)
    ]
    assert said == ["unknown", "move"]


@pytest.mark.parametrize("lines", ["", "1.0.0"])
def test_a_model_says_which_transformer_it_is_made_for(lines: str) -> None:
    rows = FEATURES + (2 if lines else 0)
    made = replace(text_model(1.0), lines=lines, weights=np.zeros((rows, 2), np.float32))
    out = io.BytesIO()
    save_category_model(made, out)
    assert parse_text_model("test", out.getvalue()).lines == lines
    out = io.BytesIO()
    save_category_model(replace(made, lines="" if lines else "1.0.0"), out)
    with pytest.raises(ModelError, match="weights of shape"):
        parse_text_model("test", out.getvalue())
