"""Names, kana, addresses and free text."""

import re

import jaconv

from pipelines.normalise.characters import DASHES, bare, fold_dashes, nfkc
from pipelines.normalise.result import EMPTY, UNPARSEABLE, Normalised

# What stands in a box of kana can only be kana; these are its look-alikes.
_KANA_LOOKS = str.maketrans(
    {
        "一": "ー", "二": "ニ", "三": "ミ", "八": "ハ", "力": "カ", "口": "ロ", "夕": "タ",
        "卜": "ト", "工": "エ", "千": "チ", "又": "ヌ", "才": "オ", "ヘ": "ヘ", "へ": "ヘ",
        "べ": "ベ", "ぺ": "ペ", "7": "ワ", "1": "ノ", "2": "ユ", "丿": "ノ", "メ": "メ", "乂": "メ",
        "人": "ヘ", "入": "ヘ", "井": "キ", "木": "ホ", "亻": "イ", "了": "ア", "心": "ツ",
        "十": "ナ", "廿": "サ", "廾": "サ", "七": "セ", "丁": "丁", "U": "リ", "l": "ノ", "J": "リ",
        "/": "ノ", "|": "ノ", "Z": "ユ", "L": "レ", "H": "サ", "T": "ア", "X": "メ", "4": "サ",
        "々": "マ", "ゞ": "ミ", "ヽ": "ミ", "ノ": "ノ", "乙": "ユ", "之": "シ", "厂": "ア",
    }
)  # fmt: skip
_SMALL = str.maketrans("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ")
_KATAKANA = re.compile(r"^[ァ-ヴーヵヶ・ ]+$")
_SPACES = re.compile(r"\s+")
_AROUND_DASH = re.compile(r"\s*-\s*")
_CLOSING = re.compile(r"\s+(?=[、。)」』])|(?<=[(「『])\s+")


def normalise_kana(text: str) -> Normalised:
    """Full-width katakana of a name, one space between its parts."""
    folded = jaconv.h2z(jaconv.hira2kata(nfkc(text)), kana=True)
    folded = _SPACES.sub(" ", _dashes_to_long(folded)).strip()
    if not folded:
        return EMPTY
    mended = folded.translate(_KANA_LOOKS)
    if not _KATAKANA.match(mended):
        return UNPARSEABLE
    return Normalised(mended, () if mended == folded else ("repaired",))


def normalise_name(text: str) -> Normalised:
    """Name as written, one space between surname and given name where a gap was left."""
    folded = _SPACES.sub(" ", nfkc(text)).strip(" .,、。・|")
    if not folded:
        return EMPTY
    return Normalised(folded, ("digits_in_name",) if re.search(r"[0-9]", folded) else ())


def normalise_address(text: str) -> Normalised:
    """Address as written: 丁目, 番, 号 and numbers kept, dashes folded, gaps closed within it.

    A single space stays between the number and a building's name.
    """
    folded = _AROUND_DASH.sub("-", fold_dashes(_SPACES.sub(" ", nfkc(text)))).strip()
    folded = re.sub(r"(?<=[0-9])[ー一](?=[0-9])", "-", folded)
    # 一丁目 is often read as a dash before 丁目.
    folded = re.sub(rf"(?<=[^0-9{re.escape(DASHES)}ー])[-ー](?=丁目)", "一", folded)
    folded = re.sub(r"(?<=[^\x00-\x7f]) (?=[0-9一二三四五六七八九十]+(?:丁目|番|-))", "", folded)
    folded = re.sub(r"(?<=[都道府県区市町村郡]) (?=[^\x00-\x7f])", "", folded)
    folded = re.sub(r"(?<=丁目) (?=[0-9])|(?<=番) (?=[0-9])|(?<=番地) (?=の)", "", folded)
    return Normalised(folded) if folded else EMPTY


def normalise_text(text: str) -> Normalised:
    """Free text in NFKC on one line."""
    folded = _CLOSING.sub("", _SPACES.sub(" ", nfkc(text))).strip()
    return Normalised(folded) if folded else EMPTY


def normalise_lines(text: str) -> Normalised:
    """Free text of several lines: NFKC, lines kept, empty ones dropped."""
    lines = [_CLOSING.sub("", _SPACES.sub(" ", nfkc(line))).strip() for line in text.splitlines()]
    folded = "\n".join(line for line in lines if line)
    return Normalised(folded) if folded else EMPTY


def normalise_alphanumeric(text: str) -> Normalised:
    """Letters, digits and signs without blanks; `foreign_character` when one is not ASCII."""
    folded = fold_dashes(bare(text)).replace("ー", "-")
    if not folded:
        return EMPTY
    return Normalised(folded, () if folded.isascii() else ("foreign_character",))


def _dashes_to_long(text: str) -> str:
    return re.sub(f"[{DASHES}]", "ー", text)
