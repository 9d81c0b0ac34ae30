"""Dates in the Japanese calendar and the western one.

Boundaries: law on era names and the ordinances that changed them. An era runs from its first day
to the day before the next one began; 1926-12-25 and 1912-07-30 belong to both, the later era is
meant.
"""

import re
from dataclasses import dataclass
from datetime import date

from pipelines.normalise.characters import bare, digit_looks, fold_dashes, kanji_numbers
from pipelines.normalise.result import EMPTY, UNPARSEABLE, Normalised

GREGORIAN_START = date(1873, 1, 1)


@dataclass(frozen=True, slots=True)
class EraSpan:
    """An era: its name, letter, first day, and last day (None: it runs)."""

    name: str
    letter: str
    first: date
    last: date | None

    @property
    def years(self) -> int | None:
        """Number of its last year."""
        return None if self.last is None else self.last.year - self.first.year + 1


ERAS = (
    EraSpan("明治", "M", date(1868, 1, 25), date(1912, 7, 30)),
    EraSpan("大正", "T", date(1912, 7, 30), date(1926, 12, 25)),
    EraSpan("昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    EraSpan("平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    EraSpan("令和", "R", date(2019, 5, 1), None),
)
_BY_NAME = {n: e for e in ERAS for n in (e.name, e.letter, e.letter.lower(), e.name[0])}
_LIGATURES = {"㍾": "明治", "㍽": "大正", "㍼": "昭和", "㍻": "平成", "㋿": "令和"}
_WESTERN = "西暦"
# So many figures are neither a year of an era nor a western one: one was lost, or is too many.
_NO_YEAR = 3

_NUMBER = r"([0-9OolI|〇○]{1,4}|元)"
_SEPARATED = re.compile(
    rf"^(?P<era>[^0-9元\-/.、,OolI|〇○]*?){_NUMBER}"
    rf"(?:年度?|[-/.、,・])(?:{_NUMBER}(?:月|[-/.、,・])?(?:{_NUMBER}日?)?)?$"
)
_COMPACT = re.compile(r"^(?P<era>[^0-9]*?)([0-9]{2}|[0-9]{4})([0-9]{2})([0-9]{2})$")


def normalise_date(text: str, *, today: date | None = None) -> Normalised:
    """Date as YYYY-MM-DD (YYYY-MM when no day is written).

    Problems: `era_exceeded` (a year after the era ended: 平成33年), `era_mismatch` (a day before
    the era began or after it ended in its last year), `era_missing` (one or two figures without an
    era: no value), `unparseable` (no such day), `before_calendar` (before 1873), `future` (later
    than `today`, when that is given: 'not yet' is for the rules to judge).
    """
    folded = _fold(text)
    if not folded:
        return EMPTY
    match = _SEPARATED.match(folded) or _COMPACT.match(folded)
    if match is None:
        return UNPARSEABLE
    numbers = [_number(n) for n in match.groups()[1:]]
    if numbers[0] is None or numbers[1] is None:
        return UNPARSEABLE
    if not match["era"] and len(match[2]) == _NO_YEAR:
        return UNPARSEABLE
    year, problems = western_year(match["era"], numbers[0])
    if year is None:
        return Normalised(None, problems)
    return _checked(year, numbers[1], numbers[2], match["era"], problems, today)


def spells_date(text: str) -> bool:
    """Whether a year, a month and a day, if any, are written: also those of no day (2月31日)."""
    match = _SEPARATED.match(_fold(text))
    if match is None:
        return False
    year, month, day = (_number(n) for n in match.groups()[1:])
    return year is not None and month is not None and month < 100 and (day is None or day < 100)


def western_year(era: str, year: int) -> tuple[int | None, tuple[str, ...]]:
    """Western year of a year of an era ("" or 西暦: western already), with problems."""
    if era in ("", _WESTERN):
        if year >= 1000:
            return year, ()
        return None, ("era_missing",)
    span = _BY_NAME.get(era)
    if span is None or year < 1:
        return None, ("unparseable",)
    if year >= 1000:
        # 平成2015年 is neither; the western reading is the only possible one.
        return year, ("era_mismatch",)
    exceeded = span.years is not None and year > span.years
    return span.first.year + year - 1, ("era_exceeded",) if exceeded else ()


def era_of(day: date) -> tuple[str, int] | None:
    """Era name and year of a day, the later era on a day of change; None before Meiji."""
    for span in reversed(ERAS):
        if day >= span.first:
            return span.name, day.year - span.first.year + 1
    return None


def _checked(
    year: int,
    month: int,
    day: int | None,
    era: str,
    problems: tuple[str, ...],
    today: date | None,
) -> Normalised:
    try:
        whole = date(year, month, 1 if day is None else day)
    except ValueError:
        return UNPARSEABLE
    span = _BY_NAME.get(era)
    if span is not None and not problems and _outside(whole, span, by_month=day is None):
        problems = ("era_mismatch",)
    if whole < GREGORIAN_START:
        problems = (*problems, "before_calendar")
    if today is not None and whole > today:
        problems = (*problems, "future")
    return Normalised(whole.isoformat()[: 7 if day is None else 10], problems)


def _outside(day: date, span: EraSpan, *, by_month: bool) -> bool:
    if by_month:
        last = span.last
        return (day.year, day.month) < (span.first.year, span.first.month) or (
            last is not None and (day.year, day.month) > (last.year, last.month)
        )
    return day < span.first or (span.last is not None and day > span.last)


def _fold(text: str) -> str:
    for sign, name in _LIGATURES.items():
        text = text.replace(sign, name)
    folded = kanji_numbers(fold_dashes(bare(text)).replace("ケ月", "月"))
    return re.sub(r"\([日月火水木金土](曜日?)?\)$", "", folded).strip("()")


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if text == "元":
        return 1
    figures = digit_looks(text)
    return int(figures) if figures.isdigit() else None
