"""Small changes to a filling that may make a broken rule hold."""

import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pipelines.forms.model import Rule
from pipelines.synthesis.conditions import names_of

_REDRAWS = 2


class Step(StrEnum):
    """Kind of change."""

    AGAIN = "again"
    WIPE = "wipe"
    SET = "set"
    UNSET = "unset"
    COPY = "copy"
    ADD_UP = "add_up"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Change of the item `name`; `value` is an option, or the name to copy from."""

    step: Step
    name: str
    value: str = ""


def changes_for(rule: Rule, rng: np.random.Generator) -> list[Change]:
    """List changes worth trying, the pointed ones first and the others in random order."""
    pointed: list[Change] = []
    total = re.match(r"\s*([a-z]\w*)\s*==.*\+", rule.expression, re.DOTALL)
    if total:
        pointed.append(Change(step=Step.ADD_UP, name=total[1]))
    pointed += _pairs(rule.expression)
    pointed += _options(rule.expression, wanted=True)
    others = _options(rule.when or "", wanted=False)
    for name in names_of(rule):
        others += [Change(step=Step.AGAIN, name=name)] * _REDRAWS
        others.append(Change(step=Step.WIPE, name=name))
    order = rng.permutation(len(others))
    return [*pointed, *(others[int(i)] for i in order)]


def _pairs(expression: str) -> list[Change]:
    """Write the one like the other for `a == b` and `same(a, b)`."""
    found = re.findall(r"(?<![\w.'])([a-z]\w*)\s*==\s*([a-z]\w*)(?![\w.('])", expression)
    found += re.findall(r"(?<!!)\bsame\(\s*([a-z]\w*)\s*,\s*([a-z]\w*)\s*\)", expression)
    pairs = [(a, b) for a, b in found if "null" not in (a, b)]
    return [Change(step=Step.COPY, name=a, value=b) for a, b in pairs]


def _options(expression: str, *, wanted: bool) -> list[Change]:
    """Mark the option, or not, for `group == 'option'` and `'option' in group`."""
    changes = []
    equal = re.findall(r"([a-z]\w*)\s*(==|!=)\s*'([a-z]\w*)'", expression)
    for name, sign, value in equal:
        step = Step.SET if (sign == "==") is wanted else Step.UNSET
        changes.append(Change(step=step, name=name, value=value))
    for no, value, name in re.findall(r"(!\(\s*)?'([a-z]\w*)'\s+in\s+([a-z]\w*)", expression):
        step = Step.SET if (not no) is wanted else Step.UNSET
        changes.append(Change(step=step, name=name, value=value))
    return changes
