"""The reader of a worker: it opens other models as soon as other ones are in use."""

from collections.abc import Sequence
from datetime import date

import structlog

from ocr_service.jobs.reading import ChildReader
from ocr_service.loop.registry import activation_number
from ocr_service.storage.database import Database
from pipelines.errors import CodedError
from pipelines.records import FormKey, Suggestion
from pipelines.stack import StackReading

_log = structlog.get_logger(__name__)


class CurrentReader:
    """Reads with the versions in use: a change counts from the next document on."""

    def __init__(self, reader: ChildReader, database: Database) -> None:
        self._reader = reader
        self._database = database
        self._number = self._newest(0)

    def read(
        self,
        data: bytes,
        *,
        today: date,
        pinned: FormKey | None,
        pages: Sequence[int] | None = None,
    ) -> Suggestion:
        """Read one document. Raises as `ChildReader.read`."""
        self._refresh()
        return self._reader.read(data, today=today, pinned=pinned, pages=pages)

    def read_stack(self, data: bytes, *, today: date) -> StackReading:
        """Read all pages of a file. Raises as `ChildReader.read`."""
        self._refresh()
        return self._reader.read_stack(data, today=today)

    def _refresh(self) -> None:
        newest = self._newest(self._number)
        if newest != self._number:
            _log.info("worker.models_changed", activation=newest)
            # Its process loads the models when it starts.
            self._reader.close()
            self._number = newest

    def _newest(self, known: int) -> int:
        try:
            with self._database.reading() as session:
                return activation_number(session)
        except CodedError:
            # A database out of reach is no reason to fail a document: the next one asks again.
            return known
