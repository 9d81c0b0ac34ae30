"""Lines of exported examples, and drawn ones: rules off, ink kept, only fields of one line."""

import cv2
import numpy as np

from pipelines.forms.load import FormLibrary
from training.loop.dataset import Dataset, Example
from training.loop.lines import HEIGHT, cut_ink, office_lines, usable_fields

LIBRARY = FormLibrary.builtin()
FORM = LIBRARY.find("child-allowance-claim").definition


def box(*, frame=True, ink=True, tint=250):
    """Picture of a box of a page, 90 x 400, with a word of strokes in its midst."""
    picture = np.full((90, 400, 3), tint, np.uint8)
    if frame:
        cv2.rectangle(picture, (6, 6), (393, 83), (60, 60, 60), 2)
    if ink:
        for x in range(100, 260, 40):
            cv2.line(picture, (x, 25), (x + 20, 60), (90, 40, 30), 3)
            cv2.line(picture, (x + 20, 25), (x, 60), (90, 40, 30), 3)
    return picture


def test_the_frame_goes_and_the_ink_stays():
    with_frame, without = cut_ink(box()), cut_ink(box(frame=False))
    assert with_frame is not None and without is not None
    assert with_frame.shape[0] == HEIGHT
    assert with_frame.shape == without.shape
    assert np.abs(with_frame.astype(int) - without).mean() < 8
    # Ink from end to end but for the white around it.
    dark = np.flatnonzero((with_frame < 128).any(axis=0))
    assert dark[0] < HEIGHT / 3 and with_frame.shape[1] - dark[-1] < HEIGHT / 3


def test_tinted_paper_becomes_white():
    cut = cut_ink(box(tint=200))
    assert cut is not None
    assert np.percentile(cut, 75) > 245


def test_a_box_without_ink_is_no_line():
    assert cut_ink(box(ink=False)) is None
    assert cut_ink(np.full((60, 200), 240, np.uint8)) is None


def test_a_long_level_stroke_of_a_narrow_box_is_no_rule_of_its_own_height():
    picture = np.full((60, 200), 250, np.uint8)
    cv2.line(picture, (60, 15), (60, 45), 20, 3)
    cv2.line(picture, (90, 30), (130, 30), 20, 3)
    cut = cut_ink(picture)
    assert cut is not None
    assert (cut < 128).any(axis=0).sum() > cut.shape[1] / 4


def test_only_fields_that_are_one_line_of_writing_teach():
    names = {name for form, _, name in usable_fields(LIBRARY) if form == FORM.id}
    kinds = {field.name: field.kind.value for field in FORM.fields}
    assert {kinds[name] for name in names} == {"kanji_name", "kana_name", "address", "text"}
    assert not [f.name for f in FORM.fields if f.name in names and (f.parts or f.cells > 1)]


def test_lines_of_a_data_set_come_with_what_was_confirmed(tmp_path):
    (tmp_path / "lines").mkdir()
    cv2.imwrite(str(tmp_path / "lines" / "a.png"), box()[20:70, 80:280])
    cv2.imwrite(str(tmp_path / "lines" / "b.png"), box()[:, :8])
    names = sorted(name for form, _, name in usable_fields(LIBRARY) if form == FORM.id)[:2]
    kinds = {field.name: field.kind.value for field in FORM.fields}

    def example(field, kind, line, confirmed="綾瀬"):
        return Example(
            document="doc_1",
            form=FORM.id,
            revision=FORM.revision,
            field=field,
            kind=kind,
            suggested="綾頼",
            confirmed=confirmed,
            state="read",
            source="read",
            confidence=0.5,
            doubtful=True,
            corrected=True,
            received_on="2026-11-20",
            line=line,
        )

    birth = next(f.name for f in FORM.fields if f.kind.value == "date")
    told = (
        example(names[0], kinds[names[0]], "lines/a.png", "綾瀬 "),
        example(names[1], kinds[names[1]], "lines/b.png"),
        example(names[0], kinds[names[0]], None),
        example(names[0], kinds[names[0]], "lines/a.png", None),
        example(birth, "date", "lines/a.png"),
    )
    (line,) = office_lines(tmp_path, Dataset(version="0" * 64, examples=told), LIBRARY)
    assert (line.text, line.document, line.corrected) == ("綾瀬", "doc_1", True)
    assert line.pixels.shape == (HEIGHT, 192)
