"""Photographs of pages that curve: their geometry, and how known forms on them are placed."""

import cv2
import numpy as np
import pytest
from imaging_pages import World, page_of, rgb, seen_through

from pipelines import register
from pipelines.geometry import place_in_scan
from pipelines.geometry_paper import find_paper
from pipelines.identify import identify_page
from pipelines.identify_print import print_map
from pipelines.register import register_page
from pipelines.register_curved import well_placed
from pipelines.synthesis.curved import curve_of, photograph_curved

_MM = 25.4 / 200
_PLACES = np.array([[62, 42], [192, 58], [15, 40], [195, 40], [15, 260], [105, 150]]) / _MM


@pytest.mark.parametrize("kind", ["hill", "valley", "booklet"])
def test_a_curve_keeps_its_length_and_has_the_height_asked_for(kind: str) -> None:
    curve = curve_of(kind, 210.0, 9.0)
    run = np.hypot(np.diff(curve.across), np.diff(curve.up)).sum()
    assert run == pytest.approx(curve.along[-1], rel=1e-4)
    assert curve.sagitta == pytest.approx(9.0, abs=0.01)
    assert (np.diff(curve.across) > 0).all()


@pytest.mark.parametrize("kind", ["hill", "booklet"])
def test_a_photograph_shows_points_where_it_says(kind: str) -> None:
    flat = np.full((2339, 1654, 3), 255, np.uint8)
    spots = np.array([[300.0, 400], [1300, 500], [800, 1200], [400, 2000], [1400, 1900]])
    for x, y in spots.astype(int):
        cv2.circle(flat, (x, y), 6, (0, 0, 0), -1)
    seen, place = photograph_curved(flat, 200, np.random.default_rng(3), kind=kind, sagitta=12.0)
    for x, y in np.round(place(spots)).astype(int):
        around = 255.0 - seen[y - 15 : y + 16, x - 15 : x + 16].max(axis=2)
        rows, columns = np.mgrid[-15:16, -15:16]
        dark = np.where(around > 110, around, 0)
        assert abs((dark * columns).sum() / dark.sum()) < 1.0
        assert abs((dark * rows).sum() / dark.sum()) < 1.0


@pytest.mark.parametrize(("kind", "sagitta"), [("hill", 11.0), ("valley", 8.0), ("booklet", 8.0)])
def test_a_form_that_curves_is_known_and_its_boxes_are_placed(
    world: World, kind: str, sagitta: float
) -> None:
    template = world.templates["refund-claim"]
    rng = np.random.default_rng(5)
    seen, place = photograph_curved(rgb(template.grey), 200, rng, kind=kind, sagitta=sagitta)
    page = page_of(seen)
    found = identify_page(page, world.index)
    assert found is not None and found.form == template.key
    registered = register_page(page, template, found)
    assert registered is not None and registered.shifts is not None
    off = np.linalg.norm(place_in_scan(registered, _PLACES) - place(_PLACES), axis=1) * _MM
    assert off.max() < 0.5


def test_colours_of_a_page_that_curves_lie_where_its_ink_does(world: World) -> None:
    template = world.templates["refund-claim"]
    sealed = rgb(template.grey)
    cv2.circle(sealed, (1420, 1977), 40, (210, 30, 30), -1)
    rng = np.random.default_rng(8)
    seen, _ = photograph_curved(sealed, 200, rng, kind="hill", sagitta=11.0)
    page = page_of(seen)
    found = identify_page(page, world.index)
    registered = None if found is None else register_page(page, template, found)
    assert registered is not None and registered.colour is not None
    red = registered.colour[..., 0].astype(int) - registered.colour[..., 1] > 60
    rows, columns = np.nonzero(red)
    assert 2 * columns.mean() == pytest.approx(1420, abs=4)
    assert 2 * rows.mean() == pytest.approx(1977, abs=4)


def test_a_stranger_that_curves_is_not_taken(world: World) -> None:
    rng = np.random.default_rng(6)
    seen, _ = photograph_curved(rgb(world.stranger.grey), 200, rng, kind="hill", sagitta=9.0)
    assert identify_page(page_of(seen), world.index) is None


def test_flat_paper_is_not_looked_at_as_curved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("flat")

    monkeypatch.setattr(register, "place_curved", never)
    template = world.templates["moving-notice"]
    scan = np.array([[0.99, 0.03, 20.0], [-0.03, 0.99, 70.0], [1e-5, 2e-5, 1.0]])
    page = page_of(seen_through(rgb(template.grey), scan, (1750, 2400)))
    found = identify_page(page, world.index)
    assert found is not None and register_page(page, template, found) is not None


def test_print_out_of_place_in_a_part_of_the_page_is_told(world: World) -> None:
    blank = print_map(world.templates["moving-notice"])
    everywhere = np.ones(len(blank.corners), np.bool_)
    assert well_placed(blank.grey, blank, everywhere)
    moved, third = blank.grey.copy(), len(blank.grey) // 3
    moved[:third] = np.roll(blank.grey, 6, axis=0)[:third]
    assert not well_placed(moved, blank, everywhere)
    # What another sheet covers says nothing of what is in sight.
    assert well_placed(moved, blank, blank.corners[:, 0, 1] > third)


@pytest.mark.parametrize(
    "shadow", [[[0, 0], [1900, 0], [1900, 1500]], [[300, 0], [1900, 0], [1900, 1700]]]
)
def test_a_deep_shadow_across_a_photograph_is_no_edge_of_the_sheet(
    world: World, shadow: list[list[int]]
) -> None:
    flat = rgb(world.templates["moving-notice"].grey)
    move = np.array([[1.0, 0, 120], [0, 1.0, 100], [0, 0, 1]])
    taken = seen_through(flat, move, (1900, 2540), around=110).astype(np.float32)
    shade = np.ones(taken.shape[:2], np.float32)
    cv2.fillConvexPoly(shade, np.array(shadow), 0.7)
    taken *= cv2.GaussianBlur(shade, (0, 0), 12)[..., None]
    paper = find_paper(taken.astype(np.uint8)[..., 0], 200)
    assert paper is not None
    truth = np.array([[120, 100], [1774, 100], [1774, 2439], [120, 2439]], float)
    assert np.abs(paper.quad - truth).max() < 20
