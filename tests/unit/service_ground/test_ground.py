import io
import json
import logging
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import structlog

from ocr_service.app_paths import AppPaths
from ocr_service.clock import office_date, utc_now
from ocr_service.ids import new_id
from ocr_service.jobs.identity import take_identity
from ocr_service.jobs.names import pin_of, pin_text, suggestion_id_of
from ocr_service.logging import configure_logging
from ocr_service.settings import Settings
from pipelines.records import FormKey


def test_ids_are_unique_and_sort_by_time() -> None:
    first = new_id("doc")
    time.sleep(0.002)
    later = [new_id("doc") for _ in range(1000)]
    assert len({first, *later}) == 1001
    assert all(first < other for other in later)
    assert len(first) == 30


@pytest.mark.parametrize("prefix", ["", "much-too-long-a-prefix"])
def test_ids_fit_into_their_columns(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        new_id(prefix)


def test_the_office_has_its_own_calendar_day() -> None:
    moment = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)
    assert office_date(moment, "Asia/Tokyo") == date(2027, 1, 1)
    assert utc_now().tzinfo is UTC


def test_a_pin_goes_through_the_queue_as_text() -> None:
    form = FormKey(id="nursery-admission", revision="2026-04.1")
    assert pin_of(pin_text(form)) == form
    assert pin_of(pin_text(None)) is None


def test_a_job_always_makes_the_same_suggestion_id() -> None:
    job = f"{new_id('doc')}/{new_id('job')}"
    assert suggestion_id_of(job) == suggestion_id_of(job)
    assert len(suggestion_id_of(job)) == 30


def test_workers_of_one_installation_take_different_names_and_get_them_back(
    tmp_path: Path,
) -> None:
    paths = AppPaths(data_folder=tmp_path)
    first, second = take_identity(paths), take_identity(paths)
    assert (first.slot, second.slot) == (0, 1)
    assert first.executor_id != second.executor_id
    first.release()
    again = take_identity(paths)
    assert again.executor_id == first.executor_id
    second.release()
    again.release()


def test_workers_of_two_installations_never_share_a_name(tmp_path: Path) -> None:
    one = take_identity(AppPaths(data_folder=tmp_path / "one"))
    other = take_identity(AppPaths(data_folder=tmp_path / "other"))
    assert one.slot == other.slot == 0
    assert one.executor_id != other.executor_id
    one.release()
    other.release()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging(Settings(log_level="debug"))
    yield stream
    root.handlers[:], root.level = handlers, level
    logging.getLogger("ocr_service").setLevel(logging.NOTSET)
    structlog.reset_defaults()


def test_an_event_is_one_json_object_with_its_ids(log: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(worker="w-0")
    structlog.get_logger("ocr_service.test").info("document.done", document="doc_1", seconds=0.5)
    structlog.contextvars.clear_contextvars()
    event = json.loads(log.getvalue())
    assert event["event"] == "document.done"
    assert (event["document"], event["worker"], event["seconds"]) == ("doc_1", "w-0", 0.5)
    assert event["level"] == "info"
    assert event["timestamp"].endswith("Z")


def test_an_exception_leaves_its_type_and_nothing_it_quotes(log: io.StringIO) -> None:
    try:
        raise ValueError("足立 花子")
    except ValueError:
        structlog.get_logger("ocr_service.test").exception("broken")
        logging.getLogger("ocr_service.test").exception("broken too")
        logging.getLogger("uvicorn.error").exception("and in a library")
    events = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [event["error"] for event in events] == ["ValueError"] * 3
    assert "花子" not in log.getvalue()
    assert "Traceback" not in log.getvalue()


def test_libraries_only_warn_whatever_the_level(log: io.StringIO) -> None:
    logging.getLogger("sqlalchemy.engine").debug("[('足立 花子',)]")
    logging.getLogger("PIL").info("chatter")
    logging.getLogger("dbos").warning("contention")
    events = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [event["event"] for event in events] == ["contention"]


def test_long_texts_are_cut(log: io.StringIO) -> None:
    structlog.get_logger("ocr_service.test").info("x", detail="a" * 5000)
    assert len(json.loads(log.getvalue())["detail"]) == 300
