"""Files that no scanner should send and some that only look so, made in code: same bytes always.

Each says what the service must make of it: refused at once with one of these codes, failed after
the 202 with one of them, or read.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from pipelines.errors import ErrorCode
from pipelines.synthesis.fonts import load_font

_HEIC = Path(__file__).parents[1] / "unit" / "imaging" / "data"
_FORM = Path(__file__).parents[2] / "samples" / "child-allowance-claim_strokes_clean_32.png"
_E = ErrorCode
_DAMAGED = frozenset({_E.FILE_TRUNCATED, _E.FILE_CORRUPT})
_SAID = "受付番号482窓口のご案内"
_RUSSIAN = "Прошу принять меня на работу\nв отдел записи документов\nс первого сентября."


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One posting: its bytes, what the station claims it to be, and what must become of it.

    `refused`: codes of the answer; `failed`: codes of the failed document; both: either is right.
    With neither it must be read, as `pages` pages, and `said` stand in it. `once`: posted raw only,
    since reading takes its time.
    """

    name: str
    data: bytes
    refused: frozenset[ErrorCode] = frozenset()
    failed: frozenset[ErrorCode] = frozenset()
    pages: int = 1
    suffix: str = ".jpg"
    claimed: str = "image/jpeg"
    said: str = ""
    once: bool = False

    @property
    def readable(self) -> bool:
        """Whether a reading is the right end."""
        return not (self.refused or self.failed)


@cache
def sent_files() -> tuple[Sent, ...]:
    """The whole corpus."""
    found = (*_no_images(), *_cut(), *_bombs(), *_damaged(), *_odd_but_right(), *_strange_pages())
    assert len({item.name for item in found}) == len(found)
    return found


def note(size: tuple[int, int] = (500, 700), mode: str = "RGB") -> Image.Image:
    """A sheet with two printed words."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.text((60, 80), "受付番号 482", fill="black", font=load_font("gothic", 34))
    draw.text((60, 180), "窓口のご案内", fill="black", font=load_font("gothic", 34))
    return image.convert(mode)


def saved(image: Image.Image, file_format: str, **options: object) -> bytes:
    """Bytes of an image file."""
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def _no_images() -> Iterator[Sent]:
    other = frozenset({_E.FILE_UNSUPPORTED})
    yield Sent(name="empty", data=b"", refused=frozenset({_E.FILE_EMPTY}))
    yield Sent(name="one-byte", data=b"\xff", refused=other)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield Sent(name="svg", data=svg, refused=other)
    html = b"<!DOCTYPE html><html><body onload=alert(1)>%PDF</body></html>"
    yield Sent(name="html", data=html, refused=other)
    yield Sent(name="zip", data=_zip(), refused=other)
    yield Sent(name="exe", data=b"MZ\x90\0" + bytes(200), refused=other)
    yield Sent(name="elf", data=b"\x7fELF\x02\x01\x01" + bytes(200), refused=other)
    yield Sent(name="gif", data=saved(note(mode="P"), "GIF"), refused=other)
    yield Sent(name="bmp", data=saved(note((80, 80)), "BMP"), refused=other)
    html_pdf = b"<html>%PDF-1.7</html>" + bytes(300)
    yield Sent(name="html-with-pdf-mark", data=html_pdf, refused=_DAMAGED)
    # JavaScript and shell find their own code in the comment of a picture that is none.
    fake = b"\xff\xd8\xff\xe0*/=alert(1)/*" + bytes(100)
    yield Sent(name="jpeg-mark-only", data=fake, refused=_DAMAGED)


def _cut() -> Iterator[Sent]:
    whole = {
        "jpeg": saved(note(), "JPEG"),
        "png": saved(note(), "PNG"),
        "tiff": saved(note(mode="L"), "TIFF", compression="tiff_lzw"),
        "pdf": _pdf(2),
        "jp2": saved(note((200, 200)), "JPEG2000"),
        "heic": (_HEIC / "landscape.heic").read_bytes(),
    }
    for name, data in whole.items():
        for share in (0.05, 0.5, 0.97):
            part = data[: int(len(data) * share)]
            yield Sent(name=f"{name}-cut-{share:g}", data=part, refused=_DAMAGED)


def _bombs() -> Iterator[Sent]:
    too_large = frozenset({_E.IMAGE_TOO_LARGE})
    too_many = frozenset({_E.PAGES_TOO_MANY})
    too_small = frozenset({_E.IMAGE_TOO_SMALL})
    yield Sent(name="png-30000x30000", data=_png(30_000, 30_000), refused=too_large)
    # As large as is allowed, and nothing on it.
    yield Sent(name="png-90-megapixels", data=_png(9_000, 10_000), once=True)
    yield Sent(name="png-text-bomb", data=_png_text_bomb(), failed=_DAMAGED, refused=_DAMAGED)
    yield Sent(name="tiff-10000-pages", data=_tiff_chain(10_000), refused=too_many)
    yield Sent(name="tiff-circle", data=_tiff_chain(3, circle=True), refused=_DAMAGED)
    yield Sent(name="tiff-huge-tile", data=_tiff_tile(), refused=too_large)
    yield Sent(name="pdf-14400-points", data=_pdf(1, (14_400, 14_400)), refused=too_large)
    yield Sent(name="pdf-5000-pages", data=_pdf_many(5_000), refused=too_many)
    yield Sent(
        name="pdf-picture-bomb", data=_pdf_picture(30_000), refused=too_large, failed=too_large
    )
    yield Sent(name="pdf-pages-in-a-circle", data=_pdf_circle(), refused=_DAMAGED, failed=_DAMAGED)
    yield Sent(name="png-1x1", data=_png(1, 1), refused=too_small)
    yield Sent(name="png-10x10", data=_png(10, 10), refused=too_small)
    yield Sent(name="png-30000x20", data=_png(30_000, 20), refused=too_small)
    yield Sent(name="png-20000x70", data=_png(20_000, 70))


def _damaged() -> Iterator[Sent]:
    """Files whose headers promise well."""
    locked = frozenset({_E.FILE_ENCRYPTED})
    yield Sent(name="pdf-password", data=_encrypted("geheim"), refused=locked)
    png = bytearray(saved(note(), "PNG"))
    middle = png.find(b"IDAT") + 400
    png[middle : middle + 60] = bytes(60)
    yield Sent(name="png-damaged-inside", data=bytes(png), failed=_DAMAGED)
    yield Sent(name="tiff-middle-page-damaged", data=_tiff_damaged(), failed=_DAMAGED)
    jp2 = bytearray(saved(note((200, 200)), "JPEG2000"))
    start = jp2.find(b"\xff\x93") + 2
    jp2[start : start + 200] = b"\xff\x91" * 100
    # Its blocks can be anything: noise in the picture, no fault that a decoder could tell.
    yield Sent(name="jp2-damaged-inside", data=bytes(jp2), once=True)
    jpeg = saved(note(), "JPEG")
    half = jpeg[: len(jpeg) // 2]
    yield Sent(name="jpeg-cut-and-closed", data=half + b"\xff\xd9", failed=_DAMAGED)


def _odd_but_right() -> Iterator[Sent]:
    page = note()
    yield Sent(name="pdf-no-password-to-open", data=_encrypted(""), said="Page1", once=True)
    yield Sent(name="pdf-javascript", data=_pdf_active(), said="Page1")
    mailed = b"Content-Type: x\r\n\r\n" * 9 + _pdf(2)
    yield Sent(name="pdf-after-mail-header", data=mailed, pages=2, said="Page1Page2", once=True)
    yield Sent(name="pdf-behind-zip", data=_zip()[:200] + _pdf(1), said="Page1", once=True)
    yield Sent(
        name="jpeg-with-zip-behind", data=saved(page, "JPEG") + _zip(), said=_SAID, once=True
    )
    grey16 = Image.fromarray(np.asarray(page.convert("L"), np.uint16) * 257)
    yield Sent(name="png-16-bit", data=saved(grey16, "PNG"), said=_SAID, once=True)
    yield Sent(name="tiff-float", data=saved(page.convert("F"), "TIFF"), said=_SAID, once=True)
    yield Sent(name="jpeg-cmyk", data=saved(page.convert("CMYK"), "JPEG"), said=_SAID, once=True)
    yield Sent(name="png-palette", data=saved(page.convert("P"), "PNG"), said=_SAID, once=True)
    clear = Image.new("RGBA", page.size, (0, 0, 0, 0))
    clear.paste(page, mask=page.convert("L").point(lambda v: 255 - v))
    yield Sent(name="png-alpha", data=saved(clear, "PNG"), said=_SAID, once=True)
    fax = saved(page.convert("1"), "TIFF", compression="group4")
    yield Sent(name="tiff-group4", data=fax, said=_SAID)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = page.transpose(Image.Transpose.ROTATE_90)
    yield Sent(
        name="jpeg-exif-turned", data=saved(turned, "JPEG", exif=exif), said=_SAID, once=True
    )
    png = saved(page, "PNG")
    yield Sent(name="wrong-suffix", data=png, suffix=".pdf", claimed="application/pdf", said=_SAID)
    yield Sent(name="no-type", data=png, suffix="", claimed="", said=_SAID)
    jp2 = saved(page, "JPEG2000")
    yield Sent(name="jp2", data=jp2, suffix=".jp2", claimed="image/jp2", said=_SAID, once=True)
    heic = (_HEIC / "turned.heic").read_bytes()
    yield Sent(name="heic", data=heic, suffix=".heic", claimed="image/heic")


def _strange_pages() -> Iterator[Sent]:
    """Pages that no form and no category may claim."""
    size = (1000, 1414)
    rng = np.random.default_rng(7)
    yield Sent(name="page-white", data=saved(Image.new("L", size, 255), "PNG"), once=True)
    yield Sent(name="page-black", data=saved(Image.new("L", size, 0), "PNG"), once=True)
    noise = Image.fromarray(rng.integers(0, 256, size[::-1], dtype=np.uint8))
    yield Sent(name="page-noise", data=saved(noise, "JPEG", quality=60), once=True)
    dots = Image.fromarray(rng.integers(0, 2, size[::-1], dtype=np.uint8) * 255)
    yield Sent(name="page-dots", data=saved(dots, "PNG"), once=True)
    form = Image.open(_FORM).convert("RGB").resize((120, 170))
    yield Sent(name="page-coarse", data=saved(form, "PNG"), once=True)
    yield Sent(name="page-photo", data=saved(_photo(rng), "JPEG", quality=80), once=True)
    other = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(other)
    draw.text((90, 160), _RUSSIAN, fill="black", font=load_font("mincho", 44), spacing=30)
    yield Sent(name="page-russian", data=saved(other, "PNG"), once=True)


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("申請書.jpg"), b"no picture" * 40)
    return out.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _packed(unit: bytes, times: int) -> bytes:
    """Deflate `unit` x `times` by packing it once: blocks after a full flush stand alone."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)
    if any(unit):
        check = 1
        for _ in range(times):
            check = zlib.adler32(unit, check)
    else:
        check = (len(unit) * times % 65_521) << 16 | 1
    return b"\x78\xda" + block * times + b"\x03\x00" + struct.pack(">I", check)


def _png(width: int, height: int, *extra: bytes) -> bytes:
    """White, 1 bit a pixel: a few kilobytes whatever the size."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    row = b"\0" + b"\xff" * -(-width // 8)
    body = _packed(row, height)
    chunks = (_chunk(b"IHDR", header), *extra, _chunk(b"IDAT", body), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _png_text_bomb() -> bytes:
    """A compressed comment of 200 MB."""
    body = _packed(bytes(1 << 20), 200)
    return _png(300, 400, _chunk(b"zTXt", b"Comment\0\0" + body))


def _tiff_chain(pages: int, *, circle: bool = False) -> bytes:
    out = bytearray(struct.pack("<2sHI", b"II", 42, 8))
    entries = [(256, 3, 1, 100), (257, 3, 1, 100), (277, 3, 1, 1)]
    size = 2 + 12 * len(entries) + 4
    for i in range(pages):
        following = len(out) + size if i < pages - 1 else (8 if circle else 0)
        out += struct.pack("<H", len(entries))
        out += b"".join(struct.pack("<HHII", *entry) for entry in entries)
        out += struct.pack("<I", following)
    return bytes(out)


def _tiff_tile() -> bytes:
    """100 x 100 pixels in one tile of 60,000 x 60,000."""
    entries = [(256, 3, 1, 100), (257, 3, 1, 100), (322, 4, 1, 60_000), (323, 4, 1, 60_000)]
    out = struct.pack("<2sHIH", b"II", 42, 8, len(entries))
    return out + b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)


def _tiff_damaged() -> bytes:
    """Three pages; the picture of the second is overwritten."""
    shades = [note(mode="L"), note(mode="L"), note(mode="L")]
    data = bytearray(
        saved(
            shades[0],
            "TIFF",
            save_all=True,
            append_images=shades[1:],
            compression="tiff_adobe_deflate",
        )
    )
    with Image.open(io.BytesIO(bytes(data))) as image:
        image.seek(1)
        start = image.tag_v2[273][0]
    data[start : start + 200] = b"\xaa" * 200
    return bytes(data)


def _pdf(pages: int, size: tuple[float, float] = (240, 320)) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for number in range(pages):
        canvas.setPageSize(size)
        canvas.setFont("Helvetica", 20)
        canvas.drawString(40, 200, f"Page {number + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _pdf_many(pages: int) -> bytes:
    with pikepdf.open(io.BytesIO(_pdf(1))) as document:
        first = document.pages[0].obj
        parent = document.Root.Pages
        kids = [document.make_indirect(pikepdf.Dictionary(first)) for _ in range(pages)]
        parent.Kids = pikepdf.Array(kids)
        parent.Count = pages
        return _written(document)


def _pdf_circle() -> bytes:
    with pikepdf.open(io.BytesIO(_pdf(1))) as document:
        document.Root.Pages.Kids = pikepdf.Array([document.Root.Pages])
        document.Root.Pages.Count = 1
        return _written(document)


def _pdf_picture(side: int) -> bytes:
    """A page of A4 with one picture of `side` x `side` RGB pixels (2.7 GB for 30,000)."""
    # Zeros pack so well that the packed bytes pack again.
    packed = zlib.compress(_packed(bytes(side * 30), side // 10), 9)
    picture = (
        f"/Type /XObject /Subtype /Image /Width {side} /Height {side} /ColorSpace /DeviceRGB "
        "/BitsPerComponent 8 /Filter [/FlateDecode /FlateDecode]"
    )
    return _pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /XObject << /Bomb 5 0 R >> >> >>",
            _stream("", b"q 595 0 0 842 0 0 cm /Bomb Do Q"),
            _stream(picture, packed),
        ]
    )


def _stream(entries: str, data: bytes) -> bytes:
    head = f"<< {entries} /Length {len(data)} >>\nstream\n".encode()
    return head + data + b"\nendstream"


def _pdf_of(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return bytes(out + trailer.encode())


def _pdf_active() -> bytes:
    """Runs a script when it is opened, carries a program, and wants to start one."""
    with pikepdf.open(io.BytesIO(_pdf(1))) as document:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="while(true){app.alert('x');}")
        document.Root.OpenAction = document.make_indirect(script)
        launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="/bin/sh")
        document.pages[0].AA = pikepdf.Dictionary(O=launch)
        document.attachments["tool.exe"] = b"MZ\x90\0" + bytes(100)
        return _written(document)


def _encrypted(user: str) -> bytes:
    with pikepdf.open(io.BytesIO(_pdf(1))) as document:
        return _written(document, encryption=pikepdf.Encryption(user=user, owner="kagi"))


def _written(document: pikepdf.Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()


def _photo(rng: np.random.Generator) -> Image.Image:
    """Soft shapes of all colours, as a photograph of a room has them."""
    small = rng.integers(20, 236, (9, 7, 3), dtype=np.uint8)
    soft = Image.fromarray(small).resize((1000, 1414), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(soft)
    for _ in range(12):
        x, y, r = (int(v) for v in rng.integers((0, 0, 20), (1000, 1414, 240)))
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    return soft
