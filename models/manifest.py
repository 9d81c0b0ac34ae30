"""What a model is, where its weights lie, and whether they are whole."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import yaml

from models.errors import ModelError, ModelProblem

ARTIFACTS = Path(__file__).parent / "artifacts"
_REQUIRED = ("name", "version", "task", "file", "sha256", "licence", "provenance")


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """One version of one model.

    `file` is relative to the installed package `package`, or to the manifest when that is empty.
    `parts` are further files beside it with their sha256. `metrics` are the figures it was
    accepted with, by name.
    """

    name: str
    version: str
    task: str
    file: str
    sha256: str
    licence: str
    provenance: str
    attribution: str
    package: str
    folder: Path
    parts: Mapping[str, str]
    metrics: Mapping[str, float]

    @property
    def path(self) -> Path:
        """Where the weights lie. Raises `ModelError(missing)` when the package is not installed."""
        if not self.package:
            return self.folder / self.file
        # find_spec does not import the package: only its folder is wanted.
        spec = find_spec(self.package)
        places = spec.submodule_search_locations if spec else None
        if not places:
            reason = f"package {self.package} is not installed"
            raise ModelError(ModelProblem.MISSING, self.name, reason)
        return Path(next(iter(places))) / self.file


@dataclass(frozen=True, slots=True)
class Place:
    """A version that is in use, and the folder its `<name>/<version>/manifest.yaml` is below."""

    version: str
    root: Path = ARTIFACTS


_IN_USE: ContextVar[Mapping[str, Place]] = ContextVar("models_in_use", default={})  # noqa: B039


@contextmanager
def in_use(places: Mapping[str, Place]) -> Iterator[None]:
    """Let `load_manifest` without a version give these; all others stay the newest shipped ones.

    Which version is in use is data of an installation, not of the program: who opens the engines
    says it once, here, for every loader.
    """
    token = _IN_USE.set(dict(places))
    try:
        yield
    finally:
        _IN_USE.reset(token)


def shipped_versions(root: Path = ARTIFACTS) -> dict[str, tuple[str, ...]]:
    """Versions of every model below `root`, oldest first."""
    found: dict[str, list[str]] = {}
    for path in root.glob("*/*/manifest.yaml"):
        found.setdefault(path.parent.parent.name, []).append(path.parent.name)
    return {name: tuple(sorted(found[name], key=_order)) for name in sorted(found)}


def load_manifest(name: str, version: str | None = None, *, root: Path = ARTIFACTS) -> Manifest:
    """Manifest of a model; the version in use (`in_use`), or the newest, when none is given.

    Raises `ModelError`: `missing` when there is no such model, `damaged` when the manifest lacks
    something.
    """
    if version is None and root is ARTIFACTS and name in _IN_USE.get():
        place = _IN_USE.get()[name]
        version, root = place.version, place.root
    if version is None:
        versions = sorted((p.parent.name for p in root.glob(f"{name}/*/manifest.yaml")), key=_order)
        if not versions:
            raise ModelError(ModelProblem.MISSING, name, "no manifest")
        version = versions[-1]
    path = root / name / version / "manifest.yaml"
    try:
        stated = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ModelError(ModelProblem.MISSING, name, f"no version {version}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ModelError(ModelProblem.DAMAGED, name, f"manifest cannot be read: {error}") from error
    absent = [k for k in _REQUIRED if not isinstance(stated, dict) or not stated.get(k)]
    if absent:
        raise ModelError(ModelProblem.DAMAGED, name, f"manifest lacks {', '.join(absent)}")
    if stated["name"] != name or str(stated["version"]) != version:
        raise ModelError(ModelProblem.DAMAGED, name, "manifest names another model or version")
    return Manifest(
        **{k: str(stated[k]) for k in _REQUIRED},
        attribution=str(stated.get("attribution", "")),
        package=str(stated.get("package") or ""),
        folder=path.parent,
        parts={str(k): str(v) for k, v in (stated.get("parts") or {}).items()},
        metrics={str(k): float(v) for k, v in (stated.get("metrics") or {}).items()},
    )


def read_weights(manifest: Manifest) -> bytes:
    """Read the weights and check them against the manifest's sha256. Raises `ModelError`."""
    return _read(manifest, manifest.path, manifest.sha256)


def read_part(manifest: Manifest, name: str) -> bytes:
    """Read one of `manifest.parts`, checked against its sha256. Raises `ModelError`."""
    return _read(manifest, manifest.path.parent / name, manifest.parts[name])


def _read(manifest: Manifest, path: Path, sha256: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = f"{path.name} cannot be read: {error.strerror}"
        raise ModelError(ModelProblem.MISSING, manifest.name, reason) from error
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        reason = f"{path.name} has sha256 {found}, not {sha256}"
        raise ModelError(ModelProblem.DAMAGED, manifest.name, reason)
    return data


def _order(version: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(p), "") if p.isdigit() else (-1, p) for p in version.split("."))
