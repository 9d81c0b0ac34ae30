"""個人番号 is shown as `********1234` unless a reviewer asks for it with a reason."""

import re
from dataclasses import replace

from stdnum.jp import in_ as my_number

from pipelines.finding_places import PLACE_PARAMS
from pipelines.forms.model import FieldKind, FormDefinition, Sensitivity
from pipelines.records import Field, Finding

_STAR = "*"
_SHOWN = 4
_DIGITS = re.compile(r"\d")


def mask(value: str | None) -> str | None:
    """Hide all digits and letters but the last four characters; short values altogether."""
    if not value:
        return value
    if len(value) <= 2 * _SHOWN:
        return _STAR * len(value)
    return _STAR * (len(value) - _SHOWN) + value[-_SHOWN:]


def is_masked(value: str | None) -> bool:
    """Whether a value came back as we masked it."""
    return bool(value) and _STAR in (value or "")


def number_names(form: FormDefinition | None, fields: tuple[Field, ...]) -> frozenset[str]:
    """Names of the fields whose values are masked.

    On known forms those the definition calls `number`; everywhere those that hold a valid
    個人番号, because a page without a form has no definition to warn us.
    """
    named: set[str] = set()
    if form is not None:
        named |= {f.name for f in form.fields if f.sensitivity == Sensitivity.NUMBER}
        named |= {m.name for m in form.marks if m.sensitivity == Sensitivity.NUMBER}
        named |= {f.name for f in form.fields if f.kind == FieldKind.MY_NUMBER}
    else:
        named |= {f.name for f in fields if holds_my_number(f.value) or holds_my_number(f.raw_text)}
    named |= {f.name for f in fields if f.kind == FieldKind.MY_NUMBER}
    return frozenset(named)


def hide_digits(finding: Finding, hidden: frozenset[str]) -> Finding:
    """Hide the digits that a finding about a masked field tells of the paper, all but its label.

    Where it shows something on the page is no secret.
    """
    if not hidden.intersection(finding.fields):
        return finding
    told = {
        name: text if name in PLACE_PARAMS else _without_digits(text)
        for name, text in finding.params.items()
    }
    return replace(finding, message=_without_digits(finding.message), params=told)


def holds_my_number(text: str | None) -> bool:
    """Whether a text is a 個人番号 by its check digit (blanks and hyphens left aside)."""
    digits = "".join(_DIGITS.findall(text or ""))
    return len(digits) == 12 and bool(my_number.is_valid(digits))


def _without_digits(text: str) -> str:
    # A numeral of a label (児童1) is no secret; four digits in a row may be.
    return re.sub(r"\d(?:[\s\-]?\d){3,}", lambda found: _STAR * len(found[0]), text)
