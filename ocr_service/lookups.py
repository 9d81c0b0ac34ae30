"""Lists of the office that shared rules may look into, from CSV files; none unless configured.

`OCR_SERVICE_RESIDENTS_FILE`: header `name,birth_date,address`. `OCR_SERVICE_BANKS_FILE`: header
`bank_code,bank_name,branch_code,branch_name`. Both UTF-8 (with or without BOM).
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from ocr_service.settings import Settings
from pipelines.errors import CodedError, ErrorCode
from pipelines.rules.lookups import Branch, Lookups, Resident
from pipelines.rules.names import bare_name

_RESIDENT_COLUMNS = ("name", "birth_date", "address")
_BANK_COLUMNS = ("bank_code", "bank_name", "branch_code", "branch_name")


class ResidentFile:
    """People of a CSV file, by name (spaces and old forms of kanji aside) and birth date."""

    def __init__(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Raise ValueError for a birth date that is not YYYY-MM-DD."""
        self._people: dict[tuple[str, date], list[Resident]] = {}
        for row in rows:
            birth = date.fromisoformat(row["birth_date"])
            resident = Resident(name=row["name"], birth=birth, address=row["address"])
            self._people.setdefault((bare_name(row["name"]), birth), []).append(resident)

    def find(self, name: str, birth: date) -> tuple[Resident, ...]:
        """People of this name and birth date."""
        return tuple(self._people.get((bare_name(name), birth), ()))


class BankFile:
    """Banks and branches of a CSV file."""

    def __init__(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Raise ValueError for codes that are not 4 and 3 digits."""
        self._branches: dict[str, list[Branch]] = {}
        for row in rows:
            branch = Branch(**{column: row[column] for column in _BANK_COLUMNS})
            codes = branch.bank_code + branch.branch_code
            if len(branch.bank_code) != 4 or len(codes) != 7 or not codes.isdigit():
                raise ValueError("codes of banks have 4 digits, of branches 3")
            self._branches.setdefault(branch.bank_code, []).append(branch)

    def branches(self, bank_code: str) -> tuple[Branch, ...]:
        """Branches of one bank; empty when there is no such bank."""
        return tuple(self._branches.get(bank_code, ()))


def open_lookups(settings: Settings) -> Lookups:
    """Read the lists that the settings name.

    Raises SETTINGS_INVALID naming the variable and the line, never what stands there.
    """
    residents = _rows(settings.residents_file, _RESIDENT_COLUMNS, "RESIDENTS_FILE")
    banks = _rows(settings.banks_file, _BANK_COLUMNS, "BANKS_FILE")
    try:
        people = None if residents is None else ResidentFile(residents)
    except ValueError:
        raise _invalid("RESIDENTS_FILE", "a birth_date is not YYYY-MM-DD") from None
    try:
        known = None if banks is None else BankFile(banks)
    except ValueError as error:
        raise _invalid("BANKS_FILE", str(error)) from None
    return Lookups(residents=people, banks=known)


def _rows(path: Path | None, columns: Sequence[str], variable: str) -> list[dict[str, str]] | None:
    if path is None:
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise _invalid(variable, f"no column {missing[0]}")
            rows = []
            for row in reader:
                if any(row[name] is None for name in columns):
                    raise _invalid(variable, f"line {reader.line_num} has too few columns")
                rows.append({name: row[name].strip() for name in columns})
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _invalid(variable, f"cannot be read ({type(error).__name__})") from None


def _invalid(variable: str, why: str) -> CodedError:
    return CodedError(ErrorCode.SETTINGS_INVALID, f"OCR_SERVICE_{variable}: {why}")
