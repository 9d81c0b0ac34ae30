"""Marks of a page as fields: one for each mark group and each seal."""

from collections.abc import Sequence

from pipelines.forms.model import FormDefinition, MarkGroup, SealDefinition, Select
from pipelines.geometry import merge_boxes
from pipelines.records import (
    Alternative,
    Field,
    FieldSource,
    FieldState,
    Mark,
    MarkState,
)

_UNSURE = 0.95
PRESENT = "present"
"""Value of a seal or signature that is there."""


def mark_fields(form: FormDefinition, marks: Sequence[Mark]) -> tuple[Field, ...]:
    """Fields of the groups and seals that `marks` (of any pages of `form`) tell of.

    A mark group has kind `marks` and the values of its marked options joined by ","; a seal has
    kind `seal` or `signature` and the value `present`. Nothing marked is blank; several marks
    where one is asked for, and marks that are neither here nor there, are doubtful.
    """
    by_group: dict[str, dict[str, Mark]] = {}
    for mark in marks:
        by_group.setdefault(mark.group, {})[mark.option] = mark
    fields = [
        _group_field(group, by_group[group.name]) for group in form.marks if group.name in by_group
    ]
    fields += [
        _seal_field(seal, next(iter(by_group[seal.name].values())))
        for seal in form.seals
        if seal.name in by_group
    ]
    return tuple(fields)


def _group_field(group: MarkGroup, marks: dict[str, Mark]) -> Field:
    held = [(option, marks[option.value]) for option in group.options if option.value in marks]
    chosen = [option for option, mark in held if mark.state is MarkState.MARKED]
    open_ = [(option, mark) for option, mark in held if mark.state is MarkState.AMBIGUOUS]
    struck = any(mark.state is MarkState.STRUCK for _, mark in held)
    several = group.select is Select.ONE and len(chosen) > 1
    surest = min((_certainty(mark) for _, mark in held), default=0.0)
    state = FieldState.READ
    if not chosen:
        state = FieldState.STRUCK if struck else FieldState.BLANK
        if open_:
            state = FieldState.UNREADABLE
    return Field(
        name=group.name,
        label=group.label,
        kind="marks",
        value=",".join(option.value for option in chosen) or None,
        raw_text="・".join(option.label for option in chosen),
        confidence=min(surest, 0.5) if several else surest,
        state=state,
        source=FieldSource.READ if chosen or open_ or struck else FieldSource.BLANK,
        box=merge_boxes(mark.box for _, mark in held),
        page=held[0][1].page,
        doubtful=bool(open_) or several or struck or surest < _UNSURE,
        alternatives=tuple(
            Alternative(value=option.value, confidence=mark.confidence) for option, mark in open_
        ),
    )


def _seal_field(seal: SealDefinition, mark: Mark) -> Field:
    there = mark.state is MarkState.MARKED
    open_ = mark.state not in (MarkState.MARKED, MarkState.EMPTY)
    state = FieldState.READ if there else FieldState.UNREADABLE if open_ else FieldState.BLANK
    return Field(
        name=seal.name,
        label=seal.label,
        kind=seal.kind,
        value=PRESENT if there else None,
        raw_text="",
        confidence=_certainty(mark),
        state=state,
        source=FieldSource.BLANK if state is FieldState.BLANK else FieldSource.READ,
        box=mark.box,
        page=mark.page,
        doubtful=open_ or mark.confidence < _UNSURE,
        alternatives=(Alternative(value=PRESENT, confidence=mark.confidence),) if open_ else (),
    )


def _certainty(mark: Mark) -> float:
    """Confidence that what the field says of this option is right."""
    return 0.5 if mark.state is MarkState.AMBIGUOUS else mark.confidence
