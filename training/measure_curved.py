"""Measure how letters of no form are read when they curve, against the same letters lying flat.

    python -m training.measure_curved --letters 20 --first-seed 684000

Letters (rows of known words) are photographed flat and curved (`pipelines.synthesis.curved`) and
read as `pipelines.run` reads pages of no form. Prints, by sagitta: characters wrong, and processor
milliseconds of making the page level (one thread). Seeds below 640000 were for tuning.
"""

import argparse
import sys
import time
from collections import defaultdict

import cv2
import numpy as np
from PIL import Image, ImageDraw

from models.detector import Detector
from models.recogniser import Recogniser
from pipelines.level_rules import lay_flat
from pipelines.lines import read_lines
from pipelines.records import Pixels
from pipelines.synthesis.curved import photograph_curved
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.fonts import load_font
from pipelines.synthesis.seeding import seeded
from pipelines.upright import turn_upright
from training.benchmark.metrics import character_errors
from training.form_variants import some_words
from training.measure_imaging import page_of

_DPI = 200
_D = Degradation
_BENDS = (("curved 3 to 7 mm", 3.0, 7.0), ("curved 7 to 11 mm", 7.0, 11.0),
          ("curved 11 to 15 mm", 11.0, 15.0))  # fmt: skip


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=684_000)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    engines = Detector.load(threads=1), Recogniser.load(threads=1)
    wrong: dict[str, list[tuple[int, int]]] = defaultdict(list)
    level: dict[str, list[float]] = defaultdict(list)
    for seed in range(options.first_seed, options.first_seed + options.letters):
        flat, text = _letter(seeded(seed, "letter"))
        for name, pixels in _ways(flat, seed):
            started = time.process_time()
            page = lay_flat(page_of(1, pixels))
            level[name].append(1000 * (time.process_time() - started))
            upright, regions = turn_upright(page, *engines)
            read = "".join(line.text for line in read_lines(upright, regions, engines[1]))
            wrong[name].append(character_errors(text, read))
            sys.stdout.write(f"{seed} {name} {wrong[name][-1]}\n")
            sys.stdout.flush()
    for name, counts in wrong.items():
        errors, length = np.sum(counts, axis=0)
        sys.stdout.write(
            f"{name:20} letters {len(counts)} characters {length}"
            f" wrong {100 * errors / length:.2f}%"
            f" | cpu ms to level {np.median(level[name]):.0f}\n"
        )
    return 0


def _ways(flat: Pixels, seed: int) -> list[tuple[str, Pixels]]:
    rng = seeded(seed, "flat")
    names = (_D.PERSPECTIVE, _D.NOISE, _D.JPEG)
    shown = [("flat", degrade(flat, names, _DPI, rng)[0])]
    name, low, high = _BENDS[seed % len(_BENDS)]
    rng = seeded(seed, "curved")
    seen, _ = photograph_curved(flat, _DPI, rng, sagitta=float(rng.uniform(low, high)))
    return [*shown, (name, degrade(seen, (_D.NOISE, _D.JPEG), _DPI, rng)[0])]


def _letter(rng: np.random.Generator) -> tuple[Pixels, str]:
    """Rows of words of about 9 to 11 point, and their text."""
    picture = Image.new("L", (1654, 2339), 255)
    draw, size = ImageDraw.Draw(picture), int(rng.integers(25, 32))
    font = load_font("mincho" if rng.random() < 0.5 else "gothic", size)
    text = ""
    for y in range(180, 2150, int(size * rng.uniform(1.7, 2.4))):
        words = some_words(int(rng.integers(10, 1330 // size)), rng)
        draw.text((160, y), words, font=font, fill=30)
        text += words
    return np.repeat(np.asarray(picture, np.uint8)[..., None], 3, axis=2), text


if __name__ == "__main__":
    raise SystemExit(main())
