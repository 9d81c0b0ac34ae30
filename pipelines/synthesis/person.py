"""Synthetic people and the world around them: families, addresses, employers, banks, numbers.

Nobody here exists: names are drawn part by part from tables, numbers from a random generator.
"""

import csv
import gzip
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import jaconv
import numpy as np
from stdnum.jp import cn, in_

_REFERENCE = Path(__file__).parent.parent / "reference"
_COMMON = {"m": 81, "f": 77}
"""How many rows of each sex at the top of given_names.csv are the common names."""
_BUILDINGS = (
    "コーポ", "ハイツ", "メゾン", "グリーンハイツ", "サンライズ", "パークハイム", "都営アパート",
    "レジデンス", "フラワーコート", "シティハイム",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """One person. Kana is full-width katakana; `relation` is to the head (本人, 妻, 子…)."""

    surname: str
    given: str
    surname_kana: str
    given_kana: str
    sex: str
    birth: date
    relation: str
    my_number: str
    mobile: str

    @property
    def name(self) -> str:
        """Surname and given name with one space between."""
        return f"{self.surname} {self.given}"

    @property
    def kana(self) -> str:
        """The same in katakana."""
        return f"{self.surname_kana} {self.given_kana}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A place: `short` starts with the city or ward, `full` with the prefecture."""

    postal_code: str
    prefecture: str
    city: str
    rest: str
    building: str = ""

    @property
    def short(self) -> str:
        """Without prefecture and building."""
        return self.city + self.rest

    @property
    def full(self) -> str:
        """With prefecture, without building."""
        return self.prefecture + self.short


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """Head of the household, spouse, children (oldest first) and a parent of the head."""

    head: Person
    spouse: Person | None
    children: tuple[Person, ...]
    elder: Person

    @property
    def members(self) -> tuple[Person, ...]:
        """Everybody but the elder, who lives elsewhere."""
        return (self.head, *((self.spouse,) if self.spouse else ()), *self.children)


def draw_family(
    rng: np.random.Generator,
    on: date,
    *,
    head_age: tuple[int, int] = (26, 46),
    youngest: tuple[float, float] = (0.4, 5.5),
    single: float = 0.15,
) -> Family:
    """Draw a family as of day `on`. `youngest` is the age range of the youngest child in years."""
    surname, surname_kana = draw_surname(rng)
    head_sex = "m" if rng.random() < 0.6 else "f"
    age = int(rng.integers(head_age[0], head_age[1] + 1))
    head_birth = _born(rng, on, age, age + 1)
    head = draw_person(rng, surname, surname_kana, head_sex, head_birth, "本人")
    spouse = None
    if rng.random() >= single:
        other = "f" if head_sex == "m" else "m"
        born = head_birth + timedelta(days=int(rng.integers(-1500, 1500)))
        # Nobody marries below 18 here: the spouse is never much younger than the head.
        born = min(born, _years_before(on, 22))
        spouse = draw_person(
            rng, surname, surname_kana, other, born, "妻" if other == "f" else "夫"
        )
    children = _draw_children(rng, on, (surname, surname_kana), youngest, age)
    elder_sex = "f" if rng.random() < 0.6 else "m"
    elder_age = max(age + 22, 66)
    born = _born(rng, on, elder_age, min(96, elder_age + 14))
    elder = draw_person(
        rng, surname, surname_kana, elder_sex, born, "母" if elder_sex == "f" else "父"
    )
    return Family(head=head, spouse=spouse, children=children, elder=elder)


def draw_person(
    rng: np.random.Generator,
    surname: str,
    surname_kana: str,
    sex: str,
    birth: date,
    relation: str,
) -> Person:
    """Draw the given name and numbers of a person."""
    given, kana = _draw_given(rng, sex)
    return Person(
        surname=surname,
        given=given,
        surname_kana=surname_kana,
        given_kana=kana,
        sex=sex,
        birth=birth,
        relation=relation,
        my_number=draw_my_number(rng),
        mobile=draw_mobile(rng),
    )


def draw_stranger(rng: np.random.Generator, on: date) -> Person:
    """Someone outside the family: an agent, a doctor, the person in charge at an employer."""
    surname, kana = draw_surname(rng)
    sex = "m" if rng.random() < 0.5 else "f"
    return draw_person(rng, surname, kana, sex, _born(rng, on, 25, 64), "")


def with_surname(person: Person, surname: tuple[str, str]) -> Person:
    """Put the same person under another surname (kanji, kana)."""
    return replace(person, surname=surname[0], surname_kana=surname[1])


def draw_surname(rng: np.random.Generator) -> tuple[str, str]:
    """Surname and its katakana, common ones more often."""
    names, weights = _surnames()
    return names[int(rng.choice(len(names), p=weights))]


def draw_my_number(rng: np.random.Generator) -> str:
    """Draw a 個人番号 with its right check digit."""
    body = "".join(str(d) for d in rng.integers(0, 10, 11))
    return body + str(in_.calc_check_digit(body))


def draw_corporate_number(rng: np.random.Generator) -> str:
    """Draw a 法人番号 with its right check digit."""
    body = str(rng.integers(1, 8)) + "".join(str(d) for d in rng.integers(0, 10, 11))
    return str(cn.calc_check_digit(body)) + body


def draw_mobile(rng: np.random.Generator) -> str:
    """Draw a mobile number, 090-dddd-dddd."""
    head = rng.choice(["090", "080", "070"])
    return f"{head}-{rng.integers(1000, 9999)}-{rng.integers(0, 10000):04d}"


def draw_landline(rng: np.random.Generator) -> str:
    """Draw a Tokyo number, 03-dddd-dddd."""
    return f"03-{rng.integers(3000, 7000)}-{rng.integers(0, 10000):04d}"


def draw_ward_address(rng: np.random.Generator) -> Address:
    """Draw an address in 足立区 with its postal code."""
    towns = _ward_towns()
    town, code = towns[int(rng.integers(len(towns)))]
    block, house = int(rng.integers(1, 41)), int(rng.integers(1, 26))
    form = int(rng.integers(3))
    # 三丁目 4番5号, 3-4-5 and 3丁目4-5 are all written.
    base, chome = _split_chome(town)
    if chome is None:
        rest = f"{base}{block}番{house}号" if form == 0 else f"{base}{block}-{house}"
    elif form == 0:
        rest = f"{town}{block}番{house}号"
    elif form == 1:
        rest = f"{base}{chome}-{block}-{house}"
    else:
        rest = f"{base}{chome}丁目{block}-{house}"
    building = ""
    if rng.random() < 0.45:
        kind = _BUILDINGS[int(rng.integers(len(_BUILDINGS)))]
        room = int(rng.integers(1, 13)) * 100 + int(rng.integers(1, 10))
        building = f"{kind}{base}{room}" if rng.random() < 0.7 else f"{kind}{room}号室"
    return Address(
        postal_code=code, prefecture="東京都", city="足立区", rest=rest, building=building
    )


def draw_far_address(rng: np.random.Generator) -> Address:
    """Draw an address somewhere else in Japan with its postal code."""
    rows = _far_towns()
    code, prefecture, city, town = rows[int(rng.integers(len(rows)))]
    numbers = [str(int(n)) for n in rng.integers(1, 30, int(rng.integers(2, 4)))]
    return Address(
        postal_code=code, prefecture=prefecture, city=city, rest=town + "-".join(numbers)
    )


def years_old(birth: date, on: date) -> int:
    """Completed years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _draw_children(
    rng: np.random.Generator,
    on: date,
    surname: tuple[str, str],
    youngest: tuple[float, float],
    parent_age: int,
) -> tuple[Person, ...]:
    """Draw one to three children, oldest first, at least 13 months apart and no name twice."""
    born = _born(rng, on, *youngest)
    children: list[Person] = []
    for _ in range(int(rng.choice([1, 2, 3], p=[0.4, 0.42, 0.18]))):
        if years_old(born, on) > max(youngest[1], parent_age - 19):
            break
        sex = "m" if rng.random() < 0.5 else "f"
        child = draw_person(rng, *surname, sex, born, "子")
        if all(child.given != other.given for other in children):
            children.insert(0, child)
        born -= timedelta(days=int(rng.integers(400, 1500)))
    return tuple(children)


def _born(rng: np.random.Generator, on: date, youngest: float, oldest: float) -> date:
    days = rng.uniform(youngest * 365.25, max(youngest + 0.05, oldest) * 365.25)
    return on - timedelta(days=int(days))


def _years_before(on: date, years: int) -> date:
    return on - timedelta(days=int(years * 365.25))


def _draw_given(rng: np.random.Generator, sex: str) -> tuple[str, str]:
    common, others = _given_names()[sex]
    names = common if rng.random() < 0.6 else others
    return names[int(rng.integers(len(names)))]


@lru_cache(maxsize=1)
def _surnames() -> tuple[list[tuple[str, str]], np.ndarray]:
    with (_REFERENCE / "surnames.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) >= 3 and row[1].isdigit()]
    names = [(row[0], jaconv.hira2kata(row[2])) for row in rows]
    # The square root gives rare names their share: a reader must not know only 佐藤.
    weights = np.sqrt(np.array([float(row[1]) for row in rows]))
    return names, weights / weights.sum()


@lru_cache(maxsize=1)
def _given_names() -> dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]]:
    with (_REFERENCE / "given_names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]] = {}
    for sex in ("m", "f"):
        names = [(r["kanji"], jaconv.hira2kata(r["kana"])) for r in rows if r["sex"] == sex]
        # The file begins with the common names of each sex.
        table[sex] = (names[: _COMMON[sex]], names[_COMMON[sex] :])
    return table


@lru_cache(maxsize=1)
def _ward_towns() -> list[tuple[str, str]]:
    codes = {town: code for code, city, town in _postal_rows() if city == "足立区"}
    with (_REFERENCE / "adachi_towns.csv").open(encoding="utf-8", newline="") as file:
        towns = [row["town"] for row in csv.DictReader(file)]
    found = [(town, codes.get(_split_chome(town)[0])) for town in towns if "公園" not in town]
    return [(town, code) for town, code in found if code]


@lru_cache(maxsize=1)
def _far_towns() -> list[tuple[str, str, str, str]]:
    with gzip.open(_REFERENCE / "postal_japan.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [
            (row[0], row[1], row[2], row[3])
            for row in csv.reader(file)
            if len(row) >= 5 and row[3] and not row[4] and len(row[3]) <= 6 and "足立" not in row[2]
        ]
    return [row for row in rows[1:] if row[0].isdigit()]


@lru_cache(maxsize=1)
def _postal_rows() -> list[tuple[str, str, str]]:
    with gzip.open(_REFERENCE / "postal_japan.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [
            (row[0], row[2], row[3])
            for row in csv.reader(file)
            if len(row) >= 5 and row[2] == "足立区" and not row[4]
        ]


def _split_chome(town: str) -> tuple[str, int | None]:
    """'綾瀬三丁目' to ('綾瀬', 3); a town without 丁目 to (town, None)."""
    if not town.endswith("丁目"):
        return town, None
    return town[:-3], "一二三四五六七八九".index(town[-3]) + 1
