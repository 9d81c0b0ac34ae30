"""Measure how often pages of no form are turned upright, by kind of page and by turn.

    python -m training.measure_upright --pages 300 --first-seed 640000

Shows letters, receipts and filled-in forms that nobody knows, fed askew and by each of four turns,
straightens them and turns them upright as `pipelines.run` does. Prints, by kind and turn, the pages
whose text does not run from left to right afterwards, and processor milliseconds a page (median,
one thread). `--real` shows real pages, taken for upright as they are, by the same turns. Seeds
below 640000 were for tuning.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from models.detector import Detector
from models.recogniser import Recogniser
from pipelines.geometry import transform_points
from pipelines.orient import straighten
from pipelines.records import Matrix, Pixels
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.synthesize import synthesize
from pipelines.upright import turn_upright
from training.form_variants import form_variants
from training.identification_pages import letter, real_pages, receipt
from training.measure_imaging import page_of

_DPI = 200
_MOST_OFF = 20.0
_WORSE = (Degradation.SKEW, Degradation.NOISE, Degradation.JPEG)

Shown = tuple[str, Pixels, Matrix]
"""Kind of page, the scan of it, and page pixels to scan pixels."""


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=300, help="pages, each shown by four turns")
    parser.add_argument("--first-seed", type=int, default=640_000)
    parser.add_argument("--real", type=Path, help="folder of real pages that lie upright")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    engines = Detector.load(threads=1), Recogniser.load(threads=1)
    wrong: dict[tuple[str, int], list[bool]] = defaultdict(list)
    taken: list[float] = []
    shown = _real(options.real) if options.real else _made(options.pages, options.first_seed)
    for kind, pixels, matrix in shown:
        for turn in range(4):
            started = time.process_time()
            off = _degrees_off(pixels, matrix, turn, *engines)
            taken.append(1000 * (time.process_time() - started))
            wrong[kind, turn].append(off > _MOST_OFF)
        sys.stdout.write(f"{kind} {[wrong[kind, turn][-1] for turn in range(4)]}\n")
        sys.stdout.flush()
    for (kind, turn), pages in sorted(wrong.items()):
        sys.stdout.write(f"{kind:10} turned {90 * turn:3}: {sum(pages)} of {len(pages)} wrong\n")
    sys.stdout.write(f"cpu ms median {np.median(taken):.0f}\n")
    return 0


def _made(count: int, first_seed: int) -> Iterator[Shown]:
    forms = form_variants(-(-count // 3), first_seed)
    for number in range(count):
        rng = seeded(first_seed + number, "upright")
        kind = ("letter", "receipt", "form")[number % 3]
        if kind == "form":
            page = synthesize(next(forms), seed=first_seed + number, dpi=_DPI).pages[0]
        else:
            page = (letter if kind == "letter" else receipt)(rng)
        pixels, matrix = degrade(page, _WORSE, _DPI, rng)
        yield kind, pixels, matrix


def _real(folder: Path) -> Iterator[Shown]:
    for trial in real_pages(folder, slice(None)):
        yield trial.source, trial.page.pixels, np.eye(3)


def _degrees_off(
    pixels: Pixels, matrix: Matrix, turn: int, detector: Detector, recogniser: Recogniser
) -> float:
    """How far the text runs from left to right on the page that is read, in degrees."""
    height, width = pixels.shape[:2]
    turned = np.array(
        {
            0: [[1.0, 0, 0], [0, 1, 0], [0, 0, 1]],
            1: [[0.0, -1, height - 1], [1, 0, 0], [0, 0, 1]],
            2: [[-1.0, 0, width - 1], [0, -1, height - 1], [0, 0, 1]],
            3: [[0.0, 1, 0], [-1, 0, width - 1], [0, 0, 1]],
        }[turn]
    )
    scan = np.ascontiguousarray(np.rot90(pixels, -turn))
    upright, _ = turn_upright(straighten(page_of(1, scan)), detector, recogniser)
    way = np.linalg.inv(upright.to_scan) @ turned @ matrix
    start, end = transform_points(
        way, np.array([[0.3 * width, height / 2], [0.6 * width, height / 2]])
    )
    return float(abs(np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0]))))


if __name__ == "__main__":
    raise SystemExit(main())
