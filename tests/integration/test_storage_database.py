"""What a transaction promises, and what storage trouble looks like."""

import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from ocr_service.clock import utc_now
from ocr_service.settings import Settings
from ocr_service.storage import database as database_module
from ocr_service.storage.database import Database, make_jobs_engine, open_database
from ocr_service.storage.tables import BatchRow
from pipelines.errors import CodedError, ErrorCode


def test_what_was_committed_is_there_and_what_failed_is_not(database: Database) -> None:
    with database.transaction() as session:
        session.add(_batch("kept"))
    with pytest.raises(RuntimeError), database.transaction() as session:
        session.add(_batch("lost"))
        session.flush()
        raise RuntimeError("on the way")
    assert _ids(database) == ["kept"]


def test_moments_come_back_in_utc(database: Database) -> None:
    now = utc_now()
    with database.transaction() as session:
        session.add(_batch("one"))
        session.get_one(BatchRow, "one").received_at = now
    with database.reading() as session:
        assert session.get_one(BatchRow, "one").received_at == now
    with pytest.raises(sa.exc.StatementError), database.transaction() as session:
        session.add(BatchRow(id="two", station="s", received_at=now.replace(tzinfo=None)))


def test_a_read_value_is_still_true_when_it_is_written(database: Database) -> None:
    """Two counters that read, think and write never lose a count."""
    with database.transaction() as session:
        session.add(_batch("one", station="0"))

    def count() -> None:
        for _ in range(5):
            with database.transaction() as session:
                row = session.get_one(BatchRow, "one", with_for_update=True)
                time.sleep(0.002)
                row.station = str(int(row.station) + 1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.get_one(BatchRow, "one").station == "20"


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.transaction() as writer:
        writer.add(_batch("one"))
        writer.flush()
        started = time.monotonic()
        assert _ids(database) == []
        assert time.monotonic() - started < 2
    assert _ids(database) == ["one"]


def test_broken_references_and_wrong_statements_stay_what_they_are(database: Database) -> None:
    with database.transaction() as session:
        session.add(_batch("one"))
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(_batch("one"))
    with (
        pytest.raises((OperationalError, ProgrammingError)),
        database.transaction() as session,
    ):
        session.execute(sa.text("SELECT * FROM nowhere"))


@pytest.mark.parametrize("engine", ["ours", "of the jobs"])
def test_sqlite_is_durable_and_patient_on_every_connection(
    sqlite_settings: Settings, engine: str
) -> None:
    made = (
        open_database(sqlite_settings).engine
        if engine == "ours"
        else make_jobs_engine(sqlite_settings)
    )
    with made.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }


def test_postgresql_commits_synchronously_even_when_the_role_says_otherwise(
    postgres_settings: Settings,
) -> None:
    database = open_database(postgres_settings)
    with database.transaction() as session:
        name = session.scalar(sa.text("SELECT current_database()"))
        session.execute(sa.text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    database.dispose()
    database = open_database(postgres_settings)
    with database.reading() as session:
        assert session.scalar(sa.text("SHOW synchronous_commit")) == "on"
    database.dispose()


def test_a_full_disk_under_sqlite_is_told_and_nothing_is_lost(sqlite_settings: Settings) -> None:
    database = open_database(sqlite_settings)
    with database.transaction() as session:
        session.add(_batch("kept"))
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(CodedError) as caught, database.transaction() as session:
        session.add_all(_batch(f"lost {n}", station="x" * 64) for n in range(5000))
    assert caught.value.code is ErrorCode.STORAGE_FULL
    assert _ids(database) == ["kept"]


def test_a_locked_sqlite_is_unavailable_in_the_end(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 200)
    first, second = open_database(sqlite_settings), open_database(sqlite_settings)
    with first.transaction() as session:
        session.add(_batch("one"))
        session.flush()
        with pytest.raises(CodedError) as caught, second.transaction() as other:
            other.add(_batch("two"))
    assert caught.value.code is ErrorCode.STORAGE_UNAVAILABLE


def test_postgresql_ends_a_transaction_that_does_nothing_and_frees_its_locks(
    postgres_settings: Settings,
) -> None:
    quick = postgres_settings.model_copy(update={"heartbeat_timeout_seconds": 0.2})
    frozen, other = open_database(quick), open_database(postgres_settings)
    with frozen.transaction() as session:
        session.add(_batch("one"))
    with pytest.raises(CodedError) as caught, frozen.transaction() as session:
        session.get_one(BatchRow, "one", with_for_update=True).station = "frozen"
        session.flush()
        with other.transaction() as second:
            second.get_one(BatchRow, "one", with_for_update=True).station = "other"
        session.execute(sa.text("SELECT 1"))
    assert caught.value.code is ErrorCode.STORAGE_UNAVAILABLE
    with frozen.reading() as session:
        assert session.get_one(BatchRow, "one").station == "other"
    frozen.dispose()
    other.dispose()


def test_a_lock_on_postgresql_that_is_not_given_is_told_in_the_end(
    postgres_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 200)
    first, second = open_database(postgres_settings), open_database(postgres_settings)
    with first.transaction() as session:
        session.add(_batch("one"))
    with first.transaction() as session:
        session.get_one(BatchRow, "one", with_for_update=True)
        with pytest.raises(CodedError) as caught, second.transaction() as other:
            other.get_one(BatchRow, "one", with_for_update=True)
    assert caught.value.code is ErrorCode.STORAGE_UNAVAILABLE
    first.dispose()
    second.dispose()


def test_a_database_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    settings = Settings(
        data_folder=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/nowhere"
    )
    with pytest.raises(CodedError) as caught, open_database(settings).reading() as session:
        session.execute(sa.text("SELECT 1"))
    assert caught.value.code is ErrorCode.STORAGE_UNAVAILABLE


def test_a_data_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CodedError) as caught:
        open_database(Settings(data_folder=tmp_path / "file" / "data"))
    assert caught.value.code is ErrorCode.STORAGE_UNAVAILABLE


def _batch(batch_id: str, *, station: str = "窓口1") -> BatchRow:
    return BatchRow(id=batch_id, station=station, received_at=utc_now())


def _ids(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(sa.select(BatchRow.id).order_by(BatchRow.id)))
