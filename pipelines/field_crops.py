"""From the ink of a box to line crops as the recogniser likes them."""

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_ink import BoxInk
from pipelines.field_pixels import PAPER, as_grey, contrast, extent, only_near, window
from pipelines.geometry import components, pieces
from pipelines.line_columns import side_by_side
from pipelines.line_split import LineMask, level, split_mask
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

    `spans` are the places of characters (0..1) when they are known: at least one in each; with
    `cells` each of them is a cell of a comb, for one character.
    `bounds` is the ink in pixels of the page: x0, y0, x1, y1. `gaps` are white columns between
    ink: centre (0..1 of the crop) and width as a share of the ink's height.
    """

    pixels: Pixels
    bounds: tuple[float, float, float, float]
    spans: tuple[tuple[float, float], ...] = ()
    cells: bool = False
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
        bounds=_bounds(ink),
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
    """Crops of a box made for `lines` lines, from the top; as many as are written.

    Furigana is left out: it says what its text says, and is no line of it.
    """
    if lines <= 1:
        crop = cut_line(ink, figures=figures)
        return [] if crop is None else [crop]
    pitch = (ink.box[3] - ink.box[1]) / lines
    found = [_cut_level(ink, line, pitch) for line in split_mask(ink.mask, pitch) if not line.ruby]
    return [crop for crop in found if crop is not None]


def cut_columns(ink: BoxInk, columns: int) -> list[Crop]:
    """Crops of vertical writing in a box made for `columns` columns, from the right.

    The characters of each are set side by side; furigana right of a column is left out.
    """
    pitch = (ink.box[2] - ink.box[0]) / columns
    # Seen from the right, columns are lines from the top.
    parts = [p for p in split_mask(_lying(ink.mask), pitch) if not p.ruby]
    if columns <= 1 and len(parts) > 1:
        whole = np.logical_or.reduce([p.mask for p in parts])
        parts = [LineMask(whole, parts[0].slope, False)]
    return [_cut_column(ink, part) for part in parts]


def _cut_level(ink: BoxInk, line: LineMask, pitch: float) -> Crop | None:
    part = _one_line(ink, line.mask, pitch)
    if line.slope == 0.0:
        return cut_line(part)
    mask = level(as_grey(line.mask) * 255, line.slope, 0) > 127
    grey = level(part.grey, line.slope, PAPER)
    flat = _one_line(replace(part, grey=grey, mask=mask), mask, pitch)
    crop = cut_line(flat)
    return None if crop is None else replace(crop, bounds=_bounds(part))


def _cut_column(ink: BoxInk, line: LineMask) -> Crop:
    mask = _standing(line.mask)
    grey = only_near(ink.grey, mask)
    bounds = _bounds(replace(ink, mask=mask))
    if line.slope != 0.0:
        flat = level(as_grey(line.mask) * 255, line.slope, 0) > 127
        grey = _standing(level(_lying(grey), line.slope, PAPER))
        mask = _standing(flat)
    return Crop(pixels=contrast(side_by_side(grey, mask)), bounds=bounds)


def _lying(picture: NDArray[Any]) -> NDArray[Any]:
    """Lay columns down as lines, the rightmost on top, each from the left."""
    return np.ascontiguousarray(np.rot90(picture))


def _standing(picture: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(np.rot90(picture, -1))


def _bounds(ink: BoxInk) -> tuple[float, float, float, float]:
    rows, columns = extent(ink.mask)
    assert rows is not None and columns is not None
    return (
        float(ink.x + columns[0]),
        float(ink.y + rows[0]),
        float(ink.x + columns[1]),
        float(ink.y + rows[1]),
    )


def narrowed(crop: Crop) -> Crop:
    """Set a crop narrower."""
    return replace(crop, pixels=as_grey(set_narrower(crop.pixels)))


def set_narrower(pixels: Pixels) -> Pixels:
    """Line (H x W or H x W x 3) with narrower characters: as easily read, in less time."""
    height, width = pixels.shape[:2]
    size = (max(1, round(_NARROW * width)), height)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


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
