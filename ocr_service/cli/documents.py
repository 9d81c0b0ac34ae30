"""`ocr-service submit | status | reprocess`: documents of a running service."""

from typing import Annotated, Any

import typer
from rich.table import Table

from ocr_service.cli.administration import open_service, operator
from ocr_service.cli.client import ServiceClient
from ocr_service.cli.console import coded_exit, json_line, out, progress, read_file
from ocr_service.cli.each_file import each_file, exit_with
from ocr_service.jobs.requests import enqueue_reading, readable_documents
from ocr_service.settings import load_settings
from ocr_service.states import DocumentState

_Server = Annotated[str, typer.Option(envvar="OCR_SERVICE_SERVER", help="サーバーのアドレス")]
_Key = Annotated[
    str | None, typer.Option(envvar="OCR_SERVICE_API_KEY", help="スキャナー端末のAPIキー")
]
_LOCAL = "http://127.0.0.1:8000"


@coded_exit
def submit(
    files: Annotated[list[str], typer.Argument(help="画像・PDFファイル")],
    server: _Server = _LOCAL,
    key: _Key = None,
    case: Annotated[str | None, typer.Option(help="案件番号（同じ番号の書類は1つの案件）")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="読み終わるまで待つ")] = False,
    json: Annotated[bool, typer.Option("--json", help="1文書1行のJSONを出力する")] = False,
) -> None:
    """Post FILES to a server as a scanning station does.

    A file that was posted before is not stored twice. One refused file does not stop the others;
    the exit code is that of the first error.
    """
    most = load_settings().upload_bytes
    receipts: dict[str, str] = {}
    with ServiceClient(server, key) as client:

        def work(file: str) -> None:
            receipt = client.submit(file, read_file(file, most=most), case=case)
            receipts[receipt["id"]] = file
            _print_receipt(file, receipt, json)

        error = each_file(files, work, json=json, description="送信中")
        if wait and receipts:
            _wait_for(client, receipts, json)
    exit_with(error)


@coded_exit
def status(
    ids: Annotated[list[str], typer.Argument(help="文書ID")],
    server: _Server = _LOCAL,
    key: _Key = None,
    json: Annotated[bool, typer.Option("--json", help="1文書1行のJSONを出力する")] = False,
) -> None:
    """Say what became of documents."""
    with ServiceClient(server, key) as client:
        documents = [client.document(document_id) for document_id in ids]
    if json:
        for document in documents:
            json_line(document)
        return
    table = Table("文書ID", "状態", "様式", "要確認", "指摘", "失敗の理由")
    for document in documents:
        table.add_row(
            document["id"],
            document["state"],
            (document["form"] or {}).get("title", "—"),
            str(document["fields_doubtful"]),
            str(document["findings_error"] + document["findings_warning"]),
            document["failure_message"] or "",
        )
    out.print(table)


@coded_exit
def reprocess(
    ids: Annotated[list[str] | None, typer.Argument(help="文書ID（省略時は条件で選ぶ）")] = None,
    state: Annotated[DocumentState, typer.Option(help="この状態の文書")] = DocumentState.FAILED,
    form: Annotated[str | None, typer.Option(help="この様式の文書だけ")] = None,
) -> None:
    """Read documents again, on this machine's store: a new suggestion, decisions are untouched."""
    settings = load_settings()
    with open_service(settings) as database:
        with database.reading() as session:
            chosen = ids or readable_documents(session, state=state, form_id=form)
        with progress() as bar:
            for document_id in bar.track(chosen, description="登録中"):
                enqueue_reading(settings, database, document_id, by=operator())
    out.print(f"再読み取りを登録しました: {len(chosen)} 件")


def _wait_for(client: ServiceClient, receipts: dict[str, str], json: bool) -> None:
    with progress() as bar:
        task = bar.add_task("読み取り中", total=len(receipts))

        def show(document: dict[str, Any]) -> None:
            bar.advance(task)
            _print_state(receipts[document["id"]], document, json)

        client.wait(receipts, seconds=120 * len(receipts), on_finished=show)


def _print_receipt(file: str, receipt: dict[str, object], json: bool) -> None:
    if json:
        json_line({"file": file, **receipt})
        return
    quality = receipt["quality"]
    bad = [page for page in quality if not page["ok"]] if isinstance(quality, list) else []
    note = "".join(f"  [yellow]{'・'.join(page['messages'])}[/]" for page in bad)
    duplicate = "（受付済みの文書と同じです）" if receipt["duplicate"] else ""
    out.print(f"{file}  {receipt['id']}{duplicate}{note}")


def _print_state(file: str, document: dict[str, object], json: bool) -> None:
    if json:
        json_line({"file": file, **document})
    else:
        out.print(f"{file}  {document['state']}")
