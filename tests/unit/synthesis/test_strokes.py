import numpy as np
import pytest

from pipelines.synthesis.strokes import StrokeSource, flatten_path, load_strokes, stroke_variants


def test_digits_have_several_shapes() -> None:
    assert stroke_variants("7").count(StrokeSource.OWN) >= 2


def test_a_kanji_keeps_its_stroke_count_and_stays_in_its_box() -> None:
    strokes = load_strokes("永", StrokeSource.KANJIVG)
    assert strokes is not None
    assert len(strokes) == 5
    points = np.concatenate(strokes)
    assert points.min() >= 0
    assert points.max() <= 1


def test_an_unknown_character_has_no_strokes() -> None:
    assert stroke_variants("☃") == ()
    assert load_strokes("☃", StrokeSource.KANJIVG) is None


def test_paths_are_flattened_with_relative_and_absolute_commands() -> None:
    points = flatten_path("M10,10c0,10 0,20 0,30S20,50 30,50L40 60")
    assert points[0].tolist() == [10, 10]
    assert [10, 40] in points.tolist()
    assert points[-1].tolist() == [40, 60]


def test_other_path_commands_are_refused() -> None:
    with pytest.raises(ValueError, match="not supported"):
        flatten_path("M0,0A5,5 0 0 1 10,10")
