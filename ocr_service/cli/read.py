"""`ocr-service read`: read files here and now, without a server."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from ocr_service.cli.console import (
    coded_exit,
    err,
    error_body,
    json_line,
    out,
    progress,
    read_file,
    show_error,
)
from ocr_service.error_map import describe
from ocr_service.forms_catalog import open_forms
from ocr_service.reading import open_reader
from ocr_service.settings import load_settings
from pipelines.errors import CodedError
from pipelines.records import BoundingBox, FormKey, Suggestion
from pipelines.run import Reader, read_document


@coded_exit
def read(
    files: Annotated[list[str], typer.Argument(help="画像・PDFファイル（- は標準入力）")],
    json: Annotated[bool, typer.Option("--json", help="1文書1行のJSONを出力する")] = False,
    form: Annotated[
        str | None, typer.Option(help="様式を指定する（例: child-allowance-claim）")
    ] = None,
) -> None:
    """Read FILES and print what was found; no server is needed.

    Exit code: 0 when all files were read, otherwise that of the first error.
    """
    settings = load_settings()
    library = open_forms(settings)
    pinned = library.find(form).key if form else None
    reader = open_reader(settings, library=library)
    today = datetime.now(UTC).astimezone(ZoneInfo(settings.time_zone)).date()
    first_error: CodedError | None = None
    with progress() as bar:
        for file in bar.track(files, description="読み取り中"):
            start = time.perf_counter()
            try:
                suggestion = read_document(
                    read_file(file), reader=reader, today=today, pinned=pinned
                )
            except CodedError as error:
                first_error = first_error or error
                if json:
                    json_line({"file": file, "error": error_body(error)})
                else:
                    err.print(f"[bold]{file}[/]")
                    show_error(error)
                continue
            seconds = time.perf_counter() - start
            if json:
                json_line(suggestion_json(file, suggestion, seconds))
            else:
                _print(file, suggestion, reader, seconds)
    if first_error is not None:
        raise typer.Exit(describe(first_error.code).exit_code)


def suggestion_json(file: str, suggestion: Suggestion, seconds: float) -> dict[str, object]:
    """Give the documented JSON of one document."""
    category = suggestion.category
    return {
        "file": file,
        "form": _form_json(suggestion.form, suggestion.form_score),
        "category": {
            "label": category.label,
            "confidence": round(category.confidence, 4),
            "set": list(category.candidates),
        },
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "value": field.value,
                "raw_text": field.raw_text,
                "confidence": round(field.confidence, 4),
                "state": str(field.state),
                "box": _box_json(field.box),
                "page": field.page,
            }
            for field in suggestion.fields
        ],
        "findings": [
            {
                "rule": finding.rule,
                "kind": str(finding.kind),
                "severity": str(finding.severity),
                "fields": list(finding.fields),
                "message": finding.message,
                "ground": finding.ground,
            }
            for finding in suggestion.findings
        ],
        "quality": {
            "ok": all(page.quality.ok for page in suggestion.pages),
            "pages": [
                {
                    "page": page.number,
                    "ok": page.quality.ok,
                    "reasons": [str(reason) for reason in page.quality.reasons],
                    "measures": {k: round(v, 3) for k, v in page.quality.measures.items()},
                }
                for page in suggestion.pages
            ],
        },
        "seconds": round(seconds, 3),
    }


def _form_json(form: FormKey | None, score: float) -> dict[str, object] | None:
    if form is None:
        return None
    return {"id": form.id, "revision": form.revision, "score": round(score, 4)}


def _box_json(box: BoundingBox | None) -> list[float] | None:
    return [round(v, 1) for v in (box.x0, box.y0, box.x1, box.y1)] if box else None


def _print(file: str, suggestion: Suggestion, reader: Reader, seconds: float) -> None:
    form = suggestion.form
    title = reader.library.get(form).definition.title if form else "様式不明"
    out.print(f"[bold]{file}[/]  {title}  {suggestion.category.label}  {seconds:.1f} 秒")
    table = Table(show_edge=False, pad_edge=False)
    for header in ("項目", "値", "読み", "確からしさ", "状態"):
        table.add_column(header)
    for field in suggestion.fields:
        mark = "[yellow]要確認[/]" if field.doubtful else ""
        table.add_row(
            field.label,
            field.value or "",
            field.raw_text if field.raw_text != field.value else "",
            f"{field.confidence:.0%}",
            f"{field.state} {mark}",
        )
    out.print(table)
    _print_findings(f"{finding.severity}: {finding.message}" for finding in suggestion.findings)


def _print_findings(messages: Iterable[str]) -> None:
    for message in messages:
        out.print(f"  ・{message}")
    out.print()
