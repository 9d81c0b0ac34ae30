"""From what is written to the one form of its kind."""

from collections.abc import Callable
from datetime import date

from pipelines.forms.model import FieldKind
from pipelines.normalise.numbers import (
    normalise_amount,
    normalise_corporate_number,
    normalise_digits,
    normalise_my_number,
    normalise_phone,
    normalise_postal_code,
    normalise_time,
)
from pipelines.normalise.result import EMPTY, UNPARSEABLE, Normalised
from pipelines.normalise.wareki import normalise_date
from pipelines.normalise.words import (
    normalise_address,
    normalise_alphanumeric,
    normalise_kana,
    normalise_lines,
    normalise_name,
    normalise_text,
)

__all__ = ["EMPTY", "UNPARSEABLE", "Normalised", "normalise_value"]

_BY_KIND: dict[FieldKind, Callable[[str], Normalised]] = {
    FieldKind.KANJI_NAME: normalise_name,
    FieldKind.KANA_NAME: normalise_kana,
    FieldKind.KATAKANA: normalise_kana,
    FieldKind.ADDRESS: normalise_address,
    FieldKind.POSTAL_CODE: normalise_postal_code,
    FieldKind.PHONE: normalise_phone,
    FieldKind.TIME: normalise_time,
    FieldKind.DIGITS: normalise_digits,
    FieldKind.AMOUNT: normalise_amount,
    FieldKind.MY_NUMBER: normalise_my_number,
    FieldKind.CORPORATE_NUMBER: normalise_corporate_number,
    FieldKind.ALPHANUMERIC: normalise_alphanumeric,
    FieldKind.TEXT: normalise_text,
    FieldKind.MULTI_LINE: normalise_lines,
}


def normalise_value(
    kind: FieldKind | str, raw_text: str, *, today: date | None = None
) -> Normalised:
    """Value of `raw_text` as its kind writes it (see `FieldKind`); never raises.

    `today` is only looked at for dates, where it adds the problem `future`.
    """
    kind = FieldKind(kind)
    if kind is FieldKind.DATE:
        return normalise_date(raw_text, today=today)
    return _BY_KIND[kind](raw_text)
