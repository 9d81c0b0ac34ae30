"""The closed sets of form definitions."""

from enum import StrEnum


class Operation(StrEnum):
    """The standardised operations of a municipality, and nursery admission."""

    CHILD_ALLOWANCE = "child_allowance"
    CHILD_SUPPORT = "child_support"
    NURSERY_ADMISSION = "nursery_admission"
    RESIDENT_REGISTER = "resident_register"
    FAMILY_REGISTER_ADDENDUM = "family_register_addendum"
    SEAL_REGISTRATION = "seal_registration"
    ELECTORAL_ROLL = "electoral_roll"
    RESIDENT_TAX = "resident_tax"
    LIGHT_VEHICLE_TAX = "light_vehicle_tax"
    FAMILY_REGISTER = "family_register"
    SCHOOLING = "schooling"
    HEALTH = "health"
    CHILD_REARING_ALLOWANCE = "child_rearing_allowance"
    PUBLIC_ASSISTANCE = "public_assistance"
    DISABILITY_WELFARE = "disability_welfare"
    LONG_TERM_CARE = "long_term_care"
    NATIONAL_HEALTH_INSURANCE = "national_health_insurance"
    LATE_ELDERLY_CARE = "late_elderly_care"
    NATIONAL_PENSION = "national_pension"
    OTHER = "other"


class DocumentKind(StrEnum):
    """Kind of document within an operation."""

    APPLICATION = "application"
    NOTIFICATION = "notification"
    DECLARATION = "declaration"
    CLAIM = "claim"
    ATTACHMENT = "attachment"
    CERTIFICATE = "certificate"


class FieldKind(StrEnum):
    """What is written in a box; decides repertoire, format and normalised value.

    Values: `date` YYYY-MM-DD (a date without day: YYYY-MM), `postal_code` 7 digits, `phone` digits
    with hyphens as written, `amount` digits (yen), `my_number` 12 digits, `corporate_number`
    13 digits, `time` HH:MM, `kana_name` full-width katakana; the others NFKC text.
    """

    KANJI_NAME = "kanji_name"
    KANA_NAME = "kana_name"
    ADDRESS = "address"
    POSTAL_CODE = "postal_code"
    PHONE = "phone"
    DATE = "date"
    TIME = "time"
    DIGITS = "digits"
    AMOUNT = "amount"
    MY_NUMBER = "my_number"
    CORPORATE_NUMBER = "corporate_number"
    ALPHANUMERIC = "alphanumeric"
    KATAKANA = "katakana"
    TEXT = "text"
    MULTI_LINE = "multi_line"


class Sensitivity(StrEnum):
    """How carefully a value is shown, logged and exported."""

    PUBLIC = "public"
    PERSONAL = "personal"
    SPECIAL = "special"
    NUMBER = "number"


class MarkStyle(StrEnum):
    """How an option is chosen: a tick in a box, a circle around the words, a filled box."""

    TICK = "tick"
    CIRCLE = "circle"
    FILL = "fill"


class CrossMeaning(StrEnum):
    """What a × on an option says on this form: that it is chosen, or that it is not (○ or ×)."""

    MARK = "mark"
    NO = "no"


class Select(StrEnum):
    """How many options of a group may be marked."""

    ONE = "one"
    MANY = "many"


class Era(StrEnum):
    """Eras a date part may offer to circle; `western` is 西暦."""

    MEIJI = "meiji"
    TAISHO = "taisho"
    SHOWA = "showa"
    HEISEI = "heisei"
    REIWA = "reiwa"
    WESTERN = "western"


class DatePart(StrEnum):
    """Parts that a value may be written in."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    MINUTE = "minute"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
