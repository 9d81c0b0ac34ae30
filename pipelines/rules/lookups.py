"""Lists of the office that rules may look into: who lives here, which banks there are.

Behind each protocol stands what an installation has; without one the rules that need it are silent.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Resident:
    """One person of the list of residents."""

    name: str
    birth: date
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """One branch of a bank: `bank_code` 4 digits, `branch_code` 3."""

    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str


class ResidentRegister(Protocol):
    """Who is registered. Must be safe to ask again and again: it is asked for every document."""

    def find(self, name: str, birth: date) -> tuple[Resident, ...]:
        """People of this name (spaces do not matter) and birth date."""
        ...


class BankList(Protocol):
    """Banks and their branches."""

    def branches(self, bank_code: str) -> tuple[Branch, ...]:
        """Branches of the bank with this code of 4 digits; empty when there is no such bank."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookups:
    """The lists at hand."""

    residents: ResidentRegister | None = None
    banks: BankList | None = None


NO_LOOKUPS = Lookups()
"""Nothing to look into: the default."""
