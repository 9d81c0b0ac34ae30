"""A draft of a form definition from a blank PDF: for a form owner to check, never to use unseen.

The PDF stays the printed form (`background`); proposed are the places to write on, to tick, to
circle and to seal, with the words beside them as labels and the kinds that those words promise.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import cv2
import numpy as np
import pypdfium2
import yaml
from pydantic import ValidationError

from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.blank_page import Area, ReadText, read_blank_page
from pipelines.forms.model import FieldKind, FormDefinition
from pipelines.forms.propose_places import find_places
from pipelines.forms.propose_records import FieldPlace, MarkPlace, PagePlaces
from pipelines.records import Pixels

_MOST_PAGES = 20
_LARGEST_MM = 600.0
_NAMELESS = "名前のない欄"
_HEAD = """# PDF から作った下書きです。用紙と見比べて、位置や名前や種類などを直してください。
# 確かめ方: ocr-service forms check このファイル
"""


@dataclass(frozen=True, slots=True)
class FormDraft:
    """`text` is the YAML file, `definition` what it says; `background` is the PDF's file name."""

    text: str
    definition: FormDefinition
    background: str

    @property
    def boxes(self) -> int:
        """How many fields and seals are proposed."""
        return len(self.definition.fields) + len(self.definition.seals)

    @property
    def options(self) -> int:
        """How many options to mark are proposed."""
        return sum(len(group.options) for group in self.definition.marks)


def propose_form(
    pdf: bytes,
    *,
    id: str,
    title: str,
    valid_from: date = date(2000, 1, 1),
    read: ReadText | None = None,
) -> FormDraft:
    """Propose a definition for a blank form; `read` reads pages that are images.

    Raises `CodedError`: `file.empty`, `file.encrypted`, `file.corrupt`, `pages.too_many`,
    `image.too_large` for a PDF that cannot be used, `form.invalid` when no place is found or `id`
    or `title` are not allowed.
    """
    document = _opened(pdf)
    try:
        pages = [read_blank_page(page, read) for page in document]
    finally:
        document.close()
    places = [find_places(page) for page in pages]
    sizes = [(page.width, page.height) for page in pages]
    background = f"{id}.pdf"
    data: dict[str, Any] = {
        "schema_version": 1,
        "id": id,
        "revision": "draft",
        "title": title,
        "operation": "other",
        "document_kind": "application",
        "valid": {"from": valid_from},
        "pages": [
            {
                "number": number,
                "width": round(width, 2),
                "height": round(height, 2),
                "background": background,
                "background_page": number,
            }
            for number, (width, height) in enumerate(sizes, start=1)
        ],
        **_items(places, sizes),
    }
    try:
        definition = FormDefinition.model_validate(data)
    except ValidationError as error:
        reason = "; ".join(str(e["msg"]) for e in error.errors()[:3])
        raise CodedError(ErrorCode.FORM_INVALID, f"no usable draft: {reason}") from error
    text = _HEAD + yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    return FormDraft(text, definition, background)


def draw_draft(pdf: bytes, definition: FormDefinition, *, dpi: int = 110) -> Iterator[Pixels]:
    """Pages of the blank with what is proposed: fields blue, parts green, marks red, seals violet.

    Yields H x W x 3 RGB at `dpi`.
    """
    document = _opened(pdf)
    try:
        for number, page in enumerate(document, start=1):
            bitmap = page.render(scale=dpi / 72, rev_byteorder=True)
            pixels = np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8, copy=True)
            bitmap.close()
            for colour, box in _drawn(definition, number):
                corners = [round(v * dpi / 25.4) for v in (box.x0, box.y0, box.x1, box.y1)]
                x0, y0, x1, y1 = corners
                tint = pixels[y0:y1, x0:x1]
                tint[:] = (0.75 * tint + 0.25 * np.array(colour)).astype(np.uint8)
                cv2.rectangle(pixels, (x0, y0), (x1, y1), colour, 1)
            yield pixels
    finally:
        document.close()


def _opened(pdf: bytes) -> pypdfium2.PdfDocument:
    if not pdf:
        raise CodedError(ErrorCode.FILE_EMPTY, "empty PDF")
    try:
        document = pypdfium2.PdfDocument(pdf)
        sizes = [document.get_page_size(index) for index in range(len(document))]
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error)
        code = ErrorCode.FILE_ENCRYPTED if locked else ErrorCode.FILE_CORRUPT
        raise CodedError(code, str(error)) from error
    if not sizes or len(sizes) > _MOST_PAGES:
        document.close()
        detail = f"{len(sizes)} pages"
        raise CodedError(ErrorCode.PAGES_TOO_MANY, detail, limit=_MOST_PAGES)
    if max(max(size) for size in sizes) * 25.4 / 72 > _LARGEST_MM:
        document.close()
        raise CodedError(ErrorCode.IMAGE_TOO_LARGE, f"page over {_LARGEST_MM} mm")
    return document


def _items(
    places: Sequence[PagePlaces], sizes: Sequence[tuple[float, float]]
) -> Mapping[str, list[dict[str, Any]]]:
    counts: dict[str, int] = {}

    def name(stem: str) -> str:
        counts[stem] = counts.get(stem, 0) + 1
        return f"{stem}_{counts[stem]}"

    fields, marks, seals = [], [], []
    for number, (found, size) in enumerate(zip(places, sizes, strict=True), start=1):
        fields += [_field(f, name(str(f.kind)), number, size) for f in found.fields]
        marks += [_mark(m, name("choice"), number, size) for m in found.marks]
        seals += [
            {"name": name("seal"), "label": "印", "page": number, "box": _box(area, size)}
            for area in found.seals
        ]
    items = {"fields": fields, "marks": marks, "seals": seals}
    return {key: value for key, value in items.items() if value}


def _field(place: FieldPlace, name: str, page: int, size: tuple[float, float]) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {"part": str(part), "box": _box(area, size), **({"cells": n} if n > 1 else {})}
        for part, area, n in place.parts
    ]
    data: dict[str, Any] = {
        "name": name,
        "label": place.label or _NAMELESS,
        "kind": str(place.kind),
        "page": page,
        "box": _hull([part["box"] for part in parts]) if parts else _box(place.area, size),
    }
    if parts:
        data["parts"] = parts
    if len(place.eras) > 1:
        data["eras"] = [{"value": str(era), "box": _box(area, size)} for era, area in place.eras]
    elif place.eras:
        data["era"] = str(place.eras[0][0])
    if place.cells > 1:
        data["cells"] = place.cells
    if place.kind is FieldKind.MY_NUMBER:
        data["sensitivity"] = "number"
    if place.section:
        data["section"] = place.section
    return data


def _mark(place: MarkPlace, name: str, page: int, size: tuple[float, float]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": name,
        "label": place.label or _NAMELESS,
        "page": page,
        "style": "tick" if place.ticks else "circle",
        "options": [
            {"value": f"option_{index}", "label": words, "box": _box(area, size)}
            for index, (words, area) in enumerate(place.options, start=1)
        ],
    }
    if place.section:
        data["section"] = place.section
    return data


def _box(area: Area, size: tuple[float, float]) -> dict[str, float]:
    x0, y0 = max(round(area.x0, 1), 0.0), max(round(area.y0, 1), 0.0)
    x1, y1 = min(round(area.x1, 1), size[0] - 0.05), min(round(area.y1, 1), size[1] - 0.05)
    return {
        "x": x0,
        "y": y0,
        "width": round(max(x1 - x0, 0.1), 1),
        "height": round(max(y1 - y0, 0.1), 1),
    }


def _hull(boxes: Sequence[Mapping[str, float]]) -> dict[str, float]:
    x, y = min(b["x"] for b in boxes), min(b["y"] for b in boxes)
    right = max(b["x"] + b["width"] for b in boxes)
    bottom = max(b["y"] + b["height"] for b in boxes)
    return {"x": x, "y": y, "width": round(right - x, 1), "height": round(bottom - y, 1)}


def _drawn(definition: FormDefinition, page: int) -> Iterator[tuple[tuple[int, int, int], Area]]:
    fields = [field for field in definition.fields if field.page == page]
    boxes = [((30, 80, 220), field.box) for field in fields if not field.parts]
    boxes += [((0, 140, 60), part.box) for field in fields for part in field.parts]
    boxes += [((210, 30, 40), era.box) for field in fields for era in field.eras]
    groups = [group for group in definition.marks if group.page == page]
    boxes += [((210, 30, 40), option.box) for group in groups for option in group.options]
    boxes += [((150, 40, 190), seal.box) for seal in definition.seals if seal.page == page]
    for colour, box in boxes:
        yield colour, Area(box.x, box.y, box.x + box.width, box.y + box.height)


class _Dumper(yaml.SafeDumper):
    """Boxes on one line, as people write them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
        plain = all(not isinstance(v, list | dict) for v in dict(mapping).values())
        return super().represent_mapping(tag, mapping, flow_style=plain and len(mapping) <= 4)
