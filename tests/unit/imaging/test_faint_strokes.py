import cv2
import numpy as np

from pipelines.faint_strokes import paper_noise, strokes_in_noise, where_lost
from pipelines.records import Pixels

SHAPE = (300, 400)
NOTHING = np.zeros(SHAPE, np.uint8)


def _noisy(strength: float, *, seed: int = 1) -> Pixels:
    """Three strokes, upright, level and slanting, darker than noisy paper by `strength` tones."""
    page = np.zeros(SHAPE, np.uint8)
    for start, end in (((60, 60), (60, 110)), ((120, 80), (180, 80)), ((240, 60), (280, 110))):
        cv2.line(page, start, end, 255, 2)
    grain = np.random.default_rng(seed).normal(0, 7, SHAPE)
    soft = cv2.GaussianBlur(page, (0, 0), 0.7).astype(np.float64) * strength / 255
    return np.clip(soft + cv2.GaussianBlur(grain, (0, 0), 0.6) * 1.6 + 6, 0, 255).astype(np.uint8)


def test_strong_noise_is_known_and_clean_paper_is_not() -> None:
    noise = paper_noise(_noisy(0), NOTHING)
    clean = paper_noise(NOTHING, NOTHING)
    assert noise is not None
    assert noise.strong
    assert clean is not None
    assert not clean.strong
    assert paper_noise(NOTHING, NOTHING + 255) is None


def test_strokes_fainter_than_the_noise_are_found_along_their_length() -> None:
    added, _ = strokes_in_noise(_noisy(34), NOTHING)
    for rows, columns in ((slice(62, 108), slice(57, 64)), (slice(77, 84), slice(122, 178))):
        part = added[rows, columns]
        along = part.any(axis=1) if part.shape[0] > part.shape[1] else part.any(axis=0)
        assert along.mean() > 0.8


def test_noise_alone_is_hardly_ever_a_stroke() -> None:
    lengths = []
    for seed in range(5):
        added, _ = strokes_in_noise(_noisy(0, seed=seed), NOTHING)
        stats = cv2.connectedComponentsWithStats(added)[2][1:]
        lengths += stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1).tolist()
    # The smallest thing that counts as writing is 1.3 mm high: 10 pixels.
    assert max(lengths, default=0) < 10


def test_the_print_of_the_blank_is_no_stroke() -> None:
    page = _noisy(200)
    expected = cv2.dilate(page, np.ones((5, 5), np.uint8))
    added, _ = strokes_in_noise(page, expected)
    assert added.mean() < 0.001


def test_a_dark_stroke_does_not_grow_by_its_fringe() -> None:
    added, _ = strokes_in_noise(_noisy(230), NOTHING)
    assert added[75, 55:66].sum() <= 5


def test_strokes_of_noise_beside_usual_writing_are_left_out() -> None:
    """Found on a typed date: 2026 was read as 2106 by a line of noise between its figures."""
    added, faint = np.zeros((1200, 900), np.uint8), np.zeros((1200, 900), np.uint8)
    for page in (added, faint):
        page[200:240, 200:260:6] = 1
    faint[205:235, 280] = 1
    faint[900:940, 600:660:6] = 1
    lost = where_lost(added, faint, 200.0)
    assert not lost[205:235, 280].any()
    assert lost[900:940, 600:660].all()
