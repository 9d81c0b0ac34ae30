"""Pen strokes of characters: KanjiVG (SVG paths), TOMOE (hand-written samples) and own digits.

A stroke is an N x 2 float array of (x, y) in an em box of 1 x 1, y down, in writing order.
"""

import gzip
import json
import re
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.synthesis.shapes import OWN_SHAPES

Stroke = NDArray[np.float64]
Strokes = tuple[Stroke, ...]

_HERE = Path(__file__).parent
_KANJIVG_BOX = 109.0
_TOMOE_BOX = 300.0
_NUMBER = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_CURVE_STEPS = 7


class StrokeSource(StrEnum):
    """Where the shape of a character comes from."""

    KANJIVG = "kanjivg"
    TOMOE = "tomoe"
    OWN = "own"


def stroke_variants(char: str) -> tuple[StrokeSource, ...]:
    """List the sources that know `char`; one entry for each variant (own digits have several)."""
    found = [StrokeSource.OWN] * len(OWN_SHAPES.get(char, ()))
    if char in _kanjivg():
        found.append(StrokeSource.KANJIVG)
    if char in _tomoe():
        found.append(StrokeSource.TOMOE)
    return tuple(found)


@lru_cache(maxsize=8192)
def load_strokes(char: str, source: StrokeSource, variant: int = 0) -> Strokes | None:
    """Strokes of `char` from one source, or None. `variant` counts own shapes and TOMOE samples."""
    if source is StrokeSource.OWN:
        shapes = OWN_SHAPES.get(char)
        return _from_paths(shapes[variant % len(shapes)], 100.0) if shapes else None
    if source is StrokeSource.KANJIVG:
        paths = _kanjivg().get(char)
        return _from_paths(paths, _KANJIVG_BOX) if paths else None
    samples = _tomoe().get(char)
    if not samples:
        return None
    sample = samples[variant % len(samples)]
    return tuple(np.array(points, dtype=np.float64) / _TOMOE_BOX for points in sample if points)


@lru_cache(maxsize=1)
def _kanjivg() -> dict[str, list[str]]:
    with gzip.open(_HERE / "kanjivg.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {row["char"]: row["strokes"] for row in rows}


@lru_cache(maxsize=1)
def _tomoe() -> dict[str, list[list[list[list[float]]]]]:
    table: dict[str, list[list[list[list[float]]]]] = {}
    with gzip.open(_HERE / "tomoe.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if len(row["char"]) == 1:
                table.setdefault(row["char"], []).append(row["strokes"])
    return table


def _from_paths(paths: tuple[str, ...] | list[str], box: float) -> Strokes:
    return tuple(flatten_path(path) / box for path in paths)


def flatten_path(path: str) -> Stroke:
    """Turn an SVG path of M, L, C, S (absolute or relative) into a polyline, N x 2.

    Raises ValueError for other commands.
    """
    tokens = _NUMBER.findall(path)
    points: list[NDArray[np.float64]] = []
    here = np.zeros(2)
    control: NDArray[np.float64] | None = None
    command, at = "", 0
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at]
            at += 1
        count = {"m": 1, "l": 1, "c": 3, "s": 2}.get(command.lower())
        if count is None:
            raise ValueError(f"path command {command!r} is not supported")
        numbers = np.array([float(t) for t in tokens[at : at + 2 * count]]).reshape(count, 2)
        at += 2 * count
        numbers = numbers + here if command.islower() else numbers
        if count == 1:
            points.append(numbers[0])
            control = None
        else:
            first = numbers[0] if count == 3 else _mirrored(here, control)
            points.extend(_cubic(here, first, numbers[-2], numbers[-1]))
            control = numbers[-2]
        here = numbers[-1]
        command = {"m": "l", "M": "L"}.get(command, command)
    return np.array(points)


def _mirrored(
    here: NDArray[np.float64], control: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    return here if control is None else 2 * here - control


def _cubic(
    p0: NDArray[np.float64],
    p1: NDArray[np.float64],
    p2: NDArray[np.float64],
    p3: NDArray[np.float64],
) -> list[NDArray[np.float64]]:
    t = np.linspace(0, 1, _CURVE_STEPS + 1)[1:, None]
    curve = (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t**2 * p2 + t**3 * p3
    return list(curve)
