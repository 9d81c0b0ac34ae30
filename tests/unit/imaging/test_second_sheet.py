import numpy as np
import pytest
from imaging_pages import World, page_of, rgb, turned

from pipelines.identify import identify_page
from pipelines.quality import assess_quality
from pipelines.records import Page, Pixels, QualityReason
from pipelines.register import register_page
from pipelines.second_sheet import shows_second_sheet


def told(world: World, pixels: Pixels, dpi: float = 200) -> bool:
    page: Page = page_of(pixels, dpi)
    found = identify_page(page, world.index)
    assert found is not None and found.form.id == "moving-notice"
    registered = register_page(page, world.templates["moving-notice"], found)
    assert registered is not None
    return shows_second_sheet(page, registered)


def beside(left: Pixels, right: Pixels) -> Pixels:
    return np.hstack([left, np.full((len(left), 60, 3), 250, np.uint8), right])


@pytest.mark.parametrize("quarters", [0, 1, 2])
def test_print_beside_the_form_is_another_sheet(world: World, quarters: int) -> None:
    form, other = (rgb(t.grey) for t in (world.templates["moving-notice"], world.stranger))
    assert told(world, turned(beside(form, other), quarters)[0])


def test_bare_paper_or_a_desk_beside_the_form_is_none(world: World) -> None:
    form = rgb(world.templates["moving-notice"].grey)
    rng = np.random.default_rng(3)
    for tone, spread in ((250, 2), (90, 25)):
        rest = rng.normal(tone, spread, (len(form), 900, 3)).clip(0, 255).astype(np.uint8)
        assert not told(world, beside(form, rest)), tone


def test_a_form_that_fills_the_scan_is_one_sheet(world: World) -> None:
    assert not told(world, rgb(world.templates["moving-notice"].grey))


@pytest.mark.parametrize(
    ("length", "two"), [(2339, False), (2450, False), (3000, True), (3900, True)]
)
def test_a_scan_longer_than_any_sheet_holds_two(world: World, length: int, two: bool) -> None:
    form = rgb(world.templates["moving-notice"].grey)
    tall = np.vstack([form, form])[:length]
    verdict = assess_quality(page_of(tall, 200))
    assert (QualityReason.TWO_SHEETS in verdict.reasons) == two
    assert verdict.ok != two


def test_a_receipt_and_a_picture_cut_wide_are_no_two_sheets(world: World) -> None:
    form = rgb(world.templates["moving-notice"].grey)
    assert QualityReason.TWO_SHEETS not in assess_quality(page_of(form[:, :600], 200)).reasons
    assert QualityReason.TWO_SHEETS not in assess_quality(page_of(form[:1000], 200)).reasons


def test_a_sheet_cut_at_its_side_is_one_sheet(world: World) -> None:
    form = rgb(world.templates["moving-notice"].grey)
    for cut in (100, 165, 240):
        verdict = assess_quality(page_of(form[:, cut:], 200))
        assert QualityReason.TWO_SHEETS not in verdict.reasons, cut
