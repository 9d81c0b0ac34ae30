"""Changes of a filling that faults are made of."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from pipelines.forms.model import DatePart, Era, FieldDefinition, FieldKind, FormDefinition
from pipelines.synthesis.filling import Filling, Written, date_text, write_date, write_split


def with_field(filling: Filling, name: str, written: Written) -> Filling:
    """Put another value into a field."""
    return replace(filling, fields={**filling.fields, name: written})


def with_day(form: FormDefinition, filling: Filling, name: str, day: date) -> Filling:
    """Put another day into a date field, in the way of the field."""
    return with_field(filling, name, write_date(field_of(form, name), day))


def with_text(form: FormDefinition, filling: Filling, name: str, text: str) -> Filling:
    """Put other words or digits into a field; phone numbers and postal codes into their boxes."""
    field = field_of(form, name)
    if field.kind is FieldKind.POSTAL_CODE:
        shown = text if field.cells > 1 else f"{text[:3]}-{text[3:]}"
        return with_field(filling, name, write_split(field, text, shown))
    if field.kind is FieldKind.PHONE and field.cells > 1:
        text = text.replace("-", "")
    return with_field(filling, name, write_split(field, text, text))


def with_era_year(filling: Filling, name: str, era: Era, parts: Mapping[DatePart, str]) -> Filling:
    """Put a year of an era into a date of parts, whatever day that is."""
    written = filling.fields[name]
    year = int(parts[DatePart.YEAR])
    text = date_text(era, year, parts)
    return with_field(filling, name, replace(written, text=text, parts=dict(parts), era=era))


def wrong_digit(written: Written) -> Written:
    """Give another last digit: the check digit no longer holds."""
    last = written.text[-1]
    wrong = str((int(last) + 3) % 10)
    value = (written.value or "")[:-1] + wrong
    return replace(written, value=value, text=written.text[:-1] + wrong)


def field_of(form: FormDefinition, name: str) -> FieldDefinition:
    """Find a field by its name. Raises StopIteration when there is none."""
    return next(field for field in form.fields if field.name == name)
