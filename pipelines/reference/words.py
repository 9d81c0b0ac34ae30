"""Word lists that support a reading: surnames, given names, towns, relations.

They are never the last word: a name outside the list is read as it is written.
"""

import csv
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import jaconv

from pipelines.normalise.characters import kanji_numbers

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

_INSTITUTIONS = (
    "株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "医療法人", "医療法人社団",
    "医療法人財団", "社会福祉法人", "学校法人", "宗教法人", "一般社団法人", "公益社団法人",
    "一般財団法人", "公益財団法人", "特定非営利活動法人", "独立行政法人", "クリニック",
    "診療所", "総合病院", "大学病院", "歯科医院", "整形外科", "小児科", "内科医院", "調剤薬局",
    "保育園", "保育所", "保育室", "幼稚園", "こども園", "認定こども園", "小学校", "中学校",
    "高等学校", "特別支援学校", "専門学校", "大学院", "みずほ銀行", "三菱UFJ銀行",
    "三井住友銀行", "りそな銀行", "ゆうちょ銀行", "信用金庫", "信用組合", "農業協同組合",
    "出張所", "営業所", "事務所", "区役所", "市役所", "町役場", "福祉事務所", "年金事務所",
    "会社員", "会社役員", "公務員", "自営業", "自由業", "看護師", "保育士", "アルバイト",
    "パート", "国民健康保険", "健康保険組合", "全国健康保険協会", "後期高齢者医療",
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
def ward_places() -> frozenset[str]:
    """Towns of the ward with each 丁目 they have, in kanji, in figures and before a hyphen."""
    found: set[str] = set()
    with (_HERE / "adachi_towns.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            chome = _CHOME.search(row["town"])
            if chome:
                town, number = row["town"][: chome.start()], kanji_numbers(chome[0][:-2])
                found.update((row["town"], f"{town}{number}丁目", f"{town}{number}-"))
    return frozenset(found)


@cache
def relations() -> frozenset[str]:
    """Words for a relation to the head of a household (住民基本台帳事務処理要領 and usage)."""
    return frozenset(_RELATIONS)


@cache
def building_words() -> frozenset[str]:
    """Words that names of buildings are made of."""
    return frozenset(_BUILDINGS)


@cache
def institution_words() -> frozenset[str]:
    """Words for companies, schools, hospitals, banks and occupations, and parts of their names."""
    return frozenset(_INSTITUTIONS)


def _both_kana(words: Iterable[str]) -> frozenset[str]:
    hiragana = frozenset(words)
    return hiragana | frozenset(jaconv.hira2kata(word) for word in hiragana)
