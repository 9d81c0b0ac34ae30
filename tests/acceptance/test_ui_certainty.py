"""The page about the certainty of reading, in a real browser."""

import json
import re

import pytest
from playwright.sync_api import Page, expect
from ui_browser import serious_violations
from ui_world import UiWorld

from ocr_service.api.examples_residual import RESIDUAL

pytest_plugins = ("ui_browser",)
pytestmark = pytest.mark.acceptance


def point(threshold: float, reviewed: float, expected: float, corrected: int) -> dict[str, object]:
    unreviewed = round(20_000 * (1 - reviewed))
    share = {"count": corrected, "of": unreviewed, "rate": corrected / unreviewed}
    return {
        "threshold": threshold,
        "reviewed": reviewed,
        "unreviewed": unreviewed,
        "expected": expected,
        "corrected": {**share, "low": 0.0, "high": 2 * corrected / unreviewed},
    }


CURVE = [point(0.999, 0.5, 1.5, 2), point(0.9912, 0.083, 17.2, 11), point(0.9, 0.0, 250.0, 190)]


def asked(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="読み取りの確かさ").click()
    page.get_by_role("heading", name="読み取りの確かさ", level=1).wait_for()
    page.get_by_role("button", name="集計する").click()
    page.get_by_text("集計しました").wait_for()


def test_too_few_confirmations_are_told_instead_of_a_number(page: Page, world: UiWorld) -> None:
    asked(page)
    expect(page.get_by_text("少なすぎて言えません")).to_be_visible()
    expect(page.get_by_text("訂正の数は下限です")).to_be_visible()
    expect(page.get_by_role("slider")).to_have_count(0)
    assert serious_violations(page) == []


def test_the_slider_tells_what_another_threshold_would_do(page: Page, world: UiWorld) -> None:
    body = {**RESIDUAL, "overall": {**RESIDUAL["overall"], "curve": CURVE}}
    page.route(re.compile("/v1/residual"), lambda route: route.fulfill(body=json.dumps(body)))
    asked(page)
    expect(page.get_by_text("19,200 項目のうち約 26.4 件")).to_be_visible()
    slider = page.get_by_role("slider", name="しきい値")
    # It begins at the threshold for the wanted accuracy.
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"0\.9912：全項目の 8\.3%"))
    slider.press("ArrowRight")
    expect(page.locator("output")).to_have_text(
        "しきい値 0.999：全項目の 50.0% を確認し、確認しない 10,000 項目の誤りは約 2.0 件"
    )
    slider.press("Home")
    expect(page.locator("output")).to_contain_text("約 250.0 件")
    page.get_by_text("図の数値").click()
    expect(page.get_by_role("row")).to_have_count(1 + len(CURVE))
    assert serious_violations(page) == []
