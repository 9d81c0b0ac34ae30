"""Blanks that the rules of `propose_form` were not made for: other widths, rows, words and style.

Made from the built-in definitions: widths, the heights of rows, line widths, fonts, shading and
the sign between options differ, and the labels are worded anew. What stands in
a place (units, options, 足立区) and what says that the office writes there stay as they are, so
that the places of the definition stay true. They carry no QR code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import FormDefinition
from pipelines.synthesis.seeding import seeded

_PHRASES = Path(__file__).parent / "form_phrases.txt"
_SCALES = (0.9, 1.04)
_BANDS = 8
_STRETCH = 0.12
"""Share by which a band of the page is higher or lower than the others."""
_SQUARE = 8.0
"""Smaller squares are boxes to tick or for a seal and stay squares."""
_STROKES = (0.7, 1.7)
_RELABELLED = 0.8
_BARE = 0.4
_SIGNS = ("・", "・", "/")
_OFFICE = re.compile("記入|記載|受付|処理|職員|決裁|印")
_OFFERS = re.compile("[　 ]|[・()（）年月日円印]|令和|平成|昭和")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where places go: widths by one factor about `middle`, heights by the `bands` they lie in."""

    across: float
    middle: float
    bands: tuple[NDArray[np.float64], NDArray[np.float64]]
    small: float
    """Factor for type, circles and small squares, which stay in form."""

    def move(self, item: Json, formed: bool = False) -> None:
        """Move a piece of print or a box; what is `formed` has the size of its words."""
        width, height = item.get("width", 0.0), item.get("height", 0.0)
        if formed or ("height" in item and abs(width - height) < 0.2 and width < _SQUARE):
            item["width"], item["height"] = width * self.small, height * self.small
            item["x"] = self._x(item["x"] + width / 2) - item["width"] / 2
            item["y"] = self._y(item["y"] + height / 2) - item["height"] / 2
            return
        if "height" in item:
            right, bottom = self._x(item["x"] + width), self._y(item["y"] + height)
            item["width"], item["height"] = right - self._x(item["x"]), bottom - self._y(item["y"])
        for keys, moved in ((("x", "x0", "x1"), self._x), (("y", "y0", "y1"), self._y)):
            for key in keys:
                if key in item:
                    item[key] = moved(item[key])
        for key in ("size", "spacing", "radius"):
            if key in item:
                item[key] *= self.small

    def _x(self, x: float) -> float:
        return self.middle + self.across * (x - self.middle)

    def _y(self, y: float) -> float:
        return float(np.interp(y, *self.bands))


def blank_variants(count: int, seed: int) -> Iterator[FormEntry]:
    """Make `count` different blanks; the same seed gives the same ones."""
    bases = [e for e in FormLibrary.builtin().entries if e.definition.pages[0].printed]
    for number in range(count):
        yield blank_variant(bases[number % len(bases)], f"variant-{number:03}", seed + number)


def blank_variant(base: FormEntry, form_id: str, seed: int) -> FormEntry:
    """Make another blank of `base`; its places are those of its definition."""
    rng = seeded(seed, "blank variant")
    form = base.definition.model_dump(mode="json", by_alias=True)
    form["id"] = form_id
    layout = _layout(form["pages"][0], rng)
    style = float(rng.uniform(*_STROKES)), bool(rng.random() < _BARE), str(rng.choice(_SIGNS))
    font = str(rng.choice(["gothic", "mincho"]))
    for page in form["pages"]:
        page["code"] = None
        places = list(_places(form, page["number"]))
        for item in page["printed"]:
            if item["type"] == "text":
                item["text"] = _worded(item, places, rng)
                item["text"] = style[2] if item["text"] == "・" else item["text"]
                item["font"] = font
        page["printed"] = [p for p in page["printed"] if not (style[1] and _is_shade(p))]
        for item in page["printed"]:
            layout.move(item)
            _restyle(item, style[0], style[1])
        for box, formed in places:
            layout.move(box, formed)
    return replace(base, definition=FormDefinition.model_validate(form))


def _layout(page: Json, rng: np.random.Generator) -> _Layout:
    across, down = (float(s) for s in rng.uniform(*_SCALES, 2))
    tall = page["height"]
    steps = rng.uniform(1 - _STRETCH, 1 + _STRETCH, _BANDS)
    ends = np.concatenate([[0.0], steps.cumsum()]) / steps.sum()
    to = tall / 2 + down * tall * (ends - 0.5)
    small = float(min(across, down * steps.min() * _BANDS / steps.sum(), 1.0))
    return _Layout(across, page["width"] / 2, (np.linspace(0, tall, _BANDS + 1), to), small)


def _worded(item: Json, places: list[tuple[Json, bool]], rng: np.random.Generator) -> str:
    """Word a label anew; what stands in a place or names the office stays."""
    text: str = item["text"]
    x, y = item["x"], item["y"] - 0.4 * item["size"]
    inside = any(
        b["x"] - 1 < x < b["x"] + b["width"] + 1 and b["y"] - 1 < y < b["y"] + b["height"] + 1
        for b, _ in places
    )
    if inside or _OFFICE.search(text) or len(text) < 2 or rng.random() > _RELABELLED:
        return text
    if _OFFERS.search(text.replace("　", "") if len(text) < 7 else text):
        return text
    return "\n".join(_label(len(line), rng) for line in text.split("\n"))


def _label(length: int, rng: np.random.Generator) -> str:
    words = ""
    while len(words) < length:
        words += str(rng.choice(_phrases()))
    return words[:length]


@cache
def _phrases() -> list[str]:
    lines = _PHRASES.read_text("utf-8").splitlines()
    plain = [line for line in lines if line and not line.startswith("#")]
    return [line for line in plain if not _OFFERS.search(line) and not _OFFICE.search(line)]


def _places(form: Json, number: int) -> Iterator[tuple[Json, bool]]:
    """Boxes of a page, and whether each has the size of words or of a printed circle."""
    for field in form["fields"]:
        if field["page"] == number:
            yield field["box"], False
            yield from ((part["box"], False) for part in field["parts"])
            yield from ((era["box"], True) for era in field["eras"])
    for group in form["marks"]:
        if group["page"] == number:
            yield from ((option["box"], True) for option in group["options"])
    yield from ((s["box"], s["kind"] == "seal") for s in form["seals"] if s["page"] == number)


def _is_shade(item: Json) -> bool:
    return bool(item["type"] == "rect" and item["stroke"] == 0)


def _restyle(item: Json, stroke: float, bare: bool) -> None:
    if item["type"] == "line":
        item["width"] *= stroke
    elif item["type"] in ("rect", "circle"):
        item["stroke"] *= stroke
    if bare and item["type"] == "rect":
        item["fill"] = None
