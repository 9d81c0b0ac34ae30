"""Forms of boxes to tick: what they hold, what is drawn on them, and the bound of an error rate."""

import numpy as np
import pytest

from pipelines.marks import option_groups
from training.bad_printing import badly_printed
from training.mark_pages import EMPTY, MARKED, STRUCK
from training.measure_ticks import upper_bound
from training.tick_forms import LAYOUTS, Layout, tick_form
from training.tick_pages import ticked_page
from training.tick_shares import USUAL, WEAK, Shares


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_boxes_of_a_layout_are_many_and_apart(layout: Layout) -> None:
    groups = option_groups(tick_form(layout).definition, 1)
    boxes = [box for group in groups for _, box in group.options]
    assert len(boxes) > 100
    for number, box in enumerate(boxes):
        assert box.x + box.width < 200
        for other in boxes[number + 1 :]:
            aside = box.x + box.width <= other.x or other.x + other.width <= box.x
            assert aside or box.y + box.height <= other.y or other.y + other.height <= box.y


def test_the_same_seed_gives_the_same_page_with_ticks_and_empty_boxes() -> None:
    entry = tick_form(LAYOUTS[3])
    one, again = (ticked_page(entry, 5, "clean") for _ in range(2))
    assert np.array_equal(one.page.pixels, again.page.pixels)
    truths = list(one.page.truth.values())
    assert truths.count(EMPTY) > 30
    assert truths.count(MARKED) > 30


@pytest.mark.parametrize("shares", [USUAL, WEAK], ids=["usual", "weak"])
def test_shares_of_what_is_drawn_are_shares_of_one(shares: Shares) -> None:
    assert sum(shares.printings) == pytest.approx(1)
    assert sum(shares.manners.values()) == pytest.approx(1)
    assert 0.5 < shares.ticked + shares.other + shares.struck + shares.dirt < 0.9


def test_weak_pages_hold_more_check_glyphs_dirt_and_strikes_with_one_line() -> None:
    entry = tick_form(LAYOUTS[3])
    usual, weak = (ticked_page(entry, 7, "clean", shares=s).page for s in (USUAL, WEAK))
    counted = [list(page.manner.values()) for page in (usual, weak)]
    for manner in ("check_glyph", "dirt", "struck_once"):
        before, after = (manners.count(manner) for manners in counted)
        assert after > before
    once = [key for key, manner in weak.manner.items() if manner == "struck_once"]
    assert all(weak.truth[key] == STRUCK for key in once)


@pytest.mark.parametrize("printing", ["pale", "broken", "worn"])
def test_bad_printing_loses_print_and_leaves_paper(printing: str) -> None:
    page = np.full((200, 200, 3), 250, np.uint8)
    page[50:60] = 20
    worse = badly_printed(page, printing, 200, np.random.default_rng(3))
    assert worse[50:60].mean() > 40
    assert (worse[100:] == 250).all()


def test_the_bound_of_an_error_rate_is_that_of_clopper_and_pearson() -> None:
    assert upper_bound(0, 2995) == pytest.approx(0.001, rel=1e-3)
    assert upper_bound(1, 100) == pytest.approx(0.0466, abs=1e-4)
    assert upper_bound(10, 10) == pytest.approx(1.0)
