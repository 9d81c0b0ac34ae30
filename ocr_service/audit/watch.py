"""Says whether the chain is whole without walking all of it for every look."""

import threading
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ocr_service.audit.chain import GENESIS, verify_chain

_FULL_EVERY = timedelta(minutes=10)


class ChainWatch:
    """Walks the whole chain at most every ten minutes, and only new events in between."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._checked_at: datetime | None = None
        self._ok, self._last, self._head = True, 0, GENESIS

    def is_whole(self, session: Session, *, now: datetime) -> bool:
        """Whether every event up to now is sound."""
        with self._lock:
            due = self._checked_at is None or now - self._checked_at >= _FULL_EVERY
            if due or not self._ok:
                self._last, self._head, self._checked_at = 0, GENESIS, now
            report = verify_chain(session, after=self._last, head=self._head)
            self._ok, self._last, self._head = report.ok, report.last_sequence, report.head
            return report.ok
