"""From the readings of crops to texts of boxes: gaps, line joints, supported words."""

import re
from collections.abc import Sequence
from dataclasses import replace

from models.recogniser import ReadCharacter, Reading
from pipelines.field_crops import Crop
from pipelines.field_repairs import repair
from pipelines.field_values import Candidate
from pipelines.field_words import MARGIN, Supported, supported_word
from pipelines.forms.model import FieldDefinition, FieldKind
from pipelines.reference.variants import MODERN
from pipelines.reference.words import (
    building_words,
    given_name_kana,
    given_names,
    relations,
    surname_kana,
    surnames,
    ward_towns,
)

_NAMES = frozenset({FieldKind.KANJI_NAME, FieldKind.KANA_NAME})
# A gap between surname and given name: this much of the height, and this much wider than the next.
_GAP_LEAST, _GAP_RATIO = 0.28, 1.45
_WARD = "足立区"
_TOWN_MARGIN = 0.002
# Old forms of kanji in names are for a person to see: 惠 and 恵 differ by law and by a hair.
_OLD_FORM_TRUST = 0.85
_KATAKANA_RUN = re.compile(r"[ァ-ヺーカニタロハエト]{2,}")
# 丁目 after a number as letters and brackets: nothing else stands there.
_CHOME = re.compile(
    r"(?<=[0-9一二三四五六七八九十])[JTI」丁丨][H日目月B8](?=[0-9一二三四五六七八九十])"
)


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
    characters = repair(field.kind, crop, reading.characters)
    text = _text(characters)
    others = [Candidate(t, c) for t, c in reading.alternatives]
    if text != reading.text:
        others.insert(0, Candidate(reading.text, 0.5 * reading.confidence))
    words = _supported(field, characters)
    if words:
        others.insert(0, Candidate(text, reading.confidence))
        characters = _replaced(characters, words)
        text = _text(characters)
    if field.kind is FieldKind.ADDRESS:
        text = _CHOME.sub("丁目", text)
    if field.kind in _NAMES:
        text = _spaced(crop, characters, text)
        others = [Candidate(_spaced(crop, characters, o.text), o.confidence) for o in others]
    old = field.kind is FieldKind.KANJI_NAME and not MODERN.keys().isdisjoint(text)
    confidence = reading.confidence * (_OLD_FORM_TRUST if old else 1.0)
    return [Candidate(text, confidence), *others]


def _text(characters: Sequence[ReadCharacter]) -> str:
    return "".join(c.text for c in characters).strip()


def _spaced(crop: Crop, characters: Sequence[ReadCharacter], text: str) -> str:
    """Name with one space where the pen left the widest gap, when it is a gap indeed."""
    bare = text.replace(" ", "")
    plain = [c for c in characters if c.text != " "]
    if len(bare) != len(plain) or len(bare) < 2:
        return text
    gaps = sorted(crop.gaps, key=lambda gap: -gap[1])
    if not gaps or gaps[0][1] < _GAP_LEAST:
        return text
    if len(gaps) > 1 and gaps[0][1] < _GAP_RATIO * gaps[1][1]:
        return text
    before = sum(1 for c in plain if (c.start + c.end) / 2 < gaps[0][0])
    if not 0 < before < len(bare):
        return text
    return f"{bare[:before]} {bare[before:]}"


def _replaced(
    characters: Sequence[ReadCharacter], words: Sequence[Supported]
) -> tuple[ReadCharacter, ...]:
    changed = list(characters)
    for word in words:
        for at, char in enumerate(word.word, start=word.start):
            changed[at] = replace(changed[at], text=char)
    return tuple(changed)


def _supported(field: FieldDefinition, characters: Sequence[ReadCharacter]) -> list[Supported]:
    """Find listed words that the ink nearly says, by the field's own list and its kind."""
    count = len(characters)
    if count == 0:
        return []
    found: list[Supported | None] = []
    if field.lexicon == "relations":
        found.append(supported_word(characters, 0, relations(), [count]))
    elif field.kind is FieldKind.ADDRESS or field.lexicon == "towns":
        text = "".join(c.text for c in characters)
        at = text.find(_WARD)
        start = at + len(_WARD) if at >= 0 else 0
        # After the ward's name the list is complete: little ink is enough.
        margin = _TOWN_MARGIN if at >= 0 else MARGIN
        lengths = range(2, 7)
        found.append(supported_word(characters, start, ward_towns(), lengths, margin=margin))
        for run in _KATAKANA_RUN.finditer(text):
            length = run.end() - run.start()
            found.append(supported_word(characters, run.start(), building_words(), [length]))
    elif field.kind in _NAMES or field.lexicon in ("surnames", "given_names"):
        found += _names(field, characters)
    return [word for word in found if word is not None]


def _names(field: FieldDefinition, characters: Sequence[ReadCharacter]) -> list[Supported | None]:
    kana = field.kind is FieldKind.KANA_NAME
    first, last = (surname_kana(), given_name_kana()) if kana else (surnames(), given_names())
    count = len(characters)
    space = next((i for i, c in enumerate(characters) if c.text == " "), None)
    if space is None:
        if kana or count < 3:
            return []
        return [supported_word(characters, 0, first, range(1, min(4, count)))]
    return [
        supported_word(characters, 0, first, [space]),
        supported_word(characters, space + 1, last, [count - space - 1]),
    ]
