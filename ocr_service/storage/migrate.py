"""Bring a database to the schema of this program version."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ocr_service.storage.database import Database
from ocr_service.storage.tables_cases import CaseRow
from ocr_service.storage.tables_models import ModelVersionRow
from ocr_service.storage.tables_taxonomy import CategoryRow
from pipelines.errors import CodedError, ErrorCode

if TYPE_CHECKING:
    from alembic.config import Config

REVISION = "0007"
"""Newest revision below `migrations/versions` (a test holds them together)."""
_MODULES = (CaseRow, ModelVersionRow, CategoryRow)
"""Tables of cases and of models are in modules of their own: naming one loads them all."""
_METADATA = _MODULES[0].metadata
_FOLDER = Path(__file__).parent / "migrations"
_LOCK = "ocr-service/migrate"
_VERSION_TABLE = "alembic_version"


def migrate(database: Database) -> None:
    """Migrate our tables to the newest revision; does nothing when they are there already.

    One process at a time; the whole step is one transaction on both databases. The job library's
    own tables are migrated by `ocr_service.jobs.setup.prepare_installation`.
    Raises CodedError STORAGE_UNAVAILABLE, STORAGE_FULL; nothing is changed then.
    """
    # Alembic takes longer to import than all the rest: only who migrates pays for it.
    from alembic import command

    with _migration_connection(database) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Whether the tables have the newest revision (workers refuse to start otherwise)."""
    with database.reading() as session:
        if not sa.inspect(session.connection()).has_table(_VERSION_TABLE):
            return False
        found = session.scalars(sa.text(f"SELECT version_num FROM {_VERSION_TABLE}")).all()
    return list(found) == [REVISION]


def differences(database: Database) -> list[object]:
    """Return what the migrated tables lack or have too much against `tables.py` (tests)."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.reading() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"include_name": is_ours, "compare_type": True}
        )
        return list(compare_metadata(context, _METADATA))


def newest_revision() -> str | None:
    """Return the newest revision below `migrations/versions` (tests)."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_current_head()


def is_ours(name: str | None, type_: str, parent_names: Any) -> bool:
    """Leave the job library's tables out (on SQLite they lie beside ours)."""
    if type_ == "table":
        return name in _METADATA.tables
    return True


@contextmanager
def _migration_connection(database: Database) -> Iterator[sa.Connection]:
    if database.dialect == "postgresql":
        with database.transaction() as session:
            database.lock_until_commit(session, _LOCK)
            yield session.connection()
        return
    with database.without_foreign_keys() as connection:
        yield connection
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{len(broken)} broken references")


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    # Percent signs of a path would be read as interpolation.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
