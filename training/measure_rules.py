"""Measure the checks alone, on true values: `python -m training.measure_rules`.

Forms are filled from seeds and read without an error; a fault is put into each, one at a time, and
what the checks say is compared with what they said of the same paper without it. Printed are:
required values that were left out and found missing; faults that break one rule each, found by that
rule, and found at all (by any finding about the field); and what is found on papers without a
fault, by rule. `attachment.*` only reminds of papers and is no alarm. Seeds start at 400,000.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from pipelines.check import check_fields
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.records import Finding, Severity
from pipelines.synthesis.faults import apply_faults
from pipelines.synthesis.faults_of_rules import RULE_FAULTS
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.filling import Fault, Filling
from pipelines.synthesis.hand import Writer, make_writer
from pipelines.synthesis.perfect import read_perfectly

FIRST_SEED = 400_000


@dataclass(slots=True)
class Tally:
    """Counts of one fault: papers it was put into, found by its rule, found at all."""

    seeded: int = 0
    by_rule: int = 0
    at_all: int = 0


@dataclass(slots=True)
class Figures:
    """Counts over documents; `others` are findings that a missing value brought with it."""

    documents: int = 0
    faults: dict[Fault, Tally] = field(default_factory=dict)
    clean: Counter[str] = field(default_factory=Counter)
    clean_documents: Counter[Severity] = field(default_factory=Counter)
    missing_others: int = 0
    notes: list[str] = field(default_factory=list)

    def add_clean(self, findings: tuple[Finding, ...], where: str) -> None:
        """Count what is found on a paper without a fault."""
        self.documents += 1
        for finding in findings:
            self.clean[rule_of(finding)] += 1
            self.notes.append(f"false {finding.severity} {finding.rule}: {where}")
        for severity in {finding.severity for finding in findings}:
            self.clean_documents[severity] += 1

    def add_fault(self, fault: Fault, place: str, new: tuple[Finding, ...], where: str) -> None:
        """Count one fault at `place`; `new` is what was not found without it."""
        tally = self.faults.setdefault(fault, Tally())
        wanted = _wanted(fault, place)
        by_rule = any(finding.rule in wanted for finding in new)
        tally.seeded += 1
        tally.by_rule += by_rule
        at_all = by_rule or any(place in finding.fields for finding in new)
        tally.at_all += at_all
        if fault is Fault.MISSING:
            besides = [f.rule for f in new if f.rule not in wanted]
            self.missing_others += bool(besides)
            self.notes += [f"besides missing:{place}: {rule}: {where}" for rule in besides]
        if not at_all:
            self.notes.append(f"missed {fault}:{place}: {where}")


def measure(
    entries: tuple[FormEntry, ...], count: int, first_seed: int, *, faults: int = 5
) -> Figures:
    """Fill `count` papers, forms in turn.

    Into each go a missing value and then, one at a time, `faults` of the others, in turn.
    """
    figures, writer = Figures(), make_writer("strokes", 1)
    for number in range(count):
        entry, seed = entries[number % len(entries)], first_seed + number
        filling = fill_form(entry.definition, writer, seed)
        where = f"{entry.definition.id} seed {seed}"
        before = _found(entry, filling)
        figures.add_clean(before, where)
        known = {finding.rule for finding in before}
        tried = 0
        for fault in _in_turn(number):
            if tried > faults:
                break
            changed = _with(entry, filling, fault, writer, seed)
            if changed is None:
                continue
            tried += 1
            place = changed.faults[-1].partition(":")[2]
            new = tuple(f for f in _found(entry, changed) if f.rule not in known)
            figures.add_fault(fault, place, new, where)
    return figures


def _in_turn(number: int) -> Iterator[Fault]:
    others = (Fault.TWO_OPTIONS, *RULE_FAULTS)
    # Seven is prime to their number and to that of the forms: all pairs come up.
    start = number * 7 % len(others)
    yield from (Fault.MISSING, *others[start:], *others[:start])


def report(figures: Figures, *, notes: int = 0) -> Iterator[str]:
    """Lines to print."""
    yield f"documents {figures.documents}"
    yield f"{'fault':18} {'seeded':>7} {'by its rule':>15} {'found at all':>15}"
    for fault, tally in figures.faults.items():
        yield (
            f"{fault:18} {tally.seeded:7} {_share(tally.by_rule, tally.seeded):>15}"
            f" {_share(tally.at_all, tally.seeded):>15}"
        )
    missing = figures.faults.get(Fault.MISSING, Tally())
    others = _share(figures.missing_others, missing.seeded)
    yield f"papers with a value missing of which something else is found too: {others}"
    for severity in Severity:
        share = _share(figures.clean_documents[severity], figures.documents)
        yield f"papers without a fault with a finding, {severity}: {share}"
    for rule, count in figures.clean.most_common():
        yield f"  {rule}: {_share(count, figures.documents)}"
    yield from figures.notes[:notes]


def rule_of(finding: Finding) -> str:
    """Rule of a finding without the name of its field."""
    if finding.fields and finding.rule.endswith(f".{finding.fields[0]}"):
        return finding.rule.removesuffix(f".{finding.fields[0]}")
    return finding.rule


def _wanted(fault: Fault, place: str) -> set[str]:
    if fault is Fault.MISSING:
        return {f"required.{place}"}
    if fault is Fault.TWO_OPTIONS:
        return {f"marks.several.{place}"}
    return {f"{rule}.{place}" for rule in RULE_FAULTS[fault].rules}


def _with(
    entry: FormEntry, filling: Filling, fault: Fault, writer: Writer, seed: int
) -> Filling | None:
    changed = apply_faults(entry.definition, filling, (str(fault),), writer, seed)
    return changed if len(changed.faults) > len(filling.faults) else None


def _found(entry: FormEntry, filling: Filling) -> tuple[Finding, ...]:
    fields = read_perfectly(entry.definition, filling)
    today = filling.on + timedelta(days=1)
    found = check_fields(fields, entry.definition, today=today)
    return tuple(f for f in found if not f.rule.startswith("attachment."))


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.2%})" if whole else "-"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--faults", type=int, default=5, help="faults a paper, besides missing")
    parser.add_argument("--notes", type=int, default=0, help="how many misses and alarms to list")
    options = parser.parse_args()
    entries = FormLibrary.builtin().entries
    figures = measure(entries, options.documents, options.first_seed, faults=options.faults)
    for line in report(figures, notes=options.notes):
        print(line)  # noqa: T201


if __name__ == "__main__":
    main()
