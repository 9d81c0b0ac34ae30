"""`ocr-service audit`: whether the record of who saw and changed what is still whole."""

import typer

from ocr_service.audit.chain import verify_chain
from ocr_service.cli.administration import open_service
from ocr_service.cli.console import coded_exit, out
from pipelines.errors import CodedError, ErrorCode

app = typer.Typer(help="監査記録 / The audit record.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `verify` a subcommand although it is the only one."""


@app.command("verify")
@coded_exit
def verify() -> None:
    """Recompute the hash chain; exit code of `storage.damaged` when it is broken."""
    with open_service() as database, database.reading() as session:
        report = verify_chain(session)
    if not report.ok:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, f"first bad event: {report.first_bad_sequence}")
    out.print("監査記録は改ざんされていません。")
