"""From the ink of a box to line crops as the recogniser likes them."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_ink import BoxInk
from pipelines.field_pixels import PAPER, as_grey, contrast, extent, only_near, window
from pipelines.geometry import components, pieces
from pipelines.records import Pixels

# White around the ink, as a share of its height: the recogniser was trained on loose boxes.
PAD = 0.2
# A flat stroke (一, ー, a dash) is not blown up to a line: least height as a share of the box.
LEAST_HEIGHT = 0.5
# A stroke shorter than this share of the box is a speck, kept only near to others.
_FAINT = 0.4
_SPECK, _SPECK_REACH = 0.14, 0.45
# Least height of a figure as a share of its line.
_FIGURE_HEIGHT = 0.6
# The recogniser has learnt narrow writing: set so it reads as well, in less time.
_NARROW = 0.75


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Crop:
    """One line of text to be read: `pixels` (H x W grey, dark on white).

    `spans` are the places of characters (0..1) when they are known: at least one in each.
    `bounds` is the ink in pixels of the page: x0, y0, x1, y1. `gaps` are white columns between
    ink: centre (0..1 of the crop) and width as a share of the ink's height.
    """

    pixels: Pixels
    bounds: tuple[float, float, float, float]
    spans: tuple[tuple[float, float], ...] = ()
    gaps: tuple[tuple[float, float], ...] = ()


def cut_line(ink: BoxInk, *, figures: bool = False) -> Crop | None:
    """Crop of all ink of a box as one line, tight but for a little white; None when blank.

    `figures`: only digits are written; what stands apart is a digit of its own.
    """
    ink = _without_far_specks(ink)
    rows, columns = extent(ink.mask)
    if rows is None or columns is None:
        return None
    box_height = ink.box[3] - ink.box[1]
    height = rows[1] - rows[0]
    least = LEAST_HEIGHT * box_height
    middle = (rows[0] + rows[1]) / 2
    if height < least:
        # Where a flat stroke stands within its line matters (_ ー ‾): grow towards the box.
        target = (ink.box[1] + ink.box[3]) / 2
        middle = middle + float(np.clip(target - middle, height / 2 - least / 2, least / 2))
    tall = max(height, least)
    pad = PAD * tall
    crop = window(
        ink.grey,
        columns[0] - pad,
        middle - tall / 2 - pad,
        columns[1] + pad,
        middle + tall / 2 + pad,
    )
    return Crop(
        pixels=contrast(crop),
        bounds=(
            float(ink.x + columns[0]),
            float(ink.y + rows[0]),
            float(ink.x + columns[1]),
            float(ink.y + rows[1]),
        ),
        gaps=_gaps(ink.mask, columns, tall, pad),
        spans=_apart(ink.mask, columns, tall, pad) if figures else (),
    )


def _without_far_specks(ink: BoxInk) -> BoxInk:
    """Drop specks that stand farther from any stroke than a dot or a comma would."""
    count, labels, stats, _ = components(ink.mask.view(np.uint8))
    if count <= 2:
        return ink
    long = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    height = ink.box[3] - ink.box[1]
    strokes = long >= _SPECK * height
    strokes[0] = False
    if not strokes.any():
        return ink
    reach = round(_SPECK_REACH * height)
    # Ink of a far fainter pen shines through from the back.
    darkest = np.full(count, 255, np.uint8)
    np.minimum.at(darkest, labels[ink.mask].astype(np.intp), ink.grey[ink.mask])
    main = float(np.median(darkest[strokes]))
    strokes &= 255.0 - darkest >= _FAINT * (255 - main)
    specks = long < _SPECK * height
    if specks[1:].any():
        around = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
        near = cv2.dilate(pieces(labels, strokes), around) > 0
        specks &= np.bincount(labels[near], minlength=count) > 0
    kept = strokes | specks
    kept[0] = False
    if kept[1:].all():
        return ink
    mask = pieces(labels, kept).view(np.bool_)
    return BoxInk(grey=only_near(ink.grey, mask), mask=mask, x=ink.x, y=ink.y, box=ink.box)


def cut_lines(ink: BoxInk, lines: int, *, figures: bool = False) -> list[Crop]:
    """Crops of a box of up to `lines` lines, from the top; as many as there is ink for."""
    if lines <= 1:
        crop = cut_line(ink, figures=figures)
        return [] if crop is None else [crop]
    found = [cut_line(part) for part in split_lines(ink, lines)]
    return [crop for crop in found if crop is not None]


def split_lines(ink: BoxInk, lines: int) -> list[BoxInk]:
    """Give every stroke to one of up to `lines` lines, by the white between them."""
    rows, _ = extent(ink.mask)
    if rows is None:
        return []
    pitch = (ink.box[3] - ink.box[1]) / lines
    count = int(np.clip(round((rows[1] - rows[0]) / pitch + 0.1), 1, lines))
    profile = ink.mask.sum(axis=1).astype(float)
    cuts: list[int] = []
    for i in range(1, count):
        expected = rows[0] + (rows[1] - rows[0]) * i / count
        low, high = int(expected - 0.4 * pitch), int(expected + 0.4 * pitch) + 1
        low, high = max(low, cuts[-1] + 1 if cuts else 0), min(high, len(profile))
        if low < high:
            # Of rows with equally little ink the one nearest to where it should be.
            far = np.abs(np.arange(low, high) - expected) / pitch
            cuts.append(low + int(np.argmin(profile[low:high] + 2.0 * far)))
    if not cuts:
        return [_one_line(ink, ink.mask, pitch)]
    number, labels, _, centres = components(ink.mask.view(np.uint8))
    line_of = np.searchsorted(cuts, centres[:, 1])
    line_of[0] = -1
    assert number == len(line_of)
    parts = [line_of[labels] == i for i in range(len(cuts) + 1)]
    return [_one_line(ink, part, pitch) for part in parts if part.any()]


def cut_vertical(ink: BoxInk) -> Crop | None:
    """Characters written downwards, set side by side; None when blank."""
    rows, columns = extent(ink.mask)
    if rows is None or columns is None:
        return None
    turned = side_by_side(ink.grey, ink.mask)
    return Crop(
        pixels=contrast(turned),
        bounds=(
            float(ink.x + columns[0]),
            float(ink.y + rows[0]),
            float(ink.x + columns[1]),
            float(ink.y + rows[1]),
        ),
    )


def narrowed(crop: Crop) -> Crop:
    """Set a crop narrower."""
    return replace(crop, pixels=as_grey(set_narrower(crop.pixels)))


def set_narrower(pixels: Pixels) -> Pixels:
    """Line (H x W or H x W x 3) with narrower characters: as easily read, in less time."""
    height, width = pixels.shape[:2]
    size = (max(1, round(_NARROW * width)), height)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def side_by_side(grey: Pixels, mask: NDArray[np.bool_]) -> Pixels:
    """Line of the characters of a column of text (`mask` is its ink), in reading order."""
    rows, columns = extent(mask)
    if rows is None or columns is None:
        return np.full((8, 8), PAPER, np.uint8)
    em = max(columns[1] - columns[0], 4)
    pieces = [
        window(grey, columns[0] - 1, top - 1, columns[1] + 1, bottom + 1)
        for top, bottom in _characters_down(np.asarray(mask.any(axis=1)), rows, em)
    ]
    tall = max(p.shape[0] for p in pieces)
    tall = max(tall, em)
    gap = max(1, round(0.12 * em))
    padded = [
        cv2.copyMakeBorder(
            p, (tall - p.shape[0]) // 2 + gap, tall - p.shape[0] - (tall - p.shape[0]) // 2 + gap,
            gap, gap, cv2.BORDER_CONSTANT, value=(PAPER,),
        )
        for p in pieces
    ]  # fmt: skip
    return np.hstack(padded)


def _characters_down(
    inked: NDArray[np.bool_], rows: tuple[int, int], em: int
) -> list[tuple[int, int]]:
    """Start and end of each character: runs of ink joined up to about a square."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inked.astype(np.int8), [0]])))
    runs = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and end - joined[-1][0] <= 1.12 * em:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _one_line(ink: BoxInk, mask: NDArray[np.bool_], pitch: float) -> BoxInk:
    grey = only_near(ink.grey, mask)
    rows, _ = extent(mask)
    x0, y0, x1, y1 = ink.box
    if rows is not None:
        middle = (rows[0] + rows[1]) / 2
        y0, y1 = middle - pitch / 2, middle + pitch / 2
    return BoxInk(grey=grey, mask=mask, x=ink.x, y=ink.y, box=(x0, y0, x1, y1))


def _apart(
    mask: NDArray[np.bool_], columns: tuple[int, int], tall: float, pad: float
) -> tuple[tuple[float, float], ...]:
    """Places of ink that white columns separate, if each is tall enough to be a figure."""
    whole = columns[1] - columns[0] + 2 * pad
    part = mask[:, columns[0] : columns[1]]
    inked = np.concatenate([[0], part.any(axis=0).astype(np.int8), [0]])
    edges = np.flatnonzero(np.diff(inked))
    found = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        rows = np.flatnonzero(part[:, start:end].any(axis=1))
        if rows[-1] - rows[0] + 1 >= _FIGURE_HEIGHT * tall:
            found.append(((pad + float(start)) / whole, (pad + float(end)) / whole))
    return tuple(found)


def _gaps(
    mask: NDArray[np.bool_], columns: tuple[int, int], tall: float, pad: float
) -> tuple[tuple[float, float], ...]:
    """White between ink, wide enough that it may be a space."""
    inked = mask[:, columns[0] : columns[1]].any(axis=0)
    edges = np.flatnonzero(np.diff(inked.astype(np.int8)))
    whole = columns[1] - columns[0] + 2 * pad
    found = []
    for start, end in zip(edges[::2], edges[1::2], strict=False):
        wide = float(end - start)
        if wide >= 0.15 * tall:
            found.append(((pad + (start + end) / 2 + 0.5) / whole, wide / tall))
    return tuple(found)
