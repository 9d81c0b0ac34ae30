"""The page of models and alarms, in a real browser."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from ui_browser import serious_violations
from ui_world import UiWorld

from ocr_service.api.examples_models import ACTIVATION, MODELS
from ocr_service.states import Role

pytest_plugins = ("ui_browser",)
pytestmark = pytest.mark.acceptance


def opened(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="モデルと変化").click()
    page.get_by_role("heading", name="モデルと変化", level=1).wait_for()


def test_what_is_in_use_is_shown(page: Page, world: UiWorld) -> None:
    opened(page)
    expect(page.get_by_text("立っている警報はありません。")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("ppocrv6_small_det"))
    expect(row.get_by_text("使用中")).to_be_visible()
    expect(page.get_by_role("button", name="使い始める")).to_have_count(0)
    assert serious_violations(page) == []


def test_alarms_verdicts_and_changing_what_is_in_use(
    open_page: Callable[..., Page], world: UiWorld
) -> None:
    world.person("kanri", "管理 花子", Role.ADMIN)
    page = open_page()
    page.goto(world.link("kanri"))
    candidate = {**MODELS["versions"][0], "version": "2026.12", "active": False, "passed": True}
    body = {**MODELS, "versions": [*MODELS["versions"], candidate]}
    asked: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            asked.append(route.request.url.partition("/v1/models/")[2])
        route.fulfill(body=json.dumps(ACTIVATION if route.request.method == "POST" else body))

    page.route(re.compile("/v1/models"), answer)
    opened(page)
    expect(page.get_by_text("用紙の版")).to_be_visible()
    # A form is told by its name, not by its id.
    expect(page.get_by_text("住民異動届").first).to_be_visible()
    page.get_by_text(re.compile("field_confidence 2026.11 の評価")).click()
    expect(page.get_by_text("+0.0041")).to_be_visible()
    page.get_by_role("button", name="field_confidence 2026.12 使い始める").click()
    page.get_by_role("button", name="field_confidence 2026.11 前に戻す").click()
    expect(page.get_by_text("切り替えました").first).to_be_visible()
    assert asked == ["field_confidence/versions/2026.12/promote", "field_confidence/rollback"]
    assert serious_violations(page) == []
