import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ocr_service.jobs.child import Child
from pipelines.errors import CodedError, ErrorCode

TARGET = "tests.engines.broken_handlers:open_handler"


@pytest.fixture
def child() -> Iterator[Child]:
    with Child(TARGET, {}, memory_mib=256) as child:
        yield child


def test_it_answers_and_stays(child: Child) -> None:
    assert child.call({"do": "echo"}, b"abc", seconds=5) == b"abc"
    pid = child.pid
    big = os.urandom(8 << 20)
    assert child.call({"do": "echo"}, big, seconds=10) == big
    assert child.pid == pid


def test_parts_come_on_the_way(child: Child) -> None:
    parts: list[bytes] = []
    assert child.call({"do": "parts"}, seconds=5, on_part=parts.append) == b"done"
    assert parts == [b"0", b"1", b"2"]


def test_parts_that_came_before_the_time_ran_out_are_kept(child: Child) -> None:
    parts: list[bytes] = []
    with pytest.raises(CodedError) as caught:
        child.call({"do": "parts", "then": "hang"}, seconds=0.5, on_part=parts.append)
    assert caught.value.code is ErrorCode.READ_TIMEOUT
    assert parts == [b"0", b"1", b"2"]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("hang", ErrorCode.READ_TIMEOUT),
        ("hang natively", ErrorCode.READ_TIMEOUT),
        ("eat memory", ErrorCode.READ_OUT_OF_MEMORY),
        ("eat memory at once", ErrorCode.READ_OUT_OF_MEMORY),
        ("segfault", ErrorCode.READ_CRASHED),
        ("exit", ErrorCode.READ_CRASHED),
        ("raise", ErrorCode.INTERNAL),
        ("raise coded", ErrorCode.PAGES_TOO_MANY),
    ],
)
def test_whatever_it_does_the_caller_gets_a_code_and_the_next_call_works(
    child: Child, head: str, code: ErrorCode
) -> None:
    child.start()
    start = time.monotonic()
    with pytest.raises(CodedError) as caught:
        child.call({"do": head}, seconds=1 if "hang" in head else 20)
    assert caught.value.code is code
    assert time.monotonic() - start < 8
    assert child.call({"do": "echo"}, b"again", seconds=5) == b"again"


def test_parameters_of_a_coded_error_come_along(child: Child) -> None:
    with pytest.raises(CodedError) as caught:
        child.call({"do": "raise coded"}, seconds=5)
    assert caught.value.params == {"limit": 200}


def test_the_text_of_an_unknown_error_stays_inside(child: Child) -> None:
    with pytest.raises(CodedError) as caught:
        child.call({"do": "raise"}, seconds=5)
    assert "花子" not in str(caught.value)
    assert "ValueError at broken_handlers.py:" in caught.value.detail


def test_what_libraries_print_harms_nothing(
    child: Child, capfd: pytest.CaptureFixture[str]
) -> None:
    assert child.call({"do": "print"}, seconds=5) == b"quiet"
    assert "noise" not in capfd.readouterr().err


def test_it_has_one_thread(child: Child) -> None:
    status = json.loads(child.call({"do": "status"}, seconds=5))
    assert status == {"threads": "1", "python_threads": 1}


@pytest.mark.parametrize(
    ("load", "code"), [("coded", ErrorCode.MODEL_MISSING), ("crash", ErrorCode.READ_CRASHED)]
)
def test_a_handler_that_can_not_be_loaded_is_told(load: str, code: ErrorCode) -> None:
    with Child(TARGET, {"load": load}, memory_mib=256) as child:
        with pytest.raises(CodedError) as caught:
            child.start()
        assert caught.value.code is code


def test_the_child_dies_with_its_parent() -> None:
    program = (
        "from ocr_service.jobs.child import Child; import time\n"
        f"child = Child({TARGET!r}, {{}}, memory_mib=256); child.start()\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert psutil.pid_exists(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 5
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)
