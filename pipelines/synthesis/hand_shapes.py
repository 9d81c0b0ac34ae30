"""How a hand changes the shape of a character: its strokes bent and joined, its picture slanted."""

import unicodedata

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.synthesis.pen import Blot, Points, resample

BEARING = 0.1
"""Room left and right of a digit or letter, in em."""


def bend(
    stroke: Points,
    steady: np.random.Generator,
    warp: float,
    rng: np.random.Generator,
    wobble: float,
) -> Points:
    """Bend a stroke by a wave of the writer's own for this character, and by chance."""
    wave = steady.uniform(0.5, 1.3, (2, 2))
    phase = steady.uniform(0, 2 * np.pi, 2)
    points = resample(stroke, 0.05)
    points = points + warp * np.sin(2 * np.pi * (points @ wave.T) + phase)
    shake = rng.normal(0, wobble, 2) + rng.normal(0, wobble, (len(points), 2)) * 0.25
    points = points + shake
    if len(points) > 2:
        # Strokes end early or run on.
        points[-1] += (points[-1] - points[-2]) * rng.normal(0, 0.5)
        points[0] += (points[0] - points[1]) * rng.normal(0, 0.35)
        middle = points.mean(axis=0)
        angle = rng.normal(0, wobble * 2.5)
        spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        points = (points - middle) @ spin.T * (1 + rng.normal(0, wobble * 2)) + middle
    return points


def join(strokes: list[Points], chance: float, rng: np.random.Generator) -> list[Points]:
    """Let the pen stay on the paper between some strokes that are near each other."""
    joined: list[Points] = []
    for stroke in strokes:
        if joined and rng.random() < chance:
            distance = float(np.hypot(*(stroke[0] - joined[-1][-1])))
            if distance < 0.4:
                joined[-1] = np.concatenate([joined[-1], stroke])
                continue
        joined.append(stroke)
    return joined


def plain(char: str) -> str:
    """Give full-width digits and letters, which have the shapes of the plain ones, as those."""
    return unicodedata.normalize("NFKC", char) if "\uff01" <= char <= "\uff5e" else char


def ascii_scale(char: str) -> tuple[float, float]:
    """Width and height of a digit or letter against a character of Japanese."""
    tall = char.isdigit() or char.isupper()
    return (0.82, 0.92) if tall else (0.78, 0.9)


def as_ascii(char: str, strokes: list[Points]) -> tuple[list[Points], float]:
    """Set digits and letters narrow: by the width of their ink."""
    wide, tall = ascii_scale(char)
    points = np.concatenate(strokes)
    left, right = float(points[:, 0].min()), float(points[:, 0].max())
    moved = [
        np.stack([(s[:, 0] - left) * wide + BEARING, (s[:, 1] - 0.52) * tall + 0.5], 1)
        for s in strokes
    ]
    return moved, (right - left) * wide + 2 * BEARING


def bend_image(
    coverage: NDArray[np.uint8],
    condense: float,
    *,
    slant: float,
    wander: float,
    warp: float,
    steady: np.random.Generator,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Slant, turn, size and bend the picture of a character (S x S, its em box in the middle)."""
    size = coverage.shape[0]
    half = size / 4
    slant = slant + rng.normal(0, 0.5 * wander)
    scale = 1 + rng.normal(0, 0.6 * wander)
    turn = rng.normal(0, 0.5 * wander)
    linear = np.array([[condense * scale, -slant - turn], [turn, scale]])
    # The em box keeps its left edge and its middle height.
    pivot_from = np.array([half, size / 2])
    shift = pivot_from - linear @ pivot_from
    matrix = np.column_stack([linear, shift])
    moved = cv2.warpAffine(coverage, matrix, (size, size), flags=cv2.INTER_LINEAR)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32) / size
    amount = size / 2 * warp * 0.8
    a, b = steady.uniform(0.8, 2.2, 2), steady.uniform(0, 2 * np.pi, 2) + rng.normal(0, 0.4, 2)
    map_x = columns * size + amount * np.sin(2 * np.pi * a[0] * rows + b[0]).astype(np.float32)
    map_y = rows * size + amount * np.sin(2 * np.pi * a[1] * columns + b[1]).astype(np.float32)
    bent = cv2.remap(moved, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(bent, dtype=np.uint8)


def stretch(coverage: NDArray[np.uint8], condense: float, half: float) -> NDArray[np.uint8]:
    """Set a picture narrower from its left edge at `half`."""
    size = coverage.shape[0]
    matrix = np.array([[condense, 0, half * (1 - condense)], [0, 1, 0]])
    stretched = cv2.warpAffine(coverage, matrix, (size, size), flags=cv2.INTER_AREA)
    return np.asarray(stretched, dtype=np.uint8)


def cropped(coverage: NDArray[np.uint8], x: float, y: float) -> Blot | None:
    """Cut a picture, whose corner lies at (x, y), down to its ink; None without any."""
    rows, columns = np.flatnonzero(coverage.any(axis=1)), np.flatnonzero(coverage.any(axis=0))
    if len(rows) == 0:
        return None
    part = coverage[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Blot(coverage=part, x=x + float(columns[0]), y=y + float(rows[0]))
