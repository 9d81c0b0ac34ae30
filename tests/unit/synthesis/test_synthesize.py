import io

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.records import FieldState
from pipelines.synthesis.degrade import Degradation
from pipelines.synthesis.formats import encode_scan
from pipelines.synthesis.hand import Hand
from pipelines.synthesis.samples import SAMPLES, make_sample
from pipelines.synthesis.synthesize import FilledScan, synthesize
from pipelines.synthesis.truth import dump_truth


def _scan(entry: FormEntry, seed: int = 1, **options: object) -> FilledScan:
    return synthesize(entry, seed=seed, dpi=200, **options)  # type: ignore[arg-type]


def test_the_same_arguments_give_the_same_bytes(small_entry: FormEntry) -> None:
    first, second = (
        _scan(small_entry, degradations=("skew", "noise"), faults=("missing",)) for _ in range(2)
    )
    assert [p.tobytes() for p in first.pages] == [p.tobytes() for p in second.pages]
    assert dump_truth(first.truth) == dump_truth(second.truth)


def test_another_seed_differs(small_entry: FormEntry) -> None:
    assert dump_truth(_scan(small_entry, 1).truth) != dump_truth(_scan(small_entry, 2).truth)


def test_ink_lies_in_the_boxes_of_written_fields_only(small_entry: FormEntry) -> None:
    scan = _scan(small_entry, 3, hand="strokes")
    for field in scan.truth.fields:
        x0, y0, x1, y1 = (round(v) for v in field.box)
        box = scan.pages[0][y0 + 4 : y1 - 4, x0 + 4 : x1 - 4]
        dark = int((box.min(axis=2) < 160).sum())
        if field.state is FieldState.BLANK:
            assert dark < 60, field.name
        elif field.kind != "seal":
            assert dark > 60, field.name


def test_truth_names_every_item_of_the_form(small_entry: FormEntry) -> None:
    form = small_entry.definition
    names = [f.name for f in form.fields] + [m.name for m in form.marks]
    names += [s.name for s in form.seals]
    assert [field.name for field in _scan(small_entry).truth.fields] == names


def test_faults_change_only_their_field(small_entry: FormEntry) -> None:
    plain = _scan(small_entry, 4).pages[0]
    faulty = _scan(small_entry, 4, faults=("missing:applicant_name",))
    field = next(f for f in faulty.truth.fields if f.name == "applicant_name")
    assert field.state is FieldState.BLANK
    rows, columns = np.nonzero((plain != faulty.pages[0]).any(axis=2))
    x0, y0, x1, y1 = field.box
    assert x0 - 30 < columns.min() <= columns.max() < x1 + 30
    assert y0 - 30 < rows.min() <= rows.max() < y1 + 30


def test_states_are_told_apart(small_entry: FormEntry) -> None:
    scan = _scan(small_entry, 4, faults=("withdrawn:remarks", "implausible:birth_date"))
    states = {field.name: field.state for field in scan.truth.fields}
    assert states["remarks"] is FieldState.STRUCK
    assert states["birth_date"] is FieldState.UNREADABLE
    assert states["applicant_name"] is FieldState.READ


def test_unknown_names_are_refused(small_entry: FormEntry) -> None:
    with pytest.raises(ValueError, match="quill"):
        _scan(small_entry, hand="quill")
    with pytest.raises(ValueError, match="flood"):
        _scan(small_entry, degradations=("flood",))


def _two_pages() -> list[np.ndarray]:
    pages = [np.full((220, 160, 3), 240, dtype=np.uint8) for _ in range(2)]
    pages[1][50:60, 20:90] = 0
    return pages


@pytest.mark.parametrize("name", ["jpg", "png"])
def test_single_page_formats(name: str) -> None:
    data = encode_scan(_two_pages()[:1], name, dpi=200)
    image = Image.open(io.BytesIO(data))
    assert image.size == (160, 220)
    assert round(image.info["dpi"][0]) == 200
    with pytest.raises(ValueError, match="one page"):
        encode_scan(_two_pages(), name, dpi=200)


def test_tiff_holds_all_pages_and_their_resolution() -> None:
    image = Image.open(io.BytesIO(encode_scan(_two_pages(), "tiff", dpi=200)))
    assert image.n_frames == 2  # type: ignore[attr-defined]
    assert round(image.info["dpi"][0]) == 200


def test_black_and_white_tiff_uses_fax_compression() -> None:
    pages = [np.where(page > 128, 255, 0).astype(np.uint8) for page in _two_pages()]
    image = Image.open(io.BytesIO(encode_scan(pages, "tiff", dpi=200)))
    assert (image.mode, image.info["compression"]) == ("1", "group4")


def test_pdf_has_the_size_of_the_paper_and_is_deterministic() -> None:
    data = encode_scan(_two_pages(), "pdf", dpi=200)
    assert data == encode_scan(_two_pages(), "pdf", dpi=200)
    document = pypdfium2.PdfDocument(data)
    assert len(document) == 2
    width, _ = document[0].get_size()
    assert width == pytest.approx(160 * 72 / 200, abs=0.1)
    document.close()


def test_samples_cover_every_form_format_and_kind_of_writing() -> None:
    assert len(SAMPLES) >= 12
    forms = {entry.definition.id for entry in FormLibrary.builtin().entries}
    assert {sample.form for sample in SAMPLES} == forms
    assert {str(sample.format) for sample in SAMPLES} == {"jpg", "png", "tiff", "pdf"}
    hands = {Hand(sample.hand) for sample in SAMPLES}
    assert Hand.STROKES in hands
    assert hands & {Hand.TYPED_MINCHO, Hand.TYPED_GOTHIC}
    assert hands & {Hand.KILOJI, Hand.YUSEI, Hand.SETO}
    used = {Degradation(name) for sample in SAMPLES for name in sample.degradations}
    assert {
        Degradation.CLEAN,
        Degradation.SKEW,
        Degradation.PERSPECTIVE,
        Degradation.FAX,
        Degradation.ROTATED,
        Degradation.JPEG,
    } <= used
    assert any(sample.faults for sample in SAMPLES)
    assert len({sample.stem for sample in SAMPLES}) == len(SAMPLES)


def test_a_sample_is_made_as_its_row_says() -> None:
    sample = SAMPLES[2]
    entry = next(e for e in FormLibrary.builtin().entries if e.definition.id == sample.form)
    data, scan = make_sample(sample, entry)
    assert data
    assert scan.truth.hand == sample.hand
    assert scan.truth.degradations == sample.degradations
