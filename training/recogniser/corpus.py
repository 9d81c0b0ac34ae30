"""What the training lines say: names, kana, addresses, figures, words and sentences of Japanese.

A text is drawn from a seed; its kind decides how it is written (`compose.py`). Sources: the word
lists of `pipelines/reference`, word frequencies of the `wordfreq` package (so that kana are as
frequent as in life), sentences of `training/background.txt`, rare characters one by one.
"""

import csv
import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import jaconv
import numpy as np
from numpy.typing import NDArray

_ROOT = Path(__file__).parent.parent.parent
_REFERENCE = _ROOT / "pipelines" / "reference"
_KANA = "".join(map(chr, range(0x3041, 0x3094)))
_KATAKANA = "".join(map(chr, range(0x30A1, 0x30F7))) + "ー"
_FIGURES = "0123456789"
_PARTICLES = ("は", "が", "を", "に", "の", "で", "と", "も", "へ", "や", "から", "まで", "より")
_ENDS = ("。", "です。", "ます。", "ました。", "ください。", "こと", "ため", "のため", "予定", "")
_ERAS = ("明治", "大正", "昭和", "平成", "令和", "M", "T", "S", "H", "R", "西暦")
_UNITS = (
    "円",
    "人",
    "日",
    "年",
    "か月",
    "回",
    "枚",
    "歳",
    "kg",
    "cm",
    "g",
    "cc",
    "分",
    "時間",
    "%",
)
_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Forms of kanji that names insist on.
_NAME_KANJI = "﨑髙濵德濱邉邊齋齊澤廣國櫻惠眞圓龍榮嶋栁瀨𠮷槇遙黑藪冨祐曾渕塚凜薗圡"


class TextKind(StrEnum):
    """What a line holds."""

    KANJI_NAME = "kanji_name"
    KANA_NAME = "kana_name"
    ADDRESS = "address"
    FIGURES = "figures"
    DATE = "date"
    WORDS = "words"
    SENTENCE = "sentence"
    KANA = "kana"
    RARE = "rare"
    LATIN = "latin"


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text and its kind. A space is a gap in the writing."""

    text: str
    kind: TextKind


class Corpus:
    """Draws texts. `characters` are those the recogniser knows: nothing else is ever drawn."""

    def __init__(self, characters: frozenset[str], weights: dict[TextKind, float]) -> None:
        self._known = characters
        self._kinds = list(weights)
        total = sum(weights.values())
        self._shares = np.array([weights[k] / total for k in self._kinds])
        self._rare = sorted(c for c in characters if _is_kanji(c))
        self._usual = [c for c in self._rare if _in_jis_208(c)]

    def draw(self, rng: np.random.Generator) -> Text:
        """Draw a text of 1 to about 24 characters."""
        while True:
            kind = self._kinds[int(rng.choice(len(self._kinds), p=self._shares))]
            text = self._rare_text(rng) if kind is TextKind.RARE else _DRAW[kind](rng)
            text = "".join(_halved(c) for c in text)
            text = " ".join("".join(c for c in text if c == " " or c in self._known).split())
            if text:
                return Text(text=text, kind=kind)

    def _rare_text(self, rng: np.random.Generator) -> str:
        # Most of what is rare on paper stands in the older one of the two standards.
        pool = self._usual if rng.random() < 0.7 else self._rare
        some = [pool[int(i)] for i in rng.integers(len(pool), size=rng.integers(2, 7))]
        if rng.random() < 0.25:
            some.append(_pick(rng, _NAME_KANJI))
        if rng.random() < 0.3:
            some.insert(int(rng.integers(len(some) + 1)), _pick(rng, _PARTICLES))
        return "".join(some)


def _halved(char: str) -> str:
    """Wide figures and letters as the narrow ones they are read as."""
    return chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char.replace("\u3000", " ")


def _is_kanji(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or ord(char) > 0xFFFF


def _in_jis_208(char: str) -> bool:
    try:
        return len(char.encode("shift_jis")) == 2
    except UnicodeEncodeError:
        return False


def _pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]


@cache
def _names() -> tuple[tuple[list[str], ...], tuple[list[str], ...]]:
    with (_REFERENCE / "surnames.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) > 2]
    with (_REFERENCE / "given_names.csv").open(encoding="utf-8", newline="") as file:
        given = [row for row in csv.DictReader(file) if row["kanji"]]
    last = ([r[0] for r in rows], [r[2] for r in rows])
    return last, ([g["kanji"] for g in given], [g["kana"] for g in given])


@cache
def _towns() -> list[str]:
    with (_REFERENCE / "adachi_towns.csv").open(encoding="utf-8", newline="") as file:
        return [row["town"] for row in csv.DictReader(file)]


@cache
def _places() -> list[tuple[str, str, str]]:
    path = _REFERENCE / "postal_japan.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [(r["prefecture"], r["city"], r["town"]) for r in csv.DictReader(file) if r["town"]]


@cache
def word_frequencies(language: str = "ja") -> tuple[list[str], NDArray[np.float64]]:
    """Words of a language and how often each stands among all.

    Raises FileNotFoundError when the package `wordfreq` is not installed.
    """
    import msgpack

    # Only its data are wanted: importing the package would ask for tokenisers.
    spec = find_spec("wordfreq")
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise FileNotFoundError("no word frequencies: run `make train-assets`")
    with gzip.open(Path(places[0]) / "data" / f"large_{language}.msgpack.gz") as file:
        buckets = msgpack.load(file, raw=False)[1:]
    words = [word for bucket in buckets for word in bucket]
    centibels = np.repeat(np.arange(len(buckets)), [len(bucket) for bucket in buckets])
    return words, 10.0 ** (-centibels / 100)


@cache
def _word_list(language: str = "ja") -> tuple[list[str], NDArray[np.float64]]:
    """Words of a language with their cumulated weights (frequency to the power of 0.75)."""
    words, chances = word_frequencies(language)
    # Function words stand between the others anyway; without the power nothing else comes.
    weights = chances**0.75
    return words, np.cumsum(weights) / np.sum(weights)


@cache
def _sentences() -> list[str]:
    lines = (_ROOT / "training" / "background.txt").read_text("utf-8").splitlines()
    lines += (_ROOT / "training" / "form_phrases.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _word(rng: np.random.Generator, language: str = "ja") -> str:
    words, cumulated = _word_list(language)
    return words[int(np.searchsorted(cumulated, rng.random()))]


def _gap(rng: np.random.Generator) -> str:
    return " " if rng.random() < 0.75 else ""


def _kanji_name(rng: np.random.Generator) -> str:
    (last, _), (given, _) = _names()
    if rng.random() < 0.15:
        return _pick(rng, last if rng.random() < 0.5 else given)
    # Frequent surnames more often, but all of them.
    index = int(len(last) * rng.random() ** 1.6)
    return last[index] + _gap(rng) + _pick(rng, given)


def _kana_name(rng: np.random.Generator) -> str:
    (_, last), (_, given) = _names()
    text = _pick(rng, last) + _gap(rng) + _pick(rng, given)
    return jaconv.hira2kata(text) if rng.random() < 0.7 else text


def _address(rng: np.random.Generator) -> str:
    ward = rng.random() < 0.45
    prefecture, city, town = _places()[int(rng.integers(len(_places())))]
    if ward:
        prefecture, city, town = "東京都", "足立区", _pick(rng, _towns())
    parts = rng.random()
    head = prefecture + city if parts < 0.2 else city if parts < 0.6 else ""
    if parts > 0.9:
        return _building(rng)
    return head + town + _lot(rng)


def _lot(rng: np.random.Generator) -> str:
    a, b, c = (int(rng.integers(1, top)) for top in (9, 40, 30))
    style = rng.random()
    if style < 0.4:
        dash = _pick(rng, "-ー")
        return f"{a}{dash}{b}{dash}{c}"
    if style < 0.7:
        return f"{a}丁目{b}番{c}号" if rng.random() < 0.6 else f"{a}丁目{b}-{c}"
    return f"{b}番地{c}" if style < 0.8 else f"{b}番地の{c}" if style < 0.85 else ""


def _building(rng: np.random.Generator) -> str:
    kata = "".join(_pick(rng, _KATAKANA) for _ in range(int(rng.integers(2, 5))))
    kind = _pick(
        rng, ("マンション", "ハイツ", "コーポ", "荘", "アパート", "ビル", "メゾン", "ハイム")
    )
    return f"{kata}{kind}{rng.integers(1, 13)}0{rng.integers(1, 9)}" + _pick(
        rng, ("", "号室", "号")
    )


def _figures(rng: np.random.Generator) -> str:
    digits = [_pick(rng, _FIGURES) for _ in range(12)]
    text = "".join(digits)
    style = int(rng.integers(8))
    if style == 0:
        return f"0{text[:1]}0-{text[2:6]}-{text[6:10]}"
    if style == 1:
        return f"03-{text[:4]}-{text[4:8]}" if rng.random() < 0.6 else f"03({text[:4]}){text[4:8]}"
    if style == 2:
        return f"{text[:3]}-{text[3:7]}"
    if style == 3:
        return text
    if style == 4:
        return f"{int(text[: int(rng.integers(3, 8))]):,}" + _pick(rng, ("", "円"))
    if style == 5:
        return text[: int(rng.integers(1, 3))] + _pick(rng, _UNITS)
    if style == 6:
        return f"{int(text[:2]) % 24}:{text[2:3] if text[2] < '6' else '0'}{text[3]}"
    return text[: int(rng.integers(1, 11))]


def _date(rng: np.random.Generator) -> str:
    year, month, day = int(rng.integers(1, 64)), int(rng.integers(1, 13)), int(rng.integers(1, 32))
    style = rng.random()
    era = _pick(rng, _ERAS)
    if era == "西暦":
        era, year = _pick(rng, ("", "西暦")), int(rng.integers(1925, 2031))
    if style < 0.5:
        text_year = "元" if year == 1 and rng.random() < 0.7 else str(year)
        return f"{era}{text_year}年{month}月{day}日"
    if style < 0.8:
        mark = _pick(rng, "./-・")
        return f"{era}{year}{mark}{month}{mark}{day}"
    return f"{month}月{day}日" if style < 0.9 else f"{era}{year}年" if style < 0.95 else f"{era}"


def _words(rng: np.random.Generator) -> str:
    return "".join(_word(rng) for _ in range(int(rng.integers(1, 4))))[:16]


def _sentence(rng: np.random.Generator) -> str:
    if rng.random() < 0.3:
        line = _pick(rng, _sentences())
        start = int(rng.integers(max(1, len(line) - 6)))
        return line[start : start + int(rng.integers(5, 19))]
    parts = []
    for _ in range(int(rng.integers(2, 6))):
        parts.append(_word(rng))
        if rng.random() < 0.5:
            parts.append(_pick(rng, _PARTICLES))
    text = "".join(parts) + _pick(rng, _ENDS)
    if rng.random() < 0.1:
        text = _pick(rng, "・※①②③(「") + text
    if rng.random() < 0.15:
        text = text[: len(text) // 2] + "、" + text[len(text) // 2 :]
    return text[: int(rng.integers(6, 20))]


def _kana(rng: np.random.Generator) -> str:
    source = _KANA if rng.random() < 0.5 else _KATAKANA
    return "".join(_pick(rng, source) for _ in range(int(rng.integers(1, 9))))


def _latin(rng: np.random.Generator) -> str:
    word = "".join(_pick(rng, _LATIN) for _ in range(int(rng.integers(2, 9))))
    style = rng.random()
    if style < 0.4:
        words = [_word(rng, "en") for _ in range(int(rng.integers(1, 4)))]
        case = int(rng.integers(3))
        return " ".join((w.upper(), w.capitalize(), w)[case] for w in words)[:20]
    style = (style - 0.4) / 0.6
    if style < 0.3:
        return word.upper() + (" " + _pick(rng, ("TARO", "HANAKO", "LEE", "NGUYEN")))
    if style < 0.5:
        return (
            f"{word.lower()}@{_pick(rng, ('example', 'mail'))}.{_pick(rng, ('jp', 'com', 'ne.jp'))}"
        )
    return word + _pick(rng, _FIGURES) if style < 0.7 else word.capitalize()


_DRAW: dict[TextKind, Callable[[np.random.Generator], str]] = {
    TextKind.KANJI_NAME: _kanji_name,
    TextKind.KANA_NAME: _kana_name,
    TextKind.ADDRESS: _address,
    TextKind.FIGURES: _figures,
    TextKind.DATE: _date,
    TextKind.WORDS: _words,
    TextKind.SENTENCE: _sentence,
    TextKind.KANA: _kana,
    TextKind.LATIN: _latin,
}
