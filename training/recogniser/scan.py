"""From ink on one line to the crop a recogniser sees: paper, neighbours, seals, scanner.

The crop is 48 pixels high, grey, dark on light; its width keeps the aspect of the writing.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from training.recogniser.compose import Composed, Coverage

HEIGHT = 48
Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


def scan_line(
    line: Composed, neighbour: Callable[[], Coverage], rng: np.random.Generator
) -> Pixels:
    """Crop of 48 x W. `neighbour` gives the ink of another line, for what is cut in."""
    ink, rules = _place(_share(line.ink), _share(line.rules), rng)
    if rng.random() < 0.3:
        ink = np.maximum(ink, _cut_in(ink.shape, neighbour, rng))
    if rng.random() < 0.3:
        rules = np.maximum(rules, _rules(ink.shape, rng))
    if rng.random() < 0.08:
        rules = np.maximum(rules, _ruled_paper(ink.shape, rng))
    page = _paper(ink.shape, rng)
    if rng.random() < 0.05:
        behind = np.ascontiguousarray(_fitted(neighbour(), ink.shape)[:, ::-1])
        page -= np.float32(60) * cv2.GaussianBlur(behind, (0, 0), 2.2)
    tone = np.float32(_ink_tone(rng))
    page *= 1 - rules * np.float32(rng.uniform(0.3, 0.9))
    page += ink * (tone - page) * _grain(ink.shape, rng)
    if rng.random() < 0.06:
        page = _seal(page, rng)
    page = _scanner(page, rng)
    if rng.random() < 0.015:
        page = 255 - page
    return np.clip(page, 0, 255).astype(np.uint8)


def _share(coverage: Coverage) -> Floats:
    return (coverage.astype(np.float32) / np.float32(255)).astype(np.float32)


def _place(ink: Floats, rules: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Trim above and below as a detector or a box does, then bring to about twice the height."""
    rows = np.flatnonzero(ink.max(axis=1) > 0.3)
    top, bottom = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, len(ink))
    tall = bottom - top
    above, below = rng.uniform(-0.04, 0.32, 2) * tall
    y0, y1 = round(top - above), round(bottom + below)
    columns = np.flatnonzero(ink.max(axis=0) > 0.3)
    x0, x1 = (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (0, ink.shape[1])
    x0 -= round(rng.uniform(-0.02, 0.6) * tall * rng.random())
    x1 += round(rng.uniform(-0.02, 0.6) * tall * rng.random())
    width = max(8, round((x1 - x0) * 2 * HEIGHT / (y1 - y0)))
    matrix = np.array([[width / (x1 - x0), 0, 0], [0, 2 * HEIGHT / (y1 - y0), 0]])
    matrix[:, 2] = -matrix[0, 0] * x0, -matrix[1, 1] * y0
    turn = rng.normal(0, 0.012)
    matrix[1, 0] = turn
    matrix[1, 2] -= turn * width / 2
    size = (width, 2 * HEIGHT)
    shrinking = cv2.INTER_AREA if matrix[1, 1] < 1 else cv2.INTER_LINEAR
    moved = [cv2.warpAffine(a, matrix, size, flags=shrinking) for a in (ink, rules)]
    return np.asarray(moved[0], np.float32), np.asarray(moved[1], np.float32)


def _fitted(other: Coverage, shape: tuple[int, ...]) -> Floats:
    """Bring the ink of another line to this size, repeated or cut."""
    grey = _share(other)
    scale = shape[0] / grey.shape[0]
    grey = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale), np.float32)
    times = -(-shape[1] // max(1, grey.shape[1]))
    return np.ascontiguousarray(np.tile(grey, (1, times))[: shape[0], : shape[1]])


def _cut_in(
    shape: tuple[int, ...], neighbour: Callable[[], Coverage], rng: np.random.Generator
) -> Floats:
    """Feet of the line above or heads of the line below (or furigana) at the edges."""
    found = np.zeros(shape, np.float32)
    other = _fitted(neighbour(), shape)
    depth = int(shape[0] * rng.uniform(0.03, 0.17))
    if rng.random() < 0.5:
        found[:depth] = other[-depth - shape[0] // 6 : -shape[0] // 6 or None][:depth]
    else:
        found[-depth:] = other[shape[0] // 6 : shape[0] // 6 + depth]
    return found


def _rules(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Ruled lines, edges of boxes, dotted guides."""
    found = np.zeros(shape, np.float32)
    high, wide = shape
    for _ in range(int(rng.integers(1, 4))):
        width = int(rng.integers(1, 5))
        tone = float(rng.uniform(0.2, 1.0))
        chance = rng.random()
        if chance < 0.7:
            y = int(rng.choice([rng.integers(0, high // 7), rng.integers(high * 5 // 6, high)]))
            tilt = int(rng.normal(0, 2))
            cv2.line(found, (0, y), (wide, y + tilt), tone, width)
        elif chance < 0.9:
            x = int(rng.choice([rng.integers(0, 8), wide - rng.integers(1, 8)]))
            cv2.line(found, (x, 0), (x, high), tone, width)
        else:
            y = int(rng.integers(high))
            found[max(0, y - 1) : y + 1, :: int(rng.integers(4, 12))] = tone
    return found


def _ruled_paper(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Lines or squares of a notebook, faint, wherever they meet the writing."""
    found = np.zeros(shape, np.float32)
    high, wide = shape
    tone, width = float(rng.uniform(0.1, 0.5)), int(rng.integers(1, 3))
    step = high * rng.uniform(0.35, 1.4)
    y = rng.uniform(0, step)
    while y < high:
        tilt = round(rng.normal(0, 2))
        cv2.line(found, (0, round(y)), (wide, round(y) + tilt), tone, width)
        y += step
    x = rng.uniform(0, step) if rng.random() < 0.4 else float(wide)
    while x < wide:
        cv2.line(found, (round(x), 0), (round(x), high), tone, width)
        x += step
    return found


def _paper(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    base = 255.0 if rng.random() < 0.4 else rng.uniform(150, 252)
    page = np.full(shape, base, np.float32)
    if rng.random() < 0.35:
        coarse = rng.normal(0, rng.uniform(2, 14), (2, max(2, shape[1] // 90))).astype(np.float32)
        page += cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.12:
        # Tinted cells and printed patterns end inside the crop.
        x = sorted(int(v) for v in rng.integers(0, shape[1], 2))
        page[:, x[0] : x[1]] -= rng.uniform(5, 45)
    return page


def _ink_tone(rng: np.random.Generator) -> float:
    chance = rng.random()
    if chance < 0.7:
        return float(rng.uniform(0, 70))
    # Pencil, blue ink in grey, carbon copies.
    return float(rng.uniform(60, 150))


def _grain(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    chance = rng.random()
    if chance < 0.7:
        return np.ones((1, 1), np.float32)
    rough = rng.random(shape, dtype=np.float32)
    soft = cv2.blur(rough, (3, 3)) if chance < 0.9 else cv2.blur(rough, (7, 7)) * 1.3 - 0.2
    covered = np.clip(1 - rng.uniform(0.1, 0.6) * 1.6 * np.abs(soft), 0.15, 1)
    return np.asarray(covered, np.float32)


def _seal(page: Floats, rng: np.random.Generator) -> Floats:
    """Stamp a seal over the text, as a scanner sees red in grey."""
    high, wide = page.shape
    seal = np.zeros(page.shape, np.float32)
    radius = int(high * rng.uniform(0.28, 0.7))
    centre = (int(rng.integers(0, wide)), int(high / 2 + rng.normal(0, high / 5)))
    cv2.circle(seal, centre, radius, 1.0, max(2, radius // 8))
    for _ in range(int(rng.integers(4, 10))):
        a = (rng.normal(0, 0.4, 4) * radius).astype(int)
        p, q = (
            (centre[0] + int(a[0]), centre[1] + int(a[1])),
            (
                centre[0] + int(a[2]),
                centre[1] + int(a[3]),
            ),
        )
        cv2.line(seal, p, q, 1.0, max(2, radius // 9))
    return page - seal * rng.uniform(20, 110)


def _scanner(page: Floats, rng: np.random.Generator) -> Floats:
    """Resolution, blur, noise, binary fax, JPEG; ends at the height of the recogniser."""
    if rng.random() < 0.3:
        page = np.asarray(cv2.GaussianBlur(page, (0, 0), rng.uniform(0.6, 2.4)), np.float32)
    if rng.random() < 0.2:
        share = rng.uniform(0.25, 0.6)
        small = cv2.resize(page, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        page = np.asarray(cv2.resize(small, (page.shape[1], page.shape[0])), np.float32)
    if rng.random() < 0.08:
        level = float(page.min() * 0.45 + page.max() * 0.55) + rng.normal(0, 8)
        page = np.where(page + rng.normal(0, 10, page.shape) < level, 0.0, 255.0)
        page = page.astype(np.float32)
    width = max(8, round(page.shape[1] * HEIGHT / page.shape[0]))
    page = np.asarray(cv2.resize(page, (width, HEIGHT), interpolation=cv2.INTER_AREA), np.float32)
    if rng.random() < 0.3:
        page = page + rng.normal(0, rng.uniform(1, 12), page.shape).astype(np.float32)
    if rng.random() < 0.2:
        quality = int(rng.integers(25, 85))
        grey = np.clip(page, 0, 255).astype(np.uint8)
        _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
        page = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE).astype(np.float32)
    return page


def sheet(crops: Sequence[Pixels], *, columns: int = 4, width: int = 420) -> Pixels:
    """Contact sheet of crops, for people to look at."""
    cell = HEIGHT + 8
    rows = -(-len(crops) // columns)
    page = np.full((rows * cell, columns * (width + 8)), 128, np.uint8)
    for index, crop in enumerate(crops):
        y, x = index // columns * cell, index % columns * (width + 8)
        part = crop[:, :width]
        page[y + 4 : y + 4 + HEIGHT, x + 4 : x + 4 + part.shape[1]] = part
    return page
