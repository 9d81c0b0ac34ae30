"""Where the characters of a value go in its box: size, alignment, line breaks, comb cells."""

from dataclasses import dataclass

import numpy as np

from pipelines.forms.model import Box
from pipelines.records import Pixels
from pipelines.synthesis.hand import Writer
from pipelines.synthesis.pen import Blot, put_ink

_MM = 25.4
_MIN_EM_MM = 1.7
_MAX_EM_MM = 6.2
_BREAK_AFTER = "区町目番号、。 \u3000"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sheet:
    """A page being written on: `pixels` (H x W x 3 RGB, changed in place) at `dpi`."""

    pixels: Pixels
    dpi: float

    def px(self, mm: float) -> float:
        """Pixels of a length in mm."""
        return mm * self.dpi / _MM


def write_line(
    sheet: Sheet,
    box: Box,
    text: str,
    writer: Writer,
    rng: np.random.Generator,
    *,
    align: str = "left",
    em_mm: float | None = None,
) -> Box:
    """Write `text` on one line within `box` (mm). Returns the box of the ink in mm.

    The writer's usual size is taken, then the characters are set closer and smaller until they
    fit. `align` is left, center or right.
    """
    size = em_mm or usual_size(box, writer)
    if writer.typed:
        size = min(size, 3.7)
    wide = _width(text, writer, size)
    room = box.width * 0.95
    squeeze = min(1.0, room / wide) if wide > 0 else 1.0
    condense = max(squeeze, 0.74)
    size = max(_MIN_EM_MM, size * squeeze / condense)
    wide = _width(text, writer, size) * condense
    slack = max(0.0, box.width - wide)
    indent = min(slack / 2, float(rng.uniform(0.6, 2.2)))
    left = {"left": indent, "right": slack - indent, "center": slack * rng.uniform(0.42, 0.58)}
    top = (box.height - size) / 2 + (0 if writer.typed else rng.normal(0, 0.03 * box.height))
    x, y = sheet.px(box.x + left[align]), sheet.px(box.y + max(top, -0.05 * box.height))
    end = _run(sheet, text, x, y, sheet.px(size), writer, rng, condense)
    to_mm = _MM / sheet.dpi
    return Box(
        x=max(0.0, x * to_mm),
        y=max(0.0, y * to_mm),
        width=max(0.5, (end - x) * to_mm),
        height=size,
    )


def write_lines(
    sheet: Sheet,
    box: Box,
    text: str,
    lines: int,
    writer: Writer,
    rng: np.random.Generator,
) -> Box:
    """Write `text` on up to `lines` ruled lines of `box`, broken where people break. Ink box."""
    size = usual_size(box, writer, lines)
    pieces = break_text(text, box.width * 0.95, lines, writer, size)
    height = box.height / lines
    # A single line in a box of two without rules stands anywhere from the top to the middle.
    offset = 0.0
    if len(pieces) == 1 and lines == 2 and not writer.typed:
        offset = float(rng.choice([0.0, 0.5])) * height
    written = [
        write_line(
            sheet,
            Box(x=box.x, y=box.y + offset + i * height, width=box.width, height=height),
            piece,
            writer,
            rng,
            em_mm=size,
        )
        for i, piece in enumerate(pieces)
    ]
    x0, y0 = min(b.x for b in written), min(b.y for b in written)
    x1 = max(b.x + b.width for b in written)
    y1 = max(b.y + b.height for b in written)
    return Box(x=x0, y=y0, width=x1 - x0, height=y1 - y0)


def write_cells(
    sheet: Sheet,
    box: Box,
    cells: int,
    text: str,
    writer: Writer,
    rng: np.random.Generator,
    *,
    right: bool = False,
) -> None:
    """Write one character in each cell of a comb, from the left, or flush right."""
    pitch = box.width / cells
    first = cells - len(text) if right else 0
    size = min(usual_size(box, writer), pitch * 1.15)
    for i, char in enumerate(text[:cells]):
        if not char.isspace():
            cell = Box(x=box.x + (first + i) * pitch, y=box.y, width=pitch, height=box.height)
            _write_centred(sheet, cell, char, writer, rng, size)


def write_vertical(
    sheet: Sheet, box: Box, text: str, writer: Writer, rng: np.random.Generator
) -> Box:
    """Write `text` downwards in the middle of `box`. Ink box in mm."""
    size = min(box.width * 0.75, box.height / max(1, len(text)) * 0.95, _MAX_EM_MM)
    size = max(size, _MIN_EM_MM)
    y = box.y + min(1.0, max(0.0, box.height - size * len(text)) / 2)
    for char in text:
        if not char.isspace():
            cell = Box(x=box.x, y=y, width=box.width, height=size)
            _write_centred(sheet, cell, char, writer, rng, size)
        y += size if not char.isspace() else size * 0.5
    return Box(x=box.x, y=box.y, width=box.width, height=min(box.height, max(0.5, y - box.y)))


def usual_size(box: Box, writer: Writer, lines: int = 1) -> float:
    """Em in mm this writer takes for a box of that height."""
    height = box.height / lines
    if writer.typed:
        return float(np.clip(height * 0.62, _MIN_EM_MM, 3.7))
    # The ink of a character fills about 85% of its em.
    return float(np.clip(height * writer.habits.fill / 0.85, _MIN_EM_MM, _MAX_EM_MM))


def capacity(box: Box, writer: Writer, lines: int = 1) -> int:
    """About how many full-width characters fit without writing very small."""
    size = usual_size(box, writer, lines)
    per_line = box.width / (max(2.0, size * 0.62) * writer.habits.aspect * writer.habits.pitch)
    return max(1, int(per_line)) * lines


def break_text(text: str, width_mm: float, lines: int, writer: Writer, em_mm: float) -> list[str]:
    """Break `text` into at most `lines` pieces of about `width_mm`, after units and spaces."""
    pieces: list[str] = []
    for part in text.split("\n"):
        rest = part
        while rest and len(pieces) < lines - 1 and _width(rest, writer, em_mm) > width_mm:
            fits = next(
                n
                for n in range(len(rest), 0, -1)
                if n == 1 or _width(rest[:n], writer, em_mm) <= width_mm
            )
            good = [
                n for n in range(max(1, int(fits * 0.6)), fits + 1) if rest[n - 1] in _BREAK_AFTER
            ]
            at = good[-1] if good else fits
            pieces.append(rest[:at].rstrip())
            rest = rest[at:].lstrip()
        if rest:
            pieces.append(rest)
    if len(pieces) > lines:
        pieces = [*pieces[: lines - 1], " ".join(pieces[lines - 1 :])]
    return pieces


def _width(text: str, writer: Writer, em_mm: float) -> float:
    return sum(writer.advance(char, em_mm) for char in text)


def _run(
    sheet: Sheet,
    text: str,
    x: float,
    y: float,
    em: float,
    writer: Writer,
    rng: np.random.Generator,
    condense: float,
) -> float:
    """Write characters one after the other from the em box at (x, y) px; returns the end."""
    habits = writer.habits
    start, drift = x, 0.0 if writer.typed else habits.drift + rng.normal(0, 0.004)
    for char in text:
        glyph = writer.draw(char, em, sheet.dpi, rng, condense=condense)
        if glyph.blot is not None:
            lift = 0.0 if writer.typed else rng.normal(0, 0.6 * habits.wander) * em
            blot = Blot(
                coverage=glyph.blot.coverage,
                x=glyph.blot.x + x,
                y=glyph.blot.y + y + (x - start) * drift + lift,
            )
            put_ink(sheet.pixels, blot, habits.ink, rng)
        x += glyph.advance
    return x


def _write_centred(
    sheet: Sheet, cell: Box, char: str, writer: Writer, rng: np.random.Generator, em_mm: float
) -> None:
    glyph = writer.draw(char, sheet.px(em_mm), sheet.dpi, rng)
    if glyph.blot is None:
        return
    width = glyph.blot.coverage.shape[1]
    room = max(0.0, sheet.px(cell.width) - width)
    shift = 0.5 if writer.typed else float(np.clip(rng.normal(0.5, 0.12), 0.1, 0.9))
    lift = 0.0 if writer.typed else rng.normal(0, 0.03) * sheet.px(cell.height)
    x = sheet.px(cell.x) + (room * shift if room else (sheet.px(cell.width) - width) / 2)
    # Only the em box is centred, so that small kana and strokes keep their height in the cell.
    y = sheet.px(cell.y + (cell.height - em_mm) / 2) + glyph.blot.y + lift
    blot = Blot(coverage=glyph.blot.coverage, x=x, y=y)
    put_ink(sheet.pixels, blot, writer.habits.ink, rng)
