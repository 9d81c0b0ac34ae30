"""Finds and reads all lines of a page that no form claims."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.detector import TextRegion
from models.recogniser import Reading, Recogniser
from models.wording import Wording
from pipelines.field_crops import set_narrower
from pipelines.line_crops import cut_region, flow_column, is_vertical, pieces
from pipelines.records import BoundingBox, Line, Page, Pixels
from pipelines.wording import worded

_LEAST_CONFIDENCE = 0.3
# A line that reads as surely as this is not read a second time.
_SURE = 0.9
# Two boxes are on one line when they share this much of the smaller height.
_SAME_ROW = 0.5


def read_lines(
    page: Page,
    regions: Sequence[TextRegion],
    recogniser: Recogniser,
    wording: Wording | None = None,
) -> tuple[Line, ...]:
    """Read the lines found on the page (upright), horizontal and vertical, in reading order.

    `wording` decides what the ink leaves open. Rows run from the top, their lines from the left;
    columns of vertical text from the right. The confidence is a geometric mean over the
    characters. Boxes are in pixels of the original scan.
    """
    found = [Found(region, is_vertical(region)) for region in regions]
    texts = read_regions(page.pixels, found, recogniser, wording)
    read = [
        (item, text, confidence)
        for item, (text, confidence) in zip(found, texts, strict=True)
        if text and confidence >= _LEAST_CONFIDENCE
    ]
    order = reading_order([(item.region, item.vertical) for item, _, _ in read])
    lines = []
    for index in order:
        item, text, confidence = read[index]
        box = _scan_box(item.region, page)
        if box is not None:
            lines.append(
                Line(
                    text=text,
                    confidence=round(confidence, 4),
                    box=box,
                    page=page.number,
                    vertical=item.vertical,
                )
            )
    return tuple(lines)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A detected line and whether it is vertical."""

    region: TextRegion
    vertical: bool


def read_regions(
    pixels: Pixels,
    found: Sequence[Found],
    recogniser: Recogniser,
    wording: Wording | None = None,
) -> list[tuple[str, float]]:
    """Text and confidence of each region.

    Every line is read set narrower, which is quicker, a column with its characters set side by
    side. Where that is not sure it is read again as it is written, a column also turned: the best
    one counts.
    """
    crops = [cut_region(pixels, item.region) for item in found]
    flows = [flow_column(c) if f.vertical else c for c, f in zip(crops, found, strict=True)]
    read = _read_crops(flows, recogniser, wording, narrower=True)
    unsure = [i for i, (_, confidence) in enumerate(read) if confidence < _SURE]
    columns = [i for i in unsure if found[i].vertical]
    turned = [np.ascontiguousarray(np.rot90(crops[i])) for i in columns]
    again = _read_crops([*(flows[i] for i in unsure), *turned], recogniser, wording)
    for i, other in zip([*unsure, *columns], again, strict=True):
        if other[1] > read[i][1]:
            read[i] = other
    return read


def _read_crops(
    crops: Sequence[Pixels],
    recogniser: Recogniser,
    wording: Wording | None,
    *,
    narrower: bool = False,
) -> list[tuple[str, float]]:
    """Read every crop, long ones in pieces, all in one call."""
    parts = [pieces(crop) for crop in crops]
    flat = [set_narrower(part) if narrower else part for some in parts for part in some]
    read = recogniser.read(flat, [None] * len(flat))
    readings = iter(read if wording is None else [worded(r, wording) for r in read])
    return [joined([next(readings) for _ in some]) for some in parts]


def joined(readings: Sequence[Reading]) -> tuple[str, float]:
    """Text of the pieces of one line, and its probability as a geometric mean over its characters.

    The probability of the line knows of characters that may be missing; those of its characters
    alone do not.
    """
    text = "".join(r.text for r in readings).strip()
    count = sum(not c.text.isspace() for r in readings for c in r.characters)
    chances = [max(r.confidence, 1e-9) for r in readings if r.characters]
    return text, float(np.exp(np.log(chances).sum() / count)) if count else 0.0


def reading_order(regions: Sequence[tuple[TextRegion, bool]]) -> list[int]:
    """Sort indices in reading order; each region comes with whether it is vertical.

    Vertical columns that stand side by side are read from the right, before what is below them;
    everything else in rows.
    """
    boxes = [_bounds(region) for region, _ in regions]
    rows: list[list[int]] = []
    for index in sorted(range(len(boxes)), key=lambda i: (boxes[i][1], boxes[i][0])):
        row = next((r for r in rows if _same_row(boxes, r, index, regions)), None)
        if row is None:
            rows.append([index])
        else:
            row.append(index)
    rows.sort(key=lambda row: min(boxes[i][1] for i in row))
    return [index for row in rows for index in _along(row, boxes, regions)]


def _along(
    row: list[int],
    boxes: Sequence[tuple[float, float, float, float]],
    regions: Sequence[tuple[TextRegion, bool]],
) -> list[int]:
    vertical = sum(regions[i][1] for i in row) * 2 > len(row)
    return sorted(row, key=lambda i: -boxes[i][2] if vertical else boxes[i][0])


def _same_row(
    boxes: Sequence[tuple[float, float, float, float]],
    row: list[int],
    index: int,
    regions: Sequence[tuple[TextRegion, bool]],
) -> bool:
    first = row[0]
    if regions[first][1] != regions[index][1]:
        return False
    top, bottom = boxes[first][1], boxes[first][3]
    common = min(bottom, boxes[index][3]) - max(top, boxes[index][1])
    least = min(bottom - top, boxes[index][3] - boxes[index][1])
    return common > _SAME_ROW * least


def _bounds(region: TextRegion) -> tuple[float, float, float, float]:
    low, high = region.corners.min(axis=0), region.corners.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _scan_box(region: TextRegion, page: Page) -> BoundingBox | None:
    corners = np.column_stack([region.corners.astype(float), np.ones(4)]) @ page.to_scan.T
    points = corners[:, :2] / corners[:, 2:]
    limit = np.array([page.scan_width, page.scan_height], float)
    low, high = np.clip(points.min(axis=0), 0, limit), np.clip(points.max(axis=0), 0, limit)
    if not (low[0] < high[0] and low[1] < high[1]):
        return None
    return BoundingBox(x0=float(low[0]), y0=float(low[1]), x1=float(high[0]), y1=float(high[1]))
