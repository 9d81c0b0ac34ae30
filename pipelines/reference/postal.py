"""Postal codes and the places they stand for (日本郵便's table, business codes included)."""

import gzip
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.reference.variants import MODERN

_TABLE = Path(__file__).parent / "postal_japan.csv.gz"
_DIGITS = "〇一二三四五六七八九"
_NUMERAL = re.compile("[一二三四五六七八九]?十[一二三四五六七八九]?|[〇一二三四五六七八九]")
_CODE = re.compile(rb"\n([0-9]{7}),")
_MUNICIPALITY = re.compile(rb"\n[0-9]{7},([^,\n]*,[^,\n]*),")
# Written one way or the other by everybody.
_ALIKE = str.maketrans({"ケ": "ヶ", "が": "ヶ", "ガ": "ヶ", "の": "ノ", "之": "ノ", "ツ": "ッ"})


@dataclass(frozen=True, slots=True)
class Place:
    """One row of the table: `town` is empty where the code stands for the rest of a city."""

    prefecture: str
    city: str
    town: str


def find_places(code: str) -> tuple[Place, ...]:
    """Places of a code of 7 digits; empty when the table does not know it."""
    return tuple(Place(row[1], row[2], row[3]) for row in _rows(f"\n{code},"))


def business_code(code: str) -> bool:
    """Whether a code is of the kind given to single large receivers, which come and go."""
    return code[3] == "8" or code[3:5] == "79"


def known_code(code: str) -> bool:
    """Whether the table has this code of 7 digits."""
    return begins_code(code) and len(code) == 7


def begins_code(digits: str) -> bool:
    """Whether a code of the table begins with these 1 to 7 digits."""
    if not (0 < len(digits) <= 7 and digits.isascii() and digits.isdigit()):
        return False
    room = 10 ** (7 - len(digits))
    codes, low = _codes(), int(digits) * room
    at = int(np.searchsorted(codes, low))
    return at < len(codes) and int(codes[at]) < low + room


@cache
def municipalities() -> tuple[tuple[str, str], ...]:
    """Prefectures with their cities and wards, as the table writes them."""
    table = _table()
    return tuple(
        sorted({tuple(row.decode().split(",")) for row in set(_MUNICIPALITY.findall(table))})
    )


@cache
def town_names(prefecture: str, city: str) -> frozenset[str]:
    """Towns of one city as the table writes them."""
    return frozenset(row[3] for row in _rows(f",{prefecture},{city},") if row[3])


@cache
def cities() -> Mapping[str, frozenset[str]]:
    """Cities and wards by prefecture, folded as `fold_place` does."""
    names = {(row[1], row[2]) for row in _rows()}
    found: dict[str, set[str]] = {}
    for prefecture, city in names:
        found.setdefault(fold_place(prefecture), set()).add(fold_place(city))
    return {prefecture: frozenset(cities) for prefecture, cities in found.items()}


@cache
def towns(prefecture: str, city: str) -> Mapping[str, frozenset[str]]:
    """Codes by town of one city, towns folded as `fold_place` does; business codes included."""
    found: dict[str, set[str]] = {}
    for row in _rows(f",{prefecture},{city},"):
        if row[3]:
            found.setdefault(fold_place(row[3]), set()).add(row[0])
    return {town: frozenset(codes) for town, codes in found.items()}


def fold_place(text: str) -> str:
    """Place or address without what people write in several ways.

    NFKC, no blanks, forms of kanji in use, ヶ for ケ and が, digits for 一 to 九十九, no 大字.
    """
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    folded = "".join(MODERN.get(char, char) for char in folded).translate(_ALIKE)
    folded = _NUMERAL.sub(_number, folded)
    return re.sub("大字|字", "", folded)


def _number(match: re.Match[str]) -> str:
    tens, ten, ones = match[0].partition("十")
    if not ten:
        return str(_DIGITS.index(tens))
    return str((_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0))


def _rows(key: str = "\n") -> Iterator[list[str]]:
    """Rows that hold `key`; a line break is before every row."""
    # The text is searched as it is: a dictionary of 140,000 rows would hold memory for each worker.
    table, wanted = _table(), key.encode()
    last = len(table) - 1
    at = table.find(wanted)
    while 0 <= at < last:
        start = table.rfind(b"\n", 0, at + 1) + 1
        end = table.find(b"\n", start)
        yield table[start:end].decode("utf-8").split(",")
        at = table.find(wanted, end)


@cache
def _codes() -> NDArray[np.int32]:
    """All codes, sorted: four bytes each."""
    return np.unique(np.array(_CODE.findall(_table())).astype(np.int32))


@cache
def _table() -> bytes:
    """Rows, each with a line break before and after it."""
    return b"\n" + gzip.decompress(_TABLE.read_bytes()).partition(b"\n")[2]
