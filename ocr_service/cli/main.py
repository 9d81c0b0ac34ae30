"""`ocr-service`: every command of operators in one place.

Packages beside the service add commands through the entry point group `ocr_service.commands`: each
entry point is a function with typer's annotations, its name the name of the command.
"""

from importlib.metadata import entry_points

import typer

from ocr_service.cli import (
    audit,
    cases,
    categories,
    cover,
    demo,
    documents,
    examples,
    exports,
    forms,
    inspect,
    keys,
    models,
    read,
    recognize,
    residual,
    serve,
    users,
)

COMMANDS = "ocr_service.commands"

app = typer.Typer(
    name="ocr-service",
    help="紙の申請書を読み取り、確認する人に提案します / Reads paper forms and suggests.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("read")(read.read)
app.command("inspect")(inspect.inspect)
app.command("recognize")(recognize.recognize)
app.command("submit")(documents.submit)
app.command("status")(documents.status)
app.command("reprocess")(documents.reprocess)
app.command("export")(exports.export)
app.command("cover")(cover.cover)
app.command("residual")(residual.residual)
app.command("demo")(demo.demo)
app.add_typer(forms.app, name="forms")
app.add_typer(users.app, name="users")
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(cases.app, name="cases")
app.add_typer(categories.app, name="categories")
app.add_typer(models.app, name="models")
app.add_typer(examples.app, name="examples")
for point in sorted(entry_points(group=COMMANDS), key=lambda point: point.name):
    app.command(point.name)(point.load())


def main() -> None:
    """Entry point of the `ocr-service` script."""
    app()


if __name__ == "__main__":
    main()
