"""Export files as bytes: CSV, JSON and XLSX of confirmed records of one form."""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from ocr_service.export.values import formatted
from ocr_service.review.masking import mask
from pipelines.forms.model import ExportColumn, FormDefinition

MEDIA_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
GETA = "〓"
"""Stands for a character that the encoding does not have, as printers have always set it."""
_FORMULA = re.compile(r"^[=+\-@\t\r|%]")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
# The same signs under the code points that CP932 knows.
_CP932_TWINS = str.maketrans(
    {"\u301c": "\uff5e", "\u2212": "\uff0d", "\u2016": "\u2225", "\u2014": "\u2015",
     "\u00a2": "\uffe0", "\u00a3": "\uffe1", "\u00ac": "\uffe2"}
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfirmedRecord:
    """What leaves of one decision; the values of `hidden` fields leave masked."""

    document_id: str
    decision_id: str
    decided_at: str
    values: dict[str, str | None]
    hidden: frozenset[str] = frozenset()

    def cell(self, form: FormDefinition, column: ExportColumn) -> str:
        """Text of one column. A mask is no value: no format is laid over it."""
        value = self.values.get(column.field)
        if column.field in self.hidden:
            return mask(value) or ""
        return formatted(form, column.field, value, column.format)

    def shown(self) -> dict[str, str | None]:
        """All values as they may be seen."""
        return {n: mask(v) if n in self.hidden else v for n, v in self.values.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportFile:
    """Bytes of a file; `replaced` counts characters that the encoding does not have."""

    data: bytes
    replaced: int = 0


def make_file(form: FormDefinition, format_: str, records: Sequence[ConfirmedRecord]) -> ExportFile:
    """Write the records in the order given. `format_` is csv, json or xlsx."""
    if format_ == "json":
        return ExportFile(data=_json(form, records))
    table = _table(form, records)
    if format_ == "xlsx":
        return ExportFile(data=_xlsx(form, table))
    return _csv(form, table)


def media_type_of(format_: str, encoding: str) -> str:
    """Media type of a file, with the charset where it has one."""
    if format_ != "csv":
        return MEDIA_TYPES[format_]
    return f"text/csv; charset={'windows-31j' if encoding == 'cp932' else 'utf-8'}"


def columns_of(form: FormDefinition) -> tuple[ExportColumn, ...]:
    """Columns of the form's mapping; without one every field and mark group, by its label."""
    if form.export.columns:
        return form.export.columns
    fields = [ExportColumn(header=f.label, field=f.name) for f in form.fields]
    marks = [ExportColumn(header=m.label, field=m.name, format="label") for m in form.marks]
    return (*fields, *marks)


def escape_formula(cell: str) -> str:
    """Keep spreadsheet programs from taking a text for a formula; plain numbers stay."""
    if _FORMULA.match(cell) and not _NUMBER.match(cell):
        return "'" + cell
    return cell


def _table(form: FormDefinition, records: Sequence[ConfirmedRecord]) -> list[list[str]]:
    columns = columns_of(form)
    rows = [[record.cell(form, column) for column in columns] for record in records]
    return [[c.header for c in columns], *rows]


def _csv(form: FormDefinition, table: list[list[str]]) -> ExportFile:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(
        [escape_formula(cell) for cell in row] for row in table
    )
    text = out.getvalue()
    encoding = form.export.encoding
    if encoding != "cp932":
        return ExportFile(data=text.encode(encoding))
    text = text.translate(_CP932_TWINS)
    replaced = 0
    parts = []
    for character in text:
        try:
            parts.append(character.encode("cp932"))
        except UnicodeEncodeError:
            parts.append(GETA.encode("cp932"))
            replaced += 1
    return ExportFile(data=b"".join(parts), replaced=replaced)


def _json(form: FormDefinition, records: Sequence[ConfirmedRecord]) -> bytes:
    body = {
        "form": {"id": form.id, "revision": form.revision, "title": form.title},
        "records": [
            {
                "document_id": r.document_id,
                "decision_id": r.decision_id,
                "decided_at": r.decided_at,
                "values": r.shown(),
            }
            for r in records
        ],
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def _xlsx(form: FormDefinition, table: list[list[str]]) -> bytes:
    book = Workbook(write_only=False)
    sheet = book.active
    sheet.title = re.sub(r"[\\/*?:\[\]]", "", form.title)[:31] or "export"
    for number, row in enumerate(table, start=1):
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=column)
            # As text, whatever it looks like: no formula, no lost leading nought.
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
            cell.data_type = "s"
            cell.number_format = "@"
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
