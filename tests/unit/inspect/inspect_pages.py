"""A small form and what reading it might have left behind, made by hand."""

from pathlib import Path

import numpy as np

from models.readings import Reading
from ocr_service.inspect.evidence import FormScore, PageEvidence
from pipelines.field_crops import Crop
from pipelines.field_slots import Cut, ReadCut, slots_of
from pipelines.forms.model import FormDefinition
from pipelines.forms.render import render_blank
from pipelines.forms.template import Template, templates_of_pdf
from pipelines.geometry import box_in_scan
from pipelines.ink import Ink
from pipelines.mark_shapes import MarkShape
from pipelines.records import (
    Alternative,
    BoundingBox,
    Field,
    FieldSource,
    FieldState,
    Identification,
    Line,
    Mark,
    MarkState,
    Page,
    PageView,
    QualityVerdict,
    RegisteredPage,
)

NUMBER = "123456789018"
HOSTILE = "<script>alert('足立')</script>"


def make_template() -> Template:
    """A name, a 個人番号, two options and a seal between words and rules."""
    text = {"type": "text", "size": 4}
    words = [
        ("見本届", 30),
        ("氏名", 60),
        ("個人番号", 90),
        ("はい　いいえ", 130),
        ("届出人の押印", 180),
    ]
    printed = [{**text, "text": word, "x": 20, "y": y} for word, y in words]
    printed += [{"type": "line", "x0": 15, "y0": y, "x1": 190, "y1": y} for y in range(40, 240, 20)]
    printed += [{"type": "line", "x0": x, "y0": 40, "x1": x, "y1": 220} for x in (15, 60, 190)]
    name = {"name": "name", "label": "氏名", "kind": "kanji_name", "box": _box(65, 48, 80, 10)}
    number = {
        **{"name": "number", "label": "個人番号", "kind": "my_number", "box": _box(65, 84, 80, 9)},
        **{"cells": 12, "sensitivity": "number"},
    }
    options = [
        {"value": "agree", "label": "はい", "box": _box(70, 124, 4, 4)},
        {"value": "refuse", "label": "いいえ", "box": _box(100, 124, 4, 4)},
    ]
    form = FormDefinition.model_validate(
        {
            **{"id": "sample-notice", "revision": "1", "title": "見本届"},
            **{"operation": "other", "document_kind": "notification"},
            "valid": {"from": "2026-04-01"},
            "pages": [{"number": 1, "printed": printed}],
            "fields": [name, number],
            "marks": [{"name": "answer", "label": "回答", "options": options}],
            "seals": [{"name": "seal", "label": "印", "box": _box(150, 170, 20, 20)}],
        }
    )
    return templates_of_pdf(form, render_blank(form, Path()))[0]


def form_evidence(template: Template, *, name: str = HOSTILE) -> PageEvidence:
    """A page read on the form: a name, a 個人番号, an option and a seal."""
    registered = _registered(template)
    ink = np.zeros(template.grey.shape, bool)
    ink[500:520, 700:720] = True
    red = np.zeros_like(ink)
    red[1400:1440, 1240:1280] = True
    page = _page(template)
    fields = (
        _field(template, "name", name, state=FieldState.READ, doubtful=True),
        _field(template, "number", NUMBER, state=FieldState.READ),
    )
    return PageEvidence(
        page=page,
        verdict=QualityVerdict(page=1, ok=True, measures={"dpi": 200.0}),
        scores=(FormScore(form=template.key, title="見本届", form_page=1, score=0.97),),
        identification=Identification(
            form=template.key, form_page=1, score=0.97, method="print", from_template=np.eye(3)
        ),
        template=template,
        registered=registered,
        ink=Ink(mask=ink | red, red=red, darkness=np.zeros(template.grey.shape, np.uint8)),
        shapes={("answer", "agree"): _shape()},
        marks=(
            _mark(template, "answer", "agree", MarkState.MARKED),
            _mark(template, "answer", "refuse", MarkState.EMPTY),
            _mark(template, "seal", "seal", MarkState.AMBIGUOUS),
        ),
        cuts={f.name: (_cut(template, f.name, f.raw_text),) for f in fields},
        view=_view(1),
        fields=fields,
    )


def unknown_evidence(template: Template, *lines: str) -> PageEvidence:
    """A page of no form with lines of text, one below the other."""
    page = _page(template)
    return PageEvidence(
        page=page,
        verdict=QualityVerdict(page=1, ok=True),
        read=page,
        lines=tuple(
            Line(
                text=text,
                confidence=0.9,
                box=BoundingBox(x0=100, y0=100 + 60 * i, x1=900, y1=140 + 60 * i),
                page=1,
            )
            for i, text in enumerate(lines)
        ),
        view=_view(None),
    )


def _box(x: float, y: float, width: float, height: float) -> dict[str, float]:
    return {"x": x, "y": y, "width": width, "height": height}


def _page(template: Template) -> Page:
    height, width = template.grey.shape
    return Page(
        number=1,
        pixels=np.repeat(template.grey[..., None], 3, axis=2),
        dpi=template.dpi,
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
    )


def _registered(template: Template) -> RegisteredPage:
    height, width = template.grey.shape
    return RegisteredPage(
        number=1,
        form=template.key,
        form_page=1,
        grey=template.grey.copy(),
        colour=None,
        dpi=template.dpi,
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
        rotation=0,
        score=0.97,
        residual_mm=0.04,
    )


def _corners(template: Template, name: str) -> tuple[float, float, float, float]:
    form = template.definition
    boxes = {f.name: f.box for f in form.fields} | {s.name: s.box for s in form.seals}
    boxes |= {o.value: o.box for o in form.marks[0].options}
    scale = template.dpi / 25.4
    box = boxes[name]
    return (
        box.x * scale,
        box.y * scale,
        (box.x + box.width) * scale,
        (box.y + box.height) * scale,
    )


def _field(
    template: Template, name: str, text: str, *, state: FieldState, doubtful: bool = False
) -> Field:
    definition = next(f for f in template.definition.fields if f.name == name)
    return Field(
        name=name,
        label=definition.label,
        kind=str(definition.kind),
        value=text,
        raw_text=text,
        confidence=0.9,
        state=state,
        source=FieldSource.READ,
        box=box_in_scan(_registered(template), _corners(template, name)),
        page=1,
        doubtful=doubtful,
        alternatives=(Alternative(value=text[:-1], confidence=0.1),),
    )


def _cut(template: Template, name: str, text: str) -> ReadCut:
    definition = next(f for f in template.definition.fields if f.name == name)
    crop = Crop(pixels=np.full((48, 200), 255, np.uint8), bounds=_corners(template, name))
    cut = Cut(slot=next(slots_of(definition)), crops=(crop,))
    return ReadCut(cut=cut, lines=(Reading(text, 0.9),), struck=())


def _mark(template: Template, group: str, option: str, state: MarkState) -> Mark:
    corners = _corners(template, option)
    box = box_in_scan(_registered(template), corners)
    return Mark(group=group, option=option, state=state, confidence=0.9, box=box, page=1)


def _shape() -> MarkShape:
    names = MarkShape.__dataclass_fields__
    return MarkShape(**{**dict.fromkeys(names, 0.0), "inside": 3.25, "filled": 0.2})


def _view(form_page: int | None) -> PageView:
    return PageView(
        number=1,
        width=1654,
        height=2339,
        rotation=0,
        form_page=form_page,
        score=0.97,
        quality=QualityVerdict(page=1, ok=True),
    )
