"""The library of forms: by id, by revision, without doubles."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormFileError, FormLibrary
from pipelines.records import FormKey

FORM = """\
id: {id}
revision: "{revision}"
title: 試験様式
operation: other
document_kind: application
valid: {{from: {start}}}
pages: [{{number: 1}}]
fields:
  - {{name: person, label: 氏名, kind: text, box: {{x: 1, y: 1, width: 50, height: 9}}}}
"""


def write(folder: Path, name: str, form_id: str, revision: str, start: str) -> None:
    text = FORM.format(id=form_id, revision=revision, start=start)
    (folder / name).write_text(text, encoding="utf-8")


def test_the_newest_revision_is_found_unless_one_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "move", "2026-04", "2026-04-01")
    write(tmp_path, "b.yaml", "move", "2024-04", "2024-04-01")
    library = FormLibrary.load(tmp_path)
    assert library.find("move").definition.valid.from_ == date(2026, 4, 1)
    assert library.find("move", "2024-04").path.name == "b.yaml"
    assert library.get(FormKey(id="move", revision="2026-04")).directory == tmp_path
    assert [entry.path.name for entry in library.entries] == ["a.yaml", "b.yaml"]


def test_an_unknown_form_has_its_own_code(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "move", "1", "2026-04-01")
    library = FormLibrary.load(tmp_path)
    for ask in (lambda: library.find("none"), lambda: library.find("move", "2")):
        with pytest.raises(CodedError) as caught:
            ask()
        assert caught.value.code is ErrorCode.FORM_UNKNOWN


def test_two_files_may_not_define_the_same_revision(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "move", "1", "2026-04-01")
    write(tmp_path, "b.yaml", "move", "1", "2026-05-01")
    with pytest.raises(FormFileError) as caught:
        FormLibrary.load(tmp_path)
    (problem,) = caught.value.problems
    assert problem.file.endswith("b.yaml")
    assert "a.yaml" in problem.message


def test_the_problems_of_all_files_are_told_together(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "MOVE", "1", "2026-04-01")
    write(tmp_path, "b.yaml", "move", "1", "soon")
    with pytest.raises(FormFileError) as caught:
        FormLibrary.load(tmp_path)
    assert [Path(p.file).name for p in caught.value.problems] == ["a.yaml", "b.yaml"]
