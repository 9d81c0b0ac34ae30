"""Ids of the shared rules: checks that hold on every form whose fields have the kinds or roles.

Their grounds, severities and messages are in `pipelines/rules/catalogue.yaml`. A finding of such a
rule is named `<rule>.<field>`.
"""

from enum import StrEnum


class SharedRule(StrEnum):
    """The closed set; `docs/judging.md` explains each."""

    UNREADABLE = "value.unreadable"
    TRACE = "value.trace"
    UNPARSEABLE = "value.unparseable"
    WRONG_LENGTH = "value.wrong_length"
    CHECK_DIGIT = "value.check_digit"
    ERA_MISSING = "value.era_missing"
    ERA_EXCEEDED = "value.era_exceeded"
    ERA_MISMATCH = "value.era_mismatch"
    BEFORE_CALENDAR = "value.before_calendar"
    FUTURE = "value.future"
    PHONE_NUMBER = "value.phone_number"
    POSTAL_UNKNOWN = "value.postal_unknown"
    POSTAL_ADDRESS = "value.postal_address"
    ADDRESS_TOWN = "value.address_town"
    KANA_KANJI = "value.kana_kanji"
    LIFESPAN = "person.lifespan"
    BORN_AFTER_FILING = "person.born_after_filing"
    STATED_AGE = "person.stated_age"
    CHILD_FIRST = "family.child_before_parent"
    PARENT_AGE = "family.parent_age"
    RELATION_AGE = "family.relation_age"
    RELATION_SEX = "family.relation_sex"
    SAME_PERSON = "family.same_person"
    SAME_NUMBER = "family.same_number"
    SURNAME = "family.surname"
    FILING_FUTURE = "filing.future"
    FILING_OLD = "filing.old"
    FOURTEEN_DAYS = "filing.fourteen_days"
    AGE_CHILD_ALLOWANCE = "age.child_allowance"
    AGE_PRESCHOOL = "age.preschool"
    AGE_SCHOOL = "age.school"
    AGE_CARE = "age.long_term_care"
    AGE_LATE_ELDERLY = "age.late_elderly"
    AGE_PENSION = "age.pension"
    AMOUNT_TOTAL = "amount.total"
    ACCOUNT_NUMBER = "bank.account_number"
    BANK_CODE = "bank.code"
    BANK_UNKNOWN = "bank.unknown"
    BRANCH_UNKNOWN = "bank.branch_unknown"
    REGISTER_PERSON = "register.person"
    REGISTER_ADDRESS = "register.address"
