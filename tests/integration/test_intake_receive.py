"""Receiving documents: durable, once, and never in clear."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ocr_service.audit.chain import verify_chain
from ocr_service.intake.inspect import Inspection
from ocr_service.intake.receive import Intake, Receipt
from ocr_service.jobs.names import pin_text
from ocr_service.jobs.queue import open_queue
from ocr_service.jobs.setup import APPLICATION_VERSION, QUEUE, WORKFLOW
from ocr_service.settings import Settings
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import (
    AuditRow,
    BatchRow,
    DocumentRow,
    IdempotencyRow,
    ObjectRow,
)
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import FormKey
from tests.integration.service_tools import STATION, QuickInspector, opened_intake

MARKER = "足立 花子 昭和55年3月7日".encode()


@pytest.fixture
def intake(settings: Settings, database: Database, objects: ObjectStore) -> Iterator[Intake]:
    with opened_intake(settings, database, objects) as opened:
        yield opened


def test_a_posted_document_is_stored_with_its_job_and_its_audit_event(
    intake: Intake, database: Database, objects: ObjectStore
) -> None:
    receipt = _post(intake, suffix=".jpg", pinned=FormKey(id="nursery", revision="2"))
    with database.reading() as session:
        row = session.get_one(DocumentRow, receipt.document_id)
        assert objects.get(row.original_object, session) == MARKER
        event = session.scalars(sa.select(AuditRow)).one()
        assert session.get_one(BatchRow, receipt.batch_id).station == "窓口1"
    assert (row.state, row.version, row.file_name) == (DocumentState.RECEIVED, 1, ".jpg")
    assert row.received_at.tzinfo is UTC
    assert datetime.now(UTC).timestamp() - row.received_at.timestamp() < 60
    assert (event.action, event.actor_id, event.subject_id) == ("document.received", "stn1", row.id)
    job = intake.jobs.client.list_workflows(workflow_id_prefix=f"{row.id}/")[0]
    assert (job.workflow_id, job.name, job.queue_name) == (event.details["job"], WORKFLOW, QUEUE)
    assert job.app_version == APPLICATION_VERSION
    assert job.input == {
        "args": (row.id, pin_text(FormKey(id="nursery", revision="2"))),
        "kwargs": {},
    }
    assert receipt.quality[0].ok
    assert not receipt.duplicate


def test_nothing_on_disk_holds_the_content_in_clear(intake: Intake, settings: Settings) -> None:
    _post(intake)
    files = [p for p in settings.data_folder.rglob("*") if p.is_file()]
    assert any("objects" in p.parts for p in files)
    for path in files:
        assert MARKER not in path.read_bytes(), path
        assert "花子".encode() not in path.read_bytes(), path


def test_the_same_key_with_the_same_bytes_gives_the_first_answer_again(
    intake: Intake, database: Database
) -> None:
    first = _post(intake, idempotency_key="k")
    again = _post(intake, idempotency_key="k")
    assert again.document_id == first.document_id
    assert again.batch_id == first.batch_id
    assert again.quality == first.quality
    assert again.repeated
    assert _count(database, DocumentRow) == 1


def test_the_same_key_with_other_bytes_is_a_conflict(intake: Intake, database: Database) -> None:
    _post(intake, idempotency_key="k")
    with pytest.raises(CodedError) as caught:
        _post(intake, b"other", idempotency_key="k")
    assert caught.value.code is ErrorCode.IDEMPOTENCY_CONFLICT
    assert _count(database, DocumentRow) == 1


def test_keys_of_different_stations_do_not_meet(intake: Intake, database: Database) -> None:
    _post(intake, idempotency_key="k")
    intake.receive(b"other", station="窓口2", actor=STATION, idempotency_key="k")
    assert _count(database, DocumentRow) == 2


def test_the_same_key_at_the_same_time_stores_one_document(
    intake: Intake, database: Database
) -> None:
    gate = threading.Barrier(6)
    answers: list[Receipt] = []

    def post() -> None:
        gate.wait()
        answers.append(_post(intake, idempotency_key="k"))

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len({answer.document_id for answer in answers}) == 1
    assert [answer.repeated for answer in answers].count(False) == 1
    assert _count(database, DocumentRow) == 1
    assert _count(database, IdempotencyRow) == 1


def test_the_same_bytes_without_a_key_are_stored_again_and_noted(
    intake: Intake, database: Database
) -> None:
    first, second = _post(intake), _post(intake)
    assert (first.duplicate, second.duplicate) == (False, True)
    with database.reading() as session:
        details = session.scalars(sa.select(AuditRow.details).order_by(AuditRow.sequence)).all()
    assert [d["same_as"] for d in details] == [None, first.document_id]


def test_a_batch_goes_on_for_its_own_station_only(intake: Intake, database: Database) -> None:
    first = _post(intake)
    assert _post(intake, b"second", batch_id=first.batch_id).batch_id == first.batch_id
    with pytest.raises(CodedError) as caught:
        intake.receive(b"third", station="窓口2", actor=STATION, batch_id=first.batch_id)
    assert caught.value.code is ErrorCode.REQUEST_INVALID
    assert _count(database, DocumentRow) == 2
    assert _count(database, ObjectRow) == 2


def test_many_at_once_are_all_stored_and_the_audit_chain_is_whole(
    intake: Intake, database: Database
) -> None:
    threads = [
        threading.Thread(target=_post, args=(intake, b"%d" % number)) for number in range(24)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _count(database, DocumentRow) == 24
    with database.reading() as session:
        assert verify_chain(session).ok


@pytest.mark.parametrize("broken", ["job", "audit", "object"])
def test_when_any_part_can_not_be_stored_nothing_is(
    intake: Intake, database: Database, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise CodedError(ErrorCode.STORAGE_FULL)

    target = {
        "job": "ocr_service.jobs.queue.JobQueue.enqueue",
        "audit": "ocr_service.intake.receive.append",
        "object": "ocr_service.storage.blobs.LocalBlobs.write",
    }[broken]
    with monkeypatch.context() as patched:
        patched.setattr(target, full)
        with pytest.raises(CodedError) as caught:
            _post(intake, idempotency_key="k")
        assert caught.value.code is ErrorCode.STORAGE_FULL
    for table in (DocumentRow, ObjectRow, BatchRow, IdempotencyRow, AuditRow):
        assert _count(database, table) == 0
    assert intake.jobs.client.list_workflows() == []
    # And the station may simply send it again.
    assert not _post(intake, idempotency_key="k").repeated


def test_a_refused_file_leaves_nothing_behind(
    settings: Settings, database: Database, objects: ObjectStore
) -> None:
    class Refusing(QuickInspector):
        def inspect(self, data: bytes) -> Inspection:
            raise CodedError(ErrorCode.FILE_CORRUPT)

    intake = Intake(database, objects, open_queue(settings), Refusing())
    with pytest.raises(CodedError):
        _post(intake)
    intake.close()
    assert _count(database, DocumentRow) == 0
    assert not [p for p in settings.paths.objects.rglob("*") if p.is_file()]
    figures = {
        sample.labels["code"]: sample.value
        for metric in intake.metrics.registry.collect()
        for sample in metric.samples
        if sample.name == "ocr_intake_refused_total"
    }
    assert figures == {"file.corrupt": 1.0}


def _post(intake: Intake, data: bytes = MARKER, **more: object) -> Receipt:
    return intake.receive(data, station="窓口1", actor=STATION, **more)  # type: ignore[arg-type]


def _count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
