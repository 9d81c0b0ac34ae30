"""Measure the text classifier on real papers: `python -m training.measure_categories DATA`.

DATA holds the folders named in the table below: published forms that are no training material,
pages of books and magazines, answer sheets, handwritten notes. All are read without any form, so
that only their text tells what they are. Never train on them.
"""

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import cv2

from models.engines import load_engines
from pipelines.categorise import UNKNOWN, load_category_model
from pipelines.forms.load import FormLibrary
from pipelines.run import load_reader, read_document

_RIGHT = {
    "forms_moj/*-2.pdf": {"other.application"},
    "forms_moj/*-3.pdf": {"other.application"},
    "forms_mhlw/*.pdf": {"other.attachment"},
    "print_*/*.*g": {UNKNOWN},
    "omr_*/*.*g": {UNKNOWN},
    "prep_*/*.jpg": {UNKNOWN},
    "hw_*/*.*g": {UNKNOWN, "opinion.letter"},
}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    for line in _results(options.data):
        print(line, flush=True)  # noqa: T201


def _results(data: Path) -> Iterator[str]:
    reader = load_reader(FormLibrary(()), load_engines(), load_category_model(), program="measure")
    right, held, sizes = 0, 0, []
    for pattern, labels in _RIGHT.items():
        for path in sorted(data.glob(pattern)):
            category = read_document(
                path.read_bytes(), reader=reader, today=date(2026, 11, 1)
            ).category
            right += category.label in labels
            held += bool(labels & set(category.candidates))
            sizes.append(len(category.candidates))
            mark = "right" if category.label in labels else "WRONG"
            yield (
                f"{mark} {path.parent.name}/{path.name}: {category.label} "
                f"{category.confidence:.2f} {', '.join(category.candidates)}"
            )
    count = max(len(sizes), 1)
    yield f"right {right} of {len(sizes)}, truth among candidates {held}, "
    yield f"mean number of candidates {sum(sizes) / count:.2f}"


if __name__ == "__main__":
    main()
