"""Forms as PDF: the blank, and the blank with values printed into its boxes.

Vector PDF with embedded subsets of the fonts in `pipelines/fonts`; the same definition gives the
same bytes every time, so that a blank can be compared, cached and signed.
"""

import io
from collections.abc import Mapping
from pathlib import Path

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.code import code_modules, format_code
from pipelines.forms.model import (
    Box,
    CodePlace,
    FieldDefinition,
    FormDefinition,
    MarkStyle,
    PageDefinition,
)
from pipelines.forms.render_ink import MM, Ink, draw_printed
from pipelines.forms.render_values import draw_values
from pipelines.records import FormKey

_CELL_RULE = 0.12
_TICK_RULE = 0.25


def render_blank(form: FormDefinition, directory: Path | None = None) -> bytes:
    """PDF of the empty form, all pages in order.

    `directory` is the folder of the definition, where backgrounds lie. Raises `CodedError`
    (`form.invalid`) when a background is missing or unreadable.
    """
    return _render(form, directory, {})


def render_prefilled(
    form: FormDefinition, values: Mapping[str, str], directory: Path | None = None
) -> bytes:
    """PDF of the form with `values` printed into their boxes.

    `values` maps names of fields and mark groups to normalised values, as in `records.Field.value`
    (a date as YYYY-MM-DD, options joined by ","). Empty values are left out. Raises `CodedError`
    (`form.invalid`) for a name the form does not have and for a value that does not fit its kind.
    """
    known = {f.name for f in form.fields} | {m.name for m in form.marks}
    unknown = sorted(set(values) - known)
    if unknown:
        raise CodedError(ErrorCode.FORM_INVALID, f"{form.id}: no field {', '.join(unknown)}")
    return _render(form, directory, values)


def _render(form: FormDefinition, directory: Path | None, values: Mapping[str, str]) -> bytes:
    pages = sorted(form.pages, key=lambda page: page.number)
    drawn = io.BytesIO()
    # `invariant` takes dates and random ids out of the file.
    canvas = Canvas(drawn, invariant=1, pageCompression=1)
    canvas.setTitle(form.title)
    canvas.setSubject(f"{form.id} {form.revision}")
    for page in pages:
        canvas.setPageSize((page.width * MM, page.height * MM))
        _draw_page(Ink(canvas, page.height), form, page, values)
        canvas.showPage()
    canvas.save()
    if all(page.background is None for page in pages):
        return drawn.getvalue()
    return _lay_backgrounds(drawn.getvalue(), pages, directory)


def _draw_page(
    ink: Ink, form: FormDefinition, page: PageDefinition, values: Mapping[str, str]
) -> None:
    for item in page.printed:
        draw_printed(ink, item)
    if page.background is None:
        for field in form.fields:
            if field.page == page.number:
                _draw_combs(ink, field)
        for group in form.marks:
            if group.page == page.number and group.style is MarkStyle.TICK:
                for option in group.options:
                    _draw_tick_box(ink, option.box)
        for field in form.fields:
            if field.page == page.number and field.era_style is MarkStyle.TICK:
                for era in field.eras:
                    _draw_tick_box(ink, era.box)
    if page.code is not None:
        key = FormKey(id=form.id, revision=form.revision)
        draw_code(ink, page.code, format_code(key, page.number))
    draw_values(ink, form, page, values)


def _draw_combs(ink: Ink, field: FieldDefinition) -> None:
    combs = [(part.box, part.cells) for part in field.parts] or [(field.box, field.cells)]
    for box, cells in combs:
        for i in range(1, cells):
            x = box.x + box.width * i / cells
            ink.line(x, box.y, x, box.y + box.height, _CELL_RULE)


def _draw_tick_box(ink: Ink, box: Box) -> None:
    ink.rect(box.x, box.y, box.width, box.height, stroke=_TICK_RULE)


def draw_code(ink: Ink, place: CodePlace, text: str) -> None:
    """Draw the QR symbol over the whole of `place`; the layout leaves the quiet zone free."""
    rows = code_modules(text)
    module = place.size / len(rows)
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                # Runs of dark modules are one rectangle: no hairlines between neighbours.
                left, top = place.x + start * module, place.y + y * module
                ink.rect(left, top, (x - start) * module, module, stroke=0, fill=0)
            x += 1


def _lay_backgrounds(drawn: bytes, pages: list[PageDefinition], directory: Path | None) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        for page, target in zip(pages, pdf.pages, strict=True):
            if page.background is None:
                continue
            path = background_path(page.background, directory)
            try:
                with pikepdf.open(path) as source:
                    _lay_background(pdf, target, source, page)
            except pikepdf.PdfError as error:
                raise CodedError(
                    ErrorCode.FORM_INVALID, f"background {page.background} is not readable"
                ) from error
        pdf.save(out, deterministic_id=True, compress_streams=True)
    return out.getvalue()


def _lay_background(
    pdf: pikepdf.Pdf, target: pikepdf.Page, source: pikepdf.Pdf, page: PageDefinition
) -> None:
    if page.background_page > len(source.pages):
        detail = f"{page.background} has no page {page.background_page}"
        raise CodedError(ErrorCode.FORM_INVALID, detail)
    # `add_underlay` would name the resource at random, and the bytes would differ every time.
    printed = source.pages[page.background_page - 1].as_form_xobject()
    form = pdf.copy_foreign(printed)
    name = target.add_resource(form, pikepdf.Name.XObject, pikepdf.Name.Background)
    full = pikepdf.Rectangle(0, 0, page.width * MM, page.height * MM)
    placed = target.calc_form_xobject_placement(form, name, full)
    target.contents_add(placed, prepend=True)


def background_path(name: str, directory: Path | None) -> Path:
    """Path of a background beside the definition; `form.invalid` when it is not a file there."""
    if directory is None or Path(name).name != name:
        raise CodedError(ErrorCode.FORM_INVALID, f"background {name!r} must lie beside the form")
    path = directory / name
    if not path.is_file():
        raise CodedError(ErrorCode.FORM_INVALID, f"background {name!r} is missing")
    return path
