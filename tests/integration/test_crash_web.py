"""The real web process killed under load, and the supervisor that keeps everything running."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import numpy as np
import psutil
import sqlalchemy as sa
from PIL import Image

from ocr_service.audit.chain import verify_chain
from ocr_service.auth.keys import create_key
from ocr_service.jobs.queue import open_queue
from ocr_service.settings import Settings
from ocr_service.states import DocumentState, Role
from ocr_service.storage.database import Database, open_database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DocumentRow
from tests.integration.service_tools import ROOT, quick, wait_for_states, wait_until

POSTERS = 4


def test_every_acknowledged_document_survives_a_kill_under_load(
    settings: Settings, database: Database, objects: ObjectStore
) -> None:
    settings = quick(settings, port=_free_port(), quality_seconds=0)
    headers = _station(database)
    acknowledged: dict[str, bytes] = {}
    with _process(settings, "ocr_service.server", "web") as web:
        _wait_until_ready(settings)
        threads = [
            threading.Thread(target=_post_until_it_dies, args=(settings, headers, n, acknowledged))
            for n in range(POSTERS)
        ]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(acknowledged) >= 20)
        web.kill()
        for thread in threads:
            thread.join(timeout=30)
    with open_queue(settings) as queue, database.reading() as session:
        rows = {row.id: row for row in session.scalars(sa.select(DocumentRow))}
        assert set(acknowledged) <= set(rows)
        for document_id, data in acknowledged.items():
            assert objects.get(rows[document_id].original_object, session) == data
        # And no document exists without its job, acknowledged or not.
        assert all(queue.is_active(document_id) for document_id in rows)
        assert verify_chain(session).ok


def test_the_supervisor_brings_back_what_dies_and_stops_in_good_order(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    settings = quick(sqlite_settings, port=_free_port(), worker_count=1, quality_seconds=0)
    database = open_database(settings)
    headers = _station(database)
    log = tmp_path / "readings"
    with _process(settings, "ocr_service.server", TEST_READER_LOG=str(log)) as server:
        _wait_until_ready(settings)
        first = {p.pid for p in psutil.Process(server.pid).children()}
        assert len(first) == 2
        for pid in first:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: len(_children(server.pid) - first) == 2)
        _wait_until_ready(settings)
        answer = httpx2.post(
            f"{_address(settings)}/v1/documents", content=_png(1), headers=headers, timeout=30
        )
        assert answer.status_code == 202
        # The test reader can't decode a picture: the worker lives and says so.
        rows = wait_for_states(database, [answer.json()["id"]])
        assert [row.state for row in rows.values()] == [DocumentState.FAILED]
        processes = psutil.Process(server.pid).children(recursive=True)
        assert len(processes) >= 4
        server.terminate()
        assert server.wait(timeout=30) == 0
        _, alive = psutil.wait_procs(processes, timeout=5)
        assert alive == []


def test_web_and_workers_end_when_the_supervisor_is_killed(sqlite_settings: Settings) -> None:
    settings = quick(sqlite_settings, port=_free_port(), worker_count=1)
    with _process(settings, "ocr_service.server") as server:
        wait_until(lambda: len(_children(server.pid)) == 2)
        processes = psutil.Process(server.pid).children(recursive=True)
        server.kill()
        _, alive = psutil.wait_procs(processes, timeout=30)
        assert alive == []


def _post_until_it_dies(
    settings: Settings, headers: dict[str, str], poster: int, acknowledged: dict[str, bytes]
) -> None:
    with (
        httpx2.Client(base_url=_address(settings), headers=headers, timeout=30) as client,
        suppress(httpx2.HTTPError),
    ):
        for number in range(10_000):
            data = _png(poster * 10_000 + number)
            answer = client.post("/v1/documents", content=data)
            if answer.status_code == 202:
                acknowledged[answer.json()["id"]] = data


@contextmanager
def _process(settings: Settings, *module: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", *module],
        env={**os.environ, **settings.environment(), **more},
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _wait_until_ready(settings: Settings) -> None:
    def ready() -> bool:
        with suppress(httpx2.HTTPError):
            return httpx2.get(f"{_address(settings)}/readyz", timeout=5).status_code == 200
        return False

    wait_until(ready)


def _children(pid: int) -> set[int]:
    return {p.pid for p in psutil.Process(pid).children()}


def _station(database: Database) -> dict[str, str]:
    with database.transaction() as session:
        _, key = create_key(session, name="窓口1", roles=[Role.STATION])
    return {"Authorization": f"Bearer {key}"}


def _address(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.port}"


def _png(number: int) -> bytes:
    pixels = np.random.default_rng(number).integers(0, 255, (80, 80), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
