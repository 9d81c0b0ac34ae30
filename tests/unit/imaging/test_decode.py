import io
import struct
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from pipelines.decode import DecodeLimits, decode_pages, encode_view, inspect_scan
from pipelines.errors import CodedError, ErrorCode
from pipelines.geometry import grey_of
from pipelines.records import Page

LIMITS = DecodeLimits()
HEIC = Path(__file__).parent / "data"


def picture(mode: str = "RGB", size: tuple[int, int] = (240, 320)) -> Image.Image:
    """White with a red block top left and a black line at the bottom."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 90, 60), fill=(200, 30, 30))
    draw.rectangle((0, size[1] - 12, size[0], size[1]), fill="black")
    return image.convert(mode)


def saved(image: Image.Image, file_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def pdf(*sizes: tuple[float, float], text: str = "form") -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for size in sizes:
        canvas.setPageSize(size)
        canvas.drawString(72, 72, text)
        canvas.rect(100, 100, 100, 60, fill=1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def tiff_chain(pages: int, *, circle: bool = False) -> bytes:
    """Directories of 1-pixel-deep pages, one after the other, without any picture data."""
    out = bytearray(struct.pack("<2sHI", b"II", 42, 8))
    for i in range(pages):
        entries = [(256, 3, 1, 100), (257, 3, 1, 100), (277, 3, 1, 1)]
        size = 2 + 12 * len(entries) + 4
        following = len(out) + size if i < pages - 1 else (8 if circle else 0)
        out += struct.pack("<H", len(entries))
        for entry in entries:
            out += struct.pack("<HHII", *entry)
        out += struct.pack("<I", following)
    return bytes(out)


def png_header(width: int, height: int) -> bytes:
    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 13, b"IHDR") + ihdr + bytes(12)


def pages_of(data: bytes, limits: DecodeLimits = LIMITS) -> list[Page]:
    return list(decode_pages(data, limits=limits))


def code_of(call: Callable[[], object]) -> ErrorCode:
    with pytest.raises(CodedError) as caught:
        call()
    return caught.value.code


SAMPLES: dict[str, bytes] = {
    "jpeg": saved(picture(), "JPEG"),
    "png": saved(picture(), "PNG"),
    "tiff": saved(picture(), "TIFF", save_all=True, append_images=[picture("L")]),
    "fax": saved(picture("1"), "TIFF", compression="group4"),
    "jp2": saved(picture(), "JPEG2000"),
    "pdf": pdf((200, 260), (260, 200)),
    "heic": (HEIC / "landscape.heic").read_bytes(),
}


@pytest.mark.parametrize(
    ("name", "media_type", "count"),
    [
        ("jpeg", "image/jpeg", 1),
        ("png", "image/png", 1),
        ("tiff", "image/tiff", 2),
        ("fax", "image/tiff", 1),
        ("jp2", "image/jp2", 1),
        ("pdf", "application/pdf", 2),
        ("heic", "image/heic", 1),
    ],
)
def test_every_accepted_type_is_known_by_its_bytes_and_decodes(
    name: str, media_type: str, count: int
) -> None:
    summary = inspect_scan(SAMPLES[name], limits=LIMITS)
    assert (summary.media_type, summary.page_count) == (media_type, count)
    pages = pages_of(SAMPLES[name])
    assert [page.number for page in pages] == list(range(1, count + 1))
    for page in pages:
        assert page.pixels.dtype == np.uint8 and page.pixels.shape[2] == 3
        assert page.pixels.shape[:2] == (page.scan_height, page.scan_width)
        assert page.rotation == 0 and np.array_equal(page.to_scan, np.eye(3))


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "CMYK", "I;16", "F", "LAB"])
def test_every_pixel_mode_becomes_rgb_with_white_paper_and_dark_line(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.asarray(picture("L"), np.uint16) * 257)
    elif mode == "LAB":
        image = Image.merge("LAB", [picture("L")] * 3)
    else:
        image = picture(mode)
    file_format = "PNG" if mode in ("P", "RGBA", "LA") else "TIFF"
    page = pages_of(saved(image, file_format))[0]
    assert page.pixels[150, 120].min() > 240
    assert page.pixels[-4, 120].max() < 40


def test_transparent_paper_is_white() -> None:
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    assert pages_of(saved(image, "PNG"))[0].pixels.min() == 255


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF", "PNG"])
def test_exif_orientation_is_applied_and_the_scan_is_what_a_viewer_shows(file_format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    page = pages_of(saved(picture(), file_format, exif=exif))[0]
    assert (page.scan_width, page.scan_height) == (320, 240)
    # The red block of the top left comes to the top right.
    assert page.pixels[50, 320 - 40, 0] > 150 > page.pixels[50, 320 - 40, 1]


def test_heic_is_turned_once() -> None:
    page = pages_of((HEIC / "turned.heic").read_bytes())[0]
    assert (page.scan_width, page.scan_height) == (240, 320)
    assert page.pixels[70, 200, 0] > 150 > page.pixels[70, 200, 1]


def test_fax_pixels_are_made_square() -> None:
    image = picture("1", (1728, 1143))
    page = pages_of(saved(image, "TIFF", compression="group4", dpi=(204, 98)))[0]
    assert page.pixels.shape[:2] == (round(1143 * 204 / 98), 1728)
    assert page.dpi == pytest.approx(204, abs=1)


@pytest.mark.parametrize(
    ("dpi", "expected"), [((200, 200), 200.0), ((72, 72), 3508 / 11.69), ((1200, 1200), 300)]
)
def test_dpi_is_believed_only_when_the_paper_it_implies_is_plausible(
    dpi: tuple[int, int], expected: float
) -> None:
    page = pages_of(saved(Image.new("L", (2480, 3508), 255), "PNG", dpi=dpi))[0]
    assert page.dpi == pytest.approx(expected, rel=0.01)


def test_thumbnails_in_a_tiff_are_no_pages() -> None:
    small = picture(size=(80, 100))
    first, thumb = picture(), small
    thumb.encoderinfo = {"tiffinfo": {254: 1}}
    out = io.BytesIO()
    first.save(out, "TIFF", save_all=True, append_images=[thumb])
    data = out.getvalue()
    assert inspect_scan(data, limits=LIMITS).page_count == len(pages_of(data))


def test_a_scanned_pdf_is_rendered_at_the_resolution_of_its_picture() -> None:
    out = io.BytesIO()
    picture(size=(1240, 1754)).save(out, "PDF", resolution=150)
    page = pages_of(out.getvalue())[0]
    assert page.dpi == pytest.approx(150, rel=0.01)
    assert page.pixels.shape[:2] == pytest.approx((1754, 1240), abs=2)


def test_a_drawn_pdf_is_rendered_at_the_set_resolution() -> None:
    page = pages_of(pdf((595, 842)))[0]
    assert page.dpi == 200
    assert page.pixels.shape[:2] == pytest.approx((842 / 72 * 200, 595 / 72 * 200), abs=2)


def test_an_enormous_pdf_page_is_refused_before_it_is_rendered() -> None:
    data = pdf((14_400, 14_400))
    assert code_of(lambda: inspect_scan(data, limits=LIMITS)) is ErrorCode.IMAGE_TOO_LARGE
    assert code_of(lambda: pages_of(data)) is ErrorCode.IMAGE_TOO_LARGE


def test_a_pdf_with_a_picture_larger_than_any_page_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    picture("1", (1000, 1400)).save(out, "PDF", resolution=200)
    small = DecodeLimits(max_pixels=1_000_000)
    assert inspect_scan(out.getvalue(), limits=small).page_count == 1
    assert code_of(lambda: pages_of(out.getvalue(), small)) is ErrorCode.IMAGE_TOO_LARGE


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_a_jpeg_without_its_lower_part_is_refused_though_it_is_closed(
    mode: str, share: float
) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (320, 240, 3), dtype=np.uint8)
    data = saved(Image.fromarray(noise).convert(mode), "JPEG")
    closed = data[: int(len(data) * share)] + b"\xff\xd9"
    assert code_of(lambda: pages_of(closed)) is ErrorCode.FILE_TRUNCATED


@pytest.mark.parametrize(("mode", "file_format"), [("L", "JPEG"), ("L", "PNG"), ("1", "TIFF")])
def test_grey_and_black_scans_come_as_the_values_they_hold(mode: str, file_format: str) -> None:
    image = picture().resize((480, 640)).convert(mode)
    data = saved(image, file_format)
    (page,) = pages_of(data)
    truth = np.asarray(Image.open(io.BytesIO(data)).convert("L"))
    assert all(np.array_equal(page.pixels[..., channel], truth) for channel in range(3))


def test_a_grey_sheet_is_no_damage() -> None:
    assert pages_of(saved(Image.new("L", (200, 200), 128), "JPEG"))


def test_an_encrypted_pdf_says_so() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(SAMPLES["pdf"])) as document:
        document.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    assert code_of(lambda: inspect_scan(out.getvalue(), limits=LIMITS)) is ErrorCode.FILE_ENCRYPTED


@pytest.mark.parametrize(
    "data",
    [b"hello world, no picture", b"GIF89a" + bytes(90), b"PK\x03\x04" + bytes(90), bytes(64)],
)
def test_other_types_are_refused_whatever_they_are_called(data: bytes) -> None:
    assert code_of(lambda: inspect_scan(data, limits=LIMITS)) is ErrorCode.FILE_UNSUPPORTED


def test_empty_and_oversized_files() -> None:
    assert code_of(lambda: inspect_scan(b"", limits=LIMITS)) is ErrorCode.FILE_EMPTY
    small = DecodeLimits(max_bytes=100)
    assert code_of(lambda: inspect_scan(bytes(101), limits=small)) is ErrorCode.FILE_TOO_LARGE


@pytest.mark.parametrize("name", sorted(SAMPLES))
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_files_cut_off_are_refused(name: str, share: float) -> None:
    data = SAMPLES[name][: int(len(SAMPLES[name]) * share)]
    refused = {ErrorCode.FILE_TRUNCATED, ErrorCode.FILE_CORRUPT}
    assert code_of(lambda: inspect_scan(data, limits=LIMITS)) in refused


def test_pixel_bombs_are_refused_by_their_header() -> None:
    bomb = png_header(60_000, 60_000)
    assert code_of(lambda: inspect_scan(bomb, limits=LIMITS)) is ErrorCode.IMAGE_TOO_LARGE


def test_tiny_images_are_refused() -> None:
    data = saved(Image.new("L", (20, 500)), "PNG")
    assert code_of(lambda: inspect_scan(data, limits=LIMITS)) is ErrorCode.IMAGE_TOO_SMALL


def test_ten_thousand_pages_are_refused_at_once() -> None:
    data = tiff_chain(10_000)
    started = time.perf_counter()
    assert code_of(lambda: inspect_scan(data, limits=LIMITS)) is ErrorCode.PAGES_TOO_MANY
    assert code_of(lambda: pages_of(data)) is ErrorCode.PAGES_TOO_MANY
    assert time.perf_counter() - started < 0.5


def test_directories_in_a_circle_end() -> None:
    data = tiff_chain(3, circle=True)
    assert code_of(lambda: inspect_scan(data, limits=LIMITS)) is ErrorCode.FILE_CORRUPT


def test_too_many_pdf_pages_are_refused() -> None:
    data = pdf(*[(200.0, 200.0)] * 5)
    limits = DecodeLimits(max_pages=4)
    assert code_of(lambda: inspect_scan(data, limits=limits)) is ErrorCode.PAGES_TOO_MANY


def test_pages_come_one_at_a_time() -> None:
    pages = decode_pages(SAMPLES["tiff"], limits=LIMITS)
    assert next(pages).number == 1
    assert next(pages).number == 2


@pytest.mark.parametrize("mode", ["1", "L", "I;16", "RGB"])
def test_a_page_of_one_channel_is_known_and_shown_in_three(mode: str) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (90, 70), dtype=np.uint8)
    image = Image.fromarray(grey.astype(np.uint16) * 257 if mode == "I;16" else grey)
    out = io.BytesIO()
    (image if mode == "I;16" else image.convert(mode)).save(out, "PNG")
    page = pages_of(out.getvalue())[0]
    assert page.colourless == (mode != "RGB")
    assert page.pixels.shape == (90, 70, 3)
    assert np.array_equal(page.pixels, np.repeat(grey_of(page)[..., None], 3, axis=2))
    assert mode == "1" or np.array_equal(grey_of(page), grey)


def test_view_is_a_jpeg_of_the_asked_width_and_never_larger_than_the_scan() -> None:
    page = pages_of(SAMPLES["png"])[0]
    for asked, width in ((120, 120), (5000, 240)):
        view = Image.open(io.BytesIO(encode_view(page, width=asked)))
        assert view.format == "JPEG" and view.width == width
        assert view.height == pytest.approx(width * 320 / 240, abs=1)
    red, green, _ = view.convert("RGB").getpixel((50, 40))
    assert red > 150 > green


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(sorted(SAMPLES)),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8),
    kept=st.floats(0.02, 1.0),
)
def test_damaged_files_raise_coded_errors_or_decode(
    name: str, flips: list[tuple[float, int]], kept: float
) -> None:
    data = bytearray(SAMPLES[name])
    for place, value in flips:
        data[int(place * (len(data) - 1))] = value
    damaged = bytes(data[: max(1, int(len(data) * kept))])
    try:
        pages = pages_of(damaged, DecodeLimits(max_pixels=4_000_000))
    except CodedError:
        return
    assert all(page.pixels.size for page in pages)
