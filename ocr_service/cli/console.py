"""What every command shares: consoles, progress, and errors that end with their exit code."""

import functools
import json
import sys
from collections.abc import Callable
from typing import Annotated, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from ocr_service.error_map import describe
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormFileError

P = ParamSpec("P")
R = TypeVar("R")

# Into a file or a log there is no window to fit: tables keep their width.
_LOG_WIDTH = 160
out = Console(highlight=False, width=None if sys.stdout.isatty() else _LOG_WIDTH)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _LOG_WIDTH)

Timeout = Annotated[
    float | None,
    typer.Option(
        min=0.1,
        help="1ファイルにかける時間の上限（秒）。省略時は OCR_SERVICE_READ_SECONDS",
    ),
]


def coded_exit(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a `CodedError` of a command into its Japanese text on stderr and its exit code."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except CodedError as error:
            show_error(error)
            raise typer.Exit(describe(error.code).exit_code) from error

    return wrapped


def show_error(error: CodedError) -> None:
    """Print an error for people; problems of form files one a line with file and line."""
    err.print(f"[bold red]エラー[/] {escape(title_of(error))} [dim]({error.code})[/]")
    if isinstance(error, FormFileError):
        for problem in error.problems:
            place = f"{problem.file}:{problem.line} {problem.field}"
            err.print(f"  {place}: {problem.message}", markup=False)
    elif error.detail:
        err.print(f"  [dim]{escape(error.detail)}[/]")


def title_of(error: CodedError) -> str:
    """Japanese text of an error."""
    return describe(error.code).message(**error.params)


def error_body(error: CodedError) -> dict[str, str]:
    """Give an error as machine-readable output."""
    return {"code": str(error.code), "message": title_of(error), "detail": error.detail}


def json_line(value: object) -> None:
    """One JSON object on one line of stdout, at once (others read along)."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def progress() -> Progress:
    """Make a progress bar on stderr, so that stdout stays clean for results."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def read_file(path_text: str, *, most: int) -> bytes:
    """Bytes of a file named on the command line; `-` is stdin.

    Raises CodedError FILE_UNREADABLE, and FILE_TOO_LARGE without taking in more than `most` bytes.
    """
    try:
        if path_text == "-":
            data = sys.stdin.buffer.read(most + 1)
        else:
            with open(path_text, "rb") as file:  # noqa: PTH123 - odd names are welcome here
                data = file.read(most + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a file name"
        raise CodedError(ErrorCode.FILE_UNREADABLE, f"{path_text}: {why}") from error
    if len(data) > most:
        raise CodedError(ErrorCode.FILE_TOO_LARGE, f"more than {most} bytes", limit=most)
    return data
