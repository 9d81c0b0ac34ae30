"""Draw how a stack of pages is split into documents, for the docs.

    python -m training.picture_stack docs/images/page-stack.png

The stack is made from built-in forms, a letter, a blank page and a cover sheet; what each page is
and where the documents begin is what the product says of these pixels.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from PIL import Image, ImageDraw

from pipelines.forms.code import CoverCode, CoverKind
from pipelines.forms.cover import render_cover
from pipelines.forms.load import FormLibrary
from pipelines.forms.template import build_templates
from pipelines.identify import TemplateIndex, build_index, identify_page
from pipelines.identify_qr import find_cover
from pipelines.quality import assess_quality
from pipelines.records import Pixels, QualityReason
from pipelines.split import PageRole, StackPage, split_stack
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.fonts import load_font
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.synthesize import synthesize
from training.identification_pages import letter
from training.measure_imaging import page_of

_DPI, _SEED = 150, 640_000
_WIDE, _TALL, _GAP, _MARGIN = 150, 212, 18, 46
_COLOURS = ("#0055ad", "#a8071a", "#00654a", "#7a4b00")
_TEXTS = {PageRole.UNKNOWN: "様式でない", PageRole.BLANK: "白紙", PageRole.COVER: "仕切り紙"}


def main() -> int:
    """Draw the picture."""
    library = FormLibrary.builtin()
    index = build_index(t for entry in library.entries for t in build_templates(entry))
    pixels = [_scanned(page, number) for number, page in enumerate(_stack(library))]
    pages = tuple(_seen(page, number, index) for number, page in enumerate(pixels, start=1))
    Path(sys.argv[1]).write_bytes(_drawn(pixels, pages, library))
    return 0


def _stack(library: FormLibrary) -> list[Pixels]:
    rng = seeded(_SEED, "stack")
    admission, seal, work = (
        synthesize(library.find(name), seed=_SEED, dpi=_DPI).pages
        for name in ("nursery-admission", "seal-registration", "employment-certificate")
    )
    cover = pypdfium2.PdfDocument(render_cover(CoverCode(kind=CoverKind.TOGETHER)))[0]
    sheet = np.ascontiguousarray(cover.render(scale=_DPI / 72).to_numpy()[..., :3])
    blank = np.full_like(seal[0], 252)
    paper = cv2.resize(letter(rng), (seal[0].shape[1], seal[0].shape[0]))
    return [*admission, work[0], np.asarray(paper, np.uint8), blank, paper, sheet, seal[0]]


def _scanned(pixels: Pixels, number: int) -> Pixels:
    names = (Degradation.SKEW, Degradation.NOISE, Degradation.JPEG)
    return degrade(pixels, names, _DPI, seeded(_SEED, "page", number))[0]


def _seen(pixels: Pixels, number: int, index: TemplateIndex) -> StackPage:
    page = page_of(number, pixels)
    if QualityReason.BLANK in assess_quality(page).reasons:
        return StackPage(number=number, role=PageRole.BLANK)
    found = identify_page(page, index)
    if found is not None:
        return StackPage(
            number=number, role=PageRole.FORM, form=found.form, form_page=found.form_page
        )
    cover = find_cover(page)
    role = PageRole.UNKNOWN if cover is None else PageRole.COVER
    return StackPage(number=number, role=role, cover=cover)


def _drawn(pixels: list[Pixels], pages: tuple[StackPage, ...], library: FormLibrary) -> bytes:
    step = _WIDE + _GAP
    picture = Image.new("RGB", (step * len(pages) + _GAP, _TALL + 2 * _MARGIN), "white")
    draw, font = ImageDraw.Draw(picture), load_font("gothic", 13)
    groups = split_stack(pages).groups
    for page, shown in zip(pages, pixels, strict=True):
        left = _GAP + (page.number - 1) * step
        small = cv2.resize(shown, (_WIDE, _TALL), interpolation=cv2.INTER_AREA)
        picture.paste(Image.fromarray(np.asarray(small, np.uint8)), (left, _MARGIN))
        owner = next((i for i, group in enumerate(groups) if page.number in group.pages), None)
        colour = "#999999" if owner is None else _COLOURS[owner % len(_COLOURS)]
        box = (left - 2, _MARGIN - 2, left + _WIDE + 1, _MARGIN + _TALL + 1)
        draw.rectangle(box, outline=colour, width=3)
        head = "どの書類でもない" if owner is None else f"書類{owner + 1}"
        if owner is not None and groups[owner].pages[0] == page.number:
            head += f"（{groups[owner].reason}）"
        draw.text((left, _MARGIN - 24), head, font=font, fill=colour)
        text = _TEXTS.get(page.role, "")
        if page.form is not None:
            text = f"{library.get(page.form).definition.title[:9]}・{page.form_page}"
        draw.text((left, _MARGIN + _TALL + 8), text, font=font, fill="#222222")
    file = Path(sys.argv[1])
    picture.quantize(64).save(file, "PNG", optimize=True)
    return file.read_bytes()


if __name__ == "__main__":
    raise SystemExit(main())
