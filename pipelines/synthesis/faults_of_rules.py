"""Faults that break one shared rule each, and the rules that may find them."""

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.forms.model import FormDefinition
from pipelines.forms.rule_ids import SharedRule
from pipelines.synthesis import fault_numbers as numbers
from pipelines.synthesis import fault_people as people
from pipelines.synthesis.filling import Fault, Filling

_Places = Callable[[FormDefinition, Filling], list[str]]
_Change = Callable[[FormDefinition, Filling, str, int], Filling]
_R = SharedRule


@dataclass(frozen=True, slots=True)
class RuleFault:
    """Where a fault can be put, how, and the rule it breaks (`<rule>.<place>`).

    Where several rules are named it depends on the form which it is.
    """

    places: _Places
    apply: _Change
    rules: tuple[SharedRule, ...]


_AGES = (
    _R.AGE_CHILD_ALLOWANCE,
    _R.AGE_PRESCHOOL,
    _R.AGE_CARE,
    _R.AGE_LATE_ELDERLY,
    _R.AGE_PENSION,
)
RULE_FAULTS: dict[Fault, RuleFault] = {
    Fault.IMPOSSIBLE_DATE: RuleFault(
        numbers.full_dates, numbers.impossible_date, (_R.UNPARSEABLE,)
    ),
    Fault.ERA_EXCEEDED: RuleFault(numbers.heisei_dates, numbers.era_exceeded, (_R.ERA_EXCEEDED,)),
    Fault.ERA_MISMATCH: RuleFault(numbers.reiwa_dates, numbers.era_mismatch, (_R.ERA_MISMATCH,)),
    Fault.CHECK_DIGIT: RuleFault(numbers.checked_numbers, numbers.check_digit, (_R.CHECK_DIGIT,)),
    Fault.PHONE_PREFIX: RuleFault(numbers.phones, numbers.phone_prefix, (_R.PHONE_NUMBER,)),
    Fault.POSTAL_UNKNOWN: RuleFault(
        numbers.postal_codes, numbers.postal_unknown, (_R.POSTAL_UNKNOWN,)
    ),
    Fault.POSTAL_ELSEWHERE: RuleFault(
        numbers.postal_codes, numbers.postal_elsewhere, (_R.POSTAL_ADDRESS,)
    ),
    Fault.TOWN_UNKNOWN: RuleFault(numbers.ward_addresses, numbers.town_unknown, (_R.ADDRESS_TOWN,)),
    Fault.OTHER_KANA: RuleFault(people.kana, people.other_kana, (_R.KANA_KANJI,)),
    Fault.TOO_OLD: RuleFault(people.births, people.too_old, (_R.LIFESPAN,)),
    Fault.BORN_LATE: RuleFault(people.filed_births, people.born_late, (_R.BORN_AFTER_FILING,)),
    Fault.CHILD_FIRST: RuleFault(people.children, people.child_first, (_R.CHILD_FIRST,)),
    Fault.YOUNG_PARENT: RuleFault(people.children, people.young_parent, (_R.PARENT_AGE,)),
    Fault.RELATION_AGE: RuleFault(people.child_relations, people.relation_age, (_R.RELATION_AGE,)),
    Fault.RELATION_SEX: RuleFault(people.sexed_relations, people.relation_sex, (_R.RELATION_SEX,)),
    Fault.SAME_PERSON: RuleFault(people.later_rows, people.same_person, (_R.SAME_PERSON,)),
    Fault.SAME_NUMBER: RuleFault(people.second_numbers, people.same_number, (_R.SAME_NUMBER,)),
    Fault.OTHER_SURNAME: RuleFault(people.spaced_children, people.other_surname, (_R.SURNAME,)),
    Fault.FILED_AHEAD: RuleFault(people.filing_days, people.filed_ahead, (_R.FILING_FUTURE,)),
    Fault.FILED_LONG_AGO: RuleFault(people.filing_days, people.filed_long_ago, (_R.FILING_OLD,)),
    Fault.BENEFIT_AGE: RuleFault(people.benefit_births, people.benefit_age, _AGES),
    Fault.WRONG_TOTAL: RuleFault(numbers.totals, numbers.wrong_total, (_R.AMOUNT_TOTAL,)),
    Fault.NO_ACCOUNT: RuleFault(numbers.account_numbers, numbers.only_zeros, (_R.ACCOUNT_NUMBER,)),
    Fault.NO_BANK: RuleFault(numbers.bank_codes, numbers.only_zeros, (_R.BANK_CODE,)),
}
"""What breaks a rule of which there is no other fault. Named lists are tried in unit tests only."""
