"""Readings of the words of the office (`readings.csv`), for furigana in やさしい日本語.

Furigana are written as `書類《しょるい》`; a base that is not all kanji begins with `｜`.
"""

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

_KANJI = r"々〆ヶ一-鿿"
_ONLY_KANJI = re.compile(rf"^[{_KANJI}]+$")
_MARKED = re.compile(rf"((?:｜[^｜《》\n]+|[{_KANJI}]+)《[^《》\n]*》)")


@cache
def readings() -> Mapping[str, str]:
    """Give the reading in hiragana of each word."""
    text = resources.files("pipelines.reference").joinpath("readings.csv").read_text("utf-8")
    return dict(csv.reader(text.splitlines()))


def with_furigana(text: str) -> str:
    """Put furigana to the words that are known, the longest first; the others stay as they are.

    A single kanji is only a word where it stands alone. Words that have furigana already are not
    touched.
    """
    parts = _MARKED.split(text)
    # What was split by stands at odd places.
    return "".join(part if at % 2 else _unmarked(part) for at, part in enumerate(parts))


def _unmarked(text: str) -> str:
    parts: list[str] = []
    at = 0
    for found in _pattern().finditer(text):
        start, end = found.span()
        word = found.group()
        joined = at < start and _is_kanji(text[start - 1 : start])
        if len(word) == 1 and (joined or _is_kanji(text[end : end + 1])):
            continue
        parts.append(text[at:start])
        parts.append(_annotated(word, after_kanji=joined))
        at = end
    return "".join((*parts, text[at:]))


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(readings(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def _is_kanji(char: str) -> bool:
    return bool(_ONLY_KANJI.match(char))


def _annotated(word: str, *, after_kanji: bool) -> str:
    reading = readings()[word]
    # 「お知らせ」: only what is written in kanji needs its reading above it.
    before = _shared(word, reading)
    ending = _shared(word[::-1], reading[::-1])[::-1]
    base = word[len(before) : len(word) - len(ending)]
    sound = reading[len(before) : len(reading) - len(ending)]
    if not base:
        return word
    mark = "｜" if after_kanji or not _ONLY_KANJI.match(base) else ""
    return f"{before}{mark}{base}《{sound}》{ending}"


def _shared(word: str, reading: str) -> str:
    count = 0
    while count < min(len(word), len(reading)) and word[count] == reading[count]:
        count += 1
    return word[:count]
