"""`ocr-service keys`: API keys of scanning stations and robots."""

from typing import Annotated

import typer
from rich.table import Table

from ocr_service.auth.keys import create_key, list_keys, revoke_key
from ocr_service.cli.administration import operator, transaction
from ocr_service.cli.console import coded_exit, err, out
from ocr_service.states import Role

app = typer.Typer(help="APIキーを管理する / Keys of stations and robots.", no_args_is_help=True)


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
