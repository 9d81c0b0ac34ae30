"""What the benchmark reads: made the same from the same seed, spread over kinds and damage."""

import gzip
import struct
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pipelines.forms.load_checks import check_form
from training.benchmark.held_out import load_held_out
from training.benchmark.items import ItemSet, Measure
from training.benchmark.set_digits import comb_form, comb_rows, digit_sets, load_digits
from training.benchmark.set_fields import cut, print_set
from training.benchmark.set_real import real_sets
from training.benchmark.texts import FIELD_TEXTS


def test_nothing_held_out_overlaps_the_seeds_of_tuning() -> None:
    held_out = load_held_out()
    assert held_out.first_seed == 700_000


def test_a_list_of_fonts_is_read_and_checked(tmp_path: Path) -> None:
    font = "fonts:\n- {name: a, file: fonts/a.ttf, hand: %s, licence: OFL-1.1}\nhands: [seto]\n"
    path = tmp_path / "held_out.yaml"
    path.write_text("first_seed: 5\n" + font % "print", "utf-8")
    held_out = load_held_out(path)
    assert (held_out.first_seed, held_out.hands) == (5, {"seto"})
    assert held_out.fonts[0].file.parts[-2:] == ("fonts", "a.ttf")
    path.write_text("first_seed: 5\n" + font % "crayon", "utf-8")
    with pytest.raises(ValueError, match="crayon"):
        load_held_out(path)


def test_printed_lines_are_the_same_again_and_spread_over_degradations() -> None:
    first, again = (print_set(2, load_held_out()) for _ in range(2))
    assert first.count == 4
    assert first.measure is Measure.CER
    for one, other in zip(first.lines, again.lines, strict=True):
        assert one.truth == other.truth
        assert np.array_equal(one.pixels, other.pixels)
    degradations = Counter(item.tags["degradation"] for item in first.lines)
    assert degradations == {"clean": 2, "jpeg": 2}
    assert all(item.pixels.shape[1] > item.pixels.shape[0] for item in first.lines)


@pytest.mark.parametrize("kind", FIELD_TEXTS)
def test_texts_fit_what_their_field_may_hold(kind: str) -> None:
    rng = np.random.default_rng(3)
    texts = [FIELD_TEXTS[kind].draw(rng) for _ in range(40)]
    allowed = FIELD_TEXTS[kind].repertoire
    assert len(set(texts)) > 10
    assert all(texts)
    if allowed is not None:
        strange = {c for text in texts for c in text.replace("\u3000", " ")} - allowed
        assert strange <= {" "}


def test_rows_of_digits_are_three_to_eleven_and_use_every_digit_once() -> None:
    labels = np.arange(200, dtype=np.uint8)
    rows = comb_rows(labels, 20, np.random.default_rng(1))
    assert [len(row) for row in rows[:9]] == list(range(3, 12))
    used = [i for row in rows for i in row]
    assert max(Counter(used).values()) == 1
    more = comb_rows(labels[:20], 9, np.random.default_rng(1))
    assert sum(map(len, more)) == 63


def test_the_form_of_combs_is_sound_and_its_rows_have_room_for_the_digits() -> None:
    form = comb_form().definition
    assert not list(check_form(form, Path()))
    rows = comb_rows(np.arange(250, dtype=np.uint8), 40, np.random.default_rng(1))
    assert [field.cells for field in form.fields] == [len(row) for row in rows]
    right = max(field.box.x + field.box.width for field in form.fields)
    assert right < 200


def test_idx_files_are_read(tmp_path: Path) -> None:
    pixels = np.random.default_rng(2).integers(0, 255, (3, 28, 28), dtype=np.uint8)
    images, labels = tmp_path / "images.gz", tmp_path / "labels.gz"
    images.write_bytes(gzip.compress(struct.pack(">4i", 2051, 3, 28, 28) + pixels.tobytes()))
    labels.write_bytes(gzip.compress(struct.pack(">2i", 2049, 3) + bytes([7, 0, 9])))
    read, named = load_digits(images, labels)
    assert np.array_equal(read, pixels)
    assert named.tolist() == [7, 0, 9]


def test_sets_without_their_files_say_so(tmp_path: Path) -> None:
    sets: list[ItemSet] = [*real_sets(None, 5), *real_sets(tmp_path, 5), *digit_sets(None, 5, 1)]
    assert all(items.missing and items.count == 0 for items in sets)
    assert "test1.png" in next(real_sets(tmp_path, 5)).missing


def test_notes_are_cut_by_their_boxes(tmp_path: Path) -> None:
    import cv2

    head = "line,x0,y0,x1,y1,orientation,use,text,note\n"
    for folder, file in (
        ("hw_yomitoku_client", "handritten_reciepe.jpg"),
        ("hw_findtextcenternet", "test1.png"),
        ("hw_ndlocr_lite", "tategaki.png"),
    ):
        (tmp_path / folder).mkdir()
        page = np.full((120, 90, 3), 255, np.uint8)
        page[10:20, 5:45] = 0
        cv2.imwrite(str(tmp_path / folder / file), page)
        rows = "1,5,10,45,20,h,1,一行,\n2,60,0,75,120,v,1,縦書き,\n3,0,0,9,9,h,0,読めない,\n"
        (tmp_path / folder / file).with_suffix(".lines.csv").write_text(head + rows, "utf-8")
    notes, pages, *_ = real_sets(tmp_path, 5)
    assert [(i.truth, i.vertical, i.pixels.shape) for i in notes.lines[:2]] == [
        ("一行", False, (10, 40, 3)),
        ("縦書き", True, (120, 15, 3)),
    ]
    assert notes.count == 6
    assert notes.lines[0].pixels.max() < 60
    assert [line.text for line in pages.pages[0].lines] == ["一行", "縦書き"]


def test_a_cut_beyond_the_page_stays_on_it() -> None:
    page = np.zeros((10, 20, 3), np.uint8)
    assert cut(page, (-5, -5, 100, 100)).shape == (10, 20, 3)
    assert cut(page, (30, 30, 40, 40)).shape == (1, 1, 3)
