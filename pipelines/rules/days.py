"""Rules about the days of a matter, and about the age that a benefit asks for."""

from collections.abc import Callable, Iterator
from datetime import date

from pipelines.forms.kinds import Operation
from pipelines.forms.roles import Person, PersonPart, Thing
from pipelines.forms.rule_ids import SharedRule
from pipelines.rules.paper import Hit, Paper, hit, years

_NOTICE_DAYS = 14
_STALE_DAYS = 366
_YEARS_TO_END_OF_ALLOWANCE = 12
"""From entering primary school to 1 April after the school year in which a child turns 18."""
_COMPULSORY_YEARS = 9


def filings(paper: Paper) -> Iterator[Hit]:
    """Days of filing that lie ahead or long ago."""
    entry = paper.thing(Thing.FILING_DATE)
    day = entry.day if entry is not None else None
    if entry is None or day is None:
        return
    if day > paper.today:
        yield hit(SharedRule.FILING_FUTURE, entry)
    elif (paper.today - day).days > _STALE_DAYS:
        yield hit(SharedRule.FILING_OLD, entry)


def fourteen_days(paper: Paper) -> Iterator[Hit]:
    """Find what happened more than 14 days before it was told; the day itself does not count."""
    filing, event = paper.thing(Thing.FILING_DATE), paper.thing(Thing.EVENT_DATE)
    if filing is None or event is None or filing.day is None or event.day is None:
        return
    days = (filing.day - event.day).days
    if days > _NOTICE_DAYS:
        yield hit(SharedRule.FOURTEEN_DAYS, filing, event, days=str(days))


def ages(paper: Paper) -> Iterator[Hit]:
    """Births that do not go with the benefit or the school that the form is for."""
    found = _LIMITS.get(paper.form.operation)
    if found is None:
        return
    rule, persons, fits = found
    for individual in paper.people(*persons):
        entry, birth = individual.get(PersonPart.BIRTH_DATE), individual.day()
        if entry is not None and birth is not None and not fits(birth, paper):
            yield hit(rule, entry)


def school_year(birth: date) -> int:
    """Year in whose April a child enters primary school (学校教育法第17条: born by 1 April)."""
    return birth.year + (6 if (birth.month, birth.day) <= (4, 1) else 7)


def _allowed(birth: date, paper: Paper) -> bool:
    return paper.filed < date(school_year(birth) + _YEARS_TO_END_OF_ALLOWANCE, 4, 1)


def _preschool(birth: date, paper: Paper) -> bool:
    entry = paper.thing(Thing.PERIOD_FROM)
    start = (entry.day if entry is not None else None) or paper.filed
    return start < date(school_year(birth), 4, 1)


def _at_school(birth: date, paper: Paper) -> bool:
    year = paper.filed.year - (paper.filed.month < 4)
    # Entering next April is applied for the year before.
    return year - _COMPULSORY_YEARS < school_year(birth) <= year + 1


_Fits = Callable[[date, Paper], bool]
_INSURED = (Person.INSURED,)
_LIMITS: dict[Operation, tuple[SharedRule, tuple[Person, ...], _Fits]] = {
    Operation.CHILD_ALLOWANCE: (SharedRule.AGE_CHILD_ALLOWANCE, (Person.CHILD,), _allowed),
    Operation.NURSERY_ADMISSION: (SharedRule.AGE_PRESCHOOL, (Person.CHILD,), _preschool),
    Operation.SCHOOLING: (SharedRule.AGE_SCHOOL, (Person.CHILD,), _at_school),
    Operation.LONG_TERM_CARE: (
        SharedRule.AGE_CARE,
        _INSURED,
        lambda birth, paper: years(birth, paper.filed) >= 40,
    ),
    Operation.LATE_ELDERLY_CARE: (
        SharedRule.AGE_LATE_ELDERLY,
        _INSURED,
        lambda birth, paper: years(birth, paper.filed) >= 65,
    ),
    Operation.NATIONAL_PENSION: (
        SharedRule.AGE_PENSION,
        _INSURED,
        lambda birth, paper: 20 <= years(birth, paper.filed) < 70,
    ),
}
