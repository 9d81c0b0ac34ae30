"""Digits that stand apart are read by two readers; neither alone decides."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest

from models.digits import DIGITS, DigitReader, centred
from models.recogniser import ReadCharacter, Reading
from pipelines.field_crops import Crop
from pipelines.field_digits import with_digits
from pipelines.records import Pixels
from pipelines.repertoire import DIGITS as ONLY_DIGITS

_SPANS = ((0.0, 0.5), (0.5, 1.0))


class ToldDigits:
    """Says of each cell what it is told, and remembers how many it was asked."""

    def __init__(self, *answers: dict[str, float]) -> None:
        self.answers = answers
        self.asked = 0

    def read(self, cells: Sequence[Pixels]) -> np.ndarray:
        self.asked += len(cells)
        rows = np.zeros((len(cells), len(DIGITS) + 1), np.float32)
        for row, answer in zip(rows, self.answers, strict=True):
            for text, chance in answer.items():
                row[DIGITS.index(text) if text else len(DIGITS)] = chance
        return rows


def _crop(spans: tuple[tuple[float, float], ...] = _SPANS, *, cells: bool = False) -> Crop:
    pixels = np.full((48, 64), 255, np.uint8)
    return Crop(pixels=pixels, bounds=(0, 0, 64, 48), spans=spans, cells=cells)


def _reading(*characters: tuple[str, float, dict[str, float]], share: float = 1.0) -> Reading:
    step = 1 / len(characters)
    read = tuple(
        ReadCharacter(text, p, (i + 0.4) * step, (i + 0.6) * step, tuple(others.items()))
        for i, (text, p, others) in enumerate(characters)
    )
    return Reading("".join(c.text for c in read), 0.5, share, read)


def _with(
    reading: Reading, digits: ToldDigits, *, crop: Crop | None = None, allowed: str = DIGITS
) -> Reading:
    (found,) = with_digits(
        [crop or _crop()], [frozenset(allowed)], [reading], cast(DigitReader, digits)
    )
    return found


def test_what_both_hold_likely_is_read() -> None:
    reading = _reading(("4", 0.55, {"9": 0.44}), ("1", 0.99, {}))
    found = _with(reading, ToldDigits({"9": 0.9, "4": 0.1}, {"1": 1.0}))
    assert found.text == "91"
    assert found.characters[0].others[0][0] == "4"
    assert found.alternatives[0][0] == "41"
    assert found.confidence == pytest.approx(0.44 * 0.9 / (0.44 * 0.9 + 0.55 * 0.1), rel=0.02)


def test_one_sure_reader_is_not_outvoted_by_a_doubtful_one() -> None:
    reading = _reading(("7", 0.999, {"1": 0.001}), ("2", 1.0, {}))
    assert _with(reading, ToldDigits({"1": 0.6, "7": 0.4}, {"2": 1.0})).text == "72"


def test_a_digit_that_the_recogniser_never_thought_of_can_be_read() -> None:
    reading = _reading(("3", 0.4, {"8": 0.3}), ("2", 1.0, {}))
    assert _with(reading, ToldDigits({"5": 0.999}, {"2": 1.0})).text[0] == "5"


def test_that_a_cell_holds_no_digit_lowers_the_share() -> None:
    reading = _reading(("3", 0.9, {}), ("2", 0.9, {}), share=0.9)
    found = _with(reading, ToldDigits({"3": 0.2, "": 0.8}, {"2": 1.0}))
    assert found.text == "32"
    assert found.share < 0.5


def test_signs_between_digits_stay() -> None:
    crop = _crop(((0.0, 0.3), (0.6, 1.0)))
    reading = _reading(("3", 0.9, {}), ("-", 0.9, {}), ("2", 0.5, {"7": 0.4}))
    digits = ToldDigits({"3": 1.0}, {"7": 0.95, "2": 0.05})
    assert _with(reading, digits, crop=crop, allowed=DIGITS + "-").text == "3-7"
    assert digits.asked == 2


@pytest.mark.parametrize(
    ("crop", "allowed"), [(_crop(()), DIGITS), (_crop(), "アイウ"), (_crop(((0.0, 0.1),)), DIGITS)]
)
def test_nobody_asks_where_digits_or_their_places_are_not_known(crop: Crop, allowed: str) -> None:
    digits = ToldDigits()
    reading = _reading(("4", 0.5, {"9": 0.5}), ("1", 0.9, {}))
    assert _with(reading, digits, crop=crop, allowed=allowed) is reading
    assert digits.asked == 0


@pytest.mark.parametrize(
    ("texts", "answer", "text"),
    [
        ("91", {"9": 0.9}, "92"),
        ("91", {"": 0.9, "9": 0.1}, "912"),
        ("4-", {"4": 0.9}, "4-2"),
    ],
)
def test_two_characters_in_one_cell_are_one_digit_when_it_is_seen_as_one(
    texts: str, answer: dict[str, float], text: str
) -> None:
    reading = Reading(
        f"{texts}2",
        0.5,
        1.0,
        (
            ReadCharacter(texts[0], 0.99, 0.1, 0.15, ()),
            ReadCharacter(texts[1], 0.9, 0.3, 0.35, ()),
            ReadCharacter("2", 0.99, 0.7, 0.75, ()),
        ),
    )
    found = _with(
        reading, ToldDigits(answer, {"2": 1.0}), crop=_crop(cells=True), allowed=f"{DIGITS}-"
    )
    assert found.text == text
    assert [c.text for c in found.characters] == list(text)


def test_two_digits_in_one_place_that_is_no_cell_are_left_as_they_were_read() -> None:
    digits = ToldDigits()
    reading = Reading(
        "112",
        0.9,
        1.0,
        (
            ReadCharacter("1", 0.9, 0.1, 0.15, ()),
            ReadCharacter("1", 0.9, 0.3, 0.35, ()),
            ReadCharacter("2", 0.9, 0.7, 0.75, ()),
        ),
    )
    assert _with(reading, digits) is reading
    assert digits.asked == 0


def test_ink_is_centred_whatever_its_size_and_place() -> None:
    cell = np.full((60, 40), 255, np.uint8)
    cell[30:50, 4:14] = 0
    picture = centred(cell)
    assert picture.shape == (28, 28)
    rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (4, 23, 9, 18)
    assert picture.max() == 1.0
    assert not centred(np.full((9, 9), 255, np.uint8)).any()


def test_the_repertoire_of_digits_is_that_of_the_reader() -> None:
    assert frozenset(DIGITS) == ONLY_DIGITS
