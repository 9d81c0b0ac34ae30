"""`ocr-service forms try`: what the rules of a changed form would find on past documents."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from ocr_service.cli.administration import open_service, operator
from ocr_service.cli.console import (
    coded_exit,
    err,
    error_body,
    json_line,
    out,
    progress,
    show_error,
)
from ocr_service.cli.each_file import exit_with
from ocr_service.clock import utc_now
from ocr_service.forms_catalog import open_forms
from ocr_service.lookups import open_lookups
from ocr_service.settings import load_settings
from ocr_service.storage.objects import open_objects
from ocr_service.trial.trial import Trial, TrialStore, try_rules
from pipelines.forms.load import load_form
from pipelines.records import Finding

_SIGNS = {"new": "[red]＋新しい[/]", "gone": "[green]－なくなる[/]"}


@coded_exit
def try_(
    file: Annotated[Path, typer.Argument(help="変更した様式定義（YAML）")],
    rule: Annotated[str | None, typer.Option(help="この規則だけ（様式の規則、共通規則）")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="この日から後に受け付けた文書")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="新しいものから何件まで")] = 1000,
    json: Annotated[bool, typer.Option("--json", help="JSONを出力する")] = False,
) -> None:
    """Try the rules of a changed form file on the documents of this installation.

    Nothing changes: neither documents nor the installed form. Each document looked at is audited.
    """
    settings = load_settings()
    changed = load_form(file).definition
    with open_service(settings) as database, progress() as bar:
        store = TrialStore(
            database=database,
            objects=open_objects(settings),
            forms=open_forms(settings),
            clock=utc_now,
            time_zone=settings.time_zone,
            lookups=open_lookups(settings),
        )
        trial = try_rules(
            store,
            changed,
            operator(),
            rule=rule,
            since=since.date() if since is not None else None,
            limit=limit,
            progress=lambda ids: bar.track(ids, description="確認中"),
        )
    if json:
        json_line(trial_body(trial))
    else:
        _show(trial)
    exit_with(trial.damaged[0][1] if trial.damaged else None)


def trial_body(trial: Trial) -> dict[str, object]:
    """Give a trial as JSON can carry it."""
    return {
        "form": {"id": trial.form.id, "revision": trial.form.revision},
        "documents": len(trial.documents),
        "rules": [
            {
                "rule": count.rule,
                "before": count.before,
                "now": count.now,
                "new": count.new,
                "gone": count.gone,
                "same": count.same,
            }
            for count in trial.rules
        ],
        "changes": [
            {
                "id": document.id,
                "new": [_finding_body(finding) for finding in document.new],
                "gone": [_finding_body(finding) for finding in document.gone],
                "same": [_finding_body(finding) for finding in document.same],
            }
            for document in trial.documents
            if document.new or document.gone or document.same
        ],
        "damaged": [{"id": i, "error": error_body(error)} for i, error in trial.damaged],
    }


def _finding_body(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "kind": str(finding.kind),
        "severity": str(finding.severity),
        "fields": list(finding.fields),
        "message": finding.message,
    }


def _show(trial: Trial) -> None:
    table = Table("規則", "今の様式", "変更後", "新しい", "なくなる", "変わらない")
    for count in trial.rules:
        numbers = (count.before, count.now, count.new, count.gone, count.same)
        table.add_row(escape(count.rule), *(str(number) for number in numbers))
    out.print(table)
    for document in trial.documents:
        for kind in ("new", "gone"):
            for finding in getattr(document, kind):
                line = f"{document.id}  {_SIGNS[kind]}  {escape(finding.rule)}  "
                out.print(line + escape(finding.message), soft_wrap=True)
    out.print(
        f"{trial.form.id}@{trial.form.revision}: {len(trial.documents)} 件の文書で試しました。"
    )
    for document_id, error in trial.damaged:
        err.print(f"[bold]{document_id}[/]")
        show_error(error)
