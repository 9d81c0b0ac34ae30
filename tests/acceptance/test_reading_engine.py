"""The real models: what they read, what they refuse, and that pages find their way up."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.charset import japanese_characters
from models.engines import Engines, load_engines
from models.manifest import load_manifest, read_weights
from models.marks import MarkReader
from models.recogniser import Recogniser
from models.session import Backend, open_session
from pipelines.fields import read_fields
from pipelines.forms.load import FormLibrary
from pipelines.forms.template import build_templates
from pipelines.identify import build_index, identify_page
from pipelines.ink import subtract_blank
from pipelines.keyvalue_chars import region_area
from pipelines.keyvalue_hands import line_crop
from pipelines.lines import read_lines
from pipelines.marks import read_marks
from pipelines.records import Field, FieldState, Page, Pixels
from pipelines.reference.words import surnames
from pipelines.register import register_page
from pipelines.synthesis.compare import compare
from pipelines.synthesis.synthesize import synthesize
from pipelines.upright import LONG_SIDE, turn_page, turn_upright

pytestmark = pytest.mark.acceptance

FONTS = Path(__file__).parents[2] / "pipelines" / "fonts"
DIGITS = frozenset("0123456789")
LINES = (
    "東京都足立区中央本町一丁目17番1号",
    "平成2年5月3日",
    "03-3880-5111",
    "鈴木一郎",
    "スズキイチロウ",
    "1,234,000円",
)


@pytest.fixture(scope="module")
def engines() -> Engines:
    return load_engines()


def _line(text: str, font: str = "ipaexm", size: int = 40) -> Pixels:
    face = ImageFont.truetype(str(FONTS / f"{font}.ttf"), size)
    width = round(face.getlength(text)) + 16
    image = Image.new("L", (width, size + 16), 255)
    ImageDraw.Draw(image).text((8, 4), text, font=face, fill=0)
    return np.asarray(image)


def _page(pixels: Pixels, dpi: float = 200) -> Page:
    height, width = pixels.shape[:2]
    return Page(
        number=1, pixels=pixels, dpi=dpi, to_scan=np.eye(3), scan_width=width, scan_height=height
    )


@pytest.mark.parametrize("font", ["ipaexm", "ipaexg", "kiloji", "setofont"])
def test_lines_are_read_exactly(engines: Engines, font: str) -> None:
    found = engines.recogniser.read([_line(t, font) for t in LINES], [None] * len(LINES))
    assert [r.text.replace(" ", "") for r in found] == list(LINES)
    assert min(r.confidence for r in found) > 0.8


def test_bad_crops_are_answered_with_low_confidence(engines: Engines) -> None:
    noise = np.random.default_rng(5)
    crops = [
        np.zeros((0, 0), np.uint8),
        np.zeros((0, 40, 3), np.uint8),
        np.zeros((1, 1), np.uint8),
        np.full((1, 1, 3), 255, np.uint8),
        np.full((50, 20_000), 255, np.uint8),
        noise.integers(0, 255, (60, 200, 3), dtype=np.uint8),
        noise.integers(0, 255, (40, 20_000), dtype=np.uint8),
        noise.integers(0, 255, (3_000, 4), dtype=np.uint8),
        np.zeros((64, 256), np.uint8),
    ]
    for repertoire in (None, DIGITS, frozenset[str]()):
        for reading in engines.recogniser.read(crops, [repertoire] * len(crops)):
            assert reading.confidence < 0.5
            assert len(reading.text) < 400


def test_a_repertoire_is_never_left(engines: Engines) -> None:
    crops = [_line(t) for t in ("あいうえお", "O1l2ZS5B8", "鈴木一郎")]
    for reading in engines.recogniser.read(crops, [DIGITS] * 3):
        assert set(reading.text) <= DIGITS
    free = engines.recogniser.read([_line("国経東検図団気")], [None])[0]
    assert set(free.text) <= japanese_characters()


def test_what_is_foreign_to_the_repertoire_is_told_by_its_share(engines: Engines) -> None:
    digits, kana = engines.recogniser.read([_line("20250503"), _line("すすきのの")], [DIGITS] * 2)
    assert digits.share > 0.95
    assert kana.share < 0.5


def test_places_in_a_comb_are_each_given_a_character(engines: Engines) -> None:
    crop = _line("1 1 1 1")
    spans = tuple((i / 4, (i + 1) / 4) for i in range(4))
    reading = engines.recogniser.read([crop], [DIGITS], [spans])[0]
    assert reading.text == "1111"


def test_the_cut_graph_reads_like_the_whole_one() -> None:
    whole, metadata = open_session(
        read_weights(load_manifest("ppocrv6_small_rec", "1.0.0")), model="ppocrv6_small_rec"
    )
    cut = Recogniser.load(version="1.0.0")
    characters = ["", *metadata["character"].split("\n")]
    crop = _line("東京都足立区")
    height, width = crop.shape
    scaled = np.asarray(Image.fromarray(crop).resize((round(width * 48 / height), 48)), np.float32)
    batch = np.repeat((scaled / 127.5 - 1)[None, None], 3, axis=1)
    best = whole(batch)[0].argmax(1)
    kept = best[np.concatenate([[True], best[1:] != best[:-1]]) & (best != 0)]
    text = "".join(characters[i] for i in kept)
    assert text == cut.read([crop], [None])[0].text


def test_openvino_reads_the_same(engines: Engines) -> None:
    pytest.importorskip("openvino")
    other = Recogniser.load(backend=Backend.OPENVINO)
    crops = [_line(t, "kiloji") for t in LINES]
    here = engines.recogniser.read(crops, [None] * len(crops))
    there = other.read(crops, [None] * len(crops))
    assert [r.text for r in here] == [r.text for r in there]
    assert [r.confidence for r in here] == pytest.approx([r.confidence for r in there], abs=1e-2)


def _fields(seed: int, hand: str, form_id: str, **how: object) -> tuple[list[Field], object]:
    entry = FormLibrary.builtin().find(form_id)
    scan = synthesize(entry, seed=seed, hand=hand, **how)  # type: ignore[arg-type]
    templates = build_templates(entry)
    index = build_index(templates)
    fields: list[Field] = []
    recogniser = Recogniser.load()
    for pixels in scan.pages:
        found = identify_page(_page(pixels, scan.dpi), index)
        assert found is not None
        template = next(t for t in templates if t.form_page == found.form_page)
        page = register_page(_page(pixels, scan.dpi), template, found)
        assert page is not None
        ink = subtract_blank(page, template)
        marks = read_marks(page, template, entry.definition, ink, MarkReader.load())
        fields += read_fields(page, template, entry.definition, marks, ink, recogniser)
    return fields, scan.truth


@pytest.mark.parametrize("hand", ["strokes", "kiloji", "typed-gothic"])
def test_a_filled_form_is_read(hand: str) -> None:
    fields, truth = _fields(6001, hand, "health-insurance-change")
    outcomes = [o for o in compare(fields, truth).outcomes if o.kind not in ("mark", "seal")]  # type: ignore[arg-type]
    written = [o for o in outcomes if not o.blank]
    assert sum(o.exact for o in written) >= 0.85 * len(written)
    assert all(o.state_got is FieldState.BLANK for o in outcomes if o.blank)


def test_names_outside_the_lists_are_read_as_they_are_written(engines: Engines) -> None:
    names = ("薬袋", "一尺八寸", "東海林", "小鳥遊", "月見里")
    rare = [name for name in names if name not in surnames()]
    assert len(rare) >= 3
    found = engines.recogniser.read([_line(name) for name in rare], [None] * len(rare))
    assert [r.text for r in found] == rare


def _letter() -> Pixels:
    image = Image.new("RGB", (1240, 900), "white")
    face = ImageFont.truetype(str(FONTS / "ipaexm.ttf"), 34)
    rows = (
        "足立区長あて",
        "保育施設の入所を申し込みます。",
        "申込者の住所と氏名は次のとおりです。",
        "電話番号は日中に連絡がとれるものを書いてください。",
    )
    for i, row in enumerate(rows):
        ImageDraw.Draw(image).text((90, 90 + 120 * i), row, font=face, fill="black")
    return np.asarray(image)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_page_is_turned_upright_and_read_in_order(engines: Engines, quarters: int) -> None:
    lying = turn_page(_page(_letter()), quarters)
    scan = _page(lying.pixels)
    upright, regions = turn_upright(scan, engines.detector, engines.recogniser)
    assert (upright.rotation + 90 * quarters) % 360 == 0
    lines = read_lines(upright, regions, engines.recogniser)
    assert [line.text for line in lines] == [
        "足立区長あて",
        "保育施設の入所を申し込みます。",
        "申込者の住所と氏名は次のとおりです。",
        "電話番号は日中に連絡がとれるものを書いてください。",
    ]
    for line in lines:
        assert line.box.x1 <= scan.scan_width
        assert line.box.y1 <= scan.scan_height


def test_a_page_without_text_stays_as_it_is(engines: Engines) -> None:
    blank = _page(np.full((800, 600, 3), 255, np.uint8))
    upright, regions = turn_upright(blank, engines.detector, engines.recogniser)
    assert upright is blank
    assert regions == []
    assert read_lines(blank, regions, engines.recogniser) == ()
    tiny = _page(np.zeros((2, 2, 3), np.uint8))
    assert turn_upright(tiny, engines.detector, engines.recogniser) == (tiny, [])


def test_writing_is_told_from_print_by_its_strokes(engines: Engines) -> None:
    entry = FormLibrary.builtin().find("child-allowance-claim")
    scan = synthesize(entry, seed=9101, hand="strokes", degradations=("skew",), dpi=200)
    values = [f for f in scan.truth.fields if f.state is FieldState.READ and f.kind != "mark"]
    odds: dict[bool, list[float]] = {True: [], False: []}
    assert engines.hands is not None
    grey = np.asarray(Image.fromarray(scan.pages[0]).convert("L"))
    for region in engines.detector.find(scan.pages[0], long_side=LONG_SIDE):
        area = region_area(region, 1.0)
        crop = line_crop(grey, area, 1.0)
        x, y = (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2
        written = any(
            f.box[0] < x < f.box[2] and f.box[1] < y < f.box[3] for f in values if f.page == 1
        )
        if crop is not None and area.width > 2 * area.height:
            odds[written].append(float(engines.hands.odds([crop])[0].mean()))
    assert len(odds[True]) >= 8 and len(odds[False]) >= 20
    # How often a line of writing looks more like a hand than one of print does.
    pairs = [hand > print_ for hand in odds[True] for print_ in odds[False]]
    assert sum(pairs) / len(pairs) > 0.9
