"""Rules that are refused when a form is loaded: slips, unknown names, wrong types, high cost."""

import time
from pathlib import Path

import pytest

from pipelines.forms.expressions import ExpressionError, compile_expression
from pipelines.forms.load import FormFileError, FormProblem, parse_form

FORM = """\
id: test-form
revision: "1"
title: 試験様式
operation: other
document_kind: application
valid: {from: 2026-04-01}
pages:
  - number: 1
fields:
  - {name: person, label: 氏名, kind: kanji_name, box: {x: 40, y: 40, width: 60, height: 9}}
  - {name: amount, label: 金額, kind: amount, box: {x: 40, y: 60, width: 60, height: 9}}
  - {name: count, label: 人数, kind: digits, box: {x: 40, y: 80, width: 60, height: 9}}
  - {name: birth, label: 生年月日, kind: date, box: {x: 40, y: 100, width: 60, height: 9}}
rules:
  - id: checked
    expression: >-
      EXPRESSION
    message: 確かめてください。
    ground: 記入要領
"""
FIFTY = "[" + ",".join("1" for _ in range(50)) + "]"


def problems(expression: str) -> tuple[FormProblem, ...]:
    text = FORM.replace("EXPRESSION", expression)
    try:
        parse_form(text.encode(), file="form.yaml", directory=Path())
    except FormFileError as error:
        return error.problems
    return ()


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("amount >", "式の書き方が正しくありません（式の1行"),
        ("amount > 0 && payed", "この様式にありません（式の1行15文字目）"),
        ("total(amount) > 0", "「total」という関数はありません（式の1行1文字目）"),
        ("true || person.upper() == 'A'", "「upper」という関数はありません（式の1行16文字目）"),
        ("person + 1 > 2", "値の種類（文字・数・日付）が合わず"),
        ("birth > 3", "値の種類（文字・数・日付）が合わず"),
        ("amount + 1", "「はい・いいえ」"),
        ("person", "「はい・いいえ」"),
        ("person.matches('(a')", "正規表現が正しくない"),
        ("person.matches('" + "a" * 400 + "')", "正規表現が正しくない"),
        ("person.matches('((a{1000}){1000}){1000}')", "正規表現が正しくない"),
        ("true" + " && true" * 300, "式が長すぎます"),
        ("(" * 60 + "true" + ")" * 60, "入れ子が深すぎます"),
        ("!" * 60 + "true", "入れ子が深すぎます"),
        (f"{FIFTY}.all(a, {FIFTY}.all(b, {FIFTY}.all(c, a + b > c)))", "時間がかかりすぎます"),
        (f"[{FIFTY}].all(a, a.all(b, a.all(c, a.all(d, b > 0))))", "時間がかかりすぎます"),
    ],
)  # fmt: skip
def test_a_bad_rule_is_refused_with_file_field_and_position(expression: str, words: str) -> None:
    (problem,) = problems(expression)
    assert problem.file == "form.yaml"
    assert problem.field == "rules.checked.expression"
    assert problem.line == FORM.splitlines().index("    expression: >-") + 1
    assert words in problem.message
    assert problem.detail.isascii()


@pytest.mark.parametrize(
    "expression",
    [
        "amount > 0",
        "int(count) <= 7",
        "int(person) > 0",
        "person.matches('^[A-Z]{2}[0-9]+$')",
        "age(birth, today) >= 18",
        "['12', '山田'].exists(name, name == person)",
        "birth == null || birth <= today",
    ],
)
def test_a_sound_rule_is_taken(expression: str) -> None:
    assert problems(expression) == ()


def test_what_is_taken_ends_soon() -> None:
    dearest = f"{FIFTY}.all(a, [1,2,3,4,5,6,7,8,9,10].all(b, a + b < 12))"
    expression = compile_expression(dearest)
    start = time.process_time()
    assert expression.outcome(()) is True
    assert time.process_time() - start < 2


def test_a_pattern_that_others_take_forever_over_is_quick() -> None:
    expression = compile_expression("text.matches('^(a+)+$')")
    start = time.process_time()
    assert expression.evaluate({"text": "a" * 4000 + "b"}) is False
    assert time.process_time() - start < 1


def test_refusing_takes_no_time_either() -> None:
    start = time.process_time()
    for source in ("(" * 100_000, "[" * 1900, "!" * 1900 + "true"):
        with pytest.raises(ExpressionError):
            compile_expression(source)
    assert time.process_time() - start < 1
