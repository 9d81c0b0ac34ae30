"""Just enough of the ONNX file format to cut a classifier head off its graph.

The recogniser ends in `features @ weight + bias -> softmax` over 18,710 classes, a quarter of its
running time. Without that head the graph gives the features, and the few columns of the weight
that a box can hold are multiplied outside. Field numbers are those of `onnx.proto3`
(https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MODEL_GRAPH, _MODEL_METADATA = 7, 14
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_OUTPUT, _GRAPH_VALUE_INFO = 1, 5, 12, 13
_NODE_INPUT, _NODE_OUTPUT, _NODE_TYPE = 1, 2, 4
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_FLOATS, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 4, 8, 9
_FLOAT32 = 1
_THROUGH = frozenset({"Softmax", "Identity", "LogSoftmax"})

Part = tuple[int, int, bytes]
"""Field number, wire type, payload (for numbers: the bytes of the varint itself)."""


class GraphShapeError(ValueError):
    """The bytes are no ONNX graph that ends in a linear classifier."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BeheadedGraph:
    """The graph without its classifier, and the classifier.

    `graph` is an ONNX file whose only output, `output`, has C channels last; `weight` is C x K and
    `bias` K, float32, K the number of classes.
    """

    graph: bytes
    output: str
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Node:
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    type: str


def behead(model: bytes) -> BeheadedGraph:
    """Split an ONNX file into its graph up to the last linear layer, and that layer.

    Raises `GraphShapeError` when the file is not ONNX or does not end in MatMul, Add, Softmax.
    """
    try:
        return _behead(model)
    except (IndexError, KeyError, UnicodeDecodeError, StopIteration) as error:
        raise GraphShapeError(f"not a graph with a classifier at its end: {error!r}") from error


def read_metadata(model: bytes) -> dict[str, str]:
    """Metadata written in an ONNX file. Raises `GraphShapeError` when the file is not ONNX."""
    try:
        pairs = [list(_parts(p)) for n, _, p in _parts(model) if n == _MODEL_METADATA]
        return {_of(pair, 1): _of(pair, 2) for pair in pairs}
    except (IndexError, UnicodeDecodeError) as error:
        raise GraphShapeError(f"not an ONNX file: {error!r}") from error


def _of(pair: list[Part], number: int) -> str:
    return next((p.decode() for n, _, p in pair if n == number), "")


def _behead(model: bytes) -> BeheadedGraph:
    parts = list(_parts(model))
    graph = list(_parts(next(p for n, _, p in parts if n == _MODEL_GRAPH)))
    nodes = {id(part): _node(part[2]) for part in graph if part[0] == _GRAPH_NODE}
    by_output = {name: node for node in nodes.values() for name in node.outputs}
    tensors = {_text(p[2], _TENSOR_NAME): p[2] for p in graph if p[0] == _GRAPH_INITIALIZER}
    current = _text(next(p for n, _, p in graph if n == _GRAPH_OUTPUT), 1)
    head: set[str] = set()
    bias = weight = None
    while weight is None:
        node = by_output[current]
        head.update(node.outputs)
        if node.type in _THROUGH:
            current = node.inputs[0]
        elif node.type == "Add" and bias is None:
            constant = next(i for i in node.inputs if i in tensors)
            bias = _tensor(tensors[constant])
            head.add(constant)
            current = next(i for i in node.inputs if i != constant)
        elif node.type == "MatMul" and bias is not None:
            weight = _tensor(tensors[node.inputs[1]])
            head.add(node.inputs[1])
            current = node.inputs[0]
        else:
            raise GraphShapeError(f"{node.type} where the classifier was expected")
    assert bias is not None
    if weight.ndim != 2 or bias.shape != (weight.shape[1],):
        raise GraphShapeError(f"weight {weight.shape} does not fit bias {bias.shape}")
    kept = [part for part in graph if not _belongs(part, head, nodes)]
    kept.append((_GRAPH_OUTPUT, 2, _field(1, 2, current.encode())))
    whole = [
        (n, w, b"".join(_field(*part) for part in kept) if n == _MODEL_GRAPH else p)
        for n, w, p in parts
    ]
    return BeheadedGraph(
        graph=b"".join(_field(*part) for part in whole), output=current, weight=weight, bias=bias
    )


def _belongs(part: Part, head: set[str], nodes: dict[int, _Node]) -> bool:
    number, _, payload = part
    if number == _GRAPH_NODE:
        return not head.isdisjoint(nodes[id(part)].outputs)
    if number == _GRAPH_INITIALIZER:
        return _text(payload, _TENSOR_NAME) in head
    if number == _GRAPH_VALUE_INFO:
        return _text(payload, 1) in head
    return number == _GRAPH_OUTPUT


def _node(payload: bytes) -> _Node:
    fields = list(_parts(payload))
    return _Node(
        tuple(p.decode() for n, _, p in fields if n == _NODE_INPUT),
        tuple(p.decode() for n, _, p in fields if n == _NODE_OUTPUT),
        next(p.decode() for n, _, p in fields if n == _NODE_TYPE),
    )


def _text(payload: bytes, number: int) -> str:
    return next(p.decode() for n, _, p in _parts(payload) if n == number)


def _tensor(payload: bytes) -> NDArray[np.float32]:
    fields = list(_parts(payload))
    dims: list[int] = []
    for number, wire, value in fields:
        if number == _TENSOR_DIMS:
            dims.extend([_number(value)] if wire == 0 else _packed(value))
    kind = next(_number(p) for n, _, p in fields if n == _TENSOR_TYPE)
    if kind != _FLOAT32:
        raise GraphShapeError(f"classifier of data type {kind}; float32 expected")
    raw = b"".join(p for n, _, p in fields if n in (_TENSOR_RAW, _TENSOR_FLOATS))
    if len(raw) != 4 * int(np.prod(dims)):
        raise GraphShapeError("classifier with missing numbers")
    return np.frombuffer(raw, "<f4").reshape(dims).astype(np.float32)


def _packed(payload: bytes) -> list[int]:
    values, at = [], 0
    while at < len(payload):
        value, at = _varint(payload, at)
        values.append(value)
    return values


def _number(payload: bytes) -> int:
    return _varint(payload, 0)[0]


def _parts(message: bytes) -> Iterator[Part]:
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            start = at
            _, at = _varint(message, at)
        elif wire in (1, 5):
            start, at = at, at + (8 if wire == 1 else 4)
        elif wire == 2:
            length, start = _varint(message, at)
            at = start + length
        else:
            raise GraphShapeError(f"wire type {wire} is not in use")
        if at > len(message):
            raise GraphShapeError("the file ends in the middle of a field")
        yield number, wire, message[start:at]


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise GraphShapeError("a number of more than 64 bits")


def _field(number: int, wire: int, payload: bytes) -> bytes:
    key = _encoded(number << 3 | wire)
    return key + (_encoded(len(payload)) if wire == 2 else b"") + payload


def _encoded(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
