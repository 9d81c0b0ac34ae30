"""`ocr-service inspect` with real models: a sample of a known form, a letter, and bad files."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from running_service import ROOT
from typer.testing import CliRunner

from ocr_service.cli.main import app
from ocr_service.error_map import describe
from ocr_service.inspect.evidence import PageEvidence, PageTrace
from pipelines.errors import ErrorCode
from pipelines.forms.load import FormLibrary
from pipelines.reader import Reader
from pipelines.run import read_document
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.synthesize import synthesize
from pipelines.synthesis.truth import load_truth
from training.drift_revisions import Drift, revise

pytestmark = pytest.mark.acceptance
RUNNER = CliRunner()
SAMPLE = ROOT / "samples" / "child-allowance-claim_strokes_clean_32.png"
NUMBER = "123456789018"


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A letter without a form, with a 個人番号 that nobody has."""
    page = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(ROOT / "pipelines" / "fonts" / "ipaexm.ttf"), 34)
    texts = ("保育園についての問い合わせ", "氏名：足立 太郎", f"個人番号：{NUMBER}", "よろしく。")
    for row, text in enumerate(texts):
        draw.text((140, 200 + 90 * row), text, font=font, fill="black")
    path = tmp_path / "letter.png"
    page.save(path, dpi=(150, 150))
    return path


def test_forms_and_letters_are_shown_stage_by_stage(letter: Path, tmp_path: Path) -> None:
    folder, missing = tmp_path / "out", str(tmp_path / "missing.png")
    result = RUNNER.invoke(
        app, ["inspect", str(SAMPLE), missing, str(letter), "--png", "--out", str(folder)]
    )
    assert result.exit_code == describe(ErrorCode.FILE_UNREADABLE).exit_code
    form = (folder / f"{SAMPLE.stem}.html").read_text("utf-8")
    truth = load_truth(SAMPLE.with_suffix(".truth.json"))
    values = {field.name: field.value for field in truth.fields}
    assert values["claimant_name"] is not None
    assert values["claimant_name"].replace(" ", "") in form.replace(" ", "").replace("　", "")
    numbers = [f.value for f in truth.fields if f.kind == "my_number" and f.value]
    assert numbers and not any(number in form for number in numbers)
    assert all(f"********{number[-4:]}" in form for number in numbers)
    pictures = {p.stem.rpartition("-")[2] for p in folder.glob(f"{SAMPLE.stem}-p1-*.png")}
    assert pictures == {"scan", "registered", "ink", "boxes"}
    text = (folder / "letter.html").read_text("utf-8")
    assert "足立" in text and "********9018" in text and NUMBER not in text
    assert re.search("見つかった行 [4-9]", text)
    assert (folder / "letter-p1-lines.png").stat().st_size > 1000


def test_a_file_that_takes_too_long_has_no_report(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["inspect", str(SAMPLE), "--timeout", "0.1", "-o", str(tmp_path)])
    assert result.exit_code == describe(ErrorCode.READ_TIMEOUT).exit_code
    assert not list(tmp_path.iterdir())


def test_a_paper_of_another_revision_is_reported(real_reader: Reader) -> None:
    entry = FormLibrary.builtin().find("seal-registration")
    made = revise(entry, Drift.LABEL_MOVED, np.random.default_rng(310_903))
    assert made is not None
    found = {}
    for name, paper in (("own", entry), ("other", made.entry)):
        scan = synthesize(paper, seed=310_900, degradations=("skew", "jpeg"))
        data = encode_scan(scan.pages, ScanFormat.PNG, dpi=scan.dpi)
        suggestion = read_document(data, reader=real_reader, today=date(2026, 11, 20))
        assert suggestion.form == entry.key
        found[name] = [f for f in suggestion.findings if f.rule == "form.drift"]
    assert found["own"] == []
    (finding,) = found["other"]
    assert finding.fields and finding.params["form"] == f"{entry.key.id}@{entry.key.revision}"


def test_looking_on_changes_nothing(real_reader: Reader) -> None:
    data, today = SAMPLE.read_bytes(), date(2026, 11, 20)
    seen: list[PageEvidence] = []
    watched = read_document(data, reader=real_reader, today=today, trace=PageTrace(seen.append))
    plain = read_document(data, reader=real_reader, today=today)
    assert watched.fields == plain.fields and watched.findings == plain.findings
    (page,) = seen
    assert page.fields == plain.fields
    assert page.registered is not None and page.ink is not None
    assert set(page.cuts) <= {field.name for field in plain.fields}
