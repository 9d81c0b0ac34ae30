"""CEL expressions of form definitions."""

from datetime import date

import pytest

from pipelines.forms.expressions import (
    EvaluationError,
    ExpressionError,
    Value,
    compile_expression,
)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a > 1 && b == 'x'", {"a", "b"}),
        ("age(birth, today) >= 18", {"birth", "today"}),
        ("kinds.exists(k, k == wanted)", {"kinds", "wanted"}),
        ("size(name) > 2 && name.startsWith('足')", {"name"}),
        ("a in ['x', b]", {"a", "b"}),
    ],
)
def test_the_names_of_an_expression_are_its_variables(source: str, names: set[str]) -> None:
    assert compile_expression(source).names == names


@pytest.mark.parametrize(
    ("source", "values", "holds"),
    [
        ("age(birth, today) == 17", {"birth": date(2008, 11, 24), "today": date(2026, 11, 23)}, 1),
        ("age(birth, today) == 18", {"birth": date(2008, 11, 23), "today": date(2026, 11, 23)}, 1),
        ("days(a, b) <= 14", {"a": date(2026, 2, 20), "b": date(2026, 3, 6)}, 1),
        ("days(a, b) <= 14", {"a": date(2026, 2, 20), "b": date(2026, 3, 7)}, 0),
        ("school_year(birth) == 2026", {"birth": date(2020, 4, 1)}, 1),
        ("school_year(birth) == 2027", {"birth": date(2020, 4, 2)}, 1),
        ("'work' in reasons", {"reasons": ["work", "care"]}, 1),
        ("a == null", {"a": None}, 1),
    ],
)
def test_functions_and_values(source: str, values: dict[str, object], holds: int) -> None:
    assert compile_expression(source).evaluate(values) is bool(holds)  # type: ignore[arg-type]


def test_a_syntax_error_says_where() -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression("age(birth, today) >=\n")
    assert caught.value.line >= 1
    assert caught.value.column >= 1


@pytest.mark.parametrize("source", ["a + 'x' > 1", "a"])
def test_what_gives_no_truth_value_fails(source: str) -> None:
    with pytest.raises(EvaluationError):
        compile_expression(source).evaluate({"a": 1})


@pytest.mark.parametrize("given", [5, 0, ["a"], "x", date(2026, 4, 1), True])
def test_anything_may_be_compared_with_null(given: Value) -> None:
    values = {"given": given, "blank": None}
    assert compile_expression("given != null && blank == null").evaluate(values)
    assert not compile_expression("given == null || blank != null").evaluate(values)


def test_a_blank_amount_can_count_as_nothing() -> None:
    total = compile_expression("total == (a == null ? 0 : a) + (b == null ? 0 : b)")
    assert total.evaluate({"total": 70, "a": 70, "b": None})
    assert not total.evaluate({"total": 70, "a": 70, "b": 1})


def test_names_are_the_same_but_for_spaces() -> None:
    same = compile_expression("same(a, b)")
    assert same.evaluate({"a": "山田 太郎", "b": "山田太郎"})
    assert not same.evaluate({"a": "山田太郎", "b": "山田次郎"})
    assert same.evaluate({"a": "冨永 邊", "b": "富永辺"})
    with pytest.raises(EvaluationError):
        same.evaluate({"a": "山田太郎", "b": None})


@pytest.mark.parametrize("source", ["a.size() == 8", "a.size() != 8", "int(a) + 1 == 2"])
def test_an_equation_over_a_blank_value_cannot_be_judged(source: str) -> None:
    with pytest.raises(EvaluationError):
        compile_expression(source).evaluate({"a": None})


def test_an_expression_that_fails_on_blanks_fails_the_same_way_again() -> None:
    expression = compile_expression("age(birth, today) > 3")
    for _ in range(3):
        with pytest.raises(EvaluationError) as raised:
            expression.evaluate({"birth": True, "today": True})
        assert raised.traceback[-1].name == "evaluate"
        assert len(raised.traceback) == 2
