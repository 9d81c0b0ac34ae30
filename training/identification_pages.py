"""Pages to identify: known forms made worse in named ways, and pages that are no known form."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from pipelines.decode import decode_pages
from pipelines.decode_limits import DecodeLimits
from pipelines.errors import CodedError
from pipelines.forms.load import FormEntry
from pipelines.records import FormKey, Page, Pixels
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.fonts import load_font
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.synthesize import synthesize
from training.form_variants import some_words
from training.measure_imaging import page_of

_DPI = 200
_REAL = (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff")
_LEAST_SIDE = 400
"""Pictures of single characters are no pages."""
_D = Degradation


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trial:
    """A page, where it comes from, and what it is (`form` None: no form of the catalogue)."""

    page: Page
    source: str
    form: FormKey | None
    form_page: int | None


def known_pages(
    entries: list[FormEntry], conditions: list[str], seed: int, each: int, part: slice
) -> Iterator[Trial]:
    """Fill in every form of `part` once and show a page of it in `each` conditions, in turn."""
    for number, entry in list(enumerate(entries))[part]:
        filled = synthesize(entry, seed=seed + number, dpi=_DPI).pages
        form_page = int(seeded(seed + number, "page").integers(len(filled))) + 1
        turn = (conditions[(number * each + i) % len(conditions)] for i in range(each))
        for name in turn:
            rng = seeded(seed + number, "condition", name)
            pixels = CONDITIONS[name](filled[form_page - 1], rng)
            yield Trial(page=page_of(1, pixels), source=name, form=entry.key, form_page=form_page)


def unknown_pages(
    entries: list[FormEntry], conditions: list[str], seed: int, each: int, part: slice
) -> Iterator[Trial]:
    """Show forms that the catalogue lacks, and after each form's a receipt, letter or noise."""
    papers = (("receipt", receipt), ("letter", letter), ("noise", _noise))
    numbers = range(len(entries))[part]
    for place, trial in enumerate(known_pages(entries, conditions, seed, each, part)):
        source = "other, covered" if trial.source == "half_covered" else "other_form"
        yield Trial(page=trial.page, source=source, form=None, form_page=None)
        if place % each == 0:
            number = numbers[place // each]
            rng = seeded(seed + number, "paper")
            kind, make = papers[number % len(papers)]
            pixels, _ = degrade(make(rng), (_D.SKEW, _D.NOISE, _D.JPEG), _DPI, rng)
            yield Trial(page=page_of(1, pixels), source=kind, form=None, form_page=None)


def real_pages(folder: Path, part: slice) -> Iterator[Trial]:
    """Show every page of the real documents and photographs below `folder`."""
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in _REAL)[part]:
        try:
            pages = list(decode_pages(path.read_bytes(), limits=DecodeLimits()))
        except CodedError:
            continue
        for page in pages:
            if min(page.pixels.shape[:2]) >= _LEAST_SIDE:
                source = f"{path.relative_to(folder)}#{page.number}"
                yield Trial(page=page, source=source, form=None, form_page=None)


def _degraded(*names: Degradation) -> Callable[[Pixels, np.random.Generator], Pixels]:
    return lambda pixels, rng: degrade(pixels, names, _DPI, rng)[0]


def _copied(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Copy of a copy: soft, then hard, grown or thinned strokes, specks, a little off size."""
    scale = float(rng.uniform(0.96, 1.03))
    matrix = cv2.getRotationMatrix2D((0, 0), float(rng.uniform(-0.8, 0.8)), scale)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    size = (grey.shape[1], grey.shape[0])
    for _ in range(2):
        grey = cv2.warpAffine(grey, matrix, size, borderValue=255)
        soft = cv2.GaussianBlur(grey, (0, 0), float(rng.uniform(0.6, 1.1))).astype(np.float32)
        middle, steep = float(rng.uniform(175, 205)), float(rng.uniform(1.5, 3.0))
        hard = np.clip((soft - middle) * steep + 128, 0, 255)
        grey = hard.astype(np.uint8)
    specks = rng.random(grey.shape) < 0.0006
    grey[cv2.dilate(specks.astype(np.uint8), np.ones((2, 2), np.uint8)) > 0] = 40
    return _degraded(_D.NOISE, _D.JPEG)(np.repeat(grey[..., None], 3, axis=2), rng)


def _scaled(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Print or copy it at another size onto the same paper: 71% to 122%."""
    scale = float(rng.choice([0.707, 0.816, 0.9, 1.1, 1.22]))
    height, width = pixels.shape[:2]
    room = np.array([width * (1 - scale), height * (1 - scale)])
    at = room * rng.random(2) if scale < 1 else room / 2
    matrix = np.array([[scale, 0, at[0]], [0, scale, at[1]]])
    moved = cv2.warpAffine(
        pixels, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=(255, 255, 255)
    )
    return _degraded(_D.SKEW, _D.NOISE, _D.JPEG)(np.asarray(moved, np.uint8), rng)


def _half_covered(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Another sheet lies on it: 35 to 50% of the page, from one of its sides."""
    covered = pixels.copy()
    height, width = pixels.shape[:2]
    share, side = float(rng.uniform(0.35, 0.5)), int(rng.integers(4))
    sheet = letter(rng)[:height, :width]
    rows = {0: slice(0, int(share * height)), 1: slice(int((1 - share) * height), height)}
    columns = {2: slice(0, int(share * width)), 3: slice(int((1 - share) * width), width)}
    place = (rows.get(side, slice(None)), columns.get(side, slice(None)))
    blank = rng.random() < 0.5
    covered[place] = int(rng.integers(170, 245)) if blank else sheet[place]
    return _degraded(_D.SKEW, _D.NOISE, _D.JPEG)(covered, rng)


def _upside_down(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    turned = np.ascontiguousarray(np.rot90(pixels, int(rng.choice([1, 2, 2, 3]))))
    return _degraded(_D.SKEW, _D.NOISE, _D.JPEG)(turned, rng)


CONDITIONS: dict[str, Callable[[Pixels, np.random.Generator], Pixels]] = {
    "scanned": _degraded(_D.NOISE, _D.JPEG),
    "skewed": _degraded(_D.SKEW, _D.NOISE, _D.JPEG),
    "photographed": _degraded(_D.PERSPECTIVE, _D.SHADOW, _D.NOISE, _D.JPEG),
    "copied": _copied,
    "faxed": _degraded(_D.SKEW, _D.FAX),
    "scaled": _scaled,
    "half_covered": _half_covered,
    "upside_down": _upside_down,
}


def _paper() -> Image.Image:
    return Image.new("L", (1654, 2339), 255)


def _rgb(picture: Image.Image) -> Pixels:
    return np.repeat(np.asarray(picture, np.uint8)[..., None], 3, axis=2)


def letter(rng: np.random.Generator) -> Pixels:
    """Lines of words from margin to margin."""
    picture = _paper()
    draw, size = ImageDraw.Draw(picture), int(rng.integers(24, 40))
    font = load_font("gothic", size)
    for y in range(200, 2100, int(size * rng.uniform(1.5, 2.2))):
        length = int(rng.integers(8, 1300 // size))
        draw.text((170, y), some_words(length, rng), font=font, fill=20)
    return _rgb(picture)


def receipt(rng: np.random.Generator) -> Pixels:
    """Words to the left and amounts to the right on a narrow strip, laid on the glass."""
    picture = _paper()
    draw, size = ImageDraw.Draw(picture), int(rng.integers(26, 36))
    font = load_font("gothic", size)
    left, wide = int(rng.integers(60, 900)), int(rng.integers(440, 640))
    for y in range(120, int(rng.integers(900, 2200)), int(size * 1.7)):
        draw.text((left, y), some_words(int(rng.integers(3, 10)), rng), font=font, fill=40)
        amount = f"¥{int(rng.integers(50, 90_000)):,}"
        draw.text((left + wide, y), amount, font=font, fill=40, anchor="ra")
    return _rgb(picture)


def _noise(rng: np.random.Generator) -> Pixels:
    """Soft blobs of all sizes, as a photograph of nothing in particular."""
    total = np.zeros((2339, 1654), np.float32)
    for cells in (4, 16, 64, 200):
        coarse = rng.random((cells, cells)).astype(np.float32)
        total += cv2.resize(coarse, (1654, 2339), interpolation=cv2.INTER_CUBIC)
    grey = cv2.normalize(total, np.zeros_like(total), 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
