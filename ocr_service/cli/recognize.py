"""`ocr-service recognize`: read single lines or field crops."""

from typing import Annotated

import typer
from rich.table import Table

from models.recogniser import Reading, Recogniser
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
from ocr_service.reading import open_recogniser
from pipelines.decode import DecodeLimits, decode_pages
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.model import FieldKind
from pipelines.repertoire import kind_repertoire


@coded_exit
def recognize(
    images: Annotated[list[str], typer.Argument(help="1行または1項目の画像（- は標準入力）")],
    json: Annotated[bool, typer.Option("--json", help="1画像1行のJSONを出力する")] = False,
    repertoire: Annotated[
        str | None,
        typer.Option(help="文字の種類: 項目の種類（digits, kana_name, date …）か chars:使う文字"),
    ] = None,
) -> None:
    """Read IMAGES, each one line of text or one field crop."""
    allowed = _repertoire(repertoire)
    recogniser = open_recogniser()
    first_error: CodedError | None = None
    table = Table("ファイル", "読み", "確からしさ", "別の読み")
    with progress() as bar:
        for image in bar.track(images, description="読み取り中"):
            try:
                reading = _read(image, recogniser, allowed)
            except CodedError as error:
                first_error = first_error or error
                if json:
                    json_line({"file": image, "error": error_body(error)})
                else:
                    err.print(f"[bold]{image}[/]")
                    show_error(error)
                continue
            if json:
                json_line(_reading_json(image, reading))
            others = "  ".join(text for text, _ in reading.alternatives)
            table.add_row(image, reading.text, f"{reading.confidence:.0%}", others)
    if not json:
        out.print(table)
    if first_error is not None:
        raise typer.Exit(describe(first_error.code).exit_code)


def _read(image: str, recogniser: Recogniser, allowed: frozenset[str] | None) -> Reading:
    # A crop may be as small as one pixel: it gets an answer, not an error.
    page = next(decode_pages(read_file(image), limits=DecodeLimits(min_side=1)))
    return recogniser.read([page.pixels], [allowed])[0]


def _repertoire(name: str | None) -> frozenset[str] | None:
    if name is None:
        return None
    if name.startswith("chars:"):
        return frozenset(name.removeprefix("chars:"))
    try:
        return kind_repertoire(FieldKind(name))
    except ValueError:
        kinds = ", ".join(FieldKind)
        detail = f"unknown repertoire {name}: one of {kinds}, or chars:…"
        raise CodedError(ErrorCode.REQUEST_INVALID, detail) from None


def _reading_json(image: str, reading: Reading) -> dict[str, object]:
    return {
        "file": image,
        "text": reading.text,
        "confidence": round(reading.confidence, 4),
        "alternatives": [
            {"text": text, "confidence": round(confidence, 4)}
            for text, confidence in reading.alternatives
        ],
    }
