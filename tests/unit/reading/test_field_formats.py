import pytest

from models.acceptors import Acceptor
from models.lattice import Segment, accepted_texts
from pipelines.field_formats import format_of, is_plausible
from pipelines.forms.model import FieldKind
from pipelines.normalise import normalise_value


def _takes(kind: FieldKind, text: str) -> bool:
    acceptor = format_of(kind)
    assert acceptor is not None
    line = [Segment(i / len(text), (i + 1) / len(text), ((c, 1.0),)) for i, c in enumerate(text)]
    return bool(accepted_texts(line, acceptor, count=1))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (FieldKind.DATE, "平成2年5月3日", "平成2年13月3日"),
        (FieldKind.DATE, "令和元年12月31日", "令和7年2月40日"),
        (FieldKind.DATE, "2025.5.3", "2025.5.32"),
        (FieldKind.DATE, "20250503", "20251303"),
        (FieldKind.PHONE, "03-3880-5111", "3-3880-5111"),
        (FieldKind.PHONE, "09012345678", "0901234567890"),
        (FieldKind.PHONE, "(03)3880-5111", "00-3880-5111"),
        (FieldKind.PHONE, "0120-123-456", "0120-123-45"),
        (FieldKind.POSTAL_CODE, "〒120-8510", "120-85100"),
        (FieldKind.POSTAL_CODE, "1208510", "9990000"),
        (FieldKind.MY_NUMBER, "123456789018", "123456789010"),
        (FieldKind.CORPORATE_NUMBER, "T7000012050002", "T8000012050002"),
        (FieldKind.AMOUNT, "1,234,000円", "1,23,000円"),
        (FieldKind.AMOUNT, "¥1000", "¥1000年"),
        (FieldKind.TIME, "9:30", "9:70"),
        (FieldKind.TIME, "午後5時半", "午後5時70分"),
    ],
)
def test_formats_take_what_their_kind_writes(kind: FieldKind, good: str, bad: str) -> None:
    assert _takes(kind, good)
    assert not _takes(kind, bad)


@pytest.mark.parametrize("kind", [FieldKind.TEXT, FieldKind.ADDRESS, FieldKind.KANJI_NAME])
def test_words_have_no_format(kind: FieldKind) -> None:
    assert format_of(kind) is None


def _best(acceptor: Acceptor | None, *options: tuple[tuple[str, float], ...]) -> str:
    assert acceptor is not None
    line = [Segment(0.1 * i, 0.1 * i + 0.1, o) for i, o in enumerate(options)]
    return accepted_texts(line, acceptor, count=1)[0][0]


def test_a_check_digit_finds_the_number_that_two_places_leave_open() -> None:
    digits = [((digit, 0.99),) for digit in "123456789018"]
    digits[2] = (("9", 0.6), ("3", 0.4))
    digits[11] = (("0", 0.55), ("8", 0.45))
    assert _best(format_of(FieldKind.MY_NUMBER), *digits) == "123456789018"


def test_a_month_that_does_not_exist_gives_way_to_one_that_does() -> None:
    text = [((char, 0.99),) for char in "平成2年17月3日"]
    text[5] = (("7", 0.7), ("1", 0.3))
    assert _best(format_of(FieldKind.DATE), *text) == "平成2年11月3日"


@pytest.mark.parametrize(
    ("kind", "text", "plausible"),
    [
        (FieldKind.POSTAL_CODE, "120-8510", True),
        (FieldKind.POSTAL_CODE, "999-0000", False),
        (FieldKind.PHONE, "03-3880-5111", True),
        (FieldKind.PHONE, "090-3880-511", False),
        (FieldKind.DATE, "平成2年5月3日", True),
        (FieldKind.DATE, "1750年5月3日", False),
        (FieldKind.AMOUNT, "1,234円", True),
        (FieldKind.AMOUNT, "12,34円", False),
        (FieldKind.TEXT, "何でも", True),
    ],
)
def test_what_people_mean_is_told_from_what_is_merely_possible(
    kind: FieldKind, text: str, plausible: bool
) -> None:
    assert is_plausible(kind, text, normalise_value(kind, text)) is plausible
