"""Dates that fit the story: births, the day of the form, leave, moves, expiry."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from pipelines.forms.model import FieldDefinition
from pipelines.synthesis.person import Person
from pipelines.synthesis.story import Story


def draw_day(
    field: FieldDefinition, person: Person, story: Story, rng: np.random.Generator
) -> date:
    """Draw the day that a date field asks for, by its name and label."""
    words = f"{field.name} {field.label}"
    on = story.on
    for pattern, when in _DAYS:
        if re.search(pattern, words):
            return when(words, person, story, rng)
    return on - timedelta(days=int(rng.integers(1, 90)))


def _months_before(words: str, person: Person, story: Story, rng: np.random.Generator) -> date:
    found = re.search(r"(\d)", words)
    month = story.on.month - 1 - (int(found[1]) if found else 1)
    return date(story.on.year + month // 12, month % 12 + 1, 1)


def _around_birth(words: str, person: Person, story: Story, rng: np.random.Generator) -> date:
    """Leave before and after the birth of the youngest child, and the return to work."""
    birth = min(_youngest_birth(story), story.on)
    end = birth.replace(year=birth.year + 1, day=min(birth.day, 28)) - timedelta(days=1)
    if re.search(r"matern|産前", words):
        return birth + timedelta(days=56 if re.search(r"until|終了", words) else -41)
    if re.search(r"return|復職", words):
        return end + timedelta(days=1)
    return end if re.search(r"until|終了", words) else birth + timedelta(days=57)


def _youngest_birth(story: Story) -> date:
    """Find the birth date of the youngest child (a year before the form when there is none)."""
    children = story.family.children
    return children[-1].birth if children else story.on - timedelta(days=400)


_When = Callable[[str, Person, Story, np.random.Generator], date]


def _ahead(low: int, high: int) -> _When:
    return lambda words, person, story, rng: story.on + timedelta(days=int(rng.integers(low, high)))


def _back(low: int, high: int) -> _When:
    return lambda words, person, story, rng: story.on - timedelta(days=int(rng.integers(low, high)))


def _first_of_april(words: str, person: Person, story: Story, rng: np.random.Generator) -> date:
    return date(story.on.year + (1 if story.on.month >= 4 else 0), 4, 1)


def _hired(words: str, person: Person, story: Story, rng: np.random.Generator) -> date:
    return date(story.on.year - int(rng.integers(1, 9)), int(rng.choice([4, 7, 10])), 1)


_DAYS: tuple[tuple[str, _When], ...] = (
    (r"birth|生年月日|生まれ", lambda words, person, story, rng: person.birth),
    (
        r"submi|applied|application_date|filed|filing|notified|certified|declared|issued_on"
        r"|claim_date|consent_date|delegated|申請日|届出日|提出日|請求日|申告日|証明日|記入日"
        r"|申請年月日|届出年月日|請求年月日|同意年月日|委任年月日",
        lambda words, person, story, rng: story.on,
    ),
    (r"result\d|実績|診療年月|care\d_month", _months_before),
    (r"matern|childcare_|産前|育児休業|return_on|復職", _around_birth),
    (r"\bdue|expected_birth|出産予定|予定日", _ahead(30, 200)),
    (r"stay_expiry|在留期間の満了", _ahead(12, 88)),
    (r"period_until|利用.*終了", _ahead(600, 900)),
    (r"admission|desired|希望|入所", _first_of_april),
    (r"hired|employed_since|joined|contract_from|採用|雇入|就職|雇用.*開始|就労開始", _hired),
    (r"until|_end|expiry|まで|満了|終了|期限|至", _ahead(120, 700)),
    (r"moved|move_|異動|転入|転居|引越|change|事由|event|acquired|lost|取得|喪失", _back(0, 13)),
    (r"handbook|手帳|交付", _back(400, 3000)),
    (r"marri|婚姻", _back(200, 3000)),
)
