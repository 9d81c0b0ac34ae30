"""Amounts, times, and numbers whose length or check digit is known."""

import re

from stdnum.jp import cn, in_

from pipelines.normalise.characters import bare, digit_looks, fold_dashes, kanji_numbers, nfkc
from pipelines.normalise.result import EMPTY, UNPARSEABLE, Normalised

_UNIT = {"千円": 1_000, "万円": 10_000, "億円": 100_000_000, "円": 1, "": 1}
_AMOUNT = re.compile(r"^([-▲△]?)([0-9]+)(千円|万円|億円|円)?(?:也|税込|税抜)?$")
_CLOCK = re.compile(r"^(午前|午後|am|pm)?([0-9]{1,2})(?::|時)(?:([0-9]{1,2})分?|(半))?(am|pm)?$")
_HOUR_ONLY = re.compile(r"^([0-9]{1,2})([0-9]{2})$")


def normalise_digits(text: str) -> Normalised:
    """Digits only; hyphens and spaces between them are dropped."""
    folded = digit_looks(fold_dashes(bare(text))).replace("-", "")
    if not folded:
        return EMPTY
    return Normalised(folded) if folded.isascii() and folded.isdigit() else UNPARSEABLE


def normalise_amount(text: str) -> Normalised:
    """Yen as digits, with a leading "-" for △ or ▲: commas, ¥, 円, 千円, kanji numbers."""
    folded = re.sub(r"[¥￥\\,、.・'金]", "", kanji_numbers(fold_dashes(bare(text))))
    # A closing dash after the figure (1,000- and 1,000円-) keeps others from adding digits.
    folded = re.sub(r"[-ー]+$", "", folded)
    if not folded:
        return EMPTY
    unit = re.search(r"(?:千円|万円|億円|円)?(?:也|税込|税抜)?$", folded)
    tail = unit.group() if unit else ""
    body = folded[: len(folded) - len(tail)] if tail else folded
    match = _AMOUNT.match(digit_looks(body) + tail)
    if match is None:
        return UNPARSEABLE
    sign, figures, name = match.groups()
    value = int(figures) * _UNIT[name or ""]
    return Normalised(("-" if sign and value else "") + str(value))


def normalise_my_number(text: str) -> Normalised:
    """個人番号: 12 digits. `wrong_length` has no value; `check_digit` keeps it."""
    return _checked(text, 12, in_.is_valid)


def normalise_corporate_number(text: str) -> Normalised:
    """法人番号: 13 digits. `wrong_length` has no value; `check_digit` keeps it."""
    folded = bare(text)
    return _checked(folded[1:] if folded[:1] == "T" else folded, 13, cn.is_valid)


def normalise_postal_code(text: str) -> Normalised:
    """7 digits, with or without 〒 and hyphen."""
    plain = normalise_digits(bare(text).lstrip("〒T丁テ"))
    if plain.value is None or len(plain.value) == 7:
        return plain
    return Normalised(None, ("wrong_length",))


def normalise_phone(text: str) -> Normalised:
    """Digits with hyphens as written; brackets and blanks between groups count as hyphens.

    Problem: `wrong_length` for anything but 10 or 11 digits with a leading 0 (a local number keeps
    its value).
    """
    from_brackets = re.sub(r"[()\s.・/]+", "-", " ".join(fold_dashes(nfkc(text)).split()))
    folded = re.sub(r"[^0-9\-]", "", digit_looks(fold_dashes(bare(from_brackets)))).strip("-")
    folded = re.sub(r"-{2,}", "-", folded)
    digits = folded.replace("-", "")
    if not bare(text):
        return EMPTY
    if len(digits) < 6:
        return UNPARSEABLE
    usual = len(digits) in (10, 11) and digits[0] == "0"
    return Normalised(folded, () if usual else ("wrong_length",))


def normalise_time(text: str) -> Normalised:
    """HH:MM of 24 hours (24:00 at the most)."""
    folded = kanji_numbers(bare(text)).lower().replace(".", ":").replace("：", ":")
    if not folded:
        return EMPTY
    match = _CLOCK.match(folded)
    if match is None:
        plain = _HOUR_ONLY.match(digit_looks(folded))
        return _clock(int(plain[1]), int(plain[2])) if plain else UNPARSEABLE
    before, hours, minutes, half, after = match.groups()
    hour = int(hours)
    if (before in ("午後", "pm") or after == "pm") and hour < 12:
        hour += 12
    return _clock(hour, 30 if half else int(minutes or 0))


def _clock(hour: int, minute: int) -> Normalised:
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return UNPARSEABLE
    return Normalised(f"{hour:02d}:{minute:02d}")


def _checked(text: str, length: int, valid: object) -> Normalised:
    plain = normalise_digits(text)
    if plain.value is None:
        return plain
    if len(plain.value) != length:
        return Normalised(None, ("wrong_length",))
    assert callable(valid)
    return Normalised(plain.value, () if valid(plain.value) else ("check_digit",))
