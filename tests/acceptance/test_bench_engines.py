"""The engines of the benchmark, those that are installed here, on one printed line and page."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from pipelines.records import Pixels
from pipelines.synthesis.fonts import load_font
from training.benchmark.metrics import character_errors
from training.benchmark.peer_paddle import write_model_folders
from training.benchmark.peers import Missing, Peer, PeerOptions, open_peers

pytestmark = pytest.mark.acceptance
TEXT = "足立区中央本町一丁目17番1号"
PADDLE = os.environ.get("OCR_SERVICE_TEST_PADDLE_PYTHON")


def _line(text: str) -> Pixels:
    from PIL import Image, ImageDraw

    font = load_font("gothic", 36)
    image = Image.new("RGB", (round(font.getlength(text)) + 24, 56), "white")
    ImageDraw.Draw(image).text((12, 28), text, fill=(20, 20, 20), font=font, anchor="lm")
    return np.asarray(image).copy()


def _page() -> Pixels:
    page = np.full((700, 900, 3), 255, np.uint8)
    for number, top in enumerate((80, 240, 400)):
        line = _line(TEXT[number * 4 :])
        page[top : top + line.shape[0], 60 : 60 + line.shape[1]] = line
    return page


def _open(name: str, folder: Path) -> Peer:
    options = PeerOptions(folder=folder, paddle_python=Path(PADDLE) if PADDLE else None)
    (peer,) = open_peers([name], options)
    if isinstance(peer, Missing):
        assert name in ("tesseract", "paddleocr"), peer.reason
        pytest.skip(peer.reason)
    return peer


@pytest.mark.parametrize("name", ["ours", "unmodified", "rapidocr", "tesseract", "paddleocr"])
def test_every_engine_reads_a_printed_line_and_finds_the_lines_of_a_page(
    name: str, tmp_path: Path
) -> None:
    peer = _open(name, tmp_path)
    try:
        errors, count = character_errors(TEXT, peer.read_line(_line(TEXT)).text)
        assert errors / count < 0.3
        lines = sorted(peer.read_page(_page()), key=lambda line: line.box[1])
        assert len(lines) == 3
        assert [line.box[1] for line in lines] == pytest.approx([90, 250, 410], abs=25)
        assert all(40 < line.box[0] < 90 for line in lines)
    finally:
        peer.close()


def test_an_engine_that_is_not_installed_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_: None)
    found = open_peers(["tesseract", "paddleocr"], PeerOptions(folder=tmp_path))
    assert [type(peer) for peer in found] == [Missing, Missing]
    assert "apt-get install tesseract-ocr" in found[0].reason  # type: ignore[union-attr]
    assert "pip install paddleocr==3.7.0" in found[1].reason  # type: ignore[union-attr]


def test_model_folders_hold_what_paddleocr_loads(tmp_path: Path) -> None:
    detector, recogniser = write_model_folders(tmp_path)
    for folder, name in ((detector, "PP-OCRv6_small_det"), (recogniser, "PP-OCRv6_small_rec")):
        assert (folder / "inference.onnx").stat().st_size > 1_000_000
        config = yaml.safe_load((folder / "inference.yml").read_text("utf-8"))
        assert config["Global"]["model_name"] == name
    characters = config["PostProcess"]["character_dict"]
    # Beside these, the graph has a class for blank and one for the space.
    assert len(characters) == 18_708
    assert {"足", "ア", "髙", "7"} <= set(characters)
