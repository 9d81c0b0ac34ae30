"""Sealed objects in an S3-compatible store, over real HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from ocr_service.clock import utc_now
from ocr_service.settings import Settings
from ocr_service.storage.database import Database, open_database
from ocr_service.storage.objects import ObjectKind, ObjectStore, open_objects
from ocr_service.storage.vault import write_key_file
from pipelines.errors import CodedError, ErrorCode
from tests.integration.fake_s3 import FakeS3, fake_s3

CONTENT = "足立 花子".encode() * 100


@pytest.fixture
def server() -> Iterator[FakeS3]:
    with fake_s3() as opened:
        yield opened


@pytest.fixture
def s3_settings(sqlite_settings: Settings, server: FakeS3, tmp_path: Path) -> Settings:
    write_key_file(tmp_path / "keys.json")
    changes = {
        "objects_url": "s3://ward-office/ocr",
        "objects_endpoint": server.address,
        "objects_access_key": SecretStr("access"),
        "objects_secret_key": SecretStr("secret"),
        "objects_timeout_seconds": 2.0,
        "key_file": tmp_path / "keys.json",
    }
    return sqlite_settings.model_copy(update=changes)


@pytest.fixture
def database(s3_settings: Settings) -> Iterator[Database]:
    opened = open_database(s3_settings)
    yield opened
    opened.dispose()


def test_objects_lie_sealed_below_the_prefix_and_come_back(
    s3_settings: Settings, server: FakeS3, database: Database
) -> None:
    objects = open_objects(s3_settings)
    object_id = _put(database, objects)
    ((location, data),) = server.objects.items()
    assert location == f"ward-office/ocr/{object_id[-2:]}/{object_id}.1"
    assert CONTENT[:12] not in data
    with database.reading() as session:
        assert objects.get(object_id, session) == CONTENT


def test_a_missing_or_changed_object_is_damage(
    s3_settings: Settings, server: FakeS3, database: Database
) -> None:
    objects = open_objects(s3_settings)
    object_id = _put(database, objects)
    (location,) = server.objects
    for damage in (server.objects[location][:-1] + b"?", None):
        if damage is None:
            del server.objects[location]
        else:
            server.objects[location] = damage
        with pytest.raises(CodedError) as caught, database.reading() as session:
            objects.get(object_id, session)
        assert caught.value.code is ErrorCode.STORAGE_DAMAGED


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        ((403, "AccessDenied"), ErrorCode.STORAGE_UNAVAILABLE),
        ((403, "QuotaExceeded"), ErrorCode.STORAGE_FULL),
        ((403, "XMinioStorageFull"), ErrorCode.STORAGE_FULL),
    ],
)
def test_a_store_that_refuses_stores_nothing_and_says_why(
    s3_settings: Settings,
    server: FakeS3,
    database: Database,
    refusal: tuple[int, str],
    code: ErrorCode,
) -> None:
    objects = open_objects(s3_settings)
    server.refuse = refusal
    with pytest.raises(CodedError) as caught:
        _put(database, objects)
    assert caught.value.code is code
    assert "secret" not in str(caught.value)
    server.refuse = None
    _put(database, objects)


def test_orphans_are_swept_there_too(
    s3_settings: Settings, server: FakeS3, database: Database
) -> None:
    kept = _put(database, open_objects(s3_settings))
    with pytest.raises(RuntimeError), database.transaction() as session:
        open_objects(s3_settings).put(ObjectKind.ORIGINAL, CONTENT, session)
        raise RuntimeError("roll back")
    assert len(server.objects) == 2
    later = open_objects(s3_settings, clock=lambda: utc_now() + timedelta(hours=2))
    assert later.remove_orphans(database, older_than=timedelta(hours=1)) == 1
    assert [kept in location for location in server.objects] == [True]


def _put(database: Database, objects: ObjectStore) -> str:
    with database.transaction() as session:
        return objects.put(ObjectKind.ORIGINAL, CONTENT, session)
