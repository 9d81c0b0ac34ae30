"""Which options are marked, struck out or left alone, and which seals are there.

An option is judged by a picture of the ink around it and of the places of its siblings: a loose
circle touches the next word too, but less than its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from models.marks import Floats, MarkReader
from pipelines.forms.model import Box, CrossMeaning, FormDefinition, MarkStyle
from pipelines.forms.template import Template, box_pixels
from pipelines.geometry import LEAST_SEEN, box_in_scan, visible_share
from pipelines.ink import Ink, Surplus, surplus_darkness
from pipelines.mark_pictures import option_pictures
from pipelines.mark_seals import SEAL_OPTION, seal_mark
from pipelines.mark_shapes import MarkShape, measure_mark
from pipelines.records import Mark, MarkState, Pixels, RegisteredPage

# Nobody looks at an empty option again: a tick that is lost to a scan or to thick print stays lost.
_SURE, _SURE_EMPTY = 0.7, 0.9

__all__ = ["SEAL_OPTION", "OptionGroup", "group_pictures", "option_groups", "read_marks"]

ShapeSeen = Callable[[str, str, MarkShape], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionGroup:
    """Options that are judged beside each other: a mark group, or the eras of a date field."""

    name: str
    style: MarkStyle
    options: tuple[tuple[str, Box], ...]
    cross: CrossMeaning = CrossMeaning.MARK


def read_marks(
    registered: RegisteredPage,
    template: Template,
    form: FormDefinition,
    ink: Ink,
    reader: MarkReader,
    *,
    seen: ShapeSeen | None = None,
) -> tuple[Mark, ...]:
    """Judge every option and seal of this page of the form.

    Groups are mark groups (group name, option value), eras of dates (`<field>.era`, era value)
    and seals (seal name, `seal`). An option that the scan does not show is ambiguous. `seen` is
    called with the group, the option and the shape of the ink around it.
    """
    surplus = surplus_darkness(registered, template, ink)
    groups = tuple(option_groups(form, template.form_page))
    pictures = [group_pictures(group, registered, ink, surplus) for group in groups]
    chances = iter(reader.judge(np.concatenate(pictures))) if pictures else iter(())
    marks: list[Mark] = []
    for group in groups:
        for option, box in group.options:
            marks.append(_option_mark(group, option, box, next(chances), registered))
            if seen is not None:
                seen(group.name, option, option_shape(box, registered, ink, surplus))
    for seal in form.seals:
        if seal.page == template.form_page:
            marks.append(seal_mark(seal, registered, ink))
    return tuple(marks)


def option_groups(form: FormDefinition, form_page: int) -> Iterator[OptionGroup]:
    """Yield the groups of options on a page of a form, in the order of the definition."""
    for group in form.marks:
        if group.page == form_page:
            options = tuple((o.value, o.box) for o in group.options)
            yield OptionGroup(
                name=group.name, style=group.style, options=options, cross=group.cross
            )
    for field in form.fields:
        if field.page == form_page and field.eras:
            options = tuple((str(e.value), e.box) for e in field.eras)
            yield OptionGroup(name=f"{field.name}.era", style=field.era_style, options=options)


def option_shape(box: Box, registered: RegisteredPage, ink: Ink, surplus: Surplus) -> MarkShape:
    """Shape of the ink around an option; `surplus` is `surplus_darkness` of the page."""
    corners = box_pixels(box, registered.dpi)
    seen = visible_share(registered, corners)
    return measure_mark(ink.mask, surplus, corners, registered.dpi, seen)


def group_pictures(
    group: OptionGroup, registered: RegisteredPage, ink: Ink, surplus: Surplus
) -> Pixels:
    """Pictures of the options of a group, in order, as `models.marks` judges them."""
    boxes = [box_pixels(box, registered.dpi) for _, box in group.options]
    return option_pictures(group.style, boxes, ink.mask, surplus, registered.dpi)


def _option_mark(
    group: OptionGroup, option: str, box: Box, chances: Floats, registered: RegisteredPage
) -> Mark:
    corners = box_pixels(box, registered.dpi)
    state, confidence = _state(chances, group.cross)
    if visible_share(registered, corners) < LEAST_SEEN:
        state, confidence = MarkState.AMBIGUOUS, 0.0
    return Mark(
        group=group.name,
        option=option,
        state=state,
        confidence=confidence,
        box=box_in_scan(registered, corners),
        page=registered.number,
    )


def _state(chances: Floats, cross: CrossMeaning) -> tuple[MarkState, float]:
    """State of the chances (empty, marked, struck, crossed): the likeliest when likely enough."""
    empty, marked, struck, crossed = (float(chance) for chance in chances)
    if cross is CrossMeaning.NO:
        empty += crossed
    else:
        marked += crossed
    chance, state = max(
        (empty, MarkState.EMPTY), (marked, MarkState.MARKED), (struck, MarkState.STRUCK)
    )
    if chance < (_SURE_EMPTY if state is MarkState.EMPTY else _SURE):
        return MarkState.AMBIGUOUS, 1.0 - chance
    return state, chance
