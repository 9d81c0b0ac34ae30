"""Putting documents into the queue, in the caller's own transaction."""

from datetime import timedelta
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from dbos import DBOSClient, EnqueueOptions
from dbos import error as dbos_error
from sqlalchemy.orm import Session

from ocr_service.clock import utc_now
from ocr_service.ids import new_id
from ocr_service.jobs.names import pin_text
from ocr_service.jobs.setup import (
    APPLICATION_VERSION,
    QUEUE,
    WORKFLOW,
    open_dbos_client,
    quiet_library,
)
from ocr_service.settings import Settings
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import FormKey

__all__ = ["JobQueue", "open_queue", "pin_text"]

REREAD_PRIORITY = 100
"""Lower numbers go first, and jobs without one before all: new documents don't wait for these."""
_ACTIVE = ["ENQUEUED", "PENDING", "DELAYED"]
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class JobQueue:
    """The queue as the web process, the command line and the reaper see it. Runs no job itself."""

    def __init__(self, client: DBOSClient, engine: sa.Engine) -> None:
        self.client = client
        self._engine = engine

    def enqueue(
        self,
        session: Session,
        document_id: str,
        *,
        pinned: FormKey | None = None,
        first_reading: bool = True,
        once: bool = False,
    ) -> str:
        """Add a job for a document to the transaction of `session`; return the job's id.

        Carries ids only. A `first_reading` goes before re-readings. `once` refuses a second job
        while one waits or runs (for documents whose state doesn't say so): raises CodedError
        DOCUMENT_STATE, and the transaction is lost then.
        """
        job_id = f"{document_id}/{new_id('job')}"
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": job_id,
            "app_version": APPLICATION_VERSION,
        }
        if not first_reading:
            options["priority"] = REREAD_PRIORITY
        if once:
            options["deduplication_id"] = document_id
        # The document's row must be there before the job can be seen.
        session.flush()
        try:
            self.client.enqueue_in_transaction(session, options, document_id, pin_text(pinned))
        except dbos_error.DBOSQueueDeduplicatedError:
            raise CodedError(ErrorCode.DOCUMENT_STATE, "already queued") from None
        return job_id

    def is_active(self, document_id: str) -> bool:
        """Whether a job of the document waits or runs."""
        return bool(
            self.client.list_workflows(
                workflow_id_prefix=f"{document_id}/",
                status=_ACTIVE,
                load_input=False,
                load_output=False,
                limit=1,
            )
        )

    def remove_finished(self, *, older_than: timedelta, batch: int = 1000) -> int:
        """Forget jobs that ended so long ago; return how many. The audit chain keeps what they did.

        Without this the library's tables would grow for ever.
        """
        limit = (utc_now() - older_than).isoformat()
        removed = 0
        while True:
            found = self.client.list_workflows(
                status=_ENDED,
                completed_before=limit,
                load_input=False,
                load_output=False,
                limit=batch,
            )
            self.client.delete_workflows([job.workflow_id for job in found])
            removed += len(found)
            if len(found) < batch:
                return removed

    def close(self) -> None:
        """Close the connections."""
        self.client.destroy()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_queue(settings: Settings) -> JobQueue:
    """Open the queue. The tables must have been migrated (`prepare_installation`)."""
    quiet_library()
    client, engine = open_dbos_client(settings)
    return JobQueue(client, engine)
