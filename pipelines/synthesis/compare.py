"""How much of a document was read as its truth says: for the demo, the benchmark and tests."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.records import Field, FieldState
from pipelines.synthesis.truth import Truth, TruthField

_DASHES = re.compile("[-‐‑‒–—―−─－ｰ]")
_LONG_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])ー(?=[0-9])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One field of the truth and what was read. `exact`: the values agree after folding."""

    name: str
    kind: str
    expected: str | None
    got: str | None
    exact: bool
    state_expected: FieldState
    state_got: FieldState | None
    doubtful: bool

    @property
    def blank(self) -> bool:
        """Whether nothing stands there."""
        return self.state_expected is FieldState.BLANK

    @property
    def state_right(self) -> bool:
        """Whether blank, written, unreadable and struck were told apart."""
        return self.state_expected is self.state_got

    @property
    def silent(self) -> bool:
        """Wrong, and nothing warns the reviewer."""
        return not self.exact and not self.doubtful


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Outcomes of all fields of the truth, in its order; `extra` are fields it does not know."""

    outcomes: tuple[Outcome, ...]
    extra: tuple[str, ...] = ()

    @property
    def exact(self) -> int:
        """How many fields agree."""
        return sum(outcome.exact for outcome in self.outcomes)

    @property
    def total(self) -> int:
        """How many fields the truth has."""
        return len(self.outcomes)

    @property
    def wrong(self) -> tuple[Outcome, ...]:
        """Fields that do not agree."""
        return tuple(outcome for outcome in self.outcomes if not outcome.exact)

    @property
    def written(self) -> tuple[Outcome, ...]:
        """Fields where something stands: blank ones are easy and must not flatter a figure."""
        return tuple(outcome for outcome in self.outcomes if not outcome.blank)

    @property
    def accuracy(self) -> float:
        """Share of the written fields that agree (1.0 when there are none)."""
        written = self.written
        return sum(o.exact for o in written) / len(written) if written else 1.0


def compare(fields: Iterable[Field], truth: Truth) -> Comparison:
    """Compare read fields with the truth, by name.

    Folded before comparing: NFKC, spaces, dashes (and ー between digits). Variants of kanji such
    as 髙 and 高 are different characters.
    """
    read = {field.name: field for field in fields}
    known = {field.name for field in truth.fields}
    return Comparison(
        outcomes=tuple(_outcome(field, read.get(field.name)) for field in truth.fields),
        extra=tuple(name for name in read if name not in known),
    )


def fold(value: str | None) -> str:
    """Form in which two values are compared; empty for None."""
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", value or ""))
    return _LONG_BETWEEN_DIGITS.sub("-", "".join(text.split()))


def _outcome(truth: TruthField, read: Field | None) -> Outcome:
    got = read.value if read is not None else None
    if truth.kind == "mark":
        exact = set(_options(truth.value)) == set(_options(got))
    else:
        exact = fold(truth.value) == fold(got)
    return Outcome(
        name=truth.name,
        kind=truth.kind,
        expected=truth.value,
        got=got,
        exact=exact,
        state_expected=truth.state,
        state_got=read.state if read is not None else None,
        doubtful=read.doubtful if read is not None else False,
    )


def _options(value: str | None) -> list[str]:
    return [option for option in (value or "").split(",") if option]
