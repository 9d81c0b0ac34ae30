"""Word lists that support a reading: surnames, given names, towns, relations.

They are never the last word: a name outside the list is read as it is written.
"""

import csv
import gzip
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import jaconv

_HERE = Path(__file__).parent
_CHOME = re.compile("[一二三四五六七八九十]+丁目$")
_RELATIONS = (
    "本人", "世帯主", "夫", "妻", "子", "長男", "長女",
    "次男", "次女", "二男", "二女", "三男", "三女", "四男",
    "四女", "父", "母", "義父", "義母", "祖父", "祖母",
    "孫", "兄", "弟", "姉", "妹", "養子", "養女",
    "妻の子", "夫の子", "妻の父", "妻の母", "夫の父", "夫の母", "同居人",
    "縁故者", "未届の夫", "未届の妻", "父母", "配偶者", "叔父", "叔母",
    "伯父", "伯母", "甥", "姪", "その他",
)  # fmt: skip

_BUILDINGS = (
    "アパート", "マンション", "コーポ", "ハイツ", "メゾン", "ハイム", "レジデンス",
    "コート", "パーク", "パークハイム", "シティ", "シティハイム", "グリーン", "グリーンハイツ",
    "サンライズ", "フラワー", "フラワーコート", "ビル", "ハウス", "パレス", "プラザ",
    "タワー", "ヒルズ", "ガーデン", "テラス", "ドーム", "ホームズ", "ヴィラ",
    "コーポラス", "ハイランド", "スカイ", "サニー", "ロイヤル", "ライオンズ", "ハイライズ",
    "プレイス", "クレスト", "エステート", "ステージ",
)  # fmt: skip


@cache
def surnames() -> frozenset[str]:
    """List the 2,000 most frequent surnames, in kanji."""
    with (_HERE / "surnames.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row[0] for row in csv.reader(file) if row)


@cache
def surname_kana() -> frozenset[str]:
    """List the same surnames in hiragana and in katakana."""
    with (_HERE / "surnames.csv").open(encoding="utf-8", newline="") as file:
        return _both_kana(row[2] for row in csv.reader(file) if len(row) > 2)


@cache
def given_names() -> frozenset[str]:
    """Given names in kanji and kana, as they are written."""
    with (_HERE / "given_names.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["kanji"] for row in csv.DictReader(file) if row["kanji"])


@cache
def given_name_kana() -> frozenset[str]:
    """List the same given names in hiragana and in katakana."""
    with (_HERE / "given_names.csv").open(encoding="utf-8", newline="") as file:
        return _both_kana(row["kana"] for row in csv.DictReader(file))


@cache
def ward_towns() -> frozenset[str]:
    """Towns of the ward without their 丁目, which people write in figures, too."""
    with (_HERE / "adachi_towns.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(_CHOME.sub("", row["town"]) for row in csv.DictReader(file))


@cache
def places() -> frozenset[str]:
    """Prefectures, cities and wards of Japan."""
    found: set[str] = set()
    with gzip.open(_HERE / "postal_japan.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.update((row["prefecture"], row["city"]))
    return frozenset(found - {""})


@cache
def relations() -> frozenset[str]:
    """Words for a relation to the head of a household (住民基本台帳事務処理要領 and usage)."""
    return frozenset(_RELATIONS)


@cache
def building_words() -> frozenset[str]:
    """Words that names of buildings are made of."""
    return frozenset(_BUILDINGS)


def _both_kana(words: Iterable[str]) -> frozenset[str]:
    hiragana = frozenset(words)
    return hiragana | frozenset(jaconv.hira2kata(word) for word in hiragana)
