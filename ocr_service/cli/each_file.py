"""The loop of commands that take a list of files: one bad file never stops the others."""

from collections.abc import Callable, Iterable

import typer
from rich.markup import escape

from ocr_service.cli.console import err, error_body, json_line, progress, show_error
from ocr_service.error_map import describe
from pipelines.errors import CodedError


def each_file(
    files: Iterable[str], work: Callable[[str], None], *, json: bool, description: str
) -> CodedError | None:
    """Do `work` with each file, with a progress bar, and give the first error there was.

    A file that fails gets one line with its error: on stdout as `{"file", "error"}` with `json`,
    else for people on stderr.
    """
    first: CodedError | None = None
    with progress() as bar:
        for file in bar.track(list(files), description=description):
            try:
                work(file)
            except CodedError as error:
                first = first or error
                _show(file, error, json)
    return first


def exit_with(error: CodedError | None) -> None:
    """End the command with the exit code of `error`; nothing when there was none."""
    if error is not None:
        raise typer.Exit(describe(error.code).exit_code)


def _show(file: str, error: CodedError, json: bool) -> None:
    if json:
        json_line({"file": file, "error": error_body(error)})
        return
    err.print(f"[bold]{escape(file)}[/]")
    show_error(error)
