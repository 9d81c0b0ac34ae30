"""Which options are marked, struck out or left alone, and which seals are there.

An option is judged by the shape of the ink around it and beside its siblings: a loose circle
touches the next word too, but less than its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.model import Box, FormDefinition, MarkStyle, SealDefinition
from pipelines.forms.template import Template, box_pixels
from pipelines.geometry import box_in_scan, visible_share
from pipelines.ink import Ink, Surplus, shows_colour, surplus_darkness
from pipelines.mark_model import mark_probabilities
from pipelines.mark_shapes import MarkShape, measure_mark
from pipelines.records import Mark, MarkState, RegisteredPage

_SURE = 0.7
_LEAST_SEEN = 0.7
_SEAL_MARGIN_MM = 2.0
_SEAL_RED_MM2 = (1.2, 4.0)
_SEAL_BLACK_MM2 = (4.0, 14.0)
_SIGNATURE_MM2 = (0.6, 2.0)
SEAL_OPTION = "seal"
"""Option name of the mark of a seal or signature; its group is the seal's name."""


ShapeSeen = Callable[[str, str, MarkShape], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionGroup:
    """Options that are judged beside each other: a mark group, or the eras of a date field."""

    name: str
    style: MarkStyle
    options: tuple[tuple[str, Box], ...]


def read_marks(
    registered: RegisteredPage,
    template: Template,
    form: FormDefinition,
    ink: Ink,
    *,
    seen: ShapeSeen | None = None,
) -> tuple[Mark, ...]:
    """Judge every option and seal of this page of the form.

    Groups are mark groups (group name, option value), eras of dates (`<field>.era`, era value)
    and seals (seal name, `seal`). An option that the scan does not show is ambiguous. `seen` is
    called with the group, the option and the shape of the ink around it.
    """
    marks: list[Mark] = []
    surplus = surplus_darkness(registered, template, ink)
    for group in option_groups(form, template.form_page):
        shapes = group_shapes(group, registered, ink, surplus)
        if seen is not None:
            for (option, _), shape in zip(group.options, shapes, strict=True):
                seen(group.name, option, shape)
        marks += _group_marks(group, shapes, registered)
    for seal in form.seals:
        if seal.page == template.form_page:
            marks.append(_seal_mark(seal, registered, ink))
    return tuple(marks)


def option_groups(form: FormDefinition, form_page: int) -> Iterator[OptionGroup]:
    """Yield the groups of options on a page of a form, in the order of the definition."""
    for group in form.marks:
        if group.page == form_page:
            options = tuple((o.value, o.box) for o in group.options)
            yield OptionGroup(name=group.name, style=group.style, options=options)
    for field in form.fields:
        if field.page == form_page and field.eras:
            options = tuple((str(e.value), e.box) for e in field.eras)
            yield OptionGroup(name=f"{field.name}.era", style=field.era_style, options=options)


def group_shapes(
    group: OptionGroup, registered: RegisteredPage, ink: Ink, surplus: Surplus
) -> list[MarkShape]:
    """Shapes of the ink around the options of a group, in order.

    `surplus` is `surplus_darkness` of the page.
    """
    shapes = []
    for _, box in group.options:
        corners = box_pixels(box, registered.dpi)
        seen = visible_share(registered, corners)
        shapes.append(measure_mark(ink.mask, surplus, corners, registered.dpi, seen))
    return shapes


def _group_marks(
    group: OptionGroup, shapes: Sequence[MarkShape], registered: RegisteredPage
) -> list[Mark]:
    probabilities = mark_probabilities(group.style, shapes)
    marks = []
    for (option, box), shape, chances in zip(group.options, shapes, probabilities, strict=True):
        state, confidence = _state(chances)
        if shape.seen < _LEAST_SEEN:
            state, confidence = MarkState.AMBIGUOUS, 0.0
        marks.append(
            Mark(
                group=group.name,
                option=option,
                state=state,
                confidence=confidence,
                box=box_in_scan(registered, box_pixels(box, registered.dpi)),
                page=registered.number,
            )
        )
    return marks


def _state(chances: Sequence[float]) -> tuple[MarkState, float]:
    """State of the chances (empty, marked, struck): the likeliest when it is likely enough."""
    states = (MarkState.EMPTY, MarkState.MARKED, MarkState.STRUCK)
    best = int(np.argmax(chances))
    chance = float(chances[best])
    if chance < _SURE:
        return MarkState.AMBIGUOUS, 1.0 - chance
    return states[best], chance


def _seal_mark(seal: SealDefinition, registered: RegisteredPage, ink: Ink) -> Mark:
    corners = box_pixels(seal.box, registered.dpi)
    state, confidence = MarkState.AMBIGUOUS, 0.0
    if visible_share(registered, corners) >= _LEAST_SEEN:
        if seal.kind == "signature":
            state, confidence = _by_amount(
                _ink_in(ink.mask, corners, registered.dpi, 0.0), *_SIGNATURE_MM2
            )
        else:
            state, confidence = _seal_state(corners, registered, ink)
    return Mark(
        group=seal.name,
        option=SEAL_OPTION,
        state=state,
        confidence=confidence,
        box=box_in_scan(registered, corners),
        page=registered.number,
    )


def _seal_state(
    corners: tuple[float, float, float, float], registered: RegisteredPage, ink: Ink
) -> tuple[MarkState, float]:
    """Red ink in its place is a seal; black ink is one when the scan shows no colours."""
    dpi = registered.dpi
    red = _ink_in(ink.red, corners, dpi, _SEAL_MARGIN_MM)
    state, confidence = _by_amount(red, *_SEAL_RED_MM2)
    if state is MarkState.MARKED:
        return state, confidence
    black = _ink_in(ink.mask & ~ink.red, corners, dpi, 0.0)
    if shows_colour(registered, ink):
        # A name that runs into the place of the seal is no seal; a lot of black may be one.
        if black > _SEAL_BLACK_MM2[1]:
            return MarkState.AMBIGUOUS, 0.5
        return state, confidence
    if _is_round(ink.mask, corners, dpi):
        return _by_amount(black, *_SEAL_RED_MM2)
    if black > _SEAL_BLACK_MM2[0]:
        return MarkState.AMBIGUOUS, 0.5
    return _by_amount(max(red, black), *_SEAL_BLACK_MM2)


def _by_amount(found: float, empty: float, marked: float) -> tuple[MarkState, float]:
    """State by mm2 of ink; surer the further from the two limits."""
    if found >= marked:
        return MarkState.MARKED, float(1 - 0.5 * np.exp(-(found - marked) / marked))
    if found <= empty:
        return MarkState.EMPTY, float(1 - 0.5 * (found / empty))
    return MarkState.AMBIGUOUS, 0.5


def _ink_in(
    mask: NDArray[np.bool_], corners: tuple[float, float, float, float], dpi: float, margin: float
) -> float:
    mm = dpi / 25.4
    x0, y0, x1, y1 = corners
    pad = margin * mm
    rows = slice(max(0, round(y0 - pad)), max(0, round(y1 + pad)))
    columns = slice(max(0, round(x0 - pad)), max(0, round(x1 + pad)))
    return float(mask[rows, columns].sum()) / mm**2


def _is_round(
    mask: NDArray[np.bool_], corners: tuple[float, float, float, float], dpi: float
) -> bool:
    """Whether the ink in the place of a seal is about as wide as high, and of a seal's size."""
    mm = dpi / 25.4
    x0, y0, x1, y1 = (round(v) for v in corners)
    pad = round(_SEAL_MARGIN_MM * mm)
    patch = mask[max(0, y0 - pad) : y1 + pad, max(0, x0 - pad) : x1 + pad].astype(np.uint8)
    kernel = np.ones((round(1.2 * mm),) * 2, np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(patch, kernel))
    for i in range(1, count):
        width, height = stats[i, cv2.CC_STAT_WIDTH] / mm, stats[i, cv2.CC_STAT_HEIGHT] / mm
        if 5 < width < 24 and 5 < height < 24 and 0.65 < width / height < 1.55:
            return True
    return False
