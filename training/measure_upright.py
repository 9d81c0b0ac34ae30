"""Measure how often pages of no form are turned upright, by kind of page, condition and turn.

    python -m training.measure_upright --pages 750 --first-seed 681000 --out ROWS.jsonl

Shows filled-in forms (built-in ones and variants that nobody knows), letters, receipts and columns
of vertical text: scanned, faxed, at 150 dpi, photographed, photographed and curved, in faint print,
with the back showing through. Each by some of four turns is straightened and turned upright as
`pipelines.run` does. A row is written for every scan as soon as it is known; a run that was stopped
goes on where it ended, and `--report ROWS.jsonl` prints what there is: scans whose text does not
run as it should afterwards, those that were left as they were because nothing could be told, and
processor milliseconds (one thread). `--real` shows real pages, taken for upright as they are. Seeds
below 640000 were for tuning.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from models.detector import Detector
from models.recogniser import Recogniser
from pipelines.geometry import transform_points
from pipelines.orient import straighten
from pipelines.records import Matrix, Pixels
from pipelines.upright import LONG_SIDE, find_way_up, turn_page
from training.measure_imaging import page_of
from training.upright_pages import UprightPage, made_pages, shown_pages

_MOST_OFF = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What became of one scan: degrees that its text is off, and how each way up read."""

    seed: int
    kind: str
    condition: str
    turn: int
    off: float
    quarters: int
    told: bool
    scores: tuple[float, ...]
    lines: int
    ms: float

    @property
    def wrong(self) -> bool:
        """Whether the page was turned and lies on its side or head."""
        return self.told and self.off > _MOST_OFF


def main() -> int:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=750)
    parser.add_argument("--first-seed", type=int, default=640_000)
    parser.add_argument("--turns", type=int, default=4, choices=(2, 4), help="turns of each page")
    parser.add_argument("--real", type=Path, help="folder of real pages that lie upright")
    parser.add_argument("--out", type=Path, help="file of rows, one a line; continued")
    parser.add_argument("--report", type=Path, nargs="*", help="only print what such files hold")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.report:
        report([row for path in options.report for row in read_rows(path)])
        return 0
    rows = read_rows(options.out) if options.out and options.out.exists() else []
    done = frozenset(row.seed for row in rows)
    engines = Detector.load(threads=1), Recogniser.load(threads=1)
    if options.real:
        shown = shown_pages(options.real, done)
    else:
        shown = made_pages(options.first_seed, options.pages, done)
    for page in shown:
        new = [_measure(page, turn, *engines) for turn in _turns(page.seed, options.turns)]
        rows += new
        if options.out:
            with options.out.open("a", encoding="utf-8") as file:
                file.write("".join(json.dumps(asdict(row)) + "\n" for row in new))
        bad = [row.turn for row in new if row.off > _MOST_OFF]
        sys.stdout.write(f"{page.seed} {page.kind} {page.condition} wrong or left: {bad}\n")
        sys.stdout.flush()
    report(rows)
    return 0


def read_rows(path: Path) -> list[Row]:
    """Read the rows of a file, whose last line may have been cut off."""
    lines = path.read_text("utf-8").splitlines()
    return [Row(**json.loads(line)) for line in lines if line.endswith("}")]


def _turns(seed: int, count: int) -> range:
    """Quarters clockwise by which a page is shown: all, or every other page upright and sideways.

    Two turns are always each other's opposite, so that both answers are asked for.
    """
    return range(4) if count == 4 else range(seed % 2, 4, 2)


def _measure(page: UprightPage, turn: int, detector: Detector, recogniser: Recogniser) -> Row:
    """Show the page by a turn, and see how far its text is off afterwards."""
    scan, turned = _turned(page.pixels, turn)
    started = time.process_time()
    straight = straighten(page_of(1, scan))
    regions = detector.find(straight.pixels, long_side=LONG_SIDE)
    way = find_way_up(straight, regions, recogniser)
    taken = time.process_time() - started
    upright = turn_page(straight, way.quarters)
    height, width = page.pixels.shape[:2]
    back = np.linalg.inv(upright.to_scan) @ turned @ page.matrix
    start, end = transform_points(
        back, np.array([[0.3 * width, height / 2], [0.6 * width, height / 2]])
    )
    off = abs(np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0])))
    return Row(
        seed=page.seed,
        kind=page.kind,
        condition=page.condition,
        turn=turn,
        off=round(float(off), 2),
        quarters=way.quarters,
        told=way.told,
        scores=tuple(round(score, 3) for score in way.scores),
        lines=len(regions),
        ms=round(1000 * taken),
    )


def _turned(pixels: Pixels, turn: int) -> tuple[Pixels, Matrix]:
    """Picture turned clockwise by so many quarters, and old to new pixels."""
    height, width = pixels.shape[:2]
    turned = np.array(
        {
            0: [[1.0, 0, 0], [0, 1, 0], [0, 0, 1]],
            1: [[0.0, -1, height - 1], [1, 0, 0], [0, 0, 1]],
            2: [[-1.0, 0, width - 1], [0, -1, height - 1], [0, 0, 1]],
            3: [[0.0, 1, 0], [-1, 0, width - 1], [0, 0, 1]],
        }[turn]
    )
    return np.ascontiguousarray(np.rot90(pixels, -turn)), turned


def report(rows: list[Row]) -> None:
    """Print wrong and undecided scans by kind, condition and turn, and the wrong ones."""
    for what in ("kind", "condition", "turn"):
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            groups[str(getattr(row, what))].append(row)
        for name, group in sorted(groups.items()):
            sys.stdout.write(f"{what:9} {name:40} {_counted(group)}\n")
    sys.stdout.write(f"{'all':50} {_counted(rows)}\n")
    for row in rows:
        if row.off > _MOST_OFF:
            sys.stdout.write(f"{'WRONG' if row.wrong else 'left'} {row}\n")


def _counted(rows: list[Row]) -> str:
    pages, wrong = len({row.seed for row in rows}), sum(row.wrong for row in rows)
    untold = sum(not row.told for row in rows)
    ms = np.median([row.ms for row in rows]) if rows else 0
    return f"{pages} pages, {len(rows)} scans: {wrong} wrong, {untold} untold, cpu ms {ms:.0f}"


if __name__ == "__main__":
    raise SystemExit(main())
