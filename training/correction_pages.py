"""Filled pages with seals, signatures, corrections and faint writing, and the truth of each.

Seals come red, black, faint, beside their place, over a name that runs into it, or not at all.
Some values are struck out with a double line, with and without a correction seal. The pen may be
so faint that the strokes are barely darker than the paper.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from pipelines.forms.load import FormEntry
from pipelines.forms.model import Box, FieldKind, FormDefinition, SealDefinition
from pipelines.records import Matrix, Pixels
from pipelines.synthesis.degrade import degrade
from pipelines.synthesis.faults import apply_faults
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.filling import Filling
from pipelines.synthesis.hand import Hand, Writer, make_writer
from pipelines.synthesis.layout import Sheet, write_line
from pipelines.synthesis.markpen import draw_seal
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.pen import Ink
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.write import write_filling
from training.mark_pages import CONDITIONS

_HANDS = (Hand.STROKES, Hand.TOMOE, Hand.KILOJI, Hand.YUSEI, Hand.SETO)
_TEXTS = (FieldKind.KANJI_NAME, FieldKind.KANA_NAME, FieldKind.ADDRESS, FieldKind.TEXT)
_FAULTS = ("struck", "struck", "withdrawn")


class SealManner(StrEnum):
    """How a seal stands in its place, or what stands there instead."""

    RED = "red"
    BLACK = "black"
    FAINT = "faint"
    BESIDE = "beside"
    OVER_NAME = "over_name"
    NONE = "none"
    NAME_ONLY = "name_only"


_NAMED = (SealManner.OVER_NAME, SealManner.NAME_ONLY)
PENS: Mapping[str, tuple[float, float]] = {
    "usual": (0.0, 0.0),
    "light": (0.5, 0.65),
    "faint": (0.35, 0.5),
    "very_faint": (0.22, 0.35),
}
"""Opacity of the ink of a pen; `usual` leaves the writer's own."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CorrectedPage:
    """One page: `pixels` RGB, `matrix` from template pixels (200 dpi) to its pixels.

    `seals` has the manner and the true place (mm of the form, None where there is none) of every
    seal, `signed` whether each signature is there. `under_seal` are fields with a seal stamped
    over their text. `filling` is all that is written on the form; `ends` are where a name beside
    it runs into the place of a seal, perhaps across boxes that are blank in `filling`.
    """

    form_page: int
    pixels: Pixels
    dpi: float
    matrix: Matrix
    condition: str
    pen: str
    filling: Filling
    seals: dict[str, tuple[SealManner, Box | None]] = field(default_factory=dict)
    signed: dict[str, bool] = field(default_factory=dict)
    under_seal: tuple[str, ...] = ()
    ends: tuple[Box, ...] = ()


def corrected_pages(entry: FormEntry, seed: int) -> Iterator[CorrectedPage]:
    """Fill, seal, correct and scan a form; the same arguments give the same pages."""
    form = entry.definition
    rng = seeded(seed, "corrections", form.id)
    writer = make_writer(_HANDS[int(rng.integers(len(_HANDS)))], seed)
    filling = apply_faults(form, fill_form(form, writer, seed), _FAULTS, writer, seed)
    pen = list(PENS)[int(rng.integers(len(PENS)))]
    writer = with_pen(writer, pen, rng)
    condition = list(CONDITIONS)[seed % len(CONDITIONS)]
    dpi = 200 if rng.random() < 0.7 else 300
    blanks = draw_paper(entry, dpi, rng)
    sheets = {n: Sheet(pixels=p, dpi=float(dpi)) for n, p in enumerate(blanks, start=1)}
    write_filling(sheets, form, replace(filling, seals={}), writer, seed)
    for number, sheet in sheets.items():
        seals, signed, ends = _put_seals(sheet, form, number, filling.signer or "足立", writer, rng)
        under = _stamp_a_text(sheet, form, number, filling, rng)
        degraded, moved = degrade(sheet.pixels, CONDITIONS[condition], dpi, rng)
        yield CorrectedPage(
            form_page=number,
            pixels=degraded,
            dpi=float(dpi) * float(np.sqrt(abs(np.linalg.det(moved[:2, :2])))),
            matrix=moved @ np.diag([dpi / 200, dpi / 200, 1.0]),
            condition=condition,
            pen=pen,
            filling=filling,
            seals=seals,
            signed=signed,
            under_seal=under,
            ends=tuple(ends),
        )


def scanned_page(
    sheet: Sheet, condition: str, filling: Filling, rng: np.random.Generator
) -> CorrectedPage:
    """Scan page 1 of a form, drawn at 200 dpi and written on with a usual pen."""
    pixels, moved = degrade(sheet.pixels, CONDITIONS[condition], 200, rng)
    return CorrectedPage(
        form_page=1,
        pixels=pixels,
        dpi=200.0 * float(np.sqrt(abs(np.linalg.det(moved[:2, :2])))),
        matrix=moved,
        condition=condition,
        pen="usual",
        filling=filling,
    )


def with_pen(writer: Writer, pen: str, rng: np.random.Generator) -> Writer:
    """Give the writer a pen of `PENS`."""
    low, high = PENS[pen]
    if not high:
        return writer
    ink = replace(writer.habits.ink, opacity=rng.uniform(low, high))
    return replace(writer, habits=replace(writer.habits, ink=ink))


def _put_seals(
    sheet: Sheet,
    form: FormDefinition,
    page: int,
    signer: str,
    writer: Writer,
    rng: np.random.Generator,
) -> tuple[dict[str, tuple[SealManner, Box | None]], dict[str, bool], list[Box]]:
    ends: list[Box] = []
    seals: dict[str, tuple[SealManner, Box | None]] = {}
    signed: dict[str, bool] = {}
    for seal in form.seals:
        if seal.page != page:
            continue
        if seal.kind == "signature":
            signed[seal.name] = bool(rng.random() < 0.6)
            if signed[seal.name]:
                write_line(sheet, seal.box, f"{signer} 花子", writer, rng)
            continue
        manner = list(SealManner)[int(rng.integers(len(SealManner)))]
        if manner in _NAMED and any(_near(seal.box, s.box) for s in form.seals if s is not seal):
            # A name there would be the signature beside it.
            manner = SealManner.RED
        if manner in _NAMED:
            ends.append(_end_of_name(seal.box))
        seals[seal.name] = (manner, _put_seal(sheet, seal, manner, signer, writer, rng))
    return seals, signed, ends


def _near(box: Box, other: Box) -> bool:
    return abs(box.y - other.y) < 12 and box.x - 16 < other.x + other.width and other.x < box.x


def _put_seal(
    sheet: Sheet,
    seal: SealDefinition,
    manner: SealManner,
    signer: str,
    writer: Writer,
    rng: np.random.Generator,
) -> Box | None:
    box = seal.box
    if manner in _NAMED:
        write_line(sheet, _end_of_name(box), f"{signer}太郎", writer, rng, align="right")
    if manner in (SealManner.NONE, SealManner.NAME_ONLY):
        return None
    size = float(np.clip(min(box.width, box.height) * 0.95, 8.5, 12.0)) * rng.uniform(0.95, 1.05)
    middle = np.array([box.x + box.width / 2, box.y + box.height / 2]) + rng.normal(0, 0.6, 2)
    if manner is SealManner.BESIDE:
        middle[0] -= rng.uniform(0.5, 0.8) * size
    ink = None
    if manner is SealManner.BLACK:
        tone = int(rng.integers(20, 60))
        ink = Ink(colour=(tone, tone, tone), opacity=rng.uniform(0.7, 0.9), grain=0.18)
    elif manner is SealManner.FAINT:
        ink = Ink(colour=(205, 50, 50), opacity=rng.uniform(0.3, 0.5), grain=0.2)
    draw_seal(sheet, (float(middle[0]), float(middle[1])), size, signer, rng, ink=ink)
    half = size / 2
    return Box(x=max(0.0, middle[0] - half), y=max(0.0, middle[1] - half), width=size, height=size)


def _end_of_name(seal: Box) -> Box:
    """Where the end of a long name runs into the place of a seal."""
    left = max(0.0, seal.x - 14)
    return Box(x=left, y=seal.y + seal.height / 2 - 3, width=14 + 0.45 * seal.width, height=6)


def _stamp_a_text(
    sheet: Sheet, form: FormDefinition, page: int, filling: Filling, rng: np.random.Generator
) -> tuple[str, ...]:
    """Stamp a seal over the text of one written field."""
    fields = [
        f
        for f in form.fields
        if f.page == page
        and f.kind in _TEXTS
        and f.lines == 1
        and not f.vertical
        and f.box.width > 25
        and f.name in filling.fields
        and filling.fields[f.name].struck is None
    ]
    if not fields:
        return ()
    chosen = fields[int(rng.integers(len(fields)))]
    x = chosen.box.x + rng.uniform(0.15, 0.4) * chosen.box.width
    y = chosen.box.y + chosen.box.height * rng.uniform(0.35, 0.65)
    draw_seal(sheet, (float(x), float(y)), 10.0, filling.signer or "足立", rng)
    return (chosen.name,)
