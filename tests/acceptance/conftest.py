"""The real service and the real reader, started once for all acceptance tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import cv2
import pytest
from running_service import ROOT, RunningService

from ocr_service.auth.keys import create_key
from ocr_service.auth.sessions import create_sign_in_token
from ocr_service.auth.users import create_user
from ocr_service.cli.administration import open_service
from ocr_service.cli.client import ServiceClient
from ocr_service.reading import open_reader
from ocr_service.settings import Settings
from ocr_service.states import Role
from ocr_service.storage.objects import open_objects
from pipelines.reader import Reader

_START_SECONDS = 90


@pytest.fixture(scope="session")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """One `ocr-service serve` on a free port, with its data in a folder of this test run."""
    folder = tmp_path_factory.mktemp("service")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(
        data_folder=folder, port=port, worker_count=1, log_level="warning", queue_poll_seconds=0.2
    )
    log = folder / "serve.log"
    with open_service(settings) as database:
        with database.transaction() as session:
            _, key = create_key(session, name="acceptance", roles=[Role.STATION])
            roles = [Role.REVIEWER, Role.AUDITOR]
            create_user(session, name="kakunin", display_name="確認 花子", roles=roles)
            token = create_sign_in_token(session, "kakunin", valid_for=timedelta(hours=2))
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "ocr_service.cli.main", "serve"],
                env=os.environ | settings.environment(),
                cwd=ROOT,
                stdout=stream,
                stderr=stream,
            )
        try:
            address = f"http://{settings.host}:{settings.port}"
            with ServiceClient(address) as reviewer:
                _wait_until_ready(reviewer, process, log)
                reviewer.sign_in(token)
                yield RunningService(
                    settings=settings,
                    process=process,
                    log=log,
                    key=key,
                    database=database,
                    objects=open_objects(settings),
                    reviewer=reviewer,
                )
        finally:
            _stop(process, settings.stop_seconds + 10)


@pytest.fixture(scope="session")
def real_reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """The reader of a fresh installation, in this process: built-in forms, real models."""
    cv2.setNumThreads(1)
    return open_reader(Settings(data_folder=tmp_path_factory.mktemp("reader")))


def _wait_until_ready(client: ServiceClient, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not client.ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text("utf-8", errors="replace")[-4000:])
        time.sleep(0.2)


def _stop(process: subprocess.Popen[bytes], seconds: float) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
