"""Measure drafts of form definitions: `python -m training.measure_proposals`.

The blanks of the built-in forms are given to `propose_form` as PDFs, and the draft is compared with
the definition: a place is found when a proposed box covers it with an intersection over union of
more than one half. Boxes of the office's own column (受付印, 職員記入欄) are in no definition
and count as spurious. The rules of `propose_form` were made while looking at these forms: expect
less of others.
"""

from collections import Counter

from pipelines.forms.load import FormLibrary
from pipelines.forms.model import Box, FieldDefinition, FormDefinition
from pipelines.forms.propose import propose_form
from pipelines.forms.render import render_blank

_Places = list[tuple[int, Box, str]]


def main() -> None:
    """Print a row for each form and one for all."""
    total: Counter[str] = Counter()
    for entry in FormLibrary.builtin().entries:
        form = entry.definition
        draft = propose_form(
            render_blank(form, entry.directory), id=form.id, title=form.title
        ).definition
        row = Counter(
            **_compared("fields", _fields(form), _fields(draft)),
            **_compared("options", _options(form), _options(draft)),
        )
        total += row
        print(_line(form.id, row))  # noqa: T201
    print(_line("all", total))  # noqa: T201


def _fields(form: FormDefinition) -> _Places:
    places = [(field.page, _written(field), str(field.kind)) for field in form.fields]
    return places + [(seal.page, seal.box, seal.kind) for seal in form.seals]


def _written(field: FieldDefinition) -> Box:
    """Where figures are written: of a date in parts without the era words before it."""
    boxes = [part.box for part in field.parts] or [field.box]
    x, y = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.x + b.width for b in boxes), max(b.y + b.height for b in boxes)
    return Box(x=x, y=y, width=right - x, height=bottom - y)


def _options(form: FormDefinition) -> _Places:
    places = [(group.page, option.box, "") for group in form.marks for option in group.options]
    return places + [(field.page, era.box, "") for field in form.fields for era in field.eras]


def _compared(name: str, truth: _Places, proposed: _Places) -> dict[str, int]:
    pairs = [(t, p) for t in truth for p in proposed if t[0] == p[0] and _overlap(t[1], p[1]) > 0.5]
    found = {id(t) for t, _ in pairs}
    return {
        name: len(truth),
        f"{name}_found": len(found),
        f"{name}_kind": len({id(t) for t, p in pairs if t[2] == p[2]}),
        f"{name}_proposed": len(proposed),
        f"{name}_spurious": len(proposed) - len({id(p) for _, p in pairs}),
    }


def _overlap(a: Box, b: Box) -> float:
    wide = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    high = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    shared = max(wide, 0) * max(high, 0)
    return shared / (a.width * a.height + b.width * b.height - shared)


def _line(name: str, row: Counter[str]) -> str:
    parts = []
    for what in ("fields", "options"):
        found = row[f"{what}_found"] / max(row[what], 1)
        spurious = row[f"{what}_spurious"] / max(row[f"{what}_proposed"], 1)
        parts.append(f"{what} {row[what]}: found {found:.1%}, spurious {spurious:.1%}")
    kinds = row["fields_kind"] / max(row["fields_found"], 1)
    return f"{name}: {'; '.join(parts)}; kind of found fields right {kinds:.1%}"


if __name__ == "__main__":
    main()
