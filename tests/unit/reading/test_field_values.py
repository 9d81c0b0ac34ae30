from dataclasses import replace

import pytest
from reading_pages import box

from pipelines.confidence import CRITICAL, SURE
from pipelines.field_values import (
    Candidate,
    choose_value,
    compose_parts,
    is_doubtful,
    part_candidates,
    with_era,
)
from pipelines.forms.model import (
    DatePart,
    Era,
    EraOption,
    FieldDefinition,
    FieldKind,
    FieldPart,
)


def _field(
    kind: FieldKind, *parts: DatePart, critical: bool = False, cells: int = 1
) -> FieldDefinition:
    place = box(10, 10, 40, 8)
    return FieldDefinition(
        name="it",
        label="それ",
        kind=kind,
        box=place,
        parts=tuple(FieldPart(part=part, box=place) for part in parts),
        critical=critical,
        cells=cells,
    )


BIRTH = _field(FieldKind.DATE, DatePart.YEAR, DatePart.MONTH, DatePart.DAY)


def test_a_date_is_composed_as_it_stands_on_the_paper() -> None:
    texts = {DatePart.YEAR: "2", DatePart.MONTH: "5", DatePart.DAY: "3"}
    assert compose_parts(BIRTH, texts, Era.HEISEI) == "平成2年5月3日"
    assert compose_parts(BIRTH, texts | {DatePart.YEAR: "2025"}, Era.WESTERN) == "2025年5月3日"
    assert compose_parts(BIRTH, texts, None) == "2年5月3日"


@pytest.mark.parametrize(
    ("kind", "texts", "whole"),
    [
        (FieldKind.POSTAL_CODE, ("120", "8510"), "120-8510"),
        (FieldKind.PHONE, ("03", "3880", "5111"), "03-3880-5111"),
    ],
)
def test_numbers_in_parts_get_their_hyphens(
    kind: FieldKind, texts: tuple[str, ...], whole: str
) -> None:
    places = (DatePart.FIRST, DatePart.SECOND, DatePart.THIRD)[: len(texts)]
    field = _field(kind, *places)
    assert compose_parts(field, dict(zip(places, texts, strict=True)), None) == whole


def test_the_era_beside_a_box_joins_a_year_without_one() -> None:
    plain = _field(FieldKind.DATE)
    assert with_era(plain, "2年5月3日", Era.HEISEI) == "平成2年5月3日"
    assert with_era(plain, "昭和2年5月3日", Era.HEISEI) == "昭和2年5月3日"
    assert with_era(_field(FieldKind.TEXT), "2年", Era.HEISEI) == "2年"


def test_the_confidence_of_a_whole_falls_with_every_part() -> None:
    found = part_candidates(
        BIRTH,
        {
            DatePart.YEAR: [Candidate("2", 0.9)],
            DatePart.MONTH: [Candidate("5", 0.8), Candidate("6", 0.1)],
            DatePart.DAY: [Candidate("3", 1.0)],
        },
        Era.HEISEI,
    )
    assert found[0].text == "平成2年5月3日"
    assert found[0].confidence == pytest.approx(0.72)
    assert found[1].text == "平成2年6月3日"
    assert found[1].confidence == pytest.approx(0.09)


def test_a_reading_that_is_no_day_gives_way_to_one_that_is() -> None:
    value = choose_value(
        BIRTH, [Candidate("平成2年13月3日", 0.6), Candidate("平成2年12月3日", 0.3)]
    )
    assert value.normalised.value == "1990-12-03"
    assert value.likelihood <= 0.6


def test_without_a_possible_alternative_the_reading_stays_and_has_no_value() -> None:
    value = choose_value(BIRTH, [Candidate("令和7年13月40日", 0.99)])
    assert value.text == "令和7年13月40日"
    assert value.normalised.value is None


def test_a_check_digit_speaks_for_the_next_best_number() -> None:
    field = _field(FieldKind.MY_NUMBER)
    value = choose_value(field, [Candidate("123456789010", 0.7), Candidate("123456789018", 0.2)])
    assert value.normalised.value == "123456789018"
    assert value.normalised.problems == ()


def test_alternatives_are_parsed_and_differ_from_the_value() -> None:
    field = _field(FieldKind.AMOUNT)
    value = choose_value(
        field, [Candidate("1,000円", 0.8), Candidate("1000", 0.1), Candidate("7000", 0.05)]
    )
    assert [c.text for c in value.others] == ["7000"]


def test_critical_fields_are_doubted_sooner() -> None:
    plain, critical = _field(FieldKind.KANJI_NAME), _field(FieldKind.KANJI_NAME, critical=True)
    value = choose_value(plain, [Candidate("鈴木 一郎", 0.92)])
    between = replace(value, confidence=(SURE + CRITICAL) / 2)
    assert not is_doubtful(plain, between)
    assert is_doubtful(critical, between)


def test_a_code_that_exists_is_preferred_to_one_that_does_not() -> None:
    field = _field(FieldKind.POSTAL_CODE)
    value = choose_value(field, [Candidate("9990000", 0.6), Candidate("1208510", 0.3)])
    assert value.normalised.value == "1208510"
    assert [c.text for c in value.others] == ["9990000"]


def test_a_code_that_does_not_exist_is_kept_where_the_ink_is_clear() -> None:
    field = _field(FieldKind.POSTAL_CODE)
    value = choose_value(field, [Candidate("9990000", 0.95), Candidate("1208510", 0.02)])
    assert value.normalised.value == "9990000"


def test_two_parts_may_be_wrong_at_once() -> None:
    readings = {
        DatePart.YEAR: [Candidate("2", 0.9)],
        DatePart.MONTH: [Candidate("13", 0.6), Candidate("12", 0.3)],
        DatePart.DAY: [Candidate("32", 0.6), Candidate("22", 0.3)],
    }
    value = choose_value(BIRTH, part_candidates(BIRTH, readings, Era.HEISEI))
    assert value.normalised.value == "1990-12-22"


def test_what_parses_with_a_problem_is_doubtful() -> None:
    value = choose_value(BIRTH, [Candidate("平成33年5月3日", 0.999)])
    assert value.normalised.value == "2021-05-03"
    assert is_doubtful(BIRTH, value)


@pytest.mark.parametrize(("text", "doubtful"), [("98920", False), ("989120", True)])
def test_more_figures_than_cells_are_doubtful(text: str, doubtful: bool) -> None:
    comb = _field(FieldKind.DIGITS, cells=5)
    value = replace(choose_value(comb, [Candidate(text, 0.999)]), confidence=0.9999)
    assert is_doubtful(comb, value) is doubtful


def test_clear_ink_wins_over_a_day_that_could_be() -> None:
    """A month 16, surely read: who wrote it is asked, and month 1 stands by as another reading."""
    readings = {
        DatePart.YEAR: [Candidate("25", 0.99)],
        DatePart.MONTH: [Candidate("16", 0.92), Candidate("1", 0.07)],
        DatePart.DAY: [Candidate("23", 0.99)],
    }
    value = choose_value(BIRTH, part_candidates(BIRTH, readings, Era.SHOWA))
    assert (value.text, value.normalised.value) == ("昭和25年16月23日", None)
    assert "1950-01-23" in [other.text for other in value.others]
    assert is_doubtful(BIRTH, replace(value, confidence=0.9999))


def test_a_month_that_never_was_stays_in_a_date_without_a_day() -> None:
    value = choose_value(BIRTH, [Candidate("令和8年14月", 0.9), Candidate("令和8年4月", 0.08)])
    assert value.text == "令和8年14月"


def test_a_value_against_the_ink_is_doubtful() -> None:
    """Too faint to hold against the writer, and too probable to be passed over in silence."""
    readings = {
        DatePart.YEAR: [Candidate("25", 0.99)],
        DatePart.MONTH: [Candidate("16", 0.45), Candidate("1", 0.05)],
        DatePart.DAY: [Candidate("23", 0.99)],
    }
    value = choose_value(BIRTH, part_candidates(BIRTH, readings, Era.SHOWA))
    assert value.normalised.value == "1950-01-23"
    assert is_doubtful(BIRTH, replace(value, confidence=0.9999))


def test_a_broken_reading_of_a_date_still_gives_way() -> None:
    """Without its month it is no date at all: that speaks against the reading."""
    value = choose_value(BIRTH, [Candidate("令和8年月3日", 0.9), Candidate("令和8年1月3日", 0.05)])
    assert value.normalised.value == "2026-01-03"


def test_without_an_era_the_printed_ones_are_offered() -> None:
    eras = tuple(EraOption(value=era, box=box(10, 10, 5, 5)) for era in (Era.HEISEI, Era.REIWA))
    printed = BIRTH.model_copy(update={"eras": eras})
    value = choose_value(printed, [Candidate("18年5月3日", 0.9)])
    assert value.normalised.value is None
    assert [other.text for other in value.others] == ["2036-05-03", "2006-05-03"]
    beyond = choose_value(printed, [Candidate("33年5月3日", 0.9)])
    assert [other.text for other in beyond.others] == ["2051-05-03"]


@pytest.mark.parametrize(("text", "doubtful"), [("58,000", False), ("58,00", True)])
def test_a_sum_whose_groups_lack_a_figure_is_doubtful(text: str, doubtful: bool) -> None:
    field = _field(FieldKind.AMOUNT)
    value = replace(choose_value(field, [Candidate(text, 0.999)]), confidence=0.9999)
    assert is_doubtful(field, value) is doubtful
