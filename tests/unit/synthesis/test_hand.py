import numpy as np
import pytest

from pipelines.forms.model import Box
from pipelines.synthesis.hand import Hand, make_writer
from pipelines.synthesis.layout import Sheet, write_cells, write_line
from pipelines.synthesis.seeding import seeded

_DPI = 200.0


def _sheet() -> Sheet:
    return Sheet(pixels=np.full((240, 900, 3), 255, dtype=np.uint8), dpi=_DPI)


def _ink(sheet: Sheet) -> tuple[float, float, float, float]:
    """Box of the ink in mm."""
    rows, columns = np.nonzero((sheet.pixels < 200).any(axis=2))
    scale = 25.4 / _DPI
    return (
        columns.min() * scale,
        rows.min() * scale,
        columns.max() * scale,
        rows.max() * scale,
    )


@pytest.mark.parametrize("hand", [h for h in Hand if h is not Hand.MIXED])
def test_every_hand_writes_any_character(hand: Hand) -> None:
    writer = make_writer(hand, 3)
    for char in "髙﨑あアー3A-@号㈱":
        glyph = writer.draw(char, 32, _DPI, seeded(1, char))
        assert glyph.blot is not None, char
        assert glyph.blot.coverage.max() > 100, char
        assert glyph.advance > 0


def test_the_same_seed_writes_the_same_and_another_seed_differs() -> None:
    def page(seed: int) -> bytes:
        sheet = _sheet()
        write_line(
            sheet,
            Box(x=2, y=5, width=90, height=9),
            "渡邉 健太郎",
            make_writer("strokes", seed),
            seeded(seed, "line"),
        )
        return sheet.pixels.tobytes()

    assert page(1) == page(1)
    assert page(1) != page(2)


def test_the_same_character_is_never_written_twice_alike() -> None:
    writer, rng = make_writer("strokes", 5), seeded(5, "twice")
    first, second = (writer.draw("山", 40, _DPI, rng).blot for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.coverage.shape != second.coverage.shape or (
        (first.coverage != second.coverage).any()
    )


@pytest.mark.parametrize("seed", range(6))
def test_long_text_is_squeezed_into_its_box(seed: int) -> None:
    sheet = _sheet()
    box = Box(x=5, y=8, width=60, height=8)
    writer = make_writer("mixed", seed)
    write_line(sheet, box, "東京都足立区千住緑町二丁目12番15号", writer, seeded(seed, "fit"))
    x0, y0, x1, y1 = _ink(sheet)
    assert x0 > box.x - 1.5
    assert x1 < box.x + box.width + 3
    assert y0 > box.y - 1.5
    assert y1 < box.y + box.height + 1.5


@pytest.mark.parametrize("seed", range(4))
def test_writing_fills_a_natural_share_of_the_box(seed: int) -> None:
    sheet = _sheet()
    box = Box(x=5, y=8, width=90, height=8)
    write_line(sheet, box, "足立健", make_writer("strokes", seed), seeded(seed, "size"))
    _, y0, _, y1 = _ink(sheet)
    assert 0.4 * box.height < y1 - y0 < box.height


def test_digits_of_a_comb_stay_in_their_cells() -> None:
    sheet = _sheet()
    box = Box(x=10, y=8, width=60, height=7)
    write_cells(sheet, box, 12, "749662578585", make_writer("strokes", 1), seeded(1, "comb"))
    pitch = box.width / 12 * _DPI / 25.4
    left = box.x * _DPI / 25.4
    dark = (sheet.pixels < 140).any(axis=(0, 2))
    for i in range(12):
        cell = dark[round(left + i * pitch) : round(left + (i + 1) * pitch)]
        assert cell.any()


def test_numbers_of_a_comb_can_be_flush_right() -> None:
    sheet = _sheet()
    box = Box(x=10, y=8, width=60, height=7)
    writer = make_writer("typed-gothic", 1)
    write_cells(sheet, box, 10, "1234", writer, seeded(1, "right"), right=True)
    x0, _, x1, _ = _ink(sheet)
    assert x0 > 10 + 6 * 6 - 0.5
    assert x1 < 70
