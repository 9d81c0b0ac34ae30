"""`ocr-service forms`: look at, check, render, fill and install form definitions."""

import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import pypdfium2
import typer
from PIL import Image
from rich.markup import escape
from rich.table import Table

from models.engines import Engines, load_engines
from ocr_service.cli import forms_try
from ocr_service.cli.console import coded_exit, out, progress, read_file
from ocr_service.clock import office_date, utc_now
from ocr_service.forms_catalog import open_forms
from ocr_service.settings import load_settings
from pipelines.decode import DecodeLimits
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.blank_page import Char, ReadText
from pipelines.forms.load import FormEntry, FormLibrary, load_form, review_form
from pipelines.forms.model import FORM_ID
from pipelines.forms.propose import draw_draft, propose_form
from pipelines.forms.propose_scan import level_pages, pages_to_pdf, text_reader
from pipelines.forms.render import render_blank
from pipelines.keyvalue_draft import draw_blank, read_filled
from pipelines.records import Pixels
from pipelines.synthesis.degrade import Degradation
from pipelines.synthesis.filling import Fault
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.hand import Hand
from pipelines.synthesis.synthesize import synthesize as synthesize_scan
from pipelines.synthesis.truth import dump_truth

app = typer.Typer(help="様式を管理する / Form definitions.", no_args_is_help=True)

app.command("try")(forms_try.try_)

_Form = Annotated[str, typer.Argument(help="様式ID、またはYAMLファイル")]
_Out = Annotated[Path | None, typer.Option("--out", "-o", help="書き込むフォルダー")]


@app.command("list")
@coded_exit
def list_() -> None:
    """List all forms that this installation knows."""
    table = Table("様式ID", "版", "様式名", "業務", "ページ", "項目", "有効期間")
    for entry in open_forms(load_settings()).entries:
        form = entry.definition
        table.add_row(
            form.id,
            form.revision,
            form.title,
            str(form.operation),
            str(len(form.pages)),
            str(len(form.fields) + len(form.marks) + len(form.seals)),
            f"{form.valid.from_} 〜 {form.valid.until or ''}",
        )
    out.print(table)


@app.command("check")
@coded_exit
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="YAMLファイル（省略時はすべて）")
    ] = None,
) -> None:
    """Check form files: every problem with file, line, field and what to do."""
    # One library, so that the same id and revision in two files is found too.
    library = (
        FormLibrary(load_form(file) for file in files) if files else open_forms(load_settings())
    )
    for entry in library.entries:
        for warning in review_form(entry.path):
            where = f"{warning.file}:{warning.line} {warning.field}"
            out.print("[yellow]注意[/yellow] " + escape(f"{where}: {warning.message}"))
        if files:
            out.print(f"正しい様式です: {entry.path} ({entry.definition.title})")
    if not files:
        out.print(f"すべて正しい様式です: {len(library.entries)} 件")


@app.command("render")
@coded_exit
def render(
    form: _Form,
    out_folder: _Out = None,
    png: Annotated[bool, typer.Option("--png", help="PDFのほかにPNGも書く")] = False,
    dpi: Annotated[int, typer.Option(help="PNGの解像度", min=50, max=600)] = 150,
) -> None:
    """Write the blank form as vector PDF (and PNG)."""
    entry = _entry(form)
    folder = out_folder or Path.cwd()
    folder.mkdir(parents=True, exist_ok=True)
    pdf = render_blank(entry.definition, entry.directory)
    path = folder / f"{entry.key.id}@{entry.key.revision}.pdf"
    path.write_bytes(pdf)
    out.print(str(path))
    if png:
        document = pypdfium2.PdfDocument(pdf)
        for number in range(len(document)):
            image: Image.Image = document[number].render(scale=dpi / 72).to_pil()
            picture = path.with_name(f"{path.stem}-{number + 1}.png")
            image.save(picture)
            out.print(str(picture))
        document.close()


@app.command("synthesize")
@coded_exit
def synthesize(
    form: _Form,
    out_folder: _Out = None,
    count: Annotated[int, typer.Option(help="枚数", min=1)] = 1,
    seed: Annotated[int, typer.Option(help="最初の乱数の種")] = 1,
    hand: Annotated[Hand, typer.Option(help="筆跡")] = Hand.MIXED,
    degradation: Annotated[list[Degradation] | None, typer.Option(help="劣化（複数可）")] = None,
    fault: Annotated[list[Fault] | None, typer.Option(help="わざと入れる不備（複数可）")] = None,
    format: Annotated[ScanFormat, typer.Option(help="ファイル形式")] = ScanFormat.JPEG,
) -> None:
    """Write filled synthetic scans with exact truth; the same seed gives the same bytes."""
    entry = _entry(form)
    folder = out_folder or Path.cwd()
    folder.mkdir(parents=True, exist_ok=True)
    with progress() as bar:
        for number in bar.track(range(seed, seed + count), description="生成中"):
            scan = synthesize_scan(
                entry,
                seed=number,
                hand=hand,
                degradations=tuple(degradation or (Degradation.CLEAN,)),
                faults=tuple(str(name) for name in fault or ()),
            )
            stem = folder / f"{entry.key.id}-{number:06d}"
            for path, pages in _files(stem, scan.pages, format):
                path.write_bytes(encode_scan(pages, format, dpi=scan.dpi))
                out.print(str(path))
            stem.with_suffix(".truth.json").write_text(dump_truth(scan.truth), "utf-8")


@app.command("import")
@coded_exit
def import_(
    file: Annotated[Path, typer.Argument(help="様式定義（YAML）、または白紙の様式（PDF・画像）")],
    out_folder: _Out = None,
    form_id: Annotated[
        str | None, typer.Option("--id", help="PDFから作る様式のID（省略時はファイル名から）")
    ] = None,
    title: Annotated[str | None, typer.Option(help="PDFから作る様式の名前")] = None,
    png: Annotated[bool, typer.Option("--png", help="PDFの下書きの枠を重ねた絵も書く")] = False,
    filled: Annotated[
        bool, typer.Option("--filled", help="記入済みの用紙から、記入を除いて作る")
    ] = False,
) -> None:
    """Take a form file into the office's own folder, or draft one from a blank PDF or scan."""
    settings = load_settings()
    office = settings.forms_folder
    if out_folder is None and office is None:
        detail = "OCR_SERVICE_FORMS_FOLDER is not set and no --out given"
        raise CodedError(ErrorCode.SETTINGS_INVALID, detail)
    folder = out_folder or office or Path()
    if file.suffix.lower() not in (".yaml", ".yml"):
        today = office_date(utc_now(), settings.time_zone)
        if out_folder is None:
            # What lies in the office's folder itself is used at once; nobody has checked this yet.
            folder /= "drafts"
        data = read_file(str(file), most=settings.upload_bytes)
        pdf, read = _cleared_pdf(data) if filled else _blank_pdf(data)
        name = title or file.stem
        _import_blank(pdf, read, folder, form_id or _id_of(file), name, today, png)
    else:
        _import_yaml(file, folder, open_forms(settings))


def _import_yaml(file: Path, folder: Path, known: FormLibrary) -> None:
    entry = load_form(file)
    FormLibrary((*known.entries, entry))
    folder.mkdir(parents=True, exist_ok=True)
    for page in entry.definition.pages:
        if page.background:
            shutil.copyfile(entry.directory / page.background, folder / Path(page.background).name)
    target = folder / f"{entry.key.id}@{entry.key.revision}.yaml"
    shutil.copyfile(file, target)
    out.print(f"取り込みました: {target}（{entry.definition.title}）")


def _import_blank(
    pdf: bytes,
    read: ReadText | None,
    folder: Path,
    form_id: str,
    title: str,
    today: date,
    png: bool,
) -> None:
    draft = propose_form(pdf, id=form_id, title=title, valid_from=today, read=read)
    target = folder / f"{form_id}@{draft.definition.revision}.yaml"
    background = folder / draft.background
    if target.exists():
        # A form owner may have worked on an earlier draft.
        raise CodedError(ErrorCode.REQUEST_INVALID, f"{target} exists already")
    folder.mkdir(parents=True, exist_ok=True)
    background.write_bytes(pdf)
    target.write_text(draft.text, "utf-8")
    # A draft that the loader refuses would keep the whole service from starting.
    try:
        load_form(target)
    except CodedError:
        target.unlink()
        raise
    out.print(f"下書きを作りました: {target}")
    out.print(f"記入欄・押印 {draft.boxes} 、選択肢 {draft.options} を見つけました。")
    out.print("下書きです。使う前に、欄の位置・名前・種類・必須かどうかを必ず確かめてください。")
    if png:
        for number, pixels in enumerate(draw_draft(pdf, draft.definition), start=1):
            picture = folder / f"{form_id}-{number}.png"
            Image.fromarray(pixels).save(picture)
            out.print(str(picture))


def _cleared_pdf(data: bytes) -> tuple[bytes, None]:
    """Draw the blank of a filled page anew: nothing that is written on it is in the PDF."""
    loaded = load_engines()
    pages = read_filled(data, loaded, limits=DecodeLimits())
    return draw_blank([(page, lines) for page, lines in pages if lines], loaded.hands), None


def _blank_pdf(data: bytes) -> tuple[bytes, ReadText]:
    """Give the blank as a PDF, made from it where it is a scan, and a reader of its pictures."""
    engines: list[Engines] = []

    def read(pixels: Pixels, dpi: float) -> Sequence[Char]:
        # Most blanks are PDFs with words in them: models are loaded where there is a picture.
        engines[:] = engines or [load_engines()]
        return text_reader(engines[0])(pixels, dpi)

    if not data or data.lstrip()[:5] == b"%PDF-":
        return data, read
    engines.append(load_engines())
    return pages_to_pdf(level_pages(data, engines[0], limits=DecodeLimits())), read


def _id_of(file: Path) -> str:
    """Form id from a file name: small letters, digits and hyphens."""
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    return name if re.match(FORM_ID, name) else f"form-{name}".rstrip("-")


def _entry(form: str) -> FormEntry:
    path = Path(form)
    if path.suffix in (".yaml", ".yml"):
        return load_form(path)
    form_id, _, revision = form.partition("@")
    return open_forms(load_settings()).find(form_id, revision or None)


def _files(
    stem: Path, pages: Sequence[Pixels], format: ScanFormat
) -> Iterator[tuple[Path, Sequence[Pixels]]]:
    """Files of one scan: one, or one a page where the format holds a single page."""
    if len(pages) == 1 or format in (ScanFormat.TIFF, ScanFormat.PDF):
        yield stem.with_suffix(f".{format}"), pages
        return
    for number, page in enumerate(pages, start=1):
        yield stem.with_name(f"{stem.name}-{number}.{format}"), [page]
