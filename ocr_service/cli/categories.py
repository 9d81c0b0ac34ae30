"""`ocr-service categories`: the taxonomy of this machine's store, and teaching it new kinds."""

import time
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ocr_service.cli.administration import open_service, operator, transaction
from ocr_service.cli.console import coded_exit, out, progress
from ocr_service.clock import utc_now
from ocr_service.reading import open_reader
from ocr_service.settings import load_settings
from ocr_service.storage.objects import open_objects
from ocr_service.taxonomy import change
from ocr_service.taxonomy.learn import Papers, learn_category
from ocr_service.taxonomy.records import CategoryState
from ocr_service.taxonomy.store import load_changes, load_taxonomy
from pipelines.category_features import text_lines
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormLibrary
from pipelines.run import read_document

app = typer.Typer(help="分類 / Categories of documents.", no_args_is_help=True)
_Id = Annotated[str, typer.Argument(help="分類のID")]
_STATES = {
    CategoryState.ACTIVE: "使用中",
    CategoryState.RETIRED: "使用終了",
    CategoryState.MERGED: "統合済み",
}


@app.command("list")
@coded_exit
def list_(
    all_: Annotated[bool, typer.Option("--all", help="使用終了・統合済みも表示する")] = False,
) -> None:
    """List the categories of this office."""
    table = Table("ID", "名前", "状態", "今のID", "見本")
    with open_service() as database, database.reading() as session:
        taxonomy = load_taxonomy(session)
        for item in taxonomy:
            if all_ or item.state is CategoryState.ACTIVE:
                now = taxonomy.resolve(item.id)
                samples = str(item.samples or "")
                table.add_row(item.id, item.title, _STATES[item.state], now, samples)
    out.print(table)


@app.command("history")
@coded_exit
def history(limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50) -> None:
    """Show what was changed, the last first."""
    table = Table("日時", "変更", "ID", "前の名前", "後の名前", "統合先", "変更者", "取消")
    with open_service() as database, database.reading() as session:
        for row in load_changes(session, limit=limit):
            before = str(row.before["title"]) if row.before else "—"
            undone = "取消済み" if row.undone_by else ""
            into = str(row.after.get("merged_into") or "")
            when = row.at.strftime("%Y-%m-%d %H:%M")
            after = str(row.after["title"])
            table.add_row(
                when, row.kind, row.category_id, before, after, into, row.actor_name, undone
            )
    out.print(table)


@app.command("add")
@coded_exit
def add(
    title: Annotated[str, typer.Argument(help="分類の名前")],
    parent: Annotated[str | None, typer.Option(help="上の分類のID")] = None,
) -> None:
    """Add a category and print its id."""
    with transaction() as session:
        made = change.add_category(session, title, _editor(), parent=parent, now=utc_now())
    out.print(made.id, markup=False)


@app.command("rename")
@coded_exit
def rename(category: _Id, title: Annotated[str, typer.Argument(help="新しい名前")]) -> None:
    """Give a category another name."""
    with transaction() as session:
        change.rename_category(session, category, title, _editor(), now=utc_now())


@app.command("merge")
@coded_exit
def merge(category: _Id, into: Annotated[str, typer.Argument(help="まとめる先のID")]) -> None:
    """Let another category stand for this one."""
    with transaction() as session:
        change.merge_category(session, category, into, _editor(), now=utc_now())


@app.command("retire")
@coded_exit
def retire(category: _Id) -> None:
    """Let nobody choose a category any more."""
    with transaction() as session:
        change.retire_category(session, category, _editor(), now=utc_now())


@app.command("undo")
@coded_exit
def undo() -> None:
    """Take back the last change."""
    with transaction() as session:
        found = change.undo_last(session, _editor(), now=utc_now())
    out.print(f"{found.id}  {found.title}  {_STATES[found.state]}", markup=False)


@app.command("learn")
@coded_exit
def learn(
    category: _Id,
    files: Annotated[list[Path], typer.Argument(help="白紙の様式と記入済みの見本（画像かPDF）")],
) -> None:
    """Teach a category from files: a blank and some filled ones. They are not stored."""
    settings = load_settings()
    papers = _papers(files)
    started = time.perf_counter()
    with open_service(settings) as database, database.transaction() as session:
        objects = open_objects(settings)
        learn_category(session, objects, category, papers, _editor(), now=utc_now())
    out.print(f"覚えました（{len(papers)} 件、{time.perf_counter() - started:.1f} 秒）")


def _papers(files: list[Path]) -> Papers:
    reader = open_reader(load_settings(), library=FormLibrary(()))
    papers = []
    with progress() as bar:
        for path in bar.track(files, description="読み取り中"):
            try:
                data = path.read_bytes()
            except OSError as error:
                raise CodedError(ErrorCode.FILE_UNREADABLE, f"{path}: {error.strerror}") from error
            papers.append(text_lines(read_document(data, reader=reader, today=date.today()).lines))
    return papers


def _editor() -> change.Editor:
    actor = operator()
    return change.Editor(actor=actor, name=actor.id)
