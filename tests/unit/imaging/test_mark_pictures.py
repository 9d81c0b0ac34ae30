"""What the network of marks gets to see."""

import numpy as np

from models.marks import HIGH, WIDE
from pipelines.forms.model import MarkStyle
from pipelines.ink import Surplus
from pipelines.mark_pictures import option_pictures
from pipelines.records import Pixels

DPI = 200.0
BOX, NEXT = (400.0, 400.0, 430.0, 430.0), (438.0, 400.0, 468.0, 430.0)


def picture_of(darkness: Pixels, *boxes: tuple[float, ...], print_: Pixels | None = None) -> Pixels:
    blank = np.zeros_like(darkness) if print_ is None else print_
    surplus = Surplus(darkness=darkness, print_darkness=blank, paper=0.0, gain=1.0)
    held = [(a, b, c, d) for a, b, c, d in boxes]
    return option_pictures(MarkStyle.TICK, held, darkness > 100, surplus, DPI)


def page() -> Pixels:
    return np.zeros((1000, 1000), np.uint8)


def test_ink_in_the_box_is_in_the_middle_of_the_picture() -> None:
    darkness = page()
    darkness[405:425, 405:425] = 200
    (picture,) = picture_of(darkness, BOX)
    seen, _, ink, box, _, _ = picture
    middle = HIGH // 2, WIDE // 2
    assert ink[middle] == 255 and box[middle] == 255
    assert seen[middle] > 150 > seen[0, 0]
    assert ink[0, 0] == box[0, 0] == 0


def test_print_is_taken_away_from_what_is_seen() -> None:
    darkness = page()
    darkness[410:420, 395:435] = 200
    (picture,) = picture_of(darkness, BOX, print_=darkness.copy())
    assert np.ptp(picture[0].astype(int)) <= 1
    assert picture[1].max() > 150


def test_siblings_have_a_plane_of_their_own() -> None:
    first, second = picture_of(page(), BOX, NEXT)
    assert first[4, HIGH // 2, -4] == 255 and first[4, HIGH // 2, 4] == 0
    assert second[4, HIGH // 2, 4] == 255 and second[4, HIGH // 2, -4] == 0


def test_an_option_at_the_edge_of_the_page_has_a_whole_picture() -> None:
    (picture,) = picture_of(page(), (0.0, 5.0, 30.0, 35.0))
    assert picture.shape[1:] == (HIGH, WIDE)
    assert picture[3, HIGH // 2, WIDE // 2] == 255
