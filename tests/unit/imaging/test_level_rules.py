"""A photographed page is flattened by its rules; pages that are flat, or have none, stay."""

import cv2
import numpy as np
import pytest
from imaging_pages import page_of

from pipelines.geometry import transform_points
from pipelines.level_rules import flatten_by_rules, lay_flat
from pipelines.records import Matrix, Pixels

WIDTH, HEIGHT = 1240, 1754
ROWS, COLUMNS = range(200, 1600, 100), (120, 400, 760, 1120)


def form(*, rules: bool = True) -> Pixels:
    """An A4 page at 150 dpi with a grid, and something like lines of text in it."""
    page = np.full((HEIGHT, WIDTH, 3), 245, np.uint8)
    rng = np.random.default_rng(1)
    for y in ROWS:
        for x in range(150, 1100, 30):
            word = (x, y + 40), (x + int(rng.integers(6, 22)), y + 58)
            cv2.rectangle(page, *word, (60, 60, 60), 2)
        if rules:
            cv2.line(page, (COLUMNS[0], y), (COLUMNS[-1], y), (30, 30, 30), 3)
    if rules:
        for x in COLUMNS:
            cv2.line(page, (x, ROWS[0]), (x, ROWS[-1]), (30, 30, 30), 3)
    return page


def seen(flat: Pixels, moved: list[tuple[int, int]]) -> tuple[Pixels, Matrix]:
    """`flat` on a grained table, its corners moved by these pixels; and where its points went."""
    corners = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, corners + np.array(moved, np.float32))
    table = np.random.default_rng(2).normal(150, 14, (HEIGHT, 1)).astype(np.uint8)
    picture = np.repeat(np.repeat(table, WIDTH, axis=1)[..., None], 3, axis=2)
    mask = cv2.warpPerspective(np.full(flat.shape[:2], 255, np.uint8), matrix, (WIDTH, HEIGHT))
    warped = cv2.warpPerspective(flat, matrix, (WIDTH, HEIGHT))
    picture[mask > 128] = warped[mask > 128]
    return picture, np.asarray(matrix, np.float64)


@pytest.mark.parametrize(
    "moved",
    [
        [(70, 60), (-30, 110), (-90, -60), (20, -20)],
        [(0, 0), (-140, 40), (-140, -60), (0, 0)],
        [(90, 20), (-90, 20), (0, 0), (0, 0)],
    ],
)
def test_rules_of_a_photograph_come_to_lie_along_the_axes(moved: list[tuple[int, int]]) -> None:
    picture, matrix = seen(form(), moved)
    page = page_of(picture, dpi=150)
    flat = flatten_by_rules(page)
    assert flat is not page
    crossings = np.array([[(x, y) for x in COLUMNS] for y in ROWS], float)
    at = transform_points(
        np.linalg.inv(flat.to_scan), transform_points(matrix, crossings.reshape(-1, 2))
    ).reshape(*crossings.shape)
    # Half a millimetre is three pixels here.
    assert np.ptp(at[..., 1], axis=1).max() < 3
    assert np.ptp(at[..., 0], axis=0).max() < 3
    # What is equally far apart stays so: the page is flat, not only level.
    steps = np.diff(at[:, 0, 1])
    assert np.ptp(steps) < 0.03 * steps.mean()


def test_what_is_flat_stays_as_it_is() -> None:
    for picture in (form(), form(rules=False), np.full((HEIGHT, WIDTH, 3), 250, np.uint8)):
        page = page_of(picture, dpi=150)
        assert flatten_by_rules(page) is page


def test_a_sheet_without_rules_is_not_bent_by_the_grain_of_its_table() -> None:
    picture, _ = seen(form(rules=False), [(70, 60), (-30, 110), (-90, -60), (20, -20)])
    page = page_of(picture, dpi=150)
    assert flatten_by_rules(page) is page


def test_scattered_strokes_mean_nothing() -> None:
    picture = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    rng = np.random.default_rng(3)
    for _ in range(60):
        start = rng.integers(100, 1100, 2)
        way = rng.uniform(-0.2, 0.2) + (np.pi / 2 if rng.random() < 0.5 else 0)
        end = start + 160 * np.array([np.cos(way), np.sin(way)])
        cv2.line(picture, tuple(start.tolist()), tuple(end.astype(int).tolist()), (20, 20, 20), 2)
    page = page_of(picture, dpi=150)
    assert flatten_by_rules(page) is page


def test_a_page_is_laid_flat_from_the_scan_as_it_is() -> None:
    picture, matrix = seen(form(), [(70, 60), (-30, 110), (-90, -60), (20, -20)])
    flat = lay_flat(page_of(picture, dpi=150))
    row = np.array([[x, ROWS[3]] for x in COLUMNS], float)
    at = transform_points(np.linalg.inv(flat.to_scan), transform_points(matrix, row))
    assert np.ptp(at[:, 1]) < 3
