"""`ocr-service users`: people who sign in."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from ocr_service.auth.sessions import create_sign_in_token
from ocr_service.auth.users import create_user, disable_user, find_user, list_users, set_password
from ocr_service.cli.administration import operator, transaction
from ocr_service.cli.console import coded_exit, out
from ocr_service.states import Role

app = typer.Typer(help="利用者を管理する / People who sign in.", no_args_is_help=True)

_Password = Annotated[
    str, typer.Option(prompt="パスワード", hide_input=True, confirmation_prompt=True)
]


@app.command("add")
@coded_exit
def add(
    name: Annotated[str, typer.Argument(help="サインイン名")],
    display_name: Annotated[str, typer.Option(help="画面に出る名前")],
    role: Annotated[list[Role], typer.Option(help="役割（複数可）")],
    password: _Password,
) -> None:
    """Add a person with a password (12 characters or more)."""
    with transaction() as session:
        create_user(
            session,
            name=name,
            display_name=display_name,
            roles=role,
            password=password,
            by=operator(),
        )
    out.print(f"追加しました: {name}")


@app.command("list")
@coded_exit
def list_() -> None:
    """List everybody with roles and state."""
    table = Table("サインイン名", "名前", "役割", "状態")
    with transaction() as session:
        for user in list_users(session):
            state = "停止" if user.disabled else "有効"
            table.add_row(user.name, user.display_name, ", ".join(user.roles), state)
    out.print(table)


@app.command("disable")
@coded_exit
def disable(name: Annotated[str, typer.Argument(help="サインイン名")]) -> None:
    """Lock a person out at once; open sessions end."""
    with transaction() as session:
        disable_user(session, name, by=operator())
    out.print(f"停止しました: {name}")


@app.command("password")
@coded_exit
def password(
    name: Annotated[str, typer.Argument(help="サインイン名")], password: _Password
) -> None:
    """Give a new password."""
    with transaction() as session:
        set_password(session, name, password, by=operator())
    out.print(f"パスワードを変更しました: {name}")


@app.command("token")
@coded_exit
def token(
    name: Annotated[str, typer.Argument(help="サインイン名")],
    minutes: Annotated[int, typer.Option(help="有効な時間（分）", min=1, max=1440)] = 15,
) -> None:
    """Print a one-time sign-in for a person, to be handed over."""
    with transaction() as session:
        user = find_user(session, name)
        value = create_sign_in_token(
            session, user.name, by=operator(), valid_for=timedelta(minutes=minutes)
        )
    out.print(value)
