"""Chances that an option is empty, marked or struck out, from the shape of its ink.

A small network of two layers. Its weights (`mark_weights.json`) are fitted by
`python -m training.fit_marks` on marks drawn on all forms in many styles; the file says on what.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.forms.model import MarkStyle
from pipelines.mark_shapes import MarkShape

_WEIGHTS = Path(__file__).with_name("mark_weights.json")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Network:
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    layers: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]
    temperature: float


def mark_probabilities(
    style: MarkStyle, shapes: Sequence[MarkShape]
) -> list[tuple[float, float, float]]:
    """Chances (empty, marked, struck) of each option of one group; they add up to 1."""
    if not shapes:
        return []
    network = _network()
    values = (mark_features(style, shapes) - network.mean) / network.scale
    for i, (weights, bias) in enumerate(network.layers):
        values = values @ weights + bias
        if i < len(network.layers) - 1:
            values = np.maximum(values, 0)
    logits = values / network.temperature
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = exponents / exponents.sum(axis=1, keepdims=True)
    return [(float(e), float(m), float(s)) for e, m, s in chances]


def mark_features(style: MarkStyle, shapes: Sequence[MarkShape]) -> NDArray[np.float64]:
    """Input of the network, a row an option: its own shape, and how its siblings compare."""
    own = np.array([_compressed(shape) for shape in shapes], dtype=np.float64)
    rows = []
    for i, row in enumerate(own):
        others = np.delete(own, i, axis=0)
        rival = others.max(axis=0) if len(others) else np.zeros_like(row)
        rows.append(
            np.concatenate(
                [row, row - rival, [float(style is MarkStyle.TICK), float(len(own) > 1)]]
            )
        )
    return np.array(rows)


def _compressed(shape: MarkShape) -> list[float]:
    return [
        float(np.log1p(4 * shape.inside)),
        float(np.sqrt(shape.filled)),
        float(np.log1p(2 * shape.near)),
        min(shape.spread, 3.0),
        shape.ring,
        shape.ring_own,
        float(np.log1p(4 * shape.core)),
        shape.single,
        shape.double,
        _signed_log(shape.surplus),
        _signed_log(shape.surplus_ring),
    ]


def _signed_log(value: float) -> float:
    return float(np.sign(value) * np.log1p(4 * abs(value)))


@cache
def _network() -> _Network:
    data = json.loads(_WEIGHTS.read_text(encoding="utf-8"))
    return _Network(
        mean=np.array(data["mean"]),
        scale=np.array(data["scale"]),
        layers=tuple((np.array(w), np.array(b)) for w, b in data["layers"]),
        temperature=float(data["temperature"]),
    )
