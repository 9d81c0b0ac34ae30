import json
import stat
from pathlib import Path

import pytest

from ocr_service.settings import Settings
from ocr_service.storage.vault import Sealed, Vault, add_key, open_vault, write_key_file
from pipelines.errors import CodedError, ErrorCode

KEYS = {"k1": bytes(range(32)), "k2": bytes(range(32, 64))}


def test_sealing_hides_and_opening_shows() -> None:
    vault = Vault(KEYS, "k1")
    sealed = vault.seal(b"content", "obj_1", 1)
    assert b"content" not in sealed.data
    assert vault.open(sealed, "obj_1", 1) == b"content"


def test_every_object_has_a_key_and_a_nonce_of_its_own() -> None:
    vault = Vault(KEYS, "k1")
    first, second = vault.seal(b"same", "obj_1", 1), vault.seal(b"same", "obj_1", 1)
    assert first.wrapped_key != second.wrapped_key
    assert first.data != second.data


@pytest.mark.parametrize(("object_id", "version"), [("obj_2", 1), ("obj_1", 2)])
def test_a_seal_holds_for_its_object_and_version_only(object_id: str, version: int) -> None:
    vault = Vault(KEYS, "k1")
    sealed = vault.seal(b"content", "obj_1", 1)
    _assert_code(ErrorCode.STORAGE_DAMAGED, vault, sealed, object_id, version)


@pytest.mark.parametrize("part", ["data", "wrapped_key"])
def test_one_changed_bit_anywhere_breaks_the_seal(part: str) -> None:
    vault = Vault(KEYS, "k1")
    sealed = vault.seal(b"content", "obj_1", 1)
    good = getattr(sealed, part)
    for position in range(len(good)):
        bad = bytearray(good)
        bad[position] ^= 1
        values = {"data": sealed.data, "wrapped_key": sealed.wrapped_key, part: bytes(bad)}
        changed = Sealed(key_id=sealed.key_id, **values)
        _assert_code(ErrorCode.STORAGE_DAMAGED, vault, changed, "obj_1", 1)


@pytest.mark.parametrize("data", [b"", b"OS1", b"OS1" + b"\0" * 12, b"plain text"])
def test_what_is_no_seal_at_all_is_damage(data: bytes) -> None:
    vault = Vault(KEYS, "k1")
    sealed = vault.seal(b"content", "obj_1", 1)
    broken = Sealed(data=data, wrapped_key=sealed.wrapped_key, key_id="k1")
    _assert_code(ErrorCode.STORAGE_DAMAGED, vault, broken, "obj_1", 1)


def test_a_missing_key_is_a_matter_of_settings_not_damage() -> None:
    sealed = Vault(KEYS, "k2").seal(b"content", "obj_1", 1)
    _assert_code(ErrorCode.SETTINGS_INVALID, Vault({"k1": KEYS["k1"]}, "k1"), sealed, "obj_1", 1)


def test_the_embedded_service_makes_its_key_file_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path / "data")
    sealed = open_vault(settings).seal(b"content", "obj_1", 1)
    path = settings.paths.key_file
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert open_vault(settings).open(sealed, "obj_1", 1) == b"content"


def test_a_lost_key_file_is_never_replaced_while_objects_exist(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path / "data")
    open_vault(settings)
    (settings.paths.objects / "ab").mkdir()
    (settings.paths.objects / "ab" / "obj_1.1").write_bytes(b"sealed")
    settings.paths.key_file.unlink()
    with pytest.raises(CodedError) as caught:
        open_vault(settings)
    assert caught.value.code is ErrorCode.SETTINGS_INVALID
    assert "backup" in caught.value.detail
    assert not settings.paths.key_file.exists()


@pytest.mark.parametrize("change", ["key_file", "database_url", "objects_url"])
def test_any_other_installation_must_bring_its_key_file(tmp_path: Path, change: str) -> None:
    values = {
        "key_file": tmp_path / "keys.json",
        "database_url": "postgresql://host/db",
        "objects_url": "s3://bucket",
    }
    settings = Settings(data_folder=tmp_path / "data", **{change: values[change]})
    with pytest.raises(CodedError) as caught:
        open_vault(settings)
    assert caught.value.code is ErrorCode.SETTINGS_INVALID
    assert "missing" in caught.value.detail


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        '{"current": "k1"}',
        '{"current": "k1", "keys": {"k1": "too short"}}',
        '{"current": "k1", "keys": {"k1": "AAAA"}}',
        json.dumps({"current": "k2", "keys": {"k1": "A" * 43 + "="}}),
    ],
)
def test_a_key_file_that_is_none_is_told_without_its_content(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(CodedError) as caught:
        open_vault(Settings(data_folder=tmp_path / "data", key_file=path))
    assert caught.value.code is ErrorCode.SETTINGS_INVALID
    assert "AAA" not in caught.value.detail


def test_an_existing_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_key_file(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        write_key_file(path)
    assert path.read_bytes() == before


def test_a_new_key_becomes_the_current_one_and_the_old_stays(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_key_file(path)
    old = json.loads(path.read_text())
    assert add_key(path) == "k2"
    new = json.loads(path.read_text())
    assert new["current"] == "k2"
    assert new["keys"]["k1"] == old["keys"]["k1"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _assert_code(
    code: ErrorCode, vault: Vault, sealed: Sealed, object_id: str, version: int
) -> None:
    with pytest.raises(CodedError) as caught:
        vault.open(sealed, object_id, version)
    assert caught.value.code is code
