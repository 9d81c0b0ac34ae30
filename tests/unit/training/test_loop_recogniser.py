"""Fitting the recogniser to an office's lines: needs torch (`make test-train`)."""

import numpy as np
import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from models.head import load_head  # noqa: E402
from models.manifest import load_manifest, read_part  # noqa: E402
from models.recogniser import MODEL, Recogniser  # noqa: E402
from ocr_service.loop.gate import own_measure  # noqa: E402
from ocr_service.loop.measures import Measure  # noqa: E402
from ocr_service.loop.packing import read_candidate  # noqa: E402
from pipelines.forms.load import FormLibrary  # noqa: E402
from training import measure_loop_recogniser as measure  # noqa: E402
from training.loop import adapt, recogniser, rehearsal  # noqa: E402
from training.loop.candidate import write_candidate  # noqa: E402
from training.loop.dataset import Dataset  # noqa: E402
from training.loop.lines import OfficeLine  # noqa: E402

START = "2.1.0"


@pytest.fixture(scope="module")
def model():
    torch.set_num_threads(1)
    return recogniser.open_model(START)


def test_a_line_is_encoded_as_the_reader_pads_it(model):
    lines = rehearsal.rehearsal_lines(8, seed=rehearsal.SEED)
    encoded = adapt.encode(model, lines)
    read = Recogniser.load(version=START).read(
        [e.line.pixels for e in encoded], [None] * len(encoded)
    )
    wrong = adapt.errors_of(model, encoded)
    assert len(encoded) == len(lines)
    for each, reading, count in zip(encoded, read, wrong, strict=True):
        assert (reading.text.replace(" ", "") == each.text.replace(" ", "")) == (count == 0)


def test_kana_may_have_been_written_in_either_script(model):
    lines = [
        line
        for line in rehearsal.rehearsal_lines(30, seed=rehearsal.SEED)
        if line.kind == "kana_name"
    ]
    hiragana = chr(ord(lines[0].text[0]) - 0x60)
    assert hiragana not in {e.text[0] for e in adapt.encode(model, lines)}


def test_a_crop_that_shows_something_else_teaches_nothing(model):
    (line,) = rehearsal.rehearsal_lines(1, seed=rehearsal.SEED)
    other = OfficeLine(
        pixels=line.pixels, text="薬袋理穂子", kind=line.kind, document="doc_1", corrected=True
    )
    assert adapt.encode(model, [other]) == []
    assert len(adapt.encode(model, [other], most_unlike=9)) == 1


def test_habits_of_an_office_are_learned_and_the_rest_is_kept(tmp_path):
    library = FormLibrary.builtin()
    lines = measure.office_writing(library, measure.OFFICE_SEED, 260)
    made, fitted = recogniser.make_candidate(
        lines, START, epochs=4, rehearsed=80, checked=60, command="test"
    )
    assert made.metrics["all.after"] < made.metrics["all.before"]
    assert made.metrics["rehearsal.after"] <= made.metrics["rehearsal.before"] + 2
    assert 0 < made.metrics["share"] <= 1
    dataset = Dataset(version="0" * 64, examples=())
    folder = write_candidate(made, dataset, "2.1.1", tmp_path)
    manifest, _ = read_candidate(folder)
    assert own_measure(manifest.name, manifest.task) is Measure.VALUES
    head = load_head(manifest)
    assert np.allclose(head.bias, fitted.net.head.bias.detach().numpy())
    shipped = load_manifest(MODEL, START)
    assert read_part(shipped, "head.npz") != read_part(manifest, "head.npz")
    assert "Apache" in manifest.licence
    card = (folder / "README.md").read_text("utf-8")
    assert not [line.text for line in lines if line.text in card]


def test_no_document_is_in_two_parts_and_each_part_has_its_share():
    lines = [
        OfficeLine(
            pixels=np.zeros((48, 48), np.uint8),
            text="x",
            kind="text",
            document=f"doc_{number // 5}",
            corrected=False,
        )
        for number in range(200)
    ]
    parts = recogniser.split_lines(lines)
    documents = [{x.document for x in part} for part in (parts.fit, parts.stop, parts.measure)]
    assert [len(each) for each in documents] == [26, 8, 6]
    assert len(set.union(*documents)) == 40
    assert recogniser.split_lines(lines[::-1]).stop[::-1] == parts.stop


def test_figures_tell_the_change_by_kind_with_its_interval():
    def encoded(number, kind):
        line = OfficeLine(
            pixels=np.zeros((48, 48), np.uint8),
            text="綾瀬北栄",
            kind=kind,
            document=f"doc_{number // 2}",
            corrected=True,
        )
        nothing = np.zeros(0, np.int64)
        return adapt.Encoded(torch.zeros(0), nothing, 6, line, line.text, nothing)

    lines = [encoded(n, "text" if n % 2 else "kanji_name") for n in range(40)]
    before = np.array([1, 2] * 20)
    found = recogniser.figures(lines, before, before - np.array([0, 1] * 20))
    assert (found["text.before"], found["text.after"]) == (50.0, 25.0)
    assert found["kanji_name.low"] == found["kanji_name.high"] == 0
    assert found["all.low"] == found["all.high"] == -12.5
    assert found["all.lines"] == 40


def test_few_lines_and_lines_that_are_read_already_make_no_candidate():
    few = rehearsal.rehearsal_lines(8, seed=rehearsal.SEED)
    with pytest.raises(ValueError, match="usable lines"):
        recogniser.make_candidate(few, START, command="test")
