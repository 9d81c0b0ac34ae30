import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from ocr_service.clock import utc_now
from ocr_service.settings import Settings
from ocr_service.storage.database import Database, open_database
from ocr_service.storage.migrate import (
    REVISION,
    differences,
    is_current,
    migrate,
    newest_revision,
)
from ocr_service.storage.tables import AuditRow


def test_the_migrated_schema_is_the_one_of_the_tables_module(database: Database) -> None:
    assert is_current(database)
    assert differences(database) == []


def test_the_named_revision_is_the_newest() -> None:
    assert newest_revision() == REVISION


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database)
    assert differences(database) == []


def test_an_empty_database_is_not_current(sqlite_settings: Settings) -> None:
    sqlite_settings.paths.database.unlink()
    database = open_database(sqlite_settings)
    assert not is_current(database)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET actor_id = 'somebody else' WHERE sequence = 1",
        "DELETE FROM audit_events",
        "INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events",
        "TRUNCATE audit_events",
    ],
)
def test_audit_events_can_be_neither_changed_nor_removed(
    database: Database, statement: str
) -> None:
    with database.transaction() as session:
        session.add(_event())
    with pytest.raises(DatabaseError), database.transaction() as session:
        session.execute(sa.text(statement))
    with database.reading() as session:
        assert session.scalars(sa.select(AuditRow.actor_id)).all() == ["somebody"]


def _event() -> AuditRow:
    return AuditRow(
        sequence=1,
        at=utc_now(),
        actor_kind="user",
        actor_id="somebody",
        action="document.viewed",
        subject_kind="document",
        subject_id="doc_1",
        details={},
        previous_hash="0" * 64,
        hash="1" * 64,
    )
