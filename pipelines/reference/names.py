"""Whether words are a name, and kana the reading of a surname, as far as the lists tell."""

import csv
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources

import jaconv

from pipelines.reference.words import given_names, surnames

_LONG = str.maketrans("ーうお", "おおお")
_LONGEST_SURNAME = 3
_VOICED_OFF = {0x3099: None, 0x309A: None}


def is_name(text: str) -> bool:
    """Whether `text` (no spaces) is a surname, a given name or both, of the lists."""
    families, given = _lists()
    return text in families or text in given or is_full_name(text)


def is_full_name(text: str) -> bool:
    """Whether `text` (no spaces) is a surname and a given name of the lists."""
    families, given = _lists()
    ends = range(1, min(_LONGEST_SURNAME, len(text) - 1) + 1)
    return any(text[:end] in families and text[end:] in given for end in ends)


@cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(surnames()), frozenset(given_names())


def reading_contradicts(name: str, kana: str) -> bool:
    """Whether the surname of `kana` is surely not that of `name`; False when in doubt.

    Both are written with a space between surname and given name. Sure is only what has a known
    surname of two characters or more, kana that are none of its readings, and that neither begin
    as any known surname with its first character nor end as any with its last.
    """
    surname, _, given = _folded(name).partition(" ")
    reading, _, given_reading = _sounds(kana).partition(" ")
    known = _readings().get(surname)
    if not (given and given_reading and known and len(surname) > 1 and len(reading) > 1):
        return False
    if reading == known:
        return False
    first, last = _ends()
    return reading[0] not in first[surname[0]] and reading[-1] not in last[surname[-1]]


@cache
def _readings() -> Mapping[str, str]:
    """Map each surname of the list to its reading, without voicing."""
    file = resources.files("pipelines.reference").joinpath("surnames.csv")
    rows = csv.reader(file.read_text("utf-8").splitlines())
    return {row[0]: _sounds(row[2]) for row in rows if len(row) > 2}


@cache
def _ends() -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
    """First sounds by first character, last sounds by last character, of all known surnames."""
    first: dict[str, set[str]] = {}
    last: dict[str, set[str]] = {}
    for name, reading in _readings().items():
        first.setdefault(name[0], set()).add(reading[0])
        last.setdefault(name[-1], set()).add(reading[-1])
    return first, last


def _sounds(kana: str) -> str:
    """Hiragana without voicing, small letters and kinds of long vowels told apart."""
    hiragana = jaconv.kata2hira(_folded(kana))
    plain = unicodedata.normalize("NFD", hiragana).translate(_VOICED_OFF)
    small = str.maketrans("ぁぃぅぇぉっゃゅょゎゐゑを", "あいうえおつやゆよわいえお")
    return plain.translate(small).translate(_LONG)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
