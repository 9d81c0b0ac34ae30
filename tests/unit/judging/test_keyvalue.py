"""Pairs of a page that no form claims, from its rules, cells, marks and lines."""

from dataclasses import replace

import pytest

from pipelines.keyvalue import extract_pairs
from pipelines.records import Field
from tests.filled_sheet import FilledSheet, application


def pairs(sheet: FilledSheet) -> dict[str, str]:
    return {pair.label: pair.raw_text for pair in extract_pairs(*sheet.page())}


def field(sheet: FilledSheet, label: str) -> Field:
    return next(pair for pair in extract_pairs(*sheet.page()) if pair.label == label)


def row(sheet: FilledSheet, label: str, top: float) -> None:
    sheet.cell(10, top, 30, 14)
    sheet.cell(40, top, 95, 14)
    sheet.text(14, top + 5, label)


def test_a_form_is_read_by_its_cells_parts_marks_and_combs() -> None:
    assert pairs(application()) == {
        "フリガナ": "ソウマ タクミ",
        "氏名": "相馬 拓海",
        "生年月日": "平成8年11月30日",
        "性別": "男",
        "申請理由": "転入",
        "記号番号": "4096132",
    }


def test_values_are_normalised_by_the_kind_that_their_label_promises() -> None:
    birth = field(application(), "生年月日")
    assert (birth.kind, birth.value) == ("date", "1996-11-30")


def test_a_pair_keeps_the_place_of_its_value_and_doubts_a_doubtful_line() -> None:
    sure = field(application(), "氏名")
    assert sure.box is not None
    assert 350 < sure.box.x0 < 370 and 295 < sure.box.y0 < 320
    sheet = application()
    (index,) = (i for i, line in enumerate(sheet.lines) if line.text == "相馬 拓海")
    sheet.lines[index] = replace(sheet.lines[index], confidence=0.7)
    unsure = field(sheet, "氏名")
    assert unsure.confidence < sure.confidence
    assert unsure.doubtful


def test_an_empty_form_has_no_pairs() -> None:
    sheet = FilledSheet()
    for number, label in enumerate(("氏名", "住所", "電話番号")):
        row(sheet, label, 20 + 14 * number)
    assert pairs(sheet) == {}


def test_in_a_table_the_head_of_the_column_names_the_value() -> None:
    sheet = FilledSheet()
    for column, head in enumerate(("氏名", "続柄", "職業")):
        sheet.cell(10 + 40 * column, 20, 40, 9, shaded=True)
        sheet.text(26 + 40 * column, 23, head)
        for line in range(2):
            sheet.cell(10 + 40 * column, 29 + 13 * line, 40, 13)
    sheet.hand(13, 33, "佐藤 健太")
    sheet.hand(56, 33, "長男")
    sheet.hand(13, 46, "佐藤 美咲")
    found = [(pair.label, pair.raw_text) for pair in extract_pairs(*sheet.page())]
    assert found == [("氏名", "佐藤 健太"), ("続柄", "長男"), ("氏名", "佐藤 美咲")]


def test_the_unit_behind_a_figure_is_no_part_of_the_value() -> None:
    sheet = FilledSheet()
    row(sheet, "請求金額", 20)
    sheet.hand(70, 24, "12,500")
    sheet.text(120, 26, "円")
    amount = field(sheet, "請求金額")
    assert (amount.kind, amount.value) == ("amount", "12500")


def test_the_parts_of_a_telephone_number_are_one_value() -> None:
    sheet = FilledSheet()
    row(sheet, "電話番号", 20)
    for x, figures in ((46, "03"), (72, "3880"), (100, "5111")):
        sheet.hand(x, 24, figures)
    sheet.text(65, 26, "－")
    sheet.text(93, 26, "－")
    assert field(sheet, "電話番号").value == "03-3880-5111"


def test_without_rules_labels_and_colons_do() -> None:
    sheet = FilledSheet()
    sheet.text(20, 20, "氏名：相馬 拓海")
    sheet.text(20, 40, "電話番号")
    sheet.text(45, 40, "03-3880-5111")
    assert pairs(sheet) == {"氏名": "相馬 拓海", "電話番号": "03-3880-5111"}


@pytest.mark.parametrize("around", ["男", "女"])
def test_the_option_with_the_ring_is_chosen(around: str) -> None:
    sheet = FilledSheet()
    row(sheet, "性別", 20)
    for x, word in ((50, "男"), (58, "・"), (66, "女")):
        sheet.text(x, 25, word)
    sheet.ring({"男": 47.8, "女": 63.8}[around], 22.8, 7.5, 8)
    assert pairs(sheet) == {"性別": around}


def test_no_mark_is_no_pair() -> None:
    sheet = FilledSheet()
    row(sheet, "性別", 20)
    for x, word in ((50, "男"), (58, "・"), (66, "女")):
        sheet.text(x, 25, word)
    row(sheet, "申請理由", 34)
    sheet.square(44, 39)
    sheet.text(49, 39, "転入")
    assert pairs(sheet) == {}


def test_a_page_without_text_has_no_pairs() -> None:
    sheet = FilledSheet()
    sheet.cell(10, 20, 100, 40)
    assert pairs(sheet) == {}
