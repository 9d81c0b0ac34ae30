"""Reads the boxes of a known form: only these, and only the ink in them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from models.digits import DigitReader
from models.recogniser import Recogniser
from models.wording import Wording
from pipelines.field_cuts import StraySeen, cut_fields
from pipelines.field_digits import with_digits
from pipelines.field_fluid import find_fluid
from pipelines.field_ink import PageInk, sort_ink
from pipelines.field_seals import find_correction_seal
from pipelines.field_slots import Cut, ReadCut
from pipelines.field_texts import box_candidates
from pipelines.field_values import (
    FORMATTED,
    Candidate,
    choose_value,
    is_doubtful,
    part_candidates,
    with_era,
)
from pipelines.forms.model import DatePart, Era, FieldDefinition, FormDefinition
from pipelines.forms.template import Template
from pipelines.geometry import LEAST_SEEN, box_in_scan, visible_share
from pipelines.ink import Ink, shows_colour
from pipelines.office_words import NO_WORDS, OfficeWords
from pipelines.records import (
    Alternative,
    Field,
    FieldSource,
    FieldState,
    Mark,
    MarkState,
    RegisteredPage,
)
from pipelines.wording import worded

BoxSeen = Callable[[FieldDefinition, ReadCut], None]

# Below this probability a reading says nothing about the ink.
_UNREADABLE = 0.02
_MAX_ALTERNATIVES = 4
# Of a box that is blank, or written so faintly that nothing is left of it, nobody knows which.
_EVEN = 0.5


def read_fields(
    registered: RegisteredPage,
    template: Template,
    form: FormDefinition,
    marks: Sequence[Mark],
    ink: Ink,
    recogniser: Recogniser,
    *,
    digits: DigitReader | None = None,
    wording: Wording | None = None,
    words: OfficeWords = NO_WORDS,
    seen: BoxSeen | None = None,
    strays: StraySeen | None = None,
) -> tuple[Field, ...]:
    """Read all fields of `form` that stand on this page, in the order of the form.

    `marks` are those of the page: the era circled before a date is the group `<field>.era`. `ink`
    is what was added to the blank (`subtract_blank`). Blank boxes are known from the ink alone and
    never shown to the recogniser. `digits` is asked as well where digits stand apart,
    `wording` about free text; `words` are those that the office taught. Boxes are in
    pixels of the original scan. `seen` is called with every box as it was read, `strays` with
    every place of writing that belongs to no box for sure.
    """
    page = sort_ink(registered, ink)
    fields = [field for field in form.fields if field.page == template.form_page]
    cuts = cut_fields(page, form, fields, marks, registered, strays)
    flat = [cut for group in cuts for cut in group]
    readings = iter(_read_all(flat, recogniser, digits, wording))
    found = []
    for field, group in zip(fields, cuts, strict=True):
        read = [next(readings) for _ in group]
        if seen is not None:
            for box in read:
                seen(field, box)
        made = _field(field, read, _era(field, marks), page, registered, words)
        found.append(_corrected(made, field, read, page, ink, registered, template))
    return tuple(found)


def _read_all(
    cuts: Sequence[Cut],
    recogniser: Recogniser,
    digits: DigitReader | None,
    wording: Wording | None,
) -> list[ReadCut]:
    """Read all crops of a page in one call."""
    pairs = [(crop, cut.slot) for cut in cuts for crop in (*cut.crops, *cut.struck)]
    crops, repertoires = [c for c, _ in pairs], [slot.repertoire for _, slot in pairs]
    read = recogniser.read([c.pixels for c in crops], repertoires, [c.spans or None for c in crops])
    if digits is not None:
        read = with_digits(crops, repertoires, read, digits)
    if wording is not None:
        read = [
            worded(r, wording) if slot.prose else r
            for r, (_, slot) in zip(read, pairs, strict=True)
        ]
    readings = iter(read)
    return [
        ReadCut(
            cut, tuple(next(readings) for _ in cut.crops), tuple(next(readings) for _ in cut.struck)
        )
        for cut in cuts
    ]


def _field(
    field: FieldDefinition,
    read: Sequence[ReadCut],
    era: Era | None,
    page: PageInk,
    registered: RegisteredPage,
    words: OfficeWords,
) -> Field:
    corners = _corners(field, read, page)
    blank = Field(
        name=field.name,
        label=field.label,
        kind=str(field.kind),
        value=None,
        raw_text="",
        confidence=1.0,
        state=FieldState.BLANK,
        source=FieldSource.BLANK,
        box=box_in_scan(registered, corners),
        page=registered.number,
    )
    if visible_share(registered, corners) < LEAST_SEEN:
        return _unknown(blank)
    if all(r.cut.blank for r in read):
        # Crumbs of ink are no value, and a box that holds them is not known to be blank.
        if any(r.cut.trace for r in read):
            return replace(_unknown(blank), source=FieldSource.BLANK)
        unsure = any(r.cut.unsure for r in read)
        return replace(blank, confidence=_EVEN, doubtful=True) if unsure else blank
    written = _valued(field, _candidates(field, read, era, words), blank)
    if not any(r.cut.struck for r in read):
        return written
    return _struck(field, read, era, written, blank)


def _struck(
    field: FieldDefinition,
    read: Sequence[ReadCut],
    era: Era | None,
    written: Field,
    blank: Field,
) -> Field:
    """Make the field of a struck-out value.

    What was written instead is the value, the struck one its first alternative; only where nothing
    survives is the state `struck`.
    """
    before = [replace(r, cut=replace(r.cut, crops=r.cut.struck), lines=r.struck) if r.struck else r
              for r in read]  # fmt: skip
    old = _valued(field, _candidates(field, before, era, NO_WORDS), blank)
    struck = (Alternative(value=old.value, confidence=old.confidence),) if old.value else ()
    survives = any(r.cut.struck and r.cut.crops for r in read)
    if not survives:
        return replace(
            old,
            value=None,
            state=FieldState.STRUCK,
            source=FieldSource.READ,
            doubtful=True,
            alternatives=struck,
        )
    return replace(
        written,
        doubtful=True,
        alternatives=(*struck, *written.alternatives)[:_MAX_ALTERNATIVES],
    )


def _corrected(
    made: Field,
    field: FieldDefinition,
    read: Sequence[ReadCut],
    page: PageInk,
    ink: Ink,
    registered: RegisteredPage,
    template: Template,
) -> Field:
    """Say how the paper was corrected: a seal by what was struck, fluid under what is written."""
    fluid = None
    cuts = [r.cut for r in read]
    if any(not cut.blank for cut in cuts):
        fluid = find_fluid(registered, template.grey, _corners(field, read, page))
    return replace(
        made,
        correction_seal=_sealed(read, ink, registered),
        correction_fluid=fluid,
        doubtful=made.doubtful or fluid is True or any(c.doubted for c in cuts),
    )


def _sealed(read: Sequence[ReadCut], ink: Ink, registered: RegisteredPage) -> bool | None:
    """Whether a correction seal stands by what was struck out in a field."""
    struck = [crop.bounds for r in read for crop in r.cut.struck]
    if not struck or not shows_colour(registered, ink):
        return None
    return find_correction_seal(ink, struck, registered.dpi)


def _candidates(
    field: FieldDefinition, read: Sequence[ReadCut], era: Era | None, words: OfficeWords
) -> list[Candidate]:
    options = {r.cut.slot.part: box_candidates(field, r.cut.crops, r.lines, words) for r in read}
    whole = options.get(None)
    if whole is not None:
        return [replace(c, text=with_era(field, c.text, era)) for c in whole]
    parts: Mapping[DatePart, list[Candidate]] = {p: c for p, c in options.items() if p is not None}
    return part_candidates(field, parts, era)


def _valued(field: FieldDefinition, candidates: Sequence[Candidate], blank: Field) -> Field:
    if not candidates or not candidates[0].text:
        return _unknown(blank)
    value = choose_value(field, candidates)
    normal = value.normalised.value
    unreadable = value.likelihood < _UNREADABLE or (normal is None and field.kind in FORMATTED)
    return replace(
        blank,
        value=normal,
        raw_text=value.text,
        confidence=round(value.confidence, 4),
        state=FieldState.UNREADABLE if unreadable else FieldState.READ,
        source=FieldSource.READ,
        doubtful=unreadable or is_doubtful(field, value),
        alternatives=tuple(
            Alternative(value=c.text, confidence=round(c.confidence, 4))
            for c in value.others[:_MAX_ALTERNATIVES]
        ),
    )


def _unknown(blank: Field) -> Field:
    """Ink that says nothing, or a place that the scan does not show."""
    return replace(
        blank,
        confidence=0.0,
        state=FieldState.UNREADABLE,
        source=FieldSource.READ,
        doubtful=True,
    )


def _era(field: FieldDefinition, marks: Sequence[Mark]) -> Era | None:
    """Return the era printed before the year, or the only one that is marked."""
    if field.era is not None or not field.eras:
        return field.era
    chosen = [m for m in marks if m.group == f"{field.name}.era" and m.state is MarkState.MARKED]
    return Era(chosen[0].option) if len(chosen) == 1 else None


def _corners(
    field: FieldDefinition, read: Sequence[ReadCut], page: PageInk
) -> tuple[float, float, float, float]:
    """Box of the field with the ink that leaves it, in template pixels."""
    b = field.box
    bounds = [(page.px(b.x), page.px(b.y), page.px(b.x + b.width), page.px(b.y + b.height))]
    bounds += [crop.bounds for r in read for crop in (*r.cut.crops, *r.cut.struck)]
    return (
        min(b[0] for b in bounds),
        min(b[1] for b in bounds),
        max(b[2] for b in bounds),
        max(b[3] for b in bounds),
    )
