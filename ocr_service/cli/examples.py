"""`ocr-service examples`: training examples of confirmed documents."""

from pathlib import Path
from typing import Annotated

import typer

from ocr_service.cli.administration import open_service, operator
from ocr_service.cli.console import coded_exit, json_line, out, progress
from ocr_service.clock import utc_now
from ocr_service.forms_catalog import open_forms
from ocr_service.loop.category_examples import export_categories
from ocr_service.loop.dataset import export_examples
from ocr_service.loop.evaluate import LoopStore
from ocr_service.loop.examples import (
    confirmed_without_example,
    forget_examples,
    keep_example,
)
from ocr_service.settings import Settings, load_settings
from ocr_service.storage.database import Database
from ocr_service.storage.objects import open_objects

app = typer.Typer(help="確定した書類から作る学習用の例 / Training examples.")


@app.command("export")
@coded_exit
def export(
    out_folder: Annotated[Path, typer.Option("--out", help="空のフォルダ")],
    crops: Annotated[bool, typer.Option(help="切り抜き画像も書き出す")] = True,
    lines: Annotated[
        bool, typer.Option("--lines", help="読み取り部が切り出した行の画像も書き出す（読み直す）")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="JSONを出力する")] = False,
) -> None:
    """Write all examples that may be kept, in clear, for training on this machine."""
    settings = load_settings()
    with open_service(settings) as database, progress() as bar:
        store = _store(settings, database)
        made = export_examples(
            store,
            out_folder,
            operator(),
            crops=crops,
            lines=lines,
            progress=lambda rows: bar.track(rows, description="書き出し中"),
        )
    if json:
        json_line(
            {
                "version": made.version,
                "documents": made.documents,
                "examples": made.examples,
                "damaged": list(made.damaged),
            }
        )
        return
    out.print(f"書類 {made.documents}、項目 {made.examples}、版 {made.version[:16]}")


@app.command("categories")
@coded_exit
def categories(
    out_folder: Annotated[Path, typer.Option("--out", help="空のフォルダ")],
    json: Annotated[bool, typer.Option("--json", help="JSONを出力する")] = False,
) -> None:
    """Write the features of confirmed papers of no form with the category that people chose."""
    settings = load_settings()
    with open_service(settings) as database, progress() as bar:
        store = _store(settings, database)
        made = export_categories(
            store,
            out_folder,
            operator(),
            progress=lambda papers: bar.track(papers, description="書き出し中"),
        )
    if json:
        told = {"version": made.version, "documents": made.documents}
        json_line({**told, "damaged": list(made.damaged)})
        return
    out.print(f"書類 {made.documents}、版 {made.version[:16]}")


@app.command("collect")
@coded_exit
def collect() -> None:
    """Make examples of documents confirmed before they were allowed; drop those that ended."""
    settings = load_settings()
    kept = 0
    with open_service(settings) as database:
        objects, now = open_objects(settings), utc_now()
        with database.transaction() as session:
            gone = forget_examples(session, objects, settings, now)
        with database.reading() as session:
            ids = confirmed_without_example(session)
        for document_id in ids:
            with database.transaction() as session:
                made = keep_example(
                    database,
                    session,
                    objects,
                    settings,
                    document_id,
                    time_zone=settings.time_zone,
                    now=now,
                )
                kept += made is not None
    out.print(f"新しく {kept} 件、期限切れなどで削除 {gone} 件")


def _store(settings: Settings, database: Database) -> LoopStore:
    return LoopStore(
        settings=settings,
        database=database,
        objects=open_objects(settings),
        forms=open_forms(settings),
    )
