import cv2
import numpy as np

from pipelines.geometry import components
from pipelines.show_through import shines_through


def _darkness(strength: int, *, blur: float, writing: int = 180) -> np.ndarray:
    """A page with writing (top), and other strokes of `strength` blurred by `blur` (below)."""
    page = np.zeros((300, 400), np.uint8)
    for x in range(30, 330, 60):
        cv2.line(page, (x, 30), (x + 30, 70), writing, 4)
        cv2.line(page, (x, 70), (x + 30, 35), writing, 4)
    page = cv2.GaussianBlur(page, (0, 0), 1.0)
    other = np.zeros_like(page)
    for x in range(30, 330, 60):
        cv2.line(other, (x, 200), (x + 30, 240), strength, 6)
    return cv2.max(page, cv2.GaussianBlur(other, (0, 0), blur))


def _flags(darkness: np.ndarray, limit: int = 20) -> tuple[np.ndarray, np.ndarray]:
    _, labels, strokes, _ = components((darkness > limit).astype(np.uint8))
    return shines_through(darkness, labels, strokes), strokes


def test_weak_and_soft_strokes_come_from_the_other_side() -> None:
    flags, strokes = _flags(_darkness(60, blur=5.0))
    below = strokes[:, cv2.CC_STAT_TOP] > 120
    assert below[1:].sum() == 5
    assert flags[1:][below[1:]].all()
    assert not flags[1:][~below[1:]].any()


def test_a_faint_pen_is_weak_but_not_soft() -> None:
    flags, strokes = _flags(_darkness(60, blur=1.0))
    assert len(strokes) > 6
    assert not flags.any()


def test_on_a_blurred_page_faint_strokes_are_kept() -> None:
    darkness = cv2.GaussianBlur(_darkness(80, blur=1.0), (0, 0), 3.0)
    flags, strokes = _flags(darkness)
    assert len(strokes) > 6
    assert not flags.any()


def test_where_all_is_faint_nothing_is_left_out() -> None:
    darkness = _darkness(50, blur=1.5, writing=50)
    flags, strokes = _flags(darkness)
    assert len(strokes) > 6
    assert not flags.any()


def test_an_empty_page_has_nothing_to_judge() -> None:
    flags, strokes = _flags(np.zeros((50, 50), np.uint8))
    assert len(flags) == len(strokes)
    assert not flags.any()
