"""`ocr-service serve`: web and workers, until told to stop."""

from typing import Annotated

import typer

from ocr_service import server
from ocr_service.cli.console import coded_exit
from ocr_service.settings import load_settings


@coded_exit
def serve(
    host: Annotated[str | None, typer.Option(help="待ち受けるアドレス")] = None,
    port: Annotated[int | None, typer.Option(help="待ち受けるポート")] = None,
    workers: Annotated[int | None, typer.Option(help="読み取りワーカーの数")] = None,
) -> None:
    """Run web, workers and store in one command; stop with Ctrl+C or SIGTERM.

    Settings come from `OCR_SERVICE_*` environment variables (docs/settings.md).
    """
    chosen = {"host": host, "port": port, "worker_count": workers}
    update = {name: value for name, value in chosen.items() if value is not None}
    server.serve(load_settings().model_copy(update=update))
