from dataclasses import replace

import cv2
import numpy as np
from reading_pages import DPI, box, draw, draw_box_character, page_ink, white_page

from pipelines.field_ink import ink_of_box

PLACE = box(20, 20, 40, 8)


def test_a_box_without_ink_is_blank() -> None:
    assert ink_of_box(page_ink(white_page()), PLACE).blank


def test_dust_is_no_writing() -> None:
    pixels = white_page()
    for x in (25, 30, 41, 52):
        draw(pixels, [(x, 24), (x + 0.2, 24.2)], width=2)
    draw(pixels, [(45, 22), (46.2, 22.6)], width=2)
    assert ink_of_box(page_ink(pixels), PLACE).blank


def test_a_single_figure_one_is_writing() -> None:
    pixels = white_page()
    draw(pixels, [(30, 21.5), (29.6, 26)])
    assert not ink_of_box(page_ink(pixels), PLACE).blank


def test_strokes_that_leave_the_box_are_kept_whole() -> None:
    pixels = white_page()
    draw(pixels, [(30, 21), (30, 29.2)])
    rows = np.flatnonzero(ink_of_box(page_ink(pixels), PLACE).mask.any(axis=1))
    assert len(rows) > 8.0 * 200 / 25.4 * 0.95


def test_strokes_that_intrude_from_the_next_line_are_left_out() -> None:
    pixels = white_page()
    draw_box_character(pixels, 30, 22)
    draw_box_character(pixels, 40, 27.2)
    ink = ink_of_box(page_ink(pixels), PLACE)
    columns = np.flatnonzero(ink.mask.any(axis=0)) + ink.x
    assert columns.max() < 36 * 200 / 25.4


def test_a_red_seal_is_no_writing_and_black_under_it_stays() -> None:
    pixels = white_page()
    draw(pixels, [(50, 22), (54, 22), (54, 26), (50, 26), (50, 22)], colour=(215, 60, 50))
    assert ink_of_box(page_ink(pixels), PLACE).blank
    draw_box_character(pixels, 30, 22)
    ink = ink_of_box(page_ink(pixels), PLACE)
    columns = np.flatnonzero(ink.mask.any(axis=0)) + ink.x
    assert columns.max() < 36 * 200 / 25.4


def test_faint_writing_under_a_seal_stays_as_dark_as_the_pen_is_elsewhere() -> None:
    faint = (168, 168, 170)
    pixels = white_page()
    for x in (22, 27, 42, 47):
        draw(pixels, [(x, 22), (x + 4, 22), (x + 4, 26), (x, 26)], colour=faint)
    seal = np.full_like(pixels, 255)
    draw(seal, [(34, 21.5), (34, 26.5), (39, 26.5), (39, 21.5)], colour=(215, 60, 50))
    draw(pixels, [(35, 24), (38, 24)], colour=faint)
    stamped = (pixels.astype(np.uint16) * seal // 255).astype(np.uint8)
    ink = ink_of_box(page_ink(stamped), PLACE)
    mm = 200 / 25.4
    row = round(24 * mm) - ink.y
    across = slice(round(35.5 * mm) - ink.x, round(37.5 * mm) - ink.x)
    assert ink.mask[row, across].all()
    left = round(34 * mm) - ink.x
    # Crumbs along sharp edges may be left of the seal, not its strokes.
    assert ink.mask[:, left - 2 : left + 3].mean() < 0.15


def test_the_ring_around_a_marked_word_is_left_out_at_the_edge() -> None:
    pixels = white_page()
    draw_box_character(pixels, 30, 22)
    draw(pixels, [(59.6, 21.5), (58.9, 24), (59.6, 26.5)])
    page = page_ink(pixels)
    word = box(60.5, 22, 4, 4)
    kept = ink_of_box(page, PLACE)
    without = ink_of_box(page, PLACE, guests=[word])
    assert np.count_nonzero(without.mask) < np.count_nonzero(kept.mask)
    assert (np.flatnonzero(without.mask.any(axis=0)) + without.x).max() < 36 * 200 / 25.4


def test_what_looks_like_the_other_side_is_left_out_only_where_nothing_else_is_written() -> None:
    grey = white_page()
    draw_box_character(grey, 10, 10)
    draw_box_character(grey, 20, 10)
    page = page_ink(grey)
    first = page.labels[page.labels > 0].min()
    behind = np.zeros(len(page.strokes), bool)
    behind[first] = True
    mixed = ink_of_box(replace(page, behind=behind), box(8, 8, 40, 14))
    assert np.array_equal(mixed.mask, ink_of_box(page, box(8, 8, 40, 14)).mask)
    assert ink_of_box(replace(page, behind=~np.zeros_like(behind)), box(8, 8, 40, 14)).blank


def test_crumbs_that_stand_together_may_be_a_broken_stroke_and_dust_is_none() -> None:
    pixels = white_page()
    for y in (21.5, 23.1, 24.7):
        draw(pixels, [(30, y), (30, y + 0.4)])
    ink = ink_of_box(page_ink(pixels), PLACE)
    assert ink.blank
    assert ink.trace
    dust = white_page()
    for x in (25, 30, 41, 52):
        draw(dust, [(x, 24), (x + 0.2, 24.2)], width=2)
    assert not ink_of_box(page_ink(dust), PLACE).trace


def test_the_pale_rim_of_a_seal_is_no_writing() -> None:
    pixels = white_page()
    draw(pixels, [(30, 24), (34, 24)], colour=(215, 60, 50), width=9)
    draw(pixels, [(29.6, 22.4), (34.4, 22.4)], colour=(190, 168, 167))
    ink = ink_of_box(page_ink(pixels), PLACE)
    assert ink.blank
    draw(pixels, [(29.6, 22.4), (34.4, 22.4)], colour=(170, 170, 172))
    assert not ink_of_box(page_ink(pixels), PLACE).blank


def test_a_tear_that_writing_touches_does_not_make_its_box_as_large_as_the_page() -> None:
    pixels = white_page()
    draw_box_character(pixels, 70, 22)
    draw(pixels, [(77, 24), (85, 28), (97, 57)])
    page = page_ink(pixels)
    tear = int(np.argmax(page.strokes[1:, cv2.CC_STAT_HEIGHT])) + 1
    ink = ink_of_box(page, box(20, 20, 60, 8), also={tear})
    rows, columns = np.nonzero(ink.mask)
    last = (ink.x + columns.max()) * 25.4 / DPI, (ink.y + rows.max()) * 25.4 / DPI
    assert 85 < last[0] < 92.5 and 36 < last[1] < 40.5
