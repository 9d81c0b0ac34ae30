"""Cover sheets: what is printed is read back, also from a bad scan."""

import numpy as np
import pypdfium2
import pytest
from typer.testing import CliRunner

from ocr_service.cli.main import app
from pipelines.forms.code import CoverCode, CoverKind
from pipelines.forms.cover import render_cover
from pipelines.identify_qr import find_code, find_cover
from pipelines.quality import assess_quality
from pipelines.records import Page, QualityReason
from pipelines.synthesis.degrade import Degradation, degrade

CASE = CoverCode(kind=CoverKind.CASE, number="R8/2026-0042")


def page_of(pdf: bytes, *names: Degradation, seed: int = 0) -> Page:
    bitmap = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72)
    clean = np.ascontiguousarray(bitmap.to_numpy()[..., :3])
    pixels, _ = degrade(clean, names, 150, np.random.default_rng(seed))
    height, width = pixels.shape[:2]
    return Page(
        number=1,
        pixels=pixels,
        dpi=max(height, width) * 25.4 / 297,
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
    )


@pytest.mark.parametrize("code", [CASE, CoverCode(kind=CoverKind.NEXT)])
def test_a_printed_cover_sheet_says_what_it_was_printed_for(code: CoverCode) -> None:
    assert find_cover(page_of(render_cover(code))) == code


@pytest.mark.parametrize(
    "names",
    [
        (Degradation.SKEW, Degradation.FAX),
        (Degradation.ROTATED, Degradation.NOISE),
        (Degradation.PERSPECTIVE, Degradation.SHADOW),
    ],
)
def test_a_cover_sheet_is_read_from_a_bad_scan_and_is_no_form(names: tuple[Degradation]) -> None:
    page = page_of(render_cover(CASE), *names)
    assert find_cover(page) == CASE
    assert find_code(page.pixels[..., 0], page.dpi) is None
    assert QualityReason.BLANK not in assess_quality(page).reasons


def test_a_page_without_a_code_is_no_cover_sheet() -> None:
    page = page_of(render_cover(CASE))
    page.pixels[page.pixels.shape[0] // 3 : 2 * page.pixels.shape[0] // 3] = 255
    assert find_cover(page) is None


def test_the_command_writes_a_sheet_for_each_copy(tmp_path) -> None:
    path = tmp_path / "sheets.pdf"
    done = CliRunner().invoke(app, ["cover", "--case", "A-1", "--copies", "3", "-o", str(path)])
    assert done.exit_code == 0, done.output
    assert len(pypdfium2.PdfDocument(path.read_bytes())) == 3


@pytest.mark.parametrize(
    "options", [["--case", "山田太郎"], ["--case", "123456789018"], ["--case", "1", "--together"]]
)
def test_the_command_refuses_what_may_not_stand_in_clear(tmp_path, options: list[str]) -> None:
    path = tmp_path / "sheet.pdf"
    done = CliRunner().invoke(app, ["cover", *options, "-o", str(path)])
    assert done.exit_code != 0
    assert not path.exists()
