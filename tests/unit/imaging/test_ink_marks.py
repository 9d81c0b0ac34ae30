from functools import cache

import cv2
import numpy as np
import pytest
from imaging_pages import World, rgb

from models.marks import MarkReader
from pipelines.forms.template import Template, box_pixels
from pipelines.ink import subtract_blank
from pipelines.mark_fields import mark_fields
from pipelines.mark_seals import seal_mark
from pipelines.marks import read_marks
from pipelines.records import FieldState, Mark, MarkState, Pixels, RegisteredPage

BLUE, RED, BLACK = (40, 50, 140), (205, 50, 45), (35, 35, 35)


@cache
def reader() -> MarkReader:
    return MarkReader.load()


def sheet(world: World) -> tuple[Template, Pixels]:
    template = world.templates["moving-notice"]
    return template, rgb(template.grey).copy()


def on_template(template: Template, pixels: Pixels) -> RegisteredPage:
    height, width = template.grey.shape
    return RegisteredPage(
        number=1,
        form=template.key,
        form_page=1,
        grey=cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY),
        colour=cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA),
        dpi=200.0,
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
        rotation=0,
        score=1.0,
        residual_mm=0.02,
    )


def option_box(template: Template, group: str, option: str) -> tuple[float, float, float, float]:
    held = next(g for g in template.definition.marks if g.name == group)
    return box_pixels(next(o.box for o in held.options if o.value == option))


def tick(pixels: Pixels, box: tuple[float, ...]) -> None:
    x0, y0, x1, y1 = box
    points = [(x0 + 4, (y0 + y1) / 2), ((x0 + x1) / 2 - 2, y1 - 3), (x1 + 7, y0 - 8)]
    cv2.polylines(pixels, [np.array(points, np.int32)], False, BLUE, 4, cv2.LINE_AA)


def ring(pixels: Pixels, box: tuple[float, ...], extent: int = 350) -> None:
    x0, y0, x1, y1 = box
    middle = (round((x0 + x1) / 2), round((y0 + y1) / 2))
    axes = (round((x1 - x0) / 2 + 3), round((y1 - y0) / 2 + 3))
    cv2.ellipse(pixels, middle, axes, 0, 20, 20 + extent, BLUE, 3, cv2.LINE_AA)


def states(template: Template, pixels: Pixels) -> dict[str, MarkState]:
    registered = on_template(template, pixels)
    ink = subtract_blank(registered, template)
    marks = read_marks(registered, template, template.definition, ink, reader())
    return {f"{m.group}.{m.option}": m.state for m in marks}


def test_a_blank_form_has_no_ink(world: World) -> None:
    template, pixels = sheet(world)
    assert subtract_blank(on_template(template, pixels), template).mask.sum() == 0


@pytest.mark.parametrize("shift", [(1, 0), (0, 2), (-2, 1)])
def test_print_slightly_out_of_place_is_not_ink(world: World, shift: tuple[int, int]) -> None:
    template, pixels = sheet(world)
    moved = np.roll(pixels, shift, axis=(0, 1))
    ink = subtract_blank(on_template(template, moved), template)
    assert ink.mask.sum() < 0.002 * (template.grey < 128).sum()


def test_a_stroke_across_a_rule_stays_in_one_piece(world: World) -> None:
    template, pixels = sheet(world)
    cv2.line(pixels, (800, 560), (830, 700), BLACK, 4, cv2.LINE_AA)  # the rule lies at y = 630
    ink = subtract_blank(on_template(template, pixels), template)
    count, _ = cv2.connectedComponents(ink.mask.astype(np.uint8))
    assert count == 2
    rows = np.nonzero(ink.mask.any(axis=1))[0]
    assert rows.min() < 563 and rows.max() > 697


def test_shadow_is_not_ink(world: World) -> None:
    template, pixels = sheet(world)
    light = np.linspace(1.0, 0.6, pixels.shape[1])[None, :, None]
    ink = subtract_blank(on_template(template, (pixels * light).astype(np.uint8)), template)
    assert ink.mask.mean() < 1e-5


def test_a_red_seal_is_red_and_a_pen_is_not(world: World) -> None:
    template, pixels = sheet(world)
    cv2.circle(pixels, (1415, 1975), 40, RED, 5, cv2.LINE_AA)
    cv2.line(pixels, (700, 420), (900, 420), BLUE, 5, cv2.LINE_AA)
    ink = subtract_blank(on_template(template, pixels), template)
    assert ink.red[1900:2050, 1350:1500].sum() > 500
    assert ink.red[400:440, 690:910].sum() == 0
    assert ink.mask[400:440, 690:910].sum() > 500


def test_ticks_are_read_and_their_neighbours_are_not(world: World) -> None:
    template, pixels = sheet(world)
    tick(pixels, option_box(template, "choice", "o1"))
    found = states(template, pixels)
    assert found["choice.o1"] is MarkState.MARKED
    assert found["choice.o0"] is found["choice.o2"] is MarkState.EMPTY


@pytest.mark.parametrize("extent", [360, 330, 290])
def test_circles_are_read_even_when_they_do_not_close(world: World, extent: int) -> None:
    template, pixels = sheet(world)
    ring(pixels, option_box(template, "answer", "no"), extent)
    found = states(template, pixels)
    assert found["answer.no"] is MarkState.MARKED
    assert found["answer.yes"] is MarkState.EMPTY


def test_a_mark_struck_out_is_not_a_mark(world: World) -> None:
    template, pixels = sheet(world)
    box = option_box(template, "answer", "yes")
    ring(pixels, box)
    for y in (-4, 5):
        middle = round((box[1] + box[3]) / 2) + y
        cv2.line(pixels, (round(box[0]) - 8, middle), (round(box[2]) + 8, middle), BLUE, 3)
    ring(pixels, option_box(template, "answer", "no"))
    found = states(template, pixels)
    assert found["answer.yes"] is not MarkState.MARKED
    assert found["answer.no"] is MarkState.MARKED


def test_nothing_marked_is_blank_and_sure(world: World) -> None:
    template, pixels = sheet(world)
    registered = on_template(template, pixels)
    ink = subtract_blank(registered, template)
    fields = mark_fields(
        template.definition, read_marks(registered, template, template.definition, ink, reader())
    )
    assert [f.name for f in fields] == ["choice", "answer", "seal", "signed"]
    for field in fields:
        assert field.value is None and field.state is FieldState.BLANK and not field.doubtful


@pytest.mark.parametrize("colour", [RED, BLACK])
def test_a_seal_is_seen_in_colour_and_on_a_fax(world: World, colour: tuple[int, int, int]) -> None:
    template, pixels = sheet(world)
    cv2.circle(pixels, (1415, 1975), 42, colour, 5, cv2.LINE_AA)
    cv2.line(pixels, (1390, 1975), (1440, 1975), colour, 5, cv2.LINE_AA)
    assert states(template, pixels)["seal.seal"] is MarkState.MARKED


def test_a_signature_is_any_writing(world: World) -> None:
    template, pixels = sheet(world)
    assert states(template, pixels)["signed.seal"] is MarkState.EMPTY
    for x in range(520, 800, 40):
        cv2.line(pixels, (x, 1940), (x + 25, 1980), BLUE, 4, cv2.LINE_AA)
    assert states(template, pixels)["signed.seal"] is MarkState.MARKED


def test_options_out_of_the_picture_are_open(world: World) -> None:
    template, pixels = sheet(world)
    registered = on_template(template, pixels)
    cut = RegisteredPage(
        **{
            name: getattr(registered, name)
            for name in RegisteredPage.__dataclass_fields__
            if name != "scan_height"
        },
        scan_height=800,
    )
    ink = subtract_blank(cut, template)
    marks = read_marks(cut, template, template.definition, ink, reader())
    found = {f"{m.group}.{m.option}": m for m in marks}
    assert found["answer.yes"].state is MarkState.AMBIGUOUS
    assert found["answer.yes"].confidence == 0
    assert found["choice.o0"].state is MarkState.EMPTY


def seal_marks(template: Template, pixels: Pixels) -> dict[str, Mark]:
    registered = on_template(template, pixels)
    ink = subtract_blank(registered, template)
    seals = template.definition.seals
    return {seal.name: seal_mark(seal, registered, ink) for seal in seals}


def test_a_pale_seal_is_red_all_over(world: World) -> None:
    template, pixels = sheet(world)
    cv2.circle(pixels, (1415, 1975), 40, (228, 196, 192), 5, cv2.LINE_AA)
    cv2.ellipse(pixels, (1415, 1975), (40, 40), 0, 0, 60, RED, 5, cv2.LINE_AA)
    cv2.ellipse(pixels, (1415, 1975), (40, 40), 0, 180, 240, RED, 5, cv2.LINE_AA)
    ink = subtract_blank(on_template(template, pixels), template)
    angles = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    around = [(round(1415 + 40 * np.cos(a)), round(1975 + 40 * np.sin(a))) for a in angles]
    assert sum(bool(ink.red[y - 2 : y + 3, x - 2 : x + 3].any()) for x, y in around) >= 32


def test_a_black_seal_on_a_colour_scan_is_a_seal_and_a_name_is_none(world: World) -> None:
    template, pixels = sheet(world)
    pixels[:200, :200] = (230, 200, 200)
    named = pixels.copy()
    cv2.circle(pixels, (1415, 1975), 46, BLACK, 5, cv2.LINE_AA)
    cv2.line(pixels, (1390, 1950), (1440, 1960), BLACK, 5, cv2.LINE_AA)
    assert seal_marks(template, pixels)["seal"].state is MarkState.MARKED
    for x in (1365, 1400):
        cv2.line(named, (x, 1960), (x + 25, 1962), BLACK, 4)
        cv2.line(named, (x + 12, 1945), (x + 10, 1985), BLACK, 4)
    assert seal_marks(template, named)["seal"].state is not MarkState.MARKED


def test_the_box_of_a_seal_is_that_of_its_impression(world: World) -> None:
    template, pixels = sheet(world)
    assert seal_marks(template, pixels)["seal"].box.x0 == pytest.approx(172 / 25.4 * 200, abs=1)
    cv2.circle(pixels, (1370, 1965), 40, RED, 5, cv2.LINE_AA)
    box = seal_marks(template, pixels)["seal"].box
    assert ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) == pytest.approx((1370, 1965), abs=5)
