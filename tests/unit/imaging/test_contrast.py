import numpy as np
import pytest
from imaging_pages import World, page_of, rgb

from pipelines.contrast import with_contrast as with_measured
from pipelines.identify import identify_page
from pipelines.quality import assess_quality
from pipelines.records import Page, Pixels


def with_contrast(page: Page) -> Page:
    return with_measured(page, assess_quality(page).measures["darkest"])


@pytest.fixture
def paper(world: World) -> Pixels:
    return rgb(world.templates["moving-notice"].grey)


def pale(paper: Pixels, share: float) -> Pixels:
    return (245 - (245 - np.minimum(paper, 245).astype(float)) * share).astype(np.uint8)


def test_ordinary_pages_stay_as_they_are(paper: Pixels) -> None:
    fax = np.where(paper > 170, 255, 0).astype(np.uint8)
    for pixels in (paper, (paper * 0.8).astype(np.uint8), fax, pale(paper, 0.75)):
        page = page_of(pixels, 200)
        assert with_contrast(page) is page


def test_an_empty_page_is_not_made_to_show_its_grain() -> None:
    grain = np.random.default_rng(1).normal(242, 6, (2339, 1654, 1)).clip(0, 255)
    page = page_of(np.repeat(grain.astype(np.uint8), 3, axis=2), 200)
    assert with_contrast(page) is page


@pytest.mark.parametrize("share", [0.3, 0.2])
def test_a_pale_form_is_known_once_it_is_shown_darker(
    world: World, paper: Pixels, share: float
) -> None:
    page = page_of(pale(paper, share), 200)
    toned = with_contrast(page)
    assert int(toned.pixels.min()) < 120 < 235 < int(np.median(toned.pixels))
    assert toned.to_scan is page.to_scan
    found = identify_page(toned, world.index)
    assert found is not None and found.form.id == "moving-notice"


def test_paper_in_uneven_light_is_of_one_tone_and_colours_stay_apart(paper: Pixels) -> None:
    light = np.linspace(0.7, 1.0, paper.shape[1])[None, :, None]
    pixels = (pale(paper, 0.3) * light).astype(np.uint8)
    pixels[402:426, 402:426] = pixels[402:426, 402:426] * np.array([1.0, 0.85, 0.85])
    toned = with_contrast(page_of(pixels, 200)).pixels
    bare = toned[60:120:7, 60:1600:7]
    assert int(bare.min()) > 225
    red, green = (int(toned[414, 414, channel]) for channel in (0, 1))
    assert red > green + 60
