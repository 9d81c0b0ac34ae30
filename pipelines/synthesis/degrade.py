"""Named ways in which a page gets worse between the desk and the file.

Each takes an image (H x W x 3 uint8 RGB) and returns the new one with the 3 x 3 transform from old
to new pixels, so that truth boxes stay exact.
"""

from collections.abc import Callable
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.records import Matrix, Pixels

_IDENTITY = np.eye(3)


class Degradation(StrEnum):
    """Names of the degradations; several can be combined, applied in the order of this list."""

    CLEAN = "clean"
    BLEED = "bleed"
    SKEW = "skew"
    PERSPECTIVE = "perspective"
    SHADOW = "shadow"
    NOISE = "noise"
    LOWRES = "lowres"
    FAX = "fax"
    JPEG = "jpeg"
    ROTATED = "rotated"


def degrade(
    pixels: Pixels, names: tuple[Degradation, ...], dpi: float, rng: np.random.Generator
) -> tuple[Pixels, Matrix]:
    """Apply degradations in the order of the enum; the matrix maps old pixels to new ones."""
    matrix = _IDENTITY.copy()
    for name in Degradation:
        if name in names:
            pixels, step = _APPLY[name](pixels, dpi * _scale_of(matrix), rng)
            matrix = step @ matrix
    return pixels, matrix


def move_box(
    matrix: Matrix, box: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """Axis-aligned box around the moved corners of a box (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = box
    corners = matrix @ np.array([[x0, x1, x1, x0], [y0, y0, y1, y1], [1, 1, 1, 1]])
    xs, ys = corners[0] / corners[2], corners[1] / corners[2]
    return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


def _scale_of(matrix: Matrix) -> float:
    return float(np.sqrt(abs(np.linalg.det(matrix[:2, :2] / matrix[2, 2]))))


def _clean(pixels: Pixels, dpi: float, rng: np.random.Generator) -> tuple[Pixels, Matrix]:
    return pixels, _IDENTITY


def _bleed(pixels: Pixels, dpi: float, rng: np.random.Generator) -> tuple[Pixels, Matrix]:
    """Let the other side shine through: mirrored, blurred, faint."""
    back = cv2.GaussianBlur(pixels[:, ::-1], (0, 0), dpi / 110)
    shift = rng.integers(-round(dpi / 8), round(dpi / 8) + 1, 2)
    back = np.roll(back, tuple(int(s) for s in shift), axis=(0, 1))
    strength = rng.uniform(0.10, 0.18)
    faint = cv2.addWeighted(back, strength, np.full_like(back, 255), 1 - strength, 0)
    return cv2.multiply(pixels, faint, scale=1 / 255), _IDENTITY


def _skew(pixels: Pixels, dpi: float, rng: np.random.Generator) -> tuple[Pixels, Matrix]:
    """Feed the sheet askew: up to 3 degrees, a few mm aside, on the lid's white."""
    height, width = pixels.shape[:2]
    degrees = float(rng.uniform(0.6, 3.0)) * (1 if rng.random() < 0.5 else -1)
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), [0, 0, 1]])
    # Some scanners keep to the size of the paper and lose the tips of its corners.
    kept = 1.0 if rng.random() < 0.6 or abs(degrees) > 1.5 else 0.0
    lean = abs(np.sin(np.radians(degrees))) * kept
    size = (round(width + lean * height), round(height + lean * width))
    slip = rng.uniform(-0.02, 0.02, 2) * dpi
    turn[0, 2] += (size[0] - width) / 2 + slip[0]
    turn[1, 2] += (size[1] - height) / 2 + slip[1]
    lid = int(rng.integers(236, 252))
    return _warp(pixels, turn, size, (lid, lid, lid)), turn


def _perspective(pixels: Pixels, dpi: float, rng: np.random.Generator) -> tuple[Pixels, Matrix]:
    """Photograph the sheet on a desk, a little from the side."""
    height, width = pixels.shape[:2]
    margin = rng.uniform(0.04, 0.09) * width
    size = (round(width + 2 * margin), round(height + 2 * margin))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    moved = corners + np.float32(margin)
    moved = moved + rng.uniform(-0.55, 0.35, (4, 2)).astype(np.float32) * np.float32(
        margin
    ) * np.sign(corners - [width / 2, height / 2]).astype(np.float32) * np.float32(-1)
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32)).astype(np.float64)
    desk = _desk(size, rng)
    sheet = _warp(pixels, matrix, size, (0, 0, 0))
    inside = _warp(np.full((height, width), 255, dtype=np.uint8), matrix, size, (0, 0, 0))
    # The sheet throws a thin shadow on the desk.
    fallen = np.roll(inside, (round(dpi / 25), round(dpi / 30)), (0, 1))
    small = cv2.resize(fallen, (size[0] // 4, size[1] // 4), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), dpi / 80)
    shade = 1 - 0.45 / 255 * cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)
    desk = _lit(desk, shade.astype(np.float32))
    # What is left of the desk at the edge of the sheet and the sheet itself add up.
    desk = cv2.multiply(desk, cv2.merge([255 - inside] * 3), scale=1 / 255)
    photo = _lit(cv2.add(sheet, desk), _slope(size, rng, 0.82, 1.0))
    tint = (1.0, rng.uniform(0.965, 1.0), rng.uniform(0.90, 0.985))
    table = np.stack([np.arange(256) * share for share in tint], axis=-1).astype(np.uint8)
    return np.asarray(cv2.LUT(photo, table.reshape(1, 256, 3)), dtype=np.uint8), matrix


def _shadow(pixels: Pixels, dpi: float, rng: np.random.Generator) -> tuple[Pixels, Matrix]:
    """Uneven light: a slope over the page and the soft shadow of a hand or an edge."""
    height, width = pixels.shape[:2]
    light = _slope((width, height), rng, 0.84, 1.0)
    small = np.ones((height // 16, width // 16), dtype=np.float32)
    points = rng.uniform(-0.2, 1.2, (4, 2)) * [small.shape[1], small.shape[0]]
    hull = cv2.convexHull(points.astype(np.int32))
    cv2.fillConvexPoly(small, hull, float(rng.uniform(0.68, 0.84)))
    small = cv2.GaussianBlur(small, (0, 0), rng.uniform(3, 8))
    light = light * cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return _lit(pixels, light), _IDENTITY


def _noise(pixels: Pixels, dpi: float, rng: np.random.Generator) -> tuple[Pixels, Matrix]:
    """Sensor noise, dust and a little blur."""
    soft = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.4, 0.8) * dpi / 200)
    spread = rng.uniform(5, 11)
    grain = rng.standard_normal(pixels.shape[:2], dtype=np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), 0.6)
    grain *= np.float32(spread / float(grain.std()))
    brighter = cv2.merge([np.clip(grain, 0, 127).astype(np.uint8)] * 3)
    darker = cv2.merge([np.clip(-grain, 0, 127).astype(np.uint8)] * 3)
    out = np.asarray(cv2.subtract(cv2.add(soft, brighter), darker), dtype=np.uint8)
    height, width = pixels.shape[:2]
    for _ in range(int(rng.integers(20, 80))):
        at = (int(rng.integers(width)), int(rng.integers(height)))
        tone = int(rng.integers(60, 190))
        cv2.circle(out, at, int(rng.integers(1, max(2, round(dpi / 90)))), (tone,) * 3, -1)
    return out, _IDENTITY


def _lowres(pixels: Pixels, dpi: float, rng: np.random.Generator) -> tuple[Pixels, Matrix]:
    """Scan at 150 dpi."""
    return _resized(pixels, 150 / dpi)


def _fax(pixels: Pixels, dpi: float, rng: np.random.Generator) -> tuple[Pixels, Matrix]:
    """Fax it: 200 dpi, black and white, ragged edges, some lost pixels, a line of dropouts."""
    pixels, matrix = _resized(pixels, 200 / dpi)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    level = cv2.GaussianBlur(grey, (0, 0), 24) * rng.uniform(0.80, 0.86)
    rough = rng.normal(0, 9, grey.shape).astype(np.float32)
    bits = np.where(grey + rough > level, 255, 0).astype(np.uint8)
    specks = rng.random(bits.shape, dtype=np.float32)
    bits[specks < 0.00012] = 0
    bits[specks > 0.9995] = 255
    if rng.random() < 0.5:
        row = int(rng.integers(bits.shape[0] // 10, bits.shape[0] - 4))
        bits[row : row + 1] = 255
    return cv2.cvtColor(bits, cv2.COLOR_GRAY2RGB), matrix


def _jpeg(pixels: Pixels, dpi: float, rng: np.random.Generator) -> tuple[Pixels, Matrix]:
    """Compressed hard."""
    quality = int(rng.integers(28, 48))
    ok, data = cv2.imencode(
        ".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    if not ok:
        raise RuntimeError("JPEG encoder failed")
    back = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return cv2.cvtColor(back, cv2.COLOR_BGR2RGB), _IDENTITY


def _rotated(pixels: Pixels, dpi: float, rng: np.random.Generator) -> tuple[Pixels, Matrix]:
    """Laid in sideways or upside down: 90, 180 or 270 degrees clockwise."""
    height, width = pixels.shape[:2]
    quarter = int(rng.integers(1, 4))
    turned = np.ascontiguousarray(np.rot90(pixels, -quarter))
    matrix = {
        1: np.array([[0, -1, height], [1, 0, 0], [0, 0, 1]]),
        2: np.array([[-1, 0, width], [0, -1, height], [0, 0, 1]]),
        3: np.array([[0, 1, 0], [-1, 0, width], [0, 0, 1]]),
    }[quarter]
    return turned, matrix.astype(np.float64)


def _resized(pixels: Pixels, scale: float) -> tuple[Pixels, Matrix]:
    height, width = pixels.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size == (width, height):
        return pixels, _IDENTITY
    shrink = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(pixels, size, interpolation=shrink)
    return small, np.diag([size[0] / width, size[1] / height, 1.0])


def _warp(
    pixels: NDArray[np.uint8], matrix: Matrix, size: tuple[int, int], border: tuple[int, int, int]
) -> NDArray[np.uint8]:
    warped = cv2.warpPerspective(
        pixels,
        matrix,
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=border,
    )
    return np.asarray(warped, dtype=np.uint8)


def _lit(pixels: Pixels, light: NDArray[np.float32]) -> Pixels:
    """Darken by a map of light, 0..1 for each pixel."""
    level = (light * 255).astype(np.uint8)
    lit = cv2.multiply(pixels, cv2.merge([level, level, level]), scale=1 / 255)
    return np.asarray(lit, dtype=np.uint8)


def _slope(
    size: tuple[int, int], rng: np.random.Generator, low: float, high: float
) -> NDArray[np.float32]:
    """Light that falls off across the page: H x W."""
    angle = rng.uniform(0, 2 * np.pi)
    columns = np.linspace(-0.5, 0.5, size[0], dtype=np.float32) * np.float32(np.cos(angle))
    rows = np.linspace(-0.5, 0.5, size[1], dtype=np.float32) * np.float32(np.sin(angle))
    slope = rows[:, None] + columns[None, :]
    slope = (slope - slope.min()) / max(1e-6, float(np.ptp(slope)))
    return np.asarray(low + (high - low) * slope, dtype=np.float32)


def _desk(size: tuple[int, int], rng: np.random.Generator) -> Pixels:
    """Top of a desk: wood, grey or dark, with grain along one direction."""
    colours = ((146, 110, 78), (120, 122, 124), (84, 70, 60), (172, 150, 122), (66, 68, 72))
    base = np.array(colours[int(rng.integers(len(colours)))], dtype=np.float32)
    grain = rng.normal(0, 1, (size[1] // 4 + 1, size[0] // 64 + 1)).astype(np.float32)
    wood = cv2.resize(grain, size, interpolation=cv2.INTER_CUBIC)[..., None] * np.float32(7)
    return np.asarray((base + wood).clip(0, 255), dtype=np.uint8)


_Apply = Callable[[Pixels, float, np.random.Generator], tuple[Pixels, Matrix]]
_APPLY: dict[Degradation, _Apply] = {
    Degradation.CLEAN: _clean,
    Degradation.BLEED: _bleed,
    Degradation.SKEW: _skew,
    Degradation.PERSPECTIVE: _perspective,
    Degradation.SHADOW: _shadow,
    Degradation.NOISE: _noise,
    Degradation.LOWRES: _lowres,
    Degradation.FAX: _fax,
    Degradation.JPEG: _jpeg,
    Degradation.ROTATED: _rotated,
}
