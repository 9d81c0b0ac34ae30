"""Measure the processor time of every step before reading, by kind of file.

    OPENBLAS_NUM_THREADS=1 python -m training.measure_preprocessing --forms 8 --seed 673000

First pages of built-in forms, filled in, askew, with noise, at 300 dpi (A4: 8.7 million pixels), as
grey and coloured JPEG, grey PNG and bilevel TIFF (Group 4), all from the same pixels. Prints the
median over pages of the least of several turns, in processor milliseconds of one thread: what the
decoder alone takes (`floor`: simplejpeg, Pillow), decoding with its checks, quality, registration,
these three together (what is to stay within 60 ms), identification among the built-in forms, and
straightening (of pages of no form). Then the sizes of the files: a decoder's time goes by them.
"""

import argparse
import io
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import cv2
import numpy as np
import simplejpeg
from PIL import Image

from pipelines.decode import DecodeLimits, decode_pages
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.template import Template, build_templates
from pipelines.identify import TemplateIndex, build_index, identify_page
from pipelines.orient import straighten
from pipelines.quality import assess_quality
from pipelines.records import FormKey
from pipelines.register import register_page
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.synthesize import synthesize

_D = Degradation
_DPI = 300
_INK = 150
_BEFORE_READING = ("decode", "quality", "register")
Templates = Mapping[tuple[FormKey, int], Template]


def main() -> int:
    """Measure and print a line for each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=8)
    parser.add_argument("--seed", type=int, default=673_000)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    library = FormLibrary.builtin()
    templates = {(t.key, t.form_page): t for e in library.entries for t in build_templates(e)}
    index = build_index(templates.values())
    ms: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    sizes: dict[str, list[int]] = defaultdict(list)
    for entry in library.entries[: options.forms]:
        files = _files(entry, options.seed)
        # Kinds take turns, so that whatever else the machine does meets all of them.
        turns = [
            {kind: _timed(kind, data, templates, index) for kind, data in files.items()}
            for _ in range(options.turns)
        ]
        for kind, data in files.items():
            sizes[kind].append(len(data))
            for step in turns[0][kind]:
                ms[kind][step].append(min(turn[kind][step] for turn in turns))
    for kind, steps in ms.items():
        middle = {step: float(np.median(taken)) for step, taken in steps.items()}
        together = sum(middle[step] for step in _BEFORE_READING)
        told = " ".join(f"{step} {taken:.1f}" for step, taken in middle.items())
        sys.stdout.write(
            f"{kind:12} cpu ms {told} | decode + quality + register {together:.1f}"
            f" | KB {np.median(sizes[kind]) / 1000:.0f}\n"
        )
    return 0


def _files(entry: FormEntry, seed: int) -> dict[str, bytes]:
    rng = seeded(seed, "preprocessing", entry.key.id)
    flat = synthesize(entry, seed=seed, dpi=_DPI).pages[0]
    pixels, _ = degrade(flat, (_D.SKEW, _D.NOISE, _D.JPEG), _DPI, rng)
    coloured = Image.fromarray(pixels)
    grey = coloured.convert("L")
    black = Image.fromarray(np.asarray(grey) > _INK)
    return {
        "JPEG grey": _saved(grey, "JPEG", quality=85),
        "JPEG colour": _saved(coloured, "JPEG", quality=85),
        "PNG grey": _saved(grey, "PNG"),
        "TIFF G4": _saved(black, "TIFF", compression="group4"),
    }


def _saved(image: Image.Image, file_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, file_format, dpi=(_DPI, _DPI), **options)
    return out.getvalue()


def _timed(kind: str, data: bytes, templates: Templates, index: TemplateIndex) -> dict[str, float]:
    """Processor milliseconds of each step."""
    ms: dict[str, float] = {}
    with _step(ms, "floor"):
        _decoder_alone(kind, data)
    with _step(ms, "decode"):
        page = next(decode_pages(data, limits=DecodeLimits()))
    with _step(ms, "quality"):
        assess_quality(page)
    with _step(ms, "identify"):
        found = identify_page(page, index)
    if found is None:
        raise SystemExit(f"{kind}: not known as the form it is")
    with _step(ms, "register"):
        registered = register_page(page, templates[found.form, found.form_page], found)
    if registered is None:
        raise SystemExit(f"{kind}: not registered")
    with _step(ms, "straighten"):
        straighten(page)
    return ms


@contextmanager
def _step(ms: dict[str, float], name: str) -> Iterator[None]:
    started = time.process_time()
    yield
    ms[name] = 1000 * (time.process_time() - started)


def _decoder_alone(kind: str, data: bytes) -> None:
    if kind.startswith("JPEG"):
        simplejpeg.decode_jpeg(data, "GRAY" if kind.endswith("grey") else "RGB")
    else:
        Image.open(io.BytesIO(data)).load()


if __name__ == "__main__":
    raise SystemExit(main())
