"""Where sealed bytes lie: local files that are really on disk, or an S3-compatible store."""

import errno
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore as RemoteStore
from obstore.store import S3Store

from ocr_service.settings import Settings
from pipelines.errors import CodedError, ErrorCode

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Blobs(Protocol):
    """A place for sealed bytes. Locations are relative, with `/` between their parts."""

    def write(self, location: str, data: bytes) -> None:
        """Store durably: when it returns, the bytes survive a power failure.

        Raises CodedError STORAGE_FULL, STORAGE_UNAVAILABLE.
        """

    def read(self, location: str) -> bytes:
        """Return the bytes. Raises CodedError STORAGE_DAMAGED when missing, STORAGE_UNAVAILABLE."""

    def remove(self, location: str) -> None:
        """Remove it; nothing happens when it is missing."""

    def list(self) -> Iterator[tuple[str, datetime]]:
        """Yield location and time of last change of everything stored."""


class LocalBlobs:
    """Files below a folder: temporary file, fsync, rename, fsync of the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, location: str, data: bytes) -> None:
        """Store durably, never leaving half a file under its name."""
        target = self._folder / location
        temporary = target.with_name(f".{target.name}.{uuid4().hex}.tmp")
        try:
            self._make_folder(target.parent)
            self._write_synced(temporary, data)
            temporary.replace(target)
            _sync_folder(target.parent)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            code = ErrorCode.STORAGE_FULL if error.errno in _FULL else ErrorCode.STORAGE_UNAVAILABLE
            raise CodedError(code, f"object store: {error.strerror or error}") from error

    def read(self, location: str) -> bytes:
        """Return the bytes."""
        try:
            return (self._folder / location).read_bytes()
        except FileNotFoundError:
            raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{location}: missing") from None
        except OSError as error:
            raise CodedError(
                ErrorCode.STORAGE_UNAVAILABLE, f"object store: {error.strerror or error}"
            ) from error

    def remove(self, location: str) -> None:
        """Remove the file, when it is there."""
        (self._folder / location).unlink(missing_ok=True)

    def list(self) -> Iterator[tuple[str, datetime]]:
        """Yield every file, temporary ones of interrupted writes too."""
        for path in self._folder.rglob("*"):
            if path.is_file():
                changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield path.relative_to(self._folder).as_posix(), changed

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _sync_folder(folder.parent)

    def _write_synced(self, path: Path, data: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


class RemoteBlobs:
    """An S3-compatible store (or another of obstore's): durable when it acknowledged."""

    def __init__(self, store: RemoteStore) -> None:
        self._store = store

    def write(self, location: str, data: bytes) -> None:
        """Store; the far side answers after it is durable there."""
        try:
            obstore.put(self._store, location, data)
        except BaseError as error:
            raise _coded(error) from error

    def read(self, location: str) -> bytes:
        """Return the bytes."""
        try:
            return bytes(obstore.get(self._store, location).bytes())
        except (NotFoundError, FileNotFoundError):
            raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{location}: missing") from None
        except BaseError as error:
            raise _coded(error) from error

    def remove(self, location: str) -> None:
        """Remove it, when it is there."""
        try:
            obstore.delete(self._store, location)
        except (NotFoundError, FileNotFoundError):
            return
        except BaseError as error:
            raise _coded(error) from error

    def list(self) -> Iterator[tuple[str, datetime]]:
        """Yield everything below the prefix."""
        try:
            for chunk in obstore.list(self._store):
                for meta in chunk:
                    yield meta["path"], meta["last_modified"]
        except BaseError as error:
            raise _coded(error) from error


def open_blobs(settings: Settings) -> Blobs:
    """Open the store that the settings name: local files, or `s3://bucket/prefix`."""
    if not settings.objects_url:
        return LocalBlobs(settings.paths.objects)
    bucket, _, prefix = settings.objects_url.removeprefix("s3://").partition("/")
    endpoint = settings.objects_endpoint
    store = S3Store(
        bucket,
        prefix=prefix or None,
        config={
            "region": settings.objects_region,
            **({"endpoint": endpoint} if endpoint else {}),
            **(
                {
                    "access_key_id": settings.objects_access_key.get_secret_value(),
                    "secret_access_key": settings.objects_secret_key.get_secret_value(),
                }
                if settings.objects_access_key.get_secret_value()
                else {}
            ),
        },
        client_options={
            "timeout": f"{settings.objects_timeout_seconds:g}s",
            "allow_http": endpoint.startswith("http://"),
        },
    )
    return RemoteBlobs(store)


def _coded(error: BaseError) -> CodedError:
    # The text of such an error may hold addresses, never content.
    text = str(error)
    full = "507 Insufficient" in text or "QuotaExceeded" in text or "XMinioStorageFull" in text
    code = ErrorCode.STORAGE_FULL if full else ErrorCode.STORAGE_UNAVAILABLE
    return CodedError(code, f"object store: {type(error).__name__}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
