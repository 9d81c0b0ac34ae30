"""Known forms as careless people and bad light deliver them, and pages that are no form of ours.

The form is the right one, or none with a reason: never another form. What is read is mostly right.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from running_service import ROOT

from pipelines.decode import DecodeLimits, decode_pages
from pipelines.forms.load import FormLibrary
from pipelines.identify import identify_page
from pipelines.orient import straighten
from pipelines.reader import Reader
from pipelines.records import (
    FieldState,
    FindingKind,
    Identification,
    Page,
    Pixels,
    QualityReason,
    RegisteredPage,
    Suggestion,
)
from pipelines.register import register_page
from pipelines.run import read_document
from pipelines.synthesis.compare import compare
from pipelines.synthesis.curved import photograph_curved
from pipelines.synthesis.formats import encode_scan
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.synthesize import FilledScan, synthesize

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900)]
_TODAY = date(2026, 11, 20)
_DATA = ROOT.parent / "shared" / "data"
_OURS = {"zairyu-kikan-koshin-1.pdf": "moj-residence-renewal"}
_ONE_PAGE = sorted(e.definition.id for e in FormLibrary.builtin().entries
                   if len(e.definition.pages) == 1)  # fmt: skip
_TWO_PAGES = "nursery-admission"
_WAYS = (
    "upside-down",
    "turned-left",
    "turned-right",
    "corner-cut",
    "corner-torn",
    "angle",
    "fax",
    "lowres",
)
# Every form and every way, not every pair of them: ways go round the forms.
_CASES = [
    (form, _WAYS[(i + shift) % len(_WAYS)]) for i, form in enumerate(_ONE_PAGE) for shift in (0, 3)
]


@pytest.mark.parametrize(("form_id", "way"), _CASES)
def test_form_is_right_or_none_with_a_reason(form_id: str, way: str, real_reader: Reader) -> None:
    degradations = {"fax": ("fax",), "lowres": ("lowres", "jpeg")}.get(way, ("clean",))
    seed = 20_000 + _ONE_PAGE.index(form_id)
    scan = _scan(form_id, seed, degradations)
    pixels = _spoil(scan.pages[0], scan.dpi, way)
    found = _read(real_reader, [pixels], 150.0 if way == "lowres" else scan.dpi)
    if found.form is None:
        assert "form.none" in {finding.rule for finding in found.findings}
        return
    assert found.form.id == form_id
    assert found.pages[0].form_page == 1
    assert compare(found.fields, scan.truth).accuracy >= 0.8


@pytest.mark.parametrize("seed", [122, 123])
def test_small_type_on_a_coarse_scan_is_read_and_not_taken_for_struck_out(
    seed: int, real_reader: Reader
) -> None:
    entry = FormLibrary.builtin().find("moj-residence-renewal")
    scan = synthesize(entry, seed=seed, hand="typed-gothic", degradations=("skew", "noise"))
    found = _read(real_reader, [*scan.pages], scan.dpi)
    births = {f.name: f for f in found.fields if f.name.endswith("_birth")}
    truth = {f.name: f.value for f in scan.truth.fields if f.name in births}
    assert len(births) > 1
    assert {name: field.value for name, field in births.items()} == truth


@pytest.mark.parametrize(("way", "rotation"), [("upside-down", 180), ("turned-left", 90)])
def test_rotation_shows_the_scan_upright(way: str, rotation: int, real_reader: Reader) -> None:
    scan = _scan("child-allowance-claim", 20_050, ("clean",))
    page = _page(_spoil(scan.pages[0], scan.dpi, way), scan.dpi)
    registered = _registered(page, real_reader)
    assert registered is not None
    assert registered.rotation == rotation


def test_two_copies_in_one_file_are_read_once(real_reader: Reader) -> None:
    scan = _scan("seal-registration", 20_051, ("clean",))
    found = _read(real_reader, [scan.pages[0], scan.pages[0]], scan.dpi)
    assert found.form is not None and found.form.id == "seal-registration"
    assert [page.form_page for page in found.pages] == [1, 1]
    names = [field.name for field in found.fields]
    assert len(names) == len(set(names))
    assert compare(found.fields, scan.truth).accuracy >= 0.8


@pytest.mark.parametrize("form_id", ["health-insurance-change", "moj-residence-renewal"])
def test_blank_form_has_blank_fields_and_says_what_is_missing(
    form_id: str, real_reader: Reader
) -> None:
    entry = FormLibrary.builtin().find(form_id)
    pixels = draw_paper(entry, 200, np.random.default_rng(20_052))
    found = _read(real_reader, pixels, 200)
    assert found.form is not None and found.form.id == form_id
    written = {f.name: f.raw_text for f in found.fields if f.state is not FieldState.BLANK}
    assert written == {}
    assert all(field.value is None for field in found.fields)
    wanted = {f.name for f in entry.definition.fields if f.required}
    said = {
        name
        for finding in found.findings
        if finding.kind is FindingKind.COMPLETENESS
        for name in finding.fields
    }
    assert wanted <= said


@pytest.mark.parametrize("share", [0.6, 0.25])
def test_what_lies_outside_of_the_scan_is_unreadable_never_blank(
    share: float, real_reader: Reader
) -> None:
    scan = _scan("resident-move", 20_050, ("clean",))
    seen = int(scan.pages[0].shape[0] * share)
    found = _read(real_reader, [scan.pages[0][:seen]], scan.dpi)
    if found.form is None:
        assert "form.none" in {finding.rule for finding in found.findings}
        return
    assert found.form.id == "resident-move"
    outside = {field.name for field in scan.truth.fields if field.box[1] >= seen}
    states = {(f.state, f.doubtful) for f in found.fields if f.name in outside}
    assert outside and states == {(FieldState.UNREADABLE, True)}
    (told,) = (finding for finding in found.findings if finding.rule == "quality.covered")
    assert outside <= set(told.fields)
    assert found.pages[0].quality.reasons == (QualityReason.COVERED,)


def test_a_pale_form_is_read_and_all_of_it_is_doubtful(real_reader: Reader) -> None:
    scan = _scan("seal-registration", 20_054, ("clean",))
    pale = (245 - (245 - np.minimum(scan.pages[0], 245).astype(float)) * 0.3).astype(np.uint8)
    found = _read(real_reader, [pale], scan.dpi)
    assert found.form is not None and found.form.id == "seal-registration"
    assert compare(found.fields, scan.truth).accuracy >= 0.9
    assert all(field.doubtful for field in found.fields)
    assert QualityReason.LOW_CONTRAST in found.pages[0].quality.reasons
    assert QualityReason.WRONG_SIDE not in found.pages[0].quality.reasons


def test_blank_reverse_page_is_kept_and_named(real_reader: Reader) -> None:
    scan = _scan("seal-registration", 20_053, ("clean",))
    rng = np.random.default_rng(20_053)
    back = rng.normal(247, 2, scan.pages[0].shape).clip(0, 255).astype(np.uint8)
    found = _read(real_reader, [scan.pages[0], back], scan.dpi)
    assert found.form is not None and found.form.id == "seal-registration"
    assert [page.form_page for page in found.pages] == [1, None]
    assert QualityReason.BLANK in found.pages[1].quality.reasons
    assert any(finding.kind is FindingKind.QUALITY for finding in found.findings)
    assert compare(found.fields, scan.truth).accuracy >= 0.8


def test_pages_in_swapped_order_are_put_right(real_reader: Reader) -> None:
    scan = _scan(_TWO_PAGES, 20_054, ("clean",))
    found = _read(real_reader, scan.pages[::-1], scan.dpi)
    assert found.form is not None and found.form.id == _TWO_PAGES
    assert [page.form_page for page in found.pages] == [2, 1]
    assert compare(found.fields, scan.truth).accuracy >= 0.8
    # Fields say on which page of the file they stand.
    truth = {field.name: field.page for field in scan.truth.fields}
    assert all(field.page == 3 - truth[field.name] for field in found.fields)


def test_foreign_page_between_is_kept_and_takes_no_part(real_reader: Reader) -> None:
    scan = _scan(_TWO_PAGES, 20_055, ("clean",))
    foreign = np.full_like(scan.pages[0], 250)
    cv2.putText(foreign, "MEMO 12:30", (200, 400), cv2.FONT_HERSHEY_SIMPLEX, 3, (20, 20, 90), 6)
    found = _read(real_reader, [scan.pages[0], foreign, scan.pages[1]], scan.dpi)
    assert found.form is not None and found.form.id == _TWO_PAGES
    assert [page.form_page for page in found.pages] == [1, None, 2]
    assert {field.page for field in found.fields} <= {1, 3}
    assert any(line.page == 2 and "MEM" in line.text for line in found.lines)
    assert compare(found.fields, scan.truth).accuracy >= 0.8


def test_second_page_alone_misses_the_first(real_reader: Reader) -> None:
    scan = _scan(_TWO_PAGES, 20_055, ("clean",))
    found = _read(real_reader, scan.pages[1:], scan.dpi)
    assert found.form is not None and found.form.id == _TWO_PAGES
    assert [page.form_page for page in found.pages] == [2]
    assert any(finding.kind is FindingKind.COMPLETENESS for finding in found.findings)


@pytest.mark.skipif(not _DATA.is_dir(), reason="the folder of real images is not there")
def test_real_images_are_taken_for_no_form_but_their_own(real_reader: Reader) -> None:
    taken = {}
    for path in _real_images():
        for page in decode_pages(path.read_bytes(), limits=DecodeLimits()):
            registered = _registered(straighten(page), real_reader)
            if registered is not None:
                taken[path.name] = registered.form.id
    assert taken == _OURS


@cache
def _scan(form_id: str, seed: int, degradations: tuple[str, ...]) -> FilledScan:
    entry = FormLibrary.builtin().find(form_id)
    return synthesize(entry, seed=seed, degradations=degradations, dpi=200)


def _spoil(pixels: Pixels, dpi: float, way: str) -> Pixels:
    if way == "upside-down":
        return np.ascontiguousarray(np.rot90(pixels, 2))
    if way == "turned-left":
        return np.ascontiguousarray(np.rot90(pixels, 1))
    if way == "turned-right":
        return np.ascontiguousarray(np.rot90(pixels, -1))
    if way == "corner-cut":
        return _corner_cut(pixels, dpi)
    if way == "corner-torn":
        return _corner_torn(pixels, dpi)
    if way == "angle":
        return _photographed(pixels)
    return pixels


def _corner_cut(pixels: Pixels, dpi: float) -> Pixels:
    """20 mm of the top and of the left side lie outside of the scan."""
    cut = round(20 / 25.4 * dpi)
    return np.ascontiguousarray(pixels[cut:, cut:])


def _corner_torn(pixels: Pixels, dpi: float) -> Pixels:
    """20 mm of the top right corner are torn off; the scanner's lid is dark."""
    torn, reach, width = pixels.copy(), round(20 / 25.4 * dpi), pixels.shape[1]
    corner = np.array([[width - reach, 0], [width, 0], [width, reach]], np.int32)
    cv2.fillPoly(torn, [corner], (30, 30, 32))
    return torn


def _photographed(pixels: Pixels) -> Pixels:
    """On a dark desk, from below and the right, about 25 degrees off."""
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners * [0.9, 0.9] + [0.06 * width, 0.05 * height]
    seen += np.array([[0.09, 0.05], [-0.07, 0.02], [0.02, 0.0], [-0.03, -0.02]]) * [width, height]
    matrix = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    desk = (74, 66, 60)
    photo = cv2.warpPerspective(
        pixels, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=desk
    )
    light = np.linspace(1.0, 0.8, width, dtype=np.float32)[None, :, None]
    return (photo * light).astype(np.uint8)


def _read(reader: Reader, pages: Sequence[Pixels], dpi: float) -> Suggestion:
    data = encode_scan(pages, "jpg" if len(pages) == 1 else "tiff", dpi=dpi)
    return read_document(data, reader=reader, today=_TODAY)


def _page(pixels: Pixels, dpi: float) -> Page:
    height, width = pixels.shape[:2]
    return Page(
        number=1, pixels=pixels, dpi=dpi, to_scan=np.eye(3), scan_width=width, scan_height=height
    )


def _registered(page: Page, reader: Reader) -> RegisteredPage | None:
    identification: Identification | None = identify_page(page, reader.index)
    if identification is None:
        return None
    template = reader.templates[identification.form, identification.form_page]
    return register_page(page, template, identification)


def _real_images() -> list[Path]:
    kinds = {".jpg", ".png", ".pdf"}
    found = [path for path in _DATA.rglob("*") if path.suffix in kinds]
    # Single characters of 48 x 48 pixels are no pages.
    return sorted(path for path in found if path.parent.name != "kana_hiragana73")


def test_a_form_that_curves_before_a_camera_is_read(real_reader: Reader) -> None:
    scan = _scan("employment-certificate", 20_100, ("clean",))
    rng = np.random.default_rng(4)
    seen, _ = photograph_curved(scan.pages[0], scan.dpi, rng, kind="hill", sagitta=9.0)
    found = _read(real_reader, [seen], scan.dpi)
    assert found.form is not None and found.form.id == "employment-certificate"
    assert compare(found.fields, scan.truth).accuracy >= 0.8


def test_a_form_that_cannot_be_placed_says_so(
    real_reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.run.register_page", lambda *_: None)
    scan = _scan("resident-move", 20_101, ("clean",))
    found = _read(real_reader, [scan.pages[0]], scan.dpi)
    assert found.form is None
    assert QualityReason.NOT_PLACED in found.pages[0].quality.reasons
    assert "quality.not_placed" in {finding.rule for finding in found.findings}


def test_a_page_that_is_like_a_form_but_none_says_like_which(real_reader: Reader) -> None:
    entry = FormLibrary.builtin().find("late-elderly-care-refund")
    pixels = draw_paper(entry, 200, np.random.default_rng(20_054))
    # As of a revision in which many rows have moved: every second strip by 6 mm.
    for strip in np.array_split(pixels[0], 8)[1::2]:
        strip[:] = np.roll(strip, round(6 * 200 / 25.4), axis=0)
    found = _read(real_reader, pixels, 200)
    assert found.form is None
    told = {finding.rule: finding for finding in found.findings}
    assert told["form.near"].params["form"] == entry.definition.title
