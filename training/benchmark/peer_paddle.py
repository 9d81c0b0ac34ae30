"""PaddleOCR 3.7 on onnxruntime as a peer, in an environment of its own.

It pins opencv-contrib-python, which is the same module as ours: two of them in one environment
break each other, so it runs in another interpreter and speaks JSON lines (`paddle_worker.py`). No
paddlepaddle is needed: the models are ONNX files of ours, put into the folders it expects.
"""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import yaml

from models.detector import MODEL as DETECTOR
from models.manifest import load_manifest
from pipelines.records import Pixels
from training.benchmark.peers import PageLine, PeerUnavailableError, Read, Repertoire

_INSTALL = (
    "python3 -m venv paddle && paddle/bin/pip install paddleocr==3.7.0 onnxruntime, "
    "then --paddle-python paddle/bin/python"
)
_RECOGNISER, _VERSION = "ppocrv6_small_rec", "1.0.0"
_WORKER = Path(__file__).with_name("paddle_worker.py")


class PaddlePeer:
    """PaddleOCR in a process of its own, on one thread."""

    name = "paddleocr"
    masks = False

    def __init__(self, process: "subprocess.Popen[str]", version: str) -> None:
        self._process = process
        self.pid = process.pid
        self.version = version

    def read_line(
        self, pixels: Pixels, *, vertical: bool = False, repertoire: Repertoire = None
    ) -> Read:
        """Read with its text recognition; a column is laid on its side, as it does itself."""
        crop = np.ascontiguousarray(np.rot90(pixels)) if vertical else pixels
        answer = self._ask("line", crop)
        return Read(answer["text"], None, answer["score"])

    def read_page(self, pixels: Pixels) -> list[PageLine]:
        """Read with its OCR pipeline, without turning and unwarping."""
        answer = self._ask("page", pixels)
        return [PageLine(line["text"], tuple(line["box"])) for line in answer["lines"]]

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, op: str, pixels: Pixels) -> Any:
        _, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
        request = {"op": op, "png": base64.b64encode(data.tobytes()).decode("ascii")}
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("PaddleOCR ended unexpectedly")
        return json.loads(answer)


def open_paddle(python: Path | None, folder: Path) -> PaddlePeer:
    """Start PaddleOCR in the environment of `python`. Raises `PeerUnavailableError`."""
    if python is None:
        raise PeerUnavailableError(f"no environment given: {_INSTALL}")
    if shutil.which(str(python)) is None:
        raise PeerUnavailableError(f"{python} is no program: {_INSTALL}")
    detector, recogniser = write_model_folders(folder)
    log = folder / "paddle.log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [str(python), str(_WORKER), str(detector), str(recogniser)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            encoding="utf-8",
            # Ctrl-C is for this program, which ends the worker itself.
            start_new_session=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
    assert process.stdout is not None
    first = process.stdout.readline()
    if not first:
        process.wait()
        said = log.read_text("utf-8", "replace").strip().splitlines() or [""]
        raise PeerUnavailableError(f"PaddleOCR does not start ({said[-1]}): {_INSTALL}")
    return PaddlePeer(process, json.loads(first)["version"])


def write_model_folders(
    folder: Path, *, recogniser: str = _RECOGNISER, version: str | None = _VERSION
) -> tuple[Path, Path]:
    """Write the folders of detector and recogniser that PaddleOCR loads; any of our models goes.

    Each holds `inference.onnx` and `inference.yml`. The characters come from the metadata of the
    recogniser's file.
    """
    detector_file = load_manifest(DETECTOR).path
    recogniser_file = load_manifest(recogniser, version).path
    session = onnxruntime.InferenceSession(str(recogniser_file))
    characters = session.get_modelmeta().custom_metadata_map["character"].split("\n")
    while characters and not characters[-1]:
        characters.pop()
    _write(folder / "detector", detector_file, _DETECTOR_CONFIG)
    decoding = {"name": "CTCLabelDecode", "character_dict": characters}
    _write(folder / "recogniser", recogniser_file, {**_RECOGNISER_CONFIG, "PostProcess": decoding})
    return folder / "detector", folder / "recogniser"


def _write(folder: Path, model: Path, config: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(model, folder / "inference.onnx")
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (folder / "inference.yml").write_text(text, "utf-8")


_DECODE = {"DecodeImage": {"img_mode": "BGR", "channel_first": False}}
_DETECTOR_CONFIG = {
    "Global": {"model_name": "PP-OCRv6_small_det"},
    "PreProcess": {
        "transform_ops": [
            _DECODE,
            {"DetResizeForTest": {"resize_long": 960}},
            {
                "NormalizeImage": {
                    "mean": [0.485, 0.456, 0.406],
                    "std": [0.229, 0.224, 0.225],
                    "scale": "1./255.",
                    "order": "hwc",
                }
            },
            {"ToCHWImage": None},
            {"KeepKeys": {"keep_keys": ["image", "shape"]}},
        ]
    },
    "PostProcess": {
        "name": "DBPostProcess",
        "thresh": 0.3,
        "box_thresh": 0.6,
        "max_candidates": 1000,
        "unclip_ratio": 1.5,
    },
}
_RECOGNISER_CONFIG = {
    "Global": {"model_name": "PP-OCRv6_small_rec"},
    "PreProcess": {
        "transform_ops": [
            _DECODE,
            {"RecResizeImg": {"image_shape": [3, 48, 320]}},
            {"KeepKeys": {"keep_keys": ["image"]}},
        ]
    },
}
