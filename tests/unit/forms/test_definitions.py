"""The built-in forms: each can be loaded, printed, filled in, checked and exported."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray

import pipelines.forms
from pipelines.check import check_fields
from pipelines.forms.expressions import compile_expression
from pipelines.forms.load import FormEntry, FormLibrary, load_form
from pipelines.forms.model import (
    Box,
    DocumentKind,
    FieldDefinition,
    FieldKind,
    FormDefinition,
    MarkGroup,
    MarkStyle,
    Operation,
    PrintedText,
    SealDefinition,
    Sensitivity,
)
from pipelines.forms.render import render_blank
from pipelines.records import FindingKind, Severity

FOLDER = Path(pipelines.forms.__file__).parent / "definitions"
DPI = 150
PIXELS = DPI / 25.4
TOLERANCE = 0.5
"""Millimetres that a frame may reach into a writing area."""

Item = FieldDefinition | MarkGroup | SealDefinition

each_form = pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def entry_of(name: str) -> FormEntry:
    return load_form(FOLDER / f"{name}.yaml")


@cache
def blank_of(name: str) -> tuple[NDArray[np.uint8], ...]:
    """Grey pixels of every page of the blank form."""
    entry = entry_of(name)
    document = pypdfium2.PdfDocument(render_blank(entry.definition, entry.directory))
    pages = tuple(
        np.asarray(page.render(scale=DPI / 72).to_pil().convert("L")) for page in document
    )
    document.close()
    return pages


def ink_in(name: str, page: int, box: Box, margin: float = 0.0) -> float:
    """Share of dark pixels in `box`, `margin` mm in from its edges."""
    x0, y0 = (box.x + margin) * PIXELS, (box.y + margin) * PIXELS
    x1, y1 = (box.x + box.width - margin) * PIXELS, (box.y + box.height - margin) * PIXELS
    pixels = blank_of(name)[page - 1][round(y0) : round(y1), round(x0) : round(x1)]
    return float((pixels < 110).mean())


def writing_areas(form: FormDefinition) -> Iterator[tuple[str, int, Box]]:
    """Every cell that a character or a line may be written in."""
    for field in form.fields:
        areas = [(part.box, part.cells) for part in field.parts] or [(field.box, field.cells)]
        for box, cells in areas:
            for i in range(cells):
                width = box.width / cells
                cell = Box(x=box.x + i * width, y=box.y, width=width, height=box.height)
                yield field.name, field.page, cell


def places(form: FormDefinition) -> Iterator[tuple[str, int, Box]]:
    """Every place that ink of its own belongs to; parts and not the box that encloses them."""
    for field in form.fields:
        for box in [part.box for part in field.parts] or [field.box]:
            yield field.name, field.page, box
        for era in field.eras:
            yield f"{field.name}.{era.value}", field.page, era.box
    for group in form.marks:
        for option in group.options:
            yield f"{group.name}.{option.value}", group.page, option.box


def overlap(a: Box, b: Box) -> float:
    """Overlap in mm: how deep the boxes reach into one another."""
    wide = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    high = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    return min(wide, high)


def items_of(form: FormDefinition) -> tuple[Item, ...]:
    return (*form.fields, *form.marks, *form.seals)


def expressions(form: FormDefinition) -> Iterator[str]:
    yield from (i.required_when for i in items_of(form) if i.required_when is not None)
    yield from (a.required_when for a in form.attachments if a.required_when is not None)
    for rule in form.rules:
        yield rule.expression
        if rule.when is not None:
            yield rule.when


@each_form
def test_the_blank_has_all_its_pages_and_is_mostly_white(name: str) -> None:
    pages = blank_of(name)
    form = entry_of(name).definition
    assert len(pages) == len(form.pages)
    for pixels, page in zip(pages, form.pages, strict=True):
        assert pixels.shape == pytest.approx((page.height * PIXELS, page.width * PIXELS), abs=2)
        assert 0.005 < float((pixels < 110).mean()) < 0.25


@each_form
def test_no_place_for_ink_overlaps_another(name: str) -> None:
    all_places = list(places(entry_of(name).definition))
    clashes = [
        (first, second)
        for (first, page, box), (second, other, rival) in combinations(all_places, 2)
        if page == other and overlap(box, rival) > 0.2
    ]
    assert clashes == []


@each_form
def test_no_print_stands_where_something_is_written(name: str) -> None:
    form = entry_of(name).definition
    printed = {
        field: round(share, 3)
        for field, page, cell in writing_areas(form)
        if (share := ink_in(name, page, cell, TOLERANCE)) > 0.002
    }
    assert printed == {}


@each_form
def test_words_to_circle_are_printed_and_tick_boxes_are_empty(name: str) -> None:
    form = entry_of(name).definition
    for field in form.fields:
        for era in field.eras:
            words = field.era_style is MarkStyle.CIRCLE
            share = ink_in(name, field.page, era.box, 0 if words else TOLERANCE)
            assert (share > 0.01) == words, (field.name, era.value)
    for group in form.marks:
        for option in group.options:
            words = group.style is MarkStyle.CIRCLE
            share = ink_in(name, group.page, option.box, 0 if words else TOLERANCE)
            assert (share > 0.01) == words, (group.name, option.value)


@each_form
def test_there_is_room_to_write(name: str) -> None:
    form = entry_of(name).definition
    low = {n: b.height for n, _, b in writing_areas(form) if b.height < 5}
    narrow = {n: b.width for n, _, b in writing_areas(form) if b.width < 3.5}
    assert (low, narrow) == ({}, {})


@each_form
def test_every_expression_can_be_compiled_and_knows_its_names(name: str) -> None:
    form = entry_of(name).definition
    known = {item.name for item in items_of(form)} | {"today"}
    for source in expressions(form):
        assert compile_expression(source).names <= known, source


@each_form
def test_a_form_says_what_it_is_and_on_what_ground(name: str) -> None:
    form = entry_of(name).definition
    assert form.id == name
    assert form.ground
    assert form.rules
    assert all(rule.ground and rule.message for rule in form.rules)
    if form.pages[0].background is None:
        words = "".join(i.text for i in form.pages[0].printed if isinstance(i, PrintedText))
        plain = "".join(words.split())
        assert any(to in plain for to in ("宛先", "あて先", "足立区長"))
        assert all(char in plain for char in "".join(form.title.split()))
    else:
        assert form.source


@each_form
def test_everything_critical_is_exported(name: str) -> None:
    form = entry_of(name).definition
    exported = {column.field for column in form.export.columns}
    critical = {field.name for field in form.fields if field.critical}
    critical |= {group.name for group in form.marks if group.critical}
    assert form.export.system
    assert critical
    assert critical <= exported
    headers = [column.header for column in form.export.columns]
    assert len(headers) == len(set(headers))


@each_form
def test_individual_numbers_are_kept_apart(name: str) -> None:
    for field in entry_of(name).definition.fields:
        is_number = field.kind is FieldKind.MY_NUMBER
        assert (field.sensitivity is Sensitivity.NUMBER) == is_number, field.name
        if is_number:
            assert field.critical, field.name
            assert field.cells == 12, field.name


@each_form
def test_a_blank_form_lacks_what_is_required_and_nothing_is_called_implausible(name: str) -> None:
    form = entry_of(name).definition
    findings = check_fields((), form, today=date(2026, 11, 23))
    assert {f.kind for f in findings} == {FindingKind.COMPLETENESS}
    missing = {f.fields[0] for f in findings if f.rule.startswith("required.")}
    required = {item.name for item in items_of(form) if item.required}
    assert required
    assert required <= missing
    assert any(f.severity is Severity.ERROR for f in findings)


def test_the_forms_cover_the_operations_of_the_main_job() -> None:
    forms = [entry.definition for entry in FormLibrary.builtin().entries]
    assert {form.operation for form in forms} >= {
        Operation.NURSERY_ADMISSION,
        Operation.CHILD_ALLOWANCE,
        Operation.RESIDENT_REGISTER,
        Operation.RESIDENT_TAX,
        Operation.NATIONAL_HEALTH_INSURANCE,
        Operation.LONG_TERM_CARE,
        Operation.LIGHT_VEHICLE_TAX,
        Operation.NATIONAL_PENSION,
        Operation.SEAL_REGISTRATION,
        Operation.LATE_ELDERLY_CARE,
    }
    assert any(form.document_kind is DocumentKind.ATTACHMENT for form in forms)
    assert any(len(form.pages) > 1 for form in forms)


def test_one_form_is_a_published_one_on_its_own_pdf() -> None:
    forms = [entry.definition for entry in FormLibrary.builtin().entries]
    assert any(form.source and form.pages[0].background for form in forms)


def test_one_ward_form_is_known_by_its_print_alone() -> None:
    forms = [entry.definition for entry in FormLibrary.builtin().entries]
    assert any(f.pages[0].code is None and f.pages[0].background is None for f in forms)


def test_attachments_that_are_forms_of_ours_exist() -> None:
    forms = [entry.definition for entry in FormLibrary.builtin().entries]
    ids = {form.id for form in forms}
    wanted = {a.form for form in forms for a in form.attachments if a.form is not None}
    assert wanted <= ids
