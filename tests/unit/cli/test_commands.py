"""The command line: help, documentation, errors and exit codes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from ocr_service.cli.main import app
from ocr_service.error_map import describe
from pipelines.errors import ErrorCode

RUNNER = CliRunner()
DOCUMENT = Path(__file__).parents[3] / "docs" / "cli.md"


def _commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    children = getattr(command, "commands", None)
    if not children:
        yield path
        return
    for name, child in children.items():
        yield from _commands(child, (*path, name))


COMMANDS = sorted(_commands(get_command(app)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...]) -> None:
    result = RUNNER.invoke(app, [*path, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.stdout


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_is_documented(path: tuple[str, ...]) -> None:
    text = DOCUMENT.read_text("utf-8")
    group, *rest = path
    lines = [line for line in text.splitlines() if f"`ocr-service {group}" in line]
    assert any(all(re.search(rf"\b{word}\b", line) for word in rest) for line in lines)


def test_forms_are_listed() -> None:
    result = RUNNER.invoke(app, ["forms", "list"])
    assert result.exit_code == 0
    assert "nursery" in result.stdout


def test_a_bad_form_file_ends_with_the_code_of_its_error(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("id: bad\ntitle: 悪い様式\ncolour: red\n", "utf-8")
    result = RUNNER.invoke(app, ["forms", "check", str(bad)])
    assert result.exit_code == describe(ErrorCode.FORM_INVALID).exit_code
    assert "bad.yaml:3" in re.sub(r"\s", "", result.stderr)


def test_a_form_nobody_knows_is_an_error_with_its_code() -> None:
    result = RUNNER.invoke(app, ["forms", "render", "no-such-form"])
    assert result.exit_code == describe(ErrorCode.FORM_UNKNOWN).exit_code
    assert ErrorCode.FORM_UNKNOWN in result.stderr


def test_a_blank_form_is_written_as_pdf(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["forms", "render", "seal-registration", "-o", str(tmp_path)])
    assert result.exit_code == 0
    (file,) = tmp_path.glob("*.pdf")
    assert file.read_bytes().startswith(b"%PDF")


def test_synthetic_scans_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    command = ["forms", "synthesize", "seal-registration", "--seed", "5"]
    for name in ("a", "b"):
        result = RUNNER.invoke(app, [*command, "-o", str(tmp_path / name)])
        assert result.exit_code == 0
    first, second = sorted((tmp_path / "a").iterdir()), sorted((tmp_path / "b").iterdir())
    assert [f.read_bytes() for f in first] == [f.read_bytes() for f in second]
    assert {f.suffix for f in first} == {".jpg", ".json"}


def test_an_unknown_repertoire_names_the_known_ones() -> None:
    result = RUNNER.invoke(app, ["recognize", "x.png", "--repertoire", "runes"])
    assert result.exit_code == describe(ErrorCode.REQUEST_INVALID).exit_code
    assert "kana_name" in result.stderr


def test_a_server_that_is_not_there_is_a_clear_error() -> None:
    result = RUNNER.invoke(app, ["status", "doc_1", "--server", "http://127.0.0.1:9"])
    assert result.exit_code == describe(ErrorCode.SERVER_UNREACHABLE).exit_code


def test_commands_are_typer_apps_of_one_tree() -> None:
    assert isinstance(app, typer.Typer)
    assert ("users", "token") in COMMANDS


def test_a_key_file_is_made_once_and_gains_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys.json"
    monkeypatch.setenv("OCR_SERVICE_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.setenv("OCR_SERVICE_KEY_FILE", str(path))
    assert RUNNER.invoke(app, ["keys", "new-file", str(path)]).exit_code == 0
    again = RUNNER.invoke(app, ["keys", "new-file", str(path)])
    assert again.exit_code == describe(ErrorCode.SETTINGS_INVALID).exit_code
    rotated = RUNNER.invoke(app, ["keys", "rotate"])
    assert "k2" in rotated.stdout


def test_people_keys_and_the_audit_record_on_a_new_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCR_SERVICE_DATA_FOLDER", str(tmp_path))
    person = ["users", "add", "hanako", "--display-name", "確認 花子", "--role", "reviewer"]
    made = RUNNER.invoke(app, [*person, "--password", "midori no kotoba"])
    assert made.exit_code == 0, made.output
    assert "hanako" in RUNNER.invoke(app, ["users", "list"]).stdout
    token = RUNNER.invoke(app, ["users", "token", "hanako"])
    assert len(token.stdout.strip()) > 20
    key = RUNNER.invoke(app, ["keys", "add", "窓口1"])
    prefix = key.stdout.strip().partition(".")[0]
    assert RUNNER.invoke(app, ["keys", "revoke", prefix]).exit_code == 0
    assert "失効" in RUNNER.invoke(app, ["keys", "list"]).stdout
    assert RUNNER.invoke(app, ["audit", "verify"]).exit_code == 0
    again = RUNNER.invoke(app, [*person, "--password", "midori no kotoba"])
    assert again.exit_code == describe(ErrorCode.USER_EXISTS).exit_code
