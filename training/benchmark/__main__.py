"""Measure and write docs/figures.md and docs/figures.json.

python -m training.benchmark [--scans 200] [--pages 8] [--out docs]
"""

import argparse
import json
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import cv2

from models.engines import load_engines
from pipelines.categorise import load_category_model
from pipelines.forms.load import FormLibrary
from pipelines.run import load_reader
from training.benchmark.accuracy import Accuracy, Tally, measure
from training.benchmark.report import write_report
from training.benchmark.scans import sample_scans, speed_pages, synthetic_scans
from training.benchmark.speed import measure_speed


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m training.benchmark", description=__doc__)
    parser.add_argument("--scans", type=int, default=200, help="synthetic scans")
    parser.add_argument("--pages", type=int, default=8, help="pages for the speed figures")
    parser.add_argument("--samples", type=Path, default=Path("samples"))
    parser.add_argument("--out", type=Path, default=Path("docs"))
    options = parser.parse_args()
    cv2.setNumThreads(1)
    library = FormLibrary.builtin()
    categories = load_category_model()
    reader = load_reader(library, load_engines(), categories, program="benchmark")
    samples = measure(sample_scans(options.samples), reader)
    synthetic = measure(synthetic_scans(library, options.scans), reader)
    pages = list(islice(speed_pages(library), options.pages))
    results = {
        "samples": _rows(samples.by_group),
        "synthetic_by_degradation": _rows(synthetic.by_group),
        "synthetic_by_hand": _rows(synthetic.by_hand),
        "synthetic_by_kind": _rows(synthetic.by_kind),
        "most_often_wrong": dict(synthetic.wrong.most_common(25)),
        "speed": measure_speed(pages, library),
    }
    (options.out / "figures.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    write_report(results, options.out / "figures.md")
    print((options.out / "figures.md").read_text("utf-8"))  # noqa: T201


def _rows(tallies: Mapping[str, Tally]) -> dict[str, dict[str, float]]:
    return {name: tally.row() for name, tally in sorted(tallies.items())}


__all__ = ["Accuracy", "main"]

if __name__ == "__main__":
    main()
