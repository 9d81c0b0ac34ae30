"""`ocr-service read`: read files here and now, without a server."""

import time
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from ocr_service.cli.console import Timeout, coded_exit, json_line, out, read_file
from ocr_service.cli.each_file import each_file, exit_with
from ocr_service.clock import office_date, utc_now
from ocr_service.forms_catalog import open_forms
from ocr_service.inspect.words import correction_notes
from ocr_service.jobs.reading import open_child_reader
from ocr_service.settings import load_settings
from pipelines.forms.load import FormLibrary
from pipelines.records import BoundingBox, FormKey, Suggestion


@coded_exit
def read(
    files: Annotated[list[str], typer.Argument(help="画像・PDFファイル（- は標準入力）")],
    json: Annotated[bool, typer.Option("--json", help="1文書1行のJSONを出力する")] = False,
    form: Annotated[
        str | None, typer.Option(help="様式を指定する（例: child-allowance-claim）")
    ] = None,
    timeout: Timeout = None,
) -> None:
    """Read FILES and print what was found; no server is needed.

    A file of several documents (a scanned stack) gives all of them, unless --form says that it is
    one. Reading runs in a process of its own: a file that takes too long or harms it costs that
    file its reading and nothing else. Exit code: 0 when all files were read, otherwise that of the
    first error.
    """
    settings = load_settings()
    library = open_forms(settings)
    pinned = library.find(form).key if form else None
    today = office_date(utc_now(), settings.time_zone)
    reader = open_child_reader(settings, seconds=timeout)

    def work(file: str) -> None:
        data = read_file(file, most=settings.upload_bytes)
        start = time.perf_counter()
        if pinned is not None:
            documents = [reader.read(data, today=today, pinned=pinned)]
        else:
            found = reader.read_stack(data, today=today).documents
            documents = [document.suggestion for document in found]
        seconds = (time.perf_counter() - start) / len(documents)
        for suggestion in documents:
            if json:
                json_line(suggestion_json(file, suggestion, seconds))
            else:
                _print(file, suggestion, library, seconds)

    with reader.child:
        # Forms and models first: without them no file can be read, and none is to blame.
        reader.child.start()
        error = each_file(files, work, json=json, description="読み取り中")
    exit_with(error)


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
                "doubtful": field.doubtful,
                "box": _box_json(field.box),
                "page": field.page,
                "correction_seal": field.correction_seal,
                "correction_fluid": field.correction_fluid,
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


def _print(file: str, suggestion: Suggestion, library: FormLibrary, seconds: float) -> None:
    form = suggestion.form
    title = library.get(form).definition.title if form else "様式不明"
    rest = escape(f"{title}  {suggestion.category.label}  {seconds:.1f} 秒")
    numbers = ", ".join(str(page.number) for page in suggestion.pages)
    out.print(f"[bold]{escape(file)}[/] p. {numbers}  {rest}")
    table = Table(show_edge=False, pad_edge=False)
    for header in ("項目", "値", "読み", "確からしさ", "状態"):
        table.add_column(header)
    for field in suggestion.fields:
        mark = "[yellow]要確認[/]" if field.doubtful else ""
        notes = "、".join(correction_notes(field))
        table.add_row(
            escape(field.label),
            escape(field.value or ""),
            escape(field.raw_text if field.raw_text != field.value else ""),
            f"{field.confidence:.0%}",
            f"{field.state} {mark} {notes}".rstrip(),
        )
    out.print(table)
    _print_findings(f"{finding.severity}: {finding.message}" for finding in suggestion.findings)


def _print_findings(messages: Iterable[str]) -> None:
    for message in messages:
        out.print(f"  ・{message}", markup=False)
    out.print()
