"""How we use DBOS: its database, serializer, queue and versions, in one place.

The rules behind each line are in `docs/operations.md` ("Jobs").
"""

import logging

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer

from ocr_service.settings import Settings
from ocr_service.storage.database import database_url, make_jobs_engine, open_database
from ocr_service.storage.migrate import migrate
from ocr_service.storage.vault import open_vault

APPLICATION = "ocr-service"
QUEUE = "documents"
SCHEMA = "dbos"
WORKFLOW = "process_document"
APPLICATION_VERSION = "1"
"""Shape of the workflow, not of the program: change it only with a plan for queued jobs."""


def prepare_installation(settings: Settings) -> None:
    """Bring folders, key file and both sets of tables to this version; nothing when they are.

    Raises CodedError SETTINGS_INVALID, STORAGE_UNAVAILABLE, STORAGE_FULL.
    """
    # Keys first: without them nothing may be stored, and a new file is only made when none is.
    open_vault(settings)
    database = open_database(settings)
    try:
        migrate(database)
    finally:
        database.dispose()
    migrate_jobs(settings)


def migrate_jobs(settings: Settings) -> None:
    """Create or migrate the job library's tables and register the queue. Run before anything else.

    On SQLite they lie in the same file as ours, on PostgreSQL in the schema `dbos`.
    """
    quiet_library()
    # Opens the SQLite file once with our pragmas, so that it is in WAL mode from the beginning.
    engine = make_jobs_engine(settings)
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
    engine.dispose()
    DBOS.migrate(database_url(settings).render_as_string(hide_password=False), schema=SCHEMA)
    client, engine = open_dbos_client(settings)
    try:
        client.register_queue(
            QUEUE,
            # One document at a time in a worker process: reading has one core and one memory limit.
            worker_concurrency=1,
            polling_interval_sec=settings.queue_poll_seconds,
        )
    finally:
        client.destroy()
        engine.dispose()


def open_dbos_client(settings: Settings) -> tuple[DBOSClient, sa.Engine]:
    """Open the client of the web process and its engine (the caller closes both)."""
    engine = make_jobs_engine(settings)
    client = DBOSClient(
        system_database_engine=engine,
        dbos_system_schema=SCHEMA,
        serializer=DBOSPortableJSONSerializer(),
        application_name=APPLICATION,
        # An unreachable database is an error for the station, not a request that hangs.
        retry_connection_errors=False,
        lazy=True,
    )
    return client, engine


def worker_config(settings: Settings, executor_id: str, engine: sa.Engine) -> DBOSConfig:
    """Return the configuration of a worker process."""
    return DBOSConfig(
        name=APPLICATION,
        system_database_url=database_url(settings).render_as_string(hide_password=False),
        system_database_engine=engine,
        dbos_system_schema=SCHEMA,
        serializer=DBOSPortableJSONSerializer(),
        application_version=APPLICATION_VERSION,
        executor_id=executor_id,
        run_migrations=False,
        max_executor_threads=8,
        log_level="WARNING",
    )


def quiet_library() -> None:
    """Keep the library's own chatter out of the logs; its warnings go through our handler."""
    library = logging.getLogger("dbos")
    library.setLevel(logging.WARNING)
    if logging.getLogger().handlers:
        library.handlers.clear()
        library.propagate = True
