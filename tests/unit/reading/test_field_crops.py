import numpy as np
from reading_pages import box, draw, draw_box_character, page_ink, white_page

from pipelines.field_combs import cut_comb
from pipelines.field_crops import cut_line, cut_lines
from pipelines.field_ink import ink_of_box
from pipelines.line_columns import side_by_side


def test_a_line_is_cut_tight_around_its_ink() -> None:
    pixels = white_page()
    draw_box_character(pixels, 30, 22)
    draw_box_character(pixels, 36, 22)
    crop = cut_line(ink_of_box(page_ink(pixels), box(20, 20, 60, 8)))
    assert crop is not None
    height, width = crop.pixels.shape
    assert 1.8 < width / height < 2.4
    assert crop.pixels[0].min() == 255
    assert crop.pixels[:, 0].min() == 255


def test_a_flat_stroke_is_not_blown_up() -> None:
    pixels = white_page()
    draw(pixels, [(30, 24), (34, 24)])
    crop = cut_line(ink_of_box(page_ink(pixels), box(20, 20, 60, 8)))
    assert crop is not None
    assert crop.pixels.shape[0] > 0.5 * 8 * 200 / 25.4


def test_the_gap_between_names_is_known() -> None:
    pixels = white_page()
    for x in (22, 26.5, 36, 40.5):
        draw_box_character(pixels, x, 22)
    crop = cut_line(ink_of_box(page_ink(pixels), box(20, 20, 60, 8)))
    assert crop is not None
    widest = max(crop.gaps, key=lambda gap: gap[1])
    assert 0.4 < widest[0] < 0.6
    assert widest[1] > 1.0


def test_two_lines_become_two_crops_from_the_top() -> None:
    pixels = white_page()
    for x in (22, 27, 32):
        draw_box_character(pixels, x, 21)
    draw_box_character(pixels, 22, 28.5)
    crops = cut_lines(ink_of_box(page_ink(pixels), box(20, 20, 60, 14), line_mm=7), 2)
    assert [c.pixels.shape[1] > 2 * c.pixels.shape[0] for c in crops] == [True, False]


def test_one_line_in_a_box_for_two_stays_one() -> None:
    pixels = white_page()
    draw_box_character(pixels, 22, 24.5)
    crops = cut_lines(ink_of_box(page_ink(pixels), box(20, 20, 60, 14), line_mm=7), 2)
    assert len(crops) == 1


def test_a_comb_gives_a_place_for_every_cell_with_ink() -> None:
    pixels = white_page()
    for cell in (0, 1, 3):
        draw(pixels, [(22.5 + 5 * cell, 21.5), (22.5 + 5 * cell, 26.5)])
    crop, cells = cut_comb(ink_of_box(page_ink(pixels), box(20, 20, 30, 8)), 6)
    assert crop is not None
    assert cells == (0, 1, 3)
    assert len(crop.spans) == 3
    dark = np.flatnonzero((crop.pixels < 128).any(axis=0)) / crop.pixels.shape[1]
    for start, end in crop.spans:
        assert ((dark > start) & (dark < end)).any()


def test_characters_of_a_comb_that_touch_are_parted_and_none_is_lost() -> None:
    pixels = white_page()
    for cell in (0, 1, 2, 4):
        left = 20.4 + 5 * cell
        draw(pixels, [(left, 21.5), (left + 4.2, 21.5), (left + 4.2, 26.5), (left, 26.5)])
    # A tail of the first runs into the second, and one of the second into the third.
    draw(pixels, [(22.0, 26.5), (27.0, 25.0)], width=2)
    draw(pixels, [(28.0, 26.5), (31.5, 25.0)], width=2)
    crop, cells = cut_comb(ink_of_box(page_ink(pixels), box(20, 20, 30, 8)), 6)
    assert crop is not None
    assert cells == (0, 1, 2, 4)


def test_one_wide_character_of_a_comb_stays_whole() -> None:
    pixels = white_page()
    draw(pixels, [(24.0, 21.5), (28.8, 21.5), (24.0, 26.5), (28.8, 26.5)])
    _, cells = cut_comb(ink_of_box(page_ink(pixels), box(20, 20, 30, 8)), 6)
    assert len(cells) == 1


def test_figures_that_stand_apart_are_places_of_their_own() -> None:
    pixels = white_page()
    draw(pixels, [(30, 21.5), (30, 26.5)])
    draw(pixels, [(33, 21.5), (33, 26.5)])
    ink = ink_of_box(page_ink(pixels), box(20, 20, 30, 8))
    alone = cut_line(ink)
    figures = cut_line(ink, figures=True)
    assert alone is not None
    assert figures is not None
    assert alone.spans == ()
    assert len(figures.spans) == 2


def test_a_column_is_set_side_by_side() -> None:
    grey = np.full((120, 30), 255, np.uint8)
    for top in (5, 45, 85):
        grey[top : top + 28, 2:28] = 0
    line = side_by_side(grey, grey < 128)
    inked = (line < 128).any(axis=0).astype(int)
    assert np.count_nonzero(np.diff(inked) == 1) == 3
    assert line.shape[1] > 2 * line.shape[0]


def test_a_faint_pen_is_made_dark() -> None:
    pixels = white_page()
    draw(pixels, [(30, 21.5), (30, 26.5)], colour=(150, 150, 150))
    crop = cut_line(ink_of_box(page_ink(pixels), box(20, 20, 30, 8)))
    assert crop is not None
    assert crop.pixels.min() < 80
