import hashlib
import pickle
from pathlib import Path

import pytest
import yaml

from models.errors import ModelError, ModelProblem
from models.manifest import load_manifest, read_weights


def _model(root: Path, version: str, data: bytes, **changes: str | None) -> None:
    folder = root / "toy" / version
    folder.mkdir(parents=True)
    (folder / "toy.onnx").write_bytes(data)
    stated = {
        "name": "toy",
        "version": version,
        "task": "recognition",
        "file": "toy.onnx",
        "sha256": hashlib.sha256(data).hexdigest(),
        "licence": "CC0-1.0",
        "provenance": "made by the test",
    } | changes
    (folder / "manifest.yaml").write_text(yaml.safe_dump(stated), encoding="utf-8")


def test_the_newest_version_is_taken(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        _model(tmp_path, version, version.encode())
    assert load_manifest("toy", root=tmp_path).version == "1.10.0"
    assert read_weights(load_manifest("toy", root=tmp_path)) == b"1.10.0"
    assert load_manifest("toy", "1.9.0", root=tmp_path).version == "1.9.0"


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    _model(tmp_path, "1.0.0", b"weights")
    (tmp_path / "toy" / "1.0.0" / "toy.onnx").write_bytes(b"others")
    with pytest.raises(ModelError) as raised:
        read_weights(load_manifest("toy", root=tmp_path))
    assert raised.value.kind is ModelProblem.DAMAGED


@pytest.mark.parametrize("changes", [{"file": "gone.onnx"}, {"package": "no_such_package_here"}])
def test_missing_weights_are_named_missing(tmp_path: Path, changes: dict[str, str]) -> None:
    _model(tmp_path, "1.0.0", b"weights", **changes)
    with pytest.raises(ModelError) as raised:
        read_weights(load_manifest("toy", root=tmp_path))
    assert raised.value.kind is ModelProblem.MISSING


def test_unknown_models_are_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as raised:
        load_manifest("toy", root=tmp_path)
    assert raised.value.kind is ModelProblem.MISSING


@pytest.mark.parametrize("gone", ["sha256", "licence", "provenance"])
def test_a_manifest_without_a_needed_line_is_damaged(tmp_path: Path, gone: str) -> None:
    _model(tmp_path, "1.0.0", b"weights", **{gone: None})
    with pytest.raises(ModelError, match=gone) as raised:
        load_manifest("toy", root=tmp_path)
    assert raised.value.kind is ModelProblem.DAMAGED


def test_errors_survive_the_way_back_from_a_subprocess() -> None:
    error = pickle.loads(pickle.dumps(ModelError("missing", "toy", "gone")))
    assert (error.kind, error.model, error.reason) == (ModelProblem.MISSING, "toy", "gone")


@pytest.mark.parametrize("name", ["ppocrv6_small_det", "ppocrv6_small_rec"])
def test_the_reading_models_are_whole_and_state_their_licence(name: str) -> None:
    manifest = load_manifest(name)
    assert manifest.licence.startswith("Apache-2.0")
    assert manifest.provenance
    assert read_weights(manifest)
