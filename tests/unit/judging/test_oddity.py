"""Learned plausibility: what is rare among confirmed papers, and silence about all others."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.errors import ModelError
from pipelines.forms.load import parse_form
from pipelines.oddity import (
    FormOddity,
    dump_oddity,
    odd_findings,
    parse_oddity,
    single_score,
)
from pipelines.oddity_features import features
from pipelines.oddity_fit import LEAST_DOCUMENTS, Confirmed, fit_form
from pipelines.records import Field, FieldSource, FieldState, FindingKind, Severity

TODAY = date(2026, 11, 20)
FORM = """
schema_version: 1
id: odd-form
revision: "1"
title: テスト申請書
operation: other
document_kind: application
valid: {from: 2025-04-01}
pages: [{number: 1}]
fields:
  - {name: child, label: 子の生年月日, kind: date, box: {x: 20, y: 20, width: 60, height: 8}}
  - {name: parent, label: 親の生年月日, kind: date, box: {x: 20, y: 35, width: 60, height: 8}}
  - {name: income, label: 収入, kind: amount, box: {x: 20, y: 50, width: 60, height: 8}}
  - {name: number, label: 個人番号, kind: my_number, sensitivity: number,
     box: {x: 20, y: 65, width: 90, height: 8}}
  - {name: name, label: 氏名, kind: kanji_name, required: true,
     box: {x: 20, y: 80, width: 90, height: 8}}
marks:
  - name: work
    label: 就労
    options:
      - {value: employed, label: 会社, box: {x: 20, y: 110, width: 5, height: 5}}
      - {value: none, label: 無職, box: {x: 40, y: 110, width: 5, height: 5}}
"""


@pytest.fixture(scope="module")
def form():
    return parse_form(FORM.encode(), file="odd-form.yaml", directory=None)


def paper(rng):
    """A child up to 14, a parent 20 to 40 years older; the employed earn, the others do not."""
    child = TODAY - timedelta(days=int(rng.integers(30, 14 * 365)))
    parent = child - timedelta(days=int(rng.integers(20 * 365, 40 * 365)))
    employed = rng.random() < 0.6
    income = int(rng.integers(2_000_000, 9_000_000)) if employed else int(rng.integers(0, 300_000))
    return {
        "child": child.isoformat(),
        "parent": parent.isoformat(),
        "income": str(income),
        "number": "123456789018",
        "name": "山田花子",
        "work": "employed" if employed else "none",
    }


def papers(count, seed):
    rng = np.random.default_rng(seed)
    return [Confirmed(values=paper(rng), today=TODAY) for _ in range(count)]


@pytest.fixture(scope="module")
def model(form):
    return fit_form(form, papers(400, 1))


def fields(values, **doubtful):
    return [
        Field(
            name=name,
            label=name,
            kind="text",
            value=value,
            raw_text="",
            confidence=1.0,
            state=FieldState.READ if value else FieldState.BLANK,
            source=FieldSource.READ,
            box=None,
            page=1,
            doubtful=doubtful.get(name, False),
        )
        for name, value in values.items()
    ]


def found(form, model, changes, **doubtful):
    values = paper(np.random.default_rng(7)) | changes
    return odd_findings(fields(values, **doubtful), form, {form.id: model}, today=TODAY)


def test_clean_papers_are_called_odd_about_never(form, model):
    odd = sum(
        bool(odd_findings(fields(p.values), form, {form.id: model}, today=TODAY))
        for p in papers(300, 2)
    )
    assert odd <= 6


def test_an_amount_far_out_is_odd_and_named(form, model):
    (finding, *_) = found(form, model, {"income": "900000000", "work": "employed"})
    assert finding.fields == ("income",)
    assert finding.rule == "oddity.value"
    assert (finding.kind, finding.severity) == (FindingKind.PLAUSIBILITY, Severity.INFO)
    assert "「収入」" in finding.message
    assert "900000000" not in finding.message


def test_a_combination_of_usual_values_is_odd(form, model):
    (finding, *_) = found(form, model, {"income": "8000000", "work": "none"})
    assert finding.rule == "oddity.combination"
    assert set(finding.fields) == {"income", "work"}
    assert finding.params["seen"] == "0"


def test_a_parent_younger_than_the_child_is_odd(form, model):
    findings = found(form, model, {"child": "2020-04-01", "parent": "2024-04-01"})
    assert any("parent" in finding.fields for finding in findings)


def test_doubtful_values_are_no_oddity(form, model):
    changes = {"income": "900000000", "work": "employed"}
    assert not any("income" in f.fields for f in found(form, model, changes, income=True))


def test_a_form_without_a_model_is_silent(form):
    assert odd_findings(fields(paper(np.random.default_rng(1))), form, {}, today=TODAY) == ()


def test_few_confirmed_papers_teach_nothing(form):
    assert fit_form(form, papers(LEAST_DOCUMENTS - 1, 1)) is None


def test_names_and_numbers_of_people_are_no_features(form, model):
    made = features(paper(np.random.default_rng(1)), form, today=TODAY)
    assert not any("number" in f.fields for f in made)
    text = dump_oddity({form.id: model}).decode()
    assert "123456789018" not in text
    assert "山田" not in text


def test_tables_come_back_as_they_were_written(form, model):
    assert parse_oddity(dump_oddity({form.id: model})) == {form.id: model}


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"format": 2}', b'{"format": 1, "forms": {"a": 1}}']
)
def test_damaged_tables_are_refused(data):
    with pytest.raises(ModelError):
        parse_oddity(data)


def test_what_is_new_every_day_is_nothing_special():
    seldom, often = (95, 5, 0), (50, *(1,) * 50, 0)
    assert single_score(seldom, 2) > 2
    assert single_score(often, 51) < 0


def test_the_limit_decides(form, model):
    deaf: FormOddity = replace(model, limit=1e9)
    assert found(form, deaf, {"income": "900000000"}) == ()
