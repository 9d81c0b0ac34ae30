"""Word lists and formats with the real recogniser: what is written clearly is read as written."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from models.recogniser import Recogniser
from pipelines.field_crops import Crop
from pipelines.field_texts import box_candidates
from pipelines.field_values import choose_value
from pipelines.forms.model import Box, FieldDefinition, FieldKind
from pipelines.office_words import WordList, dump_words, parse_words
from pipelines.records import Pixels
from pipelines.reference.words import (
    given_name_kana,
    given_names,
    surname_kana,
    surnames,
    ward_places,
    ward_towns,
)
from pipelines.repertoire import kind_repertoire
from pipelines.synthesis.compare import fold
from pipelines.synthesis.hand import make_writer
from pipelines.synthesis.layout import Sheet, write_line
from pipelines.synthesis.seeding import seeded

pytestmark = pytest.mark.acceptance

HANDS = ("strokes", "tomoe", "kiloji", "yusei", "seto", "typed-mincho")
SEEDS = range(6100, 6104)
# Possible names that are on no list: other characters, other lengths, near to listed ones.
NAMES = (
    "薬袋 理穂子", "鈴江 真沙樹", "佐野川 汐音", "田仲 一之助", "高端 惟人", "山木田 嘉乃",
    "小鳥谷部 修弥", "渡名喜 盛昌", "伊東谷 朔太", "中村山 芙卯", "斉木沢 令奈", "林原田 航佑",
)  # fmt: skip
KANA = (
    "ミナイ リホコ", "スズエ マサキヨ", "サノガワ シオネリ", "タナカダ イチノスケ",
    "トナキ セイシヨウ", "イトウヤ サクタ", "ナカムラヤマ フウ", "コトリヤベ ヌイ",
    "カネダイチ ルミノ", "オンダラ キクヒロ",
)  # fmt: skip
TWINS = ("鈴本 惟人", "由中 惟人", "佐膝 惟人", "高槁 惟人", "小休 惟人", "大木戸 惟人")
# Written on the paper, and a word of the office that differs by a character that looks like it.
OFFICE = {
    "綾瀬精械工業": "綾瀬精機工業", "北栄運輪": "北栄運輸", "足立第一信全": "足立第一信金",
    "千住未広保育園": "千住末広保育園", "大谷田整骨院": "大谷口整骨院", "入潮商会": "八潮商会",
    "竹塚建設": "竹の塚建設", "東洋土木": "東洋士木", "日之出水道": "日の出水道",
}  # fmt: skip
ADDRESSES = (
    "足立区千住桜町3-2-1", "足立区青井九丁目12番3号", "足立区西綾瀬本町2丁目5番1号",
    "足立区梅岡4-11-8", "足立区新田南一丁目7番2号", "足立区花畑北12丁目3-4",
    "千葉県柏市桜山2-3-4", "埼玉県川口市青木沢5-6-7", "神奈川県横浜市中区松井町1-2-3",
    "東京都葛飾区青戸山3丁目8番9号", "北海道札幌市北区北百条西3丁目1-2",
    "大阪府堺市堺区柳田町3-1-5",
)  # fmt: skip


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser.load()


def _written(text: str, hand: str, seed: int, width: float = 90) -> Crop:
    dpi = 200.0
    sheet = Sheet(pixels=np.full((80, round((width + 4) * dpi / 25.4), 3), 255, np.uint8), dpi=dpi)
    box = Box(x=2, y=1, width=width, height=8)
    ink = write_line(sheet, box, text, make_writer(hand, seed), seeded(seed, "line", text))
    grey = sheet.pixels.min(axis=2)
    rows, columns = np.flatnonzero((grey < 200).any(1)), np.flatnonzero((grey < 200).any(0))
    pad = round(0.2 * (rows[-1] - rows[0]))
    framed = np.pad(grey, pad, constant_values=255)
    crop = framed[rows[0] : rows[-1] + 2 * pad, columns[0] : columns[-1] + 2 * pad]
    return Crop(pixels=crop, bounds=(ink.x, ink.y, ink.x + ink.width, ink.y + ink.height))


def _coarse(pixels: Pixels) -> Pixels:
    small = cv2.resize(pixels, None, fx=0.22, fy=0.22, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, pixels.shape[::-1]), np.uint8)


def _field(kind: FieldKind) -> FieldDefinition:
    return FieldDefinition(
        name="it", label="それ", kind=kind, box=Box(x=1, y=1, width=90, height=8)
    )


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (FieldKind.KANJI_NAME, NAMES),
        (FieldKind.KANA_NAME, KANA),
        (FieldKind.ADDRESS, ADDRESSES),
    ],
)
def test_what_is_on_no_list_is_read_as_it_is_written(
    recogniser: Recogniser, kind: FieldKind, texts: tuple[str, ...]
) -> None:
    written = [(t, _written(t, hand, seed)) for t in texts for hand in HANDS for seed in SEEDS]
    crops = [crop for _, crop in written]
    readings = recogniser.read([c.pixels for c in crops], [kind_repertoire(kind)] * len(crops))
    right, overwritten = 0, []
    for (text, crop), reading in zip(written, readings, strict=True):
        if fold(reading.text) == fold(text):
            right += 1
            got = box_candidates(_field(kind), [crop], [reading])[0].text
            if fold(got) != fold(text):
                overwritten.append((text, got))
    assert right >= 0.5 * len(written)
    assert overwritten == []


def test_the_texts_are_on_no_list() -> None:
    for name in NAMES:
        surname, given = name.split()
        assert surname not in surnames() or given not in given_names()
    for name in KANA:
        surname, given = name.split()
        assert surname not in surname_kana() or given not in given_name_kana()
    places = ward_places() | {f"{town}{n}丁目" for town in ward_towns() for n in range(1, 10)}
    assert not [a for a in ADDRESSES[:6] if any(a[3:].startswith(place) for place in places)]


def test_clear_ink_stays_beside_a_listed_name_that_looks_the_same(recogniser: Recogniser) -> None:
    # Each differs by a stroke or two from one of the most frequent surnames.
    kind = FieldKind.KANJI_NAME
    assert not surnames().intersection(twin.split()[0] for twin in TWINS)
    written = [(n, _written(n, hand, seed)) for n in TWINS for hand in HANDS for seed in SEEDS]
    crops = [crop for _, crop in written]
    readings = recogniser.read([c.pixels for c in crops], [kind_repertoire(kind)] * len(crops))
    clear = [
        (name, crop, reading)
        for (name, crop), reading in zip(written, readings, strict=True)
        if fold(reading.text) == fold(name) and min(c.confidence for c in reading.characters) > 0.91
    ]
    assert len(clear) >= 0.25 * len(written)
    got = [(n, box_candidates(_field(kind), [c], [r])[0].text) for n, c, r in clear]
    assert [(n, text) for n, text in got if fold(text) != fold(n)] == []


def test_clear_ink_stays_beside_a_word_of_the_office(recogniser: Recogniser) -> None:
    field = FieldDefinition(
        name="it", label="勤務先名", kind=FieldKind.TEXT, box=Box(x=1, y=1, width=90, height=8)
    )
    words = parse_words(dump_words({WordList.EMPLOYERS: frozenset(OFFICE.values())}))
    assert not OFFICE.keys() & set(words.lists[WordList.EMPLOYERS])
    written = [(n, _written(n, hand, seed)) for n in OFFICE for hand in HANDS for seed in SEEDS[:2]]
    crops = [crop for _, crop in written]
    repertoires = [kind_repertoire(FieldKind.TEXT)] * len(crops)
    readings = recogniser.read([c.pixels for c in crops], repertoires)
    clear = [
        (text, crop, reading)
        for (text, crop), reading in zip(written, readings, strict=True)
        if fold(reading.text) == fold(text) and min(c.confidence for c in reading.characters) > 0.91
    ]
    assert len(clear) >= 0.25 * len(written)
    got = [(t, box_candidates(field, [c], [r], words)[0].text) for t, c, r in clear]
    assert [(t, text) for t, text in got if fold(text) != fold(t)] == []


def test_a_list_mends_what_the_ink_leaves_open_and_spoils_nothing(recogniser: Recogniser) -> None:
    mended, spoiled = 0, []
    kind = FieldKind.KANJI_NAME
    pairs = zip(sorted(surnames())[::40], sorted(given_names())[::60], strict=False)
    names = [f"{surname} {given}" for surname, given in pairs]
    written = [(n, _written(n, HANDS[i % 2], 6200 + i)) for i, n in enumerate(names)]
    # Scans so coarse that the ink alone does not say it.
    crops = [replace(crop, pixels=_coarse(crop.pixels)) for _, crop in written]
    readings = recogniser.read([c.pixels for c in crops], [kind_repertoire(kind)] * len(crops))
    for (name, _), crop, reading in zip(written, crops, readings, strict=True):
        value = choose_value(_field(kind), box_candidates(_field(kind), [crop], [reading]))
        free, got = fold(reading.text) == fold(name), fold(value.text) == fold(name)
        mended += got and not free
        if free and not got:
            spoiled.append((name, value.text))
    assert mended > 0
    assert spoiled == []
