"""Pages with hardly any text, told by their look: card, bank book, photo, receipt, drawing, blank.

Cheap measures of a picture 256 pixels long (ink, rules, colour, texture, where the ink lies) and of
the pieces of ink of one twice as long, their squares and products, and a softmax over them. What
looks like none of these is `unknown`.
"""

import io
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError, ModelProblem
from models.manifest import load_manifest, read_weights
from pipelines.category_model import NO_ARRAYS, UNKNOWN, softmax
from pipelines.records import CategoryScore, Pixels

LOOKS = "category_looks"
MEASURES = (
    *(f"ink_{row}{column}" for row in range(3) for column in range(3)),
    *("aspect", "ink", "ink_width", "ink_height", "ink_area", "saturation", "coloured"),
    *("midtones", "textured", "flat", "edges", "level_rules", "upright_rules", "spots"),
    *("largest", "paper", "spread", "dark", "even"),
    *("pieces", "piece", "piece_spread", "small_pieces", "long_pieces", "piece_fill"),
    *("long_level", "long_upright"),
)
_SIDE = 256
_FINE = 512
"""Longest side of the picture in which pieces of writing and lines are told apart."""
_SMALL, _LARGE = 40, 110
"""A piece of ink below the first is as large as a character, above the second as a drawn line."""
_BLOCK = 8
_DROP = 40
_CANDIDATE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class LookModel:
    """Softmax over standardised measures, their squares and products (D = 1 + M + M(M+1)/2).

    M are the first of MEASURES: older versions know fewer.
    """

    version: str
    labels: tuple[str, ...]
    means: NDArray[np.float64]
    scales: NDArray[np.float64]
    weights: NDArray[np.float64]

    def categorise(self, pixels: Pixels) -> CategoryScore:
        """Category of one page by its look (RGB)."""
        found = measure(pixels)[: len(self.means)]
        probabilities = softmax(self.expanded(found[None]) @ self.weights)[0]
        order = np.argsort(-probabilities)
        likely = [self.labels[i] for i in order if probabilities[i] >= _CANDIDATE]
        best = int(order[0])
        return CategoryScore(
            label=self.labels[best],
            confidence=float(probabilities[best]),
            candidates=tuple(likely),
            scores=tuple(float(probabilities[self.labels.index(label)]) for label in likely),
        )

    def expanded(self, measures: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standardised measures (N x M), limited to 4, with squares and products: N x D."""
        return expand(np.clip((measures - self.means) / self.scales, -4, 4))


def expand(standard: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give a constant, the measures, and all their products."""
    rows, columns = np.triu_indices(standard.shape[1])
    products = standard[:, rows] * standard[:, columns]
    return np.concatenate([np.ones((len(standard), 1)), standard, products], axis=1)


def measure(pixels: Pixels) -> NDArray[np.float64]:
    """Measures of a page (RGB) in the order of MEASURES."""
    fine = _reduced(pixels, _FINE)
    small = _reduced(fine, _SIDE)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    paper = float(np.percentile(grey, 90))
    ink = grey < paper - _DROP
    return np.array(
        [
            *_places(ink),
            *_shape(ink),
            *_colours(small, grey, paper),
            *_texture(grey),
            *_parts(ink),
            *_tones(grey, paper),
            *_pieces(cv2.cvtColor(fine, cv2.COLOR_RGB2GRAY)),
        ]
    )


def _reduced(pixels: Pixels, side: int) -> Pixels:
    scale = side / max(pixels.shape[:2])
    size = (max(24, round(pixels.shape[1] * scale)), max(24, round(pixels.shape[0] * scale)))
    reduced: Pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return reduced


def _places(ink: NDArray[np.bool_]) -> list[float]:
    """Share of ink in each of nine parts of the page."""
    return [
        float(part.mean())
        for row in np.array_split(ink, 3, axis=0)
        for part in np.array_split(row, 3, axis=1)
    ]


def _shape(ink: NDArray[np.bool_]) -> list[float]:
    height, width = ink.shape
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    wide = (columns[-1] - columns[0] + 1) / width if len(columns) else 0.0
    high = (rows[-1] - rows[0] + 1) / height if len(rows) else 0.0
    return [width / height, float(ink.mean()), wide, high, wide * high]


def _colours(small: Pixels, grey: Pixels, paper: float) -> list[float]:
    spread = small.max(axis=2).astype(int) - small.min(axis=2)
    middle = (grey > 0.25 * paper) & (grey < 0.85 * paper)
    return [float(spread.mean()) / 255, float((spread > 40).mean()), float(middle.mean())]


def _texture(grey: Pixels) -> list[float]:
    high, wide = (side // _BLOCK * _BLOCK for side in grey.shape)
    blocks = grey[:high, :wide].reshape(high // _BLOCK, _BLOCK, wide // _BLOCK, _BLOCK)
    deviation = blocks.std(axis=(1, 3))
    slopes = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    return [
        float(((deviation > 5) & (deviation < 40)).mean()),
        float((deviation < 2.5).mean()),
        float((slopes > 60).mean()),
    ]


def _parts(ink: NDArray[np.bool_]) -> list[float]:
    mask = ink.astype(np.uint8)
    level = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, 25), np.uint8))
    upright = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((25, 1), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    areas = stats[1:, cv2.CC_STAT_AREA]
    largest = float(areas.max()) / mask.size if count > 1 else 0.0
    return [float(level.mean()), float(upright.mean()), float(np.log1p(count - 1)) / 6, largest]


def _pieces(grey: Pixels) -> list[float]:
    """How many pieces the ink has, how large they are, how much of it lies in long strokes.

    Ink is what is darker than the paper around it: uneven light is no ink.
    """
    around = cv2.morphologyEx(cv2.GaussianBlur(grey, (3, 3), 0), cv2.MORPH_CLOSE, np.ones((15, 15)))
    ink = (around.astype(np.int16) - grey > 28).astype(np.uint8)
    joined = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    count, marks, stats, _ = cv2.connectedComponentsWithStats(joined)
    inked = np.bincount(marks.ravel(), ink.ravel(), count)[1:]
    sides = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    boxes = stats[1:, cv2.CC_STAT_WIDTH] * stats[1:, cv2.CC_STAT_HEIGHT]
    kept = inked >= 6
    inked, sides, boxes = inked[kept], sides[kept], boxes[kept]
    if not len(sides):
        return [0.0] * 8
    total = max(float(inked.sum()), 1.0)
    lengths = np.log2(sides)
    level, upright = (
        float(cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones(shape, np.uint8)).sum())
        for shape in ((1, 61), (61, 1))
    )
    return [
        float(np.log1p(len(sides))) / 6,
        float(np.median(lengths)) / 9,
        float(lengths.std()),
        float(inked[sides < _SMALL].sum()) / total,
        float(inked[sides > _LARGE].sum()) / total,
        float((inked / boxes).mean()),
        level / float(joined.sum()),
        upright / float(joined.sum()),
    ]


def _tones(grey: Pixels, paper: float) -> list[float]:
    shares = np.bincount(grey.ravel() >> 3, minlength=32) / grey.size
    filled = shares[shares > 0]
    return [
        paper / 255,
        float(grey.std()) / 128,
        float((grey < 60).mean()),
        float(-(filled * np.log(filled)).sum()) / 4,
    ]


@cache
def load_look_model(version: str | None = None) -> LookModel:
    """Load the model of `models/artifacts`. Raises `models.errors.ModelError`."""
    manifest = load_manifest(LOOKS, version)
    try:
        with np.load(io.BytesIO(read_weights(manifest)), allow_pickle=False) as arrays:
            model = LookModel(
                manifest.version,
                tuple(str(label) for label in arrays["labels"]),
                *(arrays[name].astype(np.float64) for name in ("means", "scales", "weights")),
            )
    except NO_ARRAYS as error:
        raise ModelError(ModelProblem.DAMAGED, LOOKS, str(error)) from error
    if len(model.means) > len(MEASURES) or UNKNOWN not in model.labels:
        raise ModelError(ModelProblem.DAMAGED, LOOKS, "other measures than those of this program")
    return model
