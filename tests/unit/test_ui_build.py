"""Building the review UI."""

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ui_build_hook", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_of_two_builds_at_once_one_waits_and_finds_it_done(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = tmp_path / hook.WEB
    (web / "src").mkdir(parents=True)
    for name in hook._SOURCES:
        (web / name).write_text("{}")
    steps: list[str] = []

    def run(command: list[str], *, cwd: Path, **_: Any) -> None:
        steps.append(command[-1])
        (cwd / "dist").mkdir(exist_ok=True)

    monkeypatch.setattr(hook, "find_npm", lambda: (["npm"], Path()))
    monkeypatch.setattr(hook.subprocess, "run", run)
    with ThreadPoolExecutor(2) as pool:
        built = sorted(pool.map(lambda _: hook.build_ui(tmp_path), range(2)))
    assert built == [False, True]
    assert len(steps) == 2
