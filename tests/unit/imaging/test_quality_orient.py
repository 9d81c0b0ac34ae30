import time

import cv2
import numpy as np
import pytest
from imaging_pages import World, page_of, rgb, seen_through, turned

from pipelines.geometry import one_channel, transform_points
from pipelines.orient import straighten
from pipelines.quality import assess_quality
from pipelines.records import Pixels, QualityReason
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.seeding import seeded
from training.identification_pages import letter


@pytest.fixture
def paper(world: World) -> Pixels:
    return rgb(world.templates["moving-notice"].grey)


def reasons(pixels: Pixels) -> tuple[QualityReason, ...]:
    return assess_quality(page_of(pixels)).reasons


def photo(pixels: Pixels, desk: int = 80) -> tuple[Pixels, np.ndarray]:
    source = np.float32([[0, 0], [1654, 0], [1654, 2339], [0, 2339]])
    target = np.float32([[170, 150], [1780, 220], [1830, 2450], [120, 2380]])
    matrix = cv2.getPerspectiveTransform(source, target).astype(float)
    return seen_through(pixels, matrix, (2000, 2600), around=desk), matrix


def test_a_clean_scan_a_fax_and_a_photograph_pass(paper: Pixels) -> None:
    assert assess_quality(page_of(paper)).ok
    fax = np.where(cv2.resize(paper, None, fx=0.98, fy=0.98) > 170, 255, 0).astype(np.uint8)
    assert assess_quality(page_of(fax)).ok
    taken, _ = photo(cv2.GaussianBlur((paper * 0.82).astype(np.uint8), (0, 0), 0.8))
    assert assess_quality(page_of(taken)).ok


def test_blank_paper_with_grain_is_blank() -> None:
    grain = np.random.default_rng(1).normal(242, 6, (2339, 1654, 1)).clip(0, 255)
    assert reasons(np.repeat(grain.astype(np.uint8), 3, axis=2)) == (QualityReason.BLANK,)


def test_the_back_of_a_printed_sheet_is_the_wrong_side(paper: Pixels) -> None:
    through = cv2.GaussianBlur(paper[:, ::-1], (0, 0), 1.5).astype(float)
    assert QualityReason.WRONG_SIDE in reasons((255 - (255 - through) * 0.14).astype(np.uint8))


def shrunk(pixels: Pixels) -> Pixels:
    return cv2.resize(pixels, None, fx=0.35, fy=0.35, interpolation=cv2.INTER_AREA)


def faded(pixels: Pixels) -> Pixels:
    return (200 - (255 - pixels.astype(float)) * 0.18).astype(np.uint8)


@pytest.mark.parametrize(
    ("reason", "spoil"),
    [
        (QualityReason.BLURRED, lambda p: cv2.GaussianBlur(p, (0, 0), 3.0)),
        (QualityReason.DARK, lambda p: (p * 0.25).astype(np.uint8)),
        (QualityReason.LOW_CONTRAST, faded),
        (QualityReason.OVEREXPOSED, lambda p: np.clip(p + 170.0, 0, 255).astype(np.uint8)),
        (QualityReason.LOW_RESOLUTION, shrunk),
    ],
)
def test_faults_are_named(paper: Pixels, reason: QualityReason, spoil) -> None:
    verdict = assess_quality(page_of(spoil(paper)))
    assert not verdict.ok and reason in verdict.reasons


def test_a_folded_corner_is_a_cut_corner(paper: Pixels) -> None:
    taken, _ = photo(paper)
    cv2.fillPoly(
        taken, [np.array([[1850, 2500], [1450, 2600], [1850, 2050]], np.int32)], (80, 80, 80)
    )
    assert QualityReason.CUT_CORNER in reasons(taken)


def test_a_corner_in_the_dark_is_no_cut_corner_and_a_cut_one_there_is(paper: Pixels) -> None:
    # A lamp on one side: in the far corner paper is no brighter than the lit desk.
    taken, _ = photo(paper, desk=110)
    rows, columns = np.mgrid[:2600, :2000].astype(np.float32)
    light = np.clip(1.15 - 0.75 * (columns / 2000 * rows / 2600) ** 1.5, 0.3, 1)[..., None]
    assert QualityReason.CUT_CORNER not in reasons((taken * light).astype(np.uint8))
    cv2.fillPoly(
        taken, [np.array([[1850, 2500], [1450, 2600], [1850, 2050]], np.int32)], (110, 110, 110)
    )
    assert QualityReason.CUT_CORNER in reasons((taken * light).astype(np.uint8))


def test_a_shadow_on_a_page_that_fills_the_picture_is_no_cut(paper: Pixels) -> None:
    light = np.ones(paper.shape[:2], np.float32)
    cv2.fillPoly(light, [np.array([[1654, 1200], [1654, 2339], [300, 2339]], np.int32)], 0.7)
    light = cv2.GaussianBlur(light, (0, 0), 60)
    assert reasons((paper * light[..., None]).astype(np.uint8)) == ()


def test_the_verdict_is_quick(paper: Pixels) -> None:
    page = page_of(paper)
    started = time.perf_counter()
    assess_quality(page)
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize("angle", [-6.3, -1.2, 0.4, 2.7, 9.1])
def test_skew_is_taken_out_to_a_tenth_of_a_degree(paper: Pixels, angle: float) -> None:
    turn = np.vstack([cv2.getRotationMatrix2D((827, 1170), -angle, 1.0), [0, 0, 1]])
    straight = straighten(page_of(seen_through(paper, turn, (1654, 2339))))
    whole = np.linalg.inv(straight.to_scan) @ turn
    start, end = transform_points(whole, np.array([[300, 1000], [1300, 1000]]))
    left = np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0]))
    assert abs(left) < 0.1


@pytest.mark.parametrize("seed", [611_011, 611_079])
def test_rows_of_whole_pixels_are_not_taken_for_lines(seed: int) -> None:
    """Letters with few short lines, fed askew by two thirds of a degree."""
    rng = seeded(seed, "letter")
    worse = (Degradation.SKEW, Degradation.NOISE, Degradation.JPEG)
    scan, matrix = degrade(letter(rng), worse, 200, rng)
    whole = np.linalg.inv(straighten(page_of(scan)).to_scan) @ matrix
    start, end = transform_points(whole, np.array([[300, 1000], [1300, 1000]]))
    assert abs(np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0]))) < 0.1


def test_only_a_page_without_any_colour_is_one_channel(paper: Pixels) -> None:
    assert np.array_equal(one_channel(paper), paper[..., 1])
    tinted = paper.copy()
    tinted[1203, 777, 2] ^= 1
    assert one_channel(tinted) is None


@pytest.mark.parametrize("quarters", [1, 3])
def test_sideways_lines_are_laid_across(paper: Pixels, quarters: int) -> None:
    sideways, matrix = turned(paper, quarters)
    straight = straighten(page_of(sideways))
    assert straight.rotation == 90
    assert straight.pixels.shape[0] > straight.pixels.shape[1]
    whole = np.linalg.inv(straight.to_scan) @ matrix
    start, end = transform_points(whole, np.array([[300, 1000], [1300, 1000]]))
    assert abs(end[1] - start[1]) < 5


def test_a_photograph_is_flattened_and_can_be_traced_back(paper: Pixels) -> None:
    taken, matrix = photo(paper)
    straight = straighten(page_of(taken))
    height, width = straight.pixels.shape[:2]
    assert height / width == pytest.approx(297 / 210, rel=0.02)
    whole = np.linalg.inv(straight.to_scan) @ matrix
    corners = transform_points(whole, np.array([[0, 0], [1654, 0], [1654, 2339], [0, 2339]]))
    expected = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    assert np.abs(corners - expected).max() < 0.02 * height


def test_a_level_page_is_left_as_it_is(paper: Pixels) -> None:
    page = page_of(paper)
    assert straighten(page) is page


def test_an_empty_page_is_left_as_it_is() -> None:
    page = page_of(np.full((1000, 700, 3), 250, np.uint8))
    assert straighten(page) is page


def test_a_torn_sheet_on_a_black_lid_is_not_overexposed(world: World) -> None:
    pixels = rgb(world.templates["moving-notice"].grey).copy()
    height, width = pixels.shape[:2]
    tear = np.array(
        [[0, int(0.55 * height)], [width, int(0.4 * height)], [width, height], [0, height]]
    )
    cv2.fillPoly(pixels, [tear.astype(np.int32)], (12, 12, 12))
    assert QualityReason.OVEREXPOSED not in assess_quality(page_of(pixels, 200)).reasons
