"""From the readings of crops to texts of boxes: gaps, line joints, supported words, formats."""

import re
from collections.abc import Sequence

from models.lattice import Segment, accepted_texts, best_texts, line_text
from models.recogniser import Reading
from pipelines.confidence import Evidence, joined_evidence
from pipelines.field_crops import Crop
from pipelines.field_formats import format_of
from pipelines.field_lexicons import NAMES, supported_line
from pipelines.field_office_words import with_office_words
from pipelines.field_repairs import repair
from pipelines.field_values import Candidate
from pipelines.field_words import line_segments
from pipelines.forms.model import FieldDefinition, FieldKind
from pipelines.office_words import NO_WORDS, OfficeWords
from pipelines.reference.variants import MODERN

# A gap between surname and given name: this much of the height, and this much wider than the next.
_GAP_LEAST, _GAP_RATIO = 0.28, 1.45
_ALTERNATIVES = 8
# An old form of a kanji in a name is for a person to see: 惠 and 恵 differ by law and by a hair.
_OLD_FORM_TRUST = 0.85
# 丁目 after a number as letters and brackets: nothing else stands there.
_CHOME = re.compile(
    r"(?<=[0-9一二三四五六七八九十])[JTI」丁丨][H日目月B8](?=[0-9一二三四五六七八九十])"
)


def box_candidates(
    field: FieldDefinition,
    crops: Sequence[Crop],
    readings: Sequence[Reading],
    words: OfficeWords = NO_WORDS,
) -> list[Candidate]:
    """Texts of a box with probabilities, best first: its lines joined, one changed at a time."""
    lines = [_line_candidates(field, c, r, words) for c, r in zip(crops, readings, strict=True)]
    if not lines:
        return []
    whole = 1.0
    for options in lines:
        whole *= options[0].confidence
    evidence = joined_evidence([options[0].evidence for options in lines])
    found = [Candidate(join_lines(field, [o[0].text for o in lines]), whole, evidence)]
    for at, options in enumerate(lines):
        for other in options[1:]:
            texts = [other.text if i == at else o[0].text for i, o in enumerate(lines)]
            share = other.confidence / max(options[0].confidence, 1e-9)
            found.append(Candidate(join_lines(field, texts), whole * share))
    return [found[0], *sorted(found[1:], key=lambda c: -c.confidence)]


def join_lines(field: FieldDefinition, texts: Sequence[str]) -> str:
    """Lines of one box as one text: kept apart in free text, else joined as they were broken."""
    if field.kind is FieldKind.MULTI_LINE:
        return "\n".join(texts)
    joined = ""
    for text in texts:
        broken = joined and joined[-1] in "0123456789号番地-" and text and not text[0].isdigit()
        # A building's name begins a line of its own; a number goes on with the line before.
        joined += (" " if broken and text[0] not in "-番号丁のー" else "") + text
    return joined


def _line_candidates(
    field: FieldDefinition, crop: Crop, reading: Reading, words: OfficeWords
) -> list[Candidate]:
    characters = repair(field.kind, crop, reading.characters)
    plain = line_segments(reading, characters)
    supported = with_office_words(field, supported_line(field, plain), words)
    line = supported.line
    text = _finished(field, crop, line, line_text(line))
    others = {line_text(plain): reading.confidence} if supported.ratio != 1.0 else {}
    for other, chance in (*_in_format(field, line), *best_texts(line, _ALTERNATIVES)):
        others.setdefault(other, chance)
    others.pop(line_text(line), None)
    old = field.kind is FieldKind.KANJI_NAME and not MODERN.keys().isdisjoint(text)
    confidence = reading.confidence * (_OLD_FORM_TRUST if old else 1.0)
    evidence = Evidence(
        whole=reading.confidence,
        least=min((s.probability for s in line), default=0.0),
        share=reading.share,
        length=len(text),
        support=supported.ratio,
        listed=supported.listed,
        repaired="".join(c.text for c in characters) != reading.text,
        height=crop.pixels.shape[0],
    )
    found = [Candidate(_finished(field, crop, line, t), c) for t, c in others.items()]
    found.sort(key=lambda c: -c.confidence)
    return [Candidate(text, confidence, evidence), *found]


def _in_format(field: FieldDefinition, line: Sequence[Segment]) -> list[tuple[str, float]]:
    """Texts of the line that its kind allows; none for a part of a value."""
    acceptor = None if field.parts or field.repertoire else format_of(field.kind)
    return [] if acceptor is None else accepted_texts(line, acceptor, count=_ALTERNATIVES)


def _finished(field: FieldDefinition, crop: Crop, line: Sequence[Segment], text: str) -> str:
    text = text.strip()
    if field.kind is FieldKind.ADDRESS:
        return _CHOME.sub("丁目", text)
    return _spaced(crop, line, text) if field.kind in NAMES else text


def _spaced(crop: Crop, line: Sequence[Segment], text: str) -> str:
    """Name with one space where the pen left the widest gap, when it is a gap indeed."""
    bare = text.replace(" ", "")
    middles = _middles(line)
    if len(bare) != len(middles) or len(bare) < 2:
        return text
    gaps = sorted(crop.gaps, key=lambda gap: -gap[1])
    if not gaps or gaps[0][1] < _GAP_LEAST:
        return text
    if len(gaps) > 1 and gaps[0][1] < _GAP_RATIO * gaps[1][1]:
        return text
    before = sum(1 for middle in middles if middle < gaps[0][0])
    if not 0 < before < len(bare):
        return text
    return f"{bare[:before]} {bare[before:]}"


def _middles(line: Sequence[Segment]) -> list[float]:
    """Middle of each character but spaces, 0..1 of the crop; evenly spread within a segment."""
    found = []
    for segment in line:
        count = len(segment.text)
        for i, char in enumerate(segment.text):
            if char != " ":
                found.append(segment.start + (segment.end - segment.start) * (i + 0.5) / count)
    return found
