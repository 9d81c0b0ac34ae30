"""What stands on a filled form, before anything is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pipelines.forms.model import DatePart, Era, FieldDefinition, FieldKind

ERA_STARTS = (
    (Era.REIWA, date(2019, 5, 1), "令和", "R"),
    (Era.HEISEI, date(1989, 1, 8), "平成", "H"),
    (Era.SHOWA, date(1926, 12, 25), "昭和", "S"),
    (Era.TAISHO, date(1912, 7, 30), "大正", "T"),
    (Era.MEIJI, date(1868, 1, 25), "明治", "M"),
)
"""Era, its first day, its name, its letter; newest first."""
_PHONE_PARTS = (DatePart.FIRST, DatePart.SECOND, DatePart.THIRD)


class Fault(StrEnum):
    """Something wrong with a filled form, put there on purpose."""

    MISSING = "missing"
    IMPLAUSIBLE = "implausible"
    TWO_OPTIONS = "two-options"
    STRUCK = "struck"
    WITHDRAWN = "withdrawn"
    DIRT = "dirt"
    # One for each shared rule that the faults above do not break.
    IMPOSSIBLE_DATE = "impossible-date"
    ERA_EXCEEDED = "era-exceeded"
    ERA_MISMATCH = "era-mismatch"
    CHECK_DIGIT = "check-digit"
    PHONE_PREFIX = "phone-prefix"
    POSTAL_UNKNOWN = "postal-unknown"
    POSTAL_ELSEWHERE = "postal-elsewhere"
    TOWN_UNKNOWN = "town-unknown"
    OTHER_KANA = "other-kana"
    TOO_OLD = "too-old"
    BORN_LATE = "born-late"
    CHILD_FIRST = "child-first"
    YOUNG_PARENT = "young-parent"
    RELATION_AGE = "relation-age"
    RELATION_SEX = "relation-sex"
    SAME_PERSON = "same-person"
    SAME_NUMBER = "same-number"
    OTHER_SURNAME = "other-surname"
    FILED_AHEAD = "filed-ahead"
    FILED_LONG_AGO = "filed-long-ago"
    BENEFIT_AGE = "benefit-age"
    WRONG_TOTAL = "wrong-total"
    NO_ACCOUNT = "no-account"
    NO_BANK = "no-bank"


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One value as written: normal form, text, its parts and era where the form has boxes for them.

    `struck` is what was crossed out with a double line before; `value` None with `struck` set says
    that nothing was written instead. `sealed`: a correction seal (訂正印) stands beside it.
    """

    value: str | None
    text: str
    parts: Mapping[DatePart, str] = field(default_factory=dict)
    era: Era | None = None
    struck: "Written | None" = None
    sealed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Filling:
    """Everything on one form: fields, marked options by group, seals with their surname.

    Names that are not there are blank. `dirty` are blank places with dirt, `struck_marks` options
    that were circled and crossed out again, `faults` what was done on purpose as `fault:name`.
    """

    on: date
    signer: str = ""
    """Surname of the applicant, for correction seals."""
    fields: Mapping[str, Written] = field(default_factory=dict)
    marks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seals: Mapping[str, str] = field(default_factory=dict)
    dirty: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def write_date(definition: FieldDefinition, day: date, *, style: float = 0.0) -> Written:
    """Write a date as this field wants it: era circled, printed or by hand (`style` 0..1).

    Where eras are printed to be circled, and the day's is not among them, none is circled: what
    stands there has no value then.
    """
    parts = {part.part for part in definition.parts}
    western = _western(definition)
    era, year = (Era.WESTERN, day.year) if western else era_year(day)
    if definition.eras and not western:
        offered = {option.value for option in definition.eras}
        if era not in offered and Era.WESTERN in offered:
            era, year = Era.WESTERN, day.year
    if definition.era is not None and definition.era not in (era, Era.WESTERN):
        start = next(first for e, first, _, _ in ERA_STARTS if e is definition.era)
        era, year = definition.era, day.year - start.year + 1
    shown = {
        DatePart.YEAR: "元" if year == 1 and not western and style > 0.7 else str(year),
        DatePart.MONTH: str(day.month),
        DatePart.DAY: str(day.day),
    }
    value = day.isoformat() if not parts or DatePart.DAY in parts else f"{day:%Y-%m}"
    if parts:
        if any(p.cells > 1 for p in definition.parts):
            cells = {p.part: p.cells for p in definition.parts}
            shown = {k: v.zfill(cells.get(k, 1)) for k, v in shown.items() if v != "元"} or shown
        shown = {part: text for part, text in shown.items() if part in parts}
        if definition.eras and era not in (Era.WESTERN, *(e.value for e in definition.eras)):
            return Written(value=None, text=date_text(Era.WESTERN, year, shown), parts=shown)
        return Written(value=value, text=date_text(era, year, shown), parts=shown, era=era)
    if definition.cells > 1:
        return Written(value=value, text=f"{day:%Y%m%d}"[: definition.cells], era=era)
    text = _free_date(era, year, day, style, bool(definition.eras or definition.era))
    return Written(value=value, text=text, era=era)


def date_text(era: Era, year: int, parts: Mapping[DatePart, str]) -> str:
    """Spell the date as one would read it aloud: 昭和55年3月4日."""
    name = "" if era is Era.WESTERN else next(n for e, _, n, _ in ERA_STARTS if e is era)
    units = ((DatePart.YEAR, "年"), (DatePart.MONTH, "月"), (DatePart.DAY, "日"))
    return name + "".join(f"{parts[part]}{unit}" for part, unit in units if part in parts)


def era_year(day: date) -> tuple[Era, int]:
    """Era and year in it. Raises ValueError before 明治."""
    for era, first, _, _ in ERA_STARTS:
        if day >= first:
            return era, day.year - first.year + 1
    raise ValueError("before Meiji")


def write_split(definition: FieldDefinition, value: str, text: str) -> Written:
    """Spread a phone number, postal code or time over the boxes of its parts."""
    kinds = [part.part for part in definition.parts]
    if not kinds:
        return Written(value=value, text=text)
    if definition.kind is FieldKind.POSTAL_CODE:
        pieces = [value[:3], value[3:]]
    elif definition.kind is FieldKind.TIME:
        pieces = value.split(":")
    else:
        pieces = value.split("-")
    wanted = [kind for kind in kinds if kind in _PHONE_PARTS] or kinds
    return Written(value=value, text=text, parts=dict(zip(wanted, pieces, strict=False)))


def _western(definition: FieldDefinition) -> bool:
    if definition.era is not None:
        return definition.era is Era.WESTERN
    if definition.eras:
        return all(option.value is Era.WESTERN for option in definition.eras)
    years = [part for part in definition.parts if part.part is DatePart.YEAR]
    # A year box of four cells, or wide enough for four digits, wants a western year.
    return bool(years) and (years[0].cells == 4 or years[0].box.width >= 16)


def _free_date(era: Era, year: int, day: date, style: float, era_known: bool) -> str:
    if era is Era.WESTERN:
        return (
            f"{day.year}年{day.month}月{day.day}日"
            if style < 0.5
            else f"{day.year}/{day.month}/{day.day}"
        )
    if era_known:
        return f"{year}年{day.month}月{day.day}日"
    name, letter = next((n, s) for e, _, n, s in ERA_STARTS if e is era)
    if style < 0.75:
        return f"{name}{year}年{day.month}月{day.day}日"
    return f"{letter}{year}.{day.month}.{day.day}"
