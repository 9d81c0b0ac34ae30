"""Roles and switches in form files: what does not fit is said with file, field and line."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from pipelines.forms.load import FormFileError, FormProblem, parse_form
from pipelines.forms.roles import ROLES, kinds_of, split_role
from pipelines.forms.schema import schema_text

FORM = """\
id: test-form
revision: "1"
title: 試験様式
operation: other
document_kind: application
valid: {from: 2026-04-01}
pages:
  - number: 1
fields:
  - name: person
    label: 氏名
    kind: kanji_name
    role: applicant.name
    box: {x: 40, y: 40, width: 60, height: 9}
  - name: born
    label: 生年月日
    kind: date
    role: applicant.birth_date
    box: {x: 40, y: 60, width: 60, height: 9}
  - name: child
    label: 子の生年月日
    kind: date
    role: child.birth_date
    row: 1
    box: {x: 40, y: 80, width: 60, height: 9}
  - name: second
    label: 二人目の生年月日
    kind: date
    role: child.birth_date
    row: 2
    box: {x: 40, y: 100, width: 60, height: 9}
marks:
  - name: sex
    label: 性別
    role: applicant.sex
    options:
      - {value: male, label: 男, box: {x: 40, y: 120, width: 4, height: 4}}
      - {value: female, label: 女, box: {x: 60, y: 120, width: 4, height: 4}}
rules:
  - {id: own, expression: born <= today, message: 生年月日, ground: 記入要領}
shared_rules:
  enable:
    - filing.fourteen_days
  disable:
    - family.surname
"""


def problems(text: str) -> tuple[FormProblem, ...]:
    try:
        parse_form(text.encode(), file="form.yaml", directory=Path())
    except FormFileError as error:
        return error.problems
    return ()


def test_a_form_with_roles_and_switches_loads() -> None:
    assert problems(FORM) == ()


@pytest.mark.parametrize(
    ("old", "new", "field", "part", "words"),
    [
        ("role: applicant.name", "role: applicant.nmae", "fields.person.role", "nmae",
         "「applicant.name」の書き間違い"),
        ("role: applicant.name", "role: applicant.birth_date", "fields.person.role",
         "role: applicant.birth_date", "date の欄だけ"),
        ("    row: 2\n", "    row: 1\n", "fields.second.role", "label: 二人目",
         "「child」と「second」"),
        ("value: male", "value: man", "marks.sex.role", "role: applicant.sex", "male と female"),
        ("role: applicant.sex", "role: applicant.name", "marks.sex.role", "label: 性別",
         "性別（sex）"),
        ("- filing.fourteen_days", "- filing.14_days", "shared_rules.enable.1", "filing.14_days",
         "「filing.fourteen_days」の書き間違い"),
        ("- family.surname", "- filing.fourteen_days", "shared_rules.disable.1", "disable:",
         "両方に書かれて"),
        ("  disable:", "  disabel:", "shared_rules.disabel", "disabel:", "「disable」の書き間違い"),
        ("id: own", "id: value.own", "rules.value.own.id", "id: value.own", "紛らわしい"),
        ("id: own", "id: family.surname.x", "rules.family.surname.x.id", "family.surname.x",
         "紛らわしい"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_field_and_line(
    old: str, new: str, field: str, part: str, words: str
) -> None:
    text = FORM.replace(old, new, 1)
    problem = problems(text)[0]
    assert (problem.file, problem.field) == ("form.yaml", field)
    assert words in problem.message
    assert 0 <= problem.line - (text[: text.index(part)].count("\n") + 1) <= 2


def test_the_published_schema_knows_roles_and_rules() -> None:
    schema = yaml.safe_load(schema_text())
    document = yaml.safe_load(FORM)
    document["valid"]["from"] = "2026-04-01"
    jsonschema.validate(document, schema)
    document["fields"][0]["role"] = "applicant.nmae"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_every_role_may_stand_on_some_kind_of_field() -> None:
    for role in ROLES:
        assert kinds_of(role)
        assert split_role(role)
