import pytest
import yaml

from ocr_service.review.values import resolve_values
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.model import FormDefinition
from pipelines.records import (
    BoundingBox,
    CategoryScore,
    Field,
    FieldSource,
    FieldState,
    Suggestion,
)

FORM = FormDefinition.model_validate(
    yaml.safe_load("""
id: values-form
revision: "1"
title: 値
operation: other
document_kind: application
valid: {from: 2025-04-01}
pages: [{number: 1}]
fields:
  - {name: birth, label: 生年月日, kind: date, box: {x: 1, y: 1, width: 9, height: 9}}
  - {name: number, label: 個人番号, kind: my_number, box: {x: 1, y: 11, width: 9, height: 9}}
  - {name: memo, label: 備考, kind: text, max_length: 5, box: {x: 1, y: 21, width: 9, height: 9}}
marks:
  - name: one
    label: 一つ
    options: &options
      - {value: a, label: あ, box: {x: 1, y: 31, width: 5, height: 5}}
      - {value: b, label: い, box: {x: 9, y: 31, width: 5, height: 5}}
  - {name: many, label: 複数, select: many, options: *options}
seals: [{name: seal, label: 印, box: {x: 50, y: 1, width: 9, height: 9}}]
""")
)


def field(name, value, kind="text"):
    return Field(
        name=name,
        label=name,
        kind=kind,
        value=value,
        raw_text=value or "",
        confidence=1,
        state=FieldState.READ,
        source=FieldSource.READ,
        box=BoundingBox(x0=0, y0=0, x1=1, y1=1),
        page=1,
    )


def suggestion(*fields):
    return Suggestion(
        form=None,
        form_score=0,
        category=CategoryScore(label="unknown", confidence=1, candidates=()),
        fields=fields,
        findings=(),
        pages=(),
        lines=(),
        versions={},
        timings={},
    )


READ = suggestion(
    field("birth", "1990-04-01", "date"), field("number", "123456789018", "my_number")
)


def resolve(**typed):
    return resolve_values(FORM, READ, typed)


def wrong_field(form, read, typed):
    with pytest.raises(CodedError) as error:
        resolve_values(form, read, typed)
    assert error.value.code == ErrorCode.DECISION_INVALID
    return error.value.params["field"]


def test_nothing_typed_keeps_everything():
    resolved = resolve()
    assert resolved.changed == ()
    assert resolved.values["birth"] == "1990-04-01"
    assert set(resolved.values) == {"birth", "number", "memo", "one", "many", "seal"}


def test_typed_values_are_normalised_by_kind():
    resolved = resolve(birth="平成3年12月24日", number="1234 5678 9018", memo="ｱｲｳ")
    assert resolved.values["birth"] == "1991-12-24"
    assert resolved.values["number"] == "123456789018"
    assert resolved.changed == ("birth", "memo")


def test_the_same_value_in_other_words_is_no_change():
    assert resolve(birth="平成2年4月1日").changed == ()


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_values_can_be_emptied(empty):
    resolved = resolve(birth=empty)
    assert resolved.values["birth"] is None
    assert resolved.changed == ("birth",)


def test_a_masked_value_that_comes_back_unchanged_keeps_the_original():
    resolved = resolve(number="********9018")
    assert resolved.values["number"] == "123456789018"
    assert resolved.changed == ()


def test_a_masked_value_that_was_tampered_with_is_refused():
    assert wrong_field(FORM, READ, {"number": "1*******9018"}) == "number"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("birth", "令和7年13月40日"),
        ("number", "12345"),
        ("memo", "長すぎる備考です"),
        ("memo", "\x00"),
        ("one", "c"),
        ("one", "a,b"),
        ("many", "a,x"),
        ("seal", "maybe"),
        ("unknown_name", "x"),
    ],
)
def test_what_does_not_fit_names_its_field(name, text):
    assert wrong_field(FORM, READ, {name: text}) == name


def test_names_that_are_no_names_are_not_repeated():
    assert wrong_field(FORM, READ, {"足立花子": "x"}) == "?"


def test_options_are_put_into_the_order_of_the_form():
    assert resolve(many="b, a").values["many"] == "a,b"
    assert resolve(many=",").values["many"] is None
    assert resolve(seal="present").changed == ("seal",)


def test_pages_without_a_form_take_corrections_of_what_was_read():
    read = suggestion(field("pair_1", "足立", "kanji_name"), field("pair_2", None))
    resolved = resolve_values(None, read, {"pair_1": "足立 花子"})
    assert resolved.changed == ("pair_1",)
    assert wrong_field(None, read, {"pair_9": "x"}) == "pair_9"
