"""Which options are marked, struck out or left alone, and which seals are there.

An option is judged by the shape of the ink around it and beside its siblings: a loose circle
touches the next word too, but less than its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.forms.model import Box, FormDefinition, MarkStyle
from pipelines.forms.template import Template, box_pixels
from pipelines.geometry import box_in_scan, visible_share
from pipelines.ink import Ink, Surplus, surplus_darkness
from pipelines.mark_model import mark_probabilities
from pipelines.mark_seals import SEAL_OPTION, seal_mark
from pipelines.mark_shapes import MarkShape, measure_mark
from pipelines.records import Mark, MarkState, RegisteredPage

_SURE = 0.7
_LEAST_SEEN = 0.7

__all__ = ["SEAL_OPTION", "OptionGroup", "group_shapes", "option_groups", "read_marks"]

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
            marks.append(seal_mark(seal, registered, ink))
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
