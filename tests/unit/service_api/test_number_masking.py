import pytest

from ocr_service.review.masking import holds_my_number, is_masked, mask


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("123456789018", "********9018"),
        ("12345678", "********"),
        ("1", "*"),
        ("", ""),
        (None, None),
    ],
)
def test_mask_keeps_the_last_four_of_long_values(value, shown):
    assert mask(value) == shown


def test_masked_values_are_known_again():
    assert is_masked("********9018")
    assert not is_masked("123456789018")
    assert not is_masked(None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234 5678 9018", True),
        ("個人番号 1234-5678-9018", True),
        ("123456789012", False),
        ("090-1234-5678", False),
        (None, False),
    ],
)
def test_my_number_is_known_by_its_check_digit(text, expected):
    assert holds_my_number(text) is expected
