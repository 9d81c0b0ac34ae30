"""The classifier of a recogniser, apart from the graph that gives its features.

Apart, because a box can hold few of the thousands of characters: only their columns are multiplied.
A trained model comes as two files, `head.npz` with `weight` (C x K float16 or float32), `bias` (K)
and `characters` (K strings, the first one empty: blank) beside the graph of the features. An
original PP-OCR file holds both; it is cut when it is loaded.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError, ModelProblem
from models.manifest import Manifest, read_part, read_weights
from models.onnx_graph import GraphShapeError, behead, read_metadata

HEAD_FILE = "head.npz"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Head:
    """Graph of the features (ONNX bytes), classifier C x K and K, what each class stands for."""

    features: bytes
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    characters: Sequence[str]


def load_head(manifest: Manifest) -> Head:
    """Open the files of a recogniser. Raises `ModelError` when they are missing or damaged."""
    graph = read_weights(manifest)
    if HEAD_FILE in manifest.parts:
        return _from_parts(manifest, graph)
    try:
        parts = behead(graph)
        listed = read_metadata(graph).get("character", "").split("\n")
    except GraphShapeError as error:
        raise ModelError(ModelProblem.DAMAGED, manifest.name, str(error)) from error
    # Class 0 is blank, then the listed characters, then the space.
    while listed and listed[-1] == "":
        listed.pop()
    return _checked(manifest, parts.graph, parts.weight, parts.bias, ["", *listed, " "])


def _from_parts(manifest: Manifest, graph: bytes) -> Head:
    try:
        with np.load(io.BytesIO(read_part(manifest, HEAD_FILE)), allow_pickle=False) as file:
            weight, bias = file["weight"].astype(np.float32), file["bias"].astype(np.float32)
            characters = [str(c) for c in file["characters"]]
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        reason = f"{HEAD_FILE} holds no classifier: {error}"
        raise ModelError(ModelProblem.DAMAGED, manifest.name, reason) from error
    return _checked(manifest, graph, weight, bias, characters)


def _checked(
    manifest: Manifest,
    graph: bytes,
    weight: NDArray[np.float32],
    bias: NDArray[np.float32],
    characters: list[str],
) -> Head:
    if weight.ndim != 2 or not len(characters) == len(bias) == weight.shape[1]:
        reason = f"{len(characters)} characters for {len(bias)} classes"
        raise ModelError(ModelProblem.DAMAGED, manifest.name, reason)
    return Head(features=graph, weight=weight, bias=bias, characters=characters)
