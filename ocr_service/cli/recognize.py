"""`ocr-service recognize`: read single lines or field crops."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from ocr_service.cli.console import Timeout, coded_exit, json_line, out, read_file
from ocr_service.cli.each_file import each_file, exit_with
from ocr_service.jobs.line_reader import LineReader, LineReading
from ocr_service.settings import load_settings
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
    timeout: Timeout = None,
) -> None:
    """Read IMAGES, each one line of text or one field crop.

    Exit code: 0 when all images were read, otherwise that of the first error.
    """
    settings = load_settings()
    allowed = _repertoire(repertoire)
    reader = LineReader(settings, seconds=timeout or settings.read_seconds)
    table = Table("ファイル", "読み", "確からしさ", "別の読み")

    def work(image: str) -> None:
        reading = reader.read(read_file(image, most=settings.upload_bytes), allowed=allowed)
        if json:
            json_line(_reading_json(image, reading))
        others = "  ".join(text for text, _ in reading.alternatives)
        cells = (image, reading.text, f"{reading.confidence:.0%}", others)
        table.add_row(*(escape(cell) for cell in cells))

    with reader.child:
        reader.child.start()
        error = each_file(images, work, json=json, description="読み取り中")
    if not json:
        out.print(table)
    exit_with(error)


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


def _reading_json(image: str, reading: LineReading) -> dict[str, object]:
    return {
        "file": image,
        "text": reading.text,
        "confidence": round(reading.confidence, 4),
        "alternatives": [
            {"text": text, "confidence": round(confidence, 4)}
            for text, confidence in reading.alternatives
        ],
    }
