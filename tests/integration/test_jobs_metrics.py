from prometheus_client import generate_latest

from ocr_service.clock import utc_now
from ocr_service.jobs.heartbeat import Heartbeat
from ocr_service.metrics import WorkMetrics
from ocr_service.settings import Settings
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database, open_database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DocumentRow, SuggestionRow
from tests.integration.service_tools import opened_intake, post


def test_the_figures_are_those_of_the_database(
    settings: Settings, database: Database, objects: ObjectStore
) -> None:
    with opened_intake(settings, database, objects) as intake:
        ids = [post(intake, b"%d" % number) for number in range(4)]
    with database.transaction() as session:
        failed = session.get_one(DocumentRow, ids[0])
        failed.state, failed.failure_code = DocumentState.FAILED.value, "read.timeout"
        body = session.get_one(DocumentRow, ids[1]).original_object
        for number, seconds in enumerate((0.4, 1.5, 70.0)):
            session.add(
                SuggestionRow(
                    id=f"sug_{number}",
                    document_id=ids[1],
                    body_object=body,
                    versions={},
                    seconds=seconds,
                    created_at=utc_now(),
                )
            )
    Heartbeat(database, "w-0", seconds=60).beat()
    text = generate_latest(WorkMetrics(database).registry).decode()
    for line in (
        "ocr_database_up 1.0",
        "ocr_queue_depth 3.0",
        "ocr_workers 1.0",
        'ocr_documents_failed{code="read.timeout"} 1.0',
        'ocr_reading_seconds_bucket{le="0.5"} 1.0',
        'ocr_reading_seconds_bucket{le="2.0"} 2.0',
        'ocr_reading_seconds_bucket{le="60.0"} 2.0',
        'ocr_reading_seconds_bucket{le="+Inf"} 3.0',
        "ocr_reading_seconds_count 3.0",
        "ocr_reading_seconds_sum 71.9",
    ):
        assert line in text.splitlines()


def test_without_a_database_the_figures_say_just_that() -> None:
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/nowhere")
    text = generate_latest(WorkMetrics(open_database(settings)).registry).decode()
    assert "ocr_database_up 0.0" in text.splitlines()
    assert "ocr_queue_depth" not in text
