"""Taking the ink of a red seal off what is written under it."""

import cv2
import numpy as np
import pytest

from pipelines.records import Pixels
from pipelines.seal_ink import red_lamp

SEAL = np.array([0.86, 0.3, 0.32])


def _stamped(pen: int, paper: tuple[int, int, int]) -> tuple[Pixels, Pixels, Pixels]:
    """Half-size colours, red and grey of a stroke of tone `pen` that crosses a stamped square."""
    light = np.full((160, 240, 3), 1.0)
    light[60:100, 40:200] *= SEAL
    light[76:84, 20:220] *= pen / 255
    pixels = np.clip(light * paper, 0, 255).astype(np.uint8)
    colour = cv2.resize(pixels, (120, 80), interpolation=cv2.INTER_AREA)
    red = np.zeros((160, 240), np.uint8)
    red[58:102, 38:202] = 1
    even = np.clip(light * 255, 0, 255).astype(np.uint8)
    return np.asarray(colour, np.uint8), red, np.asarray(cv2.cvtColor(even, cv2.COLOR_RGB2GRAY))


@pytest.mark.parametrize("pen", [60, 130, 195])
@pytest.mark.parametrize("paper", [(255, 255, 255), (214, 202, 180)])
def test_a_pen_under_a_seal_is_as_dark_as_beside_it(pen: int, paper: tuple[int, int, int]) -> None:
    colour, red, grey = _stamped(pen, paper)
    lamp = red_lamp(colour, red, grey)
    assert abs(float(np.median(lamp[78:82, 60:180])) - pen) < 14
    # The seal by itself is gone.
    assert np.percentile(lamp[64:72, 50:190], 5) > 238


def test_what_is_not_red_keeps_its_tone() -> None:
    colour, red, grey = _stamped(90, (255, 255, 255))
    lamp = red_lamp(colour, red, grey)
    assert (lamp[red == 0] == grey[red == 0]).all()
    assert (red_lamp(colour, np.zeros_like(red), grey) == grey).all()


def test_grey_ink_that_was_taken_for_red_stays() -> None:
    _, red, grey = _stamped(90, (255, 255, 255))
    black = cv2.cvtColor(cv2.resize(grey, (120, 80), interpolation=cv2.INTER_AREA), 8)
    assert (red_lamp(np.asarray(black, np.uint8), red, grey) >= grey.astype(int) - 2).all()
