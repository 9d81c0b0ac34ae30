"""A right that one process at a time has, and that ends by itself when its holder falls silent.

A lock that lives as long as a connection or a file stays with a process that is frozen (a paused
virtual machine, a host that swaps), and nobody else can do its work. A lease ends by the
database's clock. Its holder can't know that it ended while it slept: use it for work that may be
done twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ocr_service.storage.database import Database
from ocr_service.storage.tables import LeaseRow


@contextmanager
def leased(database: Database, name: str, holder: str, *, seconds: float) -> Iterator[bool]:
    """Hold the lease `name` for at most `seconds`; gives False when somebody else holds it.

    Raises CodedError STORAGE_UNAVAILABLE.
    """
    held = _take(database, name, holder, seconds)
    try:
        yield held
    finally:
        if held:
            _give_back(database, name, holder)


def _take(database: Database, name: str, holder: str, seconds: float) -> bool:
    try:
        with database.transaction() as session:
            row = session.get(LeaseRow, name, with_for_update=True)
            now = database.now(session)
            if row is None:
                row = LeaseRow(name=name)
                session.add(row)
            elif row.expires_at > now:
                return False
            row.holder, row.expires_at = holder, now + timedelta(seconds=seconds)
    except IntegrityError:
        # Somebody else took it for the first time in the same moment.
        return False
    return True


def _give_back(database: Database, name: str, holder: str) -> None:
    with database.transaction() as session:
        session.execute(sa.delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder))
