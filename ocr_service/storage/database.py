"""One way to SQLite and PostgreSQL: engines with the right guarantees, and transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from sqlite3 import Connection as SqliteConnection
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from ocr_service.clock import utc_now
from ocr_service.settings import Settings
from pipelines.errors import CodedError, ErrorCode

BUSY_TIMEOUT_MS = 30_000
"""How long a statement waits for somebody else's lock, on both databases."""
_READING = "ocr_service_reading"
_SQLITE_FULL = 13
_POSTGRES_FULL = ("53100", "53000")
_POSTGRES_LOST = ("25P03", "55P03")
"""The server ended a transaction that lay idle; a lock was not given in time."""


class Database:
    """The service's database. Safe to share between threads; not across a fork."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Which of the two databases it is."""
        return "sqlite" if self.engine.dialect.name == "sqlite" else "postgresql"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session in a write transaction; commit at the end, roll back on any error.

        On SQLite its first statement takes the write lock (BEGIN IMMEDIATE), so that what was read
        in it is still true when it writes. When it returns, the commit is on disk.

        Raises CodedError STORAGE_FULL (no room) and STORAGE_UNAVAILABLE (no connection, locked
        for longer than 30 s, or ended by PostgreSQL because this process did nothing for twice
        `heartbeat_timeout_seconds`); nothing is kept in these cases.
        """
        with (
            self._mapped_errors(),
            Session(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads: on SQLite it never waits for a writer.

        Raises CodedError STORAGE_UNAVAILABLE.
        """
        engine = self.engine.execution_options(**{_READING: True})
        with (
            self._mapped_errors(),
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def lock_until_commit(self, session: Session, name: str) -> None:
        """Let one transaction at a time pass this point, whatever the database.

        SQLite's write transactions are one at a time already; PostgreSQL takes an advisory lock
        that ends with the transaction.
        """
        if self.dialect == "postgresql":
            session.execute(
                sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
            )

    @contextmanager
    def without_foreign_keys(self) -> Iterator[sa.Connection]:
        """Open a SQLite write transaction that doesn't enforce references (migrations only).

        A migration may rebuild a table that others refer to; the caller checks afterwards.
        """
        with self._mapped_errors(), self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            try:
                with connection.begin():
                    yield connection
            finally:
                raw.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]

    def now(self, session: Session) -> datetime:
        """Return the database's own time (hosts may disagree about theirs)."""
        if self.dialect == "postgresql":
            moment = session.scalar(sa.text("SELECT clock_timestamp()"))
            assert isinstance(moment, datetime)
            return moment.astimezone(UTC)
        return utc_now()

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _mapped_errors(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeoutError as error:
            raise CodedError(ErrorCode.STORAGE_UNAVAILABLE, "connection pool exhausted") from error
        except DBAPIError as error:
            raise _coded(error) from error


def open_database(settings: Settings) -> Database:
    """Open the database of the settings; a missing SQLite file is made (without tables).

    Raises CodedError STORAGE_UNAVAILABLE when the data folder can't be written.
    """
    return Database(make_engine(settings))


def make_engine(settings: Settings) -> sa.Engine:
    """Make the engine of the service's own sessions."""
    engine = _create_engine(settings)
    if engine.dialect.name == "sqlite":
        # The driver would begin only before the first write, so that reads before it stand
        # outside of the transaction: take BEGIN into our own hands.
        event.listen(engine, "connect", _sqlite_manual_begin)
        event.listen(engine, "begin", _sqlite_begin)
    return engine


def make_jobs_engine(settings: Settings) -> sa.Engine:
    """Make the engine for the job library, which issues its own BEGIN IMMEDIATE on SQLite."""
    engine = _create_engine(settings)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_driver_immediate)
    return engine


def database_url(settings: Settings) -> sa.URL:
    """Return the address of the database, with its driver; the default is the embedded file."""
    if not settings.database_url:
        return sa.URL.create("sqlite", database=str(settings.paths.database))
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    return url


def _create_engine(settings: Settings) -> sa.Engine:
    url = database_url(settings)
    if url.get_backend_name() == "sqlite":
        _make_data_folder(settings)
        engine = sa.create_engine(
            url,
            connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
            pool_size=settings.database_pool_size,
            max_overflow=10,
        )
        event.listen(engine, "connect", _sqlite_pragmas)
        return engine
    engine = sa.create_engine(
        url,
        pool_size=settings.database_pool_size,
        max_overflow=10,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10},
    )
    # A frozen process keeps the locks of its open transaction. It is taken for dead after
    # `heartbeat_timeout_seconds`; soon after that nobody waits for its locks any more.
    idle_ms = int(2000 * settings.heartbeat_timeout_seconds)
    event.listen(engine, "connect", _postgres_session(idle_ms))
    return engine


def _make_data_folder(settings: Settings) -> None:
    try:
        settings.paths.prepare()
    except OSError as error:
        raise CodedError(
            ErrorCode.STORAGE_UNAVAILABLE, f"data folder: {error.strerror or error}"
        ) from error


def _sqlite_pragmas(connection: SqliteConnection, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    # FULL: with WAL, NORMAL may lose the last commits when the power fails.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _sqlite_manual_begin(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None


def _sqlite_driver_immediate(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"


def _sqlite_begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _postgres_session(idle_ms: int) -> Callable[[Any, object], None]:
    def prepare(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            # A server or role may have it off; what we acknowledge must be on disk.
            cursor.execute("SET synchronous_commit = on")
            cursor.execute("SET TIME ZONE 'UTC'")
            cursor.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
            cursor.execute(f"SET idle_in_transaction_session_timeout = {idle_ms}")
        connection.commit()

    return prepare


def _coded(error: DBAPIError) -> Exception:
    """Map storage trouble to our codes; a broken constraint or statement stays what it is."""
    original = error.orig
    full = getattr(original, "sqlite_errorcode", 0) == _SQLITE_FULL
    state = getattr(original, "sqlstate", None)
    if full or state in _POSTGRES_FULL:
        return CodedError(ErrorCode.STORAGE_FULL, type(original).__name__)
    if state in _POSTGRES_LOST:
        return CodedError(ErrorCode.STORAGE_UNAVAILABLE, type(original).__name__)
    if isinstance(error, OperationalError | InterfaceError) and _is_connection_trouble(error):
        return CodedError(ErrorCode.STORAGE_UNAVAILABLE, type(original).__name__)
    return error


def _is_connection_trouble(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        # BUSY, LOCKED, READONLY, IOERR, CANTOPEN; not SQL errors such as a missing table.
        return (code & 0xFF) in (5, 6, 8, 10, 14)
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state[:2] in ("08", "57", "53")
