"""Processing without worker processes: states, attempts, re-readings, forgotten documents."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ocr_service.audit.chain import Actor, verify_chain
from ocr_service.clock import utc_now
from ocr_service.intake.receive import Intake
from ocr_service.jobs.heartbeat import Heartbeat
from ocr_service.jobs.lease import leased
from ocr_service.jobs.names import suggestion_id_of
from ocr_service.jobs.processing import DocumentProcessor, Outcome
from ocr_service.jobs.queue import open_queue
from ocr_service.jobs.reaper import Reaper
from ocr_service.jobs.requests import enqueue_reading, readable_documents, request_reading
from ocr_service.settings import Settings
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database, open_database
from ocr_service.storage.objects import ObjectStore, open_objects
from ocr_service.storage.tables import AuditRow, DocumentRow, ObjectRow, SuggestionRow, WorkerRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import FormKey, Suggestion
from pipelines.stack import StackReading
from tests.engines.readers import stack_of, suggestion_of
from tests.integration.service_tools import opened_intake, post, quick, wait_until

CLERK = Actor("user", "usr_1")
PIN = FormKey(id="other-form", revision="7")


class FakeReader:
    """Reads as `suggestion_of` does, after raising what it was given to raise."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls: list[tuple[date, FormKey | None]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def read(
        self,
        data: bytes,
        *,
        today: date,
        pinned: FormKey | None,
        pages: Sequence[int] | None = None,
    ) -> Suggestion:
        self.calls.append((today, pinned))
        if self.errors:
            raise self.errors.pop(0)
        self.meanwhile()
        return suggestion_of(data, pinned, pages=pages)

    def read_stack(self, data: bytes, *, today: date) -> StackReading:
        self.calls.append((today, None))
        self.meanwhile()
        return stack_of(data)


@pytest.fixture
def intake(settings: Settings, database: Database, objects: ObjectStore) -> Iterator[Intake]:
    with opened_intake(settings, database, objects) as opened:
        yield opened


@pytest.fixture
def document(intake: Intake) -> str:
    return post(intake, b"read me")


def test_a_read_document_waits_for_review_with_its_figures(
    database: Database, objects: ObjectStore, document: str
) -> None:
    reader = FakeReader()
    clock = lambda: datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # noqa: E731
    made = _processor(database, objects, reader, clock=clock)
    assert made.process(document, f"{document}/job_1", PIN) is Outcome.SUGGESTED
    row = _row(database, document)
    assert (row.state, row.version, row.attempts) == (DocumentState.AWAITING_REVIEW, 3, 0)
    assert row.suggestion_id == suggestion_id_of(f"{document}/job_1") == "sug_1"
    assert (row.form_id, row.form_revision) == (PIN.id, PIN.revision)
    assert (row.fields_total, row.fields_doubtful) == (1, 1)
    assert (row.findings_error, row.findings_warning) == (0, 1)
    # At 16:00 UTC it is the next day in the office.
    assert reader.calls == [(date(2026, 11, 24), PIN)]
    with database.reading() as session:
        stored = session.get_one(SuggestionRow, "sug_1")
    assert stored.pinned_form == "other-form@7"
    assert made.busy is None


def test_the_same_job_run_again_changes_nothing(
    database: Database, objects: ObjectStore, document: str
) -> None:
    made = _processor(database, objects, FakeReader())
    made.process(document, f"{document}/job_1", None)
    before = _row(database, document)
    assert made.process(document, f"{document}/job_1", None) is Outcome.ALREADY_DONE
    assert _row(database, document).version == before.version
    assert _suggestions(database, document) == ["sug_1"]


def test_two_runs_of_one_job_at_the_same_time_store_one_suggestion(
    database: Database, objects: ObjectStore, document: str
) -> None:
    job = f"{document}/job_1"
    slow, fast = FakeReader(), FakeReader()
    slow.meanwhile = lambda: _assert_outcome(
        _processor(database, objects, fast).process(document, job, None), Outcome.SUGGESTED
    )
    outcome = _processor(database, objects, slow).process(document, job, None)
    assert outcome is Outcome.ALREADY_DONE
    assert _suggestions(database, document) == ["sug_1"]
    with database.reading() as session:
        # The loser's sealed bytes are no row: the sweep takes them.
        kinds = session.scalars(sa.select(ObjectRow.kind)).all()
    assert sorted(kinds) == ["original", "suggestion"]


@pytest.mark.parametrize("code", [ErrorCode.READ_CRASHED, ErrorCode.READ_OUT_OF_MEMORY])
def test_a_failure_that_may_pass_is_tried_again_so_often(
    database: Database, objects: ObjectStore, document: str, code: ErrorCode
) -> None:
    reader = FakeReader(CodedError(code), CodedError(code))
    made = _processor(database, objects, reader)
    assert made.process(document, f"{document}/job_1", None) is Outcome.SUGGESTED
    assert len(reader.calls) == 3
    reader.errors = [CodedError(code)] * 3
    _back_to_received(database, document)
    assert made.process(document, f"{document}/job_2", None) is Outcome.FAILED
    row = _row(database, document)
    assert (row.state, row.failure_code) == (DocumentState.FAILED, code.value)
    assert row.failure_retryable
    assert row.suggestion_id == "sug_1"


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (CodedError(ErrorCode.FILE_ENCRYPTED), "file.encrypted", False),
        (CodedError(ErrorCode.FORM_UNKNOWN), "form.unknown", False),
        (CodedError(ErrorCode.READ_TIMEOUT), "read.timeout", True),
        (RuntimeError("a bug"), "internal", True),
    ],
)
def test_any_other_failure_fails_at_once(
    database: Database,
    objects: ObjectStore,
    document: str,
    error: Exception,
    code: str,
    retryable: bool,
) -> None:
    reader = FakeReader(error)
    made = _processor(database, objects, reader)
    assert made.process(document, f"{document}/job_1", None) is Outcome.FAILED
    row = _row(database, document)
    assert (row.failure_code, row.failure_retryable) == (code, retryable)
    assert len(reader.calls) == 1


def test_a_damaged_original_is_a_failure_with_its_reason(
    database: Database, objects: ObjectStore, settings: Settings, document: str
) -> None:
    (path,) = [p for p in settings.paths.objects.rglob("*") if p.is_file()]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    made = _processor(database, objects, FakeReader())
    assert made.process(document, f"{document}/job_1", None) is Outcome.FAILED
    assert _row(database, document).failure_code == "storage.damaged"


def test_a_full_or_lost_storage_is_waited_for_and_the_reading_is_not_lost(
    database: Database,
    objects: ObjectStore,
    document: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader, pauses = FakeReader(), []
    troubles = [ErrorCode.STORAGE_FULL, ErrorCode.STORAGE_UNAVAILABLE]
    real_put = objects.put

    def put(*arguments: Any) -> str:
        if troubles:
            raise CodedError(troubles.pop(0))
        return real_put(*arguments)

    monkeypatch.setattr(objects, "put", put)
    made = _processor(database, objects, reader, sleep=pauses.append)
    assert made.process(document, f"{document}/job_1", None) is Outcome.SUGGESTED
    assert len(reader.calls) == 1
    assert pauses == [0.5, 1.0]


@pytest.mark.parametrize("state", [DocumentState.CONFIRMED, DocumentState.EXPORTED])
def test_reading_a_decided_document_again_only_adds_a_suggestion(
    intake: Intake,
    settings: Settings,
    database: Database,
    objects: ObjectStore,
    document: str,
    state: DocumentState,
) -> None:
    reader = FakeReader()
    made = _processor(database, objects, reader)
    made.process(document, f"{document}/job_1", None)
    with database.transaction() as session:
        row = session.get_one(DocumentRow, document)
        row.state, row.decision_id = state.value, "dec_1"
    job = enqueue_reading(settings, database, document, by=CLERK, pinned=PIN)
    assert made.process(document, job, PIN) is Outcome.SUGGESTED
    row = _row(database, document)
    assert (row.state, row.decision_id, row.suggestion_id) == (state, "dec_1", "sug_1")
    assert row.form_id == "test-form"
    assert len(_suggestions(database, document)) == 2
    reader.errors = [CodedError(ErrorCode.FILE_CORRUPT)]
    assert made.process(document, f"{document}/job_3", None) is Outcome.FAILED
    assert _row(database, document).state == state


def test_a_decided_document_has_one_reading_at_a_time(
    intake: Intake, database: Database, document: str
) -> None:
    with database.transaction() as session:
        session.get_one(DocumentRow, document).state = DocumentState.REJECTED.value
    with database.transaction() as session:
        request_reading(session, intake.jobs, document, by=CLERK)
    with pytest.raises(CodedError) as caught, database.transaction() as session:
        request_reading(session, intake.jobs, document, by=CLERK)
    assert caught.value.code is ErrorCode.DOCUMENT_STATE


def test_a_document_under_review_goes_back_and_its_holder_loses_it(
    intake: Intake, database: Database, objects: ObjectStore, document: str
) -> None:
    made = _processor(database, objects, FakeReader())
    made.process(document, f"{document}/job_1", None)
    with database.transaction() as session:
        row = session.get_one(DocumentRow, document)
        row.state, row.claimed_by, row.claimed_until = "in_review", "usr_2", utc_now()
    with database.transaction() as session:
        job = request_reading(session, intake.jobs, document, by=CLERK, pinned=PIN)
    row = _row(database, document)
    assert (row.state, row.claimed_by) == (DocumentState.RECEIVED, None)
    assert made.process(document, job, PIN) is Outcome.SUGGESTED
    assert _row(database, document).suggestion_id == suggestion_id_of(job)
    assert len(_suggestions(database, document)) == 2


@pytest.mark.parametrize("state", [DocumentState.RECEIVED, DocumentState.PROCESSING])
def test_a_document_being_read_can_not_be_queued_again(
    intake: Intake, database: Database, document: str, state: DocumentState
) -> None:
    with database.transaction() as session:
        session.get_one(DocumentRow, document).state = state.value
    with pytest.raises(CodedError) as caught, database.transaction() as session:
        request_reading(session, intake.jobs, document, by=CLERK)
    assert caught.value.code is ErrorCode.DOCUMENT_STATE


def test_failed_documents_are_found_and_read_again(
    intake: Intake,
    settings: Settings,
    database: Database,
    objects: ObjectStore,
    document: str,
) -> None:
    reader = FakeReader(CodedError(ErrorCode.FILE_CORRUPT))
    made = _processor(database, objects, reader)
    made.process(document, f"{document}/job_1", None)
    with database.reading() as session:
        assert readable_documents(session, state=DocumentState.FAILED) == [document]
        assert readable_documents(session, state=DocumentState.FAILED, form_id="no") == []
        assert readable_documents(session, state=DocumentState.RECEIVED) == []
    job = enqueue_reading(settings, database, document, by=CLERK)
    row = _row(database, document)
    assert (row.state, row.failure_code) == (DocumentState.RECEIVED, None)
    assert made.process(document, job, None) is Outcome.SUGGESTED
    with database.reading() as session:
        actions = session.scalars(sa.select(AuditRow.action).order_by(AuditRow.sequence)).all()
        assert verify_chain(session).ok
    assert actions == [
        "document.received",
        "document.reading",
        "document.failed",
        "document.reread",
        "document.reading",
        "document.suggested",
    ]


def test_an_unknown_document_is_told(intake: Intake, database: Database) -> None:
    with pytest.raises(CodedError) as caught, database.transaction() as session:
        request_reading(session, intake.jobs, "doc_nowhere", by=CLERK)
    assert caught.value.code is ErrorCode.DOCUMENT_UNKNOWN


def test_first_readings_go_before_re_readings(intake: Intake, document: str) -> None:
    with intake._database.transaction() as session:
        session.get_one(DocumentRow, document).state = DocumentState.FAILED.value
    with intake._database.transaction() as session:
        request_reading(session, intake.jobs, document, by=CLERK)
    jobs = intake.jobs.client.list_workflows(workflow_id_prefix=f"{document}/")
    assert [job.priority for job in jobs] == [0, 100]


def test_a_forgotten_document_gets_a_new_job(
    intake: Intake, settings: Settings, database: Database, objects: ObjectStore, document: str
) -> None:
    reaper = Reaper(quick(settings), database, intake.jobs, objects)
    (job,) = intake.jobs.client.list_workflows(workflow_id_prefix=f"{document}/")
    intake.jobs.client.cancel_workflow(job.workflow_id)
    assert reaper.reap() == []
    assert not intake.jobs.is_active(document)
    with database.transaction() as session:
        session.get_one(DocumentRow, document).updated_at = utc_now() - timedelta(hours=1)
    reaper.reap()
    assert intake.jobs.is_active(document)
    reaper.reap()
    assert len(intake.jobs.client.list_workflows(workflow_id_prefix=f"{document}/")) == 2


def test_ended_jobs_are_forgotten_after_their_time_and_waiting_ones_never(
    intake: Intake, document: str
) -> None:
    other = post(intake, b"another")
    (job,) = intake.jobs.client.list_workflows(workflow_id_prefix=f"{other}/")
    intake.jobs.client.cancel_workflow(job.workflow_id)
    assert intake.jobs.remove_finished(older_than=timedelta(hours=1)) == 0
    assert intake.jobs.remove_finished(older_than=timedelta(seconds=-5)) == 1
    left = intake.jobs.client.list_workflows()
    assert [w.workflow_id.partition("/")[0] for w in left] == [document]


def test_a_silent_worker_is_buried_and_a_living_one_is_not(
    intake: Intake, settings: Settings, database: Database, objects: ObjectStore
) -> None:
    for name in ("dead", "living"):
        Heartbeat(database, name, seconds=60).beat()
    with database.transaction() as session:
        row = session.get_one(WorkerRow, "dead")
        row.heartbeat_at = row.heartbeat_at - timedelta(seconds=10)
    Reaper(quick(settings), database, intake.jobs, objects).reap()
    assert _workers(database) == ["living"]


def test_a_reaper_that_freezes_keeps_the_others_away_only_for_a_while(
    intake: Intake, settings: Settings, database: Database, objects: ObjectStore
) -> None:
    Heartbeat(database, "dead", seconds=60).beat()
    with database.transaction() as session:
        session.get_one(WorkerRow, "dead").heartbeat_at -= timedelta(seconds=60)
    reaper = Reaper(quick(settings), database, intake.jobs, objects)
    with leased(database, "reaper", "frozen", seconds=1.5) as held:
        assert held
        reaper.reap()
        assert _workers(database) == ["dead"]
        wait_until(lambda: reaper.reap() or not _workers(database), seconds=10)
        # The one that wakes up doesn't take away what is no longer its own.
        with leased(database, "reaper", "second", seconds=60) as second:
            assert second
    with leased(database, "reaper", "third", seconds=60) as third:
        assert third


def test_a_worker_that_freezes_with_its_own_row_locked_is_buried(
    postgres_settings: Settings,
) -> None:
    settings = quick(postgres_settings)
    frozen, database = open_database(settings), open_database(settings)
    Heartbeat(frozen, "frozen", seconds=60).beat()
    with open_queue(settings) as queue:
        reaper = Reaper(settings, database, queue, open_objects(settings))
        with pytest.raises(CodedError), frozen.transaction() as session:
            session.get_one(WorkerRow, "frozen", with_for_update=True)
            time.sleep(1.3)
            wait_until(lambda: reaper.reap() or not _workers(database), seconds=10)
    frozen.dispose()
    database.dispose()


def _workers(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(sa.select(WorkerRow.executor_id)))


def _processor(
    database: Database, objects: ObjectStore, reader: FakeReader, **more: Any
) -> DocumentProcessor:
    return DocumentProcessor(database, objects, reader, attempts=3, time_zone="Asia/Tokyo", **more)


def _row(database: Database, document_id: str) -> DocumentRow:
    with database.reading() as session:
        return session.get_one(DocumentRow, document_id)


def _suggestions(database: Database, document_id: str) -> list[str]:
    with database.reading() as session:
        return list(
            session.scalars(
                sa.select(SuggestionRow.id).where(SuggestionRow.document_id == document_id)
            )
        )


def _back_to_received(database: Database, document_id: str) -> None:
    with database.transaction() as session:
        session.get_one(DocumentRow, document_id).state = DocumentState.RECEIVED.value


def _assert_outcome(found: Outcome, wanted: Outcome) -> None:
    assert found is wanted
