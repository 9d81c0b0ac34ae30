"""From the readings of crops to texts of boxes: gaps, line joints, supported words."""

from collections.abc import Sequence

from models.recogniser import Reading
from pipelines.field_crops import Crop
from pipelines.field_values import Candidate
from pipelines.field_words import Supported, supported_word
from pipelines.forms.model import FieldDefinition, FieldKind
from pipelines.reference.words import given_names, relations, surname_kana, surnames, ward_towns

_NAMES = frozenset({FieldKind.KANJI_NAME, FieldKind.KANA_NAME})
# A gap between surname and given name: this much of the height, and this much wider than the next.
_GAP_LEAST, _GAP_RATIO = 0.28, 1.45
_WARD = "足立区"


def box_candidates(
    field: FieldDefinition, crops: Sequence[Crop], readings: Sequence[Reading]
) -> list[Candidate]:
    """Texts of a box with probabilities, best first: its lines joined, one changed at a time."""
    lines = [_line_candidates(field, c, r) for c, r in zip(crops, readings, strict=True)]
    if not lines:
        return []
    whole = 1.0
    for options in lines:
        whole *= options[0].confidence
    found = [Candidate(join_lines(field, [o[0].text for o in lines]), whole)]
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


def _line_candidates(field: FieldDefinition, crop: Crop, reading: Reading) -> list[Candidate]:
    text = reading.text
    others = [Candidate(t, c) for t, c in reading.alternatives]
    confidence = reading.confidence
    word = _word(field, reading)
    if word is not None:
        kept = "".join(c.text for c in reading.characters)
        others.insert(0, Candidate(_spaced(field, crop, reading, kept), confidence))
        parts = [c.text for c in reading.characters]
        parts[word.start : word.end] = list(word.word)
        text = "".join(parts)
        # The word list speaks for it, but the ink spoke first for something else.
        confidence = max(confidence, reading.confidence * word.ratio)
    if field.kind in _NAMES:
        text = _spaced(field, crop, reading, text)
        others = [Candidate(_spaced(field, crop, reading, o.text), o.confidence) for o in others]
    return [Candidate(text, confidence), *others]


def _spaced(field: FieldDefinition, crop: Crop, reading: Reading, text: str) -> str:
    """Name with one space where the pen left the widest gap, when it is a gap indeed."""
    bare = text.replace(" ", "")
    characters = [c for c in reading.characters if c.text != " "]
    if field.kind not in _NAMES or len(bare) != len(characters) or len(bare) < 2:
        return text
    gaps = sorted(crop.gaps, key=lambda gap: -gap[1])
    if not gaps or gaps[0][1] < _GAP_LEAST:
        return text
    if len(gaps) > 1 and gaps[0][1] < _GAP_RATIO * gaps[1][1]:
        return text
    before = sum(1 for c in characters if (c.start + c.end) / 2 < gaps[0][0])
    if not 0 < before < len(bare):
        return text
    return f"{bare[:before]} {bare[before:]}"


def _word(field: FieldDefinition, reading: Reading) -> Supported | None:
    characters = reading.characters
    if not characters:
        return None
    plain = [c for c in characters if c.text != " "]
    if field.lexicon == "relations":
        return supported_word(characters, 0, relations(), [len(characters)])
    if field.lexicon == "towns":
        at = reading.text.find(_WARD)
        start = at + len(_WARD) if at >= 0 else 0
        return supported_word(characters, start, ward_towns(), range(2, 7))
    if len(plain) < 2:
        return None
    space = next((i for i, c in enumerate(characters) if c.text == " "), None)
    lengths = [space] if space else range(1, min(4, len(characters)))
    if field.lexicon == "surnames" or field.kind is FieldKind.KANJI_NAME:
        return supported_word(characters, 0, surnames(), list(lengths)) or (
            supported_word(characters, space + 1, given_names(), [len(characters) - space - 1])
            if space
            else None
        )
    if field.kind is FieldKind.KANA_NAME and space:
        return supported_word(characters, 0, surname_kana(), [space])
    return None
