"""Drafts of form definitions against the definitions themselves: what is found, what is spurious.

A place is found when a proposed box covers it with an intersection over union of more than one
half; of a date in parts its figures count, without the era words. A label is right when what it
says is part of the true one or the other way round, digits and brackets aside, or when the two
share half of their characters.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from models.engines import Engines
from pipelines.decode import DecodeLimits
from pipelines.forms.load import FormEntry
from pipelines.forms.model import Box, FieldDefinition, FormDefinition
from pipelines.forms.propose import propose_form
from pipelines.forms.propose_scan import level_pages, pages_to_pdf, text_reader
from pipelines.forms.render import render_blank
from pipelines.geometry import scaling
from pipelines.records import Matrix, Page
from pipelines.synthesis.degrade import Degradation, degrade, move_box
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.paper import draw_paper

WAYS: dict[str, tuple[Degradation, ...]] = {
    "clean": (Degradation.JPEG,),
    "noise": (Degradation.NOISE, Degradation.JPEG),
    "skew": (Degradation.SKEW, Degradation.NOISE, Degradation.JPEG),
    "lowres": (Degradation.LOWRES,),
    "fax": (Degradation.FAX,),
    "photo": (Degradation.PERSPECTIVE, Degradation.SHADOW, Degradation.JPEG),
}
_DPI = 200
_Corners = tuple[float, float, float, float]
Place = tuple[int, _Corners, str, str]
"""Page, box in mm, kind, label."""
Move = Callable[[int, Box], _Corners]


def from_pdf(form: FormEntry) -> tuple[FormDefinition, Move]:
    """Draft from the blank as a PDF, and where the places of the form are on its pages."""
    pdf = render_blank(form.definition, form.directory)
    draft = propose_form(pdf, id=form.definition.id, title=form.definition.title)
    return draft.definition, stay


def from_scan(
    form: FormEntry, way: str, rng: np.random.Generator, engines: Engines
) -> tuple[FormDefinition, Move]:
    """Draft from a scan of the blank, and where the places of the form are on its pages."""
    worse = [degrade(page, WAYS[way], _DPI, rng) for page in draw_paper(form, _DPI, rng)]
    dpi = 150 if Degradation.LOWRES in WAYS[way] else _DPI
    data = encode_scan([pixels for pixels, _ in worse], ScanFormat.TIFF, dpi=dpi)
    level = level_pages(data, engines, limits=DecodeLimits())
    draft = propose_form(
        pages_to_pdf(level),
        id=form.definition.id,
        title=form.definition.title,
        read=text_reader(engines),
    )
    steps = [_step(page, matrix) for page, (_, matrix) in zip(level, worse, strict=True)]
    return draft.definition, lambda page, box: move_box(steps[page - 1], stay(page, box))


def _step(page: Page, matrix: Matrix) -> Matrix:
    """From mm of the form to mm of the levelled page."""
    to_page = np.linalg.inv(page.to_scan)
    step: Matrix = scaling(25.4 / page.dpi) @ to_page @ matrix @ scaling(_DPI / 25.4)
    return step


def stay(_page: int, box: Box) -> _Corners:
    """Give the corners of a box on a page that nothing moved."""
    return box.x, box.y, box.x + box.width, box.y + box.height


def count(
    truth: FormDefinition, draft: FormDefinition, move: Move
) -> tuple[Counter[str], list[str]]:
    """Count fields (with seals) and options; lines say what is wrong."""
    row: Counter[str] = Counter()
    errors: list[str] = []
    for name, collect in (("fields", _fields), ("options", _options)):
        true, proposed = collect(truth, move), collect(draft, stay)
        row.update(_compared(name, true, proposed))
        errors += _errors(true, proposed)
    return row, errors


def _fields(form: FormDefinition, move: Move) -> list[Place]:
    places = [
        (field.page, move(field.page, _written(field)), str(field.kind), field.label)
        for field in form.fields
    ]
    seals = [(s.page, move(s.page, s.box), str(s.kind), s.label) for s in form.seals]
    return places + seals


def _written(field: FieldDefinition) -> Box:
    """Where figures are written: of a date in parts without the era words before it."""
    boxes = [part.box for part in field.parts] or [field.box]
    x, y = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.x + b.width for b in boxes), max(b.y + b.height for b in boxes)
    return Box(x=x, y=y, width=right - x, height=bottom - y)


def _options(form: FormDefinition, move: Move) -> list[Place]:
    places = [
        (group.page, move(group.page, option.box), str(group.style), option.label)
        for group in form.marks
        for option in group.options
    ]
    return places + [
        (field.page, move(field.page, era.box), str(field.era_style), str(era.value))
        for field in form.fields
        for era in field.eras
    ]


def _compared(name: str, truth: list[Place], proposed: list[Place]) -> dict[str, int]:
    pairs = [(t, p) for t in truth for p in proposed if _same(t, p)]
    return {
        name: len(truth),
        f"{name}_found": len({id(t) for t, _ in pairs}),
        f"{name}_kind": len({id(t) for t, p in pairs if t[2] == p[2]}),
        f"{name}_label": len({id(t) for t, p in pairs if _alike(t[3], p[3])}),
        f"{name}_proposed": len(proposed),
        f"{name}_spurious": len(proposed) - len({id(p) for _, p in pairs}),
    }


def _errors(truth: list[Place], proposed: list[Place]) -> Iterator[str]:
    for place in truth:
        found = [p for p in proposed if _same(place, p)]
        if not found:
            yield f"missed {_told(place)}"
        elif not any(p[2] == place[2] for p in found):
            yield f"kind {_told(place)} as {_told(found[0])}"
        elif not any(_alike(p[3], place[3]) for p in found):
            yield f"label {_told(place)} as {_told(found[0])}"
    for place in proposed:
        if not any(_same(t, place) for t in truth):
            yield f"spurious {_told(place)}"


def _told(place: Place) -> str:
    page, box, kind, label = place
    return f"p{page} {kind} {label} {[round(v, 1) for v in box]}"


def _same(a: Place, b: Place) -> bool:
    return a[0] == b[0] and _overlap(a[1], b[1]) > 0.5


def _overlap(a: _Corners, b: _Corners) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(wide, 0) * max(high, 0)
    return shared / (_size(a) + _size(b) - shared)


def _size(box: _Corners) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _alike(a: str, b: str) -> bool:
    a, b = (re.sub(r"[\W\d_]", "", unicodedata.normalize("NFKC", text)) for text in (a, b))
    if not a or not b:
        return a == b
    shared = sum((Counter(a) & Counter(b)).values())
    return a in b or b in a or shared >= 0.5 * min(len(a), len(b))
