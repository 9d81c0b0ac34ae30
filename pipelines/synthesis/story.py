"""What a filled form tells: who applies, when, for whom, and the world around them."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pipelines.forms.model import FormDefinition, Operation
from pipelines.synthesis.person import (
    Address,
    Family,
    Person,
    draw_corporate_number,
    draw_family,
    draw_far_address,
    draw_landline,
    draw_stranger,
    draw_ward_address,
)
from pipelines.synthesis.seeding import seeded

_EMPLOYERS = (
    "株式会社{}商店", "{}工業株式会社", "有限会社{}製作所", "{}物流株式会社", "株式会社{}フーズ",
    "社会福祉法人{}会", "{}システム株式会社", "医療法人社団{}会", "株式会社{}建設",
    "{}印刷株式会社",
)  # fmt: skip
_BANKS = (
    "みずほ銀行", "三菱UFJ銀行", "三井住友銀行", "りそな銀行", "きらぼし銀行", "足立成和信用金庫",
    "城北信用金庫", "東京東信用金庫", "ゆうちょ銀行",
)  # fmt: skip
_BRANCHES = ("北千住", "西新井", "綾瀬", "竹の塚", "千住", "梅島", "五反野", "大谷田", "舎人")
_HOSPITALS = ("{}医院", "{}クリニック", "{}内科", "医療法人社団{}病院", "{}整形外科")

_FOREIGN = (
    ("ベトナム", "ハノイ市", ("NGUYEN", "TRAN", "LE", "PHAM"), ("VAN MINH", "THI LAN", "THU HA")),
    ("中国", "遼寧省瀋陽市", ("WANG", "LI", "ZHANG", "CHEN"), ("XIAOMING", "LEI", "JING")),
    ("フィリピン", "マニラ市", ("SANTOS", "REYES", "CRUZ"), ("MARIA CLARA", "JOSE", "ANGELICA")),
    ("ネパール", "カトマンズ市", ("SHRESTHA", "GURUNG", "RAI"), ("SUNITA", "BIKASH", "ANIL")),
    ("韓国", "ソウル特別市", ("KIM", "PARK", "CHOI"), ("MINJUN", "SEOYEON", "JIHOON")),
)
_FIRST_DAY, _LAST_DAY = date(2026, 4, 6), date(2026, 11, 13)


@dataclass(frozen=True, kw_only=True, slots=True)
class Organisation:
    """An employer or business: name, place, phone, 法人番号, and who stands for it."""

    name: str
    address: Address
    phone: str
    corporate_number: str
    president: Person
    clerk: Person


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """How much someone works: days a week and a month, hours a day."""

    week_days: int
    month_days: int
    day_hours: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreigner:
    """What a foreign resident writes about themselves: names in capital letters."""

    nationality: str
    home_town: str
    surname: str
    given: str
    status: str
    period: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """One application. `on` is the day it is handed in."""

    seed: int
    on: date
    family: Family
    address: Address
    previous: Address
    registered: Address
    """本籍."""
    phone: str
    employer: Organisation
    other_employer: Organisation
    agent: Person
    agent_address: Address
    doctor: Person
    hospital: str
    hospital_address: Address
    bank: str
    branch: str
    work: Work
    foreigner: Foreigner
    foreign: bool
    """Whether the applicant is a foreign resident (immigration forms)."""
    mobile: bool
    """Whether the applicant gives the mobile number rather than the one at home."""
    members: tuple[Person, ...]
    """Who is listed as the household: without the child applied for and its guardians."""
    spaced: bool
    """Whether the writer leaves a gap between surname and given name."""
    insured: Person
    """The one whom the form is about where that is not the head (介護保険: an elderly parent)."""


def draw_story(form: FormDefinition, seed: int, attempt: int = 0) -> Story:
    """Draw the story of a filled form; `attempt` gives another one for the same seed."""
    rng = seeded(seed, "story", attempt)
    on = _draw_day(form, rng)
    family = _family_for(form.operation, rng, on)
    address = draw_ward_address(rng)
    elderly = form.operation in (Operation.LONG_TERM_CARE, Operation.LATE_ELDERLY_CARE)
    stranger = draw_stranger(rng, on)
    return Story(
        seed=seed,
        on=on,
        family=family,
        address=address,
        previous=draw_far_address(rng),
        registered=draw_far_address(rng),
        phone=draw_landline(rng),
        employer=_draw_organisation(rng, on),
        other_employer=_draw_organisation(rng, on),
        agent=stranger,
        agent_address=draw_ward_address(rng),
        doctor=draw_stranger(rng, on),
        hospital=_HOSPITALS[int(rng.integers(len(_HOSPITALS)))].format(
            draw_stranger(rng, on).surname
        ),
        hospital_address=draw_ward_address(rng),
        bank=_BANKS[int(rng.integers(len(_BANKS)))],
        branch=_BRANCHES[int(rng.integers(len(_BRANCHES)))],
        work=_draw_work(rng),
        foreigner=_draw_foreigner(rng, married=family.spouse is not None),
        foreign="在留" in form.title,
        mobile=bool(rng.random() < 0.6),
        members=_listed(form.operation, family),
        spaced=bool(rng.random() < 0.85),
        insured=family.elder if elderly else family.head,
    )


def _listed(operation: Operation, family: Family) -> tuple[Person, ...]:
    if operation is not Operation.NURSERY_ADMISSION:
        return family.members
    # Brothers and sisters, and in every third family a grandparent who lives with them.
    elder = (family.elder,) if family.elder.birth.day % 3 == 0 else ()
    return (*family.children[:-1], *elder)


def _draw_work(rng: np.random.Generator) -> Work:
    week_days = int(rng.choice([3, 4, 5], p=[0.1, 0.2, 0.7]))
    month_days = week_days * 4 + int(rng.integers(0, 3))
    return Work(week_days=week_days, month_days=month_days, day_hours=int(rng.integers(6, 9)))


def _draw_foreigner(rng: np.random.Generator, *, married: bool) -> Foreigner:
    nationality, home_town, surnames, givens = _FOREIGN[int(rng.integers(len(_FOREIGN)))]
    statuses = (
        ("日本人の配偶者等",) if married else ("技術・人文知識・国際業務", "留学", "特定技能")
    )
    return Foreigner(
        nationality=nationality,
        home_town=home_town,
        surname=surnames[int(rng.integers(len(surnames)))],
        given=givens[int(rng.integers(len(givens)))],
        status=statuses[int(rng.integers(len(statuses)))],
        period=("1年", "3年")[int(rng.integers(2))],
    )


def _draw_day(form: FormDefinition, rng: np.random.Generator) -> date:
    first = max(_FIRST_DAY, form.valid.from_)
    last = min(_LAST_DAY, form.valid.until or _LAST_DAY)
    if form.operation is Operation.RESIDENT_TAX and form.valid.from_ <= date(2026, 2, 16):
        first, last = date(2026, 2, 16), date(2026, 3, 16)
    if form.operation is Operation.LIGHT_VEHICLE_TAX:
        # Reductions are applied for between the tax notice and the day it is due.
        first, last = date(2026, 5, 7), date(2026, 5, 29)
    span = max(1, (last - first).days)
    day = first + timedelta(days=int(rng.integers(span)))
    # The counter is closed on Saturday and Sunday.
    return day - timedelta(days=max(0, day.weekday() - 4))


def _family_for(operation: Operation, rng: np.random.Generator, on: date) -> Family:
    if operation is Operation.LATE_ELDERLY_CARE:
        return draw_family(rng, on, head_age=(54, 66), youngest=(15, 24))
    if operation is Operation.LONG_TERM_CARE:
        return draw_family(rng, on, head_age=(42, 62), youngest=(10, 19))
    if operation in (Operation.NURSERY_ADMISSION, Operation.CHILD_SUPPORT):
        return draw_family(rng, on, head_age=(25, 43), youngest=(0.5, 4.3), single=0.12)
    if operation is Operation.CHILD_ALLOWANCE:
        return draw_family(rng, on, head_age=(25, 48), youngest=(0.1, 10), single=0.15)
    return draw_family(rng, on, head_age=(24, 57), youngest=(0.5, 14), single=0.3)


def _draw_organisation(rng: np.random.Generator, on: date) -> Organisation:
    president = draw_stranger(rng, on)
    pattern = _EMPLOYERS[int(rng.integers(len(_EMPLOYERS)))]
    return Organisation(
        name=pattern.format(president.surname),
        address=draw_ward_address(rng) if rng.random() < 0.6 else draw_far_address(rng),
        phone=draw_landline(rng),
        corporate_number=draw_corporate_number(rng),
        president=president,
        clerk=draw_stranger(rng, on),
    )
