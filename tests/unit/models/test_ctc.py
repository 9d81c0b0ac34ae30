import numpy as np
import pytest

from models.ctc import beam, fills, greedy, in_spans


def _steps(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_repeats_melt_and_blanks_divide() -> None:
    steps = _steps((0.1, 0.9), (0.2, 0.8), (0.9, 0.1), (0.3, 0.7))
    spikes = greedy(steps)
    assert [(s.index, s.first, s.last) for s in spikes] == [(1, 0, 1), (1, 3, 3)]
    assert spikes[0].probability == pytest.approx(0.9)


def test_beam_sums_over_alignments() -> None:
    # "a" by a-, -a, aa; blank by --.
    steps = _steps((0.6, 0.4), (0.6, 0.4))
    found = dict(beam(steps))
    assert found[()] == pytest.approx(0.36)
    assert found[(1,)] == pytest.approx(0.64)


def test_beam_ranks_the_next_best_text_second() -> None:
    steps = _steps((0.0, 0.7, 0.3), (1.0, 0.0, 0.0), (0.0, 0.1, 0.9))
    texts = [text for text, _ in beam(steps)]
    assert texts[:2] == [(1, 2), (2, 2)]


def test_a_place_that_must_hold_a_character_gets_its_best_one() -> None:
    steps = _steps((0.1, 0.9, 0.0), (0.8, 0.05, 0.15), (0.9, 0.02, 0.08))
    spans = ((0.0, 0.4), (0.6, 1.0))
    assert not fills(greedy(steps), spans, len(steps))
    assert [s.index for s in in_spans(steps, spans)] == [1, 2]


def test_more_characters_than_places_are_kept() -> None:
    steps = _steps((0.1, 0.9, 0.0), (0.9, 0.05, 0.05), (0.1, 0.1, 0.8))
    assert fills(greedy(steps), ((0.0, 1.0),), len(steps))
