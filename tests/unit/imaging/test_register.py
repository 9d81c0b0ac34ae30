import cv2
import numpy as np
import pytest
from imaging_pages import World, page_of, rgb, seen_through, turned

from pipelines.forms.template import box_pixels, build_templates
from pipelines.geometry import box_in_scan, place_in_scan, transform_points, visible_share
from pipelines.identify import build_index, identify_page
from pipelines.records import Identification, Page, Pixels, RegisteredPage
from pipelines.register import register_page
from training.benchmark.set_digits import comb_form


def registered(world: World, page: Page, form: str = "moving-notice") -> RegisteredPage | None:
    found = identify_page(page, world.index)
    assert found is not None
    return register_page(page, world.templates[form], found)


def misplaced(ours: Pixels, template: Pixels) -> float:
    """Share of the template's print without dark pixels within two pixels of it."""
    dark = cv2.erode(ours, np.ones((5, 5), np.uint8)) < 160
    return float((~dark)[template < 100].mean())


@pytest.mark.parametrize(("quarters", "rotation"), [(0, 0), (1, 270), (2, 180), (3, 90)])
def test_boxes_come_back_to_the_scan_however_it_lay(
    world: World, quarters: int, rotation: int
) -> None:
    template = world.templates["moving-notice"]
    pixels, matrix = turned(rgb(template.grey), quarters)
    found = registered(world, page_of(pixels))
    assert found is not None and found.rotation == rotation
    assert found.residual_mm < 0.1 and found.score > 0.8
    corners = box_pixels(template.definition.fields[0].box)
    box = box_in_scan(found, corners)
    truth = transform_points(matrix, np.array(corners).reshape(2, 2))
    assert (box.x0, box.y0) == pytest.approx(tuple(truth.min(axis=0)), abs=2)
    assert (box.x1, box.y1) == pytest.approx(tuple(truth.max(axis=0)), abs=2)


def test_bent_paper_is_brought_into_place(world: World) -> None:
    template = world.templates["moving-notice"]
    ys, xs = np.mgrid[0:2339, 0:1654].astype(np.float32)
    bent = cv2.remap(
        rgb(template.grey),
        xs + 6 * np.sin(ys / 2339 * np.pi),
        ys + 5 * np.sin(xs / 1654 * np.pi),
        cv2.INTER_LINEAR,
        borderValue=(255, 255, 255),
    )
    found = registered(world, page_of(bent))
    assert found is not None and found.residual_mm < 0.15
    assert misplaced(found.grey, template.grey) < 0.02


@pytest.mark.parametrize("across", [True, False])
def test_boxes_of_folded_paper_lie_in_the_scan_where_the_fold_has_moved_them(
    world: World, across: bool
) -> None:
    template = world.templates["moving-notice"]
    ys, xs = np.mgrid[0:2339, 0:1654].astype(np.float32)
    fold = 1100 if across else 700

    def behind(at: np.ndarray) -> np.ndarray:
        return 7 / (1 + np.exp(-(at - fold) / 16))

    moved = (xs, ys + behind(ys)) if across else (xs + behind(xs), ys)
    scan = cv2.remap(rgb(template.grey), *moved, cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    found = registered(world, page_of(scan))
    assert found is not None and found.shifts is not None
    places = np.argwhere(template.grey < 100)[::50, ::-1].astype(np.float64)
    truth = places.copy()
    truth[:, int(across)] -= behind(places[:, int(across)])
    off, without = (
        np.percentile(np.linalg.norm(there - truth, axis=1), 95)
        for there in (place_in_scan(found, places), transform_points(found.to_scan, places))
    )
    # A homography alone is off by a part of the fold.
    assert off < 2
    assert without > 2 * off
    assert misplaced(found.grey, template.grey) < 0.02


def test_flat_paper_is_not_bent(world: World) -> None:
    template = world.templates["moving-notice"]
    found = registered(world, page_of(rgb(template.grey)))
    assert found is not None and found.shifts is None


def test_a_perspective_photograph_is_brought_into_place(world: World) -> None:
    template = world.templates["moving-notice"]
    source = np.float32([[0, 0], [1654, 0], [1654, 2339], [0, 2339]])
    target = np.float32([[200, 150], [1780, 220], [1860, 2450], [120, 2380]])
    matrix = cv2.getPerspectiveTransform(source, target).astype(float)
    photo = seen_through(rgb(template.grey), matrix, (2000, 2600), around=90)
    found = registered(world, page_of(photo))
    assert found is not None
    assert misplaced(found.grey, template.grey) < 0.03


@pytest.mark.parametrize("dpi", [300, 400, 600])
def test_thin_strokes_are_kept_at_every_resolution_of_the_scan(world: World, dpi: int) -> None:
    """A page of that resolution looks on the form as the same page of 200 dpi does."""
    template = world.templates["moving-notice"]
    factor = dpi / template.dpi
    fine = cv2.resize(template.grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    # The grid of a finer scan makes a torn stroke jump from row to row.
    fine = cv2.erode(fine, np.ones((1, 2), np.uint8))
    found = registered(world, page_of(rgb(fine), dpi))
    assert found is not None and misplaced(found.grey, template.grey) < 0.02
    soft = cv2.GaussianBlur(template.grey, (0, 0), 0.5).astype(float)
    assert np.corrcoef(found.grey.ravel(), soft.ravel())[0, 1] > 0.97


def test_a_wrong_pose_is_refused(world: World) -> None:
    template = world.templates["moving-notice"]
    page = page_of(rgb(template.grey))
    wrong = Identification(
        form=template.key,
        form_page=1,
        score=0.9,
        method="print",
        from_template=np.array([[1.0, 0.0, 160.0], [0.0, 1.0, -120.0], [0.0, 0.0, 1.0]]),
    )
    assert register_page(page, template, wrong) is None


def test_another_form_is_refused(world: World) -> None:
    template = world.templates["refund-claim"]
    told = Identification(
        form=template.key, form_page=1, score=0.9, method="pinned", from_template=np.eye(3)
    )
    assert register_page(page_of(rgb(world.stranger.grey)), template, told) is None


def test_what_the_scan_does_not_show_is_told(world: World) -> None:
    template = world.templates["moving-notice"]
    found = registered(world, page_of(rgb(template.grey)[:1900], dpi=200))
    assert found is not None
    shown = box_pixels(template.definition.fields[0].box)
    hidden = box_pixels(template.definition.seals[0].box)
    assert visible_share(found, shown) == 1.0
    assert visible_share(found, hidden) == 0.0
    box = box_in_scan(found, hidden)
    assert box.y1 <= 1900


@pytest.mark.parametrize("seed", range(3))
def test_writing_over_corners_of_the_print_does_not_count_as_print_out_of_place(seed: int) -> None:
    # A page of combs: nearly all its corners lie where people write.
    entry = comb_form()
    (template,) = build_templates(entry)
    rng = np.random.default_rng(seed)
    pixels = rgb(template.grey)
    for field in template.definition.fields:
        x0, y0, x1, y1 = box_pixels(field.box)
        wide = (x1 - x0) / field.cells
        for cell in range(field.cells):
            strokes = rng.uniform(0.1, 0.9, (6, 2)) * [wide, y1 - y0] + [x0 + cell * wide, y0]
            strokes += rng.normal(0, 3, 2)
            cv2.polylines(pixels, [strokes.round().astype(np.int32)], True, (30, 30, 40), 5)
    pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.8), np.uint8)
    found = identify_page(page_of(pixels), build_index((template,)), pinned=entry.key)
    assert found is not None
    page = register_page(page_of(pixels), template, found)
    assert page is not None
    assert page.residual_mm < 0.1


@pytest.mark.parametrize("seed", [0, 2])
def test_heavy_figures_in_thin_combs_do_not_draw_the_page_away(seed: int) -> None:
    """Little print, two columns of combs that repeat, and ink that outweighs the rules."""
    entry = comb_form()
    (template,) = build_templates(entry)
    rng = np.random.default_rng(seed)
    pixels = cv2.cvtColor(np.array(template.grey), cv2.COLOR_GRAY2RGB)
    scale = template.dpi / 25.4
    for field in entry.definition.fields:
        box, pitch = field.box, field.box.width / field.cells
        for cell in range(field.cells):
            x, y = box.x + (cell + 0.15) * pitch, box.y + 0.87 * box.height
            thick = int(rng.integers(3, 9))
            place = (round(x * scale), round(y * scale))
            figure = str(rng.integers(10))
            cv2.putText(pixels, figure, place, cv2.FONT_HERSHEY_SIMPLEX, 2.0, (30, 30, 40), thick)
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-1.5, 1.5)), 1.0)
    pixels = cv2.warpAffine(pixels, turn, (width, height), borderValue=(255, 255, 255))
    page = page_of(np.asarray(pixels, np.uint8), template.dpi)
    found = identify_page(page, build_index((template,)))
    assert found is not None
    registered = register_page(page, template, found)
    assert registered is not None
    ends = np.array([[0.0, 0.0], [width, 0], [width, height], [0, height]])
    truth = np.vstack([turn, [0, 0, 1]])
    off = transform_points(registered.to_scan, ends) - transform_points(truth, ends)
    assert np.abs(off).max() / scale < 0.3
