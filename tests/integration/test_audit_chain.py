import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ocr_service.audit.chain import Actor, Subject, append, verify_chain
from ocr_service.audit.checkpoint import Checkpoint, holds, sign_checkpoint
from ocr_service.audit.watch import ChainWatch
from ocr_service.storage.tables import AuditRow

ME = Actor("user", "user_1")
IT = Subject("document", "doc_1")
NOW = datetime(2026, 11, 20, 1, 2, 3, 456789, tzinfo=UTC)


def add(database, count=1, **details):
    with database.transaction() as session:
        for _ in range(count):
            append(session, ME, "document.viewed", IT, details, at=NOW)


def report(database):
    with database.reading() as session:
        return verify_chain(session)


def tamper(database, statement, **parameters):
    """Change the rows as somebody with the database password could: without the triggers."""
    with database.transaction() as session:
        if database.dialect == "postgresql":
            session.execute(sa.text("ALTER TABLE audit_events DISABLE TRIGGER ALL"))
        else:
            names = session.scalars(
                sa.text("SELECT name FROM sqlite_master WHERE type='trigger'")
            ).all()
            for name in names:
                session.execute(sa.text(f"DROP TRIGGER {name}"))
        session.execute(sa.text(statement), parameters)


def test_empty_chain_is_whole(database):
    found = report(database)
    assert (found.ok, found.events, found.last_sequence) == (True, 0, 0)


def test_events_are_numbered_chained_and_read_back_as_they_were_hashed(database):
    add(database, 3, fields=["氏名", "b"], pages=2, ratio=0.1, nothing=None)
    found = report(database)
    assert (found.ok, found.events, found.last_sequence) == (True, 3, 3)


def test_rows_refuse_to_be_changed_or_deleted(database):
    add(database, 2)
    for statement in (
        "UPDATE audit_events SET action = 'x' WHERE sequence = 1",
        "DELETE FROM audit_events WHERE sequence = 2",
    ):
        with pytest.raises(sa.exc.DBAPIError), database.transaction() as session:
            session.execute(sa.text(statement))
    assert report(database).ok


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE audit_events SET action = 'document.x' WHERE sequence = 3", 3),
        ("UPDATE audit_events SET actor_id = 'user_2' WHERE sequence = 1", 1),
        ("UPDATE audit_events SET details = '{\"a\": 2}' WHERE sequence = 2", 2),
        ("UPDATE audit_events SET hash = previous_hash WHERE sequence = 5", 5),
        ("DELETE FROM audit_events WHERE sequence = 3", 4),
        ("DELETE FROM audit_events WHERE sequence = 1", 2),
    ],
)
def test_tampering_is_found_where_it_happened(database, statement, first_bad):
    add(database, 5, a=1)
    tamper(database, statement)
    found = report(database)
    assert not found.ok
    assert found.first_bad_sequence == first_bad


def test_rolled_back_events_leave_no_gap(database):
    add(database)
    with pytest.raises(RuntimeError), database.transaction() as session:
        append(session, ME, "document.viewed", IT)
        raise RuntimeError
    add(database)
    assert report(database).last_sequence == 2


def test_many_writers_at_once_make_one_chain(database):
    errors = []

    def write():
        try:
            for _ in range(10):
                add(database)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    found = report(database)
    assert (found.ok, found.events) == (True, 60)


def test_a_signed_checkpoint_finds_a_chain_that_was_cut_off(database):
    key = Ed25519PrivateKey.generate()
    add(database, 3)
    with database.reading() as session:
        signed = sign_checkpoint(session, key, at=NOW)
        assert holds(session, signed, key.public_key())
        forged = Checkpoint(sequence=2, hash=signed.hash, at=signed.at, signature=signed.signature)
        assert not holds(session, forged, key.public_key())
        assert not holds(session, signed, Ed25519PrivateKey.generate().public_key())
    add(database)
    with database.reading() as session:
        assert holds(session, signed, key.public_key())
    tamper(database, "DELETE FROM audit_events WHERE sequence >= 3")
    assert report(database).ok
    with database.reading() as session:
        assert not holds(session, signed, key.public_key())


def test_the_watch_walks_new_events_and_all_of_them_after_a_while(database):
    watch = ChainWatch()
    add(database, 3)
    with database.reading() as session:
        assert watch.is_whole(session, now=NOW)
    tamper(database, "UPDATE audit_events SET action = 'x' WHERE sequence = 1")
    with database.reading() as session:
        assert not watch.is_whole(session, now=NOW + timedelta(minutes=11))


def test_times_are_utc_whatever_zone_they_came_in(database):
    with database.transaction() as session:
        row = append(session, ME, "x.y", IT, at=NOW.astimezone())
        sequence = row.sequence
    with database.reading() as session:
        stored = session.get(AuditRow, sequence).at
        assert stored.replace(tzinfo=stored.tzinfo or UTC) == NOW
        assert verify_chain(session).ok
