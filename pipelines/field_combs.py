"""Combs: one character a cell."""

from collections.abc import Sequence

import cv2
import numpy as np

from pipelines.field_crops import LEAST_HEIGHT, PAD, Crop
from pipelines.field_ink import BoxInk
from pipelines.field_pixels import PAPER, contrast, extent, window
from pipelines.records import Pixels

# Room of one comb character in a recomposed line, as a share of the line height.
_CELL_PITCH = 0.66


def cut_comb(ink: BoxInk, cells: int) -> tuple[Crop | None, tuple[int, ...]]:
    """Line recomposed from the cells of a comb, and the numbers of the cells with ink.

    Every cell's ink is centred in an equal room, so that neither the comb nor empty cells nor
    uneven hands trouble the recogniser, and it is known where every character stands.
    """
    pitch = (ink.box[2] - ink.box[0]) / cells
    _, labels, stats, centres = cv2.connectedComponentsWithStats(ink.mask.astype(np.uint8))
    parts: dict[int, list[int]] = {}
    for number in range(1, len(stats)):
        cell = int(np.clip((centres[number, 0] - ink.box[0]) // pitch, 0, cells - 1))
        parts.setdefault(cell, []).append(number)
    glyphs: list[tuple[int, Pixels]] = []
    bounds = []
    for cell in sorted(parts):
        mask = np.isin(labels, parts[cell])
        rows, columns = extent(mask)
        if (
            rows is None
            or columns is None
            or max(rows[1] - rows[0], columns[1] - columns[0]) < 0.16 * (ink.box[3] - ink.box[1])
        ):
            continue
        wide = max(columns[1] - columns[0], 1)
        if wide > 1.6 * pitch:
            # Characters of two cells touch: cut at the cells.
            edge = round(ink.box[0] + cell * pitch)
            mask[:, : max(0, edge)] = False
            mask[:, round(edge + pitch) :] = False
            rows, columns = extent(mask)
            if rows is None or columns is None:
                continue
        near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
        glyph = np.where(near > 0, ink.grey, PAPER).astype(np.uint8)
        glyphs.append((cell, window(glyph, columns[0] - 1, 0, columns[1] + 1, glyph.shape[0])))
        bounds.append((columns[0], rows[0], columns[1], rows[1]))
    if not glyphs:
        return None, ()
    top, bottom = min(b[1] for b in bounds), max(b[3] for b in bounds)
    return _compose(ink, glyphs, bounds, (top, bottom)), tuple(cell for cell, _ in glyphs)


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
    )
