"""Features of a filled form that plausibility is learned from: numbers and words with their fields.

No names, addresses, free text or numbers of people: what is kept of a confirmed document are
amounts, ages, days between dates, choices, where a postal code or a telephone belongs, and which
parts were left blank.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import log1p

from pipelines.forms.model import FieldDefinition, FieldKind, FormDefinition, Sensitivity

Values = Mapping[str, str | None]
BLANK, WRITTEN = "-", "+"
_YEAR = 365.2425
_LONGEST_COUNT = 3
"""Digits: longer ones are numbers of accounts and cards, which say nothing by their size."""
_PREFIXES = {FieldKind.POSTAL_CODE: 3, FieldKind.PHONE: 3}
_MOST_DATES = 12
"""Differences are made between so many dates of a form at most, in the order of the form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """One feature: its value, and the fields it was made from."""

    name: str
    value: float | str
    fields: tuple[str, ...]


def features(values: Values, form: FormDefinition, *, today: date) -> list[Feature]:
    """Make the features of a document handed in on `today`.

    Fields that are not in `values` (left out because they are doubtful) give none.
    """
    found: list[Feature] = []
    days: dict[str, date] = {}
    for field in form.fields:
        if field.name not in values or _secret(field):
            continue
        value = values[field.name]
        found += _of_field(field, value)
        if field.kind is FieldKind.DATE and value and (day := _day(value)) is not None:
            days[field.name] = day
    for group in form.marks:
        if group.name in values and group.sensitivity is not Sensitivity.NUMBER:
            word = values[group.name] or BLANK
            found.append(Feature(name=f"choice:{group.name}", value=word, fields=(group.name,)))
    found += _of_days(days, today)
    return found


def _of_field(field: FieldDefinition, value: str | None) -> Iterator[Feature]:
    name = field.name
    if not field.required:
        word = WRITTEN if value else BLANK
        yield Feature(name=f"written:{name}", value=word, fields=(name,))
    if not value:
        return
    short = field.kind is FieldKind.DIGITS and len(value) <= _LONGEST_COUNT
    if field.kind is FieldKind.AMOUNT or short:
        number = _number(value)
        if number is not None:
            yield Feature(name=f"number:{name}", value=number, fields=(name,))
    elif field.kind in _PREFIXES:
        prefix = value[: _PREFIXES[field.kind]]
        yield Feature(name=f"prefix:{name}", value=prefix, fields=(name,))


def _of_days(days: Mapping[str, date], today: date) -> Iterator[Feature]:
    for name, day in days.items():
        yield Feature(name=f"age:{name}", value=(today - day).days / _YEAR, fields=(name,))
    for one, other in combinations(list(days)[:_MOST_DATES], 2):
        years = (days[one] - days[other]).days / _YEAR
        yield Feature(name=f"between:{one}:{other}", value=years, fields=(one, other))


def _secret(field: FieldDefinition) -> bool:
    return field.kind is FieldKind.MY_NUMBER or field.sensitivity is Sensitivity.NUMBER


def _number(value: str) -> float | None:
    try:
        number = float(value.replace(",", ""))
    except ValueError:
        return None
    # Amounts spread over powers of ten.
    return log1p(number) if number >= 0 else -log1p(-number)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value if len(value) > 7 else f"{value}-01")
    except ValueError:
        return None
