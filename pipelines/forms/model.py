"""What a form definition may say: the pydantic model behind every YAML file in `definitions/`.

One definition renders the blank, registers scans, tells the reader what may stand in each box,
drives the checks, the review screen and the export, and synthesises test scans. All lengths are
millimetres from the top left corner of the page. `schema.json` beside this file is made from here.
"""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipelines.forms.kinds import (
    CrossMeaning,
    DatePart,
    DocumentKind,
    Era,
    FieldKind,
    MarkStyle,
    Operation,
    Select,
    Sensitivity,
)
from pipelines.forms.printed import (
    Box,
    CodePlace,
    Printed,
    PrintedCircle,
    PrintedLine,
    PrintedRect,
    PrintedText,
    Strict,
)
from pipelines.forms.roles import FieldRole
from pipelines.forms.rule_model import Name, Rule, SharedRules

__all__ = [
    "FORM_ID",
    "Attachment",
    "Box",
    "CodePlace",
    "CrossMeaning",
    "DatePart",
    "DocumentKind",
    "Era",
    "EraOption",
    "Export",
    "ExportColumn",
    "FieldDefinition",
    "FieldKind",
    "FieldPart",
    "FormDefinition",
    "MarkGroup",
    "MarkStyle",
    "Name",
    "Operation",
    "OptionDefinition",
    "PageDefinition",
    "Printed",
    "PrintedCircle",
    "PrintedLine",
    "PrintedRect",
    "PrintedText",
    "Rule",
    "SealDefinition",
    "Select",
    "Sensitivity",
    "SharedRules",
    "ValidDates",
]

FORM_ID = r"^[a-z][a-z0-9-]{1,63}$"
"""Pattern of the id of a form."""


class PageDefinition(Strict):
    """One side of the form: its size in mm and all that is printed on it.

    Either `printed` says what to draw, or `background` names a PDF beside the definition whose
    page `background_page` (from 1) is the printed form itself. Labels of fields, frames, era words
    and option words must be part of `printed` or of the background: fields are places, not ink.
    """

    number: int = Field(ge=1)
    width: float = Field(default=210, gt=20, le=600)
    height: float = Field(default=297, gt=20, le=600)
    code: CodePlace | None = None
    printed: tuple[Printed, ...] = ()
    background: str | None = None
    background_page: int = Field(default=1, ge=1)


class EraOption(Strict):
    """One era word to circle (or tick) before a date."""

    value: Era
    box: Box


class FieldPart(Strict):
    """A box of its own for a part of the value.

    Year, month, day; first, second, third of a phone number or postal code. `cells` > 1: one
    digit a cell.
    """

    part: DatePart
    box: Box
    cells: int = Field(default=1, ge=1, le=30)


class FieldDefinition(Strict):
    """A place where something is written.

    `box` is the inner area that the ink may use. A field with `parts` is written in several boxes
    (its `box` encloses them all). For a date: `eras` are the era words to circle; `era` is the one
    printed before the year (fixed) when there is nothing to circle; neither means western years
    or era written by hand. `cells`: comb of n equal cells, one character each, over `box`.
    `required_when` is a CEL expression over the field and mark names.
    """

    name: Name
    label: str = Field(min_length=1)
    kind: FieldKind
    page: int = Field(default=1, ge=1)
    box: Box
    parts: tuple[FieldPart, ...] = ()
    eras: tuple[EraOption, ...] = ()
    era_style: MarkStyle = MarkStyle.CIRCLE
    era: Era | None = None
    cells: int = Field(default=1, ge=1, le=40)
    lines: int = Field(default=1, ge=1, le=40)
    vertical: bool = False
    required: bool = False
    required_when: str | None = None
    repertoire: str | None = None
    """Characters allowed, when fewer than the kind allows (a literal string of them)."""
    lexicon: str | None = None
    """Soft word list: `towns`, `surnames`, `given_names`, `relations`, or one that confirmations
    teach (`office_words.WordList`): `employers`, `schools` …"""
    sensitivity: Sensitivity = Sensitivity.PERSONAL
    critical: bool = False
    """A wrong value does harm: shown first, never taken over unseen."""
    section: str = ""
    """Heading under which the review screen shows it."""
    row: int | None = None
    """Row of a table (family members), from 1; `section` names the table."""
    role: FieldRole | None = None
    """What it means for the shared rules, such as `child.birth_date`."""
    prefill: bool = False
    """May be printed into the form beforehand (counter, pre-filled form)."""
    max_length: int | None = Field(default=None, ge=1)
    hint: str = ""


class OptionDefinition(Strict):
    """One option of a mark group. `box` is the tick box itself, or the words to be circled."""

    value: Name
    label: str
    box: Box


class MarkGroup(Strict):
    """Options to tick, circle or fill in."""

    name: Name
    label: str = Field(min_length=1)
    page: int = Field(default=1, ge=1)
    style: MarkStyle = MarkStyle.TICK
    select: Select = Select.ONE
    cross: CrossMeaning = CrossMeaning.MARK
    """Whether a × chooses an option, as any mark does, or says that it does not apply."""
    options: tuple[OptionDefinition, ...] = Field(min_length=1)
    required: bool = False
    required_when: str | None = None
    sensitivity: Sensitivity = Sensitivity.PERSONAL
    critical: bool = False
    section: str = ""
    row: int | None = None
    role: FieldRole | None = None


class SealDefinition(Strict):
    """Place of a seal or a signature."""

    name: Name
    label: str
    page: int = Field(default=1, ge=1)
    kind: Literal["seal", "signature"] = "seal"
    box: Box
    required: bool = False
    required_when: str | None = None
    section: str = ""


class Attachment(Strict):
    """A paper that must come with this one. `form` is a form id, or `kind` a category id."""

    form: str | None = None
    kind: str | None = None
    label: str
    required: bool = False
    required_when: str | None = None
    ground: str = ""


class ExportColumn(Strict):
    """One column of the exported record: `field` is a field, mark group or seal name."""

    header: str
    field: Name
    format: Literal["text", "date_iso", "date_wareki", "digits", "label", "half_kana"] = "text"


class Export(Strict):
    """How a confirmed record leaves the service."""

    system: str = ""
    """Business system that takes it, for people."""
    encoding: Literal["utf-8-sig", "utf-8", "cp932"] = "utf-8-sig"
    columns: tuple[ExportColumn, ...] = ()


class ValidDates(Strict):
    """First and last day on which this revision is accepted."""

    from_: date = Field(alias="from")
    until: date | None = None


class FormDefinition(Strict):
    """A whole form."""

    schema_version: Literal[1] = 1
    id: Annotated[str, Field(pattern=FORM_ID)]
    revision: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$")]
    title: str = Field(min_length=1)
    operation: Operation
    document_kind: DocumentKind
    category: str = ""
    """Category id; `<operation>.<document_kind>` when empty."""
    valid: ValidDates
    ground: str = ""
    source: str = ""
    """Where the form comes from and its licence, for published forms."""
    two_person: bool = False
    pages: tuple[PageDefinition, ...] = Field(min_length=1)
    fields: tuple[FieldDefinition, ...] = Field(min_length=1)
    marks: tuple[MarkGroup, ...] = ()
    seals: tuple[SealDefinition, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    rules: tuple[Rule, ...] = ()
    shared_rules: SharedRules = SharedRules()
    export: Export = Export()

    @property
    def category_id(self) -> str:
        """Category of documents on this form."""
        return self.category or f"{self.operation}.{self.document_kind}"

    @model_validator(mode="after")
    def _consistent(self) -> "FormDefinition":
        sizes = {p.number: p for p in self.pages}
        if sorted(sizes) != list(range(1, len(self.pages) + 1)):
            raise ValueError("pages must be numbered 1..n without gaps")
        names = [i.name for group in (self.fields, self.marks, self.seals) for i in group]
        doubles = sorted({n for n in names if names.count(n) > 1})
        if doubles:
            raise ValueError(f"name used twice: {', '.join(doubles)}")
        for name, page, box in _placed_boxes(self):
            if page not in sizes:
                raise ValueError(f"{name}: page {page} does not exist")
            size = sizes[page]
            if box.x + box.width > size.width or box.y + box.height > size.height:
                raise ValueError(f"{name}: box leaves page {page}")
        known = set(names)
        for column in self.export.columns:
            if column.field not in known:
                raise ValueError(f"export column {column.header}: no field {column.field}")
        for rule in self.rules:
            told = f"{rule.message} {rule.message_en} {rule.message_easy}"
            for name in (*rule.fields, *re.findall(r"{([a-z][a-z0-9_]*)}", told)):
                if name not in known:
                    raise ValueError(f"rule {rule.id}: no field {name}")
        return self


def _placed_boxes(form: FormDefinition) -> list[tuple[str, int, Box]]:
    placed = [(f.name, f.page, f.box) for f in form.fields]
    placed += [(f.name, f.page, p.box) for f in form.fields for p in f.parts]
    placed += [(f.name, f.page, e.box) for f in form.fields for e in f.eras]
    placed += [(m.name, m.page, o.box) for m in form.marks for o in m.options]
    placed += [(s.name, s.page, s.box) for s in form.seals]
    return placed
