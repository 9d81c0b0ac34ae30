import pytest
from imaging_pages import make_form

from pipelines.mark_fields import PRESENT, mark_fields
from pipelines.records import BoundingBox, Field, FieldSource, FieldState, Mark, MarkState

E, M, S, A = MarkState.EMPTY, MarkState.MARKED, MarkState.STRUCK, MarkState.AMBIGUOUS


def mark(group: str, option: str, state: MarkState, x: float, confidence: float = 0.99) -> Mark:
    box = BoundingBox(x0=x, y0=10, x1=x + 20, y1=30)
    return Mark(group=group, option=option, state=state, confidence=confidence, box=box, page=1)


def choice(*given: MarkState, confidence: float = 0.99) -> Field:
    marks = [mark("choice", f"o{i}", s, 100 * i, confidence) for i, s in enumerate(given)]
    (field,) = mark_fields(make_form("moving-notice"), marks)
    return field


def test_one_mark_is_its_value_with_words_and_a_box_around_all_options() -> None:
    field = choice(E, M, E)
    assert (field.value, field.raw_text, field.kind) == ("o1", "選択1", "marks")
    assert field.state is FieldState.READ and field.source is FieldSource.READ
    assert field.confidence == pytest.approx(0.99) and not field.doubtful
    assert field.box == BoundingBox(x0=0, y0=10, x1=220, y1=30)


def test_no_mark_is_blank() -> None:
    field = choice(E, E, E)
    assert field.value is None and field.state is FieldState.BLANK
    assert field.source is FieldSource.BLANK and not field.doubtful


def test_several_marks_where_one_is_asked_for_are_kept_and_doubtful() -> None:
    field = choice(M, E, M)
    assert field.value == "o0,o2" and field.doubtful and field.confidence <= 0.5


def test_a_struck_mark_beside_a_good_one_is_left_out_and_looked_at() -> None:
    field = choice(S, M, E)
    assert field.value == "o1" and field.doubtful


def test_only_a_struck_mark_is_struck_not_blank() -> None:
    field = choice(S, E, E)
    assert field.value is None and field.state is FieldState.STRUCK and field.doubtful


def test_an_open_mark_is_unreadable_with_the_option_as_alternative() -> None:
    field = choice(E, A, E, confidence=0.6)
    assert field.value is None and field.state is FieldState.UNREADABLE and field.doubtful
    assert [a.value for a in field.alternatives] == ["o1"]


def test_an_unsure_mark_is_doubtful() -> None:
    assert choice(E, M, E, confidence=0.8).doubtful


@pytest.mark.parametrize(
    ("state", "value", "expected"),
    [(M, PRESENT, FieldState.READ), (E, None, FieldState.BLANK), (A, None, FieldState.UNREADABLE)],
)
def test_seals(state: MarkState, value: str | None, expected: FieldState) -> None:
    (field,) = mark_fields(make_form("moving-notice"), [mark("seal", "seal", state, 0)])
    assert (field.kind, field.value, field.state) == ("seal", value, expected)
    assert field.doubtful is (state is A)


def test_groups_without_marks_on_these_pages_make_no_fields() -> None:
    assert mark_fields(make_form("moving-notice"), []) == ()
