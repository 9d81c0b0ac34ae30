from models.charset import japanese_characters


def test_names_and_towns_can_be_spelt() -> None:
    assert set("髙橋﨑濵德瀨栁足立区舎人谷在家々ヶヵ〆") <= japanese_characters()


def test_chinese_forms_and_copies_are_left_out() -> None:
    assert japanese_characters().isdisjoint("东经际ＡｱαД─\u3000")
