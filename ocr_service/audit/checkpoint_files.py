"""Checkpoints and their keys as files: one JSON object a line; keys as PEM."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from ocr_service.audit.checkpoint import Checkpoint
from pipelines.errors import CodedError, ErrorCode


def write_key_pair(path: Path) -> Path:
    """Write a new private key (mode 0600) and, beside it, `<path>.pub`; return the latter.

    Raises CodedError REQUEST_INVALID when either exists, FILE_UNREADABLE.
    """
    key = Ed25519PrivateKey.generate()
    public = path.with_name(f"{path.name}.pub")
    if public.exists():
        raise CodedError(ErrorCode.REQUEST_INVALID, f"{public} exists already")
    private_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public_pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write_new(path, private_pem, 0o600)
    _write_new(public, public_pem, 0o644)
    return public


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """Read a key that `write_key_pair` wrote.

    Raises CodedError FILE_UNREADABLE, REQUEST_INVALID (no such key).
    """
    try:
        key = load_pem_private_key(_bytes_of(path), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise CodedError(ErrorCode.REQUEST_INVALID, f"{path}: not an Ed25519 private key")
    return key


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Read `<path>.pub` of `write_key_pair`. Raises as `read_private_key`."""
    try:
        key = load_pem_public_key(_bytes_of(path))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise CodedError(ErrorCode.REQUEST_INVALID, f"{path}: not an Ed25519 public key")
    return key


def checkpoint_line(checkpoint: Checkpoint) -> str:
    """Write a checkpoint as one line of JSON."""
    return json.dumps(asdict(checkpoint)) + "\n"


def append_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Add a checkpoint to a file, on the disk. Raises CodedError FILE_UNREADABLE."""
    try:
        with path.open("a", encoding="ascii") as file:
            file.write(checkpoint_line(checkpoint))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise CodedError(ErrorCode.FILE_UNREADABLE, f"{path}: {error.strerror}") from error


def read_checkpoints(path: Path) -> list[Checkpoint]:
    """Read a file of checkpoints, oldest first.

    Raises CodedError FILE_UNREADABLE, REQUEST_INVALID naming the line that is none.
    """
    found = []
    for number, line in enumerate(_bytes_of(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            read = Checkpoint(**json.loads(line))
            # The signature says whether it is true; here it only has to be one.
            found.append(
                Checkpoint(
                    sequence=int(read.sequence),
                    hash=str(read.hash),
                    at=str(read.at),
                    signature=str(read.signature),
                )
            )
        except (ValueError, TypeError):
            detail = f"{path}: line {number} is no checkpoint"
            raise CodedError(ErrorCode.REQUEST_INVALID, detail) from None
    return found


def _write_new(path: Path, data: bytes, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except FileExistsError:
        raise CodedError(ErrorCode.REQUEST_INVALID, f"{path} exists already") from None
    except OSError as error:
        raise CodedError(ErrorCode.FILE_UNREADABLE, f"{path}: {error.strerror}") from error


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CodedError(ErrorCode.FILE_UNREADABLE, f"{path}: {error.strerror}") from error
