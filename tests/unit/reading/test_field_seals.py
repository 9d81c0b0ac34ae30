"""A small red seal beside what was struck out is a correction seal; other red ink is none."""

import cv2
import numpy as np
import pytest

from pipelines.field_seals import find_correction_seal
from pipelines.ink import Ink

DPI = 200.0
MM = DPI / 25.4
STRUCK = (400.0, 400.0, 560.0, 440.0)
RIGHT_OF_IT = (580, 420)


def ink_of(red: np.ndarray) -> Ink:
    mask = red > 0
    return Ink(mask=mask, red=mask, darkness=red)


def page() -> np.ndarray:
    return np.zeros((900, 1200), np.uint8)


def stamped(middle: tuple[int, int], size_mm: float = 6.0) -> np.ndarray:
    red = page()
    radius = round(size_mm * MM / 2)
    cv2.circle(red, middle, radius, 255, 3)
    cv2.line(red, (middle[0] - radius, middle[1]), (middle[0] + radius, middle[1]), 255, 3)
    return red


@pytest.mark.parametrize("middle", [RIGHT_OF_IT, (480, 420), (420, 390)])
def test_a_seal_on_or_beside_the_strike_is_found(middle: tuple[int, int]) -> None:
    assert find_correction_seal(ink_of(stamped(middle)), [STRUCK], DPI)


def test_no_red_ink_is_no_seal() -> None:
    assert not find_correction_seal(ink_of(page()), [STRUCK], DPI)


def test_a_seal_elsewhere_belongs_to_something_else() -> None:
    assert not find_correction_seal(ink_of(stamped((760, 420))), [STRUCK], DPI)
    assert not find_correction_seal(ink_of(stamped((480, 560))), [STRUCK], DPI)


def test_a_red_line_or_a_large_seal_is_none() -> None:
    line = page()
    cv2.line(line, (420, 425), (640, 425), 255, 4)
    assert not find_correction_seal(ink_of(line), [STRUCK], DPI)
    assert not find_correction_seal(ink_of(stamped(RIGHT_OF_IT, size_mm=20.0)), [STRUCK], DPI)


def test_nothing_struck_asks_for_no_seal() -> None:
    assert not find_correction_seal(ink_of(stamped(RIGHT_OF_IT)), [], DPI)
