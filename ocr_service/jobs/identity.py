"""Who a worker is: a name of its own that stays the same over restarts, guarded by a file lock.

Two processes with one name would run each other's live jobs; a process that comes back under its
old name takes up the jobs it left.
"""

import fcntl
import os
import re
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from ocr_service.app_paths import AppPaths

MAX_SLOTS = 256


@dataclass(frozen=True, slots=True)
class WorkerIdentity:
    """A name that this process holds until it ends or gives it back."""

    executor_id: str
    slot: int
    _descriptor: int

    def release(self) -> None:
        """Give the name back (the end of the process does the same)."""
        os.close(self._descriptor)


def take_identity(paths: AppPaths) -> WorkerIdentity:
    """Take the first free slot of this installation on this host.

    Raises RuntimeError when all 256 are taken.
    """
    paths.prepare()
    installation = _installation_id(paths.locks)
    for slot in range(MAX_SLOTS):
        descriptor = _try_lock(paths.locks / f"worker-{_host()}-{slot}.lock")
        if descriptor is not None:
            executor_id = f"{_host()}-{installation}-{slot}"
            return WorkerIdentity(executor_id, slot, descriptor)
    raise RuntimeError(f"{MAX_SLOTS} workers run already in this data folder")


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())[:40] or "host"


def _installation_id(locks: Path) -> str:
    # Containers may all have the same host name: each data folder has its own random id.
    path = locks / "installation"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        found = os.read(descriptor, 64).decode("ascii").strip()
        if not found:
            found = secrets.token_hex(4)
            os.write(descriptor, found.encode("ascii"))
            os.fsync(descriptor)
        return found
    finally:
        os.close(descriptor)


def _try_lock(path: Path) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
