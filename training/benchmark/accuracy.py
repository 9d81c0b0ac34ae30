"""Fields read exactly, by group, kind of field and hand."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pipelines.run import Reader, read_document
from pipelines.synthesis.compare import compare
from training.benchmark.scans import Scan


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
    silent: int = 0
    seconds: float = 0.0

    def row(self) -> dict[str, float]:
        """Give the shares of this row."""
        return {
            "documents": self.documents,
            "form_identified": _share(self.identified, self.documents),
            "fields": self.fields,
            "fields_exact": _share(self.exact, self.fields),
            "written_fields": self.written,
            "written_exact": _share(self.written_exact, self.written),
            "wrong_and_not_doubtful": _share(self.silent, self.fields),
            "documents_whole": _share(self.whole, self.documents),
            "seconds_a_document": self.seconds / max(self.documents, 1),
        }


@dataclass(slots=True)
class Accuracy:
    """Tallies by group of scans, by kind of field and by hand."""

    by_group: dict[str, Tally] = field(default_factory=dict)
    by_kind: dict[str, Tally] = field(default_factory=dict)
    by_hand: dict[str, Tally] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)


def measure(scans: Iterable[Scan], reader: Reader) -> Accuracy:
    """Read every scan and compare it with its truth; a scan that fails counts as all wrong."""
    result = Accuracy()
    for scan in scans:
        start = time.perf_counter()
        suggestion = read_document(
            scan.data, reader=reader, today=date.fromisoformat(scan.truth.on)
        )
        seconds = time.perf_counter() - start
        key = suggestion.form
        right = key is not None and (key.id, key.revision) == (
            scan.truth.form_id,
            scan.truth.form_revision,
        )
        comparison = compare(suggestion.fields if right else (), scan.truth)
        wrong = {difference.name for difference in comparison.wrong}
        doubtful = {item.name for item in suggestion.fields if item.doubtful} if right else set()
        tallies = (
            result.by_group.setdefault(scan.group, Tally()),
            result.by_group.setdefault("all", Tally()),
            result.by_hand.setdefault(scan.truth.hand, Tally()),
        )
        for tally in tallies:
            tally.documents += 1
            tally.identified += right
            tally.whole += right and not wrong
            tally.seconds += seconds
        for truth in scan.truth.fields:
            kinds = (*tallies, result.by_kind.setdefault(truth.kind, Tally()))
            for tally in kinds:
                _count(tally, truth.name not in wrong, truth.value is not None)
                tally.silent += right and truth.name in wrong and truth.name not in doubtful
        result.wrong.update(f"{scan.truth.form_id}.{name}" for name in wrong)
    return result


def _count(tally: Tally, exact: bool, written: bool) -> None:
    tally.fields += 1
    tally.exact += exact
    tally.written += written
    tally.written_exact += written and exact


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
