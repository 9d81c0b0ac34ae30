"""What a scan of a blank loses: thin rules, dots, dashes, rings of seals; and what is none."""

import cv2
import numpy as np
import pytest

from pipelines.forms.blank_image import parted_boxes, read_image, without_rules
from pipelines.forms.blank_records import Area, Char
from pipelines.forms.blank_signs import dots_and_dashes, rings, sign_ink, without_strokes
from pipelines.records import Pixels

DPI = 200
PER_MM = DPI / 25.4


def paper(*, grain: float = 0.0) -> Pixels:
    rng = np.random.default_rng(5)
    page = 245 + grain * cv2.GaussianBlur(rng.standard_normal((900, 1200)), (0, 0), 0.6) * 1.6
    return np.asarray(np.repeat(page.clip(0, 255)[..., None], 3, axis=2), np.uint8)


def draw(page: Pixels, x0: float, y0: float, x1: float, y1: float, tone: int = 30) -> None:
    at = [round(v * PER_MM) for v in (x0, y0, x1, y1)]
    part = page[at[1] : max(at[3], at[1] + 1), at[0] : max(at[2], at[0] + 1)]
    part[:] = np.minimum(part, tone)


def frame(page: Pixels, x: float, y: float, width: float, height: float) -> None:
    for at in (y, y + height):
        draw(page, x, at, x + width, at + 0.3)
    for at in (x, x + width):
        draw(page, at, y, at + 0.3, y + height + 0.3)


def char(text: str, x: float, y: float, size: float = 3.5) -> Char:
    return Char(text, Area(x, y, x + size, y + size))


def inner(page: Pixels) -> list[float]:
    """Where upright rules stand between the sides of a frame from 20 to 80 mm."""
    rules = read_image(page, DPI).uprights
    return sorted(round(rule.x0) for rule in rules if 22 < rule.x0 < 78)


def comb(tones: list[int]) -> Pixels:
    page = paper(grain=9)
    frame(page, 20, 30, 60, 7)
    for number, tone in enumerate(tones, start=1):
        draw(page, 20 + 6 * number, 30, 20.2 + 6 * number, 37.2, tone)
    return cv2.GaussianBlur(page, (3, 3), 0)


def test_pale_rules_of_a_comb_are_found_under_noise() -> None:
    assert inner(comb([190] * 9)) == [26, 32, 38, 44, 50, 56, 62, 68, 74]


def test_a_rule_of_a_comb_that_nothing_is_left_of_is_not_made_up() -> None:
    assert inner(comb([190, 190, 190, 250, 190, 190, 190, 190, 190])) == [
        *(26, 32, 38),
        *(50, 56, 62, 68, 74),
    ]


def test_strokes_of_characters_between_two_rules_are_no_rule() -> None:
    page = paper(grain=9)
    frame(page, 20, 30, 60, 7)
    for number in range(1, 10):
        draw(page, 20 + 6 * number, 32, 20.4 + 6 * number, 35.2)
    assert inner(page) == []


def test_a_gap_in_a_rule_is_closed() -> None:
    page = paper()
    frame(page, 20, 30, 60, 20)
    draw(page, 20, 40, 48, 40.3)
    draw(page, 48, 40, 50.2, 40.2, 170)
    draw(page, 50.2, 40, 80, 40.3)
    page = cv2.GaussianBlur(page, (5, 5), 0)
    middle = sorted((r.x0, r.x1) for r in read_image(page, DPI).levels if abs(r.y0 - 40) < 0.6)
    covered = np.zeros(600, bool)
    for x0, x1 in middle:
        covered[max(round(10 * x0) - 200, 0) : round(10 * x1) - 200] = True
    assert covered.mean() > 0.97


def signs(page: Pixels, chars: list[Char]) -> list[str]:
    ink = sign_ink(read_image(page, DPI).even)
    image = read_image(page, DPI)
    free = without_rules(ink, [*image.levels, *image.uprights], PER_MM)
    return [sign.text for sign in dots_and_dashes(ink, free, chars, PER_MM)]


def test_a_dot_between_two_words_is_read_and_dust_is_not() -> None:
    page = paper()
    draw(page, 30, 31.5, 30.6, 32.1)
    draw(page, 60, 50, 60.6, 50.6)
    words = [char("有", 24, 30), char("無", 34, 30)]
    assert signs(page, words) == ["・"]
    assert signs(page, words[:1]) == []


def test_a_dash_has_words_before_it() -> None:
    page = paper()
    draw(page, 60, 31.6, 63, 31.9)
    assert signs(page, [char("話", 30, 30)]) == ["-"]
    assert signs(page, [char("話", 80, 30)]) == []
    assert signs(page, [char("話", 30, 70)]) == []


def test_dashes_of_a_dashed_rule_are_no_signs() -> None:
    page = paper()
    for x in range(60, 100, 2):
        draw(page, x, 31.6, x + 1.2, 31.9)
    assert signs(page, [char("話", 30, 30)]) == []


@pytest.mark.parametrize("dashed", [False, True])
def test_the_ring_around_a_seal_is_found(dashed: bool) -> None:
    page = paper()
    for start in range(0, 360, 12):
        end = start + (7 if dashed else 13)
        centre = round(60 * PER_MM), round(50 * PER_MM)
        axes = round(5.5 * PER_MM), round(5.5 * PER_MM)
        cv2.ellipse(page, centre, axes, 0, start, end, (60, 60, 60), 2)
    ink = read_image(page, DPI).ink
    (ring,) = rings(ink, [char("印", 58.4, 48.1)], PER_MM)
    assert (round(ring.width), round((ring.x0 + ring.x1) / 2)) == (11, 60)
    # A word is no seal, whatever is drawn around it.
    assert rings(ink, [char("印", 58.4, 48.1), char("鑑", 61.9, 48.1)], PER_MM) == []


def test_a_square_frame_is_no_ring() -> None:
    page = paper()
    frame(page, 54, 44, 12, 12)
    assert rings(read_image(page, DPI).ink, [char("印", 58.4, 48.1)], PER_MM) == []


def test_a_code_holds_neither_rules_nor_boxes() -> None:
    page = paper()
    modules = np.random.default_rng(7).random((25, 25)) < 0.5
    modules[:7, :7] = modules[:7, -7:] = True
    modules[1:6, 1:6] = modules[1:6, -6:-1] = False
    for y, x in np.argwhere(modules):
        draw(page, 40 + 0.64 * x, 40 + 0.64 * y, 40.64 + 0.64 * x, 40.64 + 0.64 * y)
    image = read_image(page, DPI)
    (code,) = image.codes
    assert round(code.width) == round(code.height) == 16
    assert (image.levels, image.uprights, image.boxes) == ([], [], [])


def test_strokes_of_a_title_are_no_rules_and_sides_of_a_cell_are() -> None:
    stroke = Area(21, 22, 25.5, 22)
    title = [char("国", 20, 20, 6), char("民", 27, 20, 6)]
    assert without_strokes([stroke], title) == []
    # A comb is read as such characters, but stands beside no words.
    assert without_strokes([stroke], [char("目", 20, 20, 6)]) == [stroke]
    through, under = Area(20, 32, 40, 32), Area(20, 35, 40, 35)
    words = [char("N", 20 + 3 * i, 30.25) for i in range(6)]
    assert without_strokes([through, under], words) == [under]


def test_a_box_that_was_read_as_a_figure_stays_a_box() -> None:
    box = Area(20, 20, 23, 23)
    words = [Char("7", Area(20, 19.8, 23, 23.2)), Char("有", Area(25, 19.8, 28, 23.2))]
    assert parted_boxes([box], words) == ([box], words[1:])
    # Read together with the box before it, a character loses that part of its place.
    whole = Char("有", Area(20.5, 19.8, 28, 23.2))
    ((kept,), (rest,)) = parted_boxes([box], [whole])
    assert (kept, rest.text, rest.area.x0 >= box.x1) == (box, "有", True)
    assert parted_boxes([box], [Char("品", Area(19, 18, 25.5, 24.5))])[0] == []
