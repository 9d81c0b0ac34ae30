from dataclasses import replace

import numpy as np
import pytest
from reading_pages import characters

from models.recogniser import ReadCharacter
from pipelines.field_crops import Crop
from pipelines.field_repairs import repair
from pipelines.forms.model import FieldKind


def _crop(heights: list[float]) -> Crop:
    """A line with one bar a character, of these heights (shares of the line), on the base line."""
    pixels = np.full((60, 40 * len(heights)), 255, np.uint8)
    for i, height in enumerate(heights):
        pixels[round(55 - 50 * height) : 55, 40 * i + 8 : 40 * i + 32] = 0
    return Crop(pixels=pixels, bounds=(0, 0, 1, 1))


def _text(kind: FieldKind, text: str, heights: list[float] | None = None) -> str:
    crop = _crop(heights or [1.0] * len(text))
    return "".join(c.text for c in repair(kind, crop, characters(text)))


@pytest.mark.parametrize(
    ("read", "meant"),
    [("シゲョシ", "シゲヨシ"), ("アャカ", "アヤカ"), ("コィケ", "コイケ"), ("カズャ", "カズヤ")],
)
def test_small_kana_that_japanese_does_not_spell_are_large(read: str, meant: str) -> None:
    assert _text(FieldKind.KANA_NAME, read) == meant


def test_the_size_of_the_ink_tells_small_kana_from_large_ones() -> None:
    assert _text(FieldKind.KANA_NAME, "キョウコ") == "キヨウコ"
    assert _text(FieldKind.KANA_NAME, "キョウコ", [1, 0.55, 1, 1]) == "キョウコ"
    assert _text(FieldKind.KANA_NAME, "ハツトリ", [1, 0.55, 1, 1]) == "ハットリ"


def test_a_long_mark_without_ink_is_dropped() -> None:
    crop = _crop([1, 1, 0, 1])
    found = repair(FieldKind.KANA_NAME, crop, characters("サトーミ"))
    assert "".join(c.text for c in found) == "サトミ"


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("平日のタ方に", "平日の夕方に"),
        ("ーツ家3丁目", "一ツ家3丁目"),
        ("コ一ポ千住", "コーポ千住"),
        ("健康保險", "健康保険"),
        ("夕ワーハイツ", "タワーハイツ"),
        ("1一2一3", "1-2-3"),
        ("メゾンA-1", "メゾンA-1"),
    ],
)
def test_neighbours_tell_look_alikes_apart(read: str, meant: str) -> None:
    assert _text(FieldKind.TEXT, read) == meant


def test_a_point_at_half_height_is_a_middle_dot() -> None:
    crop = _crop([1, 1, 0, 1, 1])
    crop.pixels[27:33, 97:103] = 0
    found = repair(FieldKind.TEXT, crop, characters("12.34"))
    assert "".join(c.text for c in found) == "12・34"
    low = _crop([1, 1, 0, 1, 1])
    low.pixels[49:55, 97:103] = 0
    found = repair(FieldKind.TEXT, low, characters("12.34"))
    assert "".join(c.text for c in found) == "12.34"


def test_between_the_figures_of_an_address_a_point_at_half_height_is_a_dash() -> None:
    crop = _crop([1, 1, 0, 1, 1])
    crop.pixels[27:33, 97:103] = 0
    found = repair(FieldKind.ADDRESS, crop, characters("12-34"))
    assert "".join(c.text for c in found) == "12-34"


def test_a_figure_amid_kana_gives_way_to_kana_that_the_ink_allows() -> None:
    line = list(characters("きらき5保"))
    sure = ReadCharacter("5", 0.6, line[3].start, line[3].end, (("ら", 0.3),))
    crop = _crop([1] * 5)
    line[3] = sure
    kept = repair(FieldKind.TEXT, crop, line)
    assert kept[3].text == "5"
    line[4] = replace(line[4], text="い")
    assert repair(FieldKind.TEXT, crop, line)[3].text == "ら"


def test_old_forms_in_names_stay_where_the_ink_says_so() -> None:
    old = ReadCharacter("澤", 0.95, 0.3, 0.7, (("沢", 0.02),))
    unsure = ReadCharacter("澤", 0.6, 0.3, 0.7, (("沢", 0.35),))
    crop = _crop([1])
    assert repair(FieldKind.KANJI_NAME, crop, [old])[0].text == "澤"
    assert repair(FieldKind.KANJI_NAME, crop, [unsure])[0].text == "沢"
