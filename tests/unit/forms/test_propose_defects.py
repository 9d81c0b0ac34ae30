"""Layouts that drafts once got wrong."""

import pytest
from blank_paper import Paper, draft_of, near, row


def words(paper: Paper, y: float, *places: tuple[float, str]) -> None:
    for x, text in places:
        paper.text(x, y, text)


def test_a_row_that_the_office_fills_in_is_left_out() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "氏名")
        paper.text(20, 248, "職員記入欄")
        for x, width, text in ((20, 20, "受付"), (40, 30, ""), (70, 20, "番号"), (90, 40, "")):
            paper.box(x, 250, width, 10)
            paper.text(x + 2, 256, text)

    assert [field.label for field in draft_of(draw).fields] == ["氏名"]


def test_the_row_where_officers_put_their_seals_is_left_out() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "備考", y=80)
        for column, officer in enumerate(("課長", "係長", "係")):
            paper.box(20 + 50 * column, 50, 15, 14)
            paper.box(35 + 50 * column, 50, 35, 14)
            paper.text(23 + 50 * column, 58, officer)

    assert [field.label for field in draft_of(draw).fields] == ["備考"]


def test_the_frame_of_a_date_stamp_is_left_out() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "氏名")
        paper.box(150, 10, 40, 6)
        paper.text(155, 14.5, "市区町村受付印")
        paper.box(150, 16, 40, 20)

    assert [field.label for field in draft_of(draw).fields] == ["氏名"]


def test_eras_in_two_rows_before_a_year_are_no_part_of_it() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "生年月日")
        words(paper, 55, (62, "大"), (66, "・"), (70, "昭"))
        words(paper, 60, (62, "平"), (66, "・"), (70, "令"))
        words(paper, 57.5, (95, "年"), (115, "月"), (135, "日"))

    (field,) = draft_of(draw).fields
    assert field.parts[0].box.x > 72.5
    assert [era.value for era in field.eras] == ["taisho", "showa", "heisei", "reiwa"]


def test_an_era_far_before_its_year_is_found() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "生年月日")
        words(
            paper, 57, (62, "昭和"), (77, "・"), (86, "平成"), (115, "年"), (130, "月"), (145, "日")
        )

    (field,) = draft_of(draw).fields
    assert [era.value for era in field.eras] == ["showa", "heisei"]


def test_the_second_of_two_dates_has_its_own_era() -> None:
    def draw(paper: Paper) -> None:
        paper.box(20, 50, 40, 12)
        paper.box(60, 50, 140, 12)
        paper.text(25, 57, "期間")
        words(paper, 57, (62, "令和"), (80, "年"), (95, "月"), (110, "日"), (115, "から"))
        words(paper, 57, (125, "令和"), (145, "年"), (160, "月"), (175, "日"))

    fields = draft_of(draw).fields
    assert [field.era for field in fields] == ["reiwa", "reiwa"]


def test_a_number_is_the_next_choice_only_in_its_turn() -> None:
    def draw(paper: Paper) -> None:
        paper.box(20, 50, 40, 40)
        paper.box(60, 50, 100, 40)
        paper.text(25, 70, "理由")
        for index, text in enumerate(("退職", "転入", "20歳到達", "その他")):
            words(paper, 57 + 9 * index, (62, str(index + 1)), (65.5, text))
        row(paper, "備考", 100)

    (group,) = draft_of(draw).marks
    assert [option.label for option in group.options] == ["退職", "転入", "20歳到達", "その他"]


def test_long_words_set_far_apart_are_circled() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "種別")
        words(
            paper,
            57,
            (62, "原動機付自転車"),
            (91, "・"),
            (97, "軽二輪"),
            (113, "・"),
            (119, "その他"),
        )
        row(paper, "備考", 80)

    (group,) = draft_of(draw).marks
    assert [option.label for option in group.options] == ["原動機付自転車", "軽二輪", "その他"]


def test_a_label_of_two_words_is_no_choice() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "記号・番号")

    draft = draft_of(draw)
    assert draft.marks == ()
    assert [field.label for field in draft.fields] == ["記号・番号"]


def test_a_figure_alone_in_its_cell_has_the_whole_of_it() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "税額")
        paper.text(150, 57, "円")

    (field,) = draft_of(draw).fields
    assert near(field.box, 60.4, 50.5, 89.3, 11)


def test_a_number_is_written_between_its_words() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "手帳番号")
        words(paper, 57, (62, "第"), (150, "号"))

    (field,) = draft_of(draw).fields
    assert near(field.box, 66, 50.6, 83, 10.8)


def test_brackets_with_room_are_a_place_to_write() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "保育")
        words(paper, 57, (63, "家庭"), (80, "その他("), (150, ")"))

    (field,) = draft_of(draw).fields
    assert field.label == "その他"
    assert near(field.box, 93, 52.5, 57, 6)


def test_a_comb_that_nearly_fills_its_cell_keeps_the_cell() -> None:
    def draw(paper: Paper) -> None:
        paper.box(20, 50, 30, 20)
        paper.box(50, 50, 110, 20)
        paper.text(25, 60, "住所")
        for number in range(3):
            paper.box(55 + 5 * number, 51, 5, 7)
        for number in range(4):
            paper.box(75 + 5 * number, 51, 5, 7)

    fields = draft_of(draw).fields
    assert [str(field.kind) for field in fields] == ["postal_code", "address"]


def test_a_phone_number_stands_clear_of_a_postal_code_on_its_line() -> None:
    def draw(paper: Paper) -> None:
        paper.box(20, 50, 30, 12)
        paper.box(50, 50, 140, 12)
        paper.text(25, 57, "住所")
        for x in (*range(55, 70, 5), *range(75, 95, 5)):
            paper.box(x, 52, 5, 7)
        words(paper, 57, (71, "－"), (110, "電話"), (140, "－"), (165, "－"))

    fields = draft_of(draw).fields
    assert {str(field.kind) for field in fields} == {"postal_code", "phone"}


def test_the_upper_of_two_names_under_one_heading_is_kana() -> None:
    def draw(paper: Paper) -> None:
        paper.box(20, 50, 80, 8)
        paper.text(30, 55.5, "氏名（上段：フリガナ）")
        for number in range(4):
            paper.box(20, 58 + 8 * number, 80, 8)

    kinds = [str(field.kind) for field in draft_of(draw).fields]
    assert kinds == ["kana_name", "kanji_name"] * 2


def test_a_square_for_an_impression_is_a_seal() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "氏名")
        paper.box(20, 80, 40, 8)
        paper.text(25, 85.5, "登録する印鑑")
        paper.box(20, 88, 40, 40)

    draft = draft_of(draw)
    assert [field.label for field in draft.fields] == ["氏名"]
    (seal,) = draft.seals
    assert near(seal.box, 20.6, 88.6, 38.8, 38.8)


def test_a_character_of_a_spaced_title_is_no_seal() -> None:
    def draw(paper: Paper) -> None:
        words(paper, 20, (80, "印"), (88, "鑑"), (96, "登"), (104, "録"))
        row(paper, "氏名")

    assert draft_of(draw).seals == ()


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("被保険者", "記号・番号"),
        ("認定", "更新・変更の方"),
        ("対象", "雑(業務・内職)"),
        ("区分", "入院・外来の別"),
    ],
)
def test_names_joined_by_a_dot_are_no_choice(label: str, words: str) -> None:
    def draw(paper: Paper) -> None:
        row(paper, label)
        paper.text(65, 57, words)

    assert draft_of(draw).marks == ()


def test_a_head_over_cells_with_choices_is_none() -> None:
    def draw(paper: Paper) -> None:
        for column, words in enumerate(("氏名", "同居・別居")):
            paper.box(20 + 60 * column, 50, 60, 8)
            paper.text(25 + 60 * column, 55, words)
            for y in (58, 70, 82):
                paper.box(20 + 60 * column, y, 60, 12)
        for y in (65, 77, 89):
            paper.text(100, y, "同")
            paper.text(106, y, "・")
            paper.text(112, y, "別")

    groups = draft_of(draw).marks
    assert [[option.label for option in group.options] for group in groups] == [["同", "別"]] * 3


def test_boxes_that_stand_apart_are_a_comb() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "番号")
        for number in range(6):
            paper.box(65 + 6.5 * number, 52, 5, 8)

    (field,) = [field for field in draft_of(draw).fields if field.cells > 1]
    assert field.cells == 6


def test_a_figure_is_circled_in_a_place_as_wide_as_high() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "程度")
        row(paper, "備考", y=62)
        for x, words in ((70, "1"), (76, "・"), (82, "2"), (88, "・"), (94, "3")):
            paper.text(x, 57, words)

    (group,) = draft_of(draw).marks
    assert all(option.box.width > 0.9 * option.box.height for option in group.options)
