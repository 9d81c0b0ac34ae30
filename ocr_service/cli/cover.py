"""`ocr-service cover`: print cover sheets that separate documents in a stack of paper."""

from pathlib import Path
from typing import Annotated

import typer

from ocr_service.cases.grouping import check_number
from ocr_service.cli.console import coded_exit, out
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.code import CoverCode, CoverKind
from pipelines.forms.cover import render_cover


@coded_exit
def cover(
    case: Annotated[
        str | None, typer.Option(help="後ろの書類が入る案件の番号（英数字と . _ / -）")
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="後ろの書類を1つの案件にする")
    ] = False,
    copies: Annotated[int, typer.Option(min=1, max=500, help="枚数")] = 1,
    path: Annotated[Path, typer.Option("--out", "-o", help="書き込むファイル")] = Path("cover.pdf"),
) -> None:
    """Write a PDF of cover sheets to print and put before documents in the feeder.

    What is behind a sheet, until the next one, are other documents than those before it; with
    --case or --together they are one case.
    """
    if case is not None and together:
        raise CodedError(ErrorCode.REQUEST_INVALID, "--case or --together, not both")
    if case is not None:
        code = CoverCode(kind=CoverKind.CASE, number=check_number(case))
    else:
        code = CoverCode(kind=CoverKind.TOGETHER if together else CoverKind.NEXT)
    path.write_bytes(render_cover(code, copies=copies))
    out.print(f"{path}  {copies} 枚")
