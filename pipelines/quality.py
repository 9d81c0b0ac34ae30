"""What a scanning station is told about a page at once: can it be read, and if not, why not.

Only faults that scanning again would mend are named. The limits were set so that clean scans,
faxes and ordinary photographs pass; the measures go along so that they can be looked at.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import grey_of, ink_drop, resize_by, shrunk, tone_at
from pipelines.geometry_paper import Paper, find_paper
from pipelines.records import Page, Pixels, QualityReason, QualityVerdict
from pipelines.second_sheet import too_long

_LOOK_DPI = 75.0
_INK_DROP = 40
_FAINT_DROP = 12
_EDGE_MM = 8.0
_BLANK_MM2 = 12.0
_FAINT_MM2 = 250.0
_DARK_PAPER = 80.0
_LEAST_CONTRAST = 55.0
_GLARE = 252
_GLARE_SHARE = 0.06
_GLARE_STEP = 32.0
_LEAST_DPI = 100.0
_BLURRED_MM = 0.56
_BLURRED_PIXELS = 3.1
_DARKEST = 0.999
"""Share of the page that is less dark than its darkest ink."""
_TILE = 224
_TILES = 8
_CUT_MM = 14.0
_LEAST_SOLID = 0.95


def assess_quality(page: Page) -> QualityVerdict:
    """Judge a decoded page (about 10 ms). Reasons are in the order of their weight.

    Measures: `dpi` (of the scan, even if `page` is a reduced picture of it), `paper` (brightness,
    0..255), `contrast` (paper less ink), `darkest` (the same of its darkest ink), `ink_mm2`,
    `blur_mm` (width of the sharpest edges), `glare` (share of the page burnt out),
    `missing_corner_mm`.
    """
    grey = grey_of(page)
    small, _ = shrunk(page, min(1.0, _LOOK_DPI / page.dpi), resize_by)
    dpi = min(page.dpi, _LOOK_DPI)
    drop = _drop(small, dpi)
    paper_level = tone_at(small, 0.85)
    ink = drop > _INK_DROP
    ink_mm2 = _area(ink, dpi)
    contrast = tone_at(drop[ink], 0.8) if ink.any() else 0.0
    faint_mm2 = _area(drop > _FAINT_DROP, dpi)
    sheet = find_paper(small, dpi)
    measures = {
        "dpi": float(page.dpi * page.scan_width / page.pixels.shape[1]),
        "paper": paper_level,
        "contrast": contrast,
        "ink_mm2": ink_mm2,
        "faint_mm2": faint_mm2,
        "darkest": tone_at(drop, _DARKEST),
        "blur_mm": _edge_width(grey, page.dpi) if ink_mm2 >= _BLANK_MM2 else 0.0,
        "glare": _glare(small),
        "missing_corner_mm": _missing(sheet),
    }
    reasons = _reasons(measures, small, drop, page.dpi)
    # The sheet in a photograph is another than the picture.
    if sheet is None and too_long(*(25.4 * side / page.dpi for side in grey.shape[::-1])):
        reasons = (*reasons, QualityReason.TWO_SHEETS)
    if page.damaged:
        reasons = (QualityReason.DAMAGED, *reasons)
    return QualityVerdict(page=page.number, ok=not reasons, reasons=reasons, measures=measures)


def _reasons(
    m: dict[str, float], small: Pixels, drop: NDArray[np.uint8], dpi: float
) -> tuple[QualityReason, ...]:
    if m["ink_mm2"] < _BLANK_MM2:
        if m["paper"] < _DARK_PAPER:
            return (QualityReason.DARK,)
        if m["faint_mm2"] > _FAINT_MM2:
            if m["dpi"] < _LEAST_DPI:
                return (QualityReason.LOW_RESOLUTION,)
            # Structure without ink: print shining through from the other side, or washed out.
            return (QualityReason.WRONG_SIDE, QualityReason.LOW_CONTRAST)
        return (QualityReason.BLANK,)
    reasons = []
    if m["paper"] < _DARK_PAPER:
        reasons.append(QualityReason.DARK)
    if m["glare"] > _GLARE_SHARE:
        reasons.append(QualityReason.OVEREXPOSED)
    if m["contrast"] < _LEAST_CONTRAST:
        washed = tone_at(small, 0.5) >= _GLARE
        reasons.append(QualityReason.OVEREXPOSED if washed else QualityReason.LOW_CONTRAST)
    if m["dpi"] < _LEAST_DPI:
        reasons.append(QualityReason.LOW_RESOLUTION)
    # Edges two pixels wide are as sharp as the resolution allows: that is another fault.
    if m["blur_mm"] > _BLURRED_MM and m["blur_mm"] * dpi / 25.4 > _BLURRED_PIXELS:
        reasons.append(QualityReason.BLURRED)
    if m["missing_corner_mm"] > _CUT_MM:
        reasons.append(QualityReason.CUT_CORNER)
    return tuple(dict.fromkeys(reasons))


def _drop(small: Pixels, dpi: float) -> NDArray[np.uint8]:
    """How much darker than the paper around each pixel is, without the outer edge."""
    drop = ink_drop(small, dpi)
    edge = round(_EDGE_MM * dpi / 25.4)
    held: NDArray[np.uint8] = drop[edge:-edge, edge:-edge] if min(drop.shape) > 4 * edge else drop
    return held


def _area(mask: NDArray[np.bool_], dpi: float) -> float:
    return float(np.count_nonzero(mask)) * (25.4 / dpi) ** 2


def _edge_width(grey: Pixels, dpi: float) -> float:
    """Width in mm over which the sharper edges of the page rise, from its liveliest tiles."""
    widths = []
    for tile in _lively_tiles(grey):
        # Noise is no edge: take away what a quiet page would show.
        quiet = cv2.GaussianBlur(tile, (0, 0), 0.7)
        reach = max(3, round(1.2 * dpi / 25.4)) | 1
        height = cv2.morphologyEx(quiet, cv2.MORPH_GRADIENT, np.ones((reach, reach), np.uint8))
        edges = height > max(30.0, tone_at(height, 0.9) * 0.5)
        if np.count_nonzero(edges) > 200:
            slopes = (cv2.Sobel(quiet, cv2.CV_32F, *way) for way in ((1, 0), (0, 1)))
            rise = cv2.divide(cv2.magnitude(*slopes), height, scale=1 / 8, dtype=cv2.CV_32F)[edges]
            sharp = round(0.92 * (len(rise) - 1))
            widths.append(1.0 / max(float(np.partition(rise, sharp)[sharp]), 1e-3))
    return float(np.median(widths)) * 25.4 / dpi if widths else 0.0


def _lively_tiles(grey: Pixels) -> list[Pixels]:
    """Pieces of the page with the most contrast in them, at full resolution."""
    rows, columns = grey.shape[0] // _TILE, grey.shape[1] // _TILE
    if not rows or not columns:
        return [grey[:_TILE, :_TILE]]
    few = np.ascontiguousarray(grey[: rows * _TILE : 4, : columns * _TILE : 4])
    step = _TILE // 4
    total, square = (each[::step, ::step] / step**2 for each in cv2.integral2(few))
    mean, power = (np.diff(np.diff(each, axis=0), axis=1) for each in (total, square))
    spread = power - mean**2
    liveliest = np.argsort(-spread, axis=None, kind="stable")[: 3 * _TILES : 3]
    places = [divmod(int(i), columns) for i in liveliest]
    return [grey[r * _TILE : (r + 1) * _TILE, c * _TILE : (c + 1) * _TILE] for r, c in places]


def _glare(small: Pixels) -> float:
    """Share of the page that is burnt out while the rest of the paper is clearly darker."""
    burnt = cv2.morphologyEx(
        (small >= _GLARE).astype(np.uint8), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)
    )
    share = float(burnt.mean())
    if not 0 < share < 0.6:
        return 0.0
    # The lid of the scanner or a desk around a torn sheet is no paper.
    rest = small[(burnt == 0) & (small > _DARK_PAPER)]
    if rest.size < _GLARE_SHARE * small.size:
        return 0.0
    paper = tone_at(rest, 0.6)
    return share if paper < 255 - _GLARE_STEP else 0.0


def _missing(sheet: Paper | None) -> float:
    """How far the paper stays away from a corner it should have; 0 when no edges are seen."""
    # A fold takes a percent or two of the sheet; where more seems to be gone, it is a shadow.
    if sheet is None or sheet.solid < _LEAST_SOLID:
        return 0.0
    return max(sheet.missing)
