"""Lines drawn ahead by many processes, for a graphics card that trains faster than they are drawn.

`python -m training.recogniser.stock --out /dev/shm/stock --workers 15` writes numbered files; the
run that is started with `--stock /dev/shm/stock` takes them in order, keeps the newest lines in
the memory of the card and shows each of them several times, changed anew each time (`augment.py`).
Several runs may live from one stock. File `n` of a seed always holds the same lines.
"""

import argparse
import multiprocessing as mp
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from training.recogniser.config import Config, load_config
from training.recogniser.corpus import Corpus
from training.recogniser.data import Line, Lines, bucket_of
from training.recogniser.fonts import load_fonts
from training.recogniser.model import make_trainable
from training.recogniser.scan import HEIGHT

_STEP = 8
_LABELS = 64
_WAIT_SECONDS = 0.2
_HERE = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: draw lines until stopped or `--files` are there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=_HERE / "config.yaml")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--files", type=int, default=100_000)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    config = load_config(options.config)
    known = frozenset(make_trainable(config.base_model, config.base_version).index)
    ways = [
        (config, known, options.out, w, options.workers, options.files)
        for w in range(options.workers)
    ]
    processes = [mp.Process(target=_draw, args=way) for way in ways]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return 0


def _draw(
    config: Config, known: frozenset[str], out: Path, worker: int, workers: int, files: int
) -> None:
    cv2.setNumThreads(1)
    lines = Lines(Corpus(known, config.weights), load_fonts(), config.longest)
    for number in range(worker, files, workers):
        path = path_of(out, number)
        if not path.exists():
            drawn = [lines.draw(config.seed, "stock", number, i) for i in range(config.stock_lines)]
            write_lines(path, drawn)


def path_of(folder: Path, number: int) -> Path:
    """Path of file `number` of a stock."""
    return folder / f"{number:06d}.npz"


def write_lines(path: Path, lines: Sequence[Line]) -> None:
    """Write lines into one file: it appears whole or not at all."""
    new = path.with_suffix(".part")
    with new.open("wb") as file:
        np.savez(
            file,
            pixels=np.concatenate([line.pixels for line in lines], axis=1),
            widths=np.array([line.pixels.shape[1] for line in lines], np.int32),
            texts=np.array([line.text for line in lines]),
        )
    new.replace(path)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Lines of one width on the card.

    N x 48 x W uint8, labels (N x 64), their lengths, widths without what was added on the right.
    """

    pixels: Tensor
    labels: Tensor
    lengths: Tensor
    widths: Tensor


class _Shelf:
    """The newest lines of one width."""

    def __init__(self, width: int, room: int, device: torch.device) -> None:
        self.width, self.room = width, room
        self.filled, self._next = 0, 0
        self.pixels = torch.zeros((room, HEIGHT, width), dtype=torch.uint8, device=device)
        self.labels = torch.zeros((room, _LABELS), dtype=torch.int64, device=device)
        self.lengths = torch.zeros(room, dtype=torch.int64, device=device)
        self.widths = torch.zeros(room, dtype=torch.int64, device=device)

    def put(self, lines: Sequence[tuple[np.ndarray, list[int]]]) -> None:
        for at in range(0, len(lines), self.room):
            self._put(lines[at : at + self.room])

    def _put(self, lines: Sequence[tuple[np.ndarray, list[int]]]) -> None:
        pixels = np.zeros((len(lines), HEIGHT, self.width), np.uint8)
        labels = np.zeros((len(lines), _LABELS), np.int64)
        lengths = np.array([len(c) for _, c in lines])
        widths = np.array([p.shape[1] for p, _ in lines])
        for row, (line, classes) in enumerate(lines):
            pixels[row, :, : line.shape[1]] = line
            labels[row, : len(classes)] = classes
        places = (self._next + torch.arange(len(lines))) % self.room
        places = places.to(self.pixels.device)
        for own, new in (
            (self.pixels, pixels),
            (self.labels, labels),
            (self.lengths, lengths),
            (self.widths, widths),
        ):
            own[places] = torch.from_numpy(new).to(own.device, own.dtype)
        self._next = (self._next + len(lines)) % self.room
        self.filled = min(self.room, self.filled + len(lines))


class Stock:
    """Batches from the newest lines of a folder. Every line is shown `config.reuse` times."""

    def __init__(
        self, folder: Path, index: dict[str, int], config: Config, device: torch.device
    ) -> None:
        self._folder, self._index, self._config = folder, index, config
        self._device = device
        self._shelves: dict[int, _Shelf] = {}
        self._files, self._shown = 0, 0
        self._random = np.random.default_rng(config.seed)

    @property
    def drawn(self) -> int:
        """Number of different lines taken so far."""
        return self._files * self._config.stock_lines

    def batch(self) -> Drawn:
        """Next batch, after new lines were taken in as they are due. Waits for these."""
        while (
            self._files < self._config.stock_first or self._shown >= self._config.reuse * self.drawn
        ):
            self._take_in()
        shelves = sorted(self._shelves.values(), key=lambda s: s.width)
        sizes = [self._config.batch_pixels // s.width for s in shelves]
        # As many batches of each width as it has lines.
        shares = np.array([s.filled / n for s, n in zip(shelves, sizes, strict=True)])
        at = int(self._random.choice(len(shelves), p=shares / shares.sum()))
        shelf, size = shelves[at], sizes[at]
        rows = torch.from_numpy(self._random.integers(shelf.filled, size=size)).to(self._device)
        self._shown += size
        return Drawn(
            shelf.pixels[rows], shelf.labels[rows], shelf.lengths[rows], shelf.widths[rows]
        )

    def _take_in(self) -> None:
        path = path_of(self._folder, self._files)
        while not path.exists():
            time.sleep(_WAIT_SECONDS)
        with np.load(path) as file:
            pixels, widths, texts = file["pixels"], file["widths"], file["texts"]
        ends = np.cumsum(widths)
        sorted_in: dict[int, list[tuple[np.ndarray, list[int]]]] = {}
        for end, width, text in zip(ends, widths, texts, strict=True):
            classes = [self._index[c] for c in str(text)]
            if len(classes) <= _LABELS:
                one = (pixels[:, end - width : end], classes)
                sorted_in.setdefault(bucket_of(int(width)), []).append(one)
        for width, lines in sorted_in.items():
            if width not in self._shelves:
                room = self._config.stock_room * 32 // width
                self._shelves[width] = _Shelf(width, room, self._device)
            self._shelves[width].put(lines)
        self._files += 1


def steps_of(drawn: Drawn) -> Tensor:
    """Time steps of each line that belong to it."""
    return -(-drawn.widths // _STEP)


if __name__ == "__main__":
    sys.exit(main())
