"""Pages a second, seconds by stage and memory, ours and the peer's, on the same pages."""

import multiprocessing
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.synchronize import Barrier
from pathlib import Path

import cv2
import numpy as np

from models.engines import load_engines
from pipelines.categorise import load_category_model
from pipelines.forms.load import FormLibrary
from pipelines.reader import load_reader
from pipelines.run import read_document

_REPEATS = 2
_WORKERS = 2
_PEER = "rapidocr_default_threads"
_PATIENCE = 1800
"""Seconds that all workers of one way may take."""

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Environment of the service's workers: threads of a linear algebra library would spin on the core
of the next worker. RapidOCR with its defaults runs without it."""

_Read = Callable[[bytes], Mapping[str, float]]
"""Reads one page and returns its seconds by stage."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way of reading: `processes` of one engine, each pinned to a core of its own or free."""

    engine: str
    processes: int = 1
    pinned: bool = False


WAYS: dict[str, Way] = {
    "known": Way(engine="known"),
    "known_two_workers": Way(engine="known", processes=_WORKERS, pinned=True),
    _PEER: Way(engine="rapidocr_default"),
    "unknown_two_workers": Way(engine="unknown", processes=_WORKERS, pinned=True),
    "unknown": Way(engine="unknown"),
    "rapidocr": Way(engine="rapidocr_one_thread"),
}


def measure_speed(pages: Sequence[bytes], library: FormLibrary) -> dict[str, dict[str, float]]:
    """Time every way of reading `pages` (single-page image files), each in fresh processes.

    Rows: `known`: our reader with the forms of `library`; `unknown`: ours without any form, that is
    detection and reading of the whole page; both in one process on one thread, and as
    `..._two_workers`: two such processes, each pinned to a core (as many as there are cores);
    `rapidocr_default_threads`: one process of RapidOCR as a user would run it; `rapidocr`: the same
    on one thread.

    Keys of a row:

    - `processes`, `pages` (different ones), `readings` (of all processes together);
    - `median_seconds`, `mean_seconds`, `p95_seconds`: wall time of a page in its process;
    - `pages_per_second`: readings of all processes over the time from first to last;
    - `ratio`: `pages_per_second` over that of `rapidocr_default_threads`;
    - `cpu_seconds`: processor time of a page, all threads;
    - `loaded_mib`: resident memory of a process when it is ready; `first_mib`, `last_mib`: after
      its first and its last round over the pages (flat memory: nearly the same); `peak_mib`: most;
      each of the largest process;
    - `stage_<name>_ms`: median wall milliseconds of each stage (ours only).
    """
    results = {name: _measured(way, list(pages), library) for name, way in WAYS.items()}
    peer = results[_PEER]["pages_per_second"]
    for row in results.values():
        row["ratio"] = row["pages_per_second"] / peer
    return results


@dataclass(slots=True)
class _Told:
    """What one process tells of its readings; times of `begun` and `ended` are of one clock."""

    seconds: list[float] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    memory: list[float] = field(default_factory=list)
    begun: float = 0.0
    ended: float = 0.0
    processor: float = 0.0
    peak: float = 0.0


def _measured(way: Way, pages: list[bytes], library: FormLibrary) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    cores = sorted(os.sched_getaffinity(0))
    count = min(way.processes, len(cores))
    queue, together = context.Queue(), context.Barrier(count)
    workers = [
        context.Process(
            target=_work,
            args=(queue, together, way.engine, cores[i] if way.pinned else None, pages, library),
        )
        for i in range(count)
    ]
    with _environment({} if way.engine == "rapidocr_default" else _ONE_THREAD):
        for worker in workers:
            worker.start()
    told: list[_Told] = [queue.get(timeout=_PATIENCE) for _ in workers]
    for worker in workers:
        worker.join()
    return _row(told, len(pages))


@contextmanager
def _environment(changes: Mapping[str, str]) -> Iterator[None]:
    """Give processes that are started within it these variables."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _row(told: Sequence[_Told], pages: int) -> dict[str, float]:
    seconds = [s for one in told for s in one.seconds]
    whole = max(one.ended for one in told) - min(one.begun for one in told)
    row = {
        "processes": float(len(told)),
        "pages": float(pages),
        "readings": float(len(seconds)),
        "median_seconds": statistics.median(seconds),
        "mean_seconds": statistics.fmean(seconds),
        "p95_seconds": float(np.percentile(seconds, 95)),
        "pages_per_second": len(seconds) / whole,
        "cpu_seconds": sum(one.processor for one in told) / len(seconds),
        "loaded_mib": max(one.memory[0] for one in told),
        "first_mib": max(one.memory[1] for one in told),
        "last_mib": max(one.memory[-1] for one in told),
        "peak_mib": max(one.peak for one in told),
    }
    for stage in dict.fromkeys(name for one in told for name in one.stages):
        of_all = [s for one in told for s in one.stages.get(stage, ())]
        row[f"stage_{stage}_ms"] = 1000 * statistics.median(of_all)
    return row


def _work(
    queue: "multiprocessing.Queue[_Told]",
    together: Barrier,
    engine: str,
    core: int | None,
    pages: list[bytes],
    library: FormLibrary,
) -> None:
    if core is not None:
        os.sched_setaffinity(0, {core})
    read = _ENGINES[engine](library)
    told = _Told()
    told.memory.append(_status_mib("VmRSS"))
    # What is made once and kept is made before the clock runs.
    for data in pages:
        read(data)
    told.memory.append(_status_mib("VmRSS"))
    together.wait(_PATIENCE)
    told.begun, spent = time.monotonic(), time.process_time()
    for _ in range(_REPEATS):
        for data in pages:
            start = time.monotonic()
            stages = read(data)
            told.seconds.append(time.monotonic() - start)
            for name, seconds in stages.items():
                told.stages[name].append(seconds)
    told.ended, told.processor = time.monotonic(), time.process_time() - spent
    told.memory.append(_status_mib("VmRSS"))
    told.peak = _status_mib("VmHWM")
    told.stages = dict(told.stages)
    queue.put(told)


def _status_mib(entry: str) -> float:
    """Resident size of this process in MiB: `VmRSS` now, `VmHWM` at most.

    From /proc: `ru_maxrss` is handed down by the parent and would tell the parent's size.
    """
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{entry}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no {entry} in /proc/self/status")


def _ours(library: FormLibrary) -> _Read:
    cv2.setNumThreads(1)
    reader = load_reader(library, load_engines(), load_category_model(), program="benchmark")

    def read(data: bytes) -> Mapping[str, float]:
        return read_document(data, reader=reader, today=date(2026, 4, 1)).timings

    return read


def _rapidocr(parameters: Mapping[str, object]) -> _Read:
    from rapidocr import RapidOCR

    engine = RapidOCR(params=dict(parameters))

    def read(data: bytes) -> Mapping[str, float]:
        engine(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))
        return {}

    return read


def _rapidocr_one_thread(_: FormLibrary) -> _Read:
    cv2.setNumThreads(1)
    return _rapidocr(
        {
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


_ENGINES: dict[str, Callable[[FormLibrary], _Read]] = {
    "known": _ours,
    "unknown": lambda _: _ours(FormLibrary(())),
    "rapidocr_default": lambda _: _rapidocr({}),
    "rapidocr_one_thread": _rapidocr_one_thread,
}
