"""Sealing of content: one AES-256-GCM key an object, wrapped by a key-encryption key.

The key file is JSON: `{"current": "<key id>", "keys": {"<key id>": "<base64 of 32 bytes>"}}`.
Sealing uses the current key; opening finds the key by its id, so that an old key stays in the file
until every object was rewrapped.
"""

import base64
import binascii
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap_with_padding,
    aes_key_wrap_with_padding,
)

from ocr_service.settings import Settings
from pipelines.errors import CodedError, ErrorCode

_FORMAT = b"OS1"
_NONCE_BYTES = 12
_KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """What sealing makes: `data` goes to the object store, the rest into its row."""

    data: bytes
    wrapped_key: bytes
    key_id: str


class Vault:
    """Seals and opens objects with the key-encryption keys it holds."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        if current not in keys:
            raise CodedError(ErrorCode.SETTINGS_INVALID, "key file: current key is not among keys")
        self._keys = dict(keys)
        self.current = current

    def seal(self, data: bytes, object_id: str, version: int) -> Sealed:
        """Encrypt `data` under a new data key, bound to `object_id` and `version`."""
        data_key = AESGCM.generate_key(bit_length=_KEY_BYTES * 8)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        body = AESGCM(data_key).encrypt(nonce, data, _associated(object_id, version))
        wrapped = aes_key_wrap_with_padding(self._keys[self.current], data_key)
        return Sealed(data=_FORMAT + nonce + body, wrapped_key=wrapped, key_id=self.current)

    def open(self, sealed: Sealed, object_id: str, version: int) -> bytes:
        """Decrypt.

        Raises CodedError STORAGE_DAMAGED when anything was changed: the data, the wrapped key, or
        the id and version it belongs to; SETTINGS_INVALID when the key file lacks its key.
        """
        data_key = self._unwrap(sealed.wrapped_key, sealed.key_id, object_id)
        head = len(_FORMAT)
        if sealed.data[:head] != _FORMAT:
            raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{object_id}: not a sealed object")
        nonce = sealed.data[head : head + _NONCE_BYTES]
        body = sealed.data[head + _NONCE_BYTES :]
        try:
            return AESGCM(data_key).decrypt(nonce, body, _associated(object_id, version))
        except (InvalidTag, ValueError):
            raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{object_id}: seal is broken") from None

    def rewrap(self, wrapped_key: bytes, key_id: str, object_id: str) -> tuple[bytes, str]:
        """Wrap the same data key with the current key (rotation); the object stays untouched.

        Returns wrapped key and key id. Raises as `open`.
        """
        data_key = self._unwrap(wrapped_key, key_id, object_id)
        return aes_key_wrap_with_padding(self._keys[self.current], data_key), self.current

    def _unwrap(self, wrapped_key: bytes, key_id: str, object_id: str) -> bytes:
        key = self._keys.get(key_id)
        if key is None:
            raise CodedError(ErrorCode.SETTINGS_INVALID, f"key file: no key {key_id}")
        try:
            data_key = aes_key_unwrap_with_padding(key, wrapped_key)
        except (InvalidUnwrap, ValueError):
            raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{object_id}: key is broken") from None
        if len(data_key) != _KEY_BYTES:
            raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{object_id}: key is broken")
        return data_key


def open_vault(settings: Settings) -> Vault:
    """Load the key file; the embedded default makes it at its first start, mode 0600.

    It is never made anew while sealed objects exist: they would be lost without anybody noticing.
    Raises CodedError SETTINGS_INVALID when it is missing (else) or can't be understood.
    """
    path = settings.key_file or settings.paths.key_file
    if not path.exists():
        _refuse_new_keys(settings, path)
        settings.paths.prepare()
        _write_new_file(path, _key_file_text({"k1": secrets.token_bytes(_KEY_BYTES)}, "k1"))
    return _read_key_file(path)


def add_key(path: Path) -> str:
    """Add a new current key to the key file (rotation), keeping the old ones; return its id.

    Raises CodedError SETTINGS_INVALID when the file is missing or can't be understood.
    """
    vault = _read_key_file(path)
    numbers = [int(k[1:]) for k in vault._keys if k[1:].isdigit()]
    key_id = f"k{max(numbers, default=0) + 1}"
    keys = {**vault._keys, key_id: secrets.token_bytes(_KEY_BYTES)}
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    _write_new_file(temporary, _key_file_text(keys, key_id))
    temporary.replace(path)
    _sync_folder(path.parent)
    return key_id


def _refuse_new_keys(settings: Settings, path: Path) -> None:
    if not settings.embedded:
        raise CodedError(
            ErrorCode.SETTINGS_INVALID,
            f"key file {path} is missing: make it with `ocr-service keys new-file` or restore it",
        )
    objects = settings.paths.objects
    if objects.exists() and any(p.is_file() for p in objects.rglob("*")):
        raise CodedError(
            ErrorCode.SETTINGS_INVALID,
            f"key file {path} is missing but sealed objects exist: restore it from the backup",
        )


def write_key_file(path: Path) -> None:
    """Make a key file with one new key, mode 0600.

    Raises FileExistsError; an existing key file is never overwritten.
    """
    _write_new_file(path, _key_file_text({"k1": secrets.token_bytes(_KEY_BYTES)}, "k1"))


def _read_key_file(path: Path) -> Vault:
    try:
        content = json.loads(path.read_text("utf-8"))
        keys = {str(k): base64.b64decode(v, validate=True) for k, v in content["keys"].items()}
        current = str(content["current"])
    except FileNotFoundError:
        raise CodedError(ErrorCode.SETTINGS_INVALID, f"key file {path} is missing") from None
    except OSError as error:
        raise CodedError(ErrorCode.SETTINGS_INVALID, f"key file {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise CodedError(ErrorCode.SETTINGS_INVALID, f"key file {path}: not understood") from None
    if any(len(k) != _KEY_BYTES for k in keys.values()):
        raise CodedError(ErrorCode.SETTINGS_INVALID, f"key file {path}: keys must have 32 bytes")
    return Vault(keys, current)


def _key_file_text(keys: Mapping[str, bytes], current: str) -> str:
    encoded = {k: base64.b64encode(v).decode("ascii") for k, v in keys.items()}
    return json.dumps({"current": current, "keys": encoded}, indent=2) + "\n"


def _write_new_file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _associated(object_id: str, version: int) -> bytes:
    return f"{object_id}:{version}".encode()
