"""How shapes differ from the fonts and strokes they came from."""

import numpy as np

from training.recogniser.variation import Shaper, draw_shaper, rearrange

SQUARE = np.zeros((60, 60), np.uint8)
SQUARE[15:45, 15:45] = 255


def test_print_is_not_bent() -> None:
    shaper = draw_shaper(True, np.random.default_rng(1))
    assert np.array_equal(shaper.shape("口", SQUARE, 72), SQUARE)


def test_a_glyph_is_bent_alike_each_time_but_never_the_same() -> None:
    def apart(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.abs(a.astype(int) - b).mean())

    shapers = [Shaper(0.03, 0.0, np.random.default_rng(n)) for n in range(40)]
    first = [s.shape("口", SQUARE, 72) for s in shapers]
    second = [s.shape("口", SQUARE, 72) for s in shapers]
    own = [apart(a, b) for a, b in zip(first, second, strict=True)]
    other = [apart(a, b) for a, b in zip(first, second[1:], strict=False)]
    assert min(own) > 0
    assert np.mean(own) < 0.8 * np.mean(other)


def test_a_heavier_pen_leaves_more_ink() -> None:
    def ink(weight: float) -> float:
        return float(Shaper(0.0, weight, np.random.default_rng(1)).shape("口", SQUARE, 72).sum())

    assert ink(-0.8) < ink(0.0) < ink(0.8)


def test_parts_of_a_character_move_against_each_other() -> None:
    strokes = tuple(np.array([[x, 0.2], [x, 0.8]]) for x in (0.1, 0.3, 0.7, 0.9))
    moved = rearrange(strokes, 0.04, np.random.default_rng(5))
    shifts = [float(b[0, 0] - a[0, 0]) for a, b in zip(strokes, moved, strict=True)]
    assert len({round(s, 4) for s in shifts}) > 1
    assert all(abs(s) < 0.3 for s in shifts)
    assert strokes[0][0, 0] == 0.1


def test_nothing_moves_where_nothing_is_loose() -> None:
    strokes = (np.array([[0.1, 0.2], [0.9, 0.8]]),)
    (same,) = rearrange(strokes, 0.0, np.random.default_rng(5))
    assert np.allclose(same, strokes[0])
