"""What learned lists do on other papers: `python -m training.measure_loop_words`.

Made-up people fill in forms (`--confirmed` papers of each, seeds from 530,000): their values are
what an office would have confirmed, each paper of an applicant of its own. The list learned from
them is put to the scans of other people (`--scans`, seeds from 690,000, hands and looks in turn).
Printed: values right without and with it, in fields that have a list and in all others.
"""

import argparse
import sys
from collections import Counter
from dataclasses import replace
from datetime import date

import cv2

from models.engines import load_engines
from pipelines.categorise import load_category_model
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.office_words import OfficeWords, lists_of, parse_words, words_in
from pipelines.records import Field
from pipelines.run import Reader, load_reader, read_document
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.hand import Hand, make_writer
from pipelines.synthesis.perfect import read_perfectly
from pipelines.synthesis.synthesize import synthesize
from training.loop.dataset import Dataset, Example
from training.loop.words import make_candidate

CONFIRMED_SEED, SCAN_SEED = 530_000, 690_000
FORMS = (
    "child-allowance-claim", "nursery-admission", "care-need-application",
    "late-elderly-care-refund", "employment-certificate", "resident-move",
)  # fmt: skip
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
        was = before[truth.name].value == truth.value
        now = after[truth.name].value == truth.value
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


def main() -> int:
    """Learn, read, print."""
    parser = argparse.ArgumentParser(prog="python -m training.measure_loop_words")
    parser.add_argument("--confirmed", type=int, default=300)
    parser.add_argument("--scans", type=int, default=120)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    library = FormLibrary.builtin()
    entries = [library.find(form) for form in FORMS]
    made = make_candidate(
        confirmed_papers(entries, options.confirmed), library, command="training.loop.words"
    )
    sys.stdout.write("".join(f"{name}: {value:g}\n" for name, value in made.metrics.items()))
    plain = load_reader(library, load_engines(), load_category_model(), program="measured")
    words = parse_words(made.data)
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
