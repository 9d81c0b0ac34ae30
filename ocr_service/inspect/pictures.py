"""Pictures of the stages of one page, as RGB pixels of a width that a screen shows.

Pages are shown with `hidden` boxes painted over; what is drawn on them is told in the legend of the
report.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from ocr_service.inspect.drawing import BoxDrawn, draw_boxes, draw_outline, fit, rgb
from ocr_service.inspect.evidence import PageEvidence
from ocr_service.inspect.hide import Hidden, cover_form, cover_page
from ocr_service.inspect.looks import DRIFTED, Look, look_of_field, look_of_mark
from ocr_service.inspect.places import Corners, field_places, mark_places
from pipelines.drift import DriftZone
from pipelines.field_pixels import PAPER
from pipelines.forms.template import Template
from pipelines.geometry import transform_points
from pipelines.ink import Ink
from pipelines.records import BoundingBox, Line, Matrix, Page, Pixels, RegisteredPage
from pipelines.register_shifts import PrintShifts

WIDTH = 1100
"""Width of a picture of a page in pixels: about 130 dpi of an upright A4."""
MAGNIFIED = 15
"""Arrows of print out of place are drawn this many times as long."""
FAR_MM = 0.3
PRINT_COLOUR = (214, 96, 0)
INK_COLOUR = (0, 62, 179)
RED_COLOUR = (190, 0, 0)
NEAR_COLOUR = (0, 110, 60)
FAR_COLOUR = (170, 0, 140)
LOST_COLOUR = (98, 98, 98)
_OUTLINE_COLOUR = (0, 62, 179)
_FADED, _FAINT = 0.45, 0.25
_AROUND_MM = 1.5


def scan_picture(evidence: PageEvidence, hidden: Hidden) -> Pixels:
    """Show the scan as it came, with the sheet of the form outlined where it was found."""
    page, registered = evidence.page, evidence.registered
    shown = _page(page, hidden)
    if registered is None:
        return shown
    height, width = registered.grey.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    there = np.linalg.inv(page.to_scan) @ registered.to_scan
    scale = shown.shape[1] / page.pixels.shape[1]
    return draw_outline(shown, transform_points(there, corners) * scale, _OUTLINE_COLOUR)


def page_picture(page: Page, hidden: Hidden) -> Pixels:
    """Show a page as a stage turned it."""
    return _page(page, hidden)


def registered_picture(
    registered: RegisteredPage, template: Template, shifts: PrintShifts, hidden: Hidden
) -> Pixels:
    """Show the page on its form, the form's print in colour under it, and how far print is off.

    Print without ink of the page on it keeps its colour; arrows run from where the form has a
    corner to where the page shows it, `MAGNIFIED` times as long.
    """
    grey = cover_form(registered.grey, registered.dpi, hidden)
    blank = template.grey[..., None].astype(np.float32) / PAPER
    paint = np.array(PRINT_COLOUR, np.float32) * (1 - blank) + PAPER * blank
    light = rgb(grey).astype(np.float32) / PAPER
    shown = fit((paint * light).astype(np.uint8), WIDTH)
    scale = shown.shape[1] / grey.shape[1]
    far = FAR_MM * registered.dpi / 25.4
    for start, end in zip(shifts.expected, shifts.found, strict=True):
        is_far = float(np.hypot(*(end - start))) > far
        colour = FAR_COLOUR if is_far else NEAR_COLOUR
        tip = start + MAGNIFIED * (end - start)
        ends = [(round(float(x) * scale), round(float(y) * scale)) for x, y in (start, tip)]
        cv2.arrowedLine(shown, *ends, colour, 1 + is_far, cv2.LINE_AA, tipLength=0.3)
        cv2.circle(shown, ends[0], 4 if is_far else 2, colour, -1, cv2.LINE_AA)
    for x, y in shifts.lost * scale:
        place = (round(float(x)), round(float(y)))
        cv2.drawMarker(shown, place, LOST_COLOUR, cv2.MARKER_TILTED_CROSS, 7, 1, cv2.LINE_AA)
    return shown


def with_drift(shown: Pixels, zones: Sequence[DriftZone], template: Template) -> Pixels:
    """Show on a `registered_picture` where print of the form is missing or new, numbered."""
    scale = shown.shape[1] / template.grey.shape[1]
    boxes = [
        _drawn(zone.corners, DRIFTED, f"{DRIFTED.sign}{number}", scale)
        for number, zone in enumerate(zones, start=1)
    ]
    return draw_boxes(shown, boxes)


def ink_picture(ink: Ink, template: Template, hidden: Hidden) -> Pixels:
    """Show what is left when the blank is taken away: pen blue, red ink red, print faint."""
    faint = PAPER - (PAPER - template.grey.astype(np.float32)) * _FAINT
    shown = rgb(faint.astype(np.uint8))
    shown[ink.mask] = INK_COLOUR
    shown[ink.red] = RED_COLOUR
    return fit(cover_form(shown, template.dpi, hidden), WIDTH)


def boxes_picture(
    evidence: PageEvidence, registered: RegisteredPage, template: Template, hidden: Hidden
) -> Pixels:
    """Show the page on its form, faded, with a box for every field, option and seal.

    Fields are numbered as in the table; options and seals have their sign only.
    """
    grey = cover_form(registered.grey, registered.dpi, hidden)
    faded = PAPER - (PAPER - grey.astype(np.float32)) * _FADED
    shown = fit(rgb(faded.astype(np.uint8)), WIDTH)
    scale = shown.shape[1] / grey.shape[1]
    fields, marks = field_places(template), mark_places(template)
    boxes = []
    for number, field in enumerate(evidence.fields, start=1):
        if field.name in fields:
            look = look_of_field(field)
            boxes.append(_drawn(fields[field.name], look, f"{number}{look.sign}", scale))
    for mark in evidence.marks:
        look = look_of_mark(mark)
        boxes.append(_drawn(marks[mark.group, mark.option], look, look.sign, scale))
    return draw_boxes(shown, boxes)


def lines_picture(page: Page, lines: Sequence[Line], look: Look, hidden: Hidden) -> Pixels:
    """Show an unknown page with the lines that were read, numbered in reading order."""
    shown = _page(page, hidden)
    back = np.asarray(np.linalg.inv(page.to_scan), np.float64)
    scale = shown.shape[1] / page.pixels.shape[1]
    boxes = [
        _drawn(_bounds(line.box, back), look, str(number), scale)
        for number, line in enumerate(lines, start=1)
    ]
    return draw_boxes(shown, boxes)


def mark_picture(corners: Corners, registered: RegisteredPage) -> Pixels:
    """Show one option or seal (`corners` on the template) with a little of what is around it."""
    pad = _AROUND_MM * registered.dpi / 25.4
    colour = registered.colour
    source, scale = (registered.grey, 1.0) if colour is None else (colour, 0.5)
    x0, y0, x1, y1 = corners
    rows = slice(max(0, round((y0 - pad) * scale)), max(1, round((y1 + pad) * scale)))
    columns = slice(max(0, round((x0 - pad) * scale)), max(1, round((x1 + pad) * scale)))
    return rgb(source[rows, columns])


def _page(page: Page, hidden: Hidden) -> Pixels:
    return fit(cover_page(page, hidden), WIDTH)


def _drawn(corners: Corners, look: Look, label: str, scale: float) -> BoxDrawn:
    x0, y0, x1, y1 = (value * scale for value in corners)
    return BoxDrawn(corners=(x0, y0, x1, y1), look=look, label=label)


def _bounds(box: BoundingBox, back: Matrix) -> Corners:
    """Box of the scan in the pixels to which `back` maps."""
    corners = [[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]]
    mapped = transform_points(back, np.array(corners))
    x0, y0 = mapped.min(axis=0)
    x1, y1 = mapped.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)
