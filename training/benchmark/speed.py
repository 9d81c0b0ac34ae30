"""Seconds a page and peak memory, ours and the peer's, on the same pages in the same run."""

import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import cv2
import numpy as np

from models.engines import load_engines
from pipelines.categorise import load_category_model
from pipelines.forms.load import FormLibrary
from pipelines.run import load_reader, read_document

_REPEATS = 2


def measure_speed(pages: Sequence[bytes], library: FormLibrary) -> dict[str, dict[str, float]]:
    """Time every way of reading `pages` (single-page image files), each in a fresh process.

    `known`: our reader with the forms of `library`; `unknown`: ours without any form, that is
    detection and reading of the whole page; `rapidocr`: RapidOCR with its defaults. All on one
    thread each; `rapidocr_default_threads` as a user would run it. Seconds are medians over
    pages; peak memory is that of the whole process in MiB.
    """
    ways: dict[str, tuple[Callable[..., None], bool]] = {
        "known": (_ours, True),
        "unknown": (_ours, False),
        "rapidocr": (_rapidocr, True),
        "rapidocr_default_threads": (_rapidocr, False),
    }
    context = multiprocessing.get_context("spawn")
    results: dict[str, dict[str, float]] = {}
    for name, (way, flag) in ways.items():
        queue = context.Queue()
        process = context.Process(target=_timed, args=(queue, way, flag, list(pages), library))
        process.start()
        results[name] = queue.get(timeout=900)
        process.join()
    return results


def _timed(
    queue: "multiprocessing.Queue[dict[str, float]]",
    way: Callable[..., None],
    flag: bool,
    pages: list[bytes],
    library: FormLibrary,
) -> None:
    seconds: list[float] = []
    way(flag, pages, library, seconds)
    peak = _peak_mib()
    queue.put(
        {
            "median_seconds": statistics.median(seconds),
            "mean_seconds": statistics.fmean(seconds),
            "pages": float(len(pages)),
            "peak_mib": peak,
        }
    )


def _peak_mib() -> float:
    """Largest resident size of this process in MiB.

    From /proc: `ru_maxrss` is handed down by the parent and would tell the parent's size.
    """
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmHWM in /proc/self/status")


def _ours(known: bool, pages: list[bytes], library: FormLibrary, seconds: list[float]) -> None:
    cv2.setNumThreads(1)
    forms = library if known else FormLibrary(())
    categories = load_category_model()
    reader = load_reader(forms, load_engines(), categories, program="benchmark")
    _run(lambda data: read_document(data, reader=reader, today=date(2026, 4, 1)), pages, seconds)


def _rapidocr(one_thread: bool, pages: list[bytes], _: FormLibrary, seconds: list[float]) -> None:
    from rapidocr import RapidOCR

    parameters = {}
    if one_thread:
        cv2.setNumThreads(1)
        parameters = {
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    engine = RapidOCR(params=parameters)

    def read(data: bytes) -> object:
        return engine(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))

    _run(read, pages, seconds)


def _run(read: Callable[[bytes], object], pages: list[bytes], seconds: list[float]) -> None:
    read(pages[0])
    for _ in range(_REPEATS):
        for data in pages:
            start = time.perf_counter()
            read(data)
            seconds.append(time.perf_counter() - start)
