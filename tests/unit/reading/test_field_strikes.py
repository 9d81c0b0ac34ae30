import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from reading_pages import MM, box, draw, draw_box_character, page_ink, registered, white_page

from pipelines import strike_traces
from pipelines.field_ink import BoxInk, ink_of_box, sort_ink
from pipelines.field_strikes import find_strike
from pipelines.ink import Ink
from pipelines.records import Pixels

PLACE = box(20, 20, 60, 8)


def _ink(pixels: Pixels) -> BoxInk:
    return ink_of_box(page_ink(pixels), PLACE)


def _written(*places: float) -> Pixels:
    pixels = white_page()
    for x in places:
        draw_box_character(pixels, x, 22)
    return pixels


def _strike(pixels: Pixels, x0: float, x1: float, *, apart: float = 1.0, rise: float = 0.3) -> None:
    for y in (24 - apart / 2, 24 + apart / 2):
        draw(pixels, [(x0, y + rise), (x1, y)])


def _restore(pixels: Pixels) -> None:
    """Write again what faint lines were drawn over."""
    for x in (22, 27, 32):
        draw_box_character(pixels, x, 22)


def test_writing_is_not_struck() -> None:
    assert find_strike(_ink(_written(22, 27, 32)), MM) is None


def test_two_lines_through_the_writing_strike_it_out() -> None:
    pixels = _written(22, 27, 32)
    _strike(pixels, 21, 37)
    strike = find_strike(_ink(pixels), MM)
    assert strike is not None
    assert not strike.struck.blank
    assert strike.rest.blank


def test_what_is_written_beside_a_strike_survives() -> None:
    pixels = _written(22, 27, 45, 50)
    _strike(pixels, 21, 32)
    strike = find_strike(_ink(pixels), MM)
    assert strike is not None
    columns = (np.flatnonzero(strike.rest.mask.any(axis=0)) + strike.rest.x) / MM
    assert columns.min() > 44
    struck = (np.flatnonzero(strike.struck.mask.any(axis=0)) + strike.struck.x) / MM
    assert struck.max() < 34


def test_an_underline_is_no_strike() -> None:
    pixels = _written(22, 27, 32)
    for y in (26.6, 27.2):
        draw(pixels, [(21, y), (37, y)])
    assert find_strike(_ink(pixels), MM) is None


def test_parallel_strokes_of_a_character_are_no_strike() -> None:
    pixels = white_page()
    draw(pixels, [(30, 22.5), (33.5, 22.5)])
    draw(pixels, [(29.5, 26), (34, 26)])
    assert find_strike(_ink(pixels), MM) is None


def test_rules_that_shine_through_from_the_back_are_no_strike() -> None:
    pixels = _written(22, 27, 32)
    for y in (23.5, 24.5):
        draw(pixels, [(15, y), (60, y)], colour=(186, 186, 188))
    _restore(pixels)
    assert find_strike(_ink(pixels), MM) is None


def test_a_single_figure_can_be_struck_out() -> None:
    pixels = white_page()
    draw(pixels, [(30, 21.8), (32, 21.8), (30.6, 26.2)])
    assert find_strike(_ink(pixels), MM, figures=True) is None
    _strike(pixels, 28.4, 33.6, apart=1.6)
    assert find_strike(_ink(pixels), MM, figures=True) is not None


def test_a_short_number_in_a_field_of_text_is_struck_by_lines_over_all_of_it() -> None:
    pixels = white_page()
    for x in (22.5, 25.2):
        draw(pixels, [(x, 21.8), (x + 1.8, 22.6), (x + 0.4, 26.2), (x + 1.8, 25.4)])
    _strike(pixels, 21.8, 27.6, apart=1.2, rise=0.1)
    strike = find_strike(_ink(pixels), MM)
    assert strike is not None
    assert strike.rest.blank


def test_nothing_of_the_lines_is_left_in_the_struck_writing() -> None:
    pixels = _written(22, 34)
    _strike(pixels, 21, 38.5, rise=0.0)
    strike = find_strike(_ink(pixels), MM)
    assert strike is not None
    gap = slice(round(27.5 * MM) - strike.struck.x, round(33 * MM) - strike.struck.x)
    assert not strike.struck.mask[:, gap].any()


def test_strokes_are_joined_again_where_the_lines_crossed_them() -> None:
    pixels = white_page()
    for x in (23, 27, 31, 35):
        draw(pixels, [(x, 21.5), (x, 26.5)])
    _strike(pixels, 21, 37)
    strike = find_strike(_ink(pixels), MM)
    assert strike is not None
    column = round(27 * MM) - strike.struck.x
    near = strike.struck.mask[:, column - 1 : column + 2].any(axis=1)
    rows = np.flatnonzero(near)
    assert near[rows[0] : rows[-1] + 1].all()
    assert len(rows) > 4.5 * MM


def test_what_stands_in_the_row_above_is_not_struck() -> None:
    pixels = _written(22, 27, 32)
    _strike(pixels, 21, 37)
    for x in (22, 27):
        draw(pixels, [(x, 18.6), (x + 1.5, 20.4)])
        draw(pixels, [(x + 1.5, 18.6), (x, 20.4)])
    strike = find_strike(ink_of_box(page_ink(pixels), box(20, 17.5, 60, 11)), MM)
    assert strike is not None
    rows = (np.flatnonzero(strike.struck.mask.any(axis=1)) + strike.struck.y) / MM
    assert rows.min() > 20.5
    assert not strike.rest.blank


def test_a_hyphen_along_a_line_is_kept_where_the_scan_shows_ink_over_ink() -> None:
    written, lines = white_page(), white_page()
    for x in (22, 34):
        draw_box_character(written, x, 22)
    draw(written, [(29, 23.5), (31.5, 23.5)], colour=(90, 90, 92))
    for y in (23.5, 24.7):
        draw(lines, [(21, y), (39, y)], colour=(90, 90, 92))
    pixels = (written.astype(np.uint16) * lines // 255).astype(np.uint8)
    strike = find_strike(_ink(pixels), MM)
    assert strike is not None
    between = slice(round(27.5 * MM) - strike.struck.x, round(33 * MM) - strike.struck.x)
    columns = np.flatnonzero(strike.struck.mask[:, between].any(axis=0))
    assert 2.0 * MM < len(columns) < 3.2 * MM


def test_two_long_level_strokes_of_a_single_character_are_no_strike() -> None:
    """妻 on a fax, written wide and low."""
    pixels = white_page()
    draw(pixels, [(29.8, 23.0), (34.6, 23.0)])
    draw(pixels, [(29.8, 24.0), (34.6, 24.0)])
    draw(pixels, [(30.6, 22.2), (31, 22.6)])
    draw(pixels, [(33.6, 22.2), (33.2, 22.6)])
    draw(pixels, [(32.1, 22.1), (32.1, 23.8)])
    draw(pixels, [(31.6, 23.8), (30.9, 24.9), (34.4, 25.4)])
    draw(pixels, [(33.3, 24), (32.4, 25), (29.9, 25.4)])
    assert find_strike(_ink(pixels), MM) is None


@pytest.mark.parametrize("y", [26.0, 26.4, 26.8])
def test_a_double_underline_that_touches_the_feet_is_no_strike(y: float) -> None:
    """Its soft edge is ink too, as on any scan, and no writing below it."""
    pixels = white_page()
    for x in (22, 27, 32, 37):
        draw(pixels, [(x, 26.2), (x + 1.6, 22), (x + 3.4, 26.2)])
    for line in (y, y + 0.9):
        draw(pixels, [(21, line), (42, line)])
    soft = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 1.0), np.uint8)
    grey = soft[..., 0]
    ink = Ink(mask=grey < 229, red=np.zeros(grey.shape, bool), darkness=255 - grey)
    assert find_strike(ink_of_box(sort_ink(registered(soft), ink), PLACE), MM) is None


def test_a_row_that_runs_into_the_one_above_it_is_struck_by_lines_long_for_itself() -> None:
    """Of what was written above it the box holds a second row, no white between."""
    pixels = white_page()
    for x in (22, 27, 32):
        draw_box_character(pixels, x + 20, 19.5)
        draw_box_character(pixels, x, 23.2)
    for y in (24.3, 26.1):
        draw(pixels, [(21, y + 0.1), (37, y)])
    tall = ink_of_box(page_ink(pixels), box(20, 18, 60, 11))
    strike = find_strike(tall, MM)
    assert strike is not None
    assert not strike.rest.blank
    rows = np.flatnonzero(strike.struck.mask.any(axis=1)) + strike.struck.y
    assert rows.max() > 27 * MM


@pytest.mark.parametrize("y", [25.3, 25.5, 25.8])
def test_a_single_line_through_the_feet_is_no_strike(y: float) -> None:
    """As an underline is drawn when it is drawn too high."""
    pixels = white_page()
    for x in range(22, 60, 4):
        draw(pixels, [(x, 26.2), (x + 1.6, 22), (x + 3.2, 26.2)])
    draw(pixels, [(21, y), (61, y)])
    assert find_strike(_ink(pixels), MM) is None


def test_a_single_line_through_the_middle_is_a_strike() -> None:
    pixels = white_page()
    for x in range(22, 60, 4):
        draw(pixels, [(x, 26.2), (x + 1.6, 22), (x + 3.2, 26.2)])
    draw(pixels, [(21, 24.2), (61, 24.1)])
    assert find_strike(_ink(pixels), MM) is not None


def test_lines_through_the_middle_strike_out_what_hardly_leaves_them() -> None:
    """A faint pen shows little of the strokes above and below two lines far apart."""
    pixels = white_page()
    for x in (22, 26, 30, 34):
        draw(pixels, [(x + 0.5, 23.4), (x + 2.5, 24.6)])
    for x in (24.0, 33.0):
        draw(pixels, [(x, 22.4), (x, 25.8)])
    for y in (23.1, 24.9):
        draw(pixels, [(21, y), (39, y)])
    assert find_strike(_ink(pixels), MM) is not None


def test_crumbs_between_a_strike_and_what_stands_beside_it_go() -> None:
    """Ends of lines and rims of a seal; the dots of シ stay with it."""
    pixels = _written(22, 27, 45, 50)
    _strike(pixels, 21, 32)
    for x, y in ((38, 23.0), (41, 25.2), (44.4, 23.5)):
        draw(pixels, [(x, y), (x + 0.3, y + 0.3)])
    strike = find_strike(_ink(pixels), MM)
    assert strike is not None
    columns = (np.flatnonzero(strike.rest.mask.any(axis=0)) + strike.rest.x) / MM
    assert 44 < columns.min() < 45


def _broken(pixels: Pixels, apart: float, *, keep: float) -> Pixels:
    """Two lines through the writing, of which a fax has kept so much, black on white."""
    rng = np.random.default_rng(5)
    for y in (24 - apart / 2, 24 + apart / 2):
        line = white_page()
        draw(line, [(21, y), (42.5, y + 0.1)])
        line[:, np.repeat(rng.random(line.shape[1]) > keep, 3)[: line.shape[1]]] = 255
        pixels = np.minimum(pixels, line)
    return np.where(pixels < 128, np.uint8(0), np.uint8(255))


def test_broken_lines_on_a_fax_strike_out() -> None:
    pixels = white_page()
    for x in (22, 28.5, 35):
        for post in (0.4, 2.0, 3.6):
            draw(pixels, [(x + post, 22), (x + post, 26.2)])
    strike = find_strike(_ink(_broken(pixels, 1.1, keep=0.8)), MM)
    assert strike is not None
    assert not strike.struck.blank and strike.rest.blank
    # Crumbs along a line are none.
    assert find_strike(_ink(_broken(pixels, 1.1, keep=0.1)), MM) is None


def test_only_where_a_pair_runs_alone_are_broken_lines_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Following them is dear, and ordinary writing leaves its white empty."""
    followed: list[int] = []

    def follow(mask: NDArray[np.bool_], _: float) -> tuple[()]:
        followed.append(mask.size)
        return ()

    monkeypatch.setattr(strike_traces, "broken_lines", follow)
    assert find_strike(_ink(_written(22, 27, 32)), MM) is None
    assert not followed
    pixels = white_page()
    for x in (22, 28.5, 35):
        draw(pixels, [(x + 2.0, 22), (x + 2.0, 26.2)])
    assert find_strike(_ink(_broken(pixels, 1.1, keep=0.8)), MM) is None
    assert followed


def test_level_strokes_of_neighbours_that_lie_in_line_are_no_strike() -> None:
    """三三 and 井井 written closely, black on white."""
    for bars, posts in (((22.4, 24.0, 25.6), ()), ((23.2, 25.0), (1.2, 3.0))):
        pixels = white_page()
        for x in (22, 27, 32, 37):
            for y in bars:
                draw(pixels, [(x, y), (x + 4.1, y)])
            for post in posts:
                draw(pixels, [(x + post, 22), (x + post, 26.5)])
        assert find_strike(_ink(pixels), MM) is None
