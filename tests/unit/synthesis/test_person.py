import csv
import gzip
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from stdnum.jp import cn, in_

import pipelines.reference
from pipelines.synthesis.person import (
    draw_corporate_number,
    draw_family,
    draw_far_address,
    draw_my_number,
    draw_ward_address,
    years_old,
)
from pipelines.synthesis.seeding import seeded

_ON = date(2026, 10, 1)


@pytest.mark.parametrize("seed", range(20))
def test_numbers_have_right_check_digits(seed: int) -> None:
    rng = seeded(seed, "numbers")
    assert in_.is_valid(draw_my_number(rng))
    assert cn.is_valid(draw_corporate_number(rng))


def test_ward_addresses_have_their_postal_code() -> None:
    folder = Path(pipelines.reference.__file__).parent
    with gzip.open(folder / "postal_japan.csv.gz", "rt", encoding="utf-8") as file:
        towns = {row[0]: row[3] for row in csv.reader(file) if row[2] == "足立区" and not row[4]}
    for seed in range(40):
        address = draw_ward_address(seeded(seed, "address"))
        assert address.rest.startswith(towns[address.postal_code])
        assert address.full.startswith("東京都足立区")


def test_far_addresses_lie_elsewhere() -> None:
    assert "足立" not in draw_far_address(seeded(1, "far")).city


@pytest.mark.parametrize("seed", range(30))
def test_families_are_possible(seed: int) -> None:
    family = draw_family(seeded(seed, "family"), _ON)
    parents = [p for p in (family.head, family.spouse) if p is not None]
    assert len({p.sex for p in parents}) == len(parents)
    births = [child.birth for child in family.children]
    assert births == sorted(births)
    assert all((b - a).days >= 280 for a, b in pairwise(births))
    assert len({child.given for child in family.children}) == len(family.children)
    for child in family.children:
        assert child.birth <= _ON
        assert years_old(family.head.birth, child.birth) >= 15
    assert years_old(family.elder.birth, family.head.birth) >= 15


def test_kana_is_full_width_katakana() -> None:
    family = draw_family(seeded(4, "family"), _ON)
    for person in family.members:
        assert all("ァ" <= c <= "ヺ" or c in "ー " for c in person.kana)
