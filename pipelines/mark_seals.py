"""Which seals and signatures are there, and where the impression of a seal lies."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.model import SealDefinition
from pipelines.forms.template import box_pixels
from pipelines.geometry import LEAST_SEEN, box_in_scan, components, visible_share
from pipelines.ink import Ink, shows_colour
from pipelines.records import Mark, MarkState, RegisteredPage

Corners = tuple[float, float, float, float]

SEAL_OPTION = "seal"
"""Option name of the mark of a seal or signature; its group is the seal's name."""
_MARGIN_MM = 2.0
_RED_MM2 = (1.2, 4.0)
_BLACK_MM2 = (4.0, 14.0)
_SIGNATURE_MM2 = (0.6, 2.0)
_JOIN_MM = 1.2
_SIDE_MM, _ASPECT = (5.0, 24.0), (0.65, 1.55)
# How far around its place an impression is looked at whole.
_AROUND_MM = 13.0
# Share of the directions in which a ring of black ink is closed: of a seal, of a single character.
_CLOSED, _OPEN = 0.78, 0.6
_SECTORS = 36


def seal_mark(seal: SealDefinition, registered: RegisteredPage, ink: Ink) -> Mark:
    """Judge one seal or signature; what the scan does not show is ambiguous.

    The box of a seal that is there is that of its impression, else that of its place.
    """
    corners = box_pixels(seal.box, registered.dpi)
    dpi = registered.dpi
    state, confidence = MarkState.AMBIGUOUS, 0.0
    place = corners
    if visible_share(registered, corners) >= LEAST_SEEN:
        if seal.kind == "signature":
            state, confidence = _by_amount(_ink_in(ink.mask, corners, dpi, 0.0), *_SIGNATURE_MM2)
        else:
            state, confidence = _seal_state(corners, registered, ink)
            if state is MarkState.MARKED:
                place = _impression(ink, corners, dpi)
    return Mark(
        group=seal.name,
        option=SEAL_OPTION,
        state=state,
        confidence=confidence,
        box=box_in_scan(registered, place),
        page=registered.number,
    )


def _seal_state(corners: Corners, registered: RegisteredPage, ink: Ink) -> tuple[MarkState, float]:
    """Red ink in its place is a seal; black ink is one when it is a ring, or without colours."""
    dpi = registered.dpi
    red = _ink_in(ink.red, corners, dpi, _MARGIN_MM)
    state, confidence = _by_amount(red, *_RED_MM2)
    if state is MarkState.MARKED:
        return state, confidence
    black_ink = ink.mask & ~ink.red
    black = _ink_in(black_ink, corners, dpi, 0.0)
    closed = _closed_ring(black_ink, corners, dpi)
    if shows_colour(registered, ink):
        # A name that runs into the place of the seal is no seal; a black ring is one.
        if black >= _RED_MM2[1] and closed >= _CLOSED:
            return _by_amount(black, *_RED_MM2)
        if black > _BLACK_MM2[1] or (black > _BLACK_MM2[0] and closed >= _OPEN):
            return MarkState.AMBIGUOUS, 0.5
        return state, confidence
    if closed >= _OPEN:
        return _by_amount(black, *_RED_MM2)
    if black > _BLACK_MM2[0]:
        return MarkState.AMBIGUOUS, 0.5
    return _by_amount(max(red, black), *_BLACK_MM2)


def _by_amount(found: float, empty: float, marked: float) -> tuple[MarkState, float]:
    """State by mm2 of ink; surer the further from the two limits."""
    if found >= marked:
        return MarkState.MARKED, float(1 - 0.5 * np.exp(-(found - marked) / marked))
    if found <= empty:
        return MarkState.EMPTY, float(1 - 0.5 * (found / empty))
    return MarkState.AMBIGUOUS, 0.5


def _ink_in(mask: NDArray[np.bool_], corners: Corners, dpi: float, margin: float) -> float:
    return float(mask[_window(corners, dpi, margin)].sum()) / (dpi / 25.4) ** 2


def _window(corners: Corners, dpi: float, margin: float) -> tuple[slice, slice]:
    x0, y0, x1, y1 = corners
    pad = margin * dpi / 25.4
    rows = slice(max(0, round(y0 - pad)), max(0, round(y1 + pad)))
    return rows, slice(max(0, round(x0 - pad)), max(0, round(x1 + pad)))


def _closed_ring(mask: NDArray[np.bool_], corners: Corners, dpi: float) -> float:
    """Share of directions in which the outer edge of a round piece of ink is closed; 0 for none."""
    mm = dpi / 25.4
    patch = mask[_window(corners, dpi, _MARGIN_MM)].view(np.uint8)
    kernel = np.ones((round(_JOIN_MM * mm),) * 2, np.uint8)
    count, labels, stats, _ = components(cv2.dilate(patch, kernel))
    best = 0.0
    for number in range(1, count):
        x, y, wide, high = stats[number, :4].tolist()
        small = min(wide, high) <= _SIDE_MM[0] * mm or max(wide, high) >= _SIDE_MM[1] * mm
        if small or not _ASPECT[0] < wide / high < _ASPECT[1]:
            continue
        rows, columns = np.nonzero((labels == number) & (patch > 0))
        across = (columns - x - (wide - 1) / 2) / (wide / 2)
        down = (rows - y - (high - 1) / 2) / (high / 2)
        edge = np.hypot(across, down) > 0.7
        angle = np.arctan2(down[edge], across[edge]) + np.pi
        sectors = (angle * (_SECTORS / (2 * np.pi))).astype(int) % _SECTORS
        best = max(best, len(np.unique(sectors)) / _SECTORS)
    return best


def _impression(ink: Ink, corners: Corners, dpi: float) -> Corners:
    """Box of the ink of a seal that reaches into its place; the place itself if none stands out."""
    mm = dpi / 25.4
    near = _window(corners, dpi, _MARGIN_MM)
    mask = ink.red if ink.red[near].any() else ink.mask
    rows, columns = _window(corners, dpi, _AROUND_MM)
    patch = mask[rows, columns].view(np.uint8)
    kernel = np.ones((round(_JOIN_MM * mm),) * 2, np.uint8)
    count, labels, stats, _ = components(cv2.dilate(patch, kernel))
    inner = (
        slice(near[0].start - rows.start, near[0].stop - rows.start),
        slice(near[1].start - columns.start, near[1].stop - columns.start),
    )
    held = np.bincount(labels[inner][patch[inner] > 0], minlength=count)
    held[0] = 0
    if count < 2 or not held.any():
        return corners
    x, y, wide, high = stats[int(held.argmax()), :4].tolist()
    if max(wide, high) > _SIDE_MM[1] * mm:
        return corners
    left, top = columns.start + x, rows.start + y
    return float(left), float(top), float(left + wide), float(top + high)
