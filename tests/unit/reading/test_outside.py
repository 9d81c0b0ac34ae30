"""Writing that leaves its box goes to it, or is told of."""

from dataclasses import replace

import pytest
from reading_pages import MM, box, draw, draw_box_character, page_ink, white_page

from pipelines.check_outside import outside_findings
from pipelines.field_slots import Slot, cut_slot
from pipelines.forms.model import Box, DatePart
from pipelines.outside import Outside, Stray, writing_outside
from pipelines.records import BoundingBox, Pixels, Severity

FIRST, SECOND = box(10, 20, 25, 8), box(60, 20, 25, 8)


def _slot(place: Box, *, part: DatePart | None = None) -> Slot:
    return Slot(
        part=part, box=place, cells=1, lines=1, vertical=False, repertoire=None, figures=False
    )


def _found(pixels: Pixels, *slots: Slot, seals: tuple[Box, ...] = ()) -> Outside:
    return writing_outside(page_ink(pixels), slots or (_slot(FIRST), _slot(SECOND)), (), seals)


@pytest.mark.parametrize("starts", [(20, 25, 30, 35.5, 40.5), (4, 9.5, 14.5, 20)])
def test_writing_that_runs_over_an_edge_goes_to_its_box(starts: tuple[float, ...]) -> None:
    pixels = white_page()
    for x in starts:
        draw_box_character(pixels, x, 22)
    outside = _found(pixels)
    assert set(outside.taken) == {0}
    assert not outside.loose
    page = page_ink(pixels)
    crop = cut_slot(page, _slot(FIRST), also=outside.taken[0]).crops[0]
    assert crop.bounds[2] - crop.bounds[0] > (starts[-1] + 4 - starts[0]) * MM * 0.97


def test_what_two_boxes_could_claim_is_told_of() -> None:
    pixels = white_page()
    first, second = _slot(box(10, 20, 15, 8)), _slot(box(33, 20, 15, 8))
    for x in (21, 33):
        draw_box_character(pixels, x, 22)
    draw(pixels, [(27, 22), (31, 22), (31, 26), (27, 26), (27, 22)])
    draw(pixels, [(29, 23.2), (29, 24.8)])
    outside = _found(pixels, first, second)
    assert not outside.taken
    assert len(outside.loose) == 1


def test_writing_beside_an_empty_box_is_taken_and_unsure() -> None:
    pixels = white_page()
    for x in (12, 18):
        draw_box_character(pixels, x, 29.5)
        draw(pixels, [(x + 4.6, 29.5), (x + 4.6, 33)])
    outside = _found(pixels)
    assert set(outside.taken) == {0}
    assert outside.unsure == {0}


def test_writing_far_from_all_boxes_is_told_of_and_dust_is_not() -> None:
    pixels = white_page()
    for x in (40, 46):
        draw_box_character(pixels, x, 45)
        draw(pixels, [(x + 4.6, 45), (x + 4.6, 49)])
    draw(pixels, [(10, 50), (10.5, 50)])
    (place,) = _found(pixels).loose
    assert (place.x, place.y) == (pytest.approx(40, abs=0.4), pytest.approx(45, abs=0.4))
    assert not _found(pixels, seals=(box(38, 42, 15, 10),)).loose


def test_a_single_character_is_told_of_and_a_line_is_not() -> None:
    pixels = white_page()
    draw_box_character(pixels, 45, 45)
    draw(pixels, [(70, 45), (70, 50)])
    assert len(_found(pixels).loose) == 1


def test_under_strong_noise_words_are_told_of_and_crumbs_are_not() -> None:
    words, crumbs = white_page(), white_page()
    for x in (40, 46):
        draw_box_character(words, x, 45)
        draw(words, [(x + 4.6, 45), (x + 4.6, 49)])
        draw(crumbs, [(x, 45), (x + 0.9, 45)])
        draw(crumbs, [(x + 2, 45.5), (x + 2, 47.1)])
    assert len(_found(crumbs).loose) == 2
    for pixels, told in ((words, 1), (crumbs, 0)):
        noisy = replace(page_ink(pixels), noisy=True)
        assert len(writing_outside(noisy, (_slot(FIRST),), (), ()).loose) == told


def test_writing_in_the_place_of_a_seal_makes_the_box_before_it_unsure() -> None:
    pixels, seal = white_page(), box(40, 18, 12, 12)
    for x in (20, 25, 30, 36):
        draw_box_character(pixels, x, 22)
    outside = _found(pixels, seals=(seal,))
    assert outside.unsure == {0}
    apart = white_page()
    for x in (12, 17):
        draw_box_character(apart, x, 22)
    draw(apart, [(40, 19), (50, 19), (50, 29), (40, 29), (40, 19)])
    assert not _found(apart, seals=(seal,)).unsure


def test_the_neighbour_of_writing_with_its_body_elsewhere_is_judged_without_it() -> None:
    pixels = white_page()
    first, second = _slot(box(10, 20, 20, 8)), _slot(box(31, 20, 20, 8))
    for x in (12, 17, 22):
        draw_box_character(pixels, x, 22)
    # A character across the border, and one wholly beyond it.
    draw_box_character(pixels, 27.5, 22, 4.8)
    draw_box_character(pixels, 33, 22)
    outside = _found(pixels, first, second)
    assert outside.unsure == {0, 1}
    page = page_ink(pixels)
    assert cut_slot(page, second, without=outside.left_out[1]).blank
    whole = cut_slot(page, first, also=outside.taken[0]).crops[0]
    assert whole.bounds[2] - whole.bounds[0] > 25 * MM * 0.97


def test_writing_low_over_the_edge_of_its_box_is_doubted_with_the_empty_box_below() -> None:
    pixels = white_page()
    upper, lower = _slot(box(10, 20, 40, 6)), _slot(box(10, 27.5, 40, 6))
    for x in (12, 17, 22):
        draw_box_character(pixels, x, 23)
    assert _found(pixels, upper, lower).unsure == {0, 1}
    level = white_page()
    for x in (12, 17, 22):
        draw_box_character(level, x, 21.5)
    assert not _found(level, upper, lower).unsure


def test_writing_that_may_have_begun_at_an_empty_box_makes_both_unsure() -> None:
    pixels = white_page()
    for x in (53, 58, 63):
        draw_box_character(pixels, x, 22)
    assert _found(pixels, _slot(box(10, 20, 38, 8)), _slot(SECOND)).unsure == {0, 1}


def test_an_era_before_a_year_is_no_stray() -> None:
    pixels = white_page()
    draw(pixels, [(6, 22), (8, 22), (8, 24.5), (6, 24.5)])
    draw(pixels, [(7, 22.8), (8.6, 27)])
    year = _slot(FIRST, part=DatePart.YEAR)
    assert _found(pixels, year) == Outside()


def test_writing_that_runs_from_one_box_into_the_next_makes_both_unsure() -> None:
    pixels = white_page()
    first, second = _slot(box(10, 20, 20, 8)), _slot(box(30, 20, 20, 8))
    for x in (16, 21, 26, 31):
        draw_box_character(pixels, x, 22, 3.8)
    assert _found(pixels, first, second).unsure == {0, 1}
    apart = white_page()
    for x in (12, 17, 33, 38):
        draw_box_character(apart, x, 22, 3.8)
    assert not _found(apart, first, second).unsure


def test_a_finding_says_where_the_writing_stands() -> None:
    place = Stray(
        page=2,
        form_page=1,
        place=box(40, 145, 12, 4),
        box=BoundingBox(x0=300, y0=1100, x1=400, y1=1130),
    )
    (finding,) = outside_findings([place])
    assert finding.rule == "page.writing_outside"
    assert finding.severity is Severity.WARNING
    assert "2ページ目" in finding.message
    assert "上から14cm・左から4cm" in finding.message
    assert finding.params["boxes"] == "300,1100,400,1130"


def test_a_line_that_rises_out_of_its_box_at_its_end_is_not_doubted() -> None:
    pixels = white_page()
    for number, x in enumerate((12, 17, 22, 27, 32, 37, 42)):
        draw_box_character(pixels, x, 22 if number < 5 else 18.5)
    assert not _found(pixels, _slot(box(10, 20, 60, 8))).unsure
    high = white_page()
    for x in (12, 17, 22, 27):
        draw_box_character(high, x, 18.5)
    assert _found(high, _slot(box(10, 20, 60, 8))).unsure == {0}


def test_circles_in_pieces_around_options_are_not_told_of() -> None:
    pixels = white_page()
    options = (box(60, 40, 4, 4), box(60, 46, 4, 4))
    for option in options:
        x, y = option.x - 1.5, option.y - 1
        for start, end in (((0, 0), (0, 4.6)), ((7, 0), (7, 4.6)), ((1, 5.6), (6, 5.6))):
            draw(pixels, [(x + start[0], y + start[1]), (x + end[0], y + end[1])])
    page = page_ink(pixels)
    assert not writing_outside(page, (_slot(FIRST),), options, ()).loose
    assert writing_outside(page, (_slot(FIRST),), (), ()).loose
