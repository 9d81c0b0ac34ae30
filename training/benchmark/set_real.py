"""Real images with truth: handwritten notes, printed pages, degraded printed kana.

They lie outside the repository (`--real`), each with its licence in the README there. Nothing is
trained or tuned on them.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from pipelines.records import Pixels
from training.benchmark.items import ItemSet, LineItem, Measure, PageItem, TruthLine
from training.benchmark.set_fields import cut

_NOTES = (
    ("hw_yomitoku_client", "handritten_reciepe.jpg"),
    ("hw_findtextcenternet", "test1.png"),
    ("hw_ndlocr_lite", "tategaki.png"),
)
_PRINT = (("print_findtextcenternet", "test2.png"), ("print_easyocr", "japanese.jpg"))
_KANA = "kana_hiragana73"


def real_sets(folder: Path | None, kana: int) -> Iterator[ItemSet]:
    """Make the sets of real images below `folder`; `kana` limits the single characters."""
    notes = _wanted(folder, [f"{d}/{f}" for d, f in _NOTES])
    yield ItemSet(
        name="notes",
        title="Handwritten notes, lines cut by their boxes",
        provenance="hw_yomitoku_client, hw_findtextcenternet, hw_ndlocr_lite: 3 photos, 3 writers",
        real=True,
        measure=Measure.CER,
        lines=[] if notes or folder is None else list(_note_lines(folder)),
        missing=notes,
    )
    yield ItemSet(
        name="notes_pages",
        title="Handwritten notes, whole pages",
        provenance="the same photos, lines found by each engine itself",
        real=True,
        measure=Measure.CER,
        pages=[] if notes or folder is None else [_page(folder, *place) for place in _NOTES],
        missing=notes,
    )
    printed = _wanted(folder, [f"{d}/{f}" for d, f in _PRINT])
    yield ItemSet(
        name="print_pages",
        title="Printed pages",
        provenance="print_findtextcenternet (a page of a novel with furigana), "
        "print_easyocr (photo of a sign)",
        real=True,
        measure=Measure.CER,
        pages=[] if printed or folder is None else [_page(folder, *place) for place in _PRINT],
        missing=printed,
    )
    characters = _wanted(folder, [f"{_KANA}/labels.csv"])
    yield ItemSet(
        name="kana_degraded",
        title="Single printed hiragana, books of 1900-1977",
        provenance="kana_hiragana73 (NDL): one character a picture, 48 x 48",
        real=True,
        measure=Measure.CER,
        lines=[] if characters or folder is None else _kana(folder, kana),
        missing=characters,
    )


def _wanted(folder: Path | None, files: Sequence[str]) -> str:
    """Why the files cannot be used; empty when all are there."""
    if folder is None:
        return "no folder of real images (--real)"
    absent = [name for name in files if not (folder / name).is_file()]
    return f"missing below {folder.name}: {', '.join(absent)}" if absent else ""


def _note_lines(folder: Path) -> Iterator[LineItem]:
    for source, file in _NOTES:
        pixels = _open(folder / source / file)
        for number, (line, vertical) in enumerate(_boxes(folder / source / file), start=1):
            assert line.box is not None
            yield LineItem(
                name=f"{source}-{number}",
                pixels=cut(pixels, line.box),
                truth=line.text,
                vertical=vertical,
                tags={"file": source},
            )


def _page(folder: Path, source: str, file: str) -> PageItem:
    path = folder / source / file
    if path.with_suffix(".lines.csv").is_file():
        lines = tuple(line for line, _ in _boxes(path))
    else:
        text = path.with_suffix(".gt.txt").read_text("utf-8")
        lines = tuple(TruthLine(text=line, box=None) for line in text.splitlines() if line.strip())
    return PageItem(name=source, pixels=_open(path), lines=lines)


def _boxes(image: Path) -> list[tuple[TruthLine, bool]]:
    """Lines of a `.lines.csv` that are marked for use, and whether each is vertical."""
    with image.with_suffix(".lines.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["use"].strip() == "1"]
    return [
        (
            TruthLine(
                text=row["text"],
                box=(float(row["x0"]), float(row["y0"]), float(row["x1"]), float(row["y1"])),
            ),
            row["orientation"].strip() == "v",
        )
        for row in rows
    ]


def _kana(folder: Path, count: int) -> list[LineItem]:
    """Up to `count` characters, spread evenly over the list."""
    with (folder / _KANA / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    step = max(1, len(rows) // max(1, count))
    return [
        LineItem(
            name=row["file"],
            pixels=_open(folder / _KANA / row["file"]),
            truth=row["char"],
            tags={"decade": f"{row['book_year'][:3]}0s"},
        )
        for row in rows[::step][:count]
    ]


def _open(path: Path) -> Pixels:
    image = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path.name} is no image")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
