"""`ocr-service forms import` of a blank PDF, and the warnings of `forms check`."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ocr_service.cli.main import app
from ocr_service.error_map import describe
from pipelines.errors import ErrorCode
from pipelines.forms.load import FormLibrary, load_form
from pipelines.forms.render import render_blank

RUNNER = CliRunner()


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    entry = FormLibrary.builtin().find("seal-registration")
    path = tmp_path / "Seal Form 2.pdf"
    path.write_bytes(render_blank(entry.definition, entry.directory))
    return path


def test_a_blank_pdf_becomes_a_draft_that_loads(blank: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ["forms", "import", str(blank), "--out", str(out), "--title", "印鑑の申請", "--png"]
    result = RUNNER.invoke(app, command)
    assert result.exit_code == 0, result.stderr
    entry = load_form(out / "seal-form-2@draft.yaml")
    assert (entry.definition.title, entry.definition.id) == ("印鑑の申請", "seal-form-2")
    assert (out / "seal-form-2.pdf").read_bytes() == blank.read_bytes()
    assert (out / "seal-form-2-1.png").read_bytes().startswith(b"\x89PNG")
    count = len(entry.definition.fields) + len(entry.definition.seals)
    assert str(count) in result.stdout
    assert "必ず確かめてください" in re.sub(r"\s", "", result.stdout)


def test_without_out_a_draft_lies_where_no_service_takes_it(
    blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = tmp_path / "office"
    monkeypatch.setenv("OCR_SERVICE_FORMS_FOLDER", str(office))
    result = RUNNER.invoke(app, ["forms", "import", str(blank), "--id", "seal-draft"])
    assert result.exit_code == 0, result.stderr
    assert (office / "drafts" / "seal-draft@draft.yaml").exists()
    assert FormLibrary.load(office).entries == ()


def test_a_draft_that_somebody_worked_on_is_never_written_over(blank: Path, tmp_path: Path) -> None:
    command = ["forms", "import", str(blank), "--out", str(tmp_path), "--id", "seal-draft"]
    assert RUNNER.invoke(app, command).exit_code == 0
    draft = tmp_path / "seal-draft@draft.yaml"
    draft.write_text("# worked on\n", "utf-8")
    result = RUNNER.invoke(app, command)
    assert result.exit_code == describe(ErrorCode.REQUEST_INVALID).exit_code
    assert draft.read_text("utf-8") == "# worked on\n"


def test_a_file_that_is_not_there_has_its_code(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.pdf")
    result = RUNNER.invoke(app, ["forms", "import", missing, "--out", str(tmp_path)])
    assert result.exit_code == describe(ErrorCode.FILE_UNREADABLE).exit_code


def test_check_warns_of_print_inside_a_writing_area(tmp_path: Path) -> None:
    form = tmp_path / "form.yaml"
    form.write_text(
        """
id: test-form
revision: "1"
title: 試験様式
operation: other
document_kind: application
valid: {from: 2026-04-01}
pages:
  - number: 1
    printed: [{type: text, text: 氏名, x: 22, y: 36}]
fields:
  - {name: person, label: 氏名, kind: kanji_name, box: {x: 20, y: 30, width: 60, height: 9}}
""",
        "utf-8",
    )
    result = RUNNER.invoke(app, ["forms", "check", str(form)])
    assert result.exit_code == 0
    assert "form.yaml:12" in re.sub(r"\s", "", result.stdout)
    assert "正しい様式です" in result.stdout
