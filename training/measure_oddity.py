"""Measure learned plausibility on synthetic people: `python -m training.measure_oddity`.

Every form is learned from `--documents` fillings (seeds from 500,000), and tried on `--clean`
others without a fault (seeds from 520,000): the share on which anything is said to be odd. Then one
thing at a time is made odd on further fillings (seeds from 540,000), of several kinds; printed is
how many are found, how many of those name a field that was changed, and how many the rules find.
An isolation forest over the same features stands beside it, with the same share of false alarms.
"""

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from sklearn.ensemble import IsolationForest

from pipelines.check import check_fields
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import FieldKind, FormDefinition, Select
from pipelines.oddity import FormOddity, odd_findings, values_of
from pipelines.oddity_features import features
from pipelines.oddity_fit import ALPHA, Confirmed, fit_form
from pipelines.records import Field, FieldState
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.hand import make_writer
from pipelines.synthesis.perfect import read_perfectly

FIT_SEED, CLEAN_SEED, ODD_SEED = 500_000, 520_000, 540_000
_YEARS = (25, 35, 45)
_FAR = ("010", "060", "460", "540", "810", "900", "980")
Changed = tuple[tuple[Field, ...], frozenset[str]]
"""Fields of a paper, and the names of those that were changed."""


@dataclass(slots=True)
class Tally:
    """Odd papers of one kind: made, found, found with a changed field named, found by rules."""

    made: int = 0
    found: int = 0
    named: int = 0
    by_rule: int = 0
    either: int = 0
    forest: int = 0


def _amount(form: FormDefinition, fields: tuple[Field, ...], rng: random.Random) -> Changed | None:
    """Make an amount a hundred times too large."""
    return _with_one(fields, _of_kind(form, FieldKind.AMOUNT), rng, lambda v: str(int(v) * 100))


def _years(form: FormDefinition, fields: tuple[Field, ...], rng: random.Random) -> Changed | None:
    """Move a date by decades."""
    years = rng.choice(_YEARS) * rng.choice((-1, 1))
    return _with_one(fields, _of_kind(form, FieldKind.DATE), rng, lambda v: _moved(v, years))


def _swapped(form: FormDefinition, fields: tuple[Field, ...], rng: random.Random) -> Changed | None:
    """Put two dates of different years in each other's place."""
    names = _of_kind(form, FieldKind.DATE)
    dated = [f for f in fields if f.name in names and f.value and len(f.value) == 10]
    far = [
        (a, b)
        for a in dated
        for b in dated
        if a.name < b.name and abs(int(str(a.value)[:4]) - int(str(b.value)[:4])) >= 5
    ]
    if not far:
        return None
    one, other = rng.choice(far)
    new = {one.name: other.value, other.name: one.value}
    return _replaced(fields, new), frozenset(new)


def _choice(form: FormDefinition, fields: tuple[Field, ...], rng: random.Random) -> Changed | None:
    """Choose another option of a group."""
    groups = {g.name: g for g in form.marks if g.select is Select.ONE and len(g.options) > 1}
    chosen = [f for f in fields if f.name in groups and f.value]
    if not chosen:
        return None
    field = rng.choice(chosen)
    others = [o.value for o in groups[field.name].options if o.value != field.value]
    return _replaced(fields, {field.name: rng.choice(others)}), frozenset({field.name})


def _postal(form: FormDefinition, fields: tuple[Field, ...], rng: random.Random) -> Changed | None:
    """Write a postal code from another end of the country."""
    names = _of_kind(form, FieldKind.POSTAL_CODE)
    return _with_one(fields, names, rng, lambda v: rng.choice(_FAR) + v[3:])


def _blanked(form: FormDefinition, fields: tuple[Field, ...], rng: random.Random) -> Changed | None:
    """Leave something optional out that other parts of the paper go with."""
    names = {f.name for f in form.fields if not f.required and f.row is None}
    there = [f for f in fields if f.name in names and f.value]
    if not there:
        return None
    field = rng.choice(there)
    return _replaced(fields, {field.name: None}), frozenset({field.name})


KINDS: Mapping[str, Callable[..., Changed | None]] = {
    "amount x 100": _amount,
    "date 25 to 45 years off": _years,
    "two dates swapped": _swapped,
    "postal code far away": _postal,
    "another option": _choice,
    "optional part left out": _blanked,
}


class Forest:
    """The isolation forest of scikit-learn over the same features, with the same alarms."""

    def __init__(self, form: FormDefinition, rows: list[Confirmed]) -> None:
        made = [self._row(form, row) for row in rows]
        self._names = sorted({name for row in made for name in row})
        matrix = self._matrix(made)
        self._usual = np.nanmedian(matrix, axis=0)
        self._forest = IsolationForest(n_estimators=200, random_state=1).fit(
            self._full(matrix[::2])
        )
        self._limit = float(np.quantile(self._score(matrix[1::2]), 1 - ALPHA))

    def is_odd(self, form: FormDefinition, row: Confirmed) -> bool:
        """Whether it scores above what a share of `ALPHA` of clean ones does."""
        return bool(self._score(self._matrix([self._row(form, row)]))[0] > self._limit)

    def _row(self, form: FormDefinition, row: Confirmed) -> dict[str, float]:
        found = features(row.values, form, today=row.today)
        return {
            (f.name if not isinstance(f.value, str) else f"{f.name}={f.value}"): (
                1.0 if isinstance(f.value, str) else f.value
            )
            for f in found
        }

    def _matrix(self, rows: list[dict[str, float]]) -> np.ndarray:
        blank = [0.0 if "=" in name else np.nan for name in self._names]
        return np.array(
            [[r.get(n, b) for n, b in zip(self._names, blank, strict=True)] for r in rows]
        )

    def _full(self, matrix: np.ndarray) -> np.ndarray:
        filled: np.ndarray = np.where(np.isnan(matrix), self._usual, matrix)
        return filled

    def _score(self, matrix: np.ndarray) -> np.ndarray:
        scores: np.ndarray = -self._forest.score_samples(self._full(matrix))
        return scores


def measure_form(
    entry: FormEntry, documents: int, clean: int, odd: int
) -> tuple[FormOddity | None, int, int, int, dict[str, Tally]]:
    """Learn and try one form: its model, clean papers, how many are called odd, tallies."""
    form = entry.definition
    rows = [_confirmed(*_filled(form, FIT_SEED + n)) for n in range(documents)]
    model = fit_form(form, rows)
    if model is None:
        return None, 0, 0, 0, {}
    forest = Forest(form, rows)
    false = false_forest = 0
    for number in range(clean):
        fields, today = _filled(form, CLEAN_SEED + number)
        false += bool(odd_findings(fields, form, {form.id: model}, today=today))
        false_forest += forest.is_odd(form, _confirmed(fields, today))
    tallies: dict[str, Tally] = defaultdict(Tally)
    for number in range(odd):
        fields, today = _filled(form, ODD_SEED + number)
        known = {f.rule for f in check_fields(fields, form, today=today)}
        for name, change in KINDS.items():
            changed = change(form, fields, random.Random(f"{number}/{name}"))
            if changed is not None:
                _try(tallies[name], form, model, forest, changed, today, known)
    return model, clean, false, false_forest, tallies


def _try(
    tally: Tally,
    form: FormDefinition,
    model: FormOddity,
    forest: Forest,
    changed: Changed,
    today: date,
    known: set[str],
) -> None:
    fields, names = changed
    found = odd_findings(fields, form, {form.id: model}, today=today)
    rules = {f.rule for f in check_fields(fields, form, today=today)} - known
    ruled = any(not rule.startswith("attachment.") for rule in rules)
    tally.made += 1
    tally.found += bool(found)
    tally.named += any(not names.isdisjoint(f.fields) for f in found)
    tally.by_rule += ruled
    tally.either += bool(found) or ruled
    tally.forest += forest.is_odd(form, _confirmed(fields, today))


def _filled(form: FormDefinition, seed: int) -> tuple[tuple[Field, ...], date]:
    filling = fill_form(form, _WRITER, seed)
    return read_perfectly(form, filling), filling.on


_WRITER = make_writer("strokes", 1)


def _confirmed(fields: tuple[Field, ...], today: date) -> Confirmed:
    return Confirmed(values=values_of(fields), today=today)


def _of_kind(form: FormDefinition, kind: FieldKind) -> frozenset[str]:
    return frozenset(f.name for f in form.fields if f.kind is kind)


def _with_one(
    fields: tuple[Field, ...],
    names: frozenset[str],
    rng: random.Random,
    change: Callable[[str], str],
) -> Changed | None:
    there = [f for f in fields if f.name in names and f.value and f.value != "0"]
    if not there:
        return None
    field = rng.choice(there)
    return _replaced(fields, {field.name: change(str(field.value))}), frozenset({field.name})


def _replaced(fields: tuple[Field, ...], new: Mapping[str, str | None]) -> tuple[Field, ...]:
    return tuple(
        replace(f, value=new[f.name], state=FieldState.READ if new[f.name] else FieldState.BLANK)
        if f.name in new
        else f
        for f in fields
    )


def _moved(value: str, years: int) -> str:
    day = date.fromisoformat(value if len(value) == 10 else f"{value}-01")
    return (day + timedelta(days=round(365.2425 * years))).isoformat()[: len(value)]


def main() -> int:
    """Print the figures, form by form and by kind."""
    parser = argparse.ArgumentParser(prog="python -m training.measure_oddity")
    parser.add_argument("--documents", type=int, default=600, help="confirmed papers of each form")
    parser.add_argument("--clean", type=int, default=1000, help="papers without a fault")
    parser.add_argument("--odd", type=int, default=200, help="papers of each kind of oddity")
    parser.add_argument("--form", action="append", help="only this form")
    options = parser.parse_args()
    for line in _report(options):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return 0


def _report(options: argparse.Namespace) -> Iterator[str]:
    totals: dict[str, Tally] = defaultdict(Tally)
    papers = odd = odd_forest = 0
    for entry in FormLibrary.builtin().entries:
        form = entry.definition.id
        if options.form and form not in options.form:
            continue
        model, clean, false, forest, tallies = measure_form(
            entry, options.documents, options.clean, options.odd
        )
        if model is None:
            yield f"{form}: too few documents"
            continue
        papers, odd, odd_forest = papers + clean, odd + false, odd_forest + forest
        made = sum(t.made for t in tallies.values())
        found = sum(t.found for t in tallies.values())
        yield (
            f"{form}: {len(model.singles)} features, {len(model.pairs)} pairs; clean papers odd "
            f"{false} of {clean} (forest {forest}); odd ones found {found} of {made}"
        )
        for name, tally in tallies.items():
            for key in Tally.__slots__:
                setattr(totals[name], key, getattr(totals[name], key) + getattr(tally, key))
    share = odd / max(papers, 1)
    yield f"clean papers called odd: {odd} of {papers} = {share:.3%}; forest {odd_forest}"
    yield "kind: made, found, named a changed field, rules alone, rules or odd, forest"
    for name, t in totals.items():
        shares = ", ".join(
            f"{n / t.made:.1%}" for n in (t.found, t.named, t.by_rule, t.either, t.forest)
        )
        yield f"{name}: {t.made}, {shares}"


if __name__ == "__main__":
    raise SystemExit(main())
