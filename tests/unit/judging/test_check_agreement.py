"""Postal codes against addresses, kana against names: only clear contradictions are told."""

from datetime import date

import pytest

from pipelines.check import check_fields
from pipelines.check_agreement import contradicting_place
from pipelines.forms.model import FormDefinition
from pipelines.records import Field, FieldSource, FieldState, Finding, Severity
from pipelines.reference.names import reading_contradicts
from pipelines.reference.postal import find_places

BOX = {"x": 10, "y": 10, "width": 40, "height": 8}


def place(name: str, kind: str, section: str = "届出人", **more: object) -> dict[str, object]:
    return {"name": name, "label": name, "kind": kind, "box": BOX, "section": section, **more}


FORM = FormDefinition.model_validate(
    {
        "id": "test-form",
        "revision": "1",
        "title": "試験様式",
        "operation": "other",
        "document_kind": "application",
        "valid": {"from": "2026-04-01"},
        "pages": [{"number": 1}],
        "fields": [
            place("code", "postal_code"),
            place("address", "address"),
            place("old_code", "postal_code"),
            place("old_address", "address"),
            place("lone_code", "postal_code", "代理人"),
            place("person_kana", "kana_name"),
            place("person_name", "kanji_name"),
        ],
    }
)


def field(name: str, value: str | None, **changes: object) -> Field:
    values: dict[str, object] = {
        "name": name,
        "label": name,
        "kind": "text",
        "value": value,
        "raw_text": value or "",
        "confidence": 0.99,
        "state": FieldState.READ if value else FieldState.BLANK,
        "source": FieldSource.READ,
        "box": None,
        "page": 1,
    }
    return Field(**(values | changes))  # type: ignore[arg-type]


def findings(*fields: Field) -> list[Finding]:
    return list(check_fields(fields, FORM, today=date(2026, 11, 23)))


def test_a_code_of_another_town_is_told_with_both_fields() -> None:
    (finding,) = findings(field("code", "1200005"), field("address", "青井三丁目2-1"))
    assert finding.rule == "value.postal_address.code"
    assert finding.severity is Severity.WARNING
    assert finding.fields == ("code", "address")
    assert finding.ground == "郵便番号簿"
    assert "120-0005" in finding.message
    assert "東京都足立区綾瀬" in finding.message


def test_each_code_is_compared_with_the_next_address_of_its_section() -> None:
    fields = [
        field("code", "1200012"),
        field("address", "足立区青井3-2-1"),
        field("old_code", "1200012"),
        field("old_address", "足立区綾瀬1-1"),
        field("lone_code", "1200005"),
    ]
    assert [finding.rule for finding in findings(*fields)] == ["value.postal_address.old_code"]


@pytest.mark.parametrize(
    "fields",
    [
        [field("code", "1200005", doubtful=True), field("address", "青井3-2-1")],
        [field("code", "1200005"), field("address", "青井3-2-1", doubtful=True)],
        [field("code", "1200005"), field("address", None)],
        [field("code", None), field("address", "青井3-2-1")],
        [field("code", "12000"), field("address", "青井3-2-1", doubtful=True)],
    ],
)
def test_doubtful_and_blank_values_contradict_nothing(fields: list[Field]) -> None:
    rules = {finding.rule for finding in findings(*fields)}
    assert not any("postal" in rule for rule in rules)


def test_a_code_that_nobody_has_is_told_by_itself() -> None:
    (finding,) = findings(field("code", "1200999"), field("address", "青井3-2-1"))
    assert finding.rule == "value.postal_unknown.code"
    assert finding.severity is Severity.WARNING


def test_codes_of_single_receivers_come_and_go_and_are_not_called_unknown() -> None:
    assert find_places("1208999") == ()
    assert findings(field("code", "1208999")) == []


@pytest.mark.parametrize(
    "address",
    [
        "東京都足立区青井三丁目2番1号",
        "足立区青井3-2-1 コーポ千住101",
        "青井３丁目２－１",
        "東京都 足立区 青井 3-2-1",
        "青丼3-2-1",
        "青井コーポ",
        "不明",
    ],
)
def test_the_right_town_or_one_that_is_not_known_is_no_contradiction(address: str) -> None:
    assert contradicting_place("1200012", address) is None


@pytest.mark.parametrize(
    "address",
    ["神奈川県横浜市中区山下町1", "東京都葛飾区亀有3-1", "葛飾区亀有3-1", "千住旭町5番"],
)
def test_another_prefecture_city_or_town_is_a_contradiction(address: str) -> None:
    assert contradicting_place("1200012", address) == "東京都足立区青井"


def test_the_end_of_a_town_may_be_left_out() -> None:
    assert contradicting_place("1200026", "千住5番3号") is None
    assert contradicting_place("1200034", "千住旭町5番3号") is not None


def test_numbers_in_towns_may_be_written_either_way() -> None:
    assert contradicting_place("0010010", "札幌市北区北10条西5丁目") is None
    assert contradicting_place("0010011", "北区北10条西5丁目") is not None


@pytest.mark.parametrize(
    ("name", "kana"),
    [("佐藤 花子", "スズキ ハナコ"), ("田中 一郎", "ヤマモト イチロウ")],
)
def test_kana_of_another_surname_are_told_as_information(name: str, kana: str) -> None:
    (finding,) = findings(field("person_kana", kana), field("person_name", name))
    assert finding.rule == "value.kana_kanji.person_kana"
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize(
    ("name", "kana"),
    [
        ("佐藤 花子", "サトウ ハナコ"),
        ("佐藤 花子", "サトー ハナコ"),
        ("山崎 健", "ヤマサキ ケン"),
        ("河野 健", "コウノ ケン"),
        ("東海林 健", "ショウジ ケン"),
        ("林 志明", "リン シメイ"),
        ("珍名 花子", "スズキ ハナコ"),
        ("佐藤花子", "スズキ ハナコ"),
        ("佐藤 花子", "スズキハナコ"),
    ],
)
def test_readings_that_may_be_right_are_left_alone(name: str, kana: str) -> None:
    assert not reading_contradicts(name, kana)
