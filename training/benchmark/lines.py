"""Read the lines and pages of a set with one engine, and count."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipelines.synthesis.compare import fold
from training.benchmark.items import ItemSet, LineItem, Measure, PageItem
from training.benchmark.metrics import Judged, character_errors, normalise_text, wilson
from training.benchmark.page_match import match_page
from training.benchmark.peers import OwnPeer, Peer, Read

Step = Callable[[], None]


@dataclass(slots=True)
class LineTally:
    """Counts of one row: lines, those read exactly, characters, errors, seconds."""

    lines: int = 0
    exact: int = 0
    characters: int = 0
    errors: int = 0
    seconds: float = 0.0

    def add(self, errors: int, characters: int, exact: bool, seconds: float) -> None:
        """Count one line."""
        self.lines += 1
        self.exact += exact
        self.characters += characters
        self.errors += errors
        self.seconds += seconds

    def row(self) -> dict[str, float]:
        """Give shares with the counts behind them."""
        low, high = wilson(self.exact, self.lines)
        return {
            "lines": self.lines,
            "exact": self.exact / max(self.lines, 1),
            "exact_low": low,
            "exact_high": high,
            "characters": self.characters,
            "cer": self.errors / max(self.characters, 1),
            "seconds_a_line": self.seconds / max(self.lines, 1),
        }


@dataclass(slots=True)
class SetResult:
    """What one engine made of one set.

    `by` holds tallies by tag and value. `fields` and `lines` are judged confidences: of the whole
    texts of sets of fields, and of the characters of sets of lines.
    `wrong` lists (name, truth, reading), the first ones.
    """

    total: LineTally = field(default_factory=LineTally)
    by: dict[str, dict[str, LineTally]] = field(default_factory=dict)
    fields: list[Judged] = field(default_factory=list)
    lines: list[Judged] = field(default_factory=list)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)


_WRONG_KEPT = 40


def measure_set(
    items: ItemSet, peer: Peer, *, kind_given: bool, step: Step, result: SetResult
) -> None:
    """Read every item of the set with `peer`, counting into `result`; `step` after each.

    `kind_given` tells engines that can use it what the field may hold. Seconds are wall time of
    this process and those it waits for.
    """
    if items.by_form is not None and kind_given and isinstance(peer, OwnPeer):
        start = time.perf_counter()
        readings = items.by_form(peer)
        seconds = (time.perf_counter() - start) / max(len(items.lines), 1)
        for item in items.lines:
            _judge(item.name, item.truth, readings[item.name], seconds, item.tags, items, result)
            step()
        return
    for item in items.lines:
        _read_line(item, peer, kind_given, items, result)
        step()
    for page in items.pages:
        _read_page(page, peer, items, result)
        step()


def _read_line(
    item: LineItem, peer: Peer, kind_given: bool, items: ItemSet, result: SetResult
) -> None:
    start = time.perf_counter()
    repertoire = item.repertoire if kind_given else None
    read = peer.read_line(item.pixels, vertical=item.vertical, repertoire=repertoire)
    seconds = time.perf_counter() - start
    _judge(item.name, item.truth, read, seconds, item.tags, items, result)


def _read_page(page: PageItem, peer: Peer, items: ItemSet, result: SetResult) -> None:
    """Read one page; each line of the truth counts, or the whole page where lines have no box."""
    start = time.perf_counter()
    found = peer.read_page(page.pixels)
    pairs = match_page(page.lines, found)
    seconds = (time.perf_counter() - start) / max(len(pairs), 1)
    for number, (truth, text) in enumerate(pairs, start=1):
        name = f"{page.name}-{number}"
        _judge(name, truth, Read(text), seconds, {"file": page.name}, items, result)


def _judge(
    name: str,
    truth: str,
    read: Read,
    seconds: float,
    tags: Mapping[str, str],
    items: ItemSet,
    result: SetResult,
) -> None:
    errors, characters = character_errors(truth, read.text)
    if items.kinds_given:
        exact = fold(truth) == fold(read.text)
    else:
        exact = normalise_text(truth) == normalise_text(read.text)
    result.total.add(errors, characters, exact, seconds)
    for tag, value in tags.items():
        tally = result.by.setdefault(tag, {}).setdefault(value, LineTally())
        tally.add(errors, characters, exact, seconds)
    if read.confidence is not None and items.measure is Measure.EXACT:
        result.fields.append(Judged(read.confidence, float(exact)))
    if read.mean is not None and items.measure is Measure.CER:
        right = max(0.0, 1 - errors / max(characters, 1))
        result.lines.append(Judged(read.mean, right))
    if not exact and len(result.wrong) < _WRONG_KEPT:
        result.wrong.append((name, truth, read.text))
