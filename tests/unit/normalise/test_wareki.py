from datetime import date

import pytest

from pipelines.normalise.wareki import era_of, normalise_date


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("平成2年5月3日", "1990-05-03"),
        ("令和元年5月1日", "2019-05-01"),
        ("昭和六十四年一月七日", "1989-01-07"),
        ("大正元年7月30日", "1912-07-30"),
        ("昭和元年12月25日", "1926-12-25"),
        ("明治45年7月29日", "1912-07-29"),
        ("H2.5.3", "1990-05-03"),
        ("R7.1.2", "2025-01-02"),
        ("㍻2年5月3日", "1990-05-03"),
        ("昭和３９年１０月１０日（土）", "1964-10-10"),
        ("2025/11/23", "2025-11-23"),
        ("20251123", "2025-11-23"),
        ("西暦2025年11月23日", "2025-11-23"),
        ("令和２年十二月三十一日", "2020-12-31"),
        ("令和2年2月29日", "2020-02-29"),
        ("平成2年5月", "1990-05"),
    ],
)
def test_dates_are_read_in_every_way_they_are_written(text: str, value: str) -> None:
    found = normalise_date(text)
    assert (found.value, found.problems) == (value, ())


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        ("平成33年5月3日", "2021-05-03", "era_exceeded"),
        ("昭和65年1月1日", "1990-01-01", "era_exceeded"),
        ("令和元年4月30日", "2019-04-30", "era_mismatch"),
        ("平成31年5月1日", "2019-05-01", "era_mismatch"),
        ("昭和64年1月8日", "1989-01-08", "era_mismatch"),
        ("明治5年11月1日", "1872-11-01", "before_calendar"),
    ],
)
def test_odd_dates_keep_their_value_and_say_what_is_odd(
    text: str, value: str, problem: str
) -> None:
    found = normalise_date(text)
    assert (found.value, found.problems) == (value, (problem,))


@pytest.mark.parametrize(
    "text",
    ["令和7年13月40日", "令和7年2月29日", "平成0年1月1日", "年月日", "あいう", "平成2年月3日"],
)
def test_what_is_no_day_has_no_value(text: str) -> None:
    found = normalise_date(text)
    assert found.value is None
    assert found.problems == ("unparseable",)


def test_a_short_year_without_an_era_is_not_guessed() -> None:
    assert normalise_date("3年2月1日").problems == ("era_missing",)
    assert normalise_date("026年2月1日").problems == ("unparseable",)


def test_nothing_written_is_empty() -> None:
    assert normalise_date(" ").problems == ("empty",)


def test_a_day_after_today_is_a_problem_only_when_today_is_known() -> None:
    assert normalise_date("令和8年1月1日", today=date(2025, 11, 23)).problems == ("future",)
    assert normalise_date("令和8年1月1日").problems == ()


@pytest.mark.parametrize(
    ("day", "era"),
    [
        (date(2019, 4, 30), ("平成", 31)),
        (date(2019, 5, 1), ("令和", 1)),
        (date(1989, 1, 7), ("昭和", 64)),
        (date(1926, 12, 25), ("昭和", 1)),
        (date(1867, 1, 1), None),
    ],
)
def test_eras_change_on_the_right_day(day: date, era: tuple[str, int] | None) -> None:
    assert era_of(day) == era
