"""Every built-in form, badly scanned, comes out in its place; what is no form is refused."""

import cv2
import numpy as np
import pytest

from models.marks import MarkReader
from pipelines.forms.load import FormLibrary
from pipelines.forms.template import Template, box_pixels, build_templates
from pipelines.geometry import box_in_scan
from pipelines.identify import TemplateIndex, build_index, identify_page
from pipelines.ink import subtract_blank
from pipelines.mark_fields import mark_fields
from pipelines.marks import read_marks
from pipelines.quality import assess_quality
from pipelines.records import Page, Pixels
from pipelines.register import register_page
from pipelines.synthesis.synthesize import synthesize

pytestmark = pytest.mark.acceptance
CONDITIONS = {
    "sideways": ("skew", "rotated", "jpeg"),
    "photograph": ("perspective", "shadow", "noise"),
    "fax": ("fax", "skew"),
    "low": ("lowres", "bleed", "jpeg"),
}
FORMS = tuple(entry.key.id for entry in FormLibrary.builtin().entries)


@pytest.fixture(scope="module")
def known() -> tuple[TemplateIndex, dict[tuple[str, int], Template]]:
    cv2.setNumThreads(1)
    templates = [t for e in FormLibrary.builtin().entries for t in build_templates(e)]
    return build_index(templates), {(t.key.id, t.form_page): t for t in templates}


def page_of(number: int, pixels: Pixels) -> Page:
    height, width = pixels.shape[:2]
    return Page(
        number=number,
        pixels=pixels,
        dpi=max(height, width) * 25.4 / 297,
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
    )


@pytest.mark.parametrize("form_id", FORMS)
def test_a_badly_scanned_form_is_found_placed_and_its_marks_are_read(known, form_id: str) -> None:
    index, templates = known
    entry = next(e for e in FormLibrary.builtin().entries if e.key.id == form_id)
    name = list(CONDITIONS)[FORMS.index(form_id) % len(CONDITIONS)]
    scan = synthesize(entry, seed=4100 + FORMS.index(form_id), degradations=CONDITIONS[name])
    truth = {field.name: field for field in scan.truth.fields}
    for number, pixels in enumerate(scan.pages, start=1):
        page = page_of(number, pixels)
        assert assess_quality(page).ok
        found = identify_page(page, index)
        assert found is not None and (found.form.id, found.form_page) == (form_id, number)
        template = templates[form_id, number]
        registered = register_page(page, template, found)
        assert registered is not None and registered.residual_mm < 0.2
        per_mm = max(pixels.shape) / 297
        for field in entry.definition.fields:
            if field.page == number:
                box = box_in_scan(registered, box_pixels(field.box))
                ours = np.array([box.x0, box.y0, box.x1, box.y1])
                assert np.abs(ours - truth[field.name].box).max() < 0.4 * per_mm
        ink = subtract_blank(registered, template)
        marks = read_marks(registered, template, entry.definition, ink, MarkReader.load())
        for field in mark_fields(entry.definition, marks):
            right = (field.value or "") == (truth[field.name].value or "")
            assert right or field.doubtful, field.name


def test_a_form_the_library_lacks_is_not_taken_for_another(known) -> None:
    _, templates = known
    for left_out in (("resident-move", 1), ("nursery-admission", 2)):
        rest = [t for key, t in templates.items() if key != left_out]
        pixels = np.repeat(templates[left_out].grey[..., None], 3, axis=2)
        assert identify_page(page_of(1, pixels), build_index(rest)) is None


def test_a_cropped_form_is_read_where_it_shows(known) -> None:
    index, templates = known
    template = templates["resident-move", 1]
    pixels = np.repeat(template.grey[..., None], 3, axis=2)[200:, 150:]
    page = Page(
        number=1,
        pixels=np.ascontiguousarray(pixels),
        dpi=200.0,
        to_scan=np.eye(3),
        scan_width=pixels.shape[1],
        scan_height=pixels.shape[0],
    )
    found = identify_page(page, index)
    assert found is not None and found.form.id == "resident-move"
    registered = register_page(page, template, found)
    assert registered is not None
    assert registered.to_scan[:2, 2] == pytest.approx([-150, -200], abs=1.5)
