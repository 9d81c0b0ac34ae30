"""Checks of what is printed: characters that no font has, print where ink should stand."""

from collections.abc import Iterator

from pipelines.forms.load_checks import inked_boxes, overlap
from pipelines.forms.load_fault import Fault
from pipelines.forms.model import (
    Box,
    FormDefinition,
    PageDefinition,
    Printed,
    PrintedCircle,
    PrintedLine,
    PrintedRect,
    PrintedText,
)
from pipelines.forms.render_ink import missing_glyphs, text_width

_HAIR = 0.3
"""Print may reach this far into a writing area, in mm, before it is in the way."""
_ABOVE, _BELOW = 0.78, 0.06
"""Ink of type above and below its baseline, in parts of its size."""


def find_missing_glyphs(form: FormDefinition) -> Iterator[Fault]:
    """Find printed characters that would come out as an empty frame."""
    for i, page in enumerate(form.pages):
        for j, item in enumerate(page.printed):
            if isinstance(item, PrintedText):
                missing = "".join(sorted(missing_glyphs(item.text, item.font)))
                if missing:
                    message = f"フォントに無い文字です: {missing}"
                    detail = f"no glyph in {item.font}: {missing!r}"
                    yield Fault(("pages", i, "printed", j, "text"), message, detail)


def find_overprints(form: FormDefinition) -> Iterator[Fault]:
    """Find fields and tick boxes with printed words or rules inside the area for ink.

    Words to circle are left out: there the print is what is marked.
    """
    for i, page in enumerate(form.pages):
        areas = [
            (name, box, path)
            for name, number, box, path in inked_boxes(form, circled=False)
            if number == page.number
        ]
        for j, print_box, words in _print_boxes(page):
            for name, box, path in areas:
                if overlap(_shrunk(box), print_box, 0.0):
                    message = (
                        f"「{name}」の枠の中に、印刷（ページ {page.number} の {j + 1} 番目: "
                        f"{words}）が入っています。"
                    )
                    detail = f"{name}: print {j + 1} of page {i + 1} is inside the writing area"
                    yield Fault(path, message, detail)


def _print_boxes(page: PageDefinition) -> Iterator[tuple[int, Box, str]]:
    for j, item in enumerate(page.printed):
        yield from ((j, box, words) for box, words in _boxes_of(item))


def _boxes_of(item: Printed) -> Iterator[tuple[Box, str]]:
    match item:
        case PrintedText():
            yield from _text_boxes(item)
        case PrintedLine():
            yield _box(item.x0, item.y0, item.x1, item.y1), "線"
        case PrintedRect(x=x, y=y, width=w, height=h) if item.stroke > 0:
            yield _box(x, y, x + w, y), "枠"
            yield _box(x, y + h, x + w, y + h), "枠"
            yield _box(x, y, x, y + h), "枠"
            yield _box(x + w, y, x + w, y + h), "枠"
        case PrintedCircle():
            r = item.radius
            yield _box(item.x - r, item.y - r, item.x + r, item.y + r), "円"
        case _:
            return


def _text_boxes(item: PrintedText) -> Iterator[tuple[Box, str]]:
    shift = {"left": 0.0, "center": 0.5, "right": 1.0}[item.align]
    for k, line in enumerate(item.text.split("\n")):
        if not line.strip():
            continue
        if item.vertical:
            middle = item.x - k * item.size * item.leading
            bottom = item.y + len(line) * (item.size + item.spacing) - item.spacing
            left, right = middle - item.size / 2, middle + item.size / 2
            yield _box(left, item.y, right, bottom), line
            continue
        stripped = line.rstrip("\u3000 ")
        width = text_width(line, item.size, item.font, item.spacing)
        left = item.x - shift * width
        ink = text_width(stripped, item.size, item.font, item.spacing)
        y = item.y + k * item.size * item.leading
        yield _box(left, y - _ABOVE * item.size, left + ink, y + _BELOW * item.size), line


def _box(x0: float, y0: float, x1: float, y1: float) -> Box:
    left, top = max(0.0, min(x0, x1)), max(0.0, min(y0, y1))
    # A rule has no area of its own: give it the least that the model accepts.
    return Box(x=left, y=top, width=max(abs(x1 - x0), 0.01), height=max(abs(y1 - y0), 0.01))


def _shrunk(box: Box) -> Box:
    dx, dy = min(_HAIR, box.width / 3), min(_HAIR, box.height / 3)
    return Box(x=box.x + dx, y=box.y + dy, width=box.width - 2 * dx, height=box.height - 2 * dy)
