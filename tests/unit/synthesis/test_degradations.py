import cv2
import numpy as np
import pytest

from pipelines.synthesis.degrade import Degradation, degrade, move_box
from pipelines.synthesis.seeding import seeded

_DPI = 200.0
_DOT = (400.0, 300.0, 424.0, 324.0)


def _page() -> np.ndarray:
    page = np.full((1100, 800, 3), 250, dtype=np.uint8)
    x0, y0, x1, y1 = (int(v) for v in _DOT)
    page[y0:y1, x0:x1] = 10
    return page


@pytest.mark.parametrize("name", list(Degradation))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_boxes_stay_on_what_they_mark(name: Degradation, seed: int) -> None:
    pixels, matrix = degrade(_page(), (name,), _DPI, seeded(seed, "degrade"))
    x0, y0, x1, y1 = move_box(matrix, _DOT)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    grey = cv2.GaussianBlur(grey, (0, 0), 2)
    inside = grey[round(y0) + 3 : round(y1) - 3, round(x0) + 3 : round(x1) - 3]
    around = grey[round(y0) - 14 : round(y0) - 6, round(x0) : round(x1)]
    assert np.median(inside) < np.median(around) - 60
    # The dark square is where the box says, to a pixel or two.
    dark = np.argwhere(grey[round(y0) - 12 : round(y1) + 12, round(x0) - 12 : round(x1) + 12] < 110)
    middle = dark.mean(axis=0) + np.array([round(y0) - 12, round(x0) - 12])
    assert np.allclose(middle, [(y0 + y1) / 2, (x0 + x1) / 2], atol=2.0)


def test_combined_degradations_keep_one_transform() -> None:
    names = (Degradation.SKEW, Degradation.LOWRES, Degradation.ROTATED)
    pixels, matrix = degrade(_page(), names, _DPI, seeded(5, "degrade"))
    x0, y0, x1, y1 = (round(v) for v in move_box(matrix, _DOT))
    assert pixels[(y0 + y1) // 2, (x0 + x1) // 2].max() < 90


def test_fax_is_black_and_white() -> None:
    pixels, _ = degrade(_page(), (Degradation.FAX,), 300.0, seeded(1, "degrade"))
    assert set(np.unique(pixels)) == {0, 255}
    assert pixels.shape[0] == round(1100 * 200 / 300)


def test_lowres_is_150_dpi() -> None:
    pixels, _ = degrade(_page(), (Degradation.LOWRES,), _DPI, seeded(1, "degrade"))
    assert pixels.shape[:2] == (825, 600)


def test_clean_changes_nothing() -> None:
    pixels, matrix = degrade(_page(), (Degradation.CLEAN,), _DPI, seeded(1, "degrade"))
    assert np.array_equal(pixels, _page())
    assert np.array_equal(matrix, np.eye(3))
