from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from imaging_pages import page_of

from pipelines.geometry import (
    components,
    grey_of,
    halves,
    pieces,
    resize_by,
    shrink_by,
    to_grey,
    tone_at,
)
from pipelines.records import Matrix, Pixels

Resize = Callable[[Pixels, float], tuple[Pixels, Matrix]]


@pytest.mark.parametrize("factor", [0.2, 0.37, 0.5, 0.8, 1.0, 1.5])
@pytest.mark.parametrize("shape", [(301, 407), (64, 64, 3)])
@pytest.mark.parametrize("resize", [resize_by, shrink_by])
def test_the_transform_of_a_resized_picture_says_where_its_pixels_went(
    resize: Resize, factor: float, shape: tuple[int, ...]
) -> None:
    if resize is shrink_by:
        factor = min(1.0, factor)
    pixels = np.full(shape, 255, np.uint8)
    x, y = shape[1] // 2, shape[0] // 3
    cv2.circle(pixels, (x, y), 9, (0, 0, 0), -1)
    small, transform = resize(pixels, factor)
    grey = small if small.ndim == 2 else small[:, :, 0]
    rows, columns = np.nonzero(grey < 128)
    expected = transform @ np.array([x + 0.5, y + 0.5, 1.0])
    assert abs(columns.mean() + 0.5 - expected[0]) < 0.6
    assert abs(rows.mean() + 0.5 - expected[1]) < 0.6
    assert abs(small.shape[1] - factor * shape[1]) <= 2


@pytest.mark.parametrize(
    ("factor", "expected"), [(3.0, 1.0), (0.8, 1.0), (0.55, 0.5), (0.26, 0.25), (0.1, 0.125)]
)
def test_halves_are_the_nearest_power_of_two_and_never_enlarge(
    factor: float, expected: float
) -> None:
    assert halves(factor) == expected


def test_a_tone_is_the_percentile() -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    for share in (0.01, 0.5, 0.9):
        assert abs(tone_at(pixels, share) - np.percentile(pixels, 100 * share)) <= 1.5
    assert tone_at(np.full((4, 4), 7, np.uint8), 0.5) == 7


def test_pieces_picks_what_is_chosen() -> None:
    mask = np.zeros((9, 9), np.uint8)
    mask[1:3, 1:3] = mask[6:8, 5:8] = 1
    count, labels, stats, _ = components(mask)
    assert count == 3
    chosen = stats[:, cv2.CC_STAT_AREA] == 6
    assert np.array_equal(pieces(labels, chosen) > 0, (mask > 0) & (np.arange(9)[:, None] > 4))


def test_more_pieces_than_short_labels_hold_are_all_counted() -> None:
    mask = np.zeros((520, 520), np.uint8)
    mask[::2, ::2] = 1
    count, labels, _, _ = components(mask)
    assert count == 260 * 260 + 1
    chosen = np.zeros(count, bool)
    chosen[-1] = True
    assert pieces(labels, chosen).sum() == 1


def test_the_luminance_of_a_page_is_made_once_and_is_its_own() -> None:
    paper = np.random.default_rng(0).integers(0, 256, (90, 70, 3), dtype=np.uint8)
    page = page_of(paper)
    grey = grey_of(page)
    assert grey_of(page) is grey
    assert np.array_equal(grey, to_grey(paper))
    darker = replace(page, pixels=page.pixels // 2)
    assert np.array_equal(grey_of(darker), to_grey(darker.pixels))
