"""Forms that are nothing but boxes to tick, printed in many ways.

Boxes of 2 to 6 mm, of hairlines and of thick lines, rounded, flat, as brackets, close together, in
a table, and words that are ticked instead of circled. No definition of the service has them: they
are for fitting and measuring the reading of ticks only.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.forms.load import FormEntry
from pipelines.forms.model import FormDefinition

_WIDTH, _HEIGHT = 210.0, 297.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 16.0, 194.0, 34.0, 276.0
_WORDS = ("有", "無", "はい", "いいえ", "同居", "別居", "父", "母", "その他", "希望", "なし", "要")
_TYPE_MM = 3.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """How boxes are printed, in mm: their size, their line, and how far one is from the next.

    `room` lies between a box and the next one on the same line, `row` from line to line. `brackets`
    are lines on the left and right only; `words` are ticked themselves, without a box.
    """

    name: str
    width: float = 3.2
    height: float = 3.2
    line: float = 0.2
    radius: float = 0.0
    room: float = 13.0
    row: float = 8.0
    options: int = 3
    brackets: bool = False
    words: bool = False
    table: bool = False


LAYOUTS = (
    Layout(name="usual"),
    Layout(name="tiny", width=2.0, height=2.0, line=0.15, room=12.0, row=6.5),
    Layout(name="small", width=2.5, height=2.5, room=12.0, row=7.0),
    Layout(name="large", width=6.0, height=6.0, line=0.3, room=14.0, row=11.0, options=2),
    Layout(name="flat", width=5.0, height=3.0, room=12.0, row=8.0),
    Layout(name="rounded", width=4.0, height=4.0, radius=1.0, room=13.0, row=9.0),
    Layout(name="thick", width=3.6, height=3.6, line=0.6, room=13.0, row=8.5),
    Layout(name="hairline", width=3.6, height=3.6, line=0.1, room=13.0, row=8.5),
    Layout(name="brackets", width=4.2, height=3.6, line=0.25, brackets=True, row=8.0),
    Layout(name="close", width=3.4, height=3.4, room=1.4, row=5.4, options=5),
    Layout(name="table", width=3.2, height=3.2, room=9.0, row=7.0, options=4, table=True),
    Layout(name="words", words=True, room=6.0, row=9.0, options=4),
)


def tick_form(layout: Layout) -> FormEntry:
    """Make the form of a layout: one page, its boxes in groups of `options`."""
    printed, marks = _title(layout), []
    y, number = _TOP, 0
    while y + layout.row <= _BOTTOM:
        x = _LEFT
        while (wide := _group_width(layout)) + x <= _RIGHT:
            number += 1
            group, drawn = _group(layout, number, x, y)
            marks.append(group)
            printed += drawn
            x += wide + 4.0
        if layout.table:
            printed.append(_line(_LEFT - 2, y - 1.9, _RIGHT, y - 1.9, 0.15))
        y += layout.row
    definition = FormDefinition.model_validate(
        {
            "id": f"ticks-{layout.name}",
            "revision": "1",
            "title": "確認票",
            "operation": "resident_register",
            "document_kind": "application",
            "valid": {"from": "2026-04-01"},
            "pages": [
                {"number": 1, "width": _WIDTH, "height": _HEIGHT, "printed": printed},
            ],
            "fields": [
                {"name": "note", "label": "備考", "kind": "text", "box": _box(30, 281, 120, 7)}
            ],
            "marks": marks,
        }
    )
    return FormEntry(definition, Path(), Path())


def _title(layout: Layout) -> list[dict[str, Any]]:
    return [
        {"type": "rect", "stroke": 0.5, **_box(10, 12, 190, 279)},
        _text("確認票（該当する欄にチェックを付けてください）", 18, 24, 4.6),
        _text(f"様式{LAYOUTS.index(layout) + 1}", 176, 24, 3.6),
        _text("備考", 18, 286, 3.2),
        {"type": "rect", "stroke": 0.2, **_box(29, 280, 122, 9)},
    ]


def _group_width(layout: Layout) -> float:
    wide = _TYPE_MM if layout.words else layout.width
    return layout.options * (wide + layout.room) + (7.0 if layout.options == _CLOSE else 0.0)


_CLOSE = 5


def _group(
    layout: Layout, number: int, x: float, y: float
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One group from (x, y) on, and what is printed for it."""
    printed: list[dict[str, Any]] = []
    options: list[dict[str, Any]] = []
    if layout.options == _CLOSE:
        printed.append(_text(f"{number}", x, y + layout.height - 0.4, _TYPE_MM))
        x += 7.0
    for n in range(layout.options):
        word = _WORDS[(number * 5 + n) % len(_WORDS)]
        baseline = y + (3.2 if layout.words else layout.height / 2 + 1.2)
        if layout.words:
            word = word[:2]
            box = _box(x, y, _TYPE_MM * len(word), 3.6)
            printed.append(_text(word, x, baseline, _TYPE_MM))
            x += _TYPE_MM * 2 + layout.room - _TYPE_MM
        else:
            box = _box(x, y, layout.width, layout.height)
            printed += _frame(layout, box)
            if layout.options != _CLOSE:
                printed.append(_text(word[:3], x + layout.width + 0.8, baseline, _TYPE_MM))
            if layout.table:
                edge = x - 1.6
                printed.append(_line(edge, y - 1.9, edge, y - 1.9 + layout.row, 0.15))
            x += layout.width + layout.room
        options.append({"value": f"o{n + 1}", "label": word, "box": box})
    style = "circle" if layout.words else "tick"
    group = {"name": f"g{number}", "label": f"設問{number}", "style": style, "options": options}
    return group, printed


def _frame(layout: Layout, box: dict[str, float]) -> list[dict[str, Any]]:
    if not layout.brackets:
        return [{"type": "rect", "stroke": layout.line, "radius": layout.radius, **box}]
    left, top = box["x"], box["y"]
    right, bottom = left + box["width"], top + box["height"]
    lines = []
    for edge, lip in ((left, 0.8), (right, -0.8)):
        lines.append(_line(edge, top, edge, bottom, layout.line))
        lines.append(_line(edge, top, edge + lip, top, layout.line))
        lines.append(_line(edge, bottom, edge + lip, bottom, layout.line))
    return lines


def _box(x: float, y: float, width: float, height: float) -> dict[str, float]:
    return {"x": x, "y": y, "width": width, "height": height}


def _line(x0: float, y0: float, x1: float, y1: float, width: float) -> dict[str, Any]:
    return {"type": "line", "x0": x0, "y0": y0, "x1": x1, "y1": y1, "width": width}


def _text(text: str, x: float, y: float, size: float) -> dict[str, Any]:
    return {"type": "text", "text": text, "x": x, "y": y, "size": size, "font": "gothic"}
