"""Rules about places: towns that the ward does not have, people who live elsewhere."""

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from pipelines.forms.model import FieldKind
from pipelines.forms.roles import Person, PersonPart
from pipelines.forms.rule_ids import SharedRule
from pipelines.reference.postal import fold_place, towns
from pipelines.rules.paper import Entry, Hit, Individual, Paper, hit

_PREFECTURE, _WARD = "東京都", "足立区"
_CHOME = re.compile(r"^(.*?)([0-9]+)丁目$")
_TOWN = re.compile(r"(?![0-9]+(?:丁目|番|号))[0-9]*[^0-9\-]+")
"""A name, which may begin with a number (六本木 is folded to 6本木)."""
_REGISTERED = (Person.APPLICANT, Person.HEAD, Person.INSURED)


def ward_towns(paper: Paper) -> Iterator[Hit]:
    """Addresses in 足立区 whose town, or whose 丁目, the ward does not have."""
    for field in paper.form.fields:
        value = paper.values.get(field.name)
        if field.kind is not FieldKind.ADDRESS or value is None:
            continue
        wrong = missing_town(value)
        if wrong is not None:
            yield hit(SharedRule.ADDRESS_TOWN, Entry(item=field, value=value), town=wrong)


def missing_town(address: str) -> str | None:
    """Name the town or 丁目 of an address in 足立区 that is not there; None when all is well.

    Nothing is said about addresses elsewhere, and about what may be cut short.
    """
    rest = fold_place(address).removeprefix(_PREFECTURE)
    if not rest.startswith(_WARD):
        return None
    rest, known = rest.removeprefix(_WARD), _blocks()
    town = max((name for name in known if rest.startswith(name)), key=len, default=None)
    if town is None:
        named = _TOWN.match(rest)
        words = named[0] if named is not None else ""
        cut = not words or any(name.startswith(words) for name in known)
        return None if cut else words
    number = re.match(r"([0-9]+)(?:丁目|-)", rest[len(town) :])
    blocks = known[town]
    if number is None or not blocks or int(number[1]) in blocks:
        return None
    return f"{town}{number[1]}丁目"


def residents(paper: Paper) -> Iterator[Hit]:
    """People who are not in the list of residents, or live elsewhere by it."""
    register = paper.lookups.residents
    if register is None:
        return
    for individual in paper.people(*_REGISTERED):
        name, birth = individual.get(PersonPart.NAME), individual.day()
        if name is None or birth is None:
            continue
        found = register.find(name.value, birth)
        if not found:
            yield hit(SharedRule.REGISTER_PERSON, name, *_births(individual))
            continue
        address = individual.get(PersonPart.ADDRESS)
        if address is not None and not any(_same_place(address.value, r.address) for r in found):
            yield hit(SharedRule.REGISTER_ADDRESS, address, name)


def _births(individual: Individual) -> Iterator[Entry]:
    entry = individual.get(PersonPart.BIRTH_DATE)
    if entry is not None:
        yield entry


def _same_place(written: str, known: str) -> bool:
    """Whether one begins with the other, prefecture and building apart, 3丁目4番5号 as 3-4-5."""
    one, two = _numbers(written), _numbers(known)
    shorter, longer = sorted((one, two), key=len)
    return bool(shorter) and longer.startswith(shorter)


def _numbers(address: str) -> str:
    folded = fold_place(address).removeprefix(_PREFECTURE)
    return re.sub(r"(丁目|番地?|号)", "-", folded).strip("-").replace("--", "-")


@cache
def _blocks() -> Mapping[str, frozenset[int]]:
    """Towns of the ward, folded, with the numbers of their 丁目 (none where it has none)."""
    found: dict[str, set[int]] = {town: set() for town in towns(_PREFECTURE, _WARD)}
    bare: set[str] = set()
    file = resources.files("pipelines.reference").joinpath("adachi_towns.csv")
    for row in csv.DictReader(file.read_text("utf-8").splitlines()):
        town = fold_place(row["town"])
        match = _CHOME.match(town)
        if match:
            found.setdefault(match[1], set()).add(int(match[2]))
        else:
            found.setdefault(town, set())
            bare.add(town)
    # Where a town also has houses outside of its 丁目, a number says nothing.
    return {town: frozenset(() if town in bare else blocks) for town, blocks in found.items()}
