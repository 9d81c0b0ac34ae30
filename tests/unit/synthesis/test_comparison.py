import pytest

from pipelines.records import Field, FieldSource, FieldState
from pipelines.synthesis.compare import compare
from pipelines.synthesis.truth import Truth, TruthField, TruthPage, dump_truth, load_truth


def _truth(*fields: TruthField) -> Truth:
    return Truth(
        form_id="f",
        form_revision="1",
        seed=1,
        on="2026-10-01",
        hand="strokes",
        degradations=("clean",),
        faults=(),
        pages=(TruthPage(number=1, width=100, height=200),),
        fields=fields,
        findings=("required.a",),
    )


def _expected(value: str | None, kind: str = "text", name: str = "a") -> TruthField:
    return TruthField(
        name=name,
        kind=kind,
        value=value,
        text=value or "",
        state=FieldState.READ if value else FieldState.BLANK,
        box=(1.0, 2.0, 3.5, 4.0),
        page=1,
    )


def _read(value: str | None, name: str = "a", *, doubtful: bool = False) -> Field:
    return Field(
        name=name,
        label="",
        kind="text",
        value=value,
        raw_text=value or "",
        confidence=1.0,
        state=FieldState.READ if value else FieldState.BLANK,
        source=FieldSource.READ,
        box=None,
        page=1,
        doubtful=doubtful,
    )


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("渡邉 健", "渡邉健"),
        ("1-2-3", "1ー2−3"),
        ("ＡＢＣ", "ABC"),
        ("コーポ 203", "コーポ203"),
        (None, None),
    ],
)
def test_spelling_that_means_the_same_is_exact(expected: str | None, got: str | None) -> None:
    assert compare([_read(got)], _truth(_expected(expected))).exact == 1


@pytest.mark.parametrize(
    ("expected", "got"),
    [("髙橋", "高橋"), ("渡邉", "渡辺"), ("コーポ", "コ-ポ"), ("1", None), (None, "1")],
)
def test_other_values_are_wrong(expected: str | None, got: str | None) -> None:
    assert compare([_read(got)], _truth(_expected(expected))).wrong[0].name == "a"


def test_marked_options_count_in_any_order() -> None:
    truth = _truth(_expected("mon,tue", kind="mark"))
    assert compare([_read("tue,mon")], truth).exact == 1
    assert compare([_read("mon")], truth).exact == 0


def test_blank_fields_do_not_flatter_the_accuracy() -> None:
    truth = _truth(_expected(None), _expected("x", name="b"))
    result = compare([_read(None), _read("y", name="b")], truth)
    assert (result.exact, result.total, result.accuracy) == (1, 2, 0.0)


def test_a_field_that_was_not_read_is_wrong_and_silent() -> None:
    outcome = compare([], _truth(_expected("x"))).outcomes[0]
    assert outcome.silent
    assert outcome.state_got is None


def test_a_doubtful_mistake_is_not_silent() -> None:
    outcome = compare([_read("y", doubtful=True)], _truth(_expected("x"))).outcomes[0]
    assert not outcome.exact
    assert not outcome.silent


def test_fields_the_truth_does_not_know_are_listed() -> None:
    assert compare([_read("1", name="z")], _truth(_expected("x"))).extra == ("z",)


def test_truth_survives_its_file() -> None:
    truth = _truth(_expected("渡邉 健"), _expected(None, kind="seal", name="s"))
    assert load_truth(dump_truth(truth)) == truth
