"""The boxes of a page cut into crops, each with the writing that left it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

from pipelines.field_ink import PageInk
from pipelines.field_slots import Cut, cut_slot, marked_places, slots_of
from pipelines.forms.model import FieldDefinition, FormDefinition
from pipelines.forms.template import box_pixels
from pipelines.geometry import box_in_scan
from pipelines.lost_strokes import strokes_lost
from pipelines.outside import Outside, Stray, writing_outside
from pipelines.records import Mark, RegisteredPage

StraySeen = Callable[[Stray], None]


def cut_fields(
    page: PageInk,
    form: FormDefinition,
    fields: Sequence[FieldDefinition],
    marks: Sequence[Mark],
    registered: RegisteredPage,
    strays: StraySeen | None = None,
) -> list[list[Cut]]:
    """Cut the boxes of `fields`, which stand on this page of `form`: a list of cuts a field.

    `strays` is told of every place of writing that belongs to no box for sure.
    """
    marked = marked_places(form, marks, registered.form_page)
    slots = [[*slots_of(field)] for field in fields]
    flat = [slot for group in slots for slot in group]
    seals = [seal.box for seal in form.seals if seal.page == registered.form_page]
    outside = writing_outside(page, flat, marked, seals)
    if strays is not None:
        _tell(outside, page, registered, strays)
    lost = strokes_lost(page, [slot.box for slot in flat])
    numbers = count()
    cuts: list[list[Cut]] = []
    for group in slots:
        cuts.append([])
        for slot in group:
            number = next(numbers)
            taken, left_out = outside.taken.get(number, ()), outside.left_out.get(number, ())
            cut = cut_slot(page, slot, marked, taken, left_out)
            # What may belong to another box is for a person to decide.
            trace = cut.trace or number in outside.unsure
            cuts[-1].append(replace(cut, trace=trace, unsure=lost and cut.blank))
    return cuts


def _tell(outside: Outside, page: PageInk, registered: RegisteredPage, strays: StraySeen) -> None:
    for place in outside.loose:
        box = box_in_scan(registered, box_pixels(place, page.dpi))
        strays(Stray(page=registered.number, form_page=registered.form_page, place=place, box=box))
