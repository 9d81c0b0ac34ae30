"""Measure the checks on real readings: `python -m training.measure_judging`.

Filled synthetic scans with deliberate faults (a missing value, an impossible one, two options, a
strike) go through the whole pipeline; what the checks say is compared with what the paper deserves.
Printed are the share of due findings that were made, and the findings too many, with how each
came about, by kind of finding. `attachment.*` only reminds of papers and is no alarm. Seeds start
at 30,000; progress goes to the other output, so that a run that is cut short is not lost.

    python -m training.measure_judging --scans 2000 --first-seed 740000

The postal check has no fault of its own in the synthesis: there, the code that was read is put
in place of one of another town, which tells how often the check can speak after a real reading.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

import cv2

from models.engines import load_engines
from pipelines.categorise import load_category_model
from pipelines.check import check_fields
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import FieldKind
from pipelines.records import Field, Finding, Severity, Suggestion
from pipelines.reference.postal import towns
from pipelines.run import Reader, load_reader, read_document
from pipelines.synthesis.degrade import Degradation
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.hand import Hand
from pipelines.synthesis.synthesize import synthesize
from pipelines.synthesis.truth import Truth

FIRST_SEED = 30_000
_TELL_EVERY = 100
HANDS = (Hand.STROKES, Hand.KILOJI, Hand.YUSEI, Hand.SETO, Hand.TYPED_MINCHO, Hand.TYPED_GOTHIC)
FAULTS: tuple[tuple[str, ...], ...] = (
    (),
    ("missing",),
    ("implausible",),
    ("two-options",),
    ("missing", "implausible"),
    ("struck",),
    ("withdrawn",),
    ("dirt",),
)


@dataclass(slots=True)
class Judging:
    """Counts over documents. `due` are findings that the paper deserves."""

    documents: int = 0
    unidentified: int = 0
    due: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    faultless: int = 0
    faultless_flagged: int = 0
    alarms: Counter[str] = field(default_factory=Counter)
    alarms_of_faultless: Counter[str] = field(default_factory=Counter)
    wrong_postal: int = 0
    wrong_postal_found: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, suggestion: Suggestion, truth: Truth, library: FormLibrary) -> None:
        """Count one document; a form that was not recognised misses all that is due."""
        self.documents += 1
        self.due.update(_family(rule) for rule in truth.findings)
        where = f"{truth.form_id} seed {truth.seed} {truth.hand} {','.join(truth.degradations)}"
        if suggestion.form is None or suggestion.form.id != truth.form_id:
            self.unidentified += 1
            self.notes.append(f"form not recognised: {where}")
            return
        found = {f.rule: f for f in suggestion.findings if not f.rule.startswith("attachment.")}
        due = set(truth.findings)
        self.made.update(_family(rule) for rule in due & found.keys())
        self.notes += [f"missed {rule}: {where}" for rule in sorted(due - found.keys())]
        faultless = not due
        self.faultless += faultless
        false = [r for r in sorted(found.keys() - due) if not _in_future(found[r], truth)]
        self.faultless_flagged += faultless and any(
            found[rule].severity is not Severity.INFO for rule in false
        )
        for rule in false:
            self.alarms[found[rule].severity] += 1
            self.alarms_of_faultless[found[rule].severity] += faultless
            self.notes.append(f"false {found[rule].severity} {rule}: {where}")
        self._add_postal(suggestion, truth, library)

    def _add_postal(self, suggestion: Suggestion, truth: Truth, library: FormLibrary) -> None:
        assert suggestion.form is not None
        form = library.get(suggestion.form).definition
        names = {f.name for f in form.fields if f.kind is FieldKind.POSTAL_CODE}
        rng = random.Random(truth.seed)
        for read in suggestion.fields:
            if read.name not in names or not read.value:
                continue
            fields = [f if f is not read else _elsewhere(f, rng) for f in suggestion.fields]
            findings = check_fields(fields, form, today=date.fromisoformat(truth.on))
            self.wrong_postal += 1
            rule = f"value.postal_address.{read.name}"
            self.wrong_postal_found += any(f.rule == rule for f in findings)

    def report(self) -> Iterator[str]:
        """Lines to print."""
        yield f"documents {self.documents}, form not recognised {self.unidentified}"
        for family in sorted(self.due):
            made, due = self.made[family], self.due[family]
            yield f"due findings made, {family}: {made} of {due} ({_share(made, due)})"
        flagged = f"{self.faultless_flagged} of {self.faultless}"
        share = _share(self.faultless_flagged, self.faultless)
        yield f"documents without a due finding that get an error or warning: {flagged} ({share})"
        for title, alarms, documents in (
            ("all documents", self.alarms, self.documents),
            ("documents without a due finding", self.alarms_of_faultless, self.faultless),
        ):
            counts = ", ".join(f"{s} {alarms[s]}" for s in Severity)
            each = sum(alarms.values()) / max(documents, 1)
            yield f"findings too many, {title} ({documents}): {counts} = {each:.3f} a document"
        found, wrong = self.wrong_postal_found, self.wrong_postal
        yield f"postal code of another town found: {found} of {wrong} ({_share(found, wrong)})"
        yield from self.notes


def judge_scans(reader: Reader, count: int, first_seed: int) -> Judging:
    """Read `count` scans, forms, faults, degradations and hands in turn."""
    result = Judging()
    for number in range(count):
        scan = _scan(reader.library.entries, number, first_seed)
        today = date.fromisoformat(scan[1].on)
        suggestion = read_document(scan[0], reader=reader, today=today)
        result.add(suggestion, scan[1], reader.library)
        if (number + 1) % _TELL_EVERY == 0:
            sys.stderr.write("\n".join([*result.report(), "", ""]))
            sys.stderr.flush()
    return result


def _scan(entries: tuple[FormEntry, ...], number: int, first_seed: int) -> tuple[bytes, Truth]:
    round_ = number // len(entries)
    degradations = tuple(Degradation)
    scan = synthesize(
        entries[number % len(entries)],
        seed=first_seed + number,
        hand=HANDS[(number + round_) % len(HANDS)],
        degradations=(degradations[(number // 2 + round_) % len(degradations)],),
        faults=FAULTS[(number + 3 * round_) % len(FAULTS)],
    )
    kind = ScanFormat.JPEG if len(scan.pages) == 1 else ScanFormat.TIFF
    return encode_scan(scan.pages, kind, dpi=scan.dpi), scan.truth


def _in_future(finding: Finding, truth: Truth) -> bool:
    """Whether the date of a `value.future` finding really lies ahead."""
    if not finding.rule.startswith("value.future."):
        return False
    return any(f.name in finding.fields and (f.value or "") > truth.on for f in truth.fields)


def _elsewhere(read: Field, rng: random.Random) -> Field:
    codes = sorted({c for codes in towns("東京都", "足立区").values() for c in codes})
    other = rng.choice([code for code in codes if code != read.value])
    return replace(read, value=other, raw_text=other)


def _family(rule: str) -> str:
    """Which check made it: `required`, `marks.several`, or a rule of values or of the form."""
    for family in ("required", "marks.several", "value"):
        if rule.startswith(f"{family}."):
            return family
    return "other"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "-"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scans", type=int, default=60)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    categories = load_category_model()
    reader = load_reader(FormLibrary.builtin(), load_engines(), categories, program="measure")
    for line in judge_scans(reader, options.scans, options.first_seed).report():
        print(line)  # noqa: T201


if __name__ == "__main__":
    main()
