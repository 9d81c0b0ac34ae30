"""`ocr-service audit`: whether the record of who saw and changed what is still whole."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from ocr_service.audit.chain import ChainReport, verify_chain
from ocr_service.audit.checkpoint import Checkpoint, holds, sign_checkpoint
from ocr_service.audit.checkpoint_files import (
    append_checkpoint,
    checkpoint_line,
    read_checkpoints,
    read_private_key,
    read_public_key,
    write_key_pair,
)
from ocr_service.cli.administration import open_service
from ocr_service.cli.console import coded_exit, out
from pipelines.errors import CodedError, ErrorCode

app = typer.Typer(help="監査記録 / The audit record.", no_args_is_help=True)


@app.command("new-key")
@coded_exit
def new_key(
    path: Annotated[Path, typer.Argument(help="書き込む秘密鍵ファイル（公開鍵は FILE.pub）")],
) -> None:
    """Write a new pair of Ed25519 keys for signing checkpoints; nothing is overwritten.

    The private key (FILE) stays with those who sign, the public one (FILE.pub) goes to the auditor.
    """
    public = write_key_pair(path)
    out.print(f"秘密鍵: {path}\n公開鍵: {public}", markup=False)


@app.command("checkpoint")
@coded_exit
def checkpoint(
    key: Annotated[Path, typer.Option(help="署名する秘密鍵ファイル（audit new-key で作る）")],
    to: Annotated[
        Path | None, typer.Option(help="書き足すファイル（省略時は標準出力に1行）")
    ] = None,
) -> None:
    """Sign where the record stands now, as one line of JSON to be kept away from the database.

    The whole chain is walked first: a broken one is not signed (exit code of `storage.damaged`).
    """
    private = read_private_key(key)
    with open_service() as database, database.reading() as session:
        _whole(session)
        signed = sign_checkpoint(session, private)
    if to is None:
        sys.stdout.write(checkpoint_line(signed))
        return
    append_checkpoint(to, signed)
    out.print(f"チェックポイントを書き足しました: {signed.sequence} 件目まで（{to}）", markup=False)


@app.command("verify")
@coded_exit
def verify(
    checkpoints: Annotated[
        Path | None, typer.Option(help="audit checkpoint が書いたファイル")
    ] = None,
    public_key: Annotated[Path | None, typer.Option(help="その署名の公開鍵ファイル")] = None,
) -> None:
    """Recompute the hash chain; exit code of `storage.damaged` when it is broken.

    With checkpoints it is also shown that no event was cut off and that the chain was not rebuilt.
    """
    if (checkpoints is None) != (public_key is None):
        raise CodedError(
            ErrorCode.REQUEST_INVALID, "--checkpoints and --public-key go with one another"
        )
    signed = read_checkpoints(checkpoints) if checkpoints else []
    with open_service() as database, database.reading() as session:
        report = _whole(session)
        if public_key is not None:
            _all_hold(session, signed, public_key)
    out.print(f"監査記録は改ざんされていません（{report.events} 件）。")
    if checkpoints is not None:
        out.print(f"チェックポイントもすべて一致しました（{len(signed)} 件）。")


def _whole(session: Session) -> ChainReport:
    report = verify_chain(session)
    if not report.ok:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, f"first bad event: {report.first_bad_sequence}")
    return report


def _all_hold(session: Session, signed: list[Checkpoint], public_key: Path) -> None:
    key = read_public_key(public_key)
    if not signed:
        raise CodedError(ErrorCode.REQUEST_INVALID, "no checkpoints in the file")
    for number, each in enumerate(signed, start=1):
        if not holds(session, each, key):
            detail = f"checkpoint {number} (event {each.sequence}, {each.at}) does not hold"
            raise CodedError(ErrorCode.STORAGE_DAMAGED, detail)
