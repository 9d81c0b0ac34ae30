"""Combs: one character a cell."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_crops import LEAST_HEIGHT, PAD, Crop
from pipelines.field_ink import BoxInk
from pipelines.field_pixels import PAPER, contrast, extent, only_near, window
from pipelines.geometry import components, pieces
from pipelines.records import Pixels

# Room of one comb character in a recomposed line, as a share of the line height.
_CELL_PITCH = 0.66
# Wider than a cell is more than one character, when each of its cells holds a part worth the name;
# where they are parted is looked for near the edge. All in cells.
_ONE_CELL, _PART, _SEARCH = 1.1, 0.3, 0.2


def cut_comb(ink: BoxInk, cells: int) -> tuple[Crop | None, tuple[int, ...]]:
    """Line recomposed from the cells of a comb, and the numbers of the cells with ink.

    Every cell's ink is centred in an equal room, so that neither the comb nor empty cells nor
    uneven hands trouble the recogniser, and it is known where every character stands.
    """
    pitch = (ink.box[2] - ink.box[0]) / cells
    mask = _parted(ink.mask.view(np.uint8), ink.box[0], pitch)
    _, labels, stats, centres = components(mask)
    cell_of = np.clip((centres[:, 0] - ink.box[0]) // pitch, 0, cells - 1).astype(int)
    cell_of[0] = -1
    glyphs: list[tuple[int, Pixels]] = []
    bounds = []
    for cell in sorted(set(cell_of[1:].tolist())):
        own = cell_of == cell
        left = int(stats[own, cv2.CC_STAT_LEFT].min())
        right = int((stats[own, cv2.CC_STAT_LEFT] + stats[own, cv2.CC_STAT_WIDTH]).max())
        # A pixel more on each side for the soft edge of the ink.
        start = max(0, left - 1)
        there = slice(start, right + 1)
        shape = pieces(np.ascontiguousarray(labels[:, there]), own).view(np.bool_)
        shape[:, : left - start] = False
        shape[:, right - start :] = False
        rows, columns = extent(shape)
        if rows is None or columns is None or _tiny(rows, columns, ink):
            continue
        glyph = only_near(ink.grey[:, there], shape)
        glyphs.append((cell, window(glyph, columns[0] - 1, 0, columns[1] + 1, glyph.shape[0])))
        bounds.append((start + columns[0], rows[0], start + columns[1], rows[1]))
    if not glyphs:
        return None, ()
    top, bottom = min(b[1] for b in bounds), max(b[3] for b in bounds)
    return _compose(ink, glyphs, bounds, (top, bottom)), tuple(cell for cell, _ in glyphs)


def _parted(mask: NDArray[np.uint8], left: float, pitch: float) -> NDArray[np.uint8]:
    """Part characters of neighbouring cells that touch, where least ink joins them."""
    count, labels, stats, _ = components(mask)
    cut = mask
    for number in range(1, count):
        start, width = int(stats[number, cv2.CC_STAT_LEFT]), int(stats[number, cv2.CC_STAT_WIDTH])
        if width <= _ONE_CELL * pitch:
            continue
        joined = (labels == number).sum(axis=0)
        first = int(np.ceil((start + _PART * pitch - left) / pitch))
        last = int((start + width - _PART * pitch - left) // pitch)
        for edge in (left + cell * pitch for cell in range(first, last + 1)):
            low, high = round(edge - _SEARCH * pitch), round(edge + _SEARCH * pitch) + 1
            # Of equally thin places the nearest to the edge.
            away = np.abs(np.arange(low, high) - edge) / pitch
            at = low + int(np.argmin(joined[low:high] + away))
            if cut is mask:
                cut = mask.copy()
            cut[labels[:, at] == number, at] = 0
    return cut


def _tiny(rows: tuple[int, int], columns: tuple[int, int], ink: BoxInk) -> bool:
    longer = max(rows[1] - rows[0], columns[1] - columns[0])
    return longer < 0.16 * (ink.box[3] - ink.box[1])


def _compose(
    ink: BoxInk,
    glyphs: Sequence[tuple[int, Pixels]],
    bounds: Sequence[tuple[int, int, int, int]],
    rows: tuple[int, int],
) -> Crop:
    top, bottom = rows
    tall = max(bottom - top, round(LEAST_HEIGHT * (ink.box[3] - ink.box[1])))
    pad = max(2, round(PAD * tall))
    room = max(round(_CELL_PITCH * tall), max(g.shape[1] for _, g in glyphs) + 2)
    line = np.full((tall + 2 * pad, room * len(glyphs) + 2 * pad), PAPER, np.uint8)
    offset = pad + (tall - (bottom - top)) // 2
    for i, (_, glyph) in enumerate(glyphs):
        x = pad + i * room + (room - glyph.shape[1]) // 2
        part = glyph[top:bottom]
        line[offset : offset + len(part), x : x + glyph.shape[1]] = part
    width = line.shape[1]
    return Crop(
        pixels=contrast(line),
        bounds=(
            float(ink.x + min(b[0] for b in bounds)),
            float(ink.y + top),
            float(ink.x + max(b[2] for b in bounds)),
            float(ink.y + bottom),
        ),
        spans=tuple(
            ((pad + i * room) / width, (pad + (i + 1) * room) / width) for i in range(len(glyphs))
        ),
        cells=True,
    )
