"""Made-up free text with its truth: boxes of several lines, columns, furigana, print beside hand.

A case is a sheet with one box in it. What is printed belongs to a form definition of its own, so
that the sheet can be read as a known form; the same pixels can be read as an unknown page.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from pipelines.forms.load import FormEntry
from pipelines.forms.model import (
    FieldDefinition,
    FormDefinition,
    PageDefinition,
    ValidDates,
)
from pipelines.forms.printed import Printed, PrintedRect, PrintedText
from pipelines.records import Pixels
from pipelines.synthesis.hand import Hand, Writer, make_writer
from pipelines.synthesis.layout import Sheet
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.pen import Blot, put_ink
from pipelines.synthesis.seeding import seeded
from training.free_text_plan import CASES, Plan, Row

TUNING = (Hand.STROKES, Hand.KILOJI, Hand.YUSEI)
REPORT = (Hand.TOMOE, Hand.SETO)
_PRINT = {True: Hand.TYPED_MINCHO, False: Hand.TYPED_GOTHIC}
"""Print of tuning and of the report."""
DPI = 200
_WIDTH, _HEIGHT = 210.0, 148.0
_TODAY = date(2026, 11, 20)
_TURNED = frozenset("ー〜―-()「」（）")
_CORNER = frozenset("、。")
_FOOT = (
    "注１　記入漏れのある場合は、受付できないことがあります。",
    "注２　書ききれないときは別紙に記入し、この用紙に添えて提出してください。",
    "注３　記入した内容は、審査以外の目的には使用しません。",
)
_TRAINING = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """One line of truth; `box` is that of its ink in pixels: x0, y0, x1, y1."""

    text: str
    box: tuple[float, float, float, float]
    vertical: bool = False
    ruby: bool = False
    printed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A sheet (H x W x 3 RGB at `DPI`), its form with the one field, and its lines in order."""

    case: str
    seed: int
    hand: Hand
    entry: FormEntry
    pixels: Pixels
    lines: tuple[WrittenLine, ...]

    @property
    def base(self) -> list[WrittenLine]:
        """Lines by hand that are no furigana."""
        return [line for line in self.lines if not line.ruby and not line.printed]


def make_sample(case: str, seed: int, *, tuning: bool) -> Sample:
    """Write the sheet of one case; `tuning` and report share no hand, no print, no sentence."""
    rng = seeded(seed, "free-text", case)
    plan = Plan(rng, tuning)
    CASES[case](plan)
    hands = TUNING if tuning else REPORT
    hand = _PRINT[tuning] if plan.typed else hands[int(rng.integers(len(hands)))]
    writer = make_writer(hand, seed)
    entry = _entry(case, plan)
    sheet = Sheet(pixels=np.array(draw_paper(entry, DPI, rng)[0]), dpi=float(DPI))
    lines = [
        WrittenLine(p.text, (0, 0, 0, 0), printed=True)
        for p in plan.printed
        if isinstance(p, PrintedText)
    ]
    lines += [_write(sheet, row, writer, rng) for row in plan.rows]
    return Sample(case, seed, hand, entry, sheet.pixels, tuple(lines))


def _entry(case: str, plan: Plan) -> FormEntry:
    around: tuple[Printed, ...] = (
        PrintedRect(x=10, y=10, width=_WIDTH - 20, height=_HEIGHT - 20, stroke=0.4),
        PrintedText(text="自由記入欄のある用紙", x=14, y=20, size=5, font="gothic"),
        PrintedText(text="該当する事情を具体的に記入してください。", x=90, y=20),
        PrintedText(text="\n".join(_FOOT), x=14, y=128, size=3),
    )
    definition = FormDefinition(
        id="free-text",
        revision="1",
        title=case,
        operation="other",
        document_kind="application",
        valid=ValidDates.model_validate({"from": _TODAY}),
        pages=(
            PageDefinition(
                number=1, width=_WIDTH, height=_HEIGHT, printed=(*around, *plan.printed)
            ),
        ),
        fields=(
            FieldDefinition(
                name="note",
                label="自由記入",
                kind=plan.kind,
                box=plan.box,
                lines=plan.count,
                vertical=plan.vertical,
            ),
        ),
    )
    return FormEntry(definition=definition, directory=_TRAINING, path=Path(__file__))


def _write(sheet: Sheet, row: Row, writer: Writer, rng: np.random.Generator) -> WrittenLine:
    em = sheet.px(row.em)
    x, y = sheet.px(row.x), sheet.px(row.y)
    before = sheet.pixels.copy()
    for char in row.text:
        glyph = writer.draw(char, em, sheet.dpi, rng)
        wander = 0.0 if writer.typed else 0.6 * writer.habits.wander * em
        if glyph.blot is not None:
            blot = _turned(glyph.blot, char, em) if row.down else glyph.blot
            # A column is written about its middle, `x` is its right edge.
            left = x - em if row.down else x
            lift = rng.normal(0, wander)
            shift = (lift, 0.0) if row.down else (0.0, lift)
            put_ink(
                sheet.pixels,
                Blot(coverage=blot.coverage, x=blot.x + left + shift[0], y=blot.y + y + shift[1]),
                writer.habits.ink,
                rng,
            )
        if row.down:
            y += (0.5 if char.isspace() else 1.04) * em
            x += row.slope * em
        else:
            x += glyph.advance
            y += row.slope * glyph.advance
    changed = (before != sheet.pixels).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    box = (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
    return WrittenLine(row.text, box, vertical=row.down, ruby=row.ruby, printed=False)


def _turned(blot: Blot, char: str, em: float) -> Blot:
    """Shape that a character has in vertical writing."""
    part = blot.coverage
    if char in _TURNED:
        part = np.ascontiguousarray(np.rot90(part, -1))
        return Blot(coverage=part, x=(em - part.shape[1]) / 2, y=(em - part.shape[0]) / 2)
    if char in _CORNER:
        return Blot(coverage=part, x=blot.x + 0.6 * em, y=blot.y - 0.6 * em)
    return Blot(coverage=part, x=(em - part.shape[1]) / 2, y=blot.y)
