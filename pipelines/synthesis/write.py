"""Put a filling onto the pages of a form: every field, mark and seal where it belongs."""

from collections.abc import Mapping

import numpy as np

from pipelines.forms.model import (
    Box,
    DatePart,
    Era,
    FieldDefinition,
    FieldKind,
    FormDefinition,
    SealDefinition,
)
from pipelines.synthesis.filling import ERA_STARTS, Filling, Written
from pipelines.synthesis.hand import Writer
from pipelines.synthesis.layout import (
    Sheet,
    write_cells,
    write_line,
    write_lines,
    write_vertical,
)
from pipelines.synthesis.markpen import draw_dirt, draw_seal, draw_strike, mark_option
from pipelines.synthesis.seeding import seeded

_CENTRED = {
    FieldKind.DATE,
    FieldKind.POSTAL_CODE,
    FieldKind.PHONE,
    FieldKind.TIME,
    FieldKind.DIGITS,
    FieldKind.MY_NUMBER,
    FieldKind.CORPORATE_NUMBER,
}


def write_filling(
    sheets: Mapping[int, Sheet], form: FormDefinition, filling: Filling, writer: Writer, seed: int
) -> None:
    """Write everything of `filling` onto `sheets` (page number to sheet, changed in place)."""
    for field in form.fields:
        sheet, rng = sheets[field.page], seeded(seed, "ink", field.name)
        written = filling.fields.get(field.name)
        if written is not None:
            _write_field(sheet, field, written, writer, rng, filling.signer)
        if field.name in filling.dirty:
            draw_dirt(sheet, field.box, rng)
    for group in form.marks:
        rng = seeded(seed, "ink", group.name)
        for option in group.options:
            if option.value in filling.marks.get(group.name, ()):
                mark_option(sheets[group.page], option.box, group.style, writer, rng)
        if group.name in filling.dirty:
            draw_dirt(sheets[group.page], group.options[0].box, rng)
    for seal in form.seals:
        if seal.name in filling.seals:
            rng = seeded(seed, "ink", seal.name)
            _write_seal(sheets[seal.page], seal, filling.seals[seal.name], writer, rng)


def _write_field(
    sheet: Sheet,
    field: FieldDefinition,
    written: Written,
    writer: Writer,
    rng: np.random.Generator,
    signer: str,
) -> None:
    if written.struck is None:
        _write_value(sheet, field, written, writer, rng)
        return
    if written.value is None:
        ink = _write_value(sheet, field, written.struck, writer, rng)
        draw_strike(sheet, ink, writer, rng)
        if written.sealed:
            _correct(sheet, field, ink, signer, rng)
        return
    old, new = _halves(field, rng)
    plain = field.model_copy(update={"parts": (), "cells": 1, "lines": 1, "eras": ()})
    ink = _write_value(
        sheet, plain.model_copy(update={"box": old}), written.struck, writer, rng, align="left"
    )
    draw_strike(sheet, ink, writer, rng)
    _write_value(sheet, plain.model_copy(update={"box": new}), written, writer, rng, align="left")
    _circle_era(sheet, field, written, writer, rng)
    if written.sealed:
        _correct(sheet, field, ink, signer, rng)


def _correct(
    sheet: Sheet, field: FieldDefinition, ink: Box, signer: str, rng: np.random.Generator
) -> None:
    """Stamp a correction seal at the end of what was struck out."""
    middle = (
        min(ink.x + ink.width + 2.5, field.box.x + field.box.width),
        ink.y + ink.height / 2,
    )
    draw_seal(sheet, middle, 6.0, signer, rng)


def _write_value(
    sheet: Sheet,
    field: FieldDefinition,
    written: Written,
    writer: Writer,
    rng: np.random.Generator,
    *,
    align: str | None = None,
) -> Box:
    """Write one value into its boxes; returns about where the ink lies, in mm."""
    _circle_era(sheet, field, written, writer, rng)
    if field.parts and written.parts:
        for part in field.parts:
            text = written.parts.get(part.part)
            if text and part.cells > 1:
                write_cells(sheet, part.box, part.cells, text, writer, rng)
            elif text:
                write_line(sheet, part.box, text, writer, rng, align=_part_align(part.part, rng))
        return field.box
    if field.cells > 1:
        right = field.kind is FieldKind.AMOUNT
        write_cells(sheet, field.box, field.cells, written.text, writer, rng, right=right)
        return field.box
    if field.vertical:
        return write_vertical(sheet, field.box, written.text, writer, rng)
    if field.lines > 1:
        return write_lines(sheet, field.box, written.text, field.lines, writer, rng)
    where = align or _align(field, rng)
    return write_line(sheet, field.box, written.text.replace("\n", " "), writer, rng, align=where)


def _circle_era(
    sheet: Sheet,
    field: FieldDefinition,
    written: Written,
    writer: Writer,
    rng: np.random.Generator,
) -> None:
    for option in field.eras:
        if option.value is written.era:
            mark_option(sheet, option.box, field.era_style, writer, rng)
            return
    if written.era in (None, Era.WESTERN) or field.eras or field.era is not None:
        return
    years = [part for part in field.parts if part.part is DatePart.YEAR]
    if years and written.parts.get(DatePart.YEAR) and years[0].box.width > 9:
        # Nothing printed before the year: the era is written there by hand.
        letter = next(letter for era, _, _, letter in ERA_STARTS if era is written.era)
        box = years[0].box
        place = Box(x=max(0.0, box.x - 4.0), y=box.y, width=4.0, height=box.height)
        write_line(sheet, place, letter, writer, rng, align="center")


def _write_seal(
    sheet: Sheet, seal: SealDefinition, name: str, writer: Writer, rng: np.random.Generator
) -> None:
    box = seal.box
    if seal.kind == "signature":
        write_line(sheet, box, name, writer, rng)
        return
    size = float(np.clip(min(box.width, box.height) * 0.95, 8.5, 12.0)) * rng.uniform(0.95, 1.05)
    middle = (
        box.x + box.width / 2 + rng.normal(0, 0.6),
        box.y + box.height / 2 + rng.normal(0, 0.6),
    )
    draw_seal(sheet, middle, size, name, rng)


def _halves(field: FieldDefinition, rng: np.random.Generator) -> tuple[Box, Box]:
    """Where the crossed-out and the new value go: side by side, or one above the other."""
    box = field.box
    if box.width > 45 and box.height < 9:
        half = box.width / 2
        return (
            Box(x=box.x, y=box.y, width=half - 4, height=box.height),
            Box(x=box.x + half, y=box.y, width=half, height=box.height),
        )
    half = box.height / 2
    return (
        Box(x=box.x, y=box.y + half, width=box.width, height=half),
        Box(x=box.x, y=box.y, width=box.width, height=half),
    )


def _align(field: FieldDefinition, rng: np.random.Generator) -> str:
    if field.kind is FieldKind.AMOUNT:
        return "right"
    if field.kind in _CENTRED or (field.box.width < 26 and rng.random() < 0.6):
        return "center"
    return "left"


def _part_align(part: DatePart, rng: np.random.Generator) -> str:
    return (
        "right"
        if part in (DatePart.YEAR, DatePart.MONTH, DatePart.DAY) and rng.random() < 0.3
        else "center"
    )
