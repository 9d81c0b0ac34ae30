"""Files that should never have come, through the real server and the real command.

Each ends as a clear problem with its stable code, as a failed document with a reason and its
original kept, or as a reading: never as a 500, a hang, a lost page or a dead server.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from bad_files import Sent, note, saved, sent_files
from running_service import ROOT, RunningService

from ocr_service.error_map import describe
from ocr_service.states import DocumentState
from pipelines.errors import ErrorCode
from pipelines.synthesis.compare import fold
from pipelines.synthesis.truth import load_truth

# A quiet machine needs a minute for all of them; the limits are for a busy one.
pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900)]
_ANSWER_SECONDS = 20
_READ_SECONDS = 120
_COMMAND_SECONDS = 800
_FILES = {item.name: item for item in sent_files()}
_POSTED = [
    (name, way)
    for name, item in _FILES.items()
    for way in ("raw", "multipart")
    if way == "raw" or not item.once
]
_STRANGE = [name for name in _FILES if name.startswith("page-")]
_GOOD = ROOT / "samples" / "child-allowance-claim_strokes_clean_32.png"
Lines = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What the server said to one posting, and what became of the document if it took it."""

    status: int
    media_type: str
    body: dict[str, Any]
    document: dict[str, Any] | None = None


@pytest.fixture(scope="module")
def command_lines() -> Iterator[Future[Lines]]:
    """`ocr-service read --json` on all files at once, beside the server: one line a file."""
    with ThreadPoolExecutor(1) as pool, tempfile.TemporaryDirectory() as folder:
        yield pool.submit(_run_command, Path(folder))


@pytest.fixture(scope="module")
def answers(
    running_service: RunningService, command_lines: Future[Lines]
) -> dict[tuple[str, str], Answer]:
    """All files posted raw and as multipart, and read to their end; last of all a good scan."""
    headers = {"Authorization": f"Bearer {running_service.key}"}
    found = {}
    with httpx2.Client(
        base_url=running_service.address, headers=headers, timeout=_ANSWER_SECONDS, trust_env=False
    ) as http:
        for name, way in _POSTED:
            post = _post_raw if way == "raw" else _post_multipart
            found[name, way] = post(http, _FILES[name])
        good = Sent(name="good-scan", data=_GOOD.read_bytes())
        found[good.name, "raw"] = _post_raw(http, good)
    taken = [answer.body["id"] for answer in found.values() if answer.status == 202]
    documents: dict[str, dict[str, Any]] = {}
    with running_service.station() as station:
        for document_id in taken:  # they are read in this order
            documents |= station.wait([document_id], seconds=_READ_SECONDS)
    return {
        way: Answer(a.status, a.media_type, a.body, documents.get(a.body.get("id", "")))
        for way, a in found.items()
    }


@pytest.mark.parametrize(("name", "way"), _POSTED)
def test_posting_ends_as_a_problem_a_failed_document_or_a_reading(
    name: str, way: str, answers: dict[tuple[str, str], Answer], running_service: RunningService
) -> None:
    item = _FILES[name]
    answer = answers[name, way]
    if answer.status != 202:
        code = ErrorCode(answer.body["code"])
        assert code in item.refused
        assert answer.media_type == "application/problem+json"
        assert (answer.status, answer.body["status"]) == (describe(code).status,) * 2
        assert answer.body["title"] and answer.body["request_id"]
        return
    document = answer.document
    assert document is not None
    if item.readable:
        assert document["state"] == DocumentState.AWAITING_REVIEW
        assert document["page_count"] == item.pages
    else:
        assert document["state"] == DocumentState.FAILED
        assert document["failure_code"] in item.failed
        assert document["failure_message"]
    assert running_service.original(document["id"]) == item.data


@pytest.mark.parametrize("name", _FILES)
def test_command_says_the_code_or_reads(name: str, command_lines: Future[Lines]) -> None:
    item, line = _FILES[name], command_lines.result()[name]
    if item.readable:
        assert "error" not in line
        assert len(line["quality"]["pages"]) == item.pages
    else:
        assert line["error"]["code"] in item.refused | item.failed
        assert line["error"]["message"]


@pytest.mark.parametrize("name", [name for name, item in _FILES.items() if item.said])
def test_odd_files_are_read_like_any_other(
    name: str, answers: dict[tuple[str, str], Answer], running_service: RunningService
) -> None:
    document = answers[name, "raw"].document
    assert document is not None
    found = running_service.suggestion(document["id"])
    assert fold("".join(line.text for line in found.lines)) == _FILES[name].said
    assert (found.form, found.category.label) == (None, "unknown")
    assert next(finding.rule for finding in found.findings) == "form.none"


_LOOKS = {"page-white": "junk.blank", "page-photo": "other.attachment.photo"}
"""What strange pages look like; the others look like nothing."""


@pytest.mark.parametrize("name", _STRANGE)
def test_pages_that_are_no_document_get_no_form_and_no_values_and_what_they_look_like(
    name: str, answers: dict[tuple[str, str], Answer], running_service: RunningService
) -> None:
    document = answers[name, "raw"].document
    assert document is not None
    found = running_service.suggestion(document["id"])
    assert found.form is None
    assert found.category.label == _LOOKS.get(name, "unknown")
    assert all(field.doubtful for field in found.fields)
    if name in ("page-white", "page-black", "page-noise"):
        (quality,) = document["quality"]
        assert not quality["ok"] and quality["reasons"]
    if name != "page-russian":
        assert found.findings and not found.lines


def test_a_good_scan_is_read_after_all_that(
    answers: dict[tuple[str, str], Answer], running_service: RunningService
) -> None:
    document = answers["good-scan", "raw"].document
    assert document is not None
    assert document["state"] == DocumentState.AWAITING_REVIEW
    assert document["form"]["id"] == "child-allowance-claim"
    truth = load_truth(_GOOD.with_suffix(".truth.json"))
    body = running_service.reviewer.suggestion(document["id"], unmask="照合")
    read = {field["name"]: fold(field["value"]) for field in body["fields"]}
    right = sum(read[field.name] == fold(field.value) for field in truth.fields)
    assert right >= 0.9 * len(truth.fields)
    assert running_service.process.poll() is None


def test_log_of_the_service_names_no_bug_of_ours(
    answers: dict[tuple[str, str], Answer], running_service: RunningService
) -> None:
    log = running_service.log.read_text("utf-8", errors="replace")
    assert answers
    for sign in ("Traceback", "request.crashed", "processing.broken", "read.", '"internal"'):
        assert sign not in log


def test_many_bad_postings_at_once_do_not_keep_a_good_one_out(
    running_service: RunningService,
) -> None:
    bad = [_FILES[name] for name in ("png-cut-0.5", "png-30000x30000", "tiff-circle", "zip")] * 5
    headers = {"Authorization": f"Bearer {running_service.key}"}
    good = saved(note((300, 400)), "PNG")

    def post(data: bytes) -> int:
        return httpx2.post(
            f"{running_service.address}/v1/documents",
            content=data,
            headers=headers,
            timeout=_ANSWER_SECONDS,
            trust_env=False,
        ).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(post, [*(item.data for item in bad), good]))
    assert statuses[-1] == 202
    assert all(400 <= status < 500 for status in statuses[:-1])


def _run_command(folder: Path) -> Lines:
    files = {}
    for item in _FILES.values():
        path = folder / f"{item.name}{item.suffix}"
        path.write_bytes(item.data)
        files[str(path)] = item.name
    done = subprocess.run(
        [sys.executable, "-m", "ocr_service.cli.main", "read", "--json", *files],
        capture_output=True,
        cwd=ROOT,
        timeout=_COMMAND_SECONDS,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert len(lines) == len(files), done.stderr[-2000:]
    # The exit code is that of the first error: an empty file.
    assert done.returncode == describe(ErrorCode.FILE_EMPTY).exit_code
    return {files[line["file"]]: line for line in lines}


def _post_raw(http: httpx2.Client, item: Sent) -> Answer:
    headers = {"X-File-Name": f"scan{item.suffix}"}
    if item.claimed:
        headers["Content-Type"] = item.claimed
    return _answer(http.post("/v1/documents", content=item.data, headers=headers))


def _post_multipart(http: httpx2.Client, item: Sent) -> Answer:
    part = (f"scan{item.suffix}", item.data, item.claimed or "application/octet-stream")
    return _answer(http.post("/v1/documents", files={"file": part}))


def _answer(response: httpx2.Response) -> Answer:
    media_type = response.headers["content-type"].partition(";")[0]
    return Answer(response.status_code, media_type, response.json())
