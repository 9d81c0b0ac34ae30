"""Faults that blanks of other makes showed: printed from web pages, surveys, round boxes, dots."""

import pytest
from blank_paper import Paper, draft_of, near, row
from reportlab.lib.units import mm

from pipelines.forms.blank_dots import dotted_rules
from pipelines.forms.blank_records import Area


def round_box(paper: Paper, x: float, y: float, width: float, height: float, radius: float) -> None:
    places = (x * mm, (297 - y - height) * mm, width * mm, height * mm)
    paper.canvas.roundRect(*places, radius * mm)


def test_boxes_with_round_corners_are_boxes() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "満足度")
        for x, words in ((62, "満足"), (82, "不満")):
            round_box(paper, x, 54, 3.2, 3.2, 0.8)
            paper.text(x + 4.5, 57, words)
        paper.text(20, 80, "ご意見")
        round_box(paper, 20, 82, 120, 40, 2)

    draft = draft_of(draw)
    (group,) = draft.marks
    assert [option.label for option in group.options] == ["満足", "不満"]
    assert near(group.options[0].box, 62, 54, 3.2, 3.2)
    (field,) = draft.fields
    assert field.label == "ご意見" and near(field.box, 20.4, 82.4, 119, 39)


def test_a_circle_is_no_box() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "氏名")
        paper.canvas.circle(150 * mm, (297 - 100) * mm, 6 * mm)
        paper.text(148.5, 101.5, "印")

    draft = draft_of(draw)
    assert len(draft.fields) == 1 and len(draft.seals) == 1


def test_a_row_of_dots_is_a_line_to_write_on() -> None:
    def draw(paper: Paper) -> None:
        paper.text(20, 60, "勤務先")
        for step in range(150):
            x, y = (40 + 0.53 * step) * mm, (297 - 61) * mm
            paper.canvas.rect(x, y, 0.26 * mm, 0.26 * mm, stroke=0, fill=1)

    (field,) = draft_of(draw).fields
    assert field.label == "勤務先" and near(field.box, 40, 53.4, 79.5, 7.2)


def test_a_pattern_of_dots_and_a_few_dots_are_no_rules() -> None:
    def dot(x: float, y: float) -> Area:
        return Area(x, y, x + 0.3, y + 0.3)

    pattern = [dot(20 + 0.6 * i, 50 + 0.6 * j) for i in range(20) for j in range(20)]
    assert dotted_rules(pattern) == ([], [])
    assert dotted_rules([dot(20 + 0.6 * i, 50) for i in range(5)]) == ([], [])
    uneven = [dot(20 + x, 50) for x in (0, 0.5, 2.0, 2.4, 3.9, 4.3, 5.8, 6.1, 7.6, 8.0)]
    assert dotted_rules(uneven) == ([], [])
    levels, uprights = dotted_rules([dot(20, 50 + 0.6 * i) for i in range(20)])
    assert not levels and near_area(uprights[0], 20.15, 50, 20.15, 61.7)


def near_area(area: Area, *edges: float) -> bool:
    pairs = zip((area.x0, area.y0, area.x1, area.y1), edges, strict=True)
    return all(abs(a - b) < 0.2 for a, b in pairs)


def test_figures_in_cells_that_count_up_are_a_scale() -> None:
    def draw(paper: Paper) -> None:
        for line, label in enumerate(("道路", "公園")):
            y = 50 + 8 * line
            paper.box(20, y, 40, 8)
            paper.text(22, y + 5.5, label)
            for figure in range(1, 6):
                paper.box(48 + 12 * figure, y, 12, 8)
                paper.text(53 + 12 * figure, y + 5.5, str(figure))
        row(paper, "備考", 100)

    draft = draft_of(draw)
    assert [group.label for group in draft.marks] == ["道路", "公園"]
    assert [option.label for option in draft.marks[0].options] == ["1", "2", "3", "4", "5"]
    assert len(draft.fields) == 1


def test_numbers_of_columns_are_no_scale() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "備考", 100)
        for column, figure in enumerate((3, 4, 5, 7)):
            paper.box(20 + 12 * column, 50, 12, 8)
            paper.text(25 + 12 * column, 55.5, str(figure))

    assert not draft_of(draw).marks


def test_a_rule_under_options_and_sentences_parts_and_is_no_line_to_write_on() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "氏名")
        paper.box(20, 77.5, 3.2, 3.2)
        paper.text(24.5, 80.3, "答えたくない")
        paper.line(20, 84, 180, 84)
        paper.text(20, 110, "該当するものを選んでください。")
        paper.line(20, 113, 180, 113)

    assert [field.label for field in draft_of(draw).fields] == ["氏名"]


def test_behind_an_option_that_asks_for_more_there_is_a_line() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "氏名")
        paper.box(20, 77.5, 3.2, 3.2)
        paper.text(24.5, 80.3, "その他")
        paper.line(40, 82, 180, 82)

    assert len(draft_of(draw).fields) == 2


def test_a_place_over_a_line_stands_in_one_cell() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "氏名")
        paper.box(20, 100, 60, 9)
        paper.box(80, 100, 60, 9)
        paper.text(22, 106, "窓口の対応")
        paper.text(108, 106, "1")
        paper.line(20, 112, 180, 112)

    for field in draft_of(draw).fields:
        assert not (field.box.y < 109 < field.box.y + field.box.height)


@pytest.mark.parametrize(
    "words",
    [("該当", "・", "非該当"), ("希望する", "・", "希望しない"), ("加入済", "・", "加入未")],
)
def test_a_word_and_its_no_are_a_choice_also_in_brackets(words: tuple[str, ...]) -> None:
    def draw(paper: Paper) -> None:
        row(paper, "介護保険")
        paper.text(62, 57, "（" + "".join(words) + "）")
        row(paper, "備考", 80)

    (group,) = draft_of(draw).marks
    labels = [option.label.strip("()") for option in group.options]
    assert labels == [words[0], words[2]]


def test_known_words_with_room_between_them_are_circled() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "届出人")
        for x, words in ((62, "本人"), (78, "世帯主"), (98, "配偶者"), (118, "代理人")):
            paper.text(x, 57, words)
        row(paper, "備考", 80)

    (group,) = draft_of(draw).marks
    assert [option.label for option in group.options] == ["本人", "世帯主", "配偶者", "代理人"]


def test_printed_squares_on_close_lines_do_not_overlap() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "雇用の形態")
        paper.text(62, 55.5, "□正社員　□派遣社員")
        paper.text(62, 59.2, "□自営業　□その他")
        row(paper, "備考", 80)

    (group,) = draft_of(draw).marks
    assert len(group.options) == 4


def test_a_printed_square_amid_a_sentence_is_only_spoken_of() -> None:
    def draw(paper: Paper) -> None:
        paper.text(20, 40, "該当する□に印を付けてください。")
        row(paper, "備考", 80)

    assert not draft_of(draw).marks


def test_the_head_of_another_table_names_nothing() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "担当者名")
        paper.box(20, 90, 40, 12)
        paper.box(60, 90, 100, 12)
        paper.text(62, 97, "備考")

    assert [field.label for field in draft_of(draw).fields] == ["担当者名", "備考"]


def test_a_second_empty_cell_of_a_row_has_the_name_of_the_row() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "氏名")
        paper.box(160, 50, 40, 12)

    assert [field.label for field in draft_of(draw).fields] == ["氏名", "氏名"]


def test_room_in_brackets_outside_of_all_cells_is_written_in() -> None:
    def draw(paper: Paper) -> None:
        row(paper, "氏名", 80)
        paper.text(20, 40, "その他（")
        paper.text(70, 40, "）")

    places = [(field.label, round(field.box.x)) for field in draft_of(draw).fields]
    assert ("その他", 34) in [(label, 34 if 32 < x < 37 else x) for label, x in places]
