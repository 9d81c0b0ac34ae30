"""`ocr-service residual`: how many wrong values are expected where nobody is asked to look."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from ocr_service.api.schemas_residual import CAVEAT, residual_body
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
from ocr_service.residual.confirmed import NO_FORM, Residual, ResidualStore, estimate_residual
from ocr_service.residual.estimate import (
    LEAST_DOCUMENTS,
    LEAST_FIELDS,
    Bin,
    Estimate,
    Target,
)
from ocr_service.residual.intervals import Expected, Share
from ocr_service.residual.plot import plot_svg
from ocr_service.settings import load_settings
from ocr_service.storage.objects import open_objects
from pipelines.errors import CodedError, ErrorCode

_TOO_FEW = f"少なすぎて言えません（{LEAST_DOCUMENTS} 文書・{LEAST_FIELDS} 項目から）"


@coded_exit
def residual(
    form: Annotated[str | None, typer.Option(help="この様式だけ")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="この日から後に受け付けた文書")
    ] = None,
    accuracy: Annotated[float, typer.Option(help="確認しない項目に求める正しさ")] = 0.999,
    limit: Annotated[int, typer.Option(min=1, help="新しいものから何件まで")] = 5000,
    json: Annotated[bool, typer.Option("--json", help="JSONを出力する")] = False,
    plot: Annotated[Path | None, typer.Option(help="グラフを書き込むSVGファイル")] = None,
) -> None:
    """Estimate from confirmed documents how many unreviewed values are wrong.

    Nothing changes. Each document looked at is audited.
    """
    _demand_svg(plot)
    settings = load_settings()
    with open_service(settings) as database, progress() as bar:
        store = ResidualStore(
            database=database,
            objects=open_objects(settings),
            forms=open_forms(settings),
            clock=utc_now,
            time_zone=settings.time_zone,
        )
        found = estimate_residual(
            store,
            operator(),
            accuracy=accuracy,
            form=form,
            since=since.date() if since is not None else None,
            limit=limit,
            progress=lambda ids: bar.track(ids, description="集計中"),
        )
    _draw(found, plot)
    if json:
        damaged = [{"id": i, "error": error_body(error)} for i, error in found.damaged]
        json_line({**residual_body(found).model_dump(mode="json"), "damaged": damaged})
    else:
        _show(found)
    exit_with(found.damaged[0][1] if found.damaged else None)


def _demand_svg(plot: Path | None) -> None:
    """Refuse what can't be drawn before anything is read."""
    if plot is not None and plot.suffix.lower() != ".svg":
        raise CodedError(ErrorCode.REQUEST_INVALID, "--plot: a file that ends in .svg")


def _draw(found: Residual, plot: Path | None) -> None:
    if plot is None:
        return
    try:
        plot.write_text(plot_svg(found.overall), "utf-8")
    except OSError as error:
        raise CodedError(ErrorCode.FILE_UNREADABLE, f"{plot}: {error.strerror}") from error


def _show(found: Residual) -> None:
    out.print(_groups("様式", {"全体": found.overall, **found.by_form}))
    if len(found.by_kind) > 1:
        out.print(_groups("項目の種類", found.by_kind))
    if found.overall.bins:
        out.print(_reliability(found.overall.bins))
    for line in _sentences(found.overall):
        out.print(line, soft_wrap=True)
    if found.left_out:
        out.print(f"これより古い {found.left_out} 文書は数えていません（--limit）。")
    for document_id, error in found.damaged:
        err.print(f"[bold]{document_id}[/]")
        show_error(error)


def _groups(title: str, groups: Mapping[str, Estimate]) -> Table:
    table = Table(title, "文書", "確認する項目", "うち訂正", "確認しない項目", "うち訂正")
    table.add_column("誤りの見込み（確信度から）")
    table.add_column("誤りの見込み（訂正から）")
    for name, each in groups.items():
        told, seen = each.by_confidence, each.by_corrections
        table.add_row(
            "様式不明" if name == NO_FORM else escape(name),
            f"{each.documents}",
            f"{each.doubtful.of}",
            _share(each.doubtful),
            f"{each.sure.of}",
            _share(each.sure),
            _expected(told) if told else _TOO_FEW,
            _expected(seen) if seen else "",
        )
    return table


def _reliability(bins: tuple[Bin, ...]) -> Table:
    table = Table("確信度", "項目", "見込みの誤り", "訂正", "95%の範囲")
    for each in bins:
        share = each.corrected
        table.add_row(
            f"{each.low:g}〜{each.high:g}",
            f"{share.of}",
            f"{1 - each.confidence:.2%}",
            f"{share.rate:.2%}（{share.count}）",
            f"{share.low:.2%}〜{share.high:.2%}",
        )
    return table


def _sentences(overall: Estimate) -> list[str]:
    larger = overall.larger
    if larger is None:
        return [f"確定した文書が{_TOO_FEW}。", f"[dim]{CAVEAT}[/]"]
    lines = [
        f"[bold]今のしきい値では、確認しない {overall.sure.of} 項目のうち"
        f"約 {larger.wrong:.1f} 件が誤っている見込みです[/]"
        f"（95%の範囲 {larger.low:.0f}〜{larger.high:.0f} 件。二つの見込みの多いほう）。"
    ]
    if not overall.agrees:
        lines.append("[yellow]確信度と実際の訂正が合っていません。較正を見直してください。[/]")
    if overall.target is not None:
        lines.append(_target(overall.target))
    if overall.blank:
        lines.append(
            f"確認しない項目のうち {overall.blank} 項目は空欄と判定したもので、"
            "確信度は見落としを表しません。"
        )
    return [*lines, f"[dim]{CAVEAT}[/]"]


def _target(target: Target) -> str:
    point, wanted = target.point, f"{target.accuracy:.10g}"
    if point is None:
        return f"正しさ {wanted} に届くしきい値は、このデータでは見つかりません。"
    wrong = max(point.expected, point.corrected.count)
    certain = (
        "訂正の95%上限でも届いています" if target.proven else "訂正の件数だけではまだ言い切れません"
    )
    return (
        f"正しさ {wanted} にはしきい値 {point.threshold:g}："
        f"全項目の {point.reviewed:.1%} を確認し、"
        f"確認しない {point.unreviewed} 項目の誤りは約 {wrong:.1f} 件（{certain}）。"
    )


def _share(share: Share) -> str:
    return f"{share.count}（{share.rate:.2%}）" if share.of else "—"


def _expected(expected: Expected) -> str:
    return f"{expected.wrong:.1f}（{expected.low:.0f}〜{expected.high:.0f}）"
