"""`ocr-service export`: confirmed records leave as a file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ocr_service.cli.administration import open_service, operator
from ocr_service.cli.console import coded_exit, out
from ocr_service.clock import utc_now
from ocr_service.export.outbox import Outbox
from ocr_service.forms_catalog import open_forms
from ocr_service.settings import load_settings
from ocr_service.storage.objects import open_objects


class Format(StrEnum):
    """File formats of exports."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


@coded_exit
def export(
    form: Annotated[str, typer.Argument(help="様式ID（例: child-allowance-claim）")],
    folder: Annotated[Path, typer.Option("--out", "-o", help="書き込むフォルダー")] = Path(),
    format: Annotated[Format, typer.Option(help="ファイル形式")] = Format.CSV,
    revision: Annotated[str | None, typer.Option(help="様式の版")] = None,
    unmask: Annotated[str, typer.Option(help="個人番号を伏せずに出す理由（監査に残る）")] = "",
) -> None:
    """Write all confirmed records of a form that are in no file yet.

    Each record leaves exactly once; what was written can be fetched again on the export screen.
    """
    settings = load_settings()
    folder.mkdir(parents=True, exist_ok=True)
    with open_service(settings) as database:
        outbox = Outbox(database, open_objects(settings), open_forms(settings), utc_now)
        row = outbox.create(form, revision, format.value, operator(), unmask=unmask)
        _, data = outbox.fetch(row.id, operator())
    path = folder / f"{row.form_id}-{row.id}.{row.format}"
    path.write_bytes(data)
    out.print(f"{path}  {row.document_count} 件  sha256 {row.sha256}")
