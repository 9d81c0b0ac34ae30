"""Lines of free text told apart, drawn as rows of boxes: what was merged or lost before."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from reading_pages import box, draw, draw_box_character, page_ink, white_page

from pipelines.field_crops import cut_columns, cut_lines
from pipelines.field_ink import ink_of_box
from pipelines.line_columns import characters_down, side_by_side
from pipelines.line_split import split_mask

PITCH = 70.0


def _line(
    mask: np.ndarray, y: int, count: int, *, size: int = 40, slope: float = 0.0, x: int = 20
) -> None:
    """Boxes with a cross in them, as 田, from (x, y) on."""
    for i in range(count):
        left = x + round(i * size * 1.15)
        top = y + round(slope * (left - x))
        end = (left + size, top + size)
        cv2.rectangle(mask, (left, top), end, 1, 3)
        cv2.line(mask, (left, top + size // 2), (left + size, top + size // 2), 1, 3)
        cv2.line(mask, (left + size // 2, top), (left + size // 2, top + size), 1, 3)


def _mask(height: int = 420, width: int = 1000) -> np.ndarray:
    return np.zeros((height, width), np.uint8)


def _rows(mask: np.ndarray) -> tuple[int, int]:
    rows = np.flatnonzero(mask.any(axis=1))
    return int(rows[0]), int(rows[-1])


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_there_are_as_many_lines_as_are_written_whatever_the_form_expects(count: int) -> None:
    mask = _mask()
    for i in range(count):
        _line(mask, 15 + round(58 * i), 18 if i < count - 1 else 3)
    lines = split_mask(mask.view(bool), 90.0)
    assert len(lines) == count
    assert sum(np.count_nonzero(line.mask) for line in lines) == np.count_nonzero(mask)
    assert all(a < b for a, b in pairwise(_rows(line.mask)[0] for line in lines))


@pytest.mark.parametrize("slope", [-0.06, 0.06])
def test_lines_that_rise_or_fall_into_the_rows_of_others_are_told_apart(slope: float) -> None:
    mask = _mask(520)
    starts = [60 + 68 * i + (60 if slope < 0 else 0) for i in range(4)]
    for start in starts:
        _line(mask, start, 20, slope=slope)
    lines = split_mask(mask.view(bool), PITCH)
    assert len(lines) == 4
    assert lines[0].slope == pytest.approx(slope, abs=0.01)
    # Each holds the ink of one line: every fourth of it.
    sizes = [np.count_nonzero(line.mask) for line in lines]
    assert max(sizes) - min(sizes) < 0.05 * max(sizes)


def test_a_stroke_that_runs_into_the_next_line_is_parted() -> None:
    mask = _mask()
    _line(mask, 20, 15)
    _line(mask, 74, 15)
    # A long tail joins a character of the first line to one of the second.
    cv2.line(mask, (120, 50), (120, 84), 1, 3)
    first, second = split_mask(mask.view(bool), PITCH)
    assert _rows(first.mask)[1] < 85
    assert _rows(second.mask)[0] > 55


@pytest.mark.parametrize("strokes", [(100, 125), (100, 115, 130)])
def test_a_character_of_level_strokes_is_one_line(strokes: tuple[int, ...]) -> None:
    mask = _mask()
    for y in strokes:
        cv2.line(mask, (20, y), (62, y), 1, 3)
    assert len(split_mask(mask.view(bool), PITCH)) == 1


def test_furigana_is_kept_apart_from_its_text_and_from_no_other_line() -> None:
    mask = _mask()
    _line(mask, 20, 12)
    _line(mask, 96, 7, size=16, x=60)
    _line(mask, 124, 12)
    assert [line.ruby for line in split_mask(mask.view(bool), PITCH)] == [False, True, False]
    # The same small line nearer to the one above it is a line.
    other = _mask()
    _line(other, 20, 12)
    _line(other, 68, 7, size=16, x=60)
    _line(other, 124, 12)
    assert not any(line.ruby for line in split_mask(other.view(bool), PITCH))


def test_a_falling_line_is_cut_level() -> None:
    pixels = white_page(140, 60)
    for i in range(18):
        draw_box_character(pixels, 22 + 5 * i, 22 + 0.25 * i)
        draw_box_character(pixels, 22 + 5 * i, 31 + 0.25 * i)
    crops = cut_lines(ink_of_box(page_ink(pixels), box(20, 20, 100, 22), line_mm=11), 2)
    assert len(crops) == 2
    # With its slope, which is as high as a character, and its margin each is three as high.
    assert all(c.pixels.shape[0] < 2.2 * 4 * 200 / 25.4 for c in crops)
    # Their places are those of the slanted ink.
    assert crops[0].bounds[3] - crops[0].bounds[1] > 2 * 4 * 200 / 25.4


def test_columns_of_one_box_are_read_from_the_right() -> None:
    pixels = white_page(60, 80)
    for i in range(6):
        draw_box_character(pixels, 36, 12 + 5.5 * i)
    for i in range(3):
        draw_box_character(pixels, 26, 12 + 5.5 * i)
    crops = cut_columns(ink_of_box(page_ink(pixels), box(22, 10, 22, 60), line_mm=11), 2)
    assert [round(c.bounds[0] * 25.4 / 200) for c in crops] == [36, 26]
    assert crops[0].pixels.shape[1] > 1.5 * crops[1].pixels.shape[1]


def test_characters_of_a_column_that_touch_are_parted_and_loose_ones_are_whole() -> None:
    mask = np.zeros((200, 44), np.uint8)
    cv2.rectangle(mask, (2, 2), (40, 40), 1, 3)
    cv2.rectangle(mask, (2, 41), (40, 80), 1, 3)
    for y in (100, 120, 134):
        cv2.line(mask, (4, y), (38, y), 1, 3)
    spans = characters_down(mask.view(bool), 40.0)
    assert len(spans) == 3
    assert spans[2][0] < 102
    assert spans[2][1] > 133


def test_a_full_stop_of_a_column_comes_down_to_the_foot_of_the_line() -> None:
    mask = np.zeros((120, 44), np.uint8)
    cv2.rectangle(mask, (2, 2), (40, 40), 1, 3)
    cv2.circle(mask, (36, 52), 4, 1, 2)
    cv2.rectangle(mask, (2, 72), (40, 110), 1, 3)
    line = side_by_side(np.where(mask, 0, 255).astype(np.uint8), mask.view(bool))
    inked = (line < 128).any(axis=0).astype(np.int8)
    starts = np.flatnonzero(np.diff(inked) == 1) + 1
    ends = np.flatnonzero(np.diff(inked) == -1) + 1
    assert len(starts) == 3
    stop = line[:, starts[1] : ends[1]] < 128
    assert np.flatnonzero(stop.any(axis=1)).mean() > 0.6 * line.shape[0]


def test_a_bracket_of_a_column_is_turned_up() -> None:
    mask = np.zeros((100, 44), np.uint8)
    cv2.ellipse(mask, (22, 18), (18, 10), 0, 180, 360, 1, 3)
    cv2.rectangle(mask, (2, 40), (40, 78), 1, 3)
    line = side_by_side(np.where(mask, 0, 255).astype(np.uint8), mask.view(bool))
    ink = line < 128
    starts = np.flatnonzero(np.diff(ink.any(axis=0).astype(np.int8)) == 1) + 1
    ends = np.flatnonzero(np.diff(ink.any(axis=0).astype(np.int8)) == -1) + 1
    first = ink[:, starts[0] : ends[0]]
    rows = np.flatnonzero(first.any(axis=1))
    assert len(rows) > 2 * first.shape[1]
    # Open to the right, as ( is: ink at half height stands on the left.
    middle = first[rows[len(rows) // 2]]
    assert np.flatnonzero(middle).mean() < 0.4 * first.shape[1]


def test_a_slanted_roof_is_no_bracket() -> None:
    mask = np.zeros((100, 44), np.uint8)
    cv2.polylines(mask, [np.array([[3, 20], [13, 12], [40, 28]], np.int32)], False, 1, 3)
    cv2.rectangle(mask, (2, 40), (40, 78), 1, 3)
    line = side_by_side(np.where(mask, 0, 255).astype(np.uint8), mask.view(bool))
    inked = (line < 128).any(axis=0).astype(np.int8)
    starts, ends = (np.flatnonzero(np.diff(inked) == d) + 1 for d in (1, -1))
    assert ends[0] - starts[0] > 30


def test_a_faint_stroke_alone_is_no_reason_to_fail() -> None:
    pixels = white_page()
    draw(pixels, [(30, 24), (30.5, 26)])
    for vertical in (cut_lines, cut_columns):
        crops = vertical(ink_of_box(page_ink(pixels), box(20, 20, 60, 14), line_mm=7), 3)
        assert len(crops) <= 1
