"""The classifiers that ship, on papers and pictures of seeds that they were not made from."""

import numpy as np
import pytest

from pipelines.category_looks import load_look_model
from pipelines.category_model import UNKNOWN
from training.categories.notes import draw_note
from training.categories.pictures import DRAWING, draw_picture


@pytest.fixture(scope="module")
def looks():
    return load_look_model()


def test_a_note_by_hand_is_no_drawing(looks) -> None:
    """By hands that were not learnt from; version 1.0.0 took a third of them for something."""
    rng = np.random.default_rng(541_001)
    said = [looks.categorise(draw_note(rng, held_out=True)) for _ in range(20)]
    assert sum(look.label == UNKNOWN for look in said) >= 18
    assert not any(look.label == DRAWING and look.confidence > 0.9 for look in said)


def test_drawings_with_words_on_them_are_still_drawings(looks) -> None:
    rng = np.random.default_rng(541_002)
    said = [looks.categorise(draw_picture(DRAWING, rng, held_out=True)).label for _ in range(20)]
    assert said.count(DRAWING) >= 17
