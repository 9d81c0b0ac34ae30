"""What confirmed lines do for the recogniser: `python -m training.measure_loop_recogniser`.

A made-up office whose people share habits that the shipped recogniser misreads: the ends of strokes
are flicked, the shortest strokes of a kanji left out, the rest joined, characters set close. Every
paper has a writer and a person of its own (seeds from 550,000); its lines, from a framed box as
JPEG, lie cut in a data set as `examples export --lines` writes it. For every number of lines a
candidate is made as `training.loop.recogniser` makes it. New writers of the same office (seeds from
690,500) and ordinary writing (`elsewhere`, seeds from 692,000) are read before and after.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from models.recogniser import Recogniser
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import Box
from pipelines.synthesis.compare import fold
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.hand import Writer
from pipelines.synthesis.hasty import hasty_writer
from pipelines.synthesis.layout import Sheet, write_line
from pipelines.synthesis.seeding import seeded
from training.loop.adapt import Encoded, encode, errors_of
from training.loop.candidate import write_candidate
from training.loop.dataset import load_dataset
from training.loop.lines import OfficeLine, Pixels, cut_ink, office_lines, usable_fields
from training.loop.recogniser import figures, make_candidate, open_model
from training.loop.rehearsal import rehearsal_lines

OFFICE_SEED, FRESH_SEED, ELSEWHERE_SEED = 550_000, 690_500, 692_000
FORM = "child-allowance-claim"
SIZES = (200, 500, 2000)
_DPI, _LONGEST = 200.0, 30
Counts = NDArray[np.int64]


def papers(library: FormLibrary, first_seed: int) -> Iterator[tuple[int, str, str, bytes]]:
    """Give seed of the paper, field, value and crop of every line, endless."""
    form, seed = library.find(FORM).definition, first_seed
    usable = {name for form_id, _, name in usable_fields(library) if form_id == FORM}
    while True:
        writer = hasty_writer(seed)
        filling = fill_form(form, writer, seed)
        for name, written in sorted(filling.fields.items()):
            if name in usable and written.value and 1 < len(written.text) <= _LONGEST:
                yield seed, name, written.text, _crop(written.text, writer, seed)
        seed += 1


def write_dataset(folder: Path, library: FormLibrary, count: int) -> None:
    """Write `count` lines as `examples export` would."""
    (folder / "lines").mkdir(parents=True)
    form = library.find(FORM).definition
    kinds = {field.name: str(field.kind) for field in form.fields}
    reader, lines = Recogniser.load(), []
    for number, (seed, name, text, crop) in enumerate(papers(library, OFFICE_SEED)):
        if number == count:
            break
        picture, cut = f"lines/{number}.png", _cut(crop)
        if cut is None:
            continue
        cv2.imwrite(str(folder / picture), cut)
        read = reader.read([cut], [None])[0]
        lines.append(
            {
                "document": f"doc_{seed}", "form": form.id, "revision": form.revision,
                "field": name, "kind": kinds[name], "suggested": read.text, "confirmed": text,
                "state": "read", "source": "read", "confidence": read.confidence,
                "doubtful": True, "corrected": fold(read.text) != fold(text),
                "received_on": "2026-11-20", "line": picture, "people": [],
            }
        )  # fmt: skip
    data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    (folder / "manifest.jsonl").write_bytes(data)
    (folder / "dataset.json").write_text(json.dumps({"version": sha256(data).hexdigest()}))


def office_writing(library: FormLibrary, first_seed: int, count: int) -> list[OfficeLine]:
    """Lines of the office from a seed on, cut as those of a data set are."""
    found: list[OfficeLine] = []
    kinds = {f.name: str(f.kind) for f in library.find(FORM).definition.fields}
    for seed, name, text, crop in papers(library, first_seed):
        pixels = _cut(crop)
        if pixels is not None:
            found.append(
                OfficeLine(
                    pixels=pixels, text=text, kind=kinds[name], document=str(seed), corrected=False
                )
            )
        if len(found) == count:
            return found
    return found


def _cut(crop: bytes) -> Pixels | None:
    return cut_ink(np.asarray(cv2.imdecode(np.frombuffer(crop, np.uint8), 1), np.uint8))


def _crop(text: str, writer: Writer, seed: int) -> bytes:
    """JPEG of a box on the paper with its writing and its frame."""
    width = 6 + 7.5 * len(text)
    shape = (round(12 * _DPI / 25.4), round((width + 6) * _DPI / 25.4), 3)
    sheet = Sheet(pixels=np.full(shape, 250, np.uint8), dpi=_DPI)
    box = Box(x=3, y=2, width=width, height=8)
    corners = [(round(v * _DPI / 25.4)) for v in (1.5, 1.0, width + 4.5, 11.0)]
    cv2.rectangle(sheet.pixels, corners[:2], corners[2:], (60, 60, 60), 1)
    write_line(sheet, box, text, writer, seeded(seed, "line", text))
    done, data = cv2.imencode(".jpg", sheet.pixels, [cv2.IMWRITE_JPEG_QUALITY, 88])
    assert done
    return bytes(data.tobytes())


def _told(name: str, lines: list[Encoded], before: Counts, after: Counts) -> str:
    found = figures(lines, before, after)
    wrong = f"{(before > 0).sum()} to {(after > 0).sum()} of {len(lines)} lines wrong"
    chars = f"{found['all.before']}% to {found['all.after']}% of characters"
    return f"{name}: {wrong}, {chars}, difference {found['all.low']} to {found['all.high']}"


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def main() -> int:
    """Make the data set, fit by number of lines, print."""
    parser = argparse.ArgumentParser(prog="python -m training.measure_loop_recogniser")
    parser.add_argument("--out", type=Path, required=True, help="new folder")
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--fresh", type=int, default=300)
    parser.add_argument("--elsewhere", type=int, default=400)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    library = FormLibrary.builtin()
    if not (options.out / "set").exists():
        write_dataset(options.out / "set", library, max(options.sizes))
    dataset = load_dataset(options.out / "set")
    lines = tuple(office_lines(options.out / "set", dataset, library))
    start = open_model("2.1.0")
    others = {
        "fresh": encode(start, office_writing(library, FRESH_SEED, options.fresh), most_unlike=9),
        "elsewhere": encode(
            start, rehearsal_lines(options.elsewhere, seed=ELSEWHERE_SEED), most_unlike=9
        ),
    }
    before = {name: errors_of(start, some) for name, some in others.items()}
    for size in options.sizes:
        begun, some = time.process_time(), lines[:size]
        try:
            made, model = make_candidate(some, "2.1.0", command="measured", told=_tell)
        except ValueError as error:
            sys.stdout.write(f"{size} lines: {error}\n")
            continue
        seconds = time.process_time() - begun
        wrong = sum(line.corrected for line in some)
        sys.stdout.write(f"{size} lines, {wrong} corrected, {seconds:.0f} s of CPU\n")
        for name, value in made.metrics.items():
            sys.stdout.write(f"  {name}: {value:g}\n")
        for name, encoded in others.items():
            told = _told(name, encoded, before[name], errors_of(model, encoded))
            sys.stdout.write(f"  {told}\n")
        sys.stdout.flush()
        write_candidate(made, dataset, f"2.1.{size}", options.out / "made")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
