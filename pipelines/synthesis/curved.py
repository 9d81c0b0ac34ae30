"""Photographs of pages that curve: a sheet that was rolled up, a page of an opened booklet.

The paper is a cylinder: it bends along one of its sides and keeps its lengths along the bend. A
pinhole camera looks at it from a hand's height, a little from the side.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.records import Pixels

_Array = NDArray[np.float64]
Place = Callable[[_Array], _Array]
"""Where N x 2 pixels of the flat page lie on the photograph."""
_MM = 25.4
_STEP_MM = 0.25
_GRID = 4
"""Pixels of the photograph between rays that are followed; between them the paper is even."""
_ROUNDS = 40
_STRIP_MM = 25.0
_DESKS = ((146, 110, 78), (120, 122, 124), (84, 70, 60), (66, 68, 72))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Curve:
    """A bent line by its length along the paper: `along`, where it runs (`across`, `up`), `lean`.

    Lengths in mm, leans in radians. `across` grows, so that every place is seen from above once.
    """

    along: _Array
    across: _Array
    up: _Array
    lean: _Array

    @property
    def sagitta(self) -> float:
        """How far the line leaves the chord between its ends, in mm."""
        chord = np.interp(self.across, self.across[[0, -1]], self.up[[0, -1]])
        return float(np.abs(self.up - chord).max())


def curve_of(kind: str, length: float, sagitta: float, *, before: float = 0.0) -> Curve:
    """Bend a line of `length` mm: `hill` and `valley` are arcs, `booklet` falls to its begin.

    `before` is what there is of the facing page of a booklet, which falls to the spine likewise.
    """
    along = np.arange(-before, length + _STEP_MM, _STEP_MM)
    share = along / length
    shape = {
        "hill": 1 - 2 * share,
        "valley": 2 * share - 1,
        "booklet": np.sign(share + 1e-9) * np.exp(-np.abs(share) / 0.22),
    }[kind]
    own = along >= 0
    low, high = 0.0, 1.4
    for _ in range(40):
        middle = (low + high) / 2
        bent = _bent(along[own], middle * shape[own])
        low, high = (middle, high) if bent.sagitta < sagitta else (low, middle)
    return _bent(along, low * shape)


def _bent(along: _Array, lean: _Array) -> Curve:
    steps = np.diff(along)
    middle = (lean[1:] + lean[:-1]) / 2
    across = np.concatenate([[0.0], np.cumsum(np.cos(middle) * steps)])
    up = np.concatenate([[0.0], np.cumsum(np.sin(middle) * steps)])
    first = int(np.searchsorted(along, 0.0))
    return Curve(along=along, across=across - across[first], up=up - up[first], lean=lean)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Camera:
    """World mm (x right, y down, z up from the desk) to pixels."""

    turn: _Array
    origin: _Array
    focal: float
    centre: _Array

    def see(self, world: _Array) -> _Array:
        seen = (world - self.origin) @ self.turn.T
        return np.asarray(self.focal * seen[:, :2] / seen[:, 2:] + self.centre)

    def rays(self, pixels: _Array) -> _Array:
        """Directions (N x 3) of the rays to pixels."""
        away = np.column_stack([(pixels - self.centre) / self.focal, np.ones(len(pixels))])
        return np.asarray(away @ self.turn)


def photograph_curved(
    pixels: Pixels,
    dpi: float,
    rng: np.random.Generator,
    *,
    kind: str | None = None,
    sagitta: float | None = None,
) -> tuple[Pixels, Place]:
    """Photograph a page (H x W x 3 RGB of `dpi`) that bends; also where its pixels are seen.

    `kind` is `hill`, `valley` or `booklet` (any), `sagitta` 3 to 15 mm (any), the bend runs along
    either side. The camera is 300 to 500 mm away. Light comes from one side.
    """
    kind = kind or str(rng.choice(["hill", "valley", "booklet"]))
    sagitta = float(rng.uniform(3.0, 15.0)) if sagitta is None else sagitta
    upright = bool(rng.random() < (0.8 if kind == "booklet" else 0.5))
    # What follows bends along x: pages that bend along y are laid on their side for it.
    sheet = pixels if upright else np.ascontiguousarray(pixels.transpose(1, 0, 2))
    size = np.array(sheet.shape[1::-1]) * _MM / dpi
    before = _STRIP_MM if kind == "booklet" else 0.0
    curve = curve_of(kind, float(size[0]), sagitta, before=before)
    camera, shape = _camera(curve, size, rng, dpi)
    seen = _seen(sheet, dpi, curve, camera, shape, rng)

    def place(points: _Array) -> _Array:
        own = points if upright else points[:, ::-1]
        u, v = ((own + 0.5) * _MM / dpi).T
        world = np.column_stack(
            [np.interp(u, curve.along, curve.across), v, np.interp(u, curve.along, curve.up)]
        )
        at = camera.see(world)
        return at if upright else np.asarray(at[:, ::-1])

    return (seen if upright else np.ascontiguousarray(seen.transpose(1, 0, 2))), place


def _camera(
    curve: Curve, size: _Array, rng: np.random.Generator, dpi: float
) -> tuple[_Camera, tuple[int, int]]:
    """Camera over the middle of the page, and (width, height) of its picture."""
    own = curve.along >= 0
    left, right = float(curve.across[own][0]), float(curve.across[own][-1])
    middle = np.array([(left + right) / 2, size[1] / 2, float(np.median(curve.up[own]))])
    distance = float(rng.uniform(300, 500))
    tilt, way = np.radians(rng.uniform(0, 10)), rng.uniform(0, 2 * np.pi)
    aside = np.array([np.sin(tilt) * np.cos(way), np.sin(tilt) * np.sin(way), np.cos(tilt)])
    origin = middle + distance * aside
    roll = np.radians(rng.uniform(-3, 3))
    right_hand = np.array([np.cos(roll), np.sin(roll), 0.0])
    forward = -aside
    x = right_hand - (right_hand @ forward) * forward
    x /= np.linalg.norm(x)
    turn = np.stack([x, np.cross(x, forward), forward])
    camera = _Camera(turn=turn, origin=origin, focal=distance * dpi / _MM, centre=np.zeros(2))
    edges = np.linspace(0, 1, 30)
    us = np.concatenate([edges, edges, np.zeros(30), np.ones(30)]) * size[0]
    vs = np.concatenate([np.zeros(30), np.ones(30), edges, edges]) * size[1]
    world = np.column_stack(
        [np.interp(us, curve.along, curve.across), vs, np.interp(us, curve.along, curve.up)]
    )
    seen = camera.see(world)
    margin = rng.uniform(0.02, 0.06) * np.ptp(seen[:, 0])
    low = seen.min(axis=0) - margin
    width, height = np.ceil(np.ptp(seen, axis=0) + 2 * margin).astype(int)
    centred = _Camera(turn=turn, origin=origin, focal=camera.focal, centre=-low)
    return centred, (int(width), int(height))


def _seen(
    sheet: Pixels,
    dpi: float,
    curve: Curve,
    camera: _Camera,
    size: tuple[int, int],
    rng: np.random.Generator,
) -> Pixels:
    """Follow rays from the camera to the paper; beside it lies the desk."""
    width, height = size
    columns, rows = np.meshgrid(
        np.arange(-_GRID, width + 2 * _GRID, _GRID), np.arange(-_GRID, height + 2 * _GRID, _GRID)
    )
    rays = camera.rays(np.column_stack([columns.ravel(), rows.ravel()]).astype(np.float64))
    x, y = _meet(rays, curve, camera.origin)
    u = np.interp(x, curve.across, curve.along, left=-1e4, right=1e4)
    maps = [
        _fine(part.reshape(columns.shape), size)
        for part in (u * dpi / _MM - 0.5, y * dpi / _MM - 0.5)
    ]
    strip = round(_STRIP_MM * dpi / _MM) if curve.along[0] < -1 else 0
    paper = _with_strip(sheet, strip, rng) if strip else sheet
    shade = _fine(_light(u, curve, rng).reshape(columns.shape), size)
    at_x = maps[0] + strip
    inside = (at_x > -0.5) & (at_x < paper.shape[1] - 0.5)
    inside &= (maps[1] > -0.5) & (maps[1] < sheet.shape[0] - 0.5)
    lit = cv2.remap(paper, at_x, maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 0.7)[..., None]
    desk = np.asarray(_DESKS[int(rng.integers(len(_DESKS)))], np.float32)
    grain = rng.normal(0, 5, (height // 4 + 1, width // 64 + 1)).astype(np.float32)
    wood = cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)[..., None] + desk
    both = lit.astype(np.float32) * shade[..., None] * cover + wood * (1 - cover)
    return np.asarray(both.clip(0, 255), np.uint8)


def _meet(rays: _Array, curve: Curve, origin: _Array) -> tuple[_Array, _Array]:
    """Where rays meet the paper (x, y in mm); beyond its ends it goes on level."""
    z = np.zeros(len(rays))
    x = z
    for _ in range(_ROUNDS):
        x = origin[0] + rays[:, 0] * (z - origin[2]) / rays[:, 2]
        z = np.interp(x, curve.across, curve.up)
    return x, origin[1] + rays[:, 1] * (z - origin[2]) / rays[:, 2]


def _light(u: _Array, curve: Curve, rng: np.random.Generator) -> _Array:
    """Share of the light that paper throws back, by how it leans to a lamp at one side."""
    lamp = np.tan(np.radians(rng.uniform(10, 45))) * (1 if rng.random() < 0.5 else -1)
    lean = np.interp(u, curve.along, curve.lean)
    direct = np.clip(np.cos(lean) + lamp * np.sin(lean), 0, None)
    share = 0.35 + 0.65 * direct
    return np.asarray(np.clip(share / share.max(), 0.2, 1.0))


def _fine(coarse: _Array, size: tuple[int, int]) -> NDArray[np.float32]:
    """Values at every pixel of a picture of those at every `_GRID`th."""
    width, height = size
    xs, ys = np.meshgrid(
        np.arange(width, dtype=np.float32) / _GRID + 1,
        np.arange(height, dtype=np.float32) / _GRID + 1,
    )
    return np.asarray(cv2.remap(coarse.astype(np.float32), xs, ys, cv2.INTER_LINEAR))


def _with_strip(sheet: Pixels, strip: int, rng: np.random.Generator) -> Pixels:
    """Put the edge of the facing page, with ends of its lines, before the page."""
    facing = np.full((sheet.shape[0], strip, 3), 250, np.uint8)
    height = int(rng.integers(14, 26))
    for top in range(6 * height, sheet.shape[0] - 6 * height, 2 * height):
        end = int(rng.integers(0, max(1, strip - strip // 3)))
        for left in range(0, end - height, height):
            inner = facing[top : top + height - 4, left : left + height - 4]
            inner[rng.random(inner.shape[:2]) < 0.35] = 60
    return np.concatenate([facing, sheet], axis=1)
