"""`ocr-service demo`: the whole service on the sample scans, as a station and a reviewer see it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from ocr_service.auth.keys import create_key
from ocr_service.auth.sessions import create_sign_in_token
from ocr_service.auth.users import create_user
from ocr_service.cli.administration import open_service
from ocr_service.cli.client import ServiceClient
from ocr_service.cli.console import coded_exit, err, out, progress
from ocr_service.settings import Settings
from ocr_service.states import DocumentState, Role
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import BoundingBox, Field, FieldSource, FieldState
from pipelines.synthesis.compare import Comparison, compare
from pipelines.synthesis.truth import Truth, load_truth

_REVIEWER = "demo"
_START_SECONDS = 180
_SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf", ".heic", ".jp2"}
_SAMPLES = Path("samples")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One sample after reading, with what its truth file says of it."""

    file: Path
    document: dict[str, Any]
    suggestion: dict[str, Any] | None
    truth: Truth | None
    comparison: Comparison | None


@coded_exit
def demo(
    once: Annotated[bool, typer.Option("--once", help="結果を出して終了する")] = False,
    samples: Annotated[Path, typer.Option(help="サンプルのフォルダー")] = _SAMPLES,
    port: Annotated[int, typer.Option(help="ポート（0 は空いているもの）")] = 8000,
    workers: Annotated[int, typer.Option(help="読み取りワーカーの数", min=1)] = 2,
) -> None:
    """Start the service on SQLite with a generated key, post the samples and keep serving.

    With `--once` it ends after the table; exit code 1 if any sample was not read as its truth
    file says. All data lies in a temporary folder that goes when the command ends.
    """
    files = sorted(f for f in samples.glob("*") if f.suffix in _SUFFIXES)
    if not files:
        raise CodedError(ErrorCode.FILE_UNREADABLE, f"no samples in {samples}")
    with tempfile.TemporaryDirectory(prefix="ocr-service-demo-") as folder:
        settings = Settings(
            data_folder=Path(folder),
            port=_free_port(port),
            worker_count=workers,
            log_level="warning",
        )
        key, tokens = _prepare(settings)
        with _running(settings) as server:
            address = f"http://{settings.host}:{settings.port}"
            outcomes = _read_samples(address, key, tokens.pop(), files)
            out.print(_table(outcomes))
            wrong = [outcome for outcome in outcomes if not _as_expected(outcome)]
            _print_wrong(wrong)
            if once:
                raise typer.Exit(1 if wrong else 0)
            out.print(f"\n確認画面: [bold]{address}/sign-in#token={tokens.pop()}[/]")
            out.print("（一度だけ使えるサインインです。終了は Ctrl+C）")
            _wait(server)


def _free_port(wanted: int) -> int:
    """Give the wanted port, or any free one when it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CodedError(ErrorCode.SERVER_UNREACHABLE, "no free port")


def _prepare(settings: Settings) -> tuple[str, list[str]]:
    """Make a station key, a reviewer, and two one-time sign-ins (one is ours, one to print)."""
    roles = [Role.REVIEWER, Role.FORM_OWNER, Role.AUDITOR]
    with open_service(settings) as database, database.transaction() as session:
        _, key = create_key(session, name="demo-station", roles=[Role.STATION])
        create_user(session, name=_REVIEWER, display_name="確認 花子", roles=roles)
        lifetime = timedelta(hours=12)
        tokens = [create_sign_in_token(session, _REVIEWER, valid_for=lifetime) for _ in range(2)]
    return key, tokens


@contextmanager
def _running(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Run `ocr-service serve` as a process of its own, stopped at the end."""
    environment = os.environ | {
        "OCR_SERVICE_DATA_FOLDER": str(settings.data_folder),
        "OCR_SERVICE_PORT": str(settings.port),
        "OCR_SERVICE_WORKER_COUNT": str(settings.worker_count),
        "OCR_SERVICE_LOG_LEVEL": settings.log_level,
    }
    log = settings.data_folder / "serve.log"
    with log.open("wb") as stream:
        server = subprocess.Popen(
            [sys.executable, "-m", "ocr_service.cli.main", "serve"],
            env=environment,
            stdout=stream,
            stderr=stream,
        )
        try:
            yield server
        except CodedError:
            err.print(log.read_text("utf-8", errors="replace")[-4000:], markup=False)
            raise
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(timeout=settings.stop_seconds + 10)
            except subprocess.TimeoutExpired:
                server.kill()


def _read_samples(address: str, key: str, token: str, files: list[Path]) -> list[_Outcome]:
    """Post the samples as a station, wait, and look at the suggestions as a reviewer."""
    with ServiceClient(address, key) as station, progress() as bar:
        _wait_until_ready(station)
        posting = bar.add_task("送信中", total=len(files))
        sent: dict[str, Path] = {}
        for file in files:
            sent[station.submit(file.name, file.read_bytes())["id"]] = file
            bar.advance(posting)
        reading = bar.add_task("読み取り中", total=len(sent))
        done = station.wait(
            sent, seconds=60 + 60 * len(sent), on_finished=lambda _: bar.advance(reading)
        )
    with ServiceClient(address) as reviewer:
        reviewer.sign_in(token)
        return [_outcome(file, done[document], reviewer) for document, file in sent.items()]


def _wait_until_ready(client: ServiceClient) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not client.ready():
        if time.monotonic() > deadline:
            raise CodedError(ErrorCode.SERVER_UNREACHABLE, "the server did not start")
        time.sleep(0.2)


def _outcome(file: Path, document: dict[str, Any], reviewer: ServiceClient) -> _Outcome:
    if document["state"] == DocumentState.FAILED:
        return _Outcome(file, document, None, None, None)
    suggestion = reviewer.suggestion(document["id"], unmask="サンプルの照合")
    truth_file = file.with_suffix(".truth.json")
    if not truth_file.exists():
        return _Outcome(file, document, suggestion, None, None)
    truth = load_truth(truth_file)
    comparison = compare([_field(body) for body in suggestion["fields"]], truth)
    return _Outcome(file, document, suggestion, truth, comparison)


def _field(body: dict[str, Any]) -> Field:
    box = body["box"]
    return Field(
        name=body["name"],
        label=body["label"],
        kind=body["kind"],
        value=body["value"],
        raw_text=body["raw_text"],
        confidence=body["confidence"],
        state=FieldState(body["state"]),
        source=FieldSource(body["source"]),
        box=BoundingBox(**box) if box else None,
        page=body["page"],
        doubtful=body["doubtful"],
    )


def _as_expected(outcome: _Outcome) -> bool:
    """Whether the sample was read as its truth file says: its form, and every field."""
    if outcome.suggestion is None or outcome.truth is None or outcome.comparison is None:
        return False
    form = outcome.suggestion["form"] or {}
    right_form = (outcome.truth.form_id, outcome.truth.form_revision)
    return (form.get("id"), form.get("revision")) == right_form and not outcome.comparison.wrong


def _table(outcomes: list[_Outcome]) -> Table:
    table = Table(title="サンプルの読み取り結果")
    table.add_column("文書", overflow="fold", max_width=44)
    for header in ("様式", "分類"):
        table.add_column(header, overflow="fold", max_width=34)
    for header in ("項目", "正しい", "要確認", "指摘", "秒"):
        table.add_column(header, justify="right")
    for outcome in outcomes:
        document, suggestion = outcome.document, outcome.suggestion
        if suggestion is None:
            reason = f"[red]{document['failure_message']}[/]"
            table.add_row(outcome.file.name, reason, "", "", "", "", "", "")
            continue
        comparison = outcome.comparison
        correct = f"{comparison.exact}/{comparison.total}" if comparison else "—"
        table.add_row(
            outcome.file.name,
            (suggestion["form"] or {}).get("title", "様式不明"),
            suggestion["category"]["title"],
            str(len(suggestion["fields"])),
            correct if _as_expected(outcome) else f"[red]{correct}[/]",
            str(document["fields_doubtful"]),
            str(len(suggestion["findings"])),
            f"{suggestion['seconds']:.1f}",
        )
    return table


def _print_wrong(wrong: list[_Outcome]) -> None:
    for outcome in wrong:
        if outcome.comparison is None:
            err.print(f"[red]{outcome.file.name}: 読み取れないか、正解ファイルがありません[/]")
            continue
        for difference in outcome.comparison.wrong:
            err.print(
                f"[red]{outcome.file.name}[/] {difference.name}: "
                f"正解「{difference.expected or ''}」 読み取り「{difference.got or ''}」"
            )


def _wait(server: subprocess.Popen[bytes]) -> None:
    try:
        server.wait()
    except KeyboardInterrupt:
        out.print("終了します…")
