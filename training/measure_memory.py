"""Measure whether the memory of a reading process stays flat.

    python -m training.measure_memory --pages 2000

Reads pages one after another as a worker does: synthetic scans of the built-in forms, made by
another process (a seed, a hand and a degradation each), every scan ten times in another light, and
every tenth page turned into its mirror, which is a page of no form. Prints the resident memory
every hundred pages and the growth after the first quarter, by a straight line through it.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from models.engines import load_engines
from pipelines.categorise import load_category_model
from pipelines.errors import CodedError
from pipelines.forms.load import FormLibrary
from pipelines.reader import Reader, load_reader
from pipelines.run import read_document
from pipelines.synthesis.degrade import Degradation
from pipelines.synthesis.hand import Hand
from pipelines.synthesis.synthesize import synthesize

_TODAY = date(2026, 11, 26)
_FIRST_SEED = 730_000
_EVERY = 100
_UNKNOWN = 10
_LIGHTS = 10
_DEGRADATIONS = (Degradation.CLEAN, Degradation.JPEG, Degradation.SKEW, Degradation.NOISE)
_STATUS = Path("/proc/self/status")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    reader = load_reader(
        FormLibrary.builtin(), load_engines(), load_category_model(), program="memory"
    )
    done: list[int] = []
    sizes: list[float] = []
    for number, data in enumerate(_scans(options.pages), start=1):
        _read(data, reader)
        if number % _EVERY == 0:
            done.append(number)
            sizes.append(resident_mib())
            sys.stdout.write(f"{number:6} pages  {sizes[-1]:7.1f} MiB\n")
            sys.stdout.flush()
    start = len(done) // 4
    if len(done) - start >= 2:
        slope = float(np.polyfit(done[start:], sizes[start:], 1)[0])
        sys.stdout.write(f"growth after {done[start]} pages: {1000 * slope:.1f} MiB a 1000 pages\n")
    return 0


def resident_mib() -> float:
    """Resident memory of this process, in MiB (Linux)."""
    line = next(n for n in _STATUS.read_text("ascii").splitlines() if n.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def _scans(pages: int) -> Iterator[bytes]:
    """Draw pages in another process: what drawing keeps in memory is not that of reading.

    One scan is drawn ahead, no more: those that wait would be counted.
    """
    with get_context("spawn").Pool(1) as pool:
        made = number = 0
        ahead = pool.apply_async(_draw, (number,))
        while made < pages:
            drawn = ahead.get()
            number += 1
            ahead = pool.apply_async(_draw, (number,))
            for data in drawn[: pages - made]:
                made += 1
                yield data


def _draw(number: int) -> list[bytes]:
    entries = FormLibrary.builtin().entries
    hands = [hand for hand in Hand if hand is not Hand.MIXED]
    scan = synthesize(
        entries[number % len(entries)],
        seed=_FIRST_SEED + number,
        hand=hands[number % len(hands)],
        degradations=(_DEGRADATIONS[number % len(_DEGRADATIONS)],),
    )
    found = []
    for pixels in scan.pages:
        for light in range(_LIGHTS):
            page = (pixels * (1 - 0.025 * light)).astype(np.uint8)
            if (number * _LIGHTS + light) % _UNKNOWN == 0:
                page = np.ascontiguousarray(page[:, ::-1])
            done, data = cv2.imencode(".jpg", cv2.cvtColor(page, cv2.COLOR_RGB2BGR))
            assert done
            found.append(data.tobytes())
    return found


def _read(data: bytes, reader: Reader) -> None:
    try:
        read_document(data, reader=reader, today=_TODAY)
    except CodedError as error:
        sys.stdout.write(f"refused: {error}\n")


if __name__ == "__main__":
    sys.exit(main())
