"""Which characters may stand in a box, by kind of field."""

from functools import cache

from models.charset import japanese_characters
from pipelines.forms.model import DatePart, FieldDefinition, FieldKind
from pipelines.normalise.characters import nfkc

DIGITS = frozenset("0123456789")
_HYPHENS = frozenset("-ー―‐−–—")
_ERA_SIGNS = frozenset("明治大正昭和平成令元年月日西暦MTSHRmtshr./-")
_KANJI_FIGURES = frozenset("〇一二三四五六七八九十百千万億")
_KATAKANA = frozenset(map(chr, range(0x30A1, 0x30F7))) - set("ヮヰヱヵヶ") | set("ー・ ")
_HIRAGANA = frozenset(map(chr, range(0x3041, 0x3094))) - set("ゎゐゑ")
_LATIN = frozenset(c for c in map(chr, range(0x20, 0x7F)))
_NOT_IN_NAMES = frozenset(
    "、。,.!?()「」『』[]{}<>;:\"'|/\\_^`~@#$%&*+=、…‥〜～¥¢£§¶†‡○●◎◇◆□■△▲▽▼※→←↑↓"
)


def field_repertoire(field: FieldDefinition) -> frozenset[str] | None:
    """Characters that may be read in the box of `field`; None is all of Japanese.

    The definition's own `repertoire` wins over the kind's.
    """
    if field.repertoire:
        return frozenset(field.repertoire) | frozenset(nfkc(field.repertoire))
    return kind_repertoire(field.kind)


def part_repertoire(field: FieldDefinition, part: DatePart) -> frozenset[str]:
    """Characters that may be read in a box for one part of a value."""
    if field.repertoire:
        return frozenset(field.repertoire) | frozenset(nfkc(field.repertoire))
    return DIGITS | {"元"} if part is DatePart.YEAR else DIGITS


@cache
def kind_repertoire(kind: FieldKind) -> frozenset[str] | None:
    """Characters that a field of this kind may hold; None is all of Japanese."""
    match kind:
        case FieldKind.DIGITS | FieldKind.MY_NUMBER:
            return DIGITS
        case FieldKind.CORPORATE_NUMBER:
            return DIGITS | {"T"}
        case FieldKind.POSTAL_CODE:
            return DIGITS | {"-", "〒"}
        case FieldKind.PHONE:
            return DIGITS | _HYPHENS | frozenset("() ")
        case FieldKind.AMOUNT:
            return DIGITS | frozenset(",.-△▲¥円千万")
        case FieldKind.TIME:
            return DIGITS | frozenset(":時分午前後半 ")
        case FieldKind.DATE:
            return DIGITS | _ERA_SIGNS | _KANJI_FIGURES | {" "}
        case FieldKind.KANA_NAME:
            # Hiragana too: the box says フリガナ, people write what they like.
            return _KATAKANA | _HIRAGANA
        case FieldKind.KATAKANA:
            return _KATAKANA
        case FieldKind.ALPHANUMERIC:
            return _LATIN
        case FieldKind.KANJI_NAME:
            return japanese_characters() - DIGITS - _NOT_IN_NAMES
        case FieldKind.ADDRESS | FieldKind.TEXT | FieldKind.MULTI_LINE:
            return None
