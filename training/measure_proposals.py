"""Measure drafts of form definitions: `python -m training.measure_proposals --scan clean skew`.

The blanks of the built-in forms are given to `propose_form` as PDFs (`--scan` not given), or as
scans of the printed blank: images alone, made worse in the named way (`clean`, `skew`, `photo`).
The draft is compared with the definition: a place is found when a proposed box covers it with an
intersection over union of more than one half; of a date in parts its figures count, without the era
words. A label is right when what it says is part of the true one or the other way round, digits and
brackets aside, or when the two share half of their characters. The rules of `propose_form` were
made while looking at these forms: expect less of others.
"""

import argparse
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np

from models.engines import Engines, load_engines
from pipelines.decode import DecodeLimits
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import Box, FieldDefinition, FormDefinition
from pipelines.forms.propose import propose_form
from pipelines.forms.propose_scan import level_pages, pages_to_pdf, text_reader
from pipelines.forms.render import render_blank
from pipelines.geometry import scaling
from pipelines.records import Matrix, Page
from pipelines.synthesis.degrade import Degradation, degrade, move_box
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.paper import draw_paper

_WAYS: dict[str, tuple[Degradation, ...]] = {
    "clean": (Degradation.JPEG,),
    "skew": (Degradation.SKEW, Degradation.NOISE, Degradation.JPEG),
    "photo": (Degradation.PERSPECTIVE, Degradation.SHADOW, Degradation.JPEG),
}
_DPI = 200
_Corners = tuple[float, float, float, float]
_Place = tuple[int, _Corners, str, str]
"""Page, box in mm, kind, label."""


def main() -> None:
    """Print a row for each form and one for all, for each way of scanning."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scan", nargs="*", choices=list(_WAYS), default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--forms", nargs="*", default=[])
    parser.add_argument("--errors", action="store_true", help="list what is missed or spurious")
    given = parser.parse_args()
    entries = [
        entry
        for entry in FormLibrary.builtin().entries
        if not given.forms or entry.key.id in given.forms
    ]
    for way in given.scan or ["pdf"]:
        total: Counter[str] = Counter()
        for entry in entries:
            draft, moved = _drafted(entry, way, given.seed)
            pairs = {
                name: (collect(entry.definition, moved), collect(draft, _stay))
                for name, collect in (("fields", _fields), ("options", _options))
            }
            row: Counter[str] = Counter()
            for name, (truth, proposed) in pairs.items():
                row += Counter(_compared(name, truth, proposed))
                if given.errors:
                    _list_errors(entry.key.id, truth, proposed)
            total += row
            _say(f"{way} {_line(entry.key.id, row)}")
        _say(f"{way} {_line('all', total)}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


_Move = Callable[[int, Box], _Corners]


def _stay(_page: int, box: Box) -> _Corners:
    return box.x, box.y, box.x + box.width, box.y + box.height


def _drafted(entry: FormEntry, way: str, seed: int) -> tuple[FormDefinition, _Move]:
    """Draft of a form, and where the places of the form are on the draft's pages."""
    form = entry.definition
    if way == "pdf":
        pdf = render_blank(form, entry.directory)
        return propose_form(pdf, id=form.id, title=form.title).definition, _stay
    rng = np.random.default_rng(seed)
    pages = draw_paper(entry, _DPI, rng)
    worse = [degrade(page, _WAYS[way], _DPI, rng) for page in pages]
    data = encode_scan([pixels for pixels, _ in worse], ScanFormat.TIFF, dpi=_DPI)
    level = level_pages(data, _engines(), limits=DecodeLimits())
    draft = propose_form(
        pages_to_pdf(level), id=form.id, title=form.title, read=text_reader(_engines())
    )
    steps = [_step(page, matrix) for page, (_, matrix) in zip(level, worse, strict=True)]
    return draft.definition, lambda page, box: move_box(steps[page - 1], _stay(page, box))


def _step(page: Page, matrix: Matrix) -> Matrix:
    """From mm of the form to mm of the levelled page."""
    to_page = np.linalg.inv(page.to_scan)
    step: Matrix = scaling(25.4 / page.dpi) @ to_page @ matrix @ scaling(_DPI / 25.4)
    return step


@cache
def _engines() -> Engines:
    return load_engines()


def _fields(form: FormDefinition, move: _Move) -> list[_Place]:
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


def _options(form: FormDefinition, move: _Move) -> list[_Place]:
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


def _compared(name: str, truth: list[_Place], proposed: list[_Place]) -> dict[str, int]:
    pairs = [(t, p) for t in truth for p in proposed if _same(t, p)]
    return {
        name: len(truth),
        f"{name}_found": len({id(t) for t, _ in pairs}),
        f"{name}_kind": len({id(t) for t, p in pairs if t[2] == p[2]}),
        f"{name}_label": len({id(t) for t, p in pairs if _alike(t[3], p[3])}),
        f"{name}_proposed": len(proposed),
        f"{name}_spurious": len(proposed) - len({id(p) for _, p in pairs}),
    }


def _list_errors(form: str, truth: list[_Place], proposed: list[_Place]) -> None:
    for place in truth:
        found = [p for p in proposed if _same(place, p)]
        if not found:
            _say(f"  {form} missed {_told(place)}")
        elif not any(p[2] == place[2] for p in found):
            _say(f"  {form} kind {_told(place)} as {_told(found[0])}")
        elif not any(_alike(p[3], place[3]) for p in found):
            _say(f"  {form} label {_told(place)} as {_told(found[0])}")
    for place in proposed:
        if not any(_same(t, place) for t in truth):
            _say(f"  {form} spurious {_told(place)}")


def _told(place: _Place) -> str:
    page, box, kind, label = place
    return f"p{page} {kind} {label} {[round(v, 1) for v in box]}"


def _same(a: _Place, b: _Place) -> bool:
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


def _line(name: str, row: Counter[str]) -> str:
    parts = []
    for what in ("fields", "options"):
        found = row[f"{what}_found"]
        spurious = row[f"{what}_spurious"] / max(row[f"{what}_proposed"], 1)
        kinds, labels = (row[f"{what}_{about}"] / max(found, 1) for about in ("kind", "label"))
        parts.append(
            f"{what} {row[what]}: found {found / max(row[what], 1):.1%}, spurious {spurious:.1%}, "
            f"of found kind {kinds:.1%}, label {labels:.1%}"
        )
    return f"{name}: {'; '.join(parts)}"


if __name__ == "__main__":
    main()
