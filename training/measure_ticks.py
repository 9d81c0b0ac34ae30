"""Measure the reading of ticks on forms that are nothing but boxes to tick.

    python -m training.measure_ticks --first-seed 420000 --seeds 48 --out ticks.jsonl

Pages are toned and registered as the reader does it; those that it would refuse hold no option.
Every layout of `training.tick_forms` is ticked once a seed, with a hand and with shapes of ticks
that are never fitted on; every condition of `training.mark_pages` gets the same share. Each page is
a line of `--out`: run it again to go on. Prints options, those judged wrong and those left open by
manner, condition, layout and printing, and the upper bound (95%) of the share of wrong ticks.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.marks import MarkReader
from pipelines.ink import subtract_blank
from pipelines.marks import read_marks
from pipelines.records import Mark, MarkState
from training.contact_sheet import save_crop
from training.mark_cells.data import templates_of
from training.mark_pages import CONDITIONS, MarkedPage, registered_marks
from training.measure_marks import STATES
from training.tick_forms import LAYOUTS, Layout, tick_form
from training.tick_pages import ticked_page

_CHANCES = 0.05
_KINDS = {"empty": "empty", "dirt": "empty", "empty, a tick runs in": "empty", "struck": "struck"}
_KINDS |= dict.fromkeys(("cross", "slash", "fill", "circle"), "other marks")


def main() -> int:
    """Measure what is not measured yet, and print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=420_000)
    parser.add_argument("--seeds", type=int, default=48)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=600.0, help="stop after so long")
    parser.add_argument("--models", nargs="+", default=[None], help="versions of the network")
    parser.add_argument("--show-wrong", type=Path, help="folder for crops of what is not right")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    readers, started = [MarkReader.load(version=v) for v in options.models], time.monotonic()
    done = {(p["layout"], p["seed"]) for p in _pages(options.out)}
    with options.out.open("a") as out:
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            for layout in LAYOUTS:
                if time.monotonic() - started > 60 * options.minutes:
                    break
                if (layout.name, seed) not in done:
                    page = _measure(layout, seed, readers, options.show_wrong)
                    out.write(json.dumps(page) + "\n")
                    out.flush()
    for reader in readers:
        _print_tables(_pages(options.out), reader.manifest.version)
    return 0


def _pages(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def _measure(
    layout: Layout, seed: int, readers: list[MarkReader], crops: Path | None
) -> dict[str, Any]:
    """Draw and read one page: by network and manner how many options, wrong and open ones.

    `crops` is where what the first network does not get right is shown.
    """
    entry = tick_form(layout)
    condition = list(CONDITIONS)[seed % len(CONDITIONS)]
    ticked = ticked_page(entry, seed, condition, measuring=True)
    drawn, (template, *_) = ticked.page, templates_of(entry)
    found: dict[str, Any] = {"layout": layout.name, "seed": seed, "condition": condition}
    found |= {"printing": ticked.printing, "rows": {}, "ms": {}}
    registered = registered_marks(entry, template, drawn)
    if registered is None:
        return found
    ink = subtract_blank(registered, template)
    for number, reader in enumerate(readers):
        began = time.process_time()
        marks = read_marks(registered, template, entry.definition, ink, reader)
        version = reader.manifest.version
        found["ms"][version] = round((time.process_time() - began) * 1000 / len(marks), 4)
        rows: dict[str, list[int]] = {}
        for mark in marks:
            manner = drawn.manner[mark.group, mark.option]
            is_open = mark.state is MarkState.AMBIGUOUS
            wrong = not is_open and mark.state is not STATES[drawn.truth[mark.group, mark.option]]
            row = rows.setdefault(manner, [0, 0, 0])
            row[:] = [row[0] + 1, row[1] + wrong, row[2] + is_open]
            if crops is not None and number == 0 and (wrong or is_open):
                _keep_crop(crops, f"{layout.name}-{ticked.printing}", seed, drawn, mark)
        found["rows"][version] = rows
    return found


def _keep_crop(folder: Path, where: str, seed: int, drawn: MarkedPage, mark: Mark) -> None:
    manner = drawn.manner[mark.group, mark.option].replace(",", "").replace(" ", "_")
    kind = "open" if mark.state is MarkState.AMBIGUOUS else f"read_{mark.state}"
    name = f"{manner}-{kind}-{where}-{drawn.condition}-{seed}-{mark.group}-{mark.option}.png"
    save_crop(folder / name, drawn.pixels, mark.box, around=1.6)


def _print_tables(pages: list[dict[str, Any]], version: str) -> None:
    sys.stdout.write(f"network {version}\n")
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for page in pages:
        if not page["rows"]:
            counts["pages", f"not registered, {page['printing']}"].update(count=1)
        for manner, (count, wrong, left_open) in page["rows"].get(version, {}).items():
            kind, words = _KINDS.get(manner, "ticks"), page["layout"] == "words"
            kind += " (words)" if words else ""
            held = {"count": count, "wrong": wrong, "open": left_open}
            for key in (("all", kind), ("by manner", manner + (" (words)" if words else ""))):
                counts[key].update(held)
            for table in ("condition", "layout", "printing"):
                counts[f"by {table}", f"{page[table]}: {kind}"].update(held)
    for (table, name), row in sorted(counts.items()):
        total, wrong = row["count"], row["wrong"]
        sys.stdout.write(
            f"{table:12} {name:30} {total:6} wrong {wrong:4} ({wrong / total:.3%},"
            f" below {upper_bound(wrong, total):.3%}) open {row['open']:4}\n"
        )
    spent = [page["ms"][version] for page in pages if version in page["ms"]]
    sys.stdout.write(f"{len(pages)} pages; processor ms an option: {np.mean(spent):.3f}\n")


def upper_bound(wrong: int, total: int) -> float:
    """Share of wrong ones that is exceeded with 5% at most, by Clopper and Pearson."""
    low, high = wrong / total, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, total, middle) > _CHANCES else (low, middle)
    return high


def _at_most(wrong: int, total: int, share: float) -> float:
    """Chance of at most `wrong` among `total` at a share of wrong ones."""
    if share >= 1.0:
        return float(wrong >= total)
    chance, summed = total * np.log1p(-share), 0.0
    for k in range(wrong + 1):
        summed += float(np.exp(chance))
        chance += np.log((total - k) / (k + 1)) + np.log(share / (1 - share)) if k < total else 0
    return summed


if __name__ == "__main__":
    raise SystemExit(main())
