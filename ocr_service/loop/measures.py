"""How right one suggestion is against the truth of its document: sums by measure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import log

from ocr_service.loop.statistics import Pair
from pipelines.oddity import RULE
from pipelines.records import FieldState, Suggestion

NO_FORM = "-"
_LEAST = 1e-3
"""Confidences are taken as at least this far from 0 and 1: one bold mistake is no catastrophe."""


class Measure(StrEnum):
    """What is compared. Of each, more is better.

    `values`: values right; `unseen`: fields that are right or that a person is asked to look at;
    `confidence`: log-likelihood of right and wrong under the confidences; `form` and `category`:
    documents whose form and category are right; `calm`: documents that nothing is said to be odd
    on (their values were confirmed).
    """

    VALUES = "values"
    UNSEEN = "unseen"
    CONFIDENCE = "confidence"
    FORM = "form"
    CATEGORY = "category"
    CALM = "calm"


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """What is known of a gold document; `category` is None where nobody said it.

    `same` are further ids that stand for that category today: those that were merged into it.
    """

    document: str
    form: str | None
    category: str | None
    values: Mapping[str, str | None]
    same: frozenset[str] = frozenset()

    @property
    def group(self) -> str:
        """Form id, `-` for pages of no form."""
        return self.form or NO_FORM


Item = tuple[float, bool]
"""Score of one item, and whether it is right."""


def measure(suggestion: Suggestion | None, truth: Truth) -> dict[Measure, dict[str, Item]]:
    """Score every item of the truth; None is a document that could not be read at all.

    Items are named, so that two suggestions for a document can be laid side by side.
    """
    read = {field.name: field for field in suggestion.fields} if suggestion else {}
    found: dict[Measure, dict[str, Item]] = {each: {} for each in Measure}
    for name, value in truth.values.items():
        field = read.get(name)
        right = field is not None and field.value == value
        seen = right or field is None or field.doubtful
        found[Measure.VALUES][name] = (float(right), right)
        found[Measure.UNSEEN][name] = (float(seen), seen)
        if field is not None and field.state is FieldState.READ:
            chance = min(max(field.confidence, _LEAST), 1 - _LEAST)
            found[Measure.CONFIDENCE][name] = (log(chance if right else 1 - chance), right)
    form = suggestion.form.id if suggestion is not None and suggestion.form is not None else None
    found[Measure.FORM]["form"] = _flag(suggestion is not None and form == truth.form)
    if truth.category is not None:
        said = suggestion.category.label if suggestion is not None else None
        found[Measure.CATEGORY]["category"] = _flag(said == truth.category or said in truth.same)
    odd = suggestion is not None and any(f.rule.startswith(RULE) for f in suggestion.findings)
    found[Measure.CALM]["document"] = _flag(not odd)
    return found


def pair(active: Mapping[str, Item], candidate: Mapping[str, Item]) -> Pair:
    """Lay two scorings of a document side by side; only items that both have count.

    What one of them did not score (the confidence of a value it has not) is in another measure.
    """
    names = active.keys() & candidate.keys()
    return Pair(
        items=len(names),
        active=sum(active[name][0] for name in sorted(names)),
        candidate=sum(candidate[name][0] for name in sorted(names)),
        gained=sum(candidate[name][1] and not active[name][1] for name in names),
        lost=sum(active[name][1] and not candidate[name][1] for name in names),
    )


def _flag(right: bool) -> Item:
    return float(right), right
