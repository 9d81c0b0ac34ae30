"""Which word lists support which fields, and where in their lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import prod

from models.acceptors import Acceptor, Chain, Trie
from models.lattice import Found, Segment, line_text
from pipelines.field_words import MARGIN, beginnings, listed_at, supported_word, with_word
from pipelines.forms.model import FieldDefinition, FieldKind
from pipelines.reference.postal import municipalities, town_names
from pipelines.reference.words import (
    building_words,
    given_name_kana,
    given_names,
    institution_words,
    relations,
    surname_kana,
    surnames,
    ward_places,
    ward_towns,
)

NAMES = frozenset({FieldKind.KANJI_NAME, FieldKind.KANA_NAME})
_WARD = "足立区"
# After the ward's name the list is complete: little ink is enough.
_TOWN_MARGIN = 0.01
# Names on and off the list differ by a stroke or a kana.
_NAME_MARGIN = 0.2
# In the midst of a line only words of this length are looked for.
_LEAST_LENGTH = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Supported:
    """A line with the listed words that its ink supports.

    `ratio` is the probability of the line beside that without the words (1: nothing changed).
    `listed` says whether what stands there now is on the lists asked, None when none was.
    """

    line: tuple[Segment, ...]
    ratio: float = 1.0
    listed: bool | None = None


def supported_line(field: FieldDefinition, line: tuple[Segment, ...]) -> Supported:
    """Take the listed words that the ink nearly says, by the field's own list and its kind."""
    if not line_text(line).strip():
        return Supported(line=line)
    if field.lexicon == "relations":
        return _whole(line, _relations())
    if field.kind is FieldKind.ADDRESS or field.lexicon == "towns":
        return _address(line)
    if field.kind in NAMES or field.lexicon in ("surnames", "given_names"):
        return _name(field, line)
    if field.kind in (FieldKind.TEXT, FieldKind.MULTI_LINE) and not field.repertoire:
        return _words(line, 0, _text_words())
    return Supported(line=line)


def _whole(line: tuple[Segment, ...], words: Acceptor) -> Supported:
    found = supported_word(line, 0, words, fits=lambda f: f.end == len(line) and not f.rest)
    return _with(line, [found], listed_whole(line, words) or found is not None)


def listed_whole(line: Sequence[Segment], words: Acceptor) -> bool:
    """Whether the whole line was read as a word of the list."""
    return listed_at(line_text(line), 0, words) == line_text(line).replace(" ", "")


def _with(line: tuple[Segment, ...], words: Sequence[Found | None], listed: bool) -> Supported:
    taken = [word for word in words if word is not None]
    for word in taken:
        line = with_word(line, word)
    return Supported(line=line, ratio=prod(word.ratio for word in taken), listed=listed)


def _name(field: FieldDefinition, line: tuple[Segment, ...]) -> Supported:
    kana = field.kind is FieldKind.KANA_NAME
    if field.lexicon in ("surnames", "given_names") and field.kind not in NAMES:
        return _whole(line, _names(kana)[0 if field.lexicon == "surnames" else 1])
    surname, given, both = _names(kana)
    text = line_text(line)
    if listed_whole(line, both):
        return Supported(line=line, listed=True)
    ends = len(line)
    whole = supported_word(
        line, 0, both, margin=_NAME_MARGIN, fits=lambda f: f.end == ends and not f.rest
    )
    if whole is not None:
        return _with(line, [whole], True)
    space = text.find(" ")
    if space < 0:
        if kana or len(text) < 3:
            return Supported(line=line, listed=False)
        first = supported_word(
            line, 0, surname, margin=_NAME_MARGIN, fits=lambda f: len(f.word) < len(text)
        )
        return _with(line, [first], False)
    first = supported_word(
        line, 0, surname, margin=_NAME_MARGIN, fits=lambda f: _until(line, f) == space
    )
    last = supported_word(
        line,
        space + 1,
        given,
        margin=_NAME_MARGIN,
        fits=lambda f: f.end == ends and not f.rest and f.first > 0,
    )
    return _with(line, _apart(first, last), False)


def _until(line: Sequence[Segment], found: Found) -> int:
    """Character of the line at which `found` ends, without spaces after it."""
    before = line_text(line[: found.end])
    return len(before.rstrip()) - len(found.rest.strip())


def _apart(first: Found | None, last: Found | None) -> list[Found | None]:
    """Both words, or the more probable one where they would change the same segment."""
    if first is not None and last is not None and first.end > last.first:
        return [max(first, last, key=lambda f: f.ratio)]
    return [first, last]


def _address(line: tuple[Segment, ...]) -> Supported:
    ratio = 1.0
    text = line_text(line)
    at = text.find(_WARD)
    if at < 0:
        city = supported_word(line, 0, _cities())
        if city is not None:
            line, ratio = with_word(line, city), city.ratio
            text = line_text(line)
            at = text.find(_WARD)
    town, listed = _town(line, at)
    if town is not None:
        line, ratio, listed = with_word(line, town), ratio * town.ratio, True
    start = max(at + len(_WARD), 2) if at >= 0 else 2
    found = _words(line, start, _address_words())
    return Supported(line=found.line, ratio=ratio * found.ratio, listed=listed)


def _words(line: tuple[Segment, ...], start: int, words: Trie) -> Supported:
    """Take listed words wherever they begin from character `start` on."""
    ratio, at = 1.0, start
    first, firsts = beginnings(line), words.firsts
    while at < len(first):
        if firsts.isdisjoint(first[at]):
            at += 1
            continue
        found = supported_word(line, at, words)
        if found is not None:
            line, ratio = with_word(line, found), ratio * found.ratio
            first = beginnings(line)
        at += max(len(listed_at(line_text(line), at, words)), 1)
    return Supported(line=line, ratio=ratio)


def _town(line: tuple[Segment, ...], ward: int) -> tuple[Found | None, bool]:
    """Town to be taken for what stands after the city, and whether a listed one stands there."""
    if ward >= 0:
        start, towns, margin = ward + len(_WARD), _ward_places(), _TOWN_MARGIN
    else:
        city = listed_at(line_text(line), 0, _cities())
        start, margin = len(city), MARGIN
        towns = _city_towns(city) if city else _ward_places()
    start += _spaces(line_text(line), start)
    listed = bool(listed_at(line_text(line), start, towns))
    return supported_word(line, start, towns, margin=margin), listed


def _spaces(text: str, at: int) -> int:
    rest = text[at:]
    return len(rest) - len(rest.lstrip())


@cache
def _relations() -> Trie:
    return Trie(relations())


@cache
def _ward_places() -> Trie:
    return Trie(ward_towns() | ward_places())


@cache
def _address_words() -> Trie:
    """Words of buildings, which often bear the name of their town."""
    return Trie(_long(building_words() | ward_towns()))


@cache
def _text_words() -> Trie:
    return Trie(_long(institution_words() | ward_towns()))


def _long(words: frozenset[str]) -> Iterator[str]:
    """Words that chance does not spell."""
    return (word for word in words if len(word) >= _LEAST_LENGTH)


@cache
def _names(kana: bool) -> tuple[Acceptor, Acceptor, Acceptor]:
    """Surnames, given names, and both one after the other."""
    first = Trie(surname_kana() if kana else surnames())
    last = Trie(given_name_kana() if kana else given_names())
    return first, last, Chain((first, last))


@cache
def _cities() -> Trie:
    """Cities and wards, with their prefecture or without."""
    places = municipalities()
    return Trie([prefecture + city for prefecture, city in places] + [city for _, city in places])


@lru_cache(maxsize=64)
def _city_towns(place: str) -> Trie:
    """Towns of the cities that are written so."""
    found = [town_names(p, c) for p, c in municipalities() if place in (p + c, c)]
    return Trie(town for towns in found for town in towns)
