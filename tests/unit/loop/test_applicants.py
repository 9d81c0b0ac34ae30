"""Keyed digests of applicants: the same people give the same ones, and no name is in them."""

from ocr_service.loop.applicants import applicant_keys
from pipelines.records import Field, FieldSource, FieldState

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
KINDS = {
    "kana": "kana_name",
    "birth": "date",
    "name": "kanji_name",
    "address": "address",
    "employer_address": "address",
    "number": "my_number",
}


def keys(values, key=KEY):
    fields = [
        Field(
            name=name,
            label=name,
            kind=KINDS[name],
            value=None,
            raw_text="",
            confidence=1.0,
            state=FieldState.READ,
            source=FieldSource.READ,
            box=None,
            page=1,
        )
        for name in values
    ]
    return applicant_keys(key, fields, values)


def test_the_same_person_has_the_same_key_on_every_paper():
    paper = {"kana": "アダチ ハナコ", "birth": "1990-04-01"}
    assert keys(paper) == keys({"kana": "アダチハナコ", "birth": "1990-04-01"})
    assert keys(paper) != keys(paper | {"birth": "1990-04-02"})


def test_nobody_without_the_key_of_the_installation_can_try_names():
    paper = {"kana": "アダチ ハナコ", "birth": "1990-04-01"}
    assert set(keys(paper)).isdisjoint(keys(paper, OTHER_KEY))
    assert not any("アダチ" in key or "1990" in key for key in keys(paper))


def test_a_household_shares_its_home_but_not_its_employer():
    home = {"address": "足立区花畑2-28-8"}
    one = keys(home | {"kana": "アダチ ハナコ", "birth": "1990-04-01"})
    two = keys(home | {"kana": "アダチ タロウ", "birth": "1988-01-01"})
    assert len(set(one) & set(two)) == 1
    work = {"employer_address": "足立区千住1-1"}
    assert keys(work) == ()


def test_without_a_date_of_birth_the_name_counts():
    assert len(keys({"name": "足立 花子"})) == 1
    assert keys({"name": "足立 花子"}) == keys({"name": "足立花子"})
    assert keys({"name": None}) == ()


def test_a_number_of_a_person_gives_no_key():
    assert keys({"number": "123456789018"}) == ()
