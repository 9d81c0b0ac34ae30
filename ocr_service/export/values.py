"""How a confirmed value is written for another system: the `format` of an export column."""

import re
from datetime import date

import jaconv

from pipelines.forms.model import FormDefinition
from pipelines.normalise.wareki import era_of

_NOT_DIGIT = re.compile(r"\D")
_DATE = re.compile(r"^(\d{4})-(\d{2})(?:-(\d{2}))?$")
_SEAL_LABEL = "あり"


def formatted(form: FormDefinition, field: str, value: str | None, format_: str) -> str:
    """Write one value in the format of its column; nothing written is an empty text."""
    if value is None:
        return ""
    if format_ == "date_wareki":
        return wareki(value)
    if format_ == "digits":
        return _NOT_DIGIT.sub("", value)
    if format_ == "label":
        return label(form, field, value)
    if format_ == "half_kana":
        return half_kana(value)
    # `text` and `date_iso`: the normalised value is that already.
    return value


def wareki(value: str) -> str:
    """令和7年4月1日 for 2025-04-01, 令和7年4月 for 2025-04; other texts stay as they are."""
    match = _DATE.match(value)
    if match is None:
        return value
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None and month is not None
    try:
        # A month without a day belongs to the era of its last day.
        era = era_of(date(year, month, day or 28))
    except ValueError:
        return value
    if era is None:
        return value
    name, number = era
    shown = "元" if number == 1 else str(number)
    return f"{name}{shown}年{month}月" + (f"{day}日" if day else "")


def label(form: FormDefinition, field: str, value: str) -> str:
    """Japanese labels of the chosen options, joined by 、; あり for a seal."""
    for group in form.marks:
        if group.name == field:
            labels = {option.value: option.label for option in group.options}
            return "、".join(labels.get(part, part) for part in value.split(","))
    if any(seal.name == field for seal in form.seals):
        return _SEAL_LABEL
    return value


def half_kana(value: str) -> str:
    """ｱﾀﾞﾁ ﾀﾛｳ for アダチ　タロウ: kana of either kind and blanks become half width."""
    return str(jaconv.z2h(jaconv.hira2kata(value), kana=True, ascii=True, digit=True))
