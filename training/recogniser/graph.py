"""The weights of a PP-OCRv6 recogniser inside its ONNX file, by the order in which they are used.

The graph is linear enough that the order of the nodes names every weight: the n-th convolution of
the file is the n-th convolution of `network.RecogniserNet`. Trained weights are written back into
the same graph, so nothing has to be exported and the run time sees the operators it already knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

Floats = NDArray[np.float32]
_WEIGHTED = ("Conv", "MatMul", "BatchNormalization")


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """One operator with weights: its type, the names of its tensors, whether it is an SE branch."""

    op: str
    tensors: tuple[str, ...]
    group: int = 1
    strides: tuple[int, ...] = ()
    pooled: bool = False
    """Whether its input is a mean over the whole picture (squeeze and excitation)."""


def read_graph(path: Path) -> onnx.ModelProto:
    """Open an ONNX file."""
    return onnx.load(str(path))


def tensor_values(model: onnx.ModelProto) -> dict[str, Floats]:
    """All weights of the file by name."""
    return {i.name: np.array(numpy_helper.to_array(i)) for i in model.graph.initializer}


def list_layers(model: onnx.ModelProto) -> list[Layer]:
    """Operators with weights in the order of the graph; a bias added after one belongs to it.

    Layer normalisations come as `op="LayerNorm"` with (scale, shift).
    """
    return list(_layers(model))


def _layers(model: onnx.ModelProto) -> Iterator[Layer]:
    nodes = [n for n in model.graph.node if n.op_type != "Identity"]
    alias = {n.output[0]: n.input[0] for n in model.graph.node if n.op_type == "Identity"}
    weights = {i.name: tuple(i.dims) for i in model.graph.initializer}
    made_by = {n.output[0]: n for n in nodes}

    def source(name: str) -> str:
        while name in alias:
            name = alias[name]
        return name

    users: dict[str, list[onnx.NodeProto]] = {}
    for node in nodes:
        for name in node.input:
            users.setdefault(source(name), []).append(node)

    def after(node: onnx.NodeProto, op: str) -> str | None:
        """Name of the weight that an `op` adds or multiplies to the output of `node`."""
        for user in users.get(node.output[0], []):
            constants = [source(i) for i in user.input if source(i) in weights]
            if user.op_type == op and constants and np.prod(weights[constants[0]], dtype=int) > 1:
                return constants[0]
        return None

    for node in nodes:
        constants = tuple(source(i) for i in node.input if source(i) in weights)
        if node.op_type in _WEIGHTED and constants:
            fields = {a.name: a for a in node.attribute}
            bias = after(node, "Add") if node.op_type != "BatchNormalization" else None
            origin = made_by.get(source(node.input[0]))
            yield Layer(
                op=node.op_type,
                tensors=(*constants, *((bias,) if bias else ())),
                group=fields["group"].i if "group" in fields else 1,
                strides=tuple(fields["strides"].ints) if "strides" in fields else (),
                pooled=origin is not None and origin.op_type == "ReduceMean",
            )
        elif node.op_type == "Div" and not constants:
            scale = after(node, "Mul")
            if scale is not None:
                product = next(u for u in users[node.output[0]] if u.op_type == "Mul")
                shift = after(product, "Add")
                assert shift is not None
                yield Layer(op="LayerNorm", tensors=(scale, shift))


def write_weights(model: onnx.ModelProto, values: dict[str, Floats]) -> onnx.ModelProto:
    """Copy of the graph with the named weights replaced (shapes may differ from the old ones)."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    for tensor in changed.graph.initializer:
        if tensor.name in values:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values[name]), name))
    return changed
