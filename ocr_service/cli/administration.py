"""Database access of the commands that change people and keys on this machine."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from ocr_service.audit.chain import Actor
from ocr_service.settings import Settings, load_settings
from ocr_service.storage.database import Database, open_database
from ocr_service.storage.migrate import migrate


@contextmanager
def open_service(settings: Settings | None = None) -> Iterator[Database]:
    """Open the migrated database of this installation."""
    database = open_database(settings or load_settings())
    try:
        migrate(database)
        yield database
    finally:
        database.dispose()


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction on the database of this installation."""
    with open_service() as database, database.transaction() as session:
        yield session


def operator() -> Actor:
    """Who runs the command, for the audit record."""
    return Actor(kind="operator", id=getpass.getuser())
