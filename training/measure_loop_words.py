"""What learned lists do on other papers: `python -m training.measure_loop_words`.

Made-up people fill in forms (`--confirmed` papers of each, seeds from 530,000): their values are
what an office would have confirmed, each paper of an applicant of its own. The list learned from
them is put to the scans of other people (`--scans`, seeds from 690,000, hands and looks in turn).
Printed: values right without and with it, in fields that have a list and in all others. Then words
of the lists, and others that are on none, are written on single lines and scanned as coarsely as
hardly anybody does (`--lines` of each, seeds from 695,000): what ink leaves open is seen there.
"""

import argparse
import sys
from collections import Counter
from dataclasses import replace
from datetime import date

import cv2
import numpy as np

from models.engines import load_engines
from models.recogniser import Recogniser
from pipelines.categorise import load_category_model
from pipelines.field_crops import Crop
from pipelines.field_texts import box_candidates
from pipelines.field_values import choose_value, is_doubtful
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import Box, FieldDefinition, FieldKind
from pipelines.office_words import (
    NO_WORDS,
    OfficeWords,
    WordList,
    lists_of,
    parse_words,
    words_in,
)
from pipelines.reader import Reader, load_reader
from pipelines.records import Field
from pipelines.repertoire import kind_repertoire
from pipelines.run import read_document
from pipelines.synthesis.compare import fold
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.hand import Hand, make_writer
from pipelines.synthesis.layout import Sheet, write_line
from pipelines.synthesis.perfect import read_perfectly
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.synthesize import synthesize
from training.loop.dataset import Dataset, Example
from training.loop.words import count_words, make_candidate

CONFIRMED_SEED, SCAN_SEED, LINE_SEED = 530_000, 690_000, 695_000
FORMS = (
    "child-allowance-claim", "nursery-admission", "care-need-application",
    "late-elderly-care-refund", "employment-certificate", "resident-move",
)  # fmt: skip
_LABELS = {
    WordList.BANKS: "金融機関名",
    WordList.BRANCHES: "支店名",
    WordList.SCHOOLS: "施設名",
    WordList.INSURERS: "保険者名",
}
_DPI = 200.0
_HANDS = (Hand.STROKES, Hand.TOMOE, Hand.SETO, Hand.KILOJI, Hand.YUSEI)
_LOOKS = (("clean",), ("noise", "jpeg"), ("lowres",), ("fax",))


def confirmed_papers(entries: list[FormEntry], count: int) -> Dataset:
    """Examples of filled forms as people would have confirmed them."""
    writer, found = make_writer(Hand.STROKES, 1), []
    for turn, entry in enumerate(entries):
        form = entry.definition
        for number in range(count):
            seed = CONFIRMED_SEED + 1000 * turn + number
            filling = fill_form(form, writer, seed)
            found += [
                _example(field, f"doc_{seed}", form.id, form.revision, filling.on)
                for field in read_perfectly(form, filling)
            ]
    return Dataset(version="0" * 64, examples=tuple(found))


def _example(field: Field, document: str, form: str, revision: str, on: date) -> Example:
    return Example(
        document=document,
        form=form,
        revision=revision,
        field=field.name,
        kind=field.kind,
        suggested=field.value,
        confirmed=field.value,
        state=field.state.value,
        source=field.source.value,
        confidence=1.0,
        doubtful=False,
        corrected=False,
        received_on=on.isoformat(),
        people=(document,),
    )


def compare(
    entry: FormEntry, seed: int, turn: int, readers: tuple[Reader, Reader], words: OfficeWords
) -> Counter[str]:
    """Read one scan without and with the list; count values by what became of them."""
    scan = synthesize(
        entry, seed=seed, hand=_HANDS[turn % len(_HANDS)], degradations=_LOOKS[turn % len(_LOOKS)]
    )
    data, on = (
        encode_scan(scan.pages, ScanFormat.PDF, dpi=scan.dpi),
        date.fromisoformat(scan.truth.on),
    )
    before, after = (
        {f.name: f for f in read_document(data, reader=r, today=on, pinned=entry.key).fields}
        for r in readers
    )
    counts: Counter[str] = Counter()
    for truth in scan.truth.fields:
        definition = next((f for f in entry.definition.fields if f.name == truth.name), None)
        if definition is None or truth.name not in before:
            continue
        told = "listed fields" if lists_of(definition) else "other fields"
        counts[f"{told}: values"] += 1
        was = fold(before[truth.name].value) == fold(truth.value)
        now = fold(after[truth.name].value) == fold(truth.value)
        counts[f"{told}: right without"] += was
        counts[f"{told}: right with"] += now
        counts[f"{told}: mended"] += now and not was
        counts[f"{told}: spoilt"] += was and not now
        counts[f"{told}: wrong and not doubtful without"] += (
            not was and not before[truth.name].doubtful
        )
        counts[f"{told}: wrong and not doubtful with"] += not now and not after[truth.name].doubtful
        named = words_in(definition, truth.value or "")
        on_list = [text for each, text in named if text in words.lists.get(each, ())]
        counts[f"{told}: with a learned word"] += bool(on_list)
    return counts


def compare_lines(
    dataset: Dataset, library: FormLibrary, words: OfficeWords, count: int, recogniser: Recogniser
) -> Counter[str]:
    """Read single coarse lines of words on the lists and of others without and with the lists."""
    known = sorted(count_words(dataset.examples, library).applicants)
    counts: Counter[str] = Counter()
    for told in ("on a list", "on none"):
        wanted = [
            (each, text)
            for each, text in known
            if each in _LABELS and (text in words.lists.get(each, ())) == (told == "on a list")
        ]
        for number in range(count):
            each, text = wanted[number % len(wanted)]
            field = FieldDefinition(
                name="it",
                label=_LABELS[each],
                kind=FieldKind.TEXT,
                box=Box(x=2, y=1, width=110, height=8),
            )
            crop = _coarse_line(text, field.box, _HANDS[number % len(_HANDS)], LINE_SEED + number)
            read = recogniser.read([crop.pixels], [kind_repertoire(FieldKind.TEXT)])
            was, now = (
                choose_value(field, box_candidates(field, [crop], read, each_words))
                for each_words in (NO_WORDS, words)
            )
            right = fold(text) == fold(was.text), fold(text) == fold(now.text)
            counts[f"{told}: lines"] += 1
            counts[f"{told}: right without"] += right[0]
            counts[f"{told}: right with"] += right[1]
            counts[f"{told}: mended"] += right[1] and not right[0]
            counts[f"{told}: spoilt"] += right[0] and not right[1]
            counts[f"{told}: wrong, sure without"] += not right[0] and not is_doubtful(field, was)
            counts[f"{told}: wrong, sure with"] += not right[1] and not is_doubtful(field, now)
    return counts


def _coarse_line(text: str, box: Box, hand: Hand, seed: int) -> Crop:
    shape = (80, round((box.width + 4) * _DPI / 25.4), 3)
    sheet = Sheet(pixels=np.full(shape, 255, np.uint8), dpi=_DPI)
    ink = write_line(sheet, box, text, make_writer(hand, seed), seeded(seed, "line", text))
    grey = sheet.pixels.min(axis=2)
    scale = float(seeded(seed, "coarse").uniform(0.16, 0.26))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    coarse = np.asarray(cv2.resize(small, grey.shape[::-1]), np.uint8)
    rows, columns = np.flatnonzero((grey < 200).any(1)), np.flatnonzero((grey < 200).any(0))
    pad = round(0.2 * (rows[-1] - rows[0]))
    framed = np.pad(coarse, pad, constant_values=255)
    cut = framed[rows[0] : rows[-1] + 2 * pad, columns[0] : columns[-1] + 2 * pad]
    return Crop(pixels=cut, bounds=(ink.x, ink.y, ink.x + ink.width, ink.y + ink.height))


def main() -> int:
    """Learn, read, print."""
    parser = argparse.ArgumentParser(prog="python -m training.measure_loop_words")
    parser.add_argument("--confirmed", type=int, default=300)
    parser.add_argument("--scans", type=int, default=120)
    parser.add_argument("--lines", type=int, default=400)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    library = FormLibrary.builtin()
    entries = [library.find(form) for form in FORMS]
    confirmed = confirmed_papers(entries, options.confirmed)
    made = make_candidate(confirmed, library, command="training.loop.words")
    sys.stdout.write("".join(f"{name}: {value:g}\n" for name, value in made.metrics.items()))
    engines, words = load_engines(), parse_words(made.data)
    lines = compare_lines(confirmed, library, words, options.lines, engines.recogniser)
    sys.stdout.write("".join(f"{name}: {lines[name]}\n" for name in sorted(lines)))
    sys.stdout.flush()
    plain = load_reader(library, engines, load_category_model(), program="measured")
    taught = replace(plain, learned=replace(plain.learned, words=words))
    total: Counter[str] = Counter()
    for turn in range(options.scans):
        entry = entries[turn % len(entries)]
        total += compare(entry, SCAN_SEED + turn, turn, (plain, taught), words)
        if turn % 20 == 19:
            sys.stderr.write(f"{turn + 1}: {dict(total)}\n")
    sys.stdout.write("".join(f"{name}: {total[name]}\n" for name in sorted(total)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
