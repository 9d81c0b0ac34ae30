"""Faults in dates, numbers, places and sums: each breaks one shared rule."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np

from pipelines.forms.model import DatePart, Era, FieldDefinition, FieldKind, FormDefinition
from pipelines.forms.roles import Thing
from pipelines.reference.postal import business_code, find_places, towns
from pipelines.synthesis.fault_changes import (
    with_era_year,
    with_field,
    with_text,
    wrong_digit,
)
from pipelines.synthesis.filling import Filling
from pipelines.synthesis.seeding import seeded

_FULL_DATE = {DatePart.YEAR, DatePart.MONTH, DatePart.DAY}
_ELSEWHERE = ("銀座", "日本橋", "六本木", "神保町", "浅草", "池袋", "高円寺", "吉祥寺")


def full_dates(form: FormDefinition, filling: Filling) -> list[str]:
    """Dates that are written in boxes for year, month and day, with an era."""
    return [f.name for f in _dates(form, filling) if filling.fields[f.name].era is not Era.WESTERN]


def impossible_date(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write 30 or 31 February."""
    rng = seeded(seed, "impossible-date", name)
    written = filling.fields[name]
    parts = {**written.parts, DatePart.MONTH: "2", DatePart.DAY: str(rng.integers(30, 32))}
    era = written.era or Era.REIWA
    changed = with_era_year(filling, name, era, {**parts, DatePart.YEAR: _year(parts)})
    return with_field(changed, name, replace(changed.fields[name], value=None))


def heisei_dates(form: FormDefinition, filling: Filling) -> list[str]:
    """Dates on which 平成 can be chosen."""
    return [
        f.name
        for f in _dates(form, filling)
        if any(option.value is Era.HEISEI for option in f.eras)
    ]


def era_exceeded(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a year of 平成 after its end."""
    rng = seeded(seed, "era-exceeded", name)
    day = date(1988 + int(rng.integers(32, 37)), int(rng.integers(1, 13)), int(rng.integers(1, 29)))
    return _as_year(filling, name, Era.HEISEI, day.year - 1988, day)


def reiwa_dates(form: FormDefinition, filling: Filling) -> list[str]:
    """Dates on which 令和 is printed or can be chosen."""
    return [
        f.name
        for f in _dates(form, filling)
        if f.era is Era.REIWA or any(option.value is Era.REIWA for option in f.eras)
    ]


def era_mismatch(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a day of 令和1年 before 1 May."""
    rng = seeded(seed, "era-mismatch", name)
    day = date(2019, int(rng.integers(1, 5)), int(rng.integers(1, 29)))
    return _as_year(filling, name, Era.REIWA, 1, day)


def checked_numbers(form: FormDefinition, filling: Filling) -> list[str]:
    """Numbers with a check digit."""
    kinds = (FieldKind.MY_NUMBER, FieldKind.CORPORATE_NUMBER)
    return [f.name for f in _filled(form, filling) if f.kind in kinds]


def check_digit(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write another last digit."""
    return with_field(filling, name, wrong_digit(filling.fields[name]))


def phones(form: FormDefinition, filling: Filling) -> list[str]:
    """Phone numbers."""
    return [f.name for f in _filled(form, filling) if f.kind is FieldKind.PHONE]


def phone_prefix(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a prefix that nobody has."""
    digits = (filling.fields[name].value or "").replace("-", "")
    wrong = f"030-{digits[3:7]}-{digits[7:]}" if len(digits) == 11 else _split("00" + digits[2:])
    return with_text(form, filling, name, wrong)


def postal_codes(form: FormDefinition, filling: Filling) -> list[str]:
    """Postal codes with an address in the same section."""
    filled = list(_filled(form, filling))
    places = {f.section for f in filled if f.kind is FieldKind.ADDRESS}
    return [f.name for f in filled if f.kind is FieldKind.POSTAL_CODE and f.section in places]


def postal_unknown(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a code that the table does not have."""
    rng = seeded(seed, "postal-unknown", name)
    while True:
        code = "120" + _digits(rng, 4)
        if not find_places(code) and not business_code(code):
            return with_text(form, filling, name, code)


def postal_elsewhere(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write the code of another town of the ward."""
    rng = seeded(seed, "postal-elsewhere", name)
    codes = sorted({c for found in towns("東京都", "足立区").values() for c in found})
    others = [c for c in codes if c != filling.fields[name].value and not business_code(c)]
    return with_text(form, filling, name, others[int(rng.integers(len(others)))])


def ward_addresses(form: FormDefinition, filling: Filling) -> list[str]:
    """Addresses in 足立区."""
    return [
        f.name
        for f in _filled(form, filling)
        if f.kind is FieldKind.ADDRESS
        and (filling.fields[f.name].value or "").startswith(("足立区", "東京都足立区"))
    ]


def town_unknown(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a town of another ward."""
    rng = seeded(seed, "town-unknown", name)
    town = _ELSEWHERE[int(rng.integers(len(_ELSEWHERE)))]
    numbers = "-".join(str(int(n)) for n in rng.integers(1, 20, 3))
    return with_text(form, filling, name, f"足立区{town}{numbers}")


def totals(form: FormDefinition, filling: Filling) -> list[str]:
    """List sums of which a part is written."""
    filled = list(_filled(form, filling))
    sections = {f.section for f in filled if f.role == Thing.AMOUNT_PART}
    return [f.name for f in filled if f.role == Thing.AMOUNT_TOTAL and f.section in sections]


def wrong_total(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write a sum that is off by some thousands."""
    rng = seeded(seed, "wrong-total", name)
    amount = int(filling.fields[name].value or "0") + 1000 * int(rng.integers(1, 90))
    shown = f"{amount:,}" if "," in filling.fields[name].text else str(amount)
    written = replace(filling.fields[name], value=str(amount), text=shown)
    return with_field(filling, name, written)


def account_numbers(form: FormDefinition, filling: Filling) -> list[str]:
    """Numbers of accounts."""
    return [f.name for f in _filled(form, filling) if f.role == Thing.ACCOUNT_NUMBER]


def bank_codes(form: FormDefinition, filling: Filling) -> list[str]:
    """Codes of banks."""
    return [f.name for f in _filled(form, filling) if f.role == Thing.BANK_CODE]


def only_zeros(form: FormDefinition, filling: Filling, name: str, seed: int) -> Filling:
    """Write nothing but zeros."""
    return with_text(form, filling, name, "0" * len(filling.fields[name].value or ""))


def _filled(form: FormDefinition, filling: Filling) -> Iterator[FieldDefinition]:
    for field in form.fields:
        if field.name in filling.fields and filling.fields[field.name].value:
            yield field


def _dates(form: FormDefinition, filling: Filling) -> Iterator[FieldDefinition]:
    for field in _filled(form, filling):
        parts = {part.part for part in field.parts}
        if field.kind is FieldKind.DATE and parts >= _FULL_DATE:
            yield field


def _as_year(filling: Filling, name: str, era: Era, year: int, day: date) -> Filling:
    parts = {
        DatePart.YEAR: str(year),
        DatePart.MONTH: str(day.month),
        DatePart.DAY: str(day.day),
    }
    changed = with_era_year(filling, name, era, parts)
    return with_field(changed, name, replace(changed.fields[name], value=day.isoformat()))


def _year(parts: dict[DatePart, str]) -> str:
    return parts[DatePart.YEAR] if parts[DatePart.YEAR].isdigit() else "1"


def _split(digits: str) -> str:
    return f"{digits[:2]}-{digits[2:6]}-{digits[6:]}"


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(int(d)) for d in rng.integers(0, 10, count))
