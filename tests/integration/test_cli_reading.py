"""`ocr-service read | recognize`: limits, and files that are bad in every way."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ocr_service.cli.main import app
from ocr_service.error_map import describe
from pipelines.errors import ErrorCode

RUNNER = CliRunner()
CODES = {
    "hang": ErrorCode.READ_TIMEOUT,
    "crash": ErrorCode.READ_CRASHED,
    "eat": ErrorCode.READ_OUT_OF_MEMORY,
    "refuse": ErrorCode.FILE_CORRUPT,
    "raise": ErrorCode.INTERNAL,
}


@pytest.fixture(autouse=True)
def _test_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCR_SERVICE_READER", "tests.engines.readers:open_handler")
    monkeypatch.setenv("OCR_SERVICE_READ_MEMORY_MIB", "512")
    monkeypatch.setenv("OCR_SERVICE_UPLOAD_BYTES", "2048")
    monkeypatch.setenv("OCR_SERVICE_DATA_FOLDER", str(tmp_path / "data"))


def _read(*arguments: str) -> tuple[Result, list[dict[str, object]]]:
    result = RUNNER.invoke(app, ["read", "--json", *arguments])
    return result, [json.loads(line) for line in result.stdout.splitlines()]


def _code_of(line: dict[str, object]) -> object:
    error = line.get("error")
    return error["code"] if isinstance(error, dict) else None


def test_one_bad_file_never_stops_the_others(tmp_path: Path) -> None:
    files = []
    for name in (*CODES, "read"):
        files.append(tmp_path / name)
        files[-1].write_bytes(f"{name} document".encode())
    files.insert(1, tmp_path / "missing")
    result, lines = _read("--timeout", "8", *map(str, files))
    assert [line["file"] for line in lines] == [str(file) for file in files]
    found = {Path(str(line["file"])).name: _code_of(line) for line in lines}
    assert found == {**CODES, "missing": ErrorCode.FILE_UNREADABLE, "read": None}
    assert lines[-1]["fields"]
    assert result.exit_code == describe(ErrorCode.READ_TIMEOUT).exit_code


def test_a_file_without_end_is_not_read_to_its_end() -> None:
    result, lines = _read("/dev/zero")
    assert _code_of(lines[0]) == ErrorCode.FILE_TOO_LARGE
    assert result.exit_code == describe(ErrorCode.FILE_TOO_LARGE).exit_code


def test_people_see_text_that_looks_like_markup(tmp_path: Path) -> None:
    file = tmp_path / "[bold]1.png"
    file.write_bytes("read [red]赤[/red] [/]".encode())
    result = RUNNER.invoke(app, ["read", str(file), "--form", "seal-registration"])
    assert result.exit_code == 0
    assert "[red]赤[/red] [/]" in result.stdout
    assert "[bold]1.png" in result.stdout.replace("\n", "")


def test_a_reader_that_can_not_be_opened_ends_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCR_SERVICE_READER", "tests.engines.readers:no_such_function")
    result, lines = _read(str(tmp_path / "x"))
    assert lines == []
    assert result.exit_code == describe(ErrorCode.INTERNAL).exit_code


@pytest.mark.parametrize("command", ["read", "recognize"])
def test_a_time_limit_of_nothing_is_wrong_usage(command: str) -> None:
    assert RUNNER.invoke(app, [command, "x", "--timeout", "0"]).exit_code == 2
