"""What holds of a date whose era is not chosen, whichever of the printed ones is meant."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from pipelines.check_values import lies_behind
from pipelines.confidence import is_sure
from pipelines.forms.model import FieldDefinition, FormDefinition
from pipelines.normalise.printed_eras import possible_days
from pipelines.records import Field, FieldState, Finding
from pipelines.rules.texts import on_premise

Judge = Callable[[Mapping[str, Field]], Iterable[Finding]]


def era_findings(
    by_name: Mapping[str, Field], form: FormDefinition, judge: Judge, *, today: date
) -> Iterator[Finding]:
    """Find what `judge` says of such a date in every case, and does not say without it.

    An era that would put a birth or a filing ahead of `today` is not meant.
    """
    known: set[str] | None = None
    for definition in form.fields:
        field = by_name.get(definition.name)
        if field is None or field.value is not None:
            continue
        days = days_meant(definition, field.raw_text, today)
        if not days:
            continue
        if known is None:
            known = {finding.rule for finding in judge(by_name)}
        sure = is_sure(field.confidence, definition.critical)
        cases = []
        for day in days:
            dated = replace(field, value=day, state=FieldState.READ, doubtful=not sure)
            found = judge({**by_name, field.name: dated})
            cases.append({f.rule: f for f in found if field.name in f.fields})
        always = set.intersection(*(set(case) for case in cases)) - known
        yield from (on_premise(f, "premise.any_era") for r, f in cases[0].items() if r in always)


def days_meant(definition: FieldDefinition, text: str, today: date) -> tuple[str, ...]:
    """Days that `text`, a date without its era, may mean; () when the era is not what lacks."""
    days = possible_days(definition, text)
    if lies_behind(definition):
        days = tuple(day for day in days if day <= today.isoformat())
    return days
