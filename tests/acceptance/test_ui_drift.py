"""What the reader found about the paper itself, shown on the page of the review screen."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from ui_world import UiWorld, find_sample, suggestion_of

from pipelines.check_drift import drift_findings
from pipelines.drift import DriftZone
from pipelines.forms.load import FormLibrary
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
