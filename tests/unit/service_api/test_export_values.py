import io
import json

import pytest
import yaml
from openpyxl import load_workbook

from ocr_service.export.files import ConfirmedRecord, escape_formula, make_file
from ocr_service.export.values import formatted, half_kana, wareki
from pipelines.forms.model import FormDefinition

FORM = FormDefinition.model_validate(
    yaml.safe_load("""
id: export-form
revision: "1"
title: 出力[テスト]申請書
operation: other
document_kind: application
valid: {from: 2025-04-01}
pages: [{number: 1}]
fields:
  - {name: name, label: 氏名, kind: kanji_name, box: {x: 1, y: 1, width: 9, height: 9}}
  - {name: code, label: 番号, kind: digits, box: {x: 1, y: 11, width: 9, height: 9}}
marks:
  - name: why
    label: 理由
    select: many
    options:
      - {value: birth, label: 出生, box: {x: 1, y: 31, width: 5, height: 5}}
      - {value: move, label: 転入, box: {x: 9, y: 31, width: 5, height: 5}}
seals: [{name: seal, label: 印, box: {x: 50, y: 1, width: 9, height: 9}}]
export:
  columns:
    - {header: 氏名, field: name}
    - {header: 番号, field: code, format: digits}
    - {header: 理由, field: why, format: label}
    - {header: 印, field: seal, format: label}
""")
)
CP932 = FORM.model_copy(update={"export": FORM.export.model_copy(update={"encoding": "cp932"})})


def record(hidden=frozenset(), **values):
    return ConfirmedRecord(
        document_id="doc_1", decision_id="dec_1", decided_at="t", values=values, hidden=hidden
    )


def csv_text(form, *records):
    return make_file(form, "csv", records).data.decode(form.export.encoding)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2025-04-01", "令和7年4月1日"),
        ("2019-05-01", "令和元年5月1日"),
        ("2019-04-30", "平成31年4月30日"),
        ("1989-01-07", "昭和64年1月7日"),
        ("2025-04", "令和7年4月"),
        ("2019-05", "令和元年5月"),
        ("1700-01-01", "1700-01-01"),
        ("not a date", "not a date"),
    ],
)
def test_dates_in_the_japanese_calendar(value, shown):
    assert wareki(value) == shown


def test_kana_become_half_width():
    assert half_kana("アダチ　タロウ") == "ｱﾀﾞﾁ ﾀﾛｳ"
    assert half_kana("あだち") == "ｱﾀﾞﾁ"


def test_options_and_seals_leave_by_their_labels():
    assert formatted(FORM, "why", "birth,move", "label") == "出生、転入"
    assert formatted(FORM, "seal", "present", "label") == "あり"
    assert formatted(FORM, "why", None, "label") == ""


@pytest.mark.parametrize("cell", ["=1+1", "+81", "-cmd", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_looks_like_a_formula_is_escaped(cell):
    assert escape_formula(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-5", "-12.5", "足立", "090-1234-5678", ""])
def test_numbers_and_words_stay(cell):
    assert escape_formula(cell) == cell


def test_csv_has_a_mark_of_order_a_header_and_quoted_line_breaks():
    data = make_file(FORM, "csv", [record(name='足立,"花子"\n様', code="0-12")]).data
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == '氏名,番号,理由,印\r\n"足立,""花子""\n様",012,,\r\n'


def test_characters_that_cp932_lacks_become_getas_and_are_counted():
    made = make_file(CP932, "csv", [record(name="𠮷田〜髙﨑")])
    assert made.data.decode("cp932").splitlines()[1] == "〓田～髙﨑,,,"
    assert made.replaced == 1


def test_masked_values_stay_masked_in_every_format():
    hidden = record(frozenset({"code"}), name="花子", code="123456789018")
    assert "********9018" in csv_text(FORM, hidden)
    body = json.loads(make_file(FORM, "json", [hidden]).data)
    assert body["records"][0]["values"]["code"] == "********9018"


def test_json_names_its_form_and_documents():
    body = json.loads(make_file(FORM, "json", [record(name="花子")]).data)
    assert body["form"]["id"] == "export-form"
    assert body["records"][0]["document_id"] == "doc_1"
    assert body["records"][0]["values"] == {"name": "花子"}


def test_xlsx_holds_texts_only():
    data = make_file(FORM, "xlsx", [record(name="=HYPERLINK()", code="0012\x0b")]).data
    sheet = load_workbook(io.BytesIO(data)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells == [["氏名", "番号", "理由", "印"], ["=HYPERLINK()", "0012", None, None]]
    assert {cell.data_type for row in sheet.iter_rows(max_col=2) for cell in row} == {"s"}


def test_without_a_mapping_all_fields_leave_by_their_labels():
    bare = FORM.model_copy(update={"export": FORM.export.model_copy(update={"columns": ()})})
    assert csv_text(bare, record(name="花子", why="move")).splitlines() == [
        "氏名,番号,理由",
        "花子,,転入",
    ]
