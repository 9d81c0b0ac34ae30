import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from obstore.store import MemoryStore

from ocr_service.clock import utc_now
from ocr_service.settings import Settings
from ocr_service.storage.blobs import LocalBlobs, RemoteBlobs
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectKind, ObjectStore, open_objects
from ocr_service.storage.tables import ObjectRow
from ocr_service.storage.vault import add_key
from pipelines.errors import CodedError, ErrorCode

CONTENT = "足立 花子 の申請書".encode() * 50


def test_what_was_put_comes_back(database: Database, objects: ObjectStore) -> None:
    object_id = _put(database, objects)
    with database.reading() as session:
        assert objects.get(object_id, session) == CONTENT
        assert session.get_one(ObjectRow, object_id).size == len(CONTENT)


def test_nothing_is_stored_in_clear(
    database: Database, objects: ObjectStore, settings: Settings
) -> None:
    _put(database, objects)
    files = [p for p in settings.data_folder.rglob("*") if p.is_file()]
    assert files
    assert not [p for p in files if CONTENT[:12] in p.read_bytes()]


@pytest.mark.parametrize("place", ["first byte", "nonce", "middle", "last byte", "cut", "gone"])
def test_a_changed_object_is_refused(
    database: Database, objects: ObjectStore, settings: Settings, place: str
) -> None:
    object_id = _put(database, objects)
    (path,) = [p for p in settings.paths.objects.rglob("*") if p.is_file()]
    data = bytearray(path.read_bytes())
    if place == "gone":
        path.unlink()
    elif place == "cut":
        path.write_bytes(data[:-20])
    else:
        data[{"first byte": 0, "nonce": 5, "middle": len(data) // 2, "last byte": -1}[place]] ^= 1
        path.write_bytes(data)
    _assert_damaged(database, objects, object_id)


def test_one_object_can_not_take_the_place_of_another(
    database: Database, objects: ObjectStore
) -> None:
    first, second = _put(database, objects), _put(database, objects, b"something else")
    with database.transaction() as session:
        row, other = session.get_one(ObjectRow, first), session.get_one(ObjectRow, second)
        row.location, row.wrapped_key, row.size = other.location, other.wrapped_key, other.size
    _assert_damaged(database, objects, first)


def test_an_unknown_object_is_damage_not_a_crash(database: Database, objects: ObjectStore) -> None:
    _assert_damaged(database, objects, "obj_nowhere")


def test_a_full_disk_is_told_and_leaves_nothing_behind(
    database: Database,
    objects: ObjectStore,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("ocr_service.storage.blobs.os.fsync", full)
    with pytest.raises(CodedError) as caught, database.transaction() as session:
        objects.put(ObjectKind.ORIGINAL, CONTENT, session)
    assert caught.value.code is ErrorCode.STORAGE_FULL
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ObjectRow)) == 0
    assert not [p for p in settings.paths.objects.rglob("*") if p.is_file()]


def test_a_rolled_back_put_is_swept_later(
    database: Database, objects: ObjectStore, settings: Settings
) -> None:
    kept = _put(database, objects)
    with pytest.raises(RuntimeError), database.transaction() as session:
        objects.put(ObjectKind.ORIGINAL, CONTENT, session)
        raise RuntimeError("roll back")
    assert objects.remove_orphans(database, older_than=timedelta(hours=1)) == 0
    later = open_objects(settings, clock=lambda: utc_now() + timedelta(hours=2))
    assert later.remove_orphans(database, older_than=timedelta(hours=1)) == 1
    with database.reading() as session:
        assert later.get(kept, session) == CONTENT


def test_keys_are_rotated_and_the_old_one_may_go(database: Database, settings: Settings) -> None:
    before = open_objects(settings)
    object_id = _put(database, before)
    key_file = settings.key_file or settings.paths.key_file
    assert add_key(key_file) == "k2"
    after = open_objects(settings)
    with database.reading() as session:
        assert after.get(object_id, session) == CONTENT
    assert after.rewrap_all(database) == 1
    assert after.rewrap_all(database) == 0
    with database.reading() as session:
        assert session.get_one(ObjectRow, object_id).key_id == "k2"
        assert after.get(object_id, session) == CONTENT
        # Whoever still holds only the old key can't open it any more.
        with pytest.raises(CodedError) as caught:
            before.get(object_id, session)
    assert caught.value.code is ErrorCode.SETTINGS_INVALID


def test_a_remote_store_behaves_the_same(sqlite_settings: Settings) -> None:
    blobs = RemoteBlobs(MemoryStore())
    blobs.write("ab/one", b"1")
    assert blobs.read("ab/one") == b"1"
    assert [location for location, _ in blobs.list()] == ["ab/one"]
    blobs.remove("ab/one")
    blobs.remove("ab/one")
    with pytest.raises(CodedError) as caught:
        blobs.read("ab/one")
    assert caught.value.code is ErrorCode.STORAGE_DAMAGED


def test_a_local_write_syncs_file_then_renames_then_syncs_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").resolve()
        seen.append("sync folder" if target.is_dir() else "sync file")
        real_sync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        seen.append("rename")
        return real_replace(self, target)

    (tmp_path / "ab").mkdir()
    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    LocalBlobs(tmp_path).write("ab/one", b"1")
    assert seen == ["sync file", "rename", "sync folder"]


def _put(database: Database, objects: ObjectStore, data: bytes = CONTENT) -> str:
    with database.transaction() as session:
        return objects.put(ObjectKind.ORIGINAL, data, session)


def _assert_damaged(database: Database, objects: ObjectStore, object_id: str) -> None:
    with pytest.raises(CodedError) as caught, database.reading() as session:
        objects.get(object_id, session)
    assert caught.value.code is ErrorCode.STORAGE_DAMAGED
