"""Readers for tests: the posted bytes say how to behave, every reading is written to a file.

`b"read …"` reads at once, `b"short …"` takes 0.1 s, `b"slow …"` a second, `b"hang …"`, `b"eat …"`,
`b"crash …"`, `b"raise …"`, `b"refuse …"` do what they say; `b"crash once …"` only the first time.
"""

import ctypes
import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from ocr_service.jobs.names import pin_of
from ocr_service.storage.suggestion_codec import encode_suggestion
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import (
    CategoryScore,
    Field,
    FieldSource,
    FieldState,
    Finding,
    FindingKind,
    FormKey,
    PageView,
    QualityVerdict,
    Severity,
    Suggestion,
)

LOG_VARIABLE = "TEST_READER_LOG"
_SECONDS = {"short": 0.1, "slow": 1.0}


def open_handler(
    _options: dict[str, Any],
) -> Callable[[dict[str, Any], bytes, Callable[[bytes], None]], bytes]:
    def read(head: dict[str, Any], data: bytes, _emit: Callable[[bytes], None]) -> bytes:
        date.fromisoformat(head["today"])
        times = _note("start", data)
        _behave(data.decode(), times)
        _note("end", data)
        return encode_suggestion(suggestion_of(data, pin_of(head["pinned"])))

    return read


def suggestion_of(data: bytes, pinned: FormKey | None = None) -> Suggestion:
    text = data.decode()
    return Suggestion(
        form=pinned or FormKey(id="test-form", revision="1"),
        form_score=1.0,
        category=CategoryScore(label="other.application", confidence=1.0, candidates=()),
        fields=(
            Field(
                name="text",
                label="本文",
                kind="text",
                value=text,
                raw_text=text,
                confidence=0.5,
                state=FieldState.READ,
                source=FieldSource.READ,
                box=None,
                page=1,
                doubtful=True,
            ),
        ),
        findings=(
            Finding(
                rule="test",
                kind=FindingKind.PLAUSIBILITY,
                severity=Severity.WARNING,
                fields=("text",),
                message="確かめてください。",
                ground="試験",
            ),
        ),
        pages=(
            PageView(
                number=1,
                width=10,
                height=10,
                rotation=0,
                form_page=1,
                score=1.0,
                quality=QualityVerdict(page=1, ok=True),
            ),
        ),
        lines=(),
        versions={"program": "test"},
        timings={},
    )


def _behave(text: str, times: int) -> None:
    what = text.split()[0]
    if text.startswith("crash once"):
        what = "crash" if times == 1 else "read"
    if what in _SECONDS:
        time.sleep(_SECONDS[what])
    elif what == "hang":
        ctypes.PyDLL(None).pause()
    elif what == "eat":
        hoard = []
        while True:
            hoard.append(b"x" * (16 << 20))
    elif what == "crash":
        ctypes.string_at(0)
    elif what == "raise":
        raise ValueError(text)
    elif what == "refuse":
        raise CodedError(ErrorCode.FILE_CORRUPT, "page 2")


def _note(event: str, data: bytes) -> int:
    """Write down what happens; return how often it happened with these bytes."""
    name = os.environ.get(LOG_VARIABLE)
    if not name:
        return 1
    line = f"{event} {time.monotonic():.4f} {os.getpid()} {data.hex()}\n"
    with Path(name).open("a") as file:
        file.write(line)
    return sum(
        text.startswith(event) and text.endswith(line[line.rindex(" ") :])
        for text in Path(name).read_text().splitlines(keepends=True)
    )
