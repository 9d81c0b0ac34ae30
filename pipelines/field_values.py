"""From readings of boxes and parts to one value with its raw text, confidence and alternatives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.forms.model import DatePart, Era, FieldDefinition, FieldKind
from pipelines.normalise import Normalised, normalise_value

ERA_WORDS = {
    Era.MEIJI: "明治",
    Era.TAISHO: "大正",
    Era.SHOWA: "昭和",
    Era.HEISEI: "平成",
    Era.REIWA: "令和",
    Era.WESTERN: "",
}
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
_DOUBT = {
    FieldKind.KANJI_NAME: 0.9,
    FieldKind.KANA_NAME: 0.85,
    FieldKind.ADDRESS: 0.75,
    FieldKind.TEXT: 0.8,
    FieldKind.MULTI_LINE: 0.7,
}
_DOUBT_ELSE = 0.9
_DOUBT_CRITICAL = 0.95


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text the ink may say, with its probability."""

    text: str
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """What was made of the candidates of one field; `candidates` are the parsed others."""

    text: str
    normalised: Normalised
    confidence: float
    others: tuple[Candidate, ...]


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
    """Candidates of the whole from those of its parts: the best, and one part changed at a time."""
    best = {part: options[0] for part, options in readings.items() if options}
    whole = 1.0
    for candidate in best.values():
        whole *= candidate.confidence
    texts = {part: candidate.text for part, candidate in best.items()}
    found = [Candidate(compose_parts(field, texts, era), whole)]
    for part, options in readings.items():
        for other in options[1:]:
            changed = compose_parts(field, {**texts, part: other.text}, era)
            share = other.confidence / max(best[part].confidence, 1e-9)
            found.append(Candidate(changed, whole * share))
    return [found[0], *sorted(found[1:], key=lambda c: -c.confidence)]


def choose_value(field: FieldDefinition, candidates: Sequence[Candidate]) -> Value:
    """Value of the best candidate that reads well for its kind (`candidates` best first).

    A reading that no value of the kind can have gives way to one that can, when that is not much
    less probable; its confidence is then its share among the possible ones.
    """
    parsed = [(c, normalise_value(field.kind, c.text)) for c in candidates]
    chosen, normalised = parsed[0]
    confidence = chosen.confidence
    if _misread(normalised):
        floor = max(_MARGIN * chosen.confidence, 1e-4)
        possible = [(c, n) for c, n in parsed if not _misread(n) and c.confidence >= floor]
        if possible:
            chosen, normalised = possible[0]
            total = sum(c.confidence for c, _ in possible)
            # Never surer than the ink was before the format spoke for another reading.
            confidence = min(chosen.confidence / max(total, 1e-9), parsed[0][0].confidence)
    others: dict[str, float] = {}
    for candidate, other in parsed:
        if other.value and other.value != normalised.value and not _misread(other):
            others[other.value] = others.get(other.value, 0.0) + candidate.confidence
    return Value(
        text=chosen.text,
        normalised=normalised,
        confidence=confidence,
        others=tuple(Candidate(v, min(c, 1.0)) for v, c in others.items()),
    )


def is_doubtful(field: FieldDefinition, value: Value) -> bool:
    """Whether a person should look at this value first."""
    least = _DOUBT.get(field.kind, _DOUBT_ELSE)
    if field.critical:
        least = max(least, _DOUBT_CRITICAL)
    return value.confidence < least or bool(value.normalised.problems)


def _misread(normalised: Normalised) -> bool:
    return not _MISREAD.isdisjoint(normalised.problems)
