"""Measure everything that was asked for, one set after the other."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from pipelines.categorise import load_category_model
from pipelines.forms.load import FormLibrary
from pipelines.reader import load_reader
from training.benchmark.accuracy import Accuracy, measure
from training.benchmark.held_out import load_held_out
from training.benchmark.items import ItemSet
from training.benchmark.lines import SetResult, measure_set
from training.benchmark.peers import Missing, OwnPeer, Peer
from training.benchmark.results import KIND_NOT_GIVEN, Results
from training.benchmark.scans import Scan, sample_scans, speed_pages, synthetic_scans
from training.benchmark.set_digits import digit_sets
from training.benchmark.set_fields import field_sets, print_set
from training.benchmark.set_real import real_sets
from training.benchmark.speed import measure_speed

LINE_SETS = ("fields", "notes", "digits", "print")
ALL_SETS = (*LINE_SETS, "forms", "samples", "speed")
_KANA = 362

Track = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Opens a progress bar of a title and a number of steps; what it gives makes one step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to measure.

    `count` is the number of crops a hand, lines of print a font, forms, and at most of samples; of
    rows of digits and single kana there are three times as many. `pages` are those for speed,
    `real` is the folder of real images, `samples` that of sample scans.
    """

    sets: tuple[str, ...]
    count: int
    pages: int
    real: Path | None
    samples: Path


def run(plan: Plan, peers: Sequence[Peer | Missing], results: Results, track: Track) -> None:
    """Measure the plan into `results`, which holds at any moment what was measured so far.

    An engine that fails on a set is noted in `results.failed`, and the others go on.
    """
    cv2.setNumThreads(1)
    ready = _distinct(peers, results)
    for items in _line_sets(plan, track):
        results.described[items.name] = items
        if not items.missing:
            _measure_lines(items, ready, results, track)
    own = [peer for peer in ready if isinstance(peer, OwnPeer)]
    for peer in own:
        _measure_documents(plan, peer, results, track)
    if "speed" in plan.sets:
        _measure_speed(plan, ready, results, track)


def _distinct(peers: Sequence[Peer | Missing], results: Results) -> list[Peer]:
    """Engines that can run, without one that has the very weights of an earlier one."""
    ready: list[Peer] = []
    weights: dict[str, str] = {}
    for peer in peers:
        results.add_peer(peer)
        if isinstance(peer, Missing):
            continue
        if isinstance(peer, OwnPeer):
            twin = weights.setdefault(peer.engines.recogniser.manifest.sha256, peer.name)
            if twin != peer.name:
                results.peers[peer.name]["state"] = f"same weights as {twin}"
                continue
        ready.append(peer)
    return ready


def _line_sets(plan: Plan, track: Track) -> Iterator[ItemSet]:
    held_out = load_held_out()
    makers: dict[str, Callable[[], Iterable[ItemSet]]] = {
        "fields": lambda: field_sets(plan.count, held_out),
        "notes": lambda: _only(plan, "notes"),
        "digits": lambda: digit_sets(plan.real, 3 * plan.count, held_out.first_seed),
        "print": lambda: [*_only(plan, "print", "kana"), print_set(plan.count, held_out)],
    }
    for name in LINE_SETS:
        if name in plan.sets:
            with track(f"{name}: making", 1) as step:
                made = list(makers[name]())
                step()
            yield from made


def _only(plan: Plan, *prefixes: str) -> list[ItemSet]:
    sets = real_sets(plan.real, min(_KANA, 3 * plan.count))
    return [items for items in sets if items.name.startswith(prefixes)]


def _measure_lines(items: ItemSet, peers: Sequence[Peer], results: Results, track: Track) -> None:
    found = results.sets.setdefault(items.name, {})
    for peer in peers:
        ways = [True, False] if peer.masks and items.kinds_given else [False]
        for kind_given in ways:
            told = kind_given or not (peer.masks and items.kinds_given)
            name = peer.name if told else peer.name + KIND_NOT_GIVEN
            result = SetResult()
            title = f"{items.name}: {name}"
            with track(title, items.count) as step, _noted(title, results):
                try:
                    measure_set(items, peer, kind_given=kind_given, step=step, result=result)
                finally:
                    if result.total.lines:
                        found[name] = result


def _measure_documents(plan: Plan, peer: OwnPeer, results: Results, track: Track) -> None:
    wanted = [name for name in ("samples", "forms") if name in plan.sets]
    if not wanted:
        return
    library = FormLibrary.builtin()
    reader = load_reader(library, peer.engines, load_category_model(), program="benchmark")
    found = results.documents.setdefault(peer.name, {})
    for name in wanted:
        if name == "samples":
            count = min(plan.count, len(list(plan.samples.glob("*.truth.json"))))
            scans: Iterator[Scan] = islice(sample_scans(plan.samples), count)
        else:
            count = plan.count
            scans = synthetic_scans(library, count)
        result = found.setdefault(name, Accuracy())
        with track(f"{name}: {peer.name}", count) as step, _noted(f"{name}: {peer.name}", results):
            measure(scans, reader, result, step)


def _measure_speed(plan: Plan, peers: Sequence[Peer], results: Results, track: Track) -> None:
    library = FormLibrary.builtin()
    pages = list(islice(speed_pages(library), plan.pages))
    for peer in peers:
        title = f"speed: {peer.name}"
        with track(title, len(pages)) as step, _noted(title, results):
            results.page_speed[peer.name] = _time_pages(peer, pages, step)
    title = "speed: ours and RapidOCR, a process each"
    with track(title, 1) as step, _noted(title, results):
        results.speed.update(measure_speed(pages, library))
        step()


@contextmanager
def _noted(title: str, results: Results) -> Iterator[None]:
    """Note an error and go on: one engine that breaks must not cost the figures of the others."""
    try:
        yield
    except Exception as error:
        results.failed[title] = f"{type(error).__name__}: {error}"


def _time_pages(peer: Peer, pages: Sequence[bytes], step: Callable[[], None]) -> dict[str, float]:
    """Wall and processor seconds of reading whole pages of no known form; the first warms up."""
    images = [cv2.imdecode(np.frombuffer(page, np.uint8), cv2.IMREAD_COLOR) for page in pages]
    pixels = [np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8) for image in images]
    peer.read_page(pixels[0])
    wall: list[float] = []
    spent: list[float] = []
    lines = 0
    for page in pixels:
        start, before = time.perf_counter(), _processor_seconds(peer)
        lines += len(peer.read_page(page))
        wall.append(time.perf_counter() - start)
        spent.append(_processor_seconds(peer) - before)
        step()
    return {
        "pages": float(len(pages)),
        "median_seconds": statistics.median(wall),
        "median_processor_seconds": statistics.median(spent),
        "lines_a_page": lines / len(pages),
    }


def _processor_seconds(peer: Peer) -> float:
    """Processor seconds so far: of this process, of children that ended, of the peer's process."""
    times = os.times()
    total = times.user + times.system + times.children_user + times.children_system
    pid = getattr(peer, "pid", None)
    if pid is None:
        return total
    # The name in brackets may hold spaces; utime and stime are the 12th and 13th value after it.
    values = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return total + (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")
