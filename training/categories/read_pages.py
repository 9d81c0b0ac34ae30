"""Draw papers, scan them and let the service read them: `python -m training.categories.read_pages`.

    python -m training.categories.read_pages OUT.jsonl --seed 11 --count 80
    python -m training.categories.read_pages OUT.jsonl --seed 500001 --evaluation --each 3

Each line of the file is one page: its kind, the lines that were drawn and those that were read.
"""

import argparse
import io
import json
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import cv2
from PIL import Image

from models.engines import load_engines
from pipelines.categorise import load_category_model
from pipelines.category_features import text_lines
from pipelines.forms.load import FormLibrary
from pipelines.reader import Reader, load_reader
from pipelines.run import read_document
from training.categories.documents import (
    Paper,
    draw_foreign_paper,
    draw_paper,
    draw_stranger_paper,
)
from training.categories.rendering import EVALUATION_FONTS, TRAINING_FONTS, render
from training.categories.vocabulary import known_kinds, strangers


def read_page(paper: Paper, reader: Reader, rng: random.Random, *, evaluation: bool) -> str:
    """One page as JSON: `label`, `drawn` lines, `read` lines with size, place, confidence."""
    pixels = render(paper, EVALUATION_FONTS if evaluation else TRAINING_FONTS, rng)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "JPEG", quality=90)
    found = read_document(data.getvalue(), reader=reader, today=date(2026, 11, 1))
    body = {
        "label": paper.label,
        "drawn": [[line.text, line.size * 200 / 25.4, line.y * 200 / 25.4] for line in paper.lines],
        "read": [
            [line.text, line.size, line.top, line.page, line.vertical, line.confidence]
            for line in text_lines(found.lines)
        ],
        "said": [found.category.label, found.category.confidence, *found.category.candidates],
    }
    return json.dumps(body, ensure_ascii=False)


def _papers(seed: int, each: int, count: int, *, evaluation: bool) -> Iterator[Paper]:
    rng = random.Random(seed)
    papers = [
        draw_paper(kind, rng, held_out=evaluation) for kind in known_kinds() for _ in range(each)
    ]
    for stranger in strangers(held_out=evaluation):
        papers += [draw_stranger_paper(stranger, rng, held_out=evaluation) for _ in range(each)]
    papers += [draw_foreign_paper(rng, held_out=evaluation) for _ in range(8 * each)]
    rng.shuffle(papers)
    yield from papers[:count]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--each", type=int, default=1, help="papers of each kind")
    parser.add_argument("--count", type=int, default=100_000, help="of these at most so many")
    parser.add_argument("--evaluation", action="store_true", help="fonts, matters of evaluation")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    reader = load_reader(FormLibrary(()), load_engines(), load_category_model(), program="training")
    rng = random.Random(options.seed + 1)
    with options.out.open("w", encoding="utf-8") as file:
        for paper in _papers(
            options.seed, options.each, options.count, evaluation=options.evaluation
        ):
            file.write(read_page(paper, reader, rng, evaluation=options.evaluation) + "\n")
            file.flush()


if __name__ == "__main__":
    main()
