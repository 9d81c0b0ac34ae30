"""Lists of residents and banks from CSV files. All people and banks here are made up."""

from datetime import date
from pathlib import Path

import pytest

from ocr_service.lookups import open_lookups
from ocr_service.settings import Settings
from pipelines.errors import CodedError, ErrorCode

RESIDENTS = "name,birth_date,address\n足立　太郎,1990-01-02,東京都足立区梅田3-4-5\n"
BANKS = "bank_code,bank_name,branch_code,branch_name\n0999,見本銀行,012,梅島支店\n"


def settings(tmp_path: Path, **files: str) -> Settings:
    paths = {}
    for name, text in files.items():
        paths[name] = tmp_path / f"{name}.csv"
        paths[name].write_text(text, "utf-8")
    return Settings(data_folder=tmp_path, **paths)


def test_without_files_there_are_no_lists(tmp_path: Path) -> None:
    lookups = open_lookups(settings(tmp_path))
    assert (lookups.residents, lookups.banks) == (None, None)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_people_are_found_by_name_and_birth(tmp_path: Path, mark: str) -> None:
    residents = open_lookups(settings(tmp_path, residents_file=mark + RESIDENTS)).residents
    assert residents is not None
    (found,) = residents.find("足立 太郎", date(1990, 1, 2))
    assert found.address == "東京都足立区梅田3-4-5"
    assert residents.find("足立 太郎", date(1990, 1, 3)) == ()
    assert residents.find("足立 次郎", date(1990, 1, 2)) == ()


def test_branches_are_found_by_the_code_of_the_bank(tmp_path: Path) -> None:
    banks = open_lookups(settings(tmp_path, banks_file=BANKS)).banks
    assert banks is not None
    assert [branch.branch_name for branch in banks.branches("0999")] == ["梅島支店"]
    assert banks.branches("0998") == ()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"residents_file": "name,address\n"}, "RESIDENTS_FILE: no column birth_date"),
        ({"residents_file": RESIDENTS + "足立 花子\n"}, "RESIDENTS_FILE: line 3"),
        ({"residents_file": RESIDENTS.replace("1990-01-02", "平成2年")}, "birth_date"),
        ({"banks_file": BANKS.replace("0999", "999")}, "4 digits"),
        ({"banks_file": ""}, "BANKS_FILE: no column bank_code"),
    ],
)
def test_a_file_that_does_not_fit_names_its_variable(
    tmp_path: Path, files: dict[str, str], why: str
) -> None:
    with pytest.raises(CodedError) as caught:
        open_lookups(settings(tmp_path, **files))
    assert caught.value.code is ErrorCode.SETTINGS_INVALID
    assert why in caught.value.detail
    assert "足立" not in caught.value.detail


def test_a_missing_file_names_its_variable(tmp_path: Path) -> None:
    missing = Settings(data_folder=tmp_path, banks_file=tmp_path / "none.csv")
    with pytest.raises(CodedError) as caught:
        open_lookups(missing)
    assert "OCR_SERVICE_BANKS_FILE" in caught.value.detail
