"""Lines drawn ahead for a graphics card, and what changes them there: needs torch."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from training.recogniser.augment import augment  # noqa: E402
from training.recogniser.config import load_config  # noqa: E402
from training.recogniser.corpus import TextKind  # noqa: E402
from training.recogniser.data import Line  # noqa: E402
from training.recogniser.stock import Stock, path_of, steps_of, write_lines  # noqa: E402

CONFIG = load_config(Path("training/recogniser/config_card.yaml"))
CPU = torch.device("cpu")


def line(width: int, text: str) -> Line:
    pixels = np.full((48, width), len(text), np.uint8)
    return Line(pixels, text, TextKind.KANA, False)


def test_a_stock_gives_back_the_lines_that_were_drawn(tmp_path: Path) -> None:
    write_lines(path_of(tmp_path, 0), [line(60, "あ"), line(100, "いう"), line(60, "え")])
    config = dataclasses.replace(
        CONFIG, stock_lines=3, stock_first=1, stock_room=64, batch_pixels=256, reuse=100
    )
    stock = Stock(tmp_path, {"あ": 1, "い": 2, "う": 3, "え": 4}, config, CPU)
    seen = set()
    for _ in range(20):
        batch = stock.batch()
        assert batch.pixels.shape[1] == 48 and batch.pixels.shape[2] % 32 == 0
        for row in range(len(batch.lengths)):
            classes = tuple(batch.labels[row, : batch.lengths[row]].tolist())
            assert int(batch.pixels[row, 0, 0]) == len(classes)
            assert int(batch.pixels[row, 0, batch.widths[row] :].sum()) == 0
            seen.add(classes)
        assert steps_of(batch).tolist() == [-(-w // 8) for w in batch.widths.tolist()]
    assert seen == {(1,), (2, 3), (4,)}
    assert stock.drawn == 3


def test_the_next_file_is_taken_when_every_line_was_shown_often_enough(tmp_path: Path) -> None:
    for number in range(3):
        write_lines(path_of(tmp_path, number), [line(60, "あ"), line(60, "あ")])
    config = dataclasses.replace(
        CONFIG, stock_lines=2, stock_first=1, stock_room=64, batch_pixels=128, reuse=2
    )
    stock = Stock(tmp_path, {"あ": 1}, config, CPU)
    drawn = []
    for _ in range(5):
        stock.batch()
        drawn.append(stock.drawn)
    assert drawn == [2, 2, 4, 4, 6]


def test_augmentation_keeps_size_range_and_the_empty_end() -> None:
    pixels = torch.full((64, 48, 96), 255, dtype=torch.uint8)
    pixels[:, 20:28, 10:60] = 0
    widths = torch.full((64,), 80)
    random = torch.Generator().manual_seed(1)
    found = augment(pixels, widths, random)
    assert found.shape == (64, 1, 48, 96)
    assert float(found.min()) >= -1 and float(found.max()) <= 1
    assert float(found[..., 80:].abs().sum()) == 0
    # Every line is changed in its own way, and none of them is lost.
    assert len({round(float(f.sum()), 3) for f in found}) == 64
    ink = (found[..., :80] < 0).float().mean((1, 2, 3))
    assert float(ink.min()) > 0.03 and float(ink.max()) < 0.35
