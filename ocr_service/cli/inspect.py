"""`ocr-service inspect`: shows why files were read as they were, without a server."""

from pathlib import Path
from typing import Annotated

import typer

from ocr_service.cli.console import Timeout, coded_exit, out, progress, read_file
from ocr_service.cli.each_file import each_file, exit_with
from ocr_service.clock import office_date, utc_now
from ocr_service.forms_catalog import open_forms
from ocr_service.inspect.inspector import Inspector, Part
from ocr_service.settings import load_settings
from pipelines.errors import CodedError, ErrorCode


@coded_exit
def inspect(
    files: Annotated[list[str], typer.Argument(help="画像・PDFファイル（- は標準入力）")],
    out_folder: Annotated[Path, typer.Option("--out", "-o", help="書き込むフォルダー")],
    form: Annotated[
        str | None, typer.Option(help="様式を指定する（例: child-allowance-claim）")
    ] = None,
    png: Annotated[bool, typer.Option("--png", help="各段階の絵をPNGでも書く")] = False,
    show_numbers: Annotated[
        bool, typer.Option("--show-numbers", help="個人番号を伏せない")
    ] = False,
    timeout: Timeout = None,
) -> None:
    """Write one HTML file for each of FILES that shows what every stage made of it.

    Reading runs in a process of its own as with `read`. Exit code: 0 when all files were read,
    otherwise that of the first error.
    """
    settings = load_settings()
    pinned = open_forms(settings).find(form).key if form else None
    today = office_date(utc_now(), settings.time_zone)
    inspector = Inspector(settings, seconds=timeout or settings.read_seconds)
    stems = _Stems(out_folder)

    def work(file: str) -> None:
        data = read_file(file, most=settings.upload_bytes)
        target = stems.of(file)
        with progress() as bar:
            pages = bar.add_task("ページ", total=None)

            def on_part(part: Part) -> None:
                if part.name:
                    _write(
                        target.with_name(f"{target.stem}-p{part.page}-{part.name}.png"), part.png
                    )
                else:
                    bar.update(pages, completed=part.page)

            html = inspector.inspect(
                data,
                name=Path(file).name,
                today=today,
                pinned=pinned,
                show_numbers=show_numbers,
                png=png,
                on_part=on_part,
            )
        _write(target, html)
        out.print(str(target), markup=False)

    with inspector.child:
        inspector.child.start()
        error = each_file(files, work, json=False, description="読み取り中")
    exit_with(error)


class _Stems:
    """Names of the reports in a folder; files of the same name get a number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: set[Path] = set()

    def of(self, file: str) -> Path:
        stem = "stdin" if file == "-" else Path(file).stem
        target, count = self._folder / f"{stem}.html", 1
        while target in self._taken:
            count += 1
            target = self._folder / f"{stem}-{count}.html"
        self._taken.add(target)
        return target


def _write(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read: it shows what citizens wrote."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(data)
    except OSError as error:
        detail = f"{path}: {error.strerror}"
        raise CodedError(ErrorCode.FILE_UNREADABLE, detail) from error
