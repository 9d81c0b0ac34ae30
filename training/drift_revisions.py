"""Revisions of a form that differ in one place: a box, a row, a label moved, gone, new, renamed.

They keep id and revision: papers printed from them pass for the form they were made from.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from pipelines.forms.load import FormEntry
from pipelines.forms.model import FormDefinition

MOVES = (3.0, 8.0)
"""How far something moves, in mm."""
_TRIES = 60
_LEAST_BOX = (8.0, 4.0)
_MOST_BOX = 0.5
_MARGIN = 4.0
_OTHER_WORDS = "新旧届出申請証明期間理由確認備考連絡先区分認定受給者資格番号"

Json = dict[str, Any]


class Drift(StrEnum):
    """What happened to the form."""

    BOX_MOVED = "box_moved"
    ROW_MOVED = "row_moved"
    LABEL_MOVED = "label_moved"
    LABEL_CHANGED = "label_changed"
    LABEL_REMOVED = "label_removed"
    BOX_REMOVED = "box_removed"
    BOX_ADDED = "box_added"


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A form that differs from `entry` it was made from; `shift` is in mm (0 when nothing moved).

    `page` is the page on which it differs.
    """

    entry: FormEntry
    drift: Drift
    page: int
    shift: float


@dataclass(frozen=True, slots=True)
class _Area:
    x0: float
    y0: float
    x1: float
    y1: float

    def holds(self, other: "_Area", slack: float = 0.3) -> bool:
        return (
            other.x0 >= self.x0 - slack
            and other.y0 >= self.y0 - slack
            and other.x1 <= self.x1 + slack
            and other.y1 <= self.y1 + slack
        )


def revise(
    entry: FormEntry,
    drift: Drift,
    rng: np.random.Generator,
    moves: tuple[float, float] = MOVES,
) -> Revision | None:
    """Make a revision of `entry`; None when its print is a background or nothing fits.

    What moves goes between `moves` mm far.
    """
    for _ in range(_TRIES):
        form = entry.definition.model_dump(mode="json", by_alias=True)
        page = form["pages"][int(rng.integers(len(form["pages"])))]
        if not page["printed"]:
            return None
        distance = float(rng.uniform(*moves))
        shift = _CHANGES[drift](form, page, rng, distance)
        if shift is None:
            continue
        try:
            definition = FormDefinition.model_validate(form)
        except ValueError:
            # A box left its page: move something else.
            continue
        made = replace(entry, definition=definition)
        return Revision(entry=made, drift=drift, page=page["number"], shift=shift)
    return None


def _move_box(form: Json, page: Json, rng: np.random.Generator, distance: float) -> float | None:
    """Move a printed frame with everything in it."""
    frame = _some_frame(page, rng)
    if frame is None:
        return None
    dx, dy = _way(rng, distance)
    area = _extent(frame)
    _shift_all(form, page, lambda a: area.holds(a), dx, dy)
    return distance if _on_paper(page) else None


def _move_row(form: Json, page: Json, rng: np.random.Generator, distance: float) -> float | None:
    """Make room for a row: what lies below goes down, or what lies above goes up."""
    levels = [p["y0"] for p in page["printed"] if p["type"] == "line" and p["y0"] == p["y1"]]
    levels += [p["y"] for p in page["printed"] if p["type"] == "rect"]
    inner = [y for y in levels if 0.2 * page["height"] < y < 0.8 * page["height"]]
    if not inner:
        return None
    at, shift = float(rng.choice(inner)), distance
    lowest = max(_extent(p).y1 for p in page["printed"])
    down = lowest + shift < page["height"] - _MARGIN
    moved = (lambda a: a.y0 >= at - 0.3) if down else (lambda a: a.y1 <= at + 0.3)
    _stretch(page, at, shift, down)
    _shift_all(form, page, moved, 0, shift if down else -shift)
    return shift if _on_paper(page) else None


def _move_label(_form: Json, page: Json, rng: np.random.Generator, distance: float) -> float | None:
    label = _some_label(page, rng)
    if label is None:
        return None
    dx, dy = _way(rng, distance)
    label["x"], label["y"] = label["x"] + dx, label["y"] + dy
    return distance if _on_paper(page) else None


def _change_label(
    _form: Json, page: Json, rng: np.random.Generator, _distance: float
) -> float | None:
    label = _some_label(page, rng)
    if label is None:
        return None
    words = [str(rng.choice(list(_OTHER_WORDS))) for _ in label["text"]]
    label["text"] = "".join(words)
    return 0.0


def _remove_label(
    _form: Json, page: Json, rng: np.random.Generator, _distance: float
) -> float | None:
    label = _some_label(page, rng)
    if label is None:
        return None
    page["printed"] = [p for p in page["printed"] if p is not label]
    return 0.0


def _remove_box(
    _form: Json, page: Json, rng: np.random.Generator, _distance: float
) -> float | None:
    frame = _some_frame(page, rng)
    if frame is None:
        return None
    area = _extent(frame)
    page["printed"] = [p for p in page["printed"] if not area.holds(_extent(p))]
    return 0.0


def _add_box(_form: Json, page: Json, rng: np.random.Generator, _distance: float) -> float | None:
    """Print a new frame with a label where nothing is printed."""
    width, height = float(rng.uniform(25, 60)), float(rng.uniform(7, 12))
    x = float(rng.uniform(_MARGIN, page["width"] - width - _MARGIN))
    y = float(rng.uniform(_MARGIN, page["height"] - height - _MARGIN))
    area = _Area(x - 1, y - 1, x + width + 1, y + height + 1)
    if any(_overlap(area, _extent(p)) for p in page["printed"] if not _is_shade(p)):
        return None
    words = "".join(str(rng.choice(list(_OTHER_WORDS))) for _ in range(4))
    page["printed"] += [
        {"type": "rect", "x": x, "y": y, "width": width, "height": height},
        {"type": "text", "text": words, "x": x + 2, "y": y + 5, "size": 3.0},
    ]
    return 0.0


_CHANGES: dict[Drift, Callable[[Json, Json, np.random.Generator, float], float | None]] = {
    Drift.BOX_MOVED: _move_box,
    Drift.ROW_MOVED: _move_row,
    Drift.LABEL_MOVED: _move_label,
    Drift.LABEL_CHANGED: _change_label,
    Drift.LABEL_REMOVED: _remove_label,
    Drift.BOX_REMOVED: _remove_box,
    Drift.BOX_ADDED: _add_box,
}


def _way(rng: np.random.Generator, distance: float) -> tuple[float, float]:
    along = distance * (1 if rng.random() < 0.5 else -1)
    return (along, 0.0) if rng.random() < 0.5 else (0.0, along)


def _some_frame(page: Json, rng: np.random.Generator) -> Json | None:
    frames = [
        p
        for p in page["printed"]
        if p["type"] == "rect"
        and p["stroke"] > 0
        and _LEAST_BOX[0] <= p["width"] <= _MOST_BOX * page["width"]
        and _LEAST_BOX[1] <= p["height"] <= _MOST_BOX * page["height"]
    ]
    return frames[int(rng.integers(len(frames)))] if frames else None


def _some_label(page: Json, rng: np.random.Generator) -> Json | None:
    labels = [
        p for p in page["printed"] if p["type"] == "text" and len(p["text"].replace("　", "")) >= 2
    ]
    return labels[int(rng.integers(len(labels)))] if labels else None


def _shift_all(
    form: Json, page: Json, moved: Callable[[_Area], bool], dx: float, dy: float
) -> None:
    """Move print, and the places of fields, marks and seals, of which `moved` says so."""
    for item in page["printed"]:
        if moved(_extent(item)):
            _shift(item, dx, dy)
    for box in _places(form, page["number"]):
        if moved(_Area(box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])):
            _shift(box, dx, dy)


def _shift(item: Json, dx: float, dy: float) -> None:
    for key, by in (("x", dx), ("x0", dx), ("x1", dx), ("y", dy), ("y0", dy), ("y1", dy)):
        if key in item:
            item[key] += by


def _stretch(page: Json, at: float, by: float, down: bool) -> None:
    """Lengthen upright rules and frames that cross the level `at`."""
    for item in page["printed"]:
        area = _extent(item)
        if item["type"] not in ("line", "rect") or not area.y0 < at - 0.3 < at + 0.3 < area.y1:
            continue
        if item["type"] == "rect":
            item["height"] += by
            item["y"] -= 0 if down else by
        elif item["x0"] == item["x1"]:
            key = max(("y0", "y1"), key=lambda k: item[k])
            other = "y1" if key == "y0" else "y0"
            item[key if down else other] += by if down else -by


def _places(form: Json, number: int) -> Iterable[Json]:
    for field in form["fields"]:
        if field["page"] == number:
            yield field["box"]
            yield from (p["box"] for p in (*field["parts"], *field["eras"]))
    for group in form["marks"]:
        if group["page"] == number:
            yield from (o["box"] for o in group["options"])
    for seal in form["seals"]:
        if seal["page"] == number:
            yield seal["box"]


def _extent(item: Json) -> _Area:
    if item["type"] == "rect":
        return _Area(item["x"], item["y"], item["x"] + item["width"], item["y"] + item["height"])
    if item["type"] == "line":
        xs, ys = (item["x0"], item["x1"]), (item["y0"], item["y1"])
        return _Area(min(xs), min(ys), max(xs), max(ys))
    if item["type"] == "circle":
        x, y, r = item["x"], item["y"], item["radius"]
        return _Area(x - r, y - r, x + r, y + r)
    return _text_extent(item)


def _text_extent(item: Json) -> _Area:
    lines, size = item["text"].split("\n"), item["size"]
    if item["vertical"]:
        tall = size * len(item["text"])
        return _Area(item["x"] - size / 2, item["y"], item["x"] + size / 2, item["y"] + tall)
    wide = max(sum(size * (1 if ord(c) > 255 else 0.5) for c in line) for line in lines)
    wide += item["spacing"] * max(0, max(map(len, lines)) - 1)
    left = item["x"] - {"left": 0, "center": wide / 2, "right": wide}[item["align"]]
    top, tall = item["y"] - 0.85 * size, size * item["leading"] * (len(lines) - 1) + size
    return _Area(left, top, left + wide, top + tall)


def _on_paper(page: Json) -> bool:
    paper = _Area(1, 1, page["width"] - 1, page["height"] - 1)
    return all(paper.holds(_extent(item)) for item in page["printed"])


def _overlap(a: _Area, b: _Area) -> bool:
    return a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1


def _is_shade(item: Json) -> bool:
    return bool(item["type"] == "rect" and item["stroke"] == 0)
