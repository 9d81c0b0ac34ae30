"""What is kept out of training is the same for those who train and those who measure."""

from training.benchmark.held_out import load_held_out
from training.recogniser.fonts import HELD_OUT
from training.recogniser.writers import can_write


def test_fonts_kept_out_of_training_are_those_of_the_benchmark() -> None:
    kept = {name.removesuffix("font.ttf") for names in HELD_OUT.values() for name in names}
    listed = load_held_out()
    assert kept == {font.name for font in listed.fonts} | listed.hands


def test_pen_writers_draw_nothing_with_a_font_kept_out() -> None:
    assert can_write("足")
    # In no stroke data and in no hand but Seto.
    assert not can_write("\u0100")
