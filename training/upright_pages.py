"""Pages of no form for `measure_upright`: how they are written and how they reach the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.records import Matrix, Pixels
from pipelines.synthesis.curved import photograph_curved
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.fonts import load_font
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.synthesize import synthesize
from training.form_variants import some_words, variant_of
from training.identification_pages import letter, real_pages, receipt

_DPI = 200
_WIDTH, _HEIGHT = 1654, 2339
_D = Degradation
_CONDITIONS: dict[str, tuple[Degradation, ...]] = {
    "scanned": (_D.SKEW, _D.NOISE, _D.JPEG),
    "faxed": (_D.SKEW, _D.FAX),
    "150 dpi": (_D.SKEW, _D.NOISE, _D.LOWRES, _D.JPEG),
    "photographed": (_D.PERSPECTIVE, _D.SHADOW, _D.NOISE, _D.JPEG),
    "faint": (_D.SKEW, _D.NOISE, _D.JPEG),
    "shows through": (_D.BLEED, _D.SKEW, _D.NOISE),
    "curved": (_D.NOISE, _D.JPEG),
}
_KINDS = ("form", "letter", "variant", "receipt", "form", "columns", "variant")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class UprightPage:
    """A scan whose text runs upright when it is turned as `matrix` (page to scan pixels) says."""

    seed: int
    kind: str
    condition: str
    pixels: Pixels
    matrix: Matrix


def made_pages(first_seed: int, count: int, done: frozenset[int]) -> Iterator[UprightPage]:
    """Make the pages of the seeds that are not `done`; the same seed gives the same page."""
    bases = [e for e in FormLibrary.builtin().entries if e.definition.pages[0].printed]
    for seed in range(first_seed, first_seed + count):
        if seed not in done:
            yield _made(bases, seed)


def shown_pages(folder: Path, done: frozenset[int]) -> Iterator[UprightPage]:
    """Show the real pages below `folder`, taken for upright as they lie in their files."""
    for seed, trial in enumerate(real_pages(folder, slice(None))):
        if seed not in done:
            yield UprightPage(
                seed=seed,
                kind=trial.source,
                condition="real",
                pixels=trial.page.pixels,
                matrix=np.eye(3),
            )


def _made(bases: list[FormEntry], seed: int) -> UprightPage:
    rng = seeded(seed, "upright")
    # Every kind meets every condition.
    kind = _KINDS[seed // len(_CONDITIONS) % len(_KINDS)]
    condition = list(_CONDITIONS)[seed % len(_CONDITIONS)]
    flat = _page(kind, bases[int(rng.integers(len(bases)))], seed, rng)
    if condition == "faint":
        # Toner that runs out: down to a third of its tone.
        share = float(rng.uniform(0.3, 0.6))
        flat = cv2.convertScaleAbs(flat, alpha=share, beta=255 * (1 - share))
    bent = np.eye(3)
    if condition == "curved":
        flat, place = photograph_curved(flat, _DPI, rng)
        ends = np.array([[0, 0], [_WIDTH, 0], [_WIDTH, _HEIGHT], [0, _HEIGHT]], np.float64)
        bent = cv2.getPerspectiveTransform(*(e.astype(np.float32) for e in (ends, place(ends))))
    pixels, matrix = degrade(flat, _CONDITIONS[condition], _DPI, rng)
    matrix = np.asarray(matrix @ bent, np.float64)
    return UprightPage(seed=seed, kind=kind, condition=condition, pixels=pixels, matrix=matrix)


def _page(kind: str, base: FormEntry, seed: int, rng: np.random.Generator) -> Pixels:
    if kind == "letter":
        return letter(rng)
    if kind == "receipt":
        return receipt(rng)
    if kind == "columns":
        return columns(rng)
    entry = base if kind == "form" else variant_of(base, "variant-upright", seed)
    pages = synthesize(entry, seed=seed, dpi=_DPI).pages
    return pages[int(rng.integers(len(pages)))]


def columns(rng: np.random.Generator) -> Pixels:
    """Columns of words from the right to the left (縦書き)."""
    picture = Image.new("L", (_WIDTH, _HEIGHT), 255)
    draw, size = ImageDraw.Draw(picture), int(rng.integers(26, 42))
    font = load_font("mincho" if rng.random() < 0.7 else "gothic", size)
    step = int(size * rng.uniform(1.5, 2.2))
    for x in range(_WIDTH - 200, 180, -step):
        length = int(rng.integers(6, 1900 // size))
        for place, char in enumerate(some_words(length, rng)):
            draw.text((x, 200 + place * int(1.04 * size)), char, font=font, fill=20, anchor="ma")
    return np.repeat(np.asarray(picture, np.uint8)[..., None], 3, axis=2)
