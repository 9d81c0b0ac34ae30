"""What a form definition may say: the pydantic model behind every YAML file in `definitions/`.

One definition renders the blank, registers scans, tells the reader what may stand in each box,
drives the checks, the review screen and the export, and synthesises test scans. All lengths are
millimetres from the top left corner of the page. `schema.json` beside this file is made from here.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Operation(StrEnum):
    """The standardised operations of a municipality, and nursery admission."""

    CHILD_ALLOWANCE = "child_allowance"
    CHILD_SUPPORT = "child_support"
    NURSERY_ADMISSION = "nursery_admission"
    RESIDENT_REGISTER = "resident_register"
    FAMILY_REGISTER_ADDENDUM = "family_register_addendum"
    SEAL_REGISTRATION = "seal_registration"
    ELECTORAL_ROLL = "electoral_roll"
    RESIDENT_TAX = "resident_tax"
    LIGHT_VEHICLE_TAX = "light_vehicle_tax"
    FAMILY_REGISTER = "family_register"
    SCHOOLING = "schooling"
    HEALTH = "health"
    CHILD_REARING_ALLOWANCE = "child_rearing_allowance"
    PUBLIC_ASSISTANCE = "public_assistance"
    DISABILITY_WELFARE = "disability_welfare"
    LONG_TERM_CARE = "long_term_care"
    NATIONAL_HEALTH_INSURANCE = "national_health_insurance"
    LATE_ELDERLY_CARE = "late_elderly_care"
    NATIONAL_PENSION = "national_pension"
    OTHER = "other"


class DocumentKind(StrEnum):
    """Kind of document within an operation."""

    APPLICATION = "application"
    NOTIFICATION = "notification"
    DECLARATION = "declaration"
    CLAIM = "claim"
    ATTACHMENT = "attachment"
    CERTIFICATE = "certificate"


class FieldKind(StrEnum):
    """What is written in a box; decides repertoire, format and normalised value.

    Values: `date` YYYY-MM-DD (a date without day: YYYY-MM), `postal_code` 7 digits, `phone` digits
    with hyphens as written, `amount` digits (yen), `my_number` 12 digits, `corporate_number`
    13 digits, `time` HH:MM, `kana_name` full-width katakana; the others NFKC text.
    """

    KANJI_NAME = "kanji_name"
    KANA_NAME = "kana_name"
    ADDRESS = "address"
    POSTAL_CODE = "postal_code"
    PHONE = "phone"
    DATE = "date"
    TIME = "time"
    DIGITS = "digits"
    AMOUNT = "amount"
    MY_NUMBER = "my_number"
    CORPORATE_NUMBER = "corporate_number"
    ALPHANUMERIC = "alphanumeric"
    KATAKANA = "katakana"
    TEXT = "text"
    MULTI_LINE = "multi_line"


class Sensitivity(StrEnum):
    """How carefully a value is shown, logged and exported."""

    PUBLIC = "public"
    PERSONAL = "personal"
    SPECIAL = "special"
    NUMBER = "number"


class MarkStyle(StrEnum):
    """How an option is chosen: a tick in a box, a circle around the words, a filled box."""

    TICK = "tick"
    CIRCLE = "circle"
    FILL = "fill"


class Select(StrEnum):
    """How many options of a group may be marked."""

    ONE = "one"
    MANY = "many"


class Era(StrEnum):
    """Eras a date part may offer to circle; `western` is 西暦."""

    MEIJI = "meiji"
    TAISHO = "taisho"
    SHOWA = "showa"
    HEISEI = "heisei"
    REIWA = "reiwa"
    WESTERN = "western"


class Box(_Strict):
    """Rectangle in mm."""

    x: float = Field(ge=0)
    y: float = Field(ge=0)
    width: float = Field(gt=0)
    height: float = Field(gt=0)


class PrintedText(_Strict):
    """Printed words.

    `x`,`y` is the left, middle or right end (by `align`) of the BASELINE of the first line; lines
    are separated by newlines. `size` is the height of the type in mm.
    """

    type: Literal["text"] = "text"
    text: str
    x: float
    y: float
    size: float = Field(default=3.2, gt=0)
    font: Literal["gothic", "mincho"] = "mincho"
    bold: bool = False
    align: Literal["left", "center", "right"] = "left"
    leading: float = Field(default=1.4, gt=0)
    """Distance of baselines as a multiple of `size`."""
    spacing: float = 0.0
    """Extra space between characters in mm (titles are set wide)."""
    vertical: bool = False
    """One character under the other; `x` is then the middle of the column, `y` the top."""


class PrintedLine(_Strict):
    """A rule from (x0, y0) to (x1, y1), `width` in mm."""

    type: Literal["line"] = "line"
    x0: float
    y0: float
    x1: float
    y1: float
    width: float = Field(default=0.2, gt=0)
    dashed: bool = False


class PrintedRect(_Strict):
    """A frame, filled or not. `fill` is grey 0 (black) .. 1 (white); None is not filled."""

    type: Literal["rect"] = "rect"
    x: float
    y: float
    width: float = Field(gt=0)
    height: float = Field(gt=0)
    stroke: float = Field(default=0.2, ge=0)
    fill: float | None = Field(default=None, ge=0, le=1)
    radius: float = Field(default=0, ge=0)


class PrintedCircle(_Strict):
    """A printed circle (as for 印)."""

    type: Literal["circle"] = "circle"
    x: float
    y: float
    radius: float = Field(gt=0)
    stroke: float = 0.2
    dashed: bool = False


Printed = Annotated[
    PrintedText | PrintedLine | PrintedRect | PrintedCircle, Field(discriminator="type")
]


class CodePlace(_Strict):
    """Where the QR code of form id, revision and page stands."""

    x: float
    y: float
    size: float = Field(default=16, gt=8)


class PageDefinition(_Strict):
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


class EraOption(_Strict):
    """One era word to circle (or tick) before a date."""

    value: Era
    box: Box


class DatePart(StrEnum):
    """Parts that a value may be written in."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    MINUTE = "minute"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


class FieldPart(_Strict):
    """A box of its own for a part of the value.

    Year, month, day; first, second, third of a phone number or postal code. `cells` > 1: one
    digit a cell.
    """

    part: DatePart
    box: Box
    cells: int = Field(default=1, ge=1, le=30)


class FieldDefinition(_Strict):
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
    """Soft word list: `towns`, `surnames`, `given_names`, `relations`, `schools` …"""
    sensitivity: Sensitivity = Sensitivity.PERSONAL
    critical: bool = False
    """A wrong value does harm: shown first, never taken over unseen."""
    section: str = ""
    """Heading under which the review screen shows it."""
    row: int | None = None
    """Row of a table (family members), from 1; `section` names the table."""
    prefill: bool = False
    """May be printed into the form beforehand (counter, pre-filled form)."""
    max_length: int | None = Field(default=None, ge=1)
    hint: str = ""


class OptionDefinition(_Strict):
    """One option of a mark group. `box` is the tick box itself, or the words to be circled."""

    value: Name
    label: str
    box: Box


class MarkGroup(_Strict):
    """Options to tick, circle or fill in."""

    name: Name
    label: str = Field(min_length=1)
    page: int = Field(default=1, ge=1)
    style: MarkStyle = MarkStyle.TICK
    select: Select = Select.ONE
    options: tuple[OptionDefinition, ...] = Field(min_length=1)
    required: bool = False
    required_when: str | None = None
    sensitivity: Sensitivity = Sensitivity.PERSONAL
    critical: bool = False
    section: str = ""
    row: int | None = None


class SealDefinition(_Strict):
    """Place of a seal or a signature."""

    name: Name
    label: str
    page: int = Field(default=1, ge=1)
    kind: Literal["seal", "signature"] = "seal"
    box: Box
    required: bool = False
    required_when: str | None = None
    section: str = ""


class Attachment(_Strict):
    """A paper that must come with this one. `form` is a form id, or `kind` a category id."""

    form: str | None = None
    kind: str | None = None
    label: str
    required: bool = False
    required_when: str | None = None
    ground: str = ""


class Rule(_Strict):
    """A check: a finding is made where the CEL `expression` is false.

    The names of all fields, mark groups and seals are variables (null when blank; dates are
    timestamps; amounts and digits of `amount` ints; mark groups strings, of `select: many` lists;
    seals bools); `today` is a timestamp. `message` may name `{field}` to show a value's label.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
    kind: Literal["completeness", "plausibility"] = "plausibility"
    severity: Literal["error", "warning", "info"] = "warning"
    when: str | None = None
    expression: str
    message: str = Field(min_length=1)
    fields: tuple[Name, ...] = ()
    ground: str = Field(min_length=1)


class ExportColumn(_Strict):
    """One column of the exported record: `field` is a field, mark group or seal name."""

    header: str
    field: Name
    format: Literal["text", "date_iso", "date_wareki", "digits", "label", "half_kana"] = "text"


class Export(_Strict):
    """How a confirmed record leaves the service."""

    system: str = ""
    """Business system that takes it, for people."""
    encoding: Literal["utf-8-sig", "utf-8", "cp932"] = "utf-8-sig"
    columns: tuple[ExportColumn, ...] = ()


class ValidDates(_Strict):
    """First and last day on which this revision is accepted."""

    from_: date = Field(alias="from")
    until: date | None = None


class FormDefinition(_Strict):
    """A whole form."""

    schema_version: Literal[1] = 1
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,63}$")]
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
            for name in (*rule.fields, *re.findall(r"{([a-z][a-z0-9_]*)}", rule.message)):
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
