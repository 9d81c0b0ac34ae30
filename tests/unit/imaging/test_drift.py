"""Print that is not where the form says is told; writing, seals and bad scans are not."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from imaging_pages import World, make_form, page_of, rgb

from pipelines.check_drift import drift_findings, fields_beside
from pipelines.drift import DriftKind, DriftZone, find_drift
from pipelines.finding_places import finding_places
from pipelines.forms.model import Box, FormDefinition
from pipelines.forms.render import render_blank
from pipelines.forms.template import Template, box_pixels, templates_of_pdf
from pipelines.identify import identify_page
from pipelines.ink import subtract_blank
from pipelines.read_page import form_page, view_of
from pipelines.records import (
    BoundingBox,
    FindingKind,
    Pixels,
    QualityReason,
    QualityVerdict,
    RegisteredPage,
    Severity,
)
from pipelines.register import register_page

FORM = "moving-notice"
Json = dict[str, Any]
Change = Callable[[Json], None]


def revised(change: Change) -> Pixels:
    """The blank of a form after a change of what is printed on it, as a scan."""
    form = make_form(FORM).model_dump(mode="json", by_alias=True)
    change(form)
    definition = FormDefinition.model_validate(form)
    return rgb(templates_of_pdf(definition, render_blank(definition, Path()))[0].grey)


def registered_on(world: World, pixels: Pixels) -> tuple[RegisteredPage, Template]:
    template, page = world.templates[FORM], page_of(pixels)
    found = identify_page(page, world.index)
    assert found is not None
    registered = register_page(page, template, found)
    assert registered is not None
    return registered, template


def drift_of(world: World, pixels: Pixels) -> tuple[DriftZone, ...]:
    registered, template = registered_on(world, pixels)
    return find_drift(registered, template, subtract_blank(registered, template))


def printed_on(form: Json) -> list[Json]:
    found: list[Json] = form["pages"][0]["printed"]
    return found


def labels(form: Json) -> list[Json]:
    return [p for p in printed_on(form) if p["type"] == "text" and p["x"] == 18]


def move_label(form: Json) -> None:
    labels(form)[4]["y"] += 4


def change_label(form: Json) -> None:
    label = labels(form)[4]
    label["text"] = "希望理由確認番号"[: len(label["text"])]


def move_tick_box(form: Json) -> None:
    boxes = [p for p in printed_on(form) if p["type"] == "rect" and p["width"] == 3.6]
    boxes[1]["x"] += 3
    form["marks"][0]["options"][1]["box"]["x"] += 3


def move_rule(form: Json) -> None:
    rule = next(p for p in printed_on(form) if p["type"] == "line" and p["y0"] == 180)
    rule["y0"] += 3.5
    rule["y1"] += 3.5


def remove_label(form: Json) -> None:
    printed_on(form).remove(labels(form)[6])


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (move_label, (18, 127, 47, 131.5)),
        (change_label, (18, 127, 47, 131.5)),
        (move_rule, (15, 180, 195, 180)),
        (remove_label, (18, 167, 47, 171.5)),
        (move_tick_box, (100, 88, 103.6, 91.6)),
    ],
)
def test_what_moved_or_changed_is_found_in_its_place(
    world: World, change: Change, where: tuple[float, float, float, float]
) -> None:
    zones = drift_of(world, revised(change))
    assert zones
    x0, y0, x1, y1 = (value * 200 / 25.4 for value in where)
    slack = 3 * 200 / 25.4
    for zone in zones:
        assert zone.shown < 0.5
        assert zone.corners[0] > x0 - slack and zone.corners[1] > y0 - slack
        assert zone.corners[2] < x1 + slack and zone.corners[3] < y1 + slack


def written_over(pixels: Pixels) -> Pixels:
    """Writing everywhere, a black seal on the print for it, and a struck-out label."""
    pixels = pixels.copy()
    rng = np.random.default_rng(3)
    for _ in range(60):
        start = rng.uniform([100, 320], [1500, 2050])
        strokes = start + np.cumsum(rng.normal(0, 14, (6, 2)), axis=0)
        cv2.polylines(pixels, [strokes.round().astype(np.int32)], False, (40, 40, 60), 3)
    cv2.circle(pixels, (1418, 1975), 50, (30, 30, 30), 9)
    cv2.putText(pixels, "X", (1380, 2010), 0, 3, (30, 30, 30), 12)
    for y in (1008, 1016):
        cv2.line(pixels, (140, y), (380, y), (20, 20, 20), 3)
    return pixels


def blurred(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 1.8), np.uint8)


def faint(pixels: Pixels) -> Pixels:
    return np.asarray(255 - (255 - pixels.astype(np.float32)) * 0.55, np.uint8)


def faxed(pixels: Pixels) -> Pixels:
    rough = pixels.astype(np.float32) + np.random.default_rng(1).normal(0, 25, pixels.shape)
    bits = np.where(rough > 190, 255, 0).astype(np.uint8)
    bits[1260] = 255
    return bits


def turned(pixels: Pixels) -> Pixels:
    matrix = cv2.getRotationMatrix2D((827, 1170), 2.0, 1.0)
    return np.asarray(
        cv2.warpAffine(pixels, matrix, (1654, 2339), borderValue=(255, 255, 255)), np.uint8
    )


def cut_off(pixels: Pixels) -> Pixels:
    return pixels[:1900]


@pytest.mark.parametrize("way", [written_over, blurred, faint, faxed, turned, cut_off])
def test_a_page_of_the_form_itself_is_no_drift(
    world: World, way: Callable[[Pixels], Pixels]
) -> None:
    assert drift_of(world, way(rgb(world.templates[FORM].grey))) == ()


def test_a_moved_label_is_found_on_a_page_that_is_written_on_and_turned(world: World) -> None:
    zones = drift_of(world, turned(written_over(revised(move_label))))
    assert any(zone.shown < 0.5 for zone in zones)


def test_the_place_is_given_on_the_scan_too(world: World) -> None:
    (zone,) = drift_of(world, revised(remove_label))
    assert (zone.page, zone.form_page) == (1, 1)
    assert (zone.box.x0, zone.box.y0) == pytest.approx(zone.corners[:2], abs=3)


def test_a_finding_names_the_fields_beside_the_print(world: World) -> None:
    form = world.templates[FORM].definition
    zones = [zone_at(form.fields[0].box.x - 30, 50, 20, 4), zone_at(100, 88, 3.6, 3.6)]
    (finding,) = drift_findings(zones, form)
    assert (finding.rule, finding.kind) == ("form.drift", FindingKind.QUALITY)
    assert finding.severity is Severity.WARNING
    assert finding.fields == ("name", "choice")
    assert "「氏名」「選択」の付近" in finding.message
    assert finding.ground
    assert finding.params["form"] == f"{FORM}@1"
    assert finding.params["zones"].split(";")[1] == "100.0,88.0,3.6,3.6"
    assert len(finding.params["boxes"].split(";")) == 2


def test_each_page_has_its_own_finding_and_no_drift_has_none(world: World) -> None:
    form = world.templates[FORM].definition
    zones = [zone_at(20, 50, 20, 4, page=2), zone_at(20, 50, 20, 4, page=1)]
    assert [f.params["page"] for f in drift_findings(zones, form)] == ["1", "2"]
    assert drift_findings([], form) == ()


def test_a_finding_gives_its_places_back(world: World) -> None:
    form = world.templates[FORM].definition
    zones = [zone_at(20, 50, 20, 4, page=2), zone_at(100, 88, 3.6, 3.6, page=2)]
    (finding,) = drift_findings(zones, form)
    (first, box), (second, _) = finding_places(finding)
    assert (first, second) == (2, 2)
    assert (box.x0, box.y1) == pytest.approx((zones[0].box.x0, zones[0].box.y1), abs=0.5)
    assert finding_places(replace(finding, rule="quality.blank", params={})) == ()


def test_print_far_from_every_field_names_none(world: World) -> None:
    form = world.templates[FORM].definition
    far = zone_at(15, 170, 10, 3)
    assert list(fields_beside(far.corners, form, 1)) == []
    (finding,) = drift_findings([far], form)
    assert finding.fields == () and "付近" not in finding.message


def zone_at(x: float, y: float, width: float, height: float, *, page: int = 1) -> DriftZone:
    corners = box_pixels(Box(x=x, y=y, width=width, height=height))
    box = BoundingBox(x0=corners[0], y0=corners[1], x1=corners[2], y1=corners[3])
    return DriftZone(page=page, form_page=1, corners=corners, box=box, shown=0.1)


def framed(
    turn: float = 0.0, ink: tuple[int, int, int] = (30, 30, 30)
) -> Callable[[Pixels], Pixels]:
    """Draw a frame of 28 x 9 mm, turned by degrees, where the form prints nothing."""

    def draw(pixels: Pixels) -> Pixels:
        matrix = cv2.getRotationMatrix2D((1000.0, 2150.0), turn, 1.0)
        corners = np.array([[890, 2115], [1110, 2115], [1110, 2185], [890, 2185]], np.float64)
        there = corners @ matrix[:, :2].T + matrix[:, 2]
        drawn = pixels.copy()
        cv2.polylines(drawn, [np.round(there * 16).astype(np.int32)], True, ink, 2, cv2.LINE_AA, 4)
        return drawn

    return draw


@pytest.mark.parametrize("way", [blurred, faint, faxed, turned, written_over])
def test_a_box_that_the_form_does_not_have_is_told(
    world: World, way: Callable[[Pixels], Pixels]
) -> None:
    (zone,) = drift_of(world, way(framed()(rgb(world.templates[FORM].grey))))
    assert zone.kind is DriftKind.ADDED
    assert zone.corners == pytest.approx((890, 2115, 1110, 2185), abs=8)


def test_a_box_may_stand_on_a_rule_of_the_form(world: World) -> None:
    template = world.templates[FORM]
    y = round(
        next(p.y1 for p in template.definition.pages[0].printed if p.type == "line") * 200 / 25.4
    )
    pixels = rgb(template.grey)
    cv2.rectangle(pixels, (900, y), (1150, y - 70), (30, 30, 30), 2)
    assert [zone.kind for zone in drift_of(world, pixels)] == [DriftKind.ADDED]


@pytest.mark.parametrize("drawn", [framed(2.0), framed(-1.5), framed(0.0, (200, 40, 50))])
def test_a_stamp_is_no_box_of_another_revision(
    world: World, drawn: Callable[[Pixels], Pixels]
) -> None:
    assert drift_of(world, drawn(rgb(world.templates[FORM].grey))) == ()


def test_a_box_drawn_by_hand_is_none(world: World) -> None:
    pixels, rng = rgb(world.templates[FORM].grey), np.random.default_rng(5)
    corners = np.array([[890, 2115], [1110, 2115], [1110, 2185], [890, 2185], [890, 2115]])
    sides = [np.linspace(a, b, 12) for a, b in pairwise(corners)]
    wobbling = np.concatenate(sides) + rng.normal(0, 2.5, (48, 2))
    cv2.polylines(pixels, [wobbling.round().astype(np.int32)], False, (40, 40, 60), 3)
    assert drift_of(world, pixels) == ()


def with_a_row_more(pixels: Pixels) -> Pixels:
    """The lower half printed 6 mm farther down, as below a new row."""
    height, shift = len(pixels), round(6 * 200 / 25.4)
    line = round(0.45 * height)
    drawn = pixels.copy()
    drawn[line : line + shift] = 255
    drawn[line + shift :] = pixels[line : height - shift]
    return drawn


@pytest.mark.parametrize("way", [np.copy, written_over, turned])
def test_a_part_below_a_new_row_is_moved_not_covered(
    world: World, way: Callable[[Pixels], Pixels]
) -> None:
    page = way(with_a_row_more(rgb(world.templates[FORM].grey)))
    registered, template = registered_on(world, page)
    assert registered.edge is not None
    zones = find_drift(registered, template, subtract_blank(registered, template))
    (moved,) = [zone for zone in zones if zone.kind is DriftKind.MOVED]
    form = template.definition
    (finding,) = drift_findings(zones, form)
    assert "ずれたところにあります" in finding.message
    assert set(fields_beside(moved.corners, form, 1)) <= set(finding.fields)
    view = view_of(page_of(page), QualityVerdict(page=1, ok=True), registered)
    read = form_page(view, registered, form, (), zones)
    assert QualityReason.COVERED not in read.view.quality.reasons


def test_a_finding_says_that_a_box_is_new_and_was_not_read(world: World) -> None:
    form = world.templates[FORM].definition
    new = replace(zone_at(100, 50, 28, 9), kind=DriftKind.ADDED)
    (finding,) = drift_findings([new], form)
    assert "様式にない枠があります" in finding.message and "見つからない" not in finding.message
    (both,) = drift_findings([zone_at(20, 50, 20, 4), new], form)
    assert "様式にない枠があります" in both.message and "見つからない" in both.message
    assert both.message.count("付近") == 1
