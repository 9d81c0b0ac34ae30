"""The part of a page that another sheet, a tear or a cut leaves in sight."""

import numpy as np
import pytest
from imaging_pages import World, page_of, rgb

from pipelines.drift import find_drift
from pipelines.geometry import before_edge, visible_share
from pipelines.identify import identify_page
from pipelines.identify_sight import find_sight
from pipelines.ink import subtract_blank
from pipelines.register import register_page

RNG = np.random.default_rng(1)
WORDS = RNG.uniform(0, [800, 1100], (4000, 2))


@pytest.mark.parametrize("side", ["left", "top", "right", "bottom", "torn"])
def test_the_edge_is_found_where_the_words_end(side: str) -> None:
    shown = {
        "left": WORDS[:, 0] > 360,
        "top": WORDS[:, 1] > 500,
        "right": WORDS[:, 0] < 440,
        "bottom": WORDS[:, 1] < 600,
        "torn": WORDS @ [0.5, 0.87] < 700,
    }[side]
    alike = shown & (np.random.default_rng(2).random(len(WORDS)) < 0.94)
    found = find_sight(WORDS, alike)
    assert found is not None and found.alike > 0.9
    assert (before_edge(found.edge, WORDS) == shown).mean() > 0.96
    assert found.score > 0.75


def test_words_missing_here_and_there_are_no_edge() -> None:
    rng = np.random.default_rng(3)
    assert find_sight(WORDS, rng.random(len(WORDS)) < 0.5) is None
    # Half of the labels of another form are the same: whole rows are alike, others are not.
    assert find_sight(WORDS, (WORDS[:, 1] // 60) % 2 == 0) is None


def test_an_edge_needs_enough_before_it_and_nothing_beyond_it() -> None:
    assert find_sight(WORDS, WORDS[:, 1] < 330) is None
    some_left = (WORDS[:, 1] < 600) | (np.random.default_rng(4).random(len(WORDS)) < 0.25)
    assert find_sight(WORDS, some_left) is None
    assert find_sight(WORDS[:300], WORDS[:300, 1] < 600) is None


def test_half_of_another_form_with_some_other_words_is_no_half_covered_form() -> None:
    # As of two variants of one application, of which the lower half has four words of five alike.
    alike = (WORDS[:, 1] > 600) & (np.random.default_rng(5).random(len(WORDS)) < 0.82)
    assert find_sight(WORDS, alike) is None


@pytest.mark.parametrize("lying", ["another sheet", "a white sheet", "cut off"])
def test_a_form_half_out_of_sight_is_known_and_nothing_is_said_of_that_half(
    world: World, lying: str
) -> None:
    template = world.templates["moving-notice"]
    pixels = rgb(template.grey).copy()
    height = pixels.shape[0]
    line = int(0.55 * height)
    if lying == "another sheet":
        # Moved and turned about: not the rows that all forms have at the same places.
        sheet = rgb(world.stranger.grey)[::-1, ::-1]
        pixels[line:] = sheet[37 : 37 + height - line]
    elif lying == "a white sheet":
        pixels[line:] = 244
    else:
        pixels = np.ascontiguousarray(pixels[:line])
    page = page_of(pixels, dpi=200)
    found = identify_page(page, world.index)
    assert found is not None and found.form.id == "moving-notice"
    registered = register_page(page, template, found)
    assert registered is not None
    width = pixels.shape[1]
    assert visible_share(registered, (100, 100, width - 100, line - 300)) == 1.0
    assert visible_share(registered, (100, line + 150, width - 100, height - 100)) == 0.0
    ink = subtract_blank(registered, template)
    assert find_drift(registered, template, ink) == ()
