import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.forms.model import FieldKind
from pipelines.normalise import normalise_value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldKind.AMOUNT, "1,234,000円", "1234000"),
        (FieldKind.AMOUNT, "¥500-", "500"),
        (FieldKind.AMOUNT, "百二十万円", "1200000"),
        (FieldKind.AMOUNT, "12万円", "120000"),
        (FieldKind.AMOUNT, "△3,000", "-3000"),
        (FieldKind.AMOUNT, "l20O", "1200"),
        (FieldKind.AMOUNT, "金壱万円也", "10000"),
        (FieldKind.PHONE, "03-1234-5678", "03-1234-5678"),
        (FieldKind.PHONE, "０３（１２３４）５６７８", "03-1234-5678"),
        (FieldKind.PHONE, "090 1234 5678", "090-1234-5678"),
        (FieldKind.PHONE, "03ー3880一5111", "03-3880-5111"),
        (FieldKind.POSTAL_CODE, "〒120-8510", "1208510"),
        (FieldKind.TIME, "午後3時半", "15:30"),
        (FieldKind.TIME, "9:00", "09:00"),
        (FieldKind.TIME, "1830", "18:30"),
        (FieldKind.KANA_NAME, "すずき　いちろう", "スズキ イチロウ"),
        (FieldKind.KANA_NAME, "ｽｽﾞｷ ｲﾁﾛｳ", "スズキ イチロウ"),
        (FieldKind.ADDRESS, "東京都足立区 中央本町 1−17−1", "東京都足立区中央本町1-17-1"),
        (FieldKind.ADDRESS, "足立区千住ー丁目2番3号", "足立区千住一丁目2番3号"),
        (FieldKind.ADDRESS, "千住1-2-3 メゾン 203", "千住1-2-3 メゾン 203"),
        (FieldKind.KANJI_NAME, "鈴木　一郎 ", "鈴木 一郎"),
        (FieldKind.KANJI_NAME, "髙橋 﨑", "髙橋 﨑"),
        (FieldKind.MULTI_LINE, "あ\n\nい う\n", "あ\nい う"),
        (FieldKind.DIGITS, "1 2 3", "123"),
        (FieldKind.ALPHANUMERIC, "ＡＢ－１２", "AB-12"),
    ],
)
def test_a_value_has_one_form_however_it_is_written(kind: FieldKind, text: str, value: str) -> None:
    assert normalise_value(kind, text).value == value


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        (FieldKind.POSTAL_CODE, "120-851", "wrong_length"),
        (FieldKind.MY_NUMBER, "12345678901", "wrong_length"),
        (FieldKind.CORPORATE_NUMBER, "123", "wrong_length"),
        (FieldKind.TIME, "25:00", "unparseable"),
        (FieldKind.AMOUNT, "無し", "unparseable"),
        (FieldKind.DIGITS, "あ", "unparseable"),
        (FieldKind.TEXT, "", "empty"),
    ],
)
def test_what_cannot_be_a_value_has_none_and_says_why(
    kind: FieldKind, text: str, problem: str
) -> None:
    found = normalise_value(kind, text)
    assert found.value is None
    assert found.problems == (problem,)


def test_check_digits_are_checked_and_the_number_is_kept() -> None:
    assert normalise_value(FieldKind.MY_NUMBER, "1234 5678 9018").problems == ()
    wrong = normalise_value(FieldKind.MY_NUMBER, "123456789019")
    assert (wrong.value, wrong.problems) == ("123456789019", ("check_digit",))
    assert normalise_value(FieldKind.CORPORATE_NUMBER, "T7000012050002").problems == ()
    assert normalise_value(FieldKind.CORPORATE_NUMBER, "8000012050002").problems == ("check_digit",)


def test_letters_become_digits_only_where_nothing_else_can_stand() -> None:
    assert normalise_value(FieldKind.DIGITS, "l2O").value == "120"
    assert normalise_value(FieldKind.ALPHANUMERIC, "l2O").value == "l2O"
    assert normalise_value(FieldKind.TEXT, "l2O").value == "l2O"


@given(st.sampled_from(list(FieldKind)), st.text(max_size=40))
def test_no_text_whatsoever_raises(kind: FieldKind, text: str) -> None:
    found = normalise_value(kind, text)
    assert found.value or found.problems
