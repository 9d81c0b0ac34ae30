"""Readers for tests: the posted bytes say how to behave, every reading is written to a file.

`b"read …"` reads at once, `b"short …"` takes 0.1 s, `b"slow …"` a second, `b"hang …"`, `b"eat …"`,
`b"crash …"`, `b"raise …"`, `b"refuse …"` do what they say; `b"crash once …"` only the first time.
`b"read one || read two || blank"` is a stack of two documents of a page each and a blank page.
"""

import ctypes
import os
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ocr_service.jobs.names import pin_of
from ocr_service.storage.suggestion_codec import encode_stack, encode_suggestion
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
from pipelines.split import CutReason, PageGroup, PageRole, StackPage
from pipelines.stack import StackDocument, StackReading

LOG_VARIABLE = "TEST_READER_LOG"
_NEXT_PAGE = b" || "
_SECONDS = {"short": 0.1, "slow": 1.0}


def open_handler(
    _options: dict[str, Any],
) -> Callable[[dict[str, Any], bytes, Callable[[bytes], None]], bytes]:
    def read(head: dict[str, Any], data: bytes, _emit: Callable[[bytes], None]) -> bytes:
        date.fromisoformat(head["today"])
        times = _note("start", data)
        _behave(data.decode(), times)
        _note("end", data)
        if head.get("stack"):
            return encode_stack(stack_of(data))
        pages = [int(number) for number in (head["pages"] or "").split()] or None
        return encode_suggestion(suggestion_of(data, pin_of(head["pinned"]), pages=pages))

    return read


def stack_of(data: bytes) -> StackReading:
    parts = data.split(_NEXT_PAGE)
    roles = [PageRole.BLANK if part == b"blank" else PageRole.FORM for part in parts]
    forms = [n for n, role in enumerate(roles, start=1) if role is PageRole.FORM]
    return StackReading(
        documents=tuple(
            StackDocument(
                group=PageGroup(
                    pages=(n,), reason=CutReason.START if n == forms[0] else CutReason.FORM
                ),
                suggestion=suggestion_of(data, pages=[n]),
            )
            for n in forms
        ),
        pages=tuple(StackPage(number=n, role=role) for n, role in enumerate(roles, start=1)),
    )


def suggestion_of(
    data: bytes, pinned: FormKey | None = None, *, pages: Sequence[int] | None = None
) -> Suggestion:
    parts = data.split(_NEXT_PAGE)
    wanted = pages or list(range(1, len(parts) + 1))
    text = _NEXT_PAGE.join(parts[number - 1] for number in wanted).decode()
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
                page=wanted[0],
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
        pages=tuple(
            PageView(
                number=number,
                width=10,
                height=10,
                rotation=0,
                form_page=1,
                score=1.0,
                quality=QualityVerdict(page=number, ok=True),
            )
            for number in wanted
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
