"""The main job on real parts: posted scan, killed worker, suggestion, decision, export.

A server process of its own with a worker, real models, SQLite and PostgreSQL. The worker is killed
with -9 while it reads.
"""

import csv
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest

from ocr_service.audit.chain import verify_chain
from ocr_service.auth.keys import create_key
from ocr_service.auth.users import create_user
from ocr_service.settings import Settings
from ocr_service.states import Role
from ocr_service.storage.database import Database, open_database
from ocr_service.storage.tables import SuggestionRow
from pipelines.synthesis.truth import load_truth

pytestmark = pytest.mark.acceptance

SAMPLES = Path(__file__).parents[2] / "samples"
TRUTH = next(iter(sorted(SAMPLES.glob("seal-registration*.truth.json"))))
SCAN = next(f for f in SAMPLES.glob(f"{TRUTH.name.removesuffix('.truth.json')}.*") if f != TRUTH)
PASSWORD = "midori no kotoba 2026"


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, unused_port: int) -> Settings:
    base: Settings = request.getfixturevalue(
        "sqlite_settings" if request.param == "sqlite" else "postgres_settings"
    )
    return base.model_copy(
        update={
            "port": unused_port,
            "worker_count": 1,
            "heartbeat_seconds": 1.0,
            "heartbeat_timeout_seconds": 4.0,
            "stop_seconds": 10.0,
        }
    )


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(settings: Settings, log: Path) -> Iterator[psutil.Process]:
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "ocr_service.cli.main", "serve"],
            env=os.environ | settings.environment(),
            stdout=stream,
            stderr=stream,
        )
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=40)


def wait_for(what: str, ready: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.1)


def prepare(database: Database) -> str:
    with database.transaction() as session:
        _, key = create_key(session, name="窓口1", roles=[Role.STATION])
        roles = [Role.REVIEWER, Role.AUDITOR]
        create_user(
            session, name="hanako", display_name="確認 花子", roles=roles, password=PASSWORD
        )
    return key


def answers(http: httpx2.Client) -> bool:
    try:
        return http.get("/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def kill_reader(server: psutil.Process) -> None:
    """Kill the worker and its reading child as a power cut would: nothing is told."""
    workers = [p for p in server.children() if "ocr_service.jobs.worker" in p.cmdline()]
    assert workers
    for worker in workers:
        for victim in (*worker.children(recursive=True), worker):
            victim.send_signal(signal.SIGKILL)


def test_from_posted_scan_to_exported_record(settings: Settings, tmp_path: Path) -> None:
    truth = load_truth(TRUTH)
    database = open_database(settings)
    key = prepare(database)
    base = f"http://127.0.0.1:{settings.port}"
    with (
        serving(settings, tmp_path / "serve.log") as server,
        httpx2.Client(base_url=base, trust_env=False, timeout=30) as http,
    ):
        wait_for("the server", lambda: answers(http))
        station = {"Authorization": f"Bearer {key}", "Idempotency-Key": "scan-1"}
        posted = http.post("/v1/documents", content=SCAN.read_bytes(), headers=station)
        assert posted.status_code == 202, posted.text
        document = posted.json()["id"]
        url = f"/v1/documents/{document}"

        def state() -> str:
            body = http.get(url, headers={"Authorization": f"Bearer {key}"}).json()
            assert body["state"] != "failed", body
            return str(body["state"])

        wait_for("reading to begin", lambda: state() != "received")
        if state() == "processing":
            kill_reader(server)
        wait_for("the suggestion", lambda: state() == "awaiting_review")

        again = http.post("/v1/documents", content=SCAN.read_bytes(), headers=station)
        assert again.json()["id"] == document
        with database.reading() as session:
            assert session.query(SuggestionRow).filter_by(document_id=document).count() == 1

        signed = http.post(
            "/v1/session",
            json={"name": "hanako", "password": PASSWORD},
            headers={"Origin": base},
        )
        assert signed.status_code in (200, 201), signed.text
        origin = {"Origin": base}
        suggestion = http.get(f"{url}/suggestion").json()
        assert suggestion["form"]["id"] == truth.form_id
        assert http.post(f"{url}/claim", headers=origin).status_code == 200
        name = next(f["name"] for f in suggestion["fields"] if f["kind"] == "kanji_name")
        decided = http.post(
            f"{url}/decision",
            json={
                "suggestion_id": suggestion["id"],
                "action": "confirm",
                "values": {name: "訂正 太郎"},
            },
            headers=origin,
        )
        assert decided.status_code in (200, 201), decided.text
        assert decided.json()["changed"] == [name]
        assert state() == "confirmed"

        made = http.post(
            "/v1/exports", json={"form_id": truth.form_id, "format": "csv"}, headers=origin
        )
        assert made.status_code in (200, 201), made.text
        assert state() == "exported"
        data = http.get(f"/v1/exports/{made.json()['id']}/file").content
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        assert len(rows) == 2
        assert "訂正 太郎" in rows[1]

        for path in (f"{url}/pages/1/image", f"{url}/fields/{name}/crop"):
            picture = http.get(path)
            assert picture.headers["content-type"].startswith("image/")
    with database.reading() as session:
        assert verify_chain(session).ok
    written = [f for f in settings.data_folder.rglob("*") if f.is_file()]
    assert written
    assert not any("訂正".encode() in f.read_bytes() for f in written)
    database.dispose()
