"""Fixtures of the browser tests: the UI built, Chromium started, a page that reports every slip."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from ui_world import UiWorld, serve

from ocr_service.settings import Settings
from ocr_service.states import Role

ROOT = Path(__file__).parents[2]
AXE = ROOT / "ocr_service" / "web" / "node_modules" / "axe-core" / "axe.min.js"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Chromium logs every 4xx: nobody signed in yet (401), a newer reading came first (409).
_EXPECTED = ("responded with a status of 401", "responded with a status of 409")


@pytest.fixture(scope="session")
def built_ui() -> Path:
    """The UI as built from the sources at hand, with its packages for axe-core and vitest."""
    sys.path.insert(0, str(ROOT))
    from hatch_build import build_ui

    web = ROOT / "ocr_service" / "web"
    if not AXE.is_file():
        shutil.rmtree(web / "dist", ignore_errors=True)
    build_ui(ROOT)
    return web


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("the browser tests need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield started
        started.close()


@pytest.fixture
def world(sqlite_settings: Settings, built_ui: Path) -> Iterator[UiWorld]:
    """The served application with a reviewer, a second one, and an auditor."""
    with serve(sqlite_settings) as opened:
        opened.person("shinsa", "審査 一郎", Role.REVIEWER, Role.AUDITOR)
        opened.person("jiro", "西新井 次郎", Role.REVIEWER)
        yield opened


@pytest.fixture
def open_page(browser: Browser, world: UiWorld) -> Iterator[Callable[..., Page]]:
    """Opens windows; the test fails afterwards if one of them logged an error or a CSP slip."""
    slips: list[str] = []
    contexts = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(e in message.text for e in _EXPECTED):
            slips.append(f"{message.type}: {message.text}")

    def open_(width: int = 1440, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="ja-JP", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", note)
        page.on("pageerror", lambda error: slips.append(f"exception: {error}"))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert slips == []


@pytest.fixture
def page(open_page: Callable[..., Page], world: UiWorld) -> Page:
    """A window in which the reviewer has signed in."""
    opened = open_page()
    opened.goto(world.link("shinsa"))
    opened.get_by_role("heading", name="書類の一覧").wait_for()
    return opened


def serious_violations(page: Page) -> list[str]:
    """Rules of axe-core (WCAG 2.2 A and AA) that the page breaks seriously, with where."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        """async () => (await axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        })).violations"""
    )
    return [
        f"{v['id']} ({v['impact']}): {node['target']} {node['html'][:160]}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]
