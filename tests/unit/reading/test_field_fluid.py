import numpy as np
import pytest
from reading_pages import MM, draw_box_character, registered, white_page

from pipelines.field_fluid import find_fluid
from pipelines.records import Pixels

PLACE = (30 * MM, 25 * MM, 45 * MM, 32 * MM)


def _page(paper: int, patch: int | None, *, x1: float = 50.0) -> Pixels:
    """Paper with grain and writing, on a patch from 28 mm to `x1` mm if there is one."""
    pixels = white_page()
    pixels[:] = paper
    if patch is not None:
        pixels[round(24 * MM) : round(33 * MM), round(28 * MM) : round(x1 * MM)] = patch
    grain = np.random.default_rng(7).normal(0, 1.0, pixels.shape[:2])[..., None]
    pixels = np.clip(pixels + grain, 0, 255).astype(np.uint8)
    for x in (30, 36, 41):
        draw_box_character(pixels, x, 26)
    return pixels


def _found(pixels: Pixels) -> bool | None:
    return find_fluid(registered(pixels), np.full(pixels.shape[:2], 255, np.uint8), PLACE)


def test_a_whiter_patch_under_the_writing_is_fluid() -> None:
    assert _found(_page(238, 250)) is True


def test_writing_on_bare_paper_stands_on_no_fluid() -> None:
    assert _found(_page(238, None)) is False


def test_what_runs_on_beyond_the_place_is_light_and_no_fluid() -> None:
    assert _found(_page(238, 250, x1=100)) is False


@pytest.mark.parametrize("patch", [None, 255])
def test_pure_white_paper_hides_fluid(patch: int | None) -> None:
    assert _found(_page(255, patch)) is None


def test_a_box_left_white_in_a_tint_of_the_form_is_no_fluid() -> None:
    blank = np.full((round(60 * MM), round(100 * MM)), 225, np.uint8)
    blank[round(24 * MM) : round(33 * MM), round(28 * MM) : round(50 * MM)] = 255
    pixels = np.repeat((blank.astype(np.float64) * 0.95).astype(np.uint8)[..., None], 3, axis=2)
    assert find_fluid(registered(pixels), blank, PLACE) is not True
