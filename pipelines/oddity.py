"""Learned plausibility: what is rare among what people confirmed, a value or a combination.

For every form with enough confirmations there is a table of counts (`oddity_fit.py` makes it):
how often each feature of a document (an amount, an age, days between two dates, a choice, a part
left blank) fell into each of a few bins, and how often pairs of them came together. A document is
odd when something on it is so much rarer than expected that not one in a hundred confirmed
documents reaches it. The finding names the fields; it is information, and never stops anything.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log, log1p

from models.errors import ModelError, ModelProblem
from pipelines.forms.model import FormDefinition
from pipelines.oddity_features import Feature, Values, features
from pipelines.records import Field, FieldState, Finding, FindingKind, Severity
from pipelines.rules.texts import text_params, told

MODEL = "form_oddity"
RULE = "oddity."
"""First part of the rule ids: `oddity.value` of one field, `oddity.combination` of several."""
HALF = 0.5
"""Counts are taken half a document higher: what was never seen is rare, not impossible."""
COMMON = 0.05
"""A single value is as rare as a document in twenty that is not there."""
_MOST = 2
_FARTHEST = 1000.0
_GROUND = "確認済みの書類との比較（参考）"


@dataclass(frozen=True, kw_only=True, slots=True)
class PairTable:
    """How often the bins of two features came together, with the sums of its rows and columns."""

    cells: tuple[tuple[int, ...], ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    total: int

    @classmethod
    def of(cls, cells: Iterable[Iterable[int]]) -> "PairTable":
        """Make it from its cells."""
        table = tuple(tuple(int(n) for n in line) for line in cells)
        rows = tuple(sum(line) for line in table)
        columns = tuple(sum(column) for column in zip(*table, strict=True))
        return cls(cells=table, rows=rows, columns=columns, total=sum(rows))


@dataclass(frozen=True, kw_only=True, slots=True)
class FormOddity:
    """What is usual on one form, from `documents` confirmed ones.

    `edges` of numeric features cut them into bins (a value below the first is bin 0); `values`
    of the others number their words. `singles` counts bins by feature, `pairs` by two features.
    `limit` is the surprise that a share of `alpha` of such documents exceeds.
    """

    documents: int
    edges: Mapping[str, tuple[float, ...]]
    words: Mapping[str, tuple[str, ...]]
    singles: Mapping[str, tuple[int, ...]]
    pairs: Mapping[tuple[str, str], PairTable]
    limit: float
    alpha: float


OddityModels = Mapping[str, FormOddity]
"""By form id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surprise:
    """Something rare: the fields it is about, and how often it was seen among how many.

    `features` are the one or two features that say so.
    """

    score: float
    features: tuple[str, ...]
    fields: tuple[str, ...]
    seen: int
    among: int


def odd_findings(
    fields: Iterable[Field], form: FormDefinition, models: OddityModels, *, today: date
) -> tuple[Finding, ...]:
    """Say what is odd on a document of `form`; nothing when its form has no model.

    Only values that are sure count: a misread one is odd for another reason.
    """
    model = models.get(form.id)
    if model is None:
        return ()
    known = values_of(fields)
    labels = {field.name: field.label for field in form.fields}
    labels |= {group.name: group.label for group in form.marks}
    made: list[Finding] = []
    named: set[str] = set()
    for surprise in surprises(known, form, model, today=today):
        if surprise.score <= model.limit or len(made) == _MOST:
            break
        if named.isdisjoint(surprise.fields):
            named.update(surprise.fields)
            made.append(_finding(surprise, labels))
    return tuple(made)


def values_of(fields: Iterable[Field]) -> Values:
    """Values to compare by: None for blank ones; doubtful and unread ones are left out."""
    found: dict[str, str | None] = {}
    for field in fields:
        if field.doubtful or field.state in (FieldState.UNREADABLE, FieldState.STRUCK):
            continue
        found[field.name] = field.value
    return found


def surprises(
    values: Values, form: FormDefinition, model: FormOddity, *, today: date
) -> list[Surprise]:
    """Everything on the document with its surprise, largest first."""
    made = features(values, form, today=today)
    bins = {f.name: bin_of(f.value, f.name, model) for f in made}
    names = {f.name: f.fields for f in made}
    found = [*_single(made, model), *_paired(bins, names, model)]
    # A single value explains more simply than a pair of the same surprise.
    return sorted(found, key=lambda each: (-each.score, len(each.fields), each.fields))


def bin_of(value: float | str, name: str, model: FormOddity) -> int | None:
    """Bin of a value; None for a feature the model does not know. Unknown words share the last."""
    if isinstance(value, str):
        words = model.words.get(name)
        if words is None:
            return None
        return words.index(value) if value in words else len(words)
    edges = model.edges.get(name)
    return None if edges is None else sum(value >= edge for edge in edges)


def single_score(counts: Sequence[int], at: int) -> float:
    """How much rarer than a document in twenty what is as rare as this bin is, as a logarithm.

    Among many rare words one of them is nothing special: counted are all documents with a bin as
    rare or rarer. How often comes what was never seen, those tell that were seen once (Good 1953).
    """
    count = counts[at]
    as_rare = sum(each for each in counts if each <= count)
    if count == 0:
        as_rare = sum(each == 1 for each in counts)
    return log((COMMON * sum(counts) + HALF) / (as_rare + HALF))


def beyond(value: float | str, edges: Sequence[float]) -> float:
    """How far a number lies outside of the outer edges, in usual spans, as a logarithm."""
    if isinstance(value, str) or len(edges) < 2:
        return 0.0
    outside = max(edges[0] - value, value - edges[-1], 0.0)
    span = max(edges[-2] - edges[1], 1e-6) if len(edges) > 3 else max(edges[-1] - edges[0], 1e-6)
    return log1p(min(outside / span, _FARTHEST))


def pair_score(count: int, first: int, second: int, total: int) -> float:
    """How much rarer two bins come together than if they had nothing to do with each other."""
    return log((first * second / max(total, 1) + HALF) / (count + HALF))


def _single(made: Iterable[Feature], model: FormOddity) -> Iterator[Surprise]:
    for feature in made:
        counts = model.singles.get(feature.name)
        at = bin_of(feature.value, feature.name, model)
        if counts is None or at is None:
            continue
        score = single_score(counts, at)
        score += beyond(feature.value, model.edges.get(feature.name, ()))
        yield Surprise(
            score=score,
            features=(feature.name,),
            fields=feature.fields,
            seen=counts[at],
            among=sum(counts),
        )


def _paired(
    bins: Mapping[str, int | None], names: Mapping[str, tuple[str, ...]], model: FormOddity
) -> Iterator[Surprise]:
    for (one, other), table in model.pairs.items():
        row, column = bins.get(one), bins.get(other)
        if row is None or column is None:
            continue
        seen = table.cells[row][column]
        score = pair_score(seen, table.rows[row], table.columns[column], table.total)
        both = tuple(dict.fromkeys((*names[one], *names[other])))
        yield Surprise(
            score=score, features=(one, other), fields=both, seen=seen, among=table.total
        )


def _finding(surprise: Surprise, labels: Mapping[str, str]) -> Finding:
    names = "・".join(f"「{labels.get(name, name)}」" for name in surprise.fields)
    several = len(surprise.fields) > 1
    rule = f"{RULE}{'combination' if several else 'value'}"
    params = text_params(rule, seen=str(surprise.seen), among=str(surprise.among), fields=names)
    return Finding(
        rule=rule,
        kind=FindingKind.PLAUSIBILITY,
        severity=Severity.INFO,
        fields=surprise.fields,
        message=told(params),
        ground=_GROUND,
        params=params,
    )


def dump_oddity(models: OddityModels) -> bytes:
    """Write the tables as JSON."""
    body = {
        form: {
            "documents": model.documents,
            "edges": {k: list(v) for k, v in model.edges.items()},
            "words": {k: list(v) for k, v in model.words.items()},
            "singles": {k: list(v) for k, v in model.singles.items()},
            "pairs": [
                [a, b, [list(line) for line in t.cells]] for (a, b), t in model.pairs.items()
            ],
            "limit": model.limit,
            "alpha": model.alpha,
        }
        for form, model in sorted(models.items())
    }
    return json.dumps({"format": 1, "forms": body}, ensure_ascii=False, sort_keys=True).encode()


def parse_oddity(data: bytes) -> dict[str, FormOddity]:
    """Read the tables back. Raises `ModelError(damaged)`."""
    try:
        body = json.loads(data)
        if body["format"] != 1:
            raise ValueError("unknown format")
        return {
            str(form): FormOddity(
                documents=int(told["documents"]),
                edges={k: tuple(map(float, v)) for k, v in told["edges"].items()},
                words={k: tuple(map(str, v)) for k, v in told["words"].items()},
                singles={k: tuple(map(int, v)) for k, v in told["singles"].items()},
                pairs={(a, b): PairTable.of(t) for a, b, t in told["pairs"]},
                limit=float(told["limit"]),
                alpha=float(told["alpha"]),
            )
            for form, told in body["forms"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(ModelProblem.DAMAGED, MODEL, type(error).__name__) from error
