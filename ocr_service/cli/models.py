"""`ocr-service models`: candidates, the gate, what is in use, shadow runs, alarms."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from ocr_service.cli.administration import open_service, operator
from ocr_service.cli.console import coded_exit, json_line, out, progress
from ocr_service.clock import utc_now
from ocr_service.error_map import describe
from ocr_service.forms_catalog import open_forms
from ocr_service.loop.evaluate import GoldChoice, LoopStore, evaluate
from ocr_service.loop.promote import promote, rollback
from ocr_service.loop.registry import ModelVersion, add_candidate, list_versions
from ocr_service.loop.shadow import ShadowReport, shadow_report, start_shadow, stop_shadow
from ocr_service.loop.watch import look, open_alarms
from ocr_service.settings import load_settings
from ocr_service.storage.objects import open_objects
from ocr_service.storage.tables_models import ModelActivationRow, ModelEvaluationRow
from pipelines.errors import ErrorCode

app = typer.Typer(help="モデルの候補・評価・採用・取り消し / Candidates, gate, rollback.")
_Candidate = Annotated[str, typer.Argument(help="NAME@VERSION")]
_Json = Annotated[bool, typer.Option("--json", help="JSONを出力する")]
_PASSED = {True: "[green]合格[/]", False: "[red]不合格[/]", None: "—"}


@app.command("list")
@coded_exit
def list_all(json: _Json = False) -> None:
    """Show every version of every model, and which is in use."""
    with open_service() as database, database.reading() as session:
        versions = list_versions(session)
    if json:
        json_line([_version_body(each) for each in versions])
        return
    table = Table("モデル", "版", "使用中", "出どころ", "評価", "用途")
    for each in versions:
        table.add_row(
            each.name,
            each.version,
            "[green]●[/]" if each.active else "",
            "同梱" if each.origin == "shipped" else "この役所",
            _PASSED[each.passed],
            escape(each.task),
        )
    out.print(table)


@app.command("add")
@coded_exit
def add(
    folder: Annotated[Path, typer.Argument(help="NAME/VERSION のフォルダ（manifest.yaml）")],
) -> None:
    """Bring a candidate in; nothing uses it before it is promoted."""
    with _loop() as store, store.database.transaction() as session:
        row = add_candidate(session, store.objects, folder, operator(), at=store.clock())
    out.print(f"候補 [bold]{row.name}@{row.version}[/] を登録しました。")


@app.command("evaluate")
@coded_exit
def evaluate_candidate(
    candidate: _Candidate,
    documents: Annotated[
        int, typer.Option(min=0, help="取り置いた確定書類を新しいものから何件まで")
    ] = 500,
    rounds: Annotated[int, typer.Option(min=0, help="様式ごとの合成スキャンの枚数")] = 2,
    json: _Json = False,
) -> None:
    """Compare a candidate on the gold set with what is in use; keep the report."""
    with _loop() as store, progress() as bar:
        row = evaluate(
            store,
            candidate,
            operator(),
            choice=GoldChoice(documents=documents, rounds=rounds),
            progress=lambda names: bar.track(names, description="評価中"),
        )
    if json:
        json_line({"evaluation": row.id, "gold": row.gold, "against": row.against, **row.report})
    else:
        _show_report(row)
    if not row.passed:
        raise typer.Exit(describe(ErrorCode.MODEL_REFUSED).exit_code)


@app.command("promote")
@coded_exit
def promote_candidate(candidate: _Candidate) -> None:
    """Use a candidate from the next document on, if its newest evaluation passed."""
    with _loop() as store, store.database.transaction() as session:
        row = promote(store.database, session, candidate, operator(), at=store.clock())
    _show_activation(row)


@app.command("rollback")
@coded_exit
def rollback_model(name: Annotated[str, typer.Argument(help="モデルの名前")]) -> None:
    """Use again what was in use before the last promotion."""
    with _loop() as store, store.database.transaction() as session:
        row = rollback(store.database, session, name, operator(), at=store.clock())
    _show_activation(row)


@app.command("shadow")
@coded_exit
def shadow(
    candidate: Annotated[str | None, typer.Argument(help="NAME@VERSION: 影で読ませ始める")] = None,
    share: Annotated[float, typer.Option(help="読ませる書類の割合（0〜1）")] = 1.0,
    stop: Annotated[bool, typer.Option("--stop", help="終える")] = False,
    json: _Json = False,
) -> None:
    """Let a candidate read along unseen, end that, or report what differed."""
    with _loop() as store, store.database.transaction() as session:
        if stop:
            stop_shadow(session, operator(), at=store.clock())
        elif candidate is not None:
            start_shadow(store.database, session, candidate, share, operator(), at=store.clock())
        report = shadow_report(session)
    if json:
        json_line(shadow_body(report))
    elif report is None:
        out.print("影の読み取りは行われていません。")
    else:
        _show_shadow(report)


@app.command("alarms")
@coded_exit
def alarms(json: _Json = False) -> None:
    """Test the newest documents for changes now, and show the alarms that stand."""
    with _loop() as store, store.database.transaction() as session:
        tested = look(session, at=store.clock())
        standing = open_alarms(session)
    if json:
        json_line(
            {
                "tested": len(tested),
                "alarms": [
                    {"signal": a.signal, "scope": a.scope, "effect": a.effect, "p": a.p_value}
                    for a in standing
                ],
            }
        )
        return
    if not tested:
        out.print("比べられるだけの書類がまだありません。")
    table = Table("変化", "範囲", "大きさ", "p値", "始まり")
    for each in standing:
        opened = f"{each.opened_at:%Y-%m-%d %H:%M}"
        table.add_row(
            each.signal, escape(each.scope), f"{each.effect:+.4f}", f"{each.p_value:.2g}", opened
        )
    out.print(table if standing else "立っている警報はありません。")


def shadow_body(report: ShadowReport | None) -> dict[str, Any]:
    """Give a shadow run as JSON can carry it."""
    if report is None:
        return {"run": None}
    run = report.run
    return {
        "run": run.id,
        "candidate": f"{run.name}@{run.version}",
        "share": run.share,
        "running": run.ended_at is None,
        "documents": report.documents,
        "failed": report.failed,
        "total": report.total,
        "by_form": report.by_form,
        "differing": {
            "count": report.differing.count,
            "of": report.differing.of,
            "low": report.differing.low,
            "high": report.differing.high,
        },
        "seconds": report.seconds,
    }


@contextmanager
def _loop() -> Iterator[LoopStore]:
    settings = load_settings()
    with open_service(settings) as database:
        yield LoopStore(
            settings=settings,
            database=database,
            objects=open_objects(settings),
            forms=open_forms(settings),
            clock=utc_now,
        )


def _version_body(each: ModelVersion) -> dict[str, Any]:
    return {
        "name": each.name,
        "version": each.version,
        "origin": each.origin,
        "active": each.active,
        "passed": each.passed,
        "task": each.task,
        "provenance": each.provenance,
        "metrics": dict(each.metrics),
    }


def _show_report(row: ModelEvaluationRow) -> None:
    table = Table("尺度", "範囲", "書類", "項目", "使用中", "候補", "差（95%）", "p 良い", "p 悪い")
    table.add_column("")
    rows: Iterable[Mapping[str, Any]] = row.report["rows"]  # type: ignore[assignment]
    for each in rows:
        table.add_row(
            each["measure"],
            escape(each["group"]),
            f"{each['documents']}",
            f"{each['items']}",
            f"{each['active']:.4f}",
            f"{each['candidate']:.4f}",
            f"{each['difference']:+.4f}（{each['low']:+.4f}〜{each['high']:+.4f}）",
            f"{each['p_better']:.3f}",
            f"{each['p_worse']:.3f}",
            "[red]悪化[/]" if each["worse"] else "",
        )
    out.print(table)
    reasons = row.report["reasons"]
    told = "" if row.passed else f" [dim]{escape(str(reasons))}[/]"
    out.print(f"{row.name}@{row.version}: {_PASSED[row.passed]}{told}（{row.id}）")


def _show_activation(row: ModelActivationRow) -> None:
    now = row.version or "なし（同梱の版）"
    before = row.previous or "なし（同梱の版）"
    out.print(f"{row.name}: {before} → [bold]{now}[/]。次の書類から使われます。")


def _show_shadow(report: ShadowReport) -> None:
    run = report.run
    state = "実行中" if run.ended_at is None else "終了"
    out.print(
        f"[bold]{run.name}@{run.version}[/] {state}、書類 {report.documents}"
        f"（読めず {report.failed}）、1件 {report.seconds:.2f} 秒"
    )
    table = Table("様式", *report.total)
    for name, counts in {"全体": report.total, **report.by_form}.items():
        table.add_row(name, *(str(n) for n in counts.values()))
    out.print(table)
    share = report.differing
    out.print(f"値の違い {share.rate:.2%}（95%の範囲 {share.low:.2%}〜{share.high:.2%}）")
