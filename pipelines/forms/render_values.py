"""Values printed into the boxes of a form: for counters and pre-filled forms."""

import re
from collections.abc import Mapping
from datetime import date

from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.model import (
    Box,
    DatePart,
    Era,
    FieldDefinition,
    FieldKind,
    FormDefinition,
    MarkGroup,
    MarkStyle,
    PageDefinition,
)
from pipelines.forms.render_ink import Ink, text_width

_ERAS = (
    (Era.REIWA, date(2019, 5, 1), "令和"),
    (Era.HEISEI, date(1989, 1, 8), "平成"),
    (Era.SHOWA, date(1926, 12, 25), "昭和"),
    (Era.TAISHO, date(1912, 7, 30), "大正"),
    (Era.MEIJI, date(1868, 1, 25), "明治"),
)
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_MAX_TYPE = 4.5
_MIN_TYPE = 1.6
_PHONE_PARTS = (DatePart.FIRST, DatePart.SECOND, DatePart.THIRD)


def draw_values(
    ink: Ink, form: FormDefinition, page: PageDefinition, values: Mapping[str, str]
) -> None:
    """Print the values of the fields and mark groups that stand on `page`."""
    for field in form.fields:
        if field.page == page.number and values.get(field.name):
            _draw_field(ink, field, values[field.name])
    for group in form.marks:
        if group.page == page.number and values.get(group.name):
            _draw_group(ink, group, values[group.name])


def _draw_field(ink: Ink, field: FieldDefinition, value: str) -> None:
    if field.kind is FieldKind.DATE:
        _draw_date(ink, field, value)
    elif field.parts:
        _draw_parts(ink, field, _split(field, value))
    elif field.cells > 1:
        _draw_cells(ink, field.box, field.cells, value, right=field.kind is FieldKind.AMOUNT)
    else:
        _draw_text(ink, field.box, value, field.lines)


def _draw_date(ink: Ink, field: FieldDefinition, value: str) -> None:
    found = _DAY.fullmatch(value)
    try:
        year, month, number = (int(found[i] or 1) if found else 0 for i in (1, 2, 3))
        day = date(year, month, number)
    except ValueError as error:
        raise CodedError(ErrorCode.FORM_INVALID, f"{field.name}: not a date") from error
    has_day = bool(found and found[3])
    era, era_year, word = _era_of(day)
    offered = {option.value: option.box for option in field.eras}
    if field.era is None and era not in offered:
        era, era_year = Era.WESTERN, day.year
    if field.era is not None and field.era is not era:
        detail = f"{field.name}: {value} is not in the printed era"
        raise CodedError(ErrorCode.FORM_INVALID, detail)
    if not field.parts:
        text = f"{word}{_era_of(day)[1]}年{day.month}月" + (f"{day.day}日" if has_day else "")
        _draw_text(ink, field.box, text, 1)
        return
    if era in offered:
        _draw_choice(ink, offered[era], field.era_style)
    numbers = {DatePart.YEAR: str(era_year), DatePart.MONTH: str(day.month)}
    if has_day:
        numbers[DatePart.DAY] = str(day.day)
    _draw_parts(ink, field, numbers)


def _era_of(day: date) -> tuple[Era, int, str]:
    for era, first, word in _ERAS:
        if day >= first:
            return era, day.year - first.year + 1, word
    return Era.WESTERN, day.year, "西暦"


def _split(field: FieldDefinition, value: str) -> dict[DatePart, str]:
    kinds = [part.part for part in field.parts]
    if field.kind is FieldKind.TIME:
        return dict(zip((DatePart.HOUR, DatePart.MINUTE), value.split(":"), strict=False))
    pieces = value.split("-")
    if len(pieces) == 1 and len(kinds) > 1:
        # Digits without hyphens, such as a postal code, run on from part to part.
        pieces, rest = [], value
        for part in field.parts[:-1]:
            pieces.append(rest[: part.cells])
            rest = rest[part.cells :]
        pieces.append(rest)
    return dict(zip(_PHONE_PARTS, pieces, strict=False))


def _draw_parts(ink: Ink, field: FieldDefinition, values: Mapping[DatePart, str]) -> None:
    for part in field.parts:
        if part.part not in values:
            continue
        if part.cells > 1:
            is_date = field.kind is FieldKind.DATE
            _draw_cells(ink, part.box, part.cells, values[part.part], right=is_date)
        else:
            _draw_text(ink, part.box, values[part.part], 1, center=True)


def _draw_cells(ink: Ink, box: Box, cells: int, value: str, *, right: bool) -> None:
    if len(value) > cells:
        raise CodedError(ErrorCode.FORM_INVALID, f"value longer than its {cells} cells")
    width = box.width / cells
    first = cells - len(value) if right else 0
    for i, char in enumerate(value, start=first):
        cell = Box(x=box.x + i * width, y=box.y, width=width, height=box.height)
        _draw_text(ink, cell, char, 1, center=True)


def _draw_text(ink: Ink, box: Box, text: str, lines: int, *, center: bool = False) -> None:
    """Print `text` as large as fits; several lines break where the line is full."""
    size = min(_MAX_TYPE, box.height / lines * 0.72)
    rows = _broken(text, box.width - 1, size)
    while len(rows) > lines and size > _MIN_TYPE:
        size *= 0.95
        rows = _broken(text, box.width - 1, size)
    step = box.height / max(lines, len(rows))
    for i, row in enumerate(rows):
        x = box.x + 0.8
        if center:
            x = box.x + (box.width - text_width(row, size)) / 2
        ink.text(row, x, box.y + step * (i + 0.5) + size * 0.36, size)


def _broken(text: str, width: float, size: float) -> list[str]:
    rows: list[str] = []
    for paragraph in text.split("\n"):
        row = ""
        for char in paragraph:
            if row and text_width(row + char, size) > width:
                rows.append(row)
                row = ""
            row += char
        rows.append(row)
    return rows


def _draw_group(ink: Ink, group: MarkGroup, value: str) -> None:
    boxes = {option.value: option.box for option in group.options}
    for chosen in value.split(","):
        if chosen not in boxes:
            detail = f"{group.name}: no option {chosen!r}"
            raise CodedError(ErrorCode.FORM_INVALID, detail)
        _draw_choice(ink, boxes[chosen], group.style)


def _draw_choice(ink: Ink, box: Box, style: MarkStyle) -> None:
    right, bottom = box.x + box.width, box.y + box.height
    match style:
        case MarkStyle.CIRCLE:
            ink.ellipse(box.x, box.y, box.width, box.height, 0.35)
        case MarkStyle.TICK:
            corner = (box.x + box.width * 0.4, bottom - box.height * 0.12)
            ink.line(box.x + box.width * 0.1, box.y + box.height * 0.5, *corner, 0.45)
            ink.line(*corner, right, box.y + box.height * 0.05, 0.45)
        case MarkStyle.FILL:
            ink.rect(box.x, box.y, box.width, box.height, stroke=0, fill=0)
