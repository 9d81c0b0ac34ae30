from reading_pages import box

from models.lattice import Segment, line_text
from pipelines.field_lexicons import Supported, supported_line
from pipelines.forms.model import FieldDefinition, FieldKind


def _taken(
    kind: FieldKind, text: str, *changes: tuple[int, str, float], lexicon: str | None = None
) -> Supported:
    """Support for a line of clear characters, where some (number, other, chance) are not."""
    options = [[(char, 0.99)] for char in text]
    for at, other, chance in changes:
        options[at] = [(text[at], 1 - chance), (other, chance)]
    line = tuple(
        Segment(i / len(text), (i + 1) / len(text), tuple(o)) for i, o in enumerate(options)
    )
    place = box(10, 10, 40, 8)
    field = FieldDefinition(name="it", label="それ", kind=kind, box=place, lexicon=lexicon)
    return supported_line(field, line)


def _text(kind: FieldKind, text: str, *changes: tuple[int, str, float]) -> str:
    return line_text(_taken(kind, text, *changes).line)


def test_a_town_of_the_ward_is_taken_where_the_ink_is_open() -> None:
    assert _text(FieldKind.ADDRESS, "足立区花烟2-28-8", (4, "畑", 0.1)) == "足立区花畑2-28-8"


def test_a_town_off_the_list_is_read_as_it_is_written() -> None:
    assert _text(FieldKind.ADDRESS, "足立区花畔2-28-8", (4, "畑", 0.004)) == "足立区花畔2-28-8"


def test_a_block_off_the_list_is_read_as_it_is_written() -> None:
    text = "足立区青井九丁目1-2"
    assert _text(FieldKind.ADDRESS, text, (5, "六", 0.02)) == text


def test_a_block_is_known_by_its_town() -> None:
    read, meant = "足立区青井I丁目1-2", "足立区青井1丁目1-2"
    assert _text(FieldKind.ADDRESS, read, (5, "1", 0.2)) == meant


def test_cities_and_their_towns_are_known_all_over_japan() -> None:
    meant = "千葉県柏市あけぼの1-2"
    assert _text(FieldKind.ADDRESS, "千葉県相市あけぼの1-2", (3, "柏", 0.2)) == meant
    assert _text(FieldKind.ADDRESS, "千葉県柏市あけばの1-2", (7, "ぼ", 0.2)) == meant
    assert _text(FieldKind.ADDRESS, "柏市あけばの1-2", (4, "ぼ", 0.2)) == "柏市あけぼの1-2"


def test_buildings_bear_the_names_of_towns() -> None:
    read, meant = "足立区青井1-2-3ハイツ花烟", "足立区青井1-2-3ハイツ花畑"
    # 花畑 is too short to be looked for in the midst of a line, 西新井 is not.
    assert _text(FieldKind.ADDRESS, read, (14, "畑", 0.3)) == read != meant
    read, meant = "足立区青井1-2-3メゾン西新丼", "足立区青井1-2-3メゾン西新井"
    assert _text(FieldKind.ADDRESS, read, (15, "井", 0.3)) == meant


def test_both_parts_of_a_name_support_each_other() -> None:
    assert _text(FieldKind.KANA_NAME, "スズキイチロワ", (6, "ウ", 0.2)) == "スズキイチロウ"
    assert _text(FieldKind.KANJI_NAME, "鈴本健一", (1, "木", 0.3)) == "鈴木健一"


def test_kanji_names_off_the_list_need_little_ink_to_stay() -> None:
    assert _text(FieldKind.KANJI_NAME, "鈴末健一", (1, "木", 0.08)) == "鈴末健一"


def test_whether_a_name_is_listed_is_told() -> None:
    assert _taken(FieldKind.KANJI_NAME, "鈴木 健一").listed is True
    assert _taken(FieldKind.KANJI_NAME, "薬袋 理穂子").listed is False
    assert _taken(FieldKind.TEXT, "何でも").listed is None


def test_a_relation_is_one_of_few_words() -> None:
    taken = _taken(FieldKind.TEXT, "長勇", (1, "男", 0.3), lexicon="relations")
    assert line_text(taken.line) == "長男"
    assert 0.3 < taken.ratio < 0.5


def test_institutions_are_known_in_text() -> None:
    assert _text(FieldKind.TEXT, "医療法人社田花会", (5, "団", 0.3)) == "医療法人社団花会"
