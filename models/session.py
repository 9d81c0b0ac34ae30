"""Running a graph on a fixed number of threads.

onnxruntime is the default. OpenVINO gives the same numbers within 1e-4 and was no faster in the
shapes used here (28 against 30 ms for 320 x 48 pixels on one core of an AMD EPYC), but loads ten
times slower; it stays as a choice for other processors.
"""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.errors import ModelError, ModelProblem

Floats = NDArray[np.float32]
Run = Callable[[Floats], Floats]
"""First output of the graph for a batch."""


class Backend(StrEnum):
    """What runs a graph."""

    ONNXRUNTIME = "onnxruntime"
    OPENVINO = "openvino"


def open_session(
    graph: bytes,
    *,
    model: str,
    threads: int = 1,
    backend: Backend = Backend.ONNXRUNTIME,
    keep_memory: bool = True,
) -> tuple[Run, dict[str, str]]:
    """Make the function that runs the graph; also return the metadata written in its file.

    `threads` are those of one call; worker processes want one each. `keep_memory`: what one call
    needed is kept for the next, which is quicker. Without it, for graphs that see large pictures
    of ever new sizes, it is kept only while the shape of the batch stays the same: what several
    sizes leave behind grows to gigabytes. Raises `ModelError(damaged)` when the graph cannot be
    loaded.
    """
    try:
        session = _onnxruntime(graph, threads)
        if backend is Backend.OPENVINO:
            return _openvino(graph, threads), _metadata(session)
    # Both engines raise types of their own native modules.
    except Exception as error:
        raise ModelError(ModelProblem.DAMAGED, model, f"graph does not load: {error}") from error
    run = _run(session) if keep_memory else _frugal_run(session)
    return run, _metadata(session)


def _run(session: ort.InferenceSession) -> Run:
    name = session.get_inputs()[0].name

    def run(batch: Floats) -> Floats:
        result: Floats = session.run(None, {name: batch})[0]
        return result

    return run


def _frugal_run(session: ort.InferenceSession) -> Run:
    """Give memory back after a batch of another shape than the one before."""
    name = session.get_inputs()[0].name
    give_back = ort.RunOptions()
    give_back.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    shape: tuple[int, ...] = ()

    def run(batch: Floats) -> Floats:
        nonlocal shape
        options = None if batch.shape == shape else give_back
        shape = batch.shape
        result: Floats = session.run(None, {name: batch}, options)[0]
        return result

    return run


def _onnxruntime(graph: bytes, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A spinning thread would take the core from the other worker processes.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    # A plan of the memory would be kept for every shape.
    options.enable_mem_pattern = False
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _metadata(session: ort.InferenceSession) -> dict[str, str]:
    return dict(session.get_modelmeta().custom_metadata_map)


def _openvino(graph: bytes, threads: int) -> Run:
    import openvino

    core = openvino.Core()
    config = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
    }
    compiled = core.compile_model(core.read_model(graph), "CPU", config)

    def run(batch: Floats) -> Floats:
        return np.array(compiled(batch)[0])

    return run
