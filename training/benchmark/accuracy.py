"""Filled forms read end to end: characters, fields, documents; by kind, hand and degradation."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from pipelines.reader import Reader
from pipelines.records import FieldState, Suggestion
from pipelines.run import read_document
from pipelines.synthesis.compare import compare, fold
from training.benchmark.metrics import Judged, edit_distance, wilson
from training.benchmark.scans import Scan

_NO_TEXT = ("mark", "seal")


@dataclass(slots=True)
class Tally:
    """Counts of one row of a table."""

    documents: int = 0
    identified: int = 0
    whole: int = 0
    fields: int = 0
    exact: int = 0
    written: int = 0
    written_exact: int = 0
    doubtful: int = 0
    silent: int = 0
    characters: int = 0
    errors: int = 0
    seconds: float = 0.0

    def row(self) -> dict[str, float]:
        """Give the shares of this row."""
        low, high = wilson(self.written_exact, self.written)
        return {
            "documents": self.documents,
            "form_identified": _share(self.identified, self.documents),
            "fields": self.fields,
            "fields_exact": _share(self.exact, self.fields),
            "written_fields": self.written,
            "written_exact": _share(self.written_exact, self.written),
            "written_exact_low": low,
            "written_exact_high": high,
            "doubtful": _share(self.doubtful, self.fields),
            "wrong_and_not_doubtful": _share(self.silent, self.fields),
            "characters": self.characters,
            "cer": _share(self.errors, self.characters),
            "documents_whole": _share(self.whole, self.documents),
            "seconds_a_document": self.seconds / max(self.documents, 1),
        }


@dataclass(slots=True)
class Accuracy:
    """Tallies by group of scans (or degradation), kind of field and hand, and confidences.

    `judged` are the written fields of text that were read; `wrong` counts fields by name.
    """

    by_group: dict[str, Tally] = field(default_factory=dict)
    by_kind: dict[str, Tally] = field(default_factory=dict)
    by_hand: dict[str, Tally] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    judged: list[Judged] = field(default_factory=list)


def measure(
    scans: Iterable[Scan],
    reader: Reader,
    result: Accuracy | None = None,
    step: Callable[[], None] = lambda: None,
) -> Accuracy:
    """Read every scan and compare it with its truth, counting into `result`; `step` after each.

    A scan whose form is not found counts as all wrong. Characters are those of the values of
    written fields of text, after folding.
    """
    result = Accuracy() if result is None else result
    for scan in scans:
        start = time.perf_counter()
        suggestion = read_document(
            scan.data, reader=reader, today=date.fromisoformat(scan.truth.on)
        )
        _count_scan(scan, suggestion, time.perf_counter() - start, result)
        step()
    return result


def _count_scan(scan: Scan, suggestion: Suggestion, seconds: float, result: Accuracy) -> None:
    key = suggestion.form
    right = key is not None and (key.id, key.revision) == (
        scan.truth.form_id,
        scan.truth.form_revision,
    )
    read = {item.name: item for item in suggestion.fields} if right else {}
    comparison = compare(read.values(), scan.truth)
    tallies = (
        result.by_group.setdefault(scan.group, Tally()),
        result.by_group.setdefault("all", Tally()),
        result.by_hand.setdefault(scan.truth.hand, Tally()),
    )
    for tally in tallies:
        tally.documents += 1
        tally.identified += right
        tally.whole += right and not comparison.wrong
        tally.seconds += seconds
    for outcome in comparison.outcomes:
        expected, got = fold(outcome.expected), fold(outcome.got)
        text = bool(expected) and outcome.kind not in _NO_TEXT
        errors = edit_distance(expected, got) if text else 0
        for tally in (*tallies, result.by_kind.setdefault(outcome.kind, Tally())):
            tally.fields += 1
            tally.exact += outcome.exact
            tally.written += outcome.expected is not None
            tally.written_exact += outcome.expected is not None and outcome.exact
            tally.doubtful += right and outcome.doubtful
            tally.silent += right and outcome.silent
            tally.characters += len(expected) if text else 0
            tally.errors += errors
        found = read.get(outcome.name)
        if text and found is not None and found.state is FieldState.READ:
            result.judged.append(Judged(found.confidence, float(outcome.exact)))
    result.wrong.update(f"{scan.truth.form_id}.{item.name}" for item in comparison.wrong)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
