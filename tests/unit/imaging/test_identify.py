from dataclasses import replace

import cv2
import numpy as np
import pytest
from imaging_pages import World, page_of, rgb, seen_through, turned

from pipelines import identify, identify_looks, identify_print
from pipelines.geometry import transform_points
from pipelines.identify import build_index, identify_page
from pipelines.records import FormKey

CORNERS = np.array([[100, 100], [1550, 100], [1550, 2200], [100, 2200]], dtype=float)


def away_mm(found, truth, dpi: float = 200.0) -> float:
    return (
        float(np.abs(transform_points(found, CORNERS) - transform_points(truth, CORNERS)).max())
        / dpi
        * 25.4
    )


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("form", ["moving-notice", "refund-claim"])
def test_a_form_is_known_however_it_is_laid_in(world: World, form: str, quarters: int) -> None:
    pixels, matrix = turned(rgb(world.templates[form].grey), quarters)
    found = identify_page(page_of(pixels), world.index)
    assert found is not None and found.form.id == form and found.form_page == 1
    assert found.method == ("qr" if form == "refund-claim" else "print")
    assert found.score > 0.8
    assert away_mm(found.from_template, matrix) < 1.0


def test_a_photograph_from_the_side_is_known_and_placed(world: World) -> None:
    pixels = rgb(world.templates["moving-notice"].grey)
    source = np.float32([[0, 0], [1654, 0], [1654, 2339], [0, 2339]])
    target = np.float32([[260, 150], [1700, 260], [1860, 2500], [90, 2380]])
    matrix = cv2.getPerspectiveTransform(source, target).astype(float)
    photo = seen_through(pixels, matrix, (2000, 2650), around=90)
    found = identify_page(page_of(photo), world.index)
    assert found is not None and found.form.id == "moving-notice"
    assert away_mm(found.from_template, matrix) < 1.5


def test_writing_does_not_hide_a_form(world: World) -> None:
    rng = np.random.default_rng(4)
    grey = world.templates["moving-notice"].grey.copy()
    for _ in range(400):
        at = rng.uniform([500, 330], [1500, 2020])
        cv2.polylines(grey, [(at + rng.uniform(0, 40, (4, 2))).astype(np.int32)], False, 40, 3)
    found = identify_page(page_of(rgb(grey)), world.index)
    assert found is not None and found.form.id == "moving-notice" and found.score > 0.6


def test_a_form_with_a_corner_off_is_known(world: World) -> None:
    pixels = rgb(world.templates["moving-notice"].grey)[:1900, :1400]
    found = identify_page(page_of(pixels, dpi=200), world.index)
    assert found is not None and found.form.id == "moving-notice"


def test_a_strange_form_of_the_same_look_is_not_taken(world: World) -> None:
    assert identify_page(page_of(rgb(world.stranger.grey)), world.index) is None


@pytest.mark.parametrize("shade", [255, 0, 128])
def test_an_empty_picture_is_no_form(world: World, shade: int) -> None:
    assert identify_page(page_of(np.full((2339, 1654, 3), shade, np.uint8)), world.index) is None


def test_noise_is_no_form(world: World) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1170, 827, 3), dtype=np.uint8)
    assert identify_page(page_of(noise), world.index) is None


def test_a_pinned_form_is_the_only_one_tried(world: World) -> None:
    page = page_of(rgb(world.templates["moving-notice"].grey))
    found = identify_page(page, world.index, pinned=FormKey(id="moving-notice", revision="1"))
    assert found is not None and found.method == "pinned"
    other = FormKey(id="refund-claim", revision="1")
    assert identify_page(page, world.index, pinned=other) is None


def test_a_code_on_another_print_proves_nothing(world: World) -> None:
    grey = world.stranger.grey.copy()
    with_code = world.templates["refund-claim"].grey
    grey[80:260, 1350:1560] = with_code[80:260, 1350:1560]
    assert identify_page(page_of(rgb(grey)), world.index) is None


def test_no_forms_no_identification(world: World) -> None:
    page = page_of(rgb(world.templates["moving-notice"].grey))
    assert identify_page(page, build_index([])) is None


def test_a_code_that_is_astray_costs_one_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grey = world.templates["refund-claim"].grey.copy()
    code = grey[80:260, 1350:1560].copy()
    grey[80:260, 1350:1560] = 255
    grey[110:290, 1250:1460] = code
    scores = []

    def counted(*arguments, **more):
        score = identify_print.score_print(*arguments, **more)
        scores.append(score and score.alike)
        return score

    for module in (identify, identify_looks):
        monkeypatch.setattr(module, "score_print", counted)
    found = identify_page(page_of(rgb(grey)), world.index)
    assert found is not None and (found.form.id, found.method) == ("refund-claim", "qr")
    assert away_mm(found.from_template, np.eye(3)) < 1.0
    assert len(scores) == 2
    assert scores[0] < 0.6 < scores[1]


def test_a_page_of_no_form_is_looked_at_again_only_when_that_may_help() -> None:
    page = page_of(np.full((300, 200, 3), 255, np.uint8))
    assert not identify.deserves_another_look(page, best=0.3)
    assert identify.deserves_another_look(page, best=0.55)
    tilted = np.array([[1.0, 0, 0], [0, 1, 0], [0, 1e-4, 1]])
    assert identify.deserves_another_look(replace(page, to_scan=tilted), best=0.0)
