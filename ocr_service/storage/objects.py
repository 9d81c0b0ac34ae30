"""Sealed objects: images, suggestions, decisions, export files. No content is stored in clear."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ocr_service.clock import Clock, utc_now
from ocr_service.ids import new_id
from ocr_service.settings import Settings
from ocr_service.storage.blobs import Blobs, open_blobs
from ocr_service.storage.database import Database
from ocr_service.storage.tables import ObjectRow
from ocr_service.storage.vault import Sealed, Vault, open_vault
from pipelines.errors import CodedError, ErrorCode

_SWEEP_BATCH = 500


class ObjectKind(StrEnum):
    """What an object holds."""

    ORIGINAL = "original"
    SUGGESTION = "suggestion"
    DECISION = "decision"
    EXPORT = "export"
    REQUEST = "request"
    """Text of a request to complete (補正依頼)."""
    MATCH_KEY = "match_key"
    """Key of the digests that match people across documents."""
    MODEL = "model"
    """Files of a model that the office brought in."""
    CATEGORY_HEAD = "category_head"
    """What the classifier learnt of a kind that the office added."""
    EXAMPLE = "example"
    """Training examples of a confirmed document."""


class ObjectStore:
    """Puts and gets sealed objects; their rows belong to the caller's transaction."""

    def __init__(
        self,
        blobs: Blobs,
        vault: Vault,
        *,
        clock: Clock = utc_now,
        make_id: Callable[[str], str] = new_id,
    ) -> None:
        self._blobs = blobs
        self._vault = vault
        self._clock = clock
        self._make_id = make_id

    def put(self, kind: ObjectKind | str, data: bytes, session: Session) -> str:
        """Seal and store `data` durably, add its row to `session`, return the object's id.

        The bytes are on disk before this returns; they count once the caller commits. When the
        caller rolls back they are an orphan that `remove_orphans` takes away later.
        Raises CodedError STORAGE_FULL, STORAGE_UNAVAILABLE.
        """
        object_id = self._make_id("obj")
        sealed = self._vault.seal(data, object_id, 1)
        location = f"{object_id[-2:]}/{object_id}.1"
        self._blobs.write(location, sealed.data)
        row = ObjectRow(
            id=object_id,
            version=1,
            kind=str(kind),
            location=location,
            key_id=sealed.key_id,
            wrapped_key=sealed.wrapped_key,
            size=len(data),
            created_at=self._clock(),
        )
        session.add(row)
        # Rows that name this object must find it there (no ORM relationship orders them).
        session.flush()
        return object_id

    def get(self, object_id: str, session: Session) -> bytes:
        """Return the content of an object.

        Raises CodedError STORAGE_DAMAGED when it is missing or was changed, STORAGE_UNAVAILABLE,
        SETTINGS_INVALID when its key is not in the key file.
        """
        row = session.get(ObjectRow, object_id)
        if row is None:
            raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{object_id}: no such object")
        sealed = Sealed(
            data=self._blobs.read(row.location), wrapped_key=row.wrapped_key, key_id=row.key_id
        )
        data = self._vault.open(sealed, row.id, row.version)
        if len(data) != row.size:
            raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{object_id}: size differs")
        return data

    def forget(self, object_id: str, session: Session) -> None:
        """Take an object's row and with it its key away: from the commit on nobody can open it.

        Its bytes are an orphan that `remove_orphans` takes away later. Rows that name it must be
        gone before.
        """
        session.execute(sa.delete(ObjectRow).where(ObjectRow.id == object_id))

    def rewrap_all(self, database: Database, *, batch: int = 200) -> int:
        """Wrap every data key with the current key-encryption key; return how many were changed.

        Afterwards the older keys may leave the key file. May be stopped and started again.
        Raises as `get`; batches done before stay done.
        """
        changed = 0
        while True:
            with database.transaction() as session:
                rows = session.scalars(
                    sa.select(ObjectRow)
                    .where(ObjectRow.key_id != self._vault.current)
                    .order_by(ObjectRow.id)
                    .limit(batch)
                ).all()
                for row in rows:
                    row.wrapped_key, row.key_id = self._vault.rewrap(
                        row.wrapped_key, row.key_id, row.id
                    )
            changed += len(rows)
            if len(rows) < batch:
                return changed

    def remove_orphans(self, database: Database, *, older_than: timedelta) -> int:
        """Remove stored bytes without a row (rolled-back or interrupted puts); return how many.

        `older_than` must be longer than any transaction: an hour or more.
        """
        limit = self._clock() - older_than
        old = (location for location, changed_at in self._blobs.list() if changed_at < limit)
        removed = 0
        while some := list(islice(old, _SWEEP_BATCH)):
            with database.reading() as session:
                known = set(
                    session.scalars(
                        sa.select(ObjectRow.location).where(ObjectRow.location.in_(some))
                    )
                )
            for location in set(some) - known:
                self._blobs.remove(location)
                removed += 1
        return removed


def open_objects(settings: Settings, *, clock: Clock = utc_now) -> ObjectStore:
    """Open the object store of the settings with its keys.

    Raises CodedError SETTINGS_INVALID when the key file is missing or can't be understood.
    """
    return ObjectStore(open_blobs(settings), open_vault(settings), clock=clock)
