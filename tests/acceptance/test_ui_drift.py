"""What the reader found about the paper itself, shown on the page of the review screen."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from ui_browser import serious_violations
from ui_world import UiWorld, find_sample, suggestion_of

from pipelines.check_drift import drift_findings
from pipelines.check_outside import outside_findings
from pipelines.drift import DriftKind, DriftZone
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import Box
from pipelines.outside import Stray
from pipelines.records import BoundingBox

pytest_plugins = ("ui_browser",)
pytestmark = pytest.mark.acceptance

FORM = "nursery-admission"


def zone(x0: float, y0: float, x1: float, y1: float) -> DriftZone:
    box = BoundingBox(x0=x0, y0=y0, x1=x1, y1=y1)
    return DriftZone(page=1, form_page=1, corners=(x0, y0, x1, y1), box=box, shown=0.1)


def test_print_that_is_missing_is_shown_where_it_is_missing(page: Page, world: UiWorld) -> None:
    _, truth = find_sample(FORM)
    form = FormLibrary.builtin().find(FORM).definition
    found = drift_findings([zone(150, 300, 420, 340), zone(800, 905, 960, 950)], form)
    document = world.document(FORM)
    suggestion = suggestion_of(truth, {})
    world.suggest(document, replace(suggestion, findings=(*suggestion.findings, *found)))
    page.goto(f"{world.address}/documents/{document}")
    expect(page.locator("#confirm")).to_be_visible()
    expect(page.get_by_text("印刷が見つからないところがあります").first).to_be_visible()
    expect(page.get_by_text("様式と違う印刷")).to_be_visible()
    drawn = page.locator("[data-drift]")
    expect(drawn).to_have_count(2)
    expect(drawn.nth(1)).to_contain_text("！2")
    box = drawn.nth(1).locator(":scope > rect")
    assert [box.get_attribute(side) for side in ("x", "y", "width", "height")] == [
        "800", "905", "160", "45",
    ]  # fmt: skip


def test_a_moved_part_with_a_number_in_it_is_shown_in_its_place(page: Page, world: UiWorld) -> None:
    _, truth = find_sample(FORM)
    form = FormLibrary.builtin().find(FORM).definition
    # Places of four digits are no part of the 個人番号 that lies there.
    moved = replace(zone(150, 900, 1500, 1700), kind=DriftKind.MOVED)
    added = replace(zone(1200, 1905, 1360, 1950), kind=DriftKind.ADDED)
    (found,) = drift_findings([moved, added], form)
    assert "guardian1_number" in found.fields
    document = world.document(FORM)
    suggestion = suggestion_of(truth, {})
    world.suggest(document, replace(suggestion, findings=(*suggestion.findings, found)))
    page.goto(f"{world.address}/documents/{document}")
    expect(page.locator("#confirm")).to_be_visible()
    expect(page.get_by_text("ずれたところにあります").first).to_be_visible()
    drawn = page.locator("[data-drift]")
    expect(drawn).to_have_count(2)
    expect(drawn.first.locator(":scope > rect")).to_have_attribute("width", "1350")


def stray(page: int, x0: float, y0: float, x1: float, y1: float) -> Stray:
    place = Box(x=x0 / 10, y=y0 / 10, width=(x1 - x0) / 10, height=(y1 - y0) / 10)
    return Stray(
        page=page, form_page=page, place=place, box=BoundingBox(x0=x0, y0=y0, x1=x1, y1=y1)
    )


def test_writing_outside_is_shown_and_a_finding_leads_to_it(page: Page, world: UiWorld) -> None:
    _, truth = find_sample(FORM)
    found = outside_findings([stray(1, 150, 300, 420, 340), stray(2, 300, 1500, 500, 1560)])
    document = world.document(FORM)
    suggestion = suggestion_of(truth, {})
    world.suggest(document, replace(suggestion, findings=(*suggestion.findings, *found)))
    page.goto(f"{world.address}/documents/{document}")
    drawn = page.locator("[data-outside]")
    expect(drawn).to_have_count(1)
    expect(drawn).to_contain_text("※1")
    expect(page.get_by_role("list", name="凡例")).to_contain_text("枠の外の書き込み")
    second = page.get_by_role("listitem").filter(has_text="2ページ目: 枠の外に書き込み")
    second.get_by_role("button", name="画像で見る（1）").click()
    expect(page.get_by_role("button", name="2ページ", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    box = drawn.locator(":scope > rect")
    assert box.get_attribute("y") == "1500"
    expect(box).to_be_in_viewport()
    assert serious_violations(page) == []
