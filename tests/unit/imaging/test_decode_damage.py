"""Damage in the middle of a file is said, and whole files are never accused of it."""

import io
import random
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipelines.decode import DecodeLimits, decode_pages
from pipelines.decode_damage import decode_sound, jpeg_is_damaged
from pipelines.decode_whole import decode_whole
from pipelines.errors import CodedError
from pipelines.quality import assess_quality
from pipelines.records import Page, QualityReason

LIMITS = DecodeLimits()
SAMPLES = Path(__file__).parents[3] / "samples"
END = b"\xff\xd9"


def sheet(seed: int, size: tuple[int, int] = (620, 877)) -> Image.Image:
    """Paper with grain, lines and boxes."""
    rng = np.random.default_rng(seed)
    paper = rng.normal(238, 4, (size[1], size[0], 3)).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(paper)
    draw = ImageDraw.Draw(image)
    for _ in range(90):
        x, y = (int(v) for v in rng.integers((20, 20), (size[0] - 90, size[1] - 40)))
        w, h = (int(v) for v in rng.integers((6, 4), (70, 24)))
        draw.rectangle((x, y, x + w, y + h), outline=(40, 40, 60), width=2)
    return image


def saved(image: Image.Image, file_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def overwritten(data: bytes, start: int, length: int, rng: random.Random) -> bytes:
    place = rng.randrange(start, len(data) - length - 300)
    changed = bytearray(data)
    changed[place : place + length] = bytes(length)
    return bytes(changed)


def first(data: bytes, **options: int) -> Page:
    return next(decode_pages(data, limits=LIMITS, **options))


def _options(seed: int) -> dict[str, object]:
    """Every kind of JPEG that is met: quality, subsampling, coding, restarts."""
    return {
        "quality": 35 + seed % 60,
        "subsampling": seed % 3,
        "progressive": seed % 5 == 0,
        "optimize": seed % 4 == 0,
        "restart_marker_rows": seed % 7 == 0,
    }


def test_two_hundred_whole_jpegs_of_all_kinds_raise_no_alarm() -> None:
    for seed in range(200):
        image = sheet(seed, (300 + seed, 420 - seed))
        if seed % 6 == 0:
            image = image.convert("L")
        data = saved(image, "JPEG", **_options(seed))
        assert not jpeg_is_damaged(data), seed


def test_whole_jpegs_are_proved_whole_in_one_pass_with_the_pixels_that_others_see() -> None:
    for seed in range(1, 60):
        options = _options(seed)
        image = sheet(seed, (300 + seed, 420 - seed)).convert("L" if seed % 6 == 0 else "RGB")
        data = saved(image, "JPEG", **options)
        proved = decode_whole(data, grey=image.mode == "L")
        # Those that say twice or in pieces what they hold are left to the slower way.
        assert (proved is None) == bool(options["progressive"] or options["restart_marker_rows"])
        if proved is not None:
            off = np.abs(proved.astype(int) - np.asarray(Image.open(io.BytesIO(data))))
            assert off[:-1].max() == 0, seed
            assert off.max() <= 3, seed


def test_no_damage_that_is_seen_in_two_passes_passes_for_whole_in_one() -> None:
    rng = random.Random(11)
    seen = 0
    for seed in range(150):
        image = sheet(seed, (200, 280)).convert("L" if seed % 2 else "RGB")
        data = bytearray(saved(image, "JPEG", quality=60 + seed % 30))
        for _ in range(1 + seed % 2):
            # Blocks lost near the end leave the fewest bytes over.
            data[-3 - int(abs(rng.gauss(0, 1500))) % (len(data) - 1000)] ^= rng.randrange(1, 256)
        if jpeg_is_damaged(bytes(data)):
            seen += 1
            assert decode_whole(bytes(data), grey=image.mode == "L") is None, seed
    assert seen >= 50


def test_a_jpeg_with_a_broken_header_is_not_proved_whole() -> None:
    data = saved(sheet(7), "JPEG")
    frame = data.index(b"\xff\xc0")
    for place in range(frame, frame + 19):
        for value in (0, 255):
            changed = data[:place] + bytes([value]) + data[place + 1 :]
            try:
                proved = decode_whole(changed, grey=False)
            except CodedError:
                continue
            assert proved is None or proved.shape[:2] == (877, 620)


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.jp*g")), ids=lambda f: f.name)
def test_samples_raise_no_alarm(file: Path) -> None:
    assert not jpeg_is_damaged(file.read_bytes())


def test_what_stands_behind_or_pads_a_jpeg_is_no_damage() -> None:
    data = saved(sheet(1), "JPEG")
    assert not jpeg_is_damaged(data + data)
    for padding in (bytes(1), bytes(9), b"\xff" * 3):
        assert not jpeg_is_damaged(data[:-2] + padding + END)


def test_most_damage_in_the_middle_of_a_jpeg_is_seen() -> None:
    rng = random.Random(4)
    seen = 0
    for seed in range(60):
        data = saved(sheet(seed), "JPEG", quality=80)
        seen += jpeg_is_damaged(overwritten(data, 1200, 24, rng))
    # A decoder that finds its place again leaves no trace (see the module).
    assert seen >= 45


def test_a_damaged_jpeg_is_read_with_a_warning_and_not_refused() -> None:
    rng = random.Random(8)
    found = []
    for seed in range(20):
        try:
            page = first(overwritten(saved(sheet(seed), "JPEG", quality=80), 4000, 24, rng))
        except CodedError:
            continue
        found.append(page.damaged)
        verdict = assess_quality(page)
        assert (QualityReason.DAMAGED in verdict.reasons) == page.damaged
        assert verdict.ok == (not verdict.reasons)
    assert sum(found) >= 10


def test_a_damaged_fax_is_said_and_whole_ones_pass() -> None:
    rng = random.Random(3)
    seen = 0
    for seed in range(10):
        data = saved(sheet(seed).convert("1"), "TIFF", compression="group4")
        assert not first(data).damaged
        with Image.open(io.BytesIO(data)) as image:
            start, length = image.tag_v2[273][0], image.tag_v2[279][0]
        changed = bytearray(data)
        place = start + rng.randrange(length // 4, length // 2)
        changed[place : place + 12] = rng.randbytes(12)
        seen += first(bytes(changed)).damaged
    assert seen >= 7


@pytest.mark.parametrize(
    ("name", "least"), [("PNG", 20), ("tiff_lzw", 14), ("tiff_adobe_deflate", 14)]
)
def test_damage_that_a_decoder_knows_of_is_an_error(name: str, least: int) -> None:
    image = sheet(2).convert("L")
    data = saved(image, "PNG") if name == "PNG" else saved(image, "TIFF", compression=name)
    refused = 0
    rng = random.Random(6)
    for _ in range(20):
        try:
            first(overwritten(data, 300, 3, rng))
        except CodedError:
            refused += 1
    assert refused >= least


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "CMYK", "I;16", "F"])
@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "JPEG2000"])
def test_a_reduced_page_shows_the_same_as_the_whole_one(mode: str, name: str) -> None:
    image = sheet(5)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L"), np.uint16) * 257)
    else:
        image = image.convert(mode)
    try:
        data = saved(image, name, dpi=(300, 300))
    except (OSError, KeyError, ValueError):
        pytest.skip(f"no {mode} in {name}")
    whole, small = first(data), first(data, enough_pixels=620 * 877 // 4)
    assert (small.pixels.shape[1], small.pixels.shape[0]) == (310, 439)
    assert small.scan_width == whole.scan_width
    assert small.dpi == pytest.approx(whole.dpi / 2, rel=0.01)
    assert float(small.pixels.mean()) == pytest.approx(float(whole.pixels.mean()), abs=3)
    left, right = assess_quality(small), assess_quality(whole)
    assert left.measures["dpi"] == pytest.approx(right.measures["dpi"], rel=0.01)


def test_a_reduced_page_is_turned_as_its_metadata_say() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in ("JPEG", "PNG"):
        page = first(saved(sheet(1), name, exif=exif), enough_pixels=100_000)
        assert page.pixels.shape[1] > page.pixels.shape[0]


@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_a_look_at_a_large_page_takes_little_memory(name: str) -> None:
    data = saved(Image.new("RGB", (4000, 4000), "white"), name)
    tracemalloc.start()
    page = first(data, enough_pixels=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert page.pixels.shape[:2] == (1000, 1000)
    # What numpy holds; the whole page would be 48 MB of it.
    assert peak < 20e6


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_sound_jpeg_has_the_pixels_that_others_see_and_a_damaged_one_none(mode: str) -> None:
    data = saved(sheet(3).convert(mode), "JPEG")
    decoded = decode_sound(data, grey=mode == "L")
    assert decoded is not None
    assert np.array_equal(decoded, np.asarray(Image.open(io.BytesIO(data))))
    assert decode_sound(data[: len(data) // 2] + END, grey=mode == "L") is None
