"""Formats of kinds of fields as acceptors, and what is possible but hardly ever meant."""

import re
from datetime import date
from functools import cache

from stdnum.jp import cn, in_

from models.acceptors import Acceptor, Chain, Checked, OneOf, Repeat, State, Trie
from pipelines.forms.model import FieldKind
from pipelines.normalise import Normalised
from pipelines.reference.postal import begins_code, known_code

_FIGURES = frozenset("0123456789")
_ERAS = ("明治", "大正", "昭和", "平成", "令和", "西暦", "M", "T", "S", "H", "R", "")
_MOBILE = ("050", "070", "080", "090")
# 10 digits are 3 groups of these lengths, area code first; the sum is always 10.
_GROUPS = ((2, 4, 4), (3, 3, 4), (4, 2, 4), (5, 1, 4), (4, 3, 3))
_GROUPED = re.compile(r"^[^0-9]*[0-9]{1,3}([,.、][0-9]{3})+[^0-9]*$|^[^,.、]*$")
_FIRST_YEAR, _LAST_YEAR = 1900, 2099


@cache
def format_of(kind: FieldKind) -> Acceptor | None:
    """Acceptor of the texts that fields of `kind` have when all is well; None for free text."""
    match kind:
        case FieldKind.MY_NUMBER:
            return Checked(12, in_.is_valid)
        case FieldKind.CORPORATE_NUMBER:
            return Chain((Trie(("T", "")), Checked(13, cn.is_valid)))
        case FieldKind.POSTAL_CODE:
            return Chain((Trie(("〒", "")), PostalCodes()))
        case FieldKind.PHONE:
            return _phone()
        case FieldKind.DATE:
            return _date()
        case FieldKind.TIME:
            return _time()
        case FieldKind.AMOUNT:
            return _amount()
        case _:
            return None


class PostalCodes:
    """Codes of the table, with or without a hyphen; a state is what stands so far."""

    def starts(self) -> tuple[State, ...]:
        """Begin with no digit."""
        return ("",)

    def step(self, state: State, char: str) -> tuple[State, ...]:
        """Add a digit of a known code, or the hyphen after the third."""
        after = state + char
        if char == "-":
            return (after,) if len(state) == 3 else ()
        return (after,) if char in _FIGURES and begins_code(after.replace("-", "")) else ()

    def final(self, state: State) -> bool:
        """Whether the code is complete."""
        return len(state.replace("-", "")) == 7


def is_plausible(kind: FieldKind, text: str, normalised: Normalised) -> bool:
    """Whether a value is one that people mean: not merely possible. `text` is what was read."""
    value = normalised.value
    if value is None:
        return False
    match kind:
        case FieldKind.POSTAL_CODE:
            return known_code(value)
        case FieldKind.PHONE:
            digits = value.replace("-", "")
            return len(digits) == (11 if digits[:3] in _MOBILE else 10) and digits[:2] != "00"
        case FieldKind.DATE:
            return not normalised.problems and _FIRST_YEAR <= _year(value) <= _LAST_YEAR
        case FieldKind.AMOUNT:
            return bool(_GROUPED.match(text.replace(" ", "")))
        case _:
            return True


def _year(value: str) -> int:
    return date.fromisoformat(value if len(value) == 10 else f"{value}-01").year


def _phone() -> Acceptor:
    hyphen = Repeat(frozenset("-ー―‐−–—() "), 0, 2)
    shapes: list[Acceptor] = [
        _chain(Trie(_MOBILE), hyphen, Repeat(_FIGURES, 4, 4), hyphen, Repeat(_FIGURES, 4, 4))
    ]
    opening = Repeat(frozenset("("), 0, 1)
    for first, second, third in _GROUPS:
        area = _chain(
            Trie(("0",)),
            Repeat(_FIGURES - {"0"}, 1, 1),
            Repeat(_FIGURES, first - 2, first - 2),
        )
        groups = (Repeat(_FIGURES, second, second), hyphen, Repeat(_FIGURES, third, third))
        shapes.append(_chain(opening, area, hyphen, *groups))
    return OneOf(tuple(shapes))


def _date() -> Acceptor:
    month = Trie([str(m) for m in range(1, 13)] + [f"0{m}" for m in range(1, 10)])
    day = Trie([str(d) for d in range(1, 32)] + [f"0{d}" for d in range(1, 10)])
    year = OneOf((Repeat(_FIGURES, 1, 2), Repeat(_FIGURES, 4, 4), Trie(("元",))))
    point = Trie((".", "/", "-"))
    era = Trie(_ERAS)
    return OneOf(
        (
            _chain(era, year, Trie(("年",)), month, Trie(("月",)), day, Trie(("日", ""))),
            _chain(era, year, point, month, point, day),
            _chain(Repeat(_FIGURES, 4, 4), _two(month), _two(day)),
        )
    )


def _time() -> Acceptor:
    hour = Trie([str(h) for h in range(25)] + [f"0{h}" for h in range(10)])
    minute = Trie([f"{m:02d}" for m in range(60)])
    noon, half = Trie(("午前", "午後", "")), Trie(("半", ""))
    return OneOf(
        (
            _chain(noon, hour, Trie((":", "")), minute),
            _chain(noon, hour, Trie(("時",)), OneOf((_chain(minute, Trie(("分",))), half))),
        )
    )


def _amount() -> Acceptor:
    sign, unit = Trie(("", "¥", "-", "△", "▲")), Trie(("", "円", "千円", "万円", "-", "円-"))
    three = Repeat(_FIGURES, 3, 3)
    shapes: list[Acceptor] = [_chain(sign, Repeat(_FIGURES, 1, 12), unit)]
    for groups in (1, 2, 3):
        tail = [part for _ in range(groups) for part in (Trie((",",)), three)]
        shapes.append(_chain(sign, Repeat(_FIGURES, 1, 3), *tail, unit))
    return OneOf(tuple(shapes))


def _two(numbers: Trie) -> Acceptor:
    return Trie([word for word in numbers if len(word) == 2])


def _chain(*parts: Acceptor) -> Acceptor:
    return Chain(parts)
