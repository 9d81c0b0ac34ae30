"""Handwritten digits of many people (MNIST test digits) in the combs of a printed form.

Rows of 3 to 11 digits are laid into the cells of a form of combs, printed and scanned as our forms
are. Our engines read them as a known form is read (`digits_comb`); the others get the picture of
the comb with its rules. `digits_row` gives every engine the same line: the digits of a comb set
side by side without rules, as our pipeline cuts them.
"""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.categorise import load_category_model
from pipelines.field_ink import sort_ink
from pipelines.field_slots import cut_slot, slots_of
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import Box, FieldDefinition, FormDefinition
from pipelines.forms.template import build_templates
from pipelines.identify import build_index, identify_page
from pipelines.ink import subtract_blank
from pipelines.reader import load_reader
from pipelines.records import Matrix, Page, Pixels
from pipelines.register import register_page
from pipelines.repertoire import DIGITS
from pipelines.run import read_document
from pipelines.synthesis.degrade import Degradation, degrade, move_box
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.pen import Blot, Ink, put_ink
from pipelines.synthesis.seeding import seeded
from training.benchmark.items import ItemSet, LineItem, Measure
from training.benchmark.peers import OwnPeer, Read
from training.benchmark.set_fields import cut

_FOLDER = "digits_mnist"
_LENGTHS = range(3, 12)
_ROWS, _TOP_MM, _PITCH_MM = 20, 34.0, 12.0
_LEFTS_MM = (18.0, 118.0)
_CELL_MM = (6.0, 8.5)
_MARGIN_MM = 0.8
_DPI = 200
# Side of a digit's picture as a share of the cell's height; the digit fills 20 of its 28 pixels.
_SIZE = 0.75, 1.0
_DEGRADATIONS = (Degradation.CLEAN, Degradation.SKEW, Degradation.NOISE, Degradation.LOWRES)
# Words, place and size in mm: enough print to find the page by.
_WORDS = (
    ("数字の記入欄", 18, 20, 6),
    ("枠の中に一字ずつはっきりと記入してください。", 18, 28, 3.4),
    ("（宛先）足立区長", 80, 18, 4),
    ("黒のボールペンで記入し、訂正は二重線で行ってください。", 18, 282, 3.4),
    ("様式番号　ベンチマーク第一号", 130, 290, 3),
)
_SOURCE = "MNIST t10k (half of it), hundreds of writers, one digit a cell"


@dataclass(frozen=True, slots=True, eq=False)
class _Scan:
    """One filled page: truth by field, and where the page went."""

    number: int
    pixels: Pixels
    dpi: float
    degradation: Degradation
    truth: Mapping[str, str]
    matrix: Matrix


def digit_sets(folder: Path | None, count: int, seed: int) -> Iterator[ItemSet]:
    """Two sets of `count` rows of digits."""
    files = [] if folder is None else sorted((folder / _FOLDER).glob("*-idx*-ubyte.gz"))
    missing = "" if len(files) == 2 else f"no {_FOLDER} in the folder of real images (--real)"
    entry = comb_form()
    scans = [] if missing else list(_scans(entry, *load_digits(*files), count, seed))
    yield ItemSet(
        name="digits_comb",
        title="Handwritten digits in printed combs",
        provenance=f"{_SOURCE}; rows of 3-11 on a synthetic form",
        real=True,
        measure=Measure.EXACT,
        lines=[item for scan in scans for item in _pictures(entry, scan)],
        kinds_given=True,
        by_form=lambda peer: _read_forms(entry, scans, peer),
        missing=missing,
    )
    yield ItemSet(
        name="digits_row",
        title="The same digits set side by side, without rules",
        provenance=f"{_SOURCE}; cut from the combs by our pipeline",
        real=True,
        measure=Measure.EXACT,
        lines=[item for scan in scans for item in _recomposed(entry, scan)],
        kinds_given=True,
        missing=missing,
    )


def comb_form() -> FormEntry:
    """Make a form of one page with two columns of combs of 3 to 11 cells."""
    fields: list[dict[str, object]] = []
    printed: list[dict[str, object]] = [
        {"type": "text", "text": text, "x": x, "y": y, "size": size} for text, x, y, size in _WORDS
    ]
    width, height = _CELL_MM
    for column, left in enumerate(_LEFTS_MM):
        for row in range(_ROWS):
            number = column * _ROWS + row
            cells = _LENGTHS[number % len(_LENGTHS)]
            top = _TOP_MM + row * _PITCH_MM
            box = {"x": left, "y": top, "width": cells * width, "height": height}
            name = f"row_{number:02}"
            fields.append(
                {"name": name, "label": name, "kind": "digits", "box": box, "cells": cells}
            )
            printed.append({"type": "rect", **box, "stroke": 0.3})
            printed.append(
                {"type": "text", "text": str(number + 1), "x": left - 7, "y": top + 5.5,
                 "size": 3}
            )  # fmt: skip
    definition = FormDefinition.model_validate(
        {
            "schema_version": 1,
            "id": "benchmark-combs",
            "revision": "1",
            "title": "数字の記入欄",
            "operation": "other",
            "document_kind": "application",
            "valid": {"from": "2026-04-01"},
            "ground": "benchmark",
            "pages": [
                {
                    "number": 1,
                    "width": 210,
                    "height": 297,
                    "printed": printed,
                    "code": {"x": 176, "y": 10, "size": 16},
                }
            ],
            "fields": fields,
        }
    )
    return FormEntry(definition, Path(), Path("benchmark-combs"))


def load_digits(images: Path, labels: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Digits (N x 28 x 28, ink is 255) and labels (N) of a pair of IDX files."""
    with gzip.open(images) as file:
        pixels = np.frombuffer(file.read()[16:], np.uint8).reshape(-1, 28, 28)
    with gzip.open(labels) as file:
        return pixels, np.frombuffer(file.read()[8:], np.uint8)


def comb_rows(
    labels: NDArray[np.uint8], count: int, rng: np.random.Generator
) -> list[tuple[int, ...]]:
    """`count` rows of numbers of digits, 3 to 11 a row in turn; no digit twice until all served."""
    rows: list[tuple[int, ...]] = []
    order: list[int] = []
    for number in range(count):
        length = _LENGTHS[number % (_ROWS * len(_LEFTS_MM)) % len(_LENGTHS)]
        if len(order) < length:
            order += [int(i) for i in rng.permutation(len(labels))]
        rows.append(tuple(order[:length]))
        del order[:length]
    return rows


def _scans(
    entry: FormEntry, digits: NDArray[np.uint8], labels: NDArray[np.uint8], count: int, seed: int
) -> Iterator[_Scan]:
    rows = comb_rows(labels, count, seeded(seed, "benchmark", "digits"))
    fields = entry.definition.fields
    for number, start in enumerate(range(0, count, len(fields))):
        rng = seeded(seed + number, "benchmark", "combs")
        (page,) = draw_paper(entry, _DPI, rng)
        truth = {}
        for field, row in zip(fields, rows[start : start + len(fields)], strict=False):
            truth[field.name] = "".join(str(labels[i]) for i in row)
            _write_row(page, field.box, [digits[i] for i in row], rng)
        degradation = _DEGRADATIONS[number % len(_DEGRADATIONS)]
        pixels, matrix = degrade(page, (degradation,), _DPI, rng)
        dpi = 150.0 if degradation is Degradation.LOWRES else float(_DPI)
        yield _Scan(number, pixels, dpi, degradation, truth, matrix)


def _write_row(
    page: Pixels, box: Box, digits: list[NDArray[np.uint8]], rng: np.random.Generator
) -> None:
    scale = _DPI / 25.4
    tone = int(rng.integers(15, 60))
    ink = Ink(colour=(tone, tone, tone + 8), opacity=0.94, grain=0.04)
    pitch = box.width / len(digits)
    for i, digit in enumerate(digits):
        size = round(box.height * scale * rng.uniform(*_SIZE))
        large = cv2.resize(digit, (size, size), interpolation=cv2.INTER_CUBIC).astype(np.float32)
        # Blown up, its edges are soft as no pen's are.
        coverage = np.clip((large - 70) * 2.2, 0, 255).astype(np.uint8)
        x = (box.x + (i + 0.5) * pitch) * scale + rng.normal(0, 2.0) - size / 2
        y = (box.y + box.height / 2) * scale + rng.normal(0, 2.0) - size / 2
        put_ink(page, Blot(coverage=coverage, x=x, y=y), ink, rng)


def _pictures(entry: FormEntry, scan: _Scan) -> Iterator[LineItem]:
    scale = _DPI / 25.4
    for field in _filled(entry, scan):
        b = field.box
        corners = (
            (b.x - _MARGIN_MM) * scale,
            (b.y - _MARGIN_MM) * scale,
            (b.x + b.width + _MARGIN_MM) * scale,
            (b.y + b.height + _MARGIN_MM) * scale,
        )
        yield _item(scan, field, cut(scan.pixels, move_box(scan.matrix, corners)))


def _recomposed(entry: FormEntry, scan: _Scan) -> Iterator[LineItem]:
    """Lines as the pipeline cuts them; what it does not find is an empty picture."""
    (template,) = build_templates(entry)
    page = _page(scan)
    found = identify_page(page, build_index((template,)), pinned=entry.key)
    registered = register_page(page, template, found) if found else None
    ink = sort_ink(registered, subtract_blank(registered, template)) if registered else None
    for field in _filled(entry, scan):
        (slot,) = slots_of(field)
        crops = cut_slot(ink, slot).crops if ink else ()
        grey = crops[0].pixels if crops else np.full((48, 48), 255, np.uint8)
        yield _item(scan, field, np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8))


def _read_forms(entry: FormEntry, scans: list[_Scan], peer: OwnPeer) -> dict[str, Read]:
    reader = load_reader(
        FormLibrary((entry,)), peer.engines, load_category_model(), program="benchmark"
    )
    readings: dict[str, Read] = {}
    for scan in scans:
        data = encode_scan((scan.pixels,), ScanFormat.PNG, dpi=scan.dpi)
        today = date(2026, 4, 1)
        suggestion = read_document(data, reader=reader, today=today, pinned=entry.key)
        found = {field.name: field for field in suggestion.fields}
        for field in _filled(entry, scan):
            read = found.get(field.name)
            text = (read.value or read.raw_text) if read else ""
            confidence = read.confidence if read else 0.0
            readings[_name(scan, field)] = Read(text, confidence)
    return readings


def _filled(entry: FormEntry, scan: _Scan) -> list[FieldDefinition]:
    return [field for field in entry.definition.fields if field.name in scan.truth]


def _item(scan: _Scan, field: FieldDefinition, pixels: Pixels) -> LineItem:
    return LineItem(
        name=_name(scan, field),
        pixels=pixels,
        truth=scan.truth[field.name],
        repertoire=DIGITS,
        tags={"degradation": str(scan.degradation), "digits": f"{field.cells:02}"},
    )


def _name(scan: _Scan, field: FieldDefinition) -> str:
    return f"page_{scan.number}-{field.name}"


def _page(scan: _Scan) -> Page:
    height, width = scan.pixels.shape[:2]
    return Page(
        number=1,
        pixels=scan.pixels,
        dpi=scan.dpi,
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
    )
