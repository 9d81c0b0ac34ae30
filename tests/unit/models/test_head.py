import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
import yaml

from models.errors import ModelError, ModelProblem
from models.head import HEAD_FILE, load_head
from models.manifest import Manifest, load_manifest


def _artifact(root: Path, head: bytes, sha256: str | None = None) -> Manifest:
    folder = root / "toy" / "1.0.0"
    folder.mkdir(parents=True)
    (folder / "features.onnx").write_bytes(b"graph")
    (folder / HEAD_FILE).write_bytes(head)
    stated = {
        "name": "toy",
        "version": "1.0.0",
        "task": "recognition",
        "file": "features.onnx",
        "sha256": hashlib.sha256(b"graph").hexdigest(),
        "parts": {HEAD_FILE: sha256 or hashlib.sha256(head).hexdigest()},
        "licence": "CC0-1.0",
        "provenance": "made by the test",
    }
    (folder / "manifest.yaml").write_text(yaml.safe_dump(stated), encoding="utf-8")
    return load_manifest("toy", root=root)


def _npz(**arrays: object) -> bytes:
    data = io.BytesIO()
    np.savez(data, **arrays)  # type: ignore[arg-type]
    return data.getvalue()


def test_a_classifier_of_its_own_file_is_read(tmp_path: Path) -> None:
    weight = np.arange(6, dtype=np.float16).reshape(2, 3)
    data = _npz(weight=weight, bias=np.zeros(3), characters=np.array(["", "あ", " "]))
    head = load_head(_artifact(tmp_path, data))
    assert head.features == b"graph"
    assert head.weight.dtype == np.float32
    assert np.array_equal(head.weight, weight)
    assert list(head.characters) == ["", "あ", " "]


@pytest.mark.parametrize(
    "data",
    [
        b"no zip",
        _npz(weight=np.zeros((2, 3))),
        _npz(weight=np.zeros((2, 3)), bias=np.zeros(3), characters=np.array(["", "a"])),
        _npz(weight=np.zeros(3), bias=np.zeros(3), characters=np.array(["", "a", "b"])),
        _npz(weight=np.zeros((2, 1)), bias=np.zeros(1), characters=np.array([None])),
    ],
)
def test_a_damaged_classifier_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ModelError) as raised:
        load_head(_artifact(tmp_path, data))
    assert raised.value.kind is ModelProblem.DAMAGED


def test_a_changed_classifier_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="sha256"):
        load_head(_artifact(tmp_path, _npz(bias=np.zeros(1)), sha256="0" * 64))
