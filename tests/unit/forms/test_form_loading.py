"""Form files: what is wrong with them is said with file, field and line."""

import pickle
from pathlib import Path

import pytest

from pipelines.errors import ErrorCode
from pipelines.forms.load import FormFileError, FormProblem, load_form, parse_form, review_form

GOOD = """\
id: test-form
revision: "1"
title: 試験様式
operation: other
document_kind: application
valid: {from: 2026-04-01}
pages:
  - number: 1
    code: {x: 180, y: 10, size: 16}
    printed:
      - {type: text, text: 氏名, x: 20, y: 45}
fields:
  - name: person
    label: 氏名
    kind: kanji_name
    box: {x: 40, y: 40, width: 60, height: 9}
    required: true
  - name: amount
    label: 金額
    kind: amount
    box: {x: 40, y: 60, width: 60, height: 9}
marks:
  - name: kind
    label: 区分
    options:
      - {value: new, label: 新規, box: {x: 40, y: 80, width: 4, height: 4}}
      - {value: old, label: 継続, box: {x: 60, y: 80, width: 4, height: 4}}
rules:
  - id: amount.positive
    expression: amount > 0
    message: "{amount}が正しくありません。"
    ground: 記入要領
export:
  columns:
    - {header: 氏名, field: person}
"""


def problems_of(text: str | bytes, directory: Path = Path()) -> tuple[FormProblem, ...]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(FormFileError) as caught:
        parse_form(data, file="form.yaml", directory=directory)
    assert caught.value.code is ErrorCode.FORM_INVALID
    return caught.value.problems


def only_problem(text: str | bytes, directory: Path = Path()) -> FormProblem:
    (problem,) = problems_of(text, directory)
    return problem


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_good_file_loads() -> None:
    form = parse_form(GOOD.encode(), file="form.yaml", directory=Path())
    assert (form.id, form.revision, len(form.fields)) == ("test-form", "1", 2)


@pytest.mark.parametrize(
    ("old", "new", "field", "part", "words"),
    [
        ("title: 試験様式", "titel: 試験様式", "titel", "titel", "「title」の書き間違い"),
        ("kind: amount", "knid: amount", "fields.amount.knid", "knid", "「kind」の書き間違い"),
        ("y: 45}", "y: 45, bolt: true}", "pages.1.printed.1.bolt", "bolt", "「bold」の書き間違い"),
        ("kind: amount", "kind: money", "fields.amount.kind", "kind: money", "選べる値"),
        ("width: 60, height: 9}", "width: 0, height: 9}", "fields.person.box.width", "width: 0",
         "0.0より大きい数"),
        ('revision: "1"', "revision: 1", "revision", "revision", '"1"'),
        ("value: new", "value: no", "marks.kind.options.1.value", "value: no", "文字になりません"),
        ("type: text", "type: txt", "pages.1.printed.1", "type: txt", "type「txt」はありません"),
        ("from: 2026-04-01", "from: 来年", "valid.from", "from: 来年", "2026-04-01"),
        ("name: person", "name: 氏名", "fields.氏名.name", "name: 氏名", "使えません"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_field_and_line(
    old: str, new: str, field: str, part: str, words: str
) -> None:
    text = GOOD.replace(old, new, 1)
    found = [p for p in problems_of(text) if p.field == field]
    assert len(found) == 1
    assert found[0].file == "form.yaml"
    assert found[0].line == line_of(text, part)
    assert words in found[0].message
    assert found[0].detail.isascii()


def test_a_missing_key_is_shown_at_the_item_that_lacks_it() -> None:
    text = GOOD.replace("    label: 金額\n", "")
    problem = only_problem(text)
    assert problem.field == "fields.amount.label"
    assert problem.line == line_of(text, "- name: amount")
    assert "必ず書く項目" in problem.message


def test_all_problems_come_in_the_order_of_the_file() -> None:
    text = GOOD.replace("kind: amount", "kind: money").replace("operation: other", "operation: x")
    assert [p.field for p in problems_of(text)] == ["operation", "fields.amount.kind"]


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("name: amount", "name: person", "fields.person", "2 回"),
        ("x: 40, y: 60", "x: 170, y: 60", "fields.amount", "外に出ています"),
        ("field: person}", "field: nobody}", "export.columns.氏名", "この様式にありません"),
        ("{amount}が", "{sum}が", "rules.amount.positive", "この様式にありません"),
        ("    ground: 記入要領", '    message_en: "{sum} is wrong."\n    ground: 記入要領',
         "rules.amount.positive", "この様式にありません"),
        ("    ground: 記入要領", '    message_easy: "{sum}が ちがいます。"\n    ground: 記入要領',
         "rules.amount.positive", "この様式にありません"),
        ("expression: amount > 0", "expression: amount >", "rules.amount.positive.expression",
         "式の書き方"),
        ("expression: amount > 0", "expression: sum > 0", "rules.amount.positive.expression",
         "「sum」"),
        ("required: true", "required_when: kind ==", "fields.person.required_when", "式の書き方"),
        ("x: 40, y: 60", "x: 40, y: 45", "fields.amount.box", "重なっています"),
        ("x: 60, y: 80", "x: 42, y: 82", "marks.kind.options.old.box", "重なっています"),
        ("code: {x: 180, y: 10", "code: {x: 90, y: 35", "pages.1.code", "重なっています"),
        ("value: old", "value: new", "marks.kind.options", "2 つあります"),
        ("text: 氏名", 'text: "氏名☐"', "pages.1.printed.1.text", "フォントに無い"),
        ("from: 2026-04-01", "from: 2026-04-01, until: 2026-03-01", "valid.until", "より前"),
        ("number: 1", "number: 2", "pages", "1 から順に"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_found(old: str, new: str, field: str, words: str) -> None:
    problem = problems_of(GOOD.replace(old, new, 1))[0]
    assert problem.field == field
    assert words in problem.message
    assert problem.line > 1


def test_a_slip_within_a_long_expression_names_its_own_line() -> None:
    text = GOOD.replace("expression: amount > 0", "expression: |\n      amount > 0 &&\n      )")
    assert only_problem(text).line in (line_of(text, "      )") - 1, line_of(text, "      )"))


def test_parts_must_lie_within_their_field() -> None:
    part = "kind: amount\n    parts: [{part: first, box: {x: 10, y: 60, width: 5, height: 9}}]"
    problem = only_problem(GOOD.replace("kind: amount", part))
    assert problem.field == "fields.amount.parts.first.box"


def test_a_background_must_lie_beside_the_definition(tmp_path: Path) -> None:
    missing = GOOD.replace("number: 1", "number: 1\n    background: blank.pdf")
    assert "見つかりません" in only_problem(missing, tmp_path).message
    outside = GOOD.replace("number: 1", "number: 1\n    background: ../blank.pdf")
    assert "同じフォルダー" in only_problem(outside, tmp_path).message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("id: a\n\ttitle: b\n", 2, "YAML の書き方"),
        ("id: [a, b\n", 2, "YAML の書き方"),
        ("id: a\ntitle: b\nid: c\n", 3, "2 回"),
        ("id: a\nx: !!python/object/apply:os.system [true]\n", 2, "YAML の書き方"),
        ("id: a\nx: " + "[" * 30 + "]" * 30 + "\n", 2, "入れ子"),
        ("- 1\n", 1, "書かれていません"),
        ("", 1, "書かれていません"),
        ("a: &x [*x]\n", 1, "自分自身"),
        ("id: \x07\n", 1, "読めない文字"),
    ],
)  # fmt: skip
def test_bad_yaml_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    problem = only_problem(text)
    assert (problem.line, words in problem.message) == (line, True)


def test_an_alias_bomb_is_refused_at_once() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    assert "大きくなりすぎ" in only_problem("\n".join(rows)).message


def test_ordinary_aliases_are_welcome() -> None:
    text = GOOD.replace("box: {x: 40, y: 60, width: 60, height: 9}", "box: &b {x: 40, y: 60, "
                        "width: 60, height: 9}", 1)  # fmt: skip
    text = text.replace("box: {x: 40, y: 80, width: 4, height: 4}", "box: *b", 1)
    assert "重なって" in problems_of(text)[0].message


def test_files_that_are_too_large_or_not_utf8_are_refused() -> None:
    assert "大きすぎ" in only_problem(b"#" * 2_000_001).message
    assert "UTF-8" in only_problem("題名: 様式".encode("cp932")).message


def test_a_missing_file_is_a_problem_of_that_file(tmp_path: Path) -> None:
    with pytest.raises(FormFileError) as caught:
        load_form(tmp_path / "none.yaml")
    assert caught.value.problems[0].file.endswith("none.yaml")


def test_the_error_survives_a_process_boundary() -> None:
    with pytest.raises(FormFileError) as caught:
        parse_form(b"id: 1\n", file="form.yaml", directory=Path())
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.problems, copy.code) == (caught.value.problems, caught.value.code)


def test_review_points_out_print_inside_a_writing_area(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_text(GOOD.replace("x: 20, y: 45", "x: 50, y: 45"), encoding="utf-8")
    (problem,) = review_form(path)
    assert (problem.field, "印刷" in problem.message) == ("fields.person.box", True)
    path.write_text(GOOD, encoding="utf-8")
    assert review_form(path) == ()
