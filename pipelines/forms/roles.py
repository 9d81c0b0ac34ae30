"""What a field means for the shared rules: `child.birth_date`, `filing.date`, `amount.total`."""

import difflib
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from pipelines.forms.kinds import FieldKind


class Person(StrEnum):
    """Part that somebody plays on a form. Several of one part are told apart by `row`."""

    APPLICANT = "applicant"
    HEAD = "head"
    INSURED = "insured"
    SPOUSE = "spouse"
    FATHER = "father"
    MOTHER = "mother"
    CHILD = "child"
    DEPENDENT = "dependent"
    MEMBER = "member"
    AGENT = "agent"


class PersonPart(StrEnum):
    """What is written about a person. `relation` is to the head of the household or applicant."""

    NAME = "name"
    KANA = "kana"
    BIRTH_DATE = "birth_date"
    AGE = "age"
    SEX = "sex"
    RELATION = "relation"
    MY_NUMBER = "my_number"
    ADDRESS = "address"


class Thing(StrEnum):
    """What is no person's: days of the matter, sums, and the account to pay into."""

    FILING_DATE = "filing.date"
    EVENT_DATE = "event.date"
    PERIOD_FROM = "period.from"
    AMOUNT_PART = "amount.part"
    AMOUNT_DEDUCTION = "amount.deduction"
    AMOUNT_TOTAL = "amount.total"
    BANK_NAME = "account.bank_name"
    BANK_CODE = "account.bank_code"
    BRANCH_NAME = "account.branch_name"
    BRANCH_CODE = "account.branch_code"
    ACCOUNT_NUMBER = "account.number"


_WORDS = (FieldKind.TEXT, FieldKind.KANJI_NAME)
_PART_KINDS: dict[PersonPart, tuple[FieldKind, ...]] = {
    PersonPart.NAME: (FieldKind.KANJI_NAME,),
    PersonPart.KANA: (FieldKind.KANA_NAME,),
    PersonPart.BIRTH_DATE: (FieldKind.DATE,),
    PersonPart.AGE: (FieldKind.DIGITS,),
    PersonPart.SEX: (FieldKind.TEXT,),
    PersonPart.RELATION: _WORDS,
    PersonPart.MY_NUMBER: (FieldKind.MY_NUMBER,),
    PersonPart.ADDRESS: (FieldKind.ADDRESS,),
}
_THING_KINDS: dict[Thing, tuple[FieldKind, ...]] = {
    Thing.FILING_DATE: (FieldKind.DATE,),
    Thing.EVENT_DATE: (FieldKind.DATE,),
    Thing.PERIOD_FROM: (FieldKind.DATE,),
    Thing.AMOUNT_PART: (FieldKind.AMOUNT,),
    Thing.AMOUNT_DEDUCTION: (FieldKind.AMOUNT,),
    Thing.AMOUNT_TOTAL: (FieldKind.AMOUNT,),
    Thing.BANK_NAME: _WORDS,
    Thing.BANK_CODE: (FieldKind.DIGITS,),
    Thing.BRANCH_NAME: _WORDS,
    Thing.BRANCH_CODE: (FieldKind.DIGITS,),
    Thing.ACCOUNT_NUMBER: (FieldKind.DIGITS,),
}
SEVERAL = frozenset({Thing.AMOUNT_PART, Thing.AMOUNT_DEDUCTION})
"""Roles that many fields of a section may have; all others stand once a row."""
ROLES: tuple[str, ...] = (
    *(f"{person}.{part}" for person in Person for part in PersonPart),
    *(str(thing) for thing in Thing),
)
"""Every role a field or a mark group may have."""


def _known(role: str) -> str:
    if role in ROLES:
        return role
    near = difflib.get_close_matches(role, ROLES, n=1, cutoff=0)
    raise PydanticCustomError("form_role", "no such role", {"near": near[0] if near else "?"})


FieldRole = Annotated[
    str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(ROLES)})
]


def split_role(role: str) -> tuple[Person, PersonPart] | Thing:
    """Take a role apart: whom it is about and what it says, or the thing it is."""
    if role in set(Thing):
        return Thing(role)
    person, _, part = role.partition(".")
    return Person(person), PersonPart(part)


def kinds_of(role: str) -> tuple[FieldKind, ...]:
    """Kinds of field that may have a role."""
    found = split_role(role)
    return _THING_KINDS[found] if isinstance(found, Thing) else _PART_KINDS[found[1]]


def marks_may_have(role: str) -> bool:
    """Whether a mark group may have a role (`male` and `female` to choose from)."""
    found = split_role(role)
    return not isinstance(found, Thing) and found[1] is PersonPart.SEX
