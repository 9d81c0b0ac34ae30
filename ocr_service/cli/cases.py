"""`ocr-service cases`: what belongs together and what is missing, on this machine's store."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Subject, append
from ocr_service.cases.check import CaseChecker, open_checker
from ocr_service.cases.dismissals import DismissalDesk, Dismisser
from ocr_service.cases.letter_pdf import render_letter
from ocr_service.cases.requests import RequestDesk
from ocr_service.cases.store import members
from ocr_service.cli.administration import open_service, operator
from ocr_service.cli.console import coded_exit, out
from ocr_service.clock import utc_now
from ocr_service.forms_catalog import open_forms
from ocr_service.settings import load_settings
from ocr_service.states import CaseStatus
from ocr_service.storage.database import Database
from ocr_service.storage.objects import open_objects
from ocr_service.storage.tables_cases import CaseDocumentRow, CaseRow
from pipelines.errors import CodedError, ErrorCode

app = typer.Typer(help="案件 / Cases.", no_args_is_help=True)
_Case = Annotated[str, typer.Argument(help="案件番号またはID")]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Desk:
    database: Database
    checker: CaseChecker
    requests: RequestDesk


@app.command("list")
@coded_exit
def list_(
    status: Annotated[CaseStatus | None, typer.Option(help="この状況の案件だけ")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="最大の件数")] = 100,
) -> None:
    """List cases that have documents, newest first."""
    query = (
        select(CaseRow, func.count())
        .join(CaseDocumentRow, CaseDocumentRow.case_id == CaseRow.id)
        .group_by(CaseRow.id)
        .order_by(CaseRow.id.desc())
        .limit(limit)
    )
    if status is not None:
        query = query.where(CaseRow.status == status.value)
    table = Table("案件ID", "番号", "状況", "不足", "書類")
    with open_service() as database, database.reading() as session:
        for row, count in session.execute(query):
            table.add_row(row.id, row.number or "—", row.status, str(row.missing), str(count))
    out.print(table)


@app.command("show")
@coded_exit
def show(case: _Case) -> None:
    """Show the documents of a case and what its main forms need."""
    with _open() as desk, desk.database.transaction() as session:
        row = _find(session, case)
        packet = desk.checker.packet(session, row.id)
        documents = [member.document_id for member in members(session, row.id)]
        append(session, operator(), "case.viewed", Subject("case", row.id), at=utc_now())
    out.print(f"{row.id}  {row.number or '—'}  {packet.status.value}", markup=False)
    for document in documents:
        part = "main" if document in packet.mains else ""
        out.print(f"  {document}  {part}", markup=False)
    table = Table("必要な書類", "状況", "届いた書類")
    for need in packet.needs:
        table.add_row(need.label, need.state.value, " ".join(need.documents))
    out.print(table)


@app.command("request")
@coded_exit
def request(
    case: _Case,
    folder: Annotated[Path, typer.Option("--out", "-o", help="書き込むフォルダー")] = Path(),
) -> None:
    """Draft a request to complete and write both wordings as PDF; nothing is sent."""
    folder.mkdir(parents=True, exist_ok=True)
    with _open() as desk, desk.database.transaction() as session:
        row = _find(session, case)
        packet = desk.checker.packet(session, row.id)
        made = desk.requests.draft(session, row.id, packet, operator())
    for name, letter in (("plain", made.text.plain), ("easy", made.text.easy)):
        path = folder / f"request-{made.row.id}-{name}.pdf"
        path.write_bytes(render_letter(made.text, letter))
        out.print(str(path), markup=False)


@app.command("dismiss")
@coded_exit
def dismiss(
    document: Annotated[str, typer.Argument(help="書類のID")],
    other: Annotated[str, typer.Argument(help="一緒ではない書類のID")],
) -> None:
    """Say that a document does not belong to another one, nor to its case; print the id of that."""
    with open_service() as database, database.transaction() as session:
        made = DismissalDesk(now=utc_now).dismiss(session, document, other, _dismisser())
    out.print(made, markup=False)


@app.command("restore")
@coded_exit
def restore(
    document: Annotated[str, typer.Argument(help="書類のID")],
    dismissal: Annotated[str, typer.Argument(help="dismiss が出力したID")],
) -> None:
    """Take a dismissal back: the document is proposed again."""
    with open_service() as database, database.transaction() as session:
        DismissalDesk(now=utc_now).restore(session, document, dismissal, _dismisser())


def _dismisser() -> Dismisser:
    who = operator()
    return Dismisser(actor=who, id=who.id[:40], name=who.id[:64])


@contextmanager
def _open() -> Iterator[_Desk]:
    settings = load_settings()
    with open_service(settings) as database:
        objects, forms = open_objects(settings), open_forms(settings)
        yield _Desk(
            database=database,
            checker=open_checker(settings, database, objects, lambda: forms),
            requests=RequestDesk(settings, objects, forms, utc_now),
        )


def _find(session: Session, case: str) -> CaseRow:
    query = select(CaseRow).where(or_(CaseRow.id == case, CaseRow.number == case))
    row = session.scalars(query.limit(1)).first()
    if row is None:
        # What was typed may be anything: it is not repeated.
        raise CodedError(ErrorCode.CASE_UNKNOWN, "no such case")
    return row
