"""`ocr-service keys`: API keys of scanning stations and robots."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ocr_service.auth.keys import create_key, list_keys, revoke_key
from ocr_service.cli.administration import open_service, operator, transaction
from ocr_service.cli.console import coded_exit, err, out
from ocr_service.settings import load_settings
from ocr_service.states import Role
from ocr_service.storage.objects import open_objects
from ocr_service.storage.vault import add_key, write_key_file
from pipelines.errors import CodedError, ErrorCode

app = typer.Typer(
    help="APIキーと鍵ファイルを管理する / API keys and key files.", no_args_is_help=True
)


@app.command("add")
@coded_exit
def add(
    name: Annotated[str, typer.Argument(help="スキャナー端末などの名前")],
    role: Annotated[list[Role] | None, typer.Option(help="役割（既定は station）")] = None,
) -> None:
    """Make a key and print it once; only its hash is kept."""
    with transaction() as session:
        _, key = create_key(session, name=name, roles=role or [Role.STATION], by=operator())
    err.print("このキーは一度だけ表示されます。安全な場所に保管してください。")
    out.print(key)


@app.command("list")
@coded_exit
def list_() -> None:
    """List keys by their prefix, never their secret."""
    table = Table("接頭辞", "名前", "役割", "作成", "最終使用", "状態")
    with transaction() as session:
        for key in list_keys(session):
            used = key.last_used_at.strftime("%Y-%m-%d %H:%M") if key.last_used_at else "—"
            state = "失効" if key.revoked_at else "有効"
            made = key.created_at.strftime("%Y-%m-%d")
            table.add_row(key.prefix, key.name, ", ".join(key.roles), made, used, state)
    out.print(table)


@app.command("revoke")
@coded_exit
def revoke(prefix: Annotated[str, typer.Argument(help="キーの接頭辞")]) -> None:
    """End a key at once."""
    with transaction() as session:
        revoke_key(session, prefix, by=operator())
    out.print(f"失効しました: {prefix}")


@app.command("new-file")
@coded_exit
def new_file(path: Annotated[Path, typer.Argument(help="書き込む鍵ファイル")]) -> None:
    """Write a new file of key-encryption keys; an existing file is never overwritten.

    Without this file nothing that is stored can be read: keep a copy apart from the data.
    """
    if path.exists():
        raise CodedError(ErrorCode.SETTINGS_INVALID, f"{path} exists already")
    write_key_file(path)
    out.print(f"鍵ファイルを作りました: {path}")


@app.command("rotate")
@coded_exit
def rotate() -> None:
    """Add a key to the key file; new objects use it at once after a restart."""
    settings = load_settings()
    key_id = add_key(settings.key_file or settings.paths.key_file)
    out.print(f"新しい鍵を加えました: {key_id}")
    err.print(
        "鍵ファイルを全ホストに配って再起動し、`ocr-service keys rewrap` を実行してください。"
    )


@app.command("rewrap")
@coded_exit
def rewrap() -> None:
    """Wrap every stored data key with the newest key; then older keys may leave the file."""
    settings = load_settings()
    with open_service(settings) as database:
        count = open_objects(settings).rewrap_all(database)
    out.print(f"鍵を包み直しました: {count} 件")
