"""What the checks said of scans whose truth is known: found, missed, too many, and where."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from pipelines.check import check_fields
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FieldKind
from pipelines.records import Field, Finding, Severity, Suggestion
from pipelines.reference.postal import towns
from pipelines.rules.catalogue import shared_rule_of
from pipelines.synthesis.truth import Truth


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """A finding too many. `faultless`: nothing was due on its document."""

    rule: str
    severity: Severity
    degradation: str
    faultless: bool


@dataclass(slots=True)
class Judging:
    """Counts over documents. `due` are findings that the paper deserves.

    `made` of them as anything, `remarked` as a remark only; `faultless` documents and those of
    them `flagged` (by an error or a warning) by degradation; `remarks` of them get a remark only.
    """

    documents: int = 0
    unidentified: int = 0
    due: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    remarked: Counter[str] = field(default_factory=Counter)
    faultless: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    remarks: int = 0
    alarms: list[Alarm] = field(default_factory=list)
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
        for rule in due & found.keys():
            self.made[_family(rule)] += 1
            self.remarked[_family(rule)] += found[rule].severity is Severity.INFO
        self.notes += [f"missed {rule}: {where}" for rule in sorted(due - found.keys())]
        false = [found[r] for r in sorted(found.keys() - due) if not _in_future(found[r], truth)]
        self._add_alarms(false, truth, faultless=not due)
        clean = "" if due else " (nothing due)"
        self.notes += [f"false {f.severity} {f.rule}: {where}{clean}" for f in false]
        self._add_postal(suggestion, truth, library)

    def _add_alarms(self, false: list[Finding], truth: Truth, *, faultless: bool) -> None:
        scan = ",".join(truth.degradations)
        self.alarms += [
            Alarm(rule=_rule(f), severity=f.severity, degradation=scan, faultless=faultless)
            for f in false
        ]
        if faultless:
            firm = any(f.severity is not Severity.INFO for f in false)
            self.faultless[scan] += 1
            self.flagged[scan] += firm
            self.remarks += bool(false) and not firm

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
            share, remarked = _share(made, due), self.remarked[family]
            yield f"due findings made, {family}: {made} of {due} ({share}), {remarked} as a remark"
        faultless, flagged = self.faultless.total(), self.flagged.total()
        share = _share(flagged, faultless)
        yield f"documents without a due finding: {faultless}"
        yield f"of these with an error or warning: {flagged} ({share})"
        yield f"of these with a remark only: {self.remarks}"
        for scan in sorted(self.faultless):
            yield f"  {scan}: {self.flagged[scan]} of {self.faultless[scan]}"
        yield from self._table("documents without a due finding", faultless=True)
        yield from self._table("documents with one", faultless=False)
        found, wrong = self.wrong_postal_found, self.wrong_postal
        yield f"postal code of another town found: {found} of {wrong} ({_share(found, wrong)})"
        yield from self.notes

    def _table(self, title: str, *, faultless: bool) -> Iterator[str]:
        """Tell the findings too many by rule, with the scans they were made on."""
        alarms = [alarm for alarm in self.alarms if alarm.faultless is faultless]
        counts = Counter(alarm.severity for alarm in alarms)
        yield f"findings too many, {title}: " + ", ".join(f"{s} {counts[s]}" for s in Severity)
        order = list(Severity)
        rows = Counter((order.index(alarm.severity), alarm.rule) for alarm in alarms)
        for (grade, rule), count in sorted(rows.items(), key=lambda row: (row[0][0], -row[1])):
            severity = order[grade]
            same = (a for a in alarms if a.severity is severity and a.rule == rule)
            scans = Counter(alarm.degradation for alarm in same)
            where = ", ".join(f"{scan} {n}" for scan, n in scans.most_common())
            yield f"  {severity} {rule}: {count} ({where})"


def _in_future(finding: Finding, truth: Truth) -> bool:
    """Whether the date of a `value.future` finding really lies ahead."""
    if not finding.rule.startswith("value.future."):
        return False
    return any(f.name in finding.fields and (f.value or "") > truth.on for f in truth.fields)


def _elsewhere(read: Field, rng: random.Random) -> Field:
    codes = sorted({c for codes in towns("東京都", "足立区").values() for c in codes})
    other = rng.choice([code for code in codes if code != read.value])
    return replace(read, value=other, raw_text=other)


def _rule(finding: Finding) -> str:
    """Rule without the name of the field; rules of the form are named as they are."""
    family = _family(finding.rule)
    if family in ("required", "marks.several"):
        return family
    return str(shared_rule_of(finding) or finding.rule)


def _family(rule: str) -> str:
    """Which check made it: `required`, `marks.several`, or a rule of values or of the form."""
    for family in ("required", "marks.several", "value"):
        if rule.startswith(f"{family}."):
            return family
    return "other"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "-"
