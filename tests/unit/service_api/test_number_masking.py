import pytest

from ocr_service.review.masking import hide_digits, holds_my_number, is_masked, mask
from pipelines.finding_places import finding_places
from pipelines.records import Finding, FindingKind, Severity


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


def test_where_something_is_on_the_page_stays_when_digits_are_hidden() -> None:
    finding = Finding(
        rule="form.drift",
        kind=FindingKind.QUALITY,
        severity=Severity.WARNING,
        fields=("number",),
        message="1234 5678 の付近",
        ground="",
        params={
            "page": "1",
            "zones": "19.1,114.3,171.4,101.6",
            "boxes": "150,900,1500,1700",
            "x": "12345",
        },
    )
    hidden = hide_digits(finding, frozenset({"number"}))
    assert (hidden.message, hidden.params["x"]) == ("********* の付近", "*****")
    ((page, box),) = finding_places(hidden)
    assert (page, box.x1, box.y1) == (1, 1500.0, 1700.0)
