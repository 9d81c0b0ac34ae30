import re
from pathlib import Path

import pytest

from ocr_service.error_map import ERRORS, describe, message_of
from pipelines.errors import CodedError, ErrorCode

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "errors.md"


def test_every_code_has_an_entry() -> None:
    assert set(ERRORS) == set(ErrorCode)


@pytest.mark.parametrize("code", list(ErrorCode))
def test_entries_make_sense(code: ErrorCode) -> None:
    entry = describe(code)
    assert 400 <= entry.status < 600
    # 0, 1 and 2 belong to success, bugs and usage errors; above 125 belong to the shell.
    assert 3 <= entry.exit_code <= 125
    assert re.search(r"[ぁ-ん]", entry.title)
    assert "{" not in entry.title


def test_exit_codes_are_unique() -> None:
    assert len({e.exit_code for e in ERRORS.values()}) == len(ERRORS)


def test_a_message_uses_its_parameters_when_all_are_known() -> None:
    error = CodedError(ErrorCode.PAGES_TOO_MANY, limit=200)
    assert "200 ページ" in message_of(error)
    assert message_of(CodedError(ErrorCode.PAGES_TOO_MANY)) == describe(error.code).title


def test_a_message_ignores_parameters_it_does_not_name() -> None:
    error = CodedError(ErrorCode.FILE_EMPTY, limit=200)
    assert message_of(error) == describe(ErrorCode.FILE_EMPTY).title


def test_sizes_are_shown_in_units_people_read() -> None:
    error = CodedError(ErrorCode.FILE_TOO_LARGE, limit=64 * 1024 * 1024)
    assert "64 MB" in message_of(error)
    assert "12000 万画素" in message_of(CodedError(ErrorCode.IMAGE_TOO_LARGE, limit=120_000_000))


def test_the_documented_table_is_the_map() -> None:
    rows = re.findall(
        r"^\| `([a-z_.]+)` \| (\d+) \| (\d+) \| (yes|no) \| (.+) \|$",
        DOCUMENT.read_text("utf-8"),
        re.MULTILINE,
    )
    documented = {
        code: (int(status), int(exit_code), retryable == "yes", title)
        for code, status, exit_code, retryable, title in rows
    }
    assert documented == {
        str(code): (entry.status, entry.exit_code, entry.retryable, entry.title)
        for code, entry in ERRORS.items()
    }
