"""Who a document speaks of, and the names of papers."""

import pytest

from ocr_service.cases.grouping import check_number
from ocr_service.cases.matching import Basis, attachment_titles, digest_of, identities, title_fits
from pipelines.errors import CodedError
from pipelines.forms.load import FormLibrary
from pipelines.records import Field, FieldSource, FieldState
from pipelines.reference.readings import with_furigana

NUMBER = "123456789018"
KEY = b"k" * 32


def field(name: str, kind: str) -> Field:
    return Field(
        name=name,
        label=name,
        kind=kind,
        value=None,
        raw_text="",
        confidence=1.0,
        state=FieldState.READ,
        source=FieldSource.READ,
        box=None,
        page=1,
    )


FIELDS = (
    field("child_kana", "kana_name"),
    field("child_birth", "date"),
    field("guardian_kana", "kana_name"),
    field("guardian_birth_date", "date"),
    field("guardian_number", "my_number"),
    field("started_birth_like", "date"),
)


def test_names_go_with_the_birth_of_the_same_person() -> None:
    values = {
        "child_kana": "アダチ　ハルト",
        "child_birth": "2021-05-06",
        "guardian_kana": "アダチ ハナコ",
        "guardian_birth_date": "1990-04-01",
        "guardian_number": "1234 5678 9018",
    }
    assert identities(FIELDS, values) == {
        (Basis.NAME_BIRTH, "アダチハルト|2021-05-06"),
        (Basis.NAME_BIRTH, "アダチハナコ|1990-04-01"),
        (Basis.NUMBER, NUMBER),
    }


def test_half_of_a_person_is_nobody() -> None:
    assert identities(FIELDS, {"child_kana": "アダチ ハルト"}) == frozenset()
    assert identities(FIELDS, {"child_birth": "2021-05-06"}) == frozenset()
    assert identities(FIELDS, {"guardian_number": "123456789012"}) == frozenset()


def test_a_birth_without_prefix_belongs_to_the_first_name_or_to_its_two_parts() -> None:
    single = (field("insured_kana", "kana_name"), field("birth_date", "date"))
    found = identities(single, {"insured_kana": "ア イ", "birth_date": "1950-01-02"})
    assert found == {(Basis.NAME_BIRTH, "アイ|1950-01-02")}
    parts = (
        field("surname_kana", "kana_name"),
        field("given_name_kana", "kana_name"),
        field("birth_date", "date"),
    )
    values = {"surname_kana": "ア", "given_name_kana": "イ", "birth_date": "1950-01-02"}
    assert identities(parts, values) == found


def test_digests_depend_on_the_key_and_say_nothing() -> None:
    one = digest_of(KEY, Basis.NUMBER, NUMBER)
    assert one == digest_of(KEY, Basis.NUMBER, NUMBER)
    assert one != digest_of(b"j" * 32, Basis.NUMBER, NUMBER)
    assert one != digest_of(KEY, Basis.NAME_BIRTH, NUMBER)
    assert NUMBER not in one


def test_the_names_of_a_paper() -> None:
    label = "健康保険資格喪失証明書または離職票"
    assert attachment_titles(label) == ("健康保険資格喪失証明書", "離職票")
    assert attachment_titles("障害者手帳等の写し") == ("障害者手帳",)
    assert attachment_titles("代理権の確認書類（委任状等）") == ("代理権の確認書類",)
    assert title_fits(label, "雇用保険被保険者離職票1")
    assert not title_fits(label, "委任状")
    assert not title_fits("印", "印鑑登録")


@pytest.mark.parametrize("number", ["足立花子", "R8 1", NUMBER, "-1", "", "a" * 41, "R8\n"])
def test_names_and_my_numbers_are_no_case_numbers(number: str) -> None:
    with pytest.raises(CodedError):
        check_number(number)


def test_numbers_of_the_office_are_case_numbers() -> None:
    assert check_number("R8-000123") == "R8-000123"


def test_every_kanji_of_every_attachment_has_a_reading() -> None:
    for entry in FormLibrary.builtin().entries:
        for attachment in entry.definition.attachments:
            bare = without_ruby(with_furigana(attachment.label))
            assert not any("一" <= char <= "鿿" for char in bare), attachment.label


def test_single_kanji_are_words_only_alone() -> None:
    assert with_furigana("地方の方") == "地方の方《かた》"
    assert with_furigana("様住所") == "様｜住所《じゅうしょ》"
    assert with_furigana("お知らせ") == "お知《し》らせ"
    assert with_furigana("書類《かみ》と書類") == "書類《かみ》と書類《しょるい》"


def without_ruby(text: str) -> str:
    import re

    return re.sub(r"(｜[^《]+|[々〆ヶ一-鿿]+)《[^》]*》", "", text)
