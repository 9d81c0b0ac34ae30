"""The UI is made from the API that the application really has, and its logic holds."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from hatch_build import find_npm
from ocr_service.app import create_app
from ocr_service.settings import Settings
from ocr_service.web.openapi import contract

pytest_plugins = ("ui_browser",)
pytestmark = pytest.mark.acceptance


def run_npm(web: Path, script: str) -> None:
    npm, node_folder = find_npm()
    env = {**os.environ, "PATH": f"{node_folder}{os.pathsep}{os.environ['PATH']}", "CI": "1"}
    done = subprocess.run(
        [*npm, "run", script], cwd=web, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_api_description_is_up_to_date(sqlite_settings: Settings, built_ui: Path) -> None:
    kept = json.loads((built_ui / "openapi.json").read_text(encoding="utf-8"))
    made = json.loads(json.dumps(contract(create_app(sqlite_settings).openapi())))
    assert kept == made, "the API changed: python -m ocr_service.web.openapi, then npm run api"


def test_the_generated_types_belong_to_the_description(built_ui: Path) -> None:
    run_npm(built_ui, "check:api")


def test_the_logic_of_the_screens(built_ui: Path) -> None:
    run_npm(built_ui, "test")


def test_no_registry_is_named_in_the_lock_file(built_ui: Path) -> None:
    lock = json.loads((built_ui / "package-lock.json").read_text(encoding="utf-8"))
    assert [p for p in lock["packages"].values() if "resolved" in p] == []
