"""Measure writing that leaves its box: read with its field, taken by another, or told of.

    python -m training.measure_outside --first-seed 555000 --seeds 40 --out outside.jsonl

Pages of `training.outside_pages` are read. Each page is a line of `--out`: run it again to go on.
Prints, by side and by how far: values read exactly, of the others those that a person is asked
about (doubtful, or a place of writing outside of the boxes is told) and those wrong in silence;
and of the boxes beside them those falsely read, apart by where the ink lies (`Reach`).
`--ordinary` measures pages on which nothing leaves its box: doubts and places told of.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2

from models.engines import Engines, load_engines
from pipelines.fields import read_fields
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import Box, FormDefinition
from pipelines.forms.template import box_pixels
from pipelines.geometry import box_in_scan
from pipelines.ink import subtract_blank
from pipelines.marks import read_marks
from pipelines.outside import Stray
from pipelines.records import Field, RegisteredPage
from pipelines.synthesis.compare import fold
from training.contact_sheet import save_crop
from training.mark_cells.data import templates_of
from training.mark_pages import registered_marks
from training.outside_pages import OutsidePage, Reach, gap, outside_page

_BESIDE_MM = 10.0
Row = dict[str, Any]


def main() -> int:
    """Measure what is not measured yet, and print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=555_000)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--ordinary", action="store_true")
    parser.add_argument("--minutes", type=float, default=600.0, help="stop after so long")
    parser.add_argument("--show-silent", type=Path, help="folder for crops of what is wrong")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    engines, started = load_engines(), time.monotonic()
    done = {(p["form"], p["seed"]) for p in _pages(options.out)}
    with options.out.open("a") as out:
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            for entry in FormLibrary.builtin().entries:
                late = time.monotonic() - started > 60 * options.minutes
                if not late and (entry.key.id, seed) not in done:
                    page = _measure(entry, seed, engines, options)
                    out.write(json.dumps(page, ensure_ascii=False) + "\n")
                    out.flush()
    _print_tables(_pages(options.out))
    return 0


def _pages(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def _measure(entry: FormEntry, seed: int, engines: Engines, options: argparse.Namespace) -> Row:
    """Read one page: a row for each thing that was tried."""
    made: Row = {"form": entry.key.id, "seed": seed, "rows": []}
    page = outside_page(entry, seed, ordinary=options.ordinary)
    template = templates_of(entry)[0]
    registered = registered_marks(entry, template, page.drawn) if page is not None else None
    if page is None or registered is None:
        return made
    ink = subtract_blank(registered, template)
    marks = read_marks(registered, template, entry.definition, ink, engines.marks)
    strays: list[Stray] = []
    read = read_fields(
        registered, template, entry.definition, marks, ink, engines.recogniser,
        digits=engines.digits, wording=engines.wording, strays=strays.append,
    )  # fmt: skip
    found = {field.name: field for field in read}
    rows = [*_rows_of(entry.definition, page, found, strays)]
    if options.show_silent is not None:
        _keep_crops(options.show_silent, entry, seed, page, registered, rows)
    return {**made, "condition": page.drawn.condition, "rows": rows}


def _rows_of(
    form: FormDefinition, page: OutsidePage, found: dict[str, Field], strays: list[Stray]
) -> Iterator[Row]:
    elsewhere = [s for s in strays if all(gap(s.place, w.place) > 1.0 for w in page.left.values())]
    yield {"table": "pages", "name": "told of elsewhere", "places": len(elsewhere),
           "pages": int(bool(elsewhere))}  # fmt: skip
    if not page.left:
        yield from _ordinary(form, page, found)
    for field in form.fields:
        if field.name not in page.left:
            continue
        left = page.left[field.name]
        told = any(gap(left.place, stray.place) <= 1.0 for stray in strays)
        got, true = found[field.name], page.filling.fields[field.name].value
        # Whether a required field is blank is told by the checks.
        told |= left.reach is Reach.WHOLE and field.required and got.value is None
        kind = str(left.reach)
        row = {"table": kind, "field": field.name, **_outcome(got, true, told=told)}
        yield {**row, "name": left.side, "over": left.over, "got": got.value, "true": true}
        yield from _beside(form, page, left.place, found, kind)


def _outcome(got: Field, true: str | None, *, told: bool) -> dict[str, int]:
    right = fold(got.value) == fold(true)
    asked = got.doubtful or told
    return {
        "exact": int(right),
        "asked": int(not right and asked),
        "silent": int(not right and not asked),
    }


def _ordinary(form: FormDefinition, page: OutsidePage, found: dict[str, Field]) -> Iterator[Row]:
    """Fields of a page on which nothing leaves its box."""
    for field in form.fields:
        if field.page == 1:
            written, got = page.filling.fields.get(field.name), found[field.name]
            row = _outcome(got, written.value if written else None, told=False)
            name = "blank boxes" if written is None else "written boxes"
            yield {"table": "ordinary", "name": name, "field": field.name, **row,
                   "doubtful": int(got.doubtful)}  # fmt: skip


def _beside(
    form: FormDefinition, page: OutsidePage, place: Box, found: dict[str, Field], kind: str
) -> Iterator[Row]:
    """Boxes beside the writing: what is wrong with them in silence, or doubted."""
    for other in form.fields:
        if other.name in page.left or other.page != 1 or gap(place, other.box) > _BESIDE_MM:
            continue
        written, got = page.filling.fields.get(other.name), found[other.name]
        wrong = fold(got.value) != fold(written.value if written else None)
        row = {"table": f"beside: {kind}", "field": other.name, "doubted": int(got.doubtful)}
        silent = int(wrong and not got.doubtful)
        if written is None:
            yield {**row, "name": "blank boxes", "valued": int(wrong), "silent": silent}
        else:
            true = written.value
            yield {**row, "name": "written boxes", "misread": int(wrong), "silent": silent,
                   "got": got.value, "true": true}  # fmt: skip


def _keep_crops(
    folder: Path,
    entry: FormEntry,
    seed: int,
    page: OutsidePage,
    registered: RegisteredPage,
    rows: list[Row],
) -> None:
    boxes = {f.name: f.box for f in entry.definition.fields}
    for row in rows:
        if not row.get("silent"):
            continue
        kind = f"{row['table']}-{row['name']}".replace(": ", "_").replace(" ", "_")
        box = box_in_scan(registered, box_pixels(boxes[row["field"]], registered.dpi))
        name = f"{kind}-{page.drawn.condition}-{entry.key.id}-{seed}-{row['field']}.png"
        save_crop(folder / name, page.drawn.pixels, box, around=0.4)


def _print_tables(pages: list[Row]) -> None:
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for page in pages:
        for row in page["rows"]:
            held = {k: v for k, v in row.items() if isinstance(v, int)}
            names = [(row["table"], row["name"])]
            if "over" in row:
                names += [("by mm", f"{row['name']}, {row['over']:.1f} mm")]
            if row["table"] in (*Reach, "ordinary"):
                names += [(row["table"], "all"), ("all", page["condition"]), ("all", "all")]
            for key in names:
                counts[key].update(held, tried=1)
    for (table, name), count in sorted(counts.items()):
        tried = count.pop("tried")
        told = ", ".join(f"{what} {n} ({n / tried:.1%})" for what, n in sorted(count.items()) if n)
        sys.stdout.write(f"{table:20} {name:22} {tried:5} {told}\n")


if __name__ == "__main__":
    raise SystemExit(main())
