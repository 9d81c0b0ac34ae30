"""From readings of boxes and parts to one value with its raw text, confidence and alternatives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from pipelines.confidence import NO_EVIDENCE, Evidence, calibrated, is_sure, joined_evidence
from pipelines.field_formats import is_plausible
from pipelines.forms.model import DatePart, Era, FieldDefinition, FieldKind
from pipelines.normalise import Normalised, normalise_value
from pipelines.normalise.printed_eras import ERA_WORDS, possible_days
from pipelines.normalise.wareki import spells_date

_YEAR_STARTS = frozenset("0123456789元一二三四五六七八九十")
_UNITS = {DatePart.YEAR: "年", DatePart.MONTH: "月", DatePart.DAY: "日"}
# Kinds whose text has a format: what does not parse was not read rightly.
FORMATTED = frozenset(FieldKind) - {
    FieldKind.KANJI_NAME,
    FieldKind.ADDRESS,
    FieldKind.TEXT,
    FieldKind.MULTI_LINE,
    FieldKind.ALPHANUMERIC,
}
# Problems that speak against the reading rather than against the writer.
_MISREAD = frozenset({"unparseable", "wrong_length", "check_digit", "repaired", "digits_in_name"})
# An alternative without such a problem wins when it is at least this probable beside the best.
_MARGIN = 0.01
# One that people mean, as a postal code that exists, wins over one that is merely possible.
_PLAUSIBLE_MARGIN = 0.1
# Chosen against a reading that is so many times as probable, a value is never sure.
_CLEARER = 1 / 3
# A date that never was stays as it is written when the ink is as clear as this, and no possible one
# is within `_CLEARER` of it: it is the writer's mistake, and a person decides what was meant.
_CLEAR_INK = 0.5
# Of each part this many readings are tried with those of the others, and so many wholes kept.
_PART_READINGS, _WHOLES = 4, 16


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text the ink may say, with its probability; `evidence` is that of the best text."""

    text: str
    confidence: float
    evidence: Evidence = NO_EVIDENCE


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """What was made of the candidates of one field; `others` are the other values, parsed.

    `likelihood` is the probability of the ink for what was read, `confidence` how often such a
    value is right (calibrated), from the `evidence`. `against_ink`: the ink says something else,
    which no value of the kind can be, much more clearly.
    """

    text: str
    normalised: Normalised
    likelihood: float
    confidence: float
    others: tuple[Candidate, ...]
    evidence: Evidence = NO_EVIDENCE
    against_ink: bool = False


def compose_parts(field: FieldDefinition, texts: Mapping[DatePart, str], era: Era | None) -> str:
    """Text of a value written in parts, as 平成2年5月3日, 120-8510, 9:30."""
    if field.kind is FieldKind.DATE:
        written = [f"{texts.get(p.part, '')}{_UNITS.get(p.part, '')}" for p in field.parts]
        return (ERA_WORDS[era] if era else "") + "".join(written)
    separator = ":" if field.kind is FieldKind.TIME else "-"
    return separator.join(texts.get(p.part, "") for p in field.parts)


def with_era(field: FieldDefinition, text: str, era: Era | None) -> str:
    """Text of a date in one box, with the era that is printed or circled beside the box."""
    stated = field.kind is FieldKind.DATE and era is not None and text[:1] in _YEAR_STARTS
    return ERA_WORDS[era] + text if stated and era is not None else text


def part_candidates(
    field: FieldDefinition,
    readings: Mapping[DatePart, Sequence[Candidate]],
    era: Era | None,
) -> list[Candidate]:
    """Candidates of the whole from those of its parts, the best of each part first."""
    options = {part: found[:_PART_READINGS] for part, found in readings.items() if found}
    evidence = joined_evidence([found[0].evidence for found in options.values()])
    wholes = []
    for chosen in product(*options.values()):
        texts = {part: c.text for part, c in zip(options, chosen, strict=True)}
        chance = 1.0
        for candidate in chosen:
            chance *= candidate.confidence
        wholes.append(Candidate(compose_parts(field, texts, era), chance))
    best, *others = wholes
    others.sort(key=lambda c: -c.confidence)
    return [replace(best, evidence=evidence), *others[:_WHOLES]]


def choose_value(field: FieldDefinition, candidates: Sequence[Candidate]) -> Value:
    """Value of the best candidate that reads well for its kind (`candidates` best first).

    A reading that no value of the kind can have gives way to one that can, when that is not much
    less probable, and one that is hardly ever meant to one that is.
    """
    parsed = [(c, normalise_value(field.kind, c.text)) for c in candidates]
    chosen, normalised = _chosen(field, parsed)
    likelihood = chosen.confidence
    if chosen is not parsed[0][0]:
        total = sum(c.confidence for c, n in parsed if not _misread(n))
        # Never surer than the ink was before the format spoke for another reading.
        likelihood = min(chosen.confidence / max(total, 1e-9), parsed[0][0].confidence)
    others: dict[str, float] = {}
    for candidate, other in parsed:
        if other.value and other.value != normalised.value and not _misread(other):
            others[other.value] = others.get(other.value, 0.0) + candidate.confidence
    ranked = sorted(others.items(), key=lambda item: -item[1])
    evidence = replace(
        candidates[0].evidence,
        likelihood=likelihood,
        rival=ranked[0][1] if ranked else 0.0,
        moved=chosen is not parsed[0][0],
        problem=bool(normalised.problems) or normalised.value is None,
        plausible=is_plausible(field.kind, chosen.text, normalised),
    )
    return Value(
        text=chosen.text,
        normalised=normalised,
        likelihood=likelihood,
        confidence=calibrated(field.kind, evidence),
        others=(
            *_in_each_era(field, chosen),
            *(Candidate(v, min(c, 1.0)) for v, c in ranked),
        ),
        evidence=evidence,
        against_ink=chosen.confidence < _CLEARER * parsed[0][0].confidence,
    )


def is_doubtful(field: FieldDefinition, value: Value) -> bool:
    """Whether a person should look at this value first.

    More characters than the comb has cells: one of them was read as two. A value against the ink
    may be what was meant, or the writer's own mistake (a month 16) put right by us. A sum whose
    groups of three don't work out (58,00) lacks a figure.
    """
    written = sum(c.isalnum() for c in value.text)
    crowded = field.kind is not FieldKind.DATE and 1 < field.cells < written
    grouped = field.kind is not FieldKind.AMOUNT or value.evidence.plausible
    against = crowded or not grouped or value.against_ink or bool(value.normalised.problems)
    return against or not is_sure(value.confidence, field.critical)


def _chosen(
    field: FieldDefinition, parsed: Sequence[tuple[Candidate, Normalised]]
) -> tuple[Candidate, Normalised]:
    first, normalised = parsed[0]
    if _misread(normalised):
        written = field.kind is FieldKind.DATE and spells_date(first.text)
        margin = _CLEARER if written and first.confidence >= _CLEAR_INK else _MARGIN
        floor = max(margin * first.confidence, 1e-4)
        possible = [(c, n) for c, n in parsed if not _misread(n) and c.confidence >= floor]
        if not possible:
            return first, normalised
        first, normalised = possible[0]
    if is_plausible(field.kind, first.text, normalised):
        return first, normalised
    floor = _PLAUSIBLE_MARGIN * first.confidence
    for candidate, other in parsed:
        likely = candidate.confidence >= floor and not _misread(other)
        if likely and is_plausible(field.kind, candidate.text, other):
            return candidate, other
    return first, normalised


def _in_each_era(field: FieldDefinition, read: Candidate) -> list[Candidate]:
    """Days that may be meant where none of the printed eras is chosen."""
    days = possible_days(field, read.text)
    return [Candidate(day, read.confidence / len(days)) for day in days]


def _misread(normalised: Normalised) -> bool:
    return not _MISREAD.isdisjoint(normalised.problems)
