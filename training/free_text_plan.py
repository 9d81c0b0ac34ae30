"""What the sheets of made-up free text say and where: a function a case fills in a plan.

Cases: lines without and with rules, of a pitch of their own, rising and falling, touching, dense;
print beside hand; furigana above lines, above a name, right of columns; columns by hand and print.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from pipelines.forms.model import Box, FieldKind
from pipelines.forms.printed import Printed, PrintedLine, PrintedRect, PrintedText
from pipelines.synthesis.person import draw_stranger

_LEFT, _TOP, _WIDE = 20.0, 30.0, 150.0
_TODAY = date(2026, 11, 20)
_BOX = Box(x=_LEFT, y=_TOP, width=_WIDE, height=40)
_FOREIGN = re.compile("[A-Za-z#]")
_TRAINING = Path(__file__).parent


@dataclass(slots=True)
class Plan:
    """What a case wants; filled by its function."""

    rng: np.random.Generator
    tuning: bool
    printed: list[Printed] = field(default_factory=list)
    kind: FieldKind = FieldKind.MULTI_LINE
    box: Box = _BOX
    count: int = 1
    vertical: bool = False
    typed: bool = False
    rows: list["Row"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """A line to write: its start in mm (top left; of a column top right), its em in mm."""

    text: str
    x: float
    y: float
    em: float
    slope: float = 0.0
    down: bool = False
    ruby: bool = False


def _rows(plan: Plan, count: int, em: float, pitch: float, *, jitter: float = 0.0) -> None:
    top = plan.box.y + max(0.5, (plan.box.height - count * pitch) / 2) + (pitch - em) / 2
    for i, text in enumerate(_texts(plan, count, int(plan.box.width * 0.9 / em / 1.08))):
        shift = float(plan.rng.uniform(-jitter, jitter)) * pitch
        indent = float(plan.rng.uniform(1, 3))
        plan.rows.append(Row(text, plan.box.x + indent, top + i * pitch + shift, em))


def _texts(plan: Plan, count: int, most: int) -> list[str]:
    """`count` lines of running text; the last one may be short."""
    phrases = _phrases(plan.tuning)
    text = ""
    while len(text) < count * most:
        text += phrases[int(plan.rng.integers(len(phrases)))]
    lines = []
    for i in range(count):
        last = i == count - 1
        length = int(plan.rng.integers(max(2, most // 3), most + 1)) if last else most
        length = min(length, most - int(plan.rng.integers(0, 3)))
        lines.append(text[: max(2, length)])
        text = text[max(2, length) :]
    return lines


@cache
def _phrases(tuning: bool) -> list[str]:
    found: list[str] = []
    for name in ("background.txt", "form_phrases.txt"):
        rows = (_TRAINING / name).read_text("utf-8").splitlines()
        found += ["".join(r.split()) for r in rows if len(r) >= 6 and not _FOREIGN.search(r)]
    return [p for i, p in enumerate(dict.fromkeys(found)) if (i % 2 == 0) == tuning]


def _box(plan: Plan, height: float, width: float = _WIDE) -> None:
    plan.box = Box(x=_LEFT, y=_TOP, width=width, height=height)
    plan.printed.append(
        PrintedRect(x=_LEFT - 0.5, y=_TOP - 0.5, width=width + 1, height=height + 1)
    )


def _plain(plan: Plan) -> None:
    plan.count = int(plan.rng.integers(2, 7))
    _box(plan, 9.0 * plan.count)
    _rows(plan, plan.count, float(plan.rng.uniform(4.6, 6.0)), 9.0)


def _ruled(plan: Plan) -> None:
    plan.count = int(plan.rng.integers(2, 7))
    _box(plan, 9.0 * plan.count)
    for i in range(1, plan.count):
        y = _TOP + 9.0 * i
        plan.printed.append(
            PrintedLine(x0=_LEFT, y0=y, x1=_LEFT + _WIDE, y1=y, dashed=plan.rng.random() < 0.5)
        )
    _rows(plan, plan.count, float(plan.rng.uniform(4.8, 6.4)), 9.0, jitter=0.08)


def _uneven(plan: Plan) -> None:
    """Lines of a pitch of their own in a box that the form takes for another number of lines."""
    plan.count = int(plan.rng.integers(3, 7))
    _box(plan, 9.0 * plan.count)
    count = max(2, plan.count + int(plan.rng.choice([-2, -1, 1])))
    pitch = 9.0 * plan.count / count * float(plan.rng.uniform(0.75, 0.98))
    _rows(plan, count, min(6.0, pitch * float(plan.rng.uniform(0.58, 0.72))), pitch, jitter=0.1)


def _drift(plan: Plan) -> None:
    """Lines that rise or fall so far that their rows overlap."""
    plan.count = int(plan.rng.integers(2, 5))
    slope = float(plan.rng.uniform(0.025, 0.06) * plan.rng.choice([-1, 1]))
    fall = abs(slope) * _WIDE
    _box(plan, 9.0 * plan.count + fall)
    _rows(plan, plan.count, float(plan.rng.uniform(4.4, 5.4)), 9.0)
    start = 0.0 if slope > 0 else fall
    middle = fall / 2
    plan.rows = [
        Row(r.text, r.x, r.y - middle + start, r.em, slope + float(plan.rng.normal(0, 0.004)))
        for r in plan.rows
    ]


def _touching(plan: Plan) -> None:
    plan.count = int(plan.rng.integers(2, 6))
    pitch = float(plan.rng.uniform(5.6, 6.6))
    _box(plan, pitch * plan.count + 2)
    _rows(plan, plan.count, pitch * float(plan.rng.uniform(0.92, 1.02)), pitch, jitter=0.05)


def _dense(plan: Plan) -> None:
    plan.count = int(plan.rng.integers(5, 9))
    pitch = float(plan.rng.uniform(4.4, 5.2))
    _box(plan, pitch * plan.count + 1, 120)
    _rows(plan, plan.count, pitch * float(plan.rng.uniform(0.68, 0.8)), pitch, jitter=0.06)


def _columns(plan: Plan) -> None:
    _write_columns(plan, int(plan.rng.integers(1, 6)))


def _printed_columns(plan: Plan) -> None:
    plan.typed = True
    _write_columns(plan, int(plan.rng.integers(1, 6)))


def _ruby_columns(plan: Plan) -> None:
    _write_columns(plan, int(plan.rng.integers(1, 4)), ruby=True)


def _write_columns(plan: Plan, count: int, *, ruby: bool = False) -> None:
    plan.vertical, plan.count = True, count
    em = float(plan.rng.uniform(3.6, 4.4) if plan.typed else plan.rng.uniform(4.6, 6.2))
    pitch = em * (2.0 if ruby else float(plan.rng.uniform(1.45, 1.9)))
    _box(plan, 90.0, max(pitch * count, 8.0) + 2)
    right = plan.box.x + plan.box.width - 1 - (pitch - em) * (0.75 if ruby else 0.5)
    for i, text in enumerate(_texts(plan, count, int(84 / em / 1.06))):
        slope = 0.0 if plan.typed else float(plan.rng.normal(0, 0.006))
        top = plan.box.y + 1.5 + float(plan.rng.uniform(0, 2))
        plan.rows.append(Row(text, right - i * pitch, top, em, slope, down=True))
        if ruby:
            _add_ruby(plan, plan.rows[-1])


def _ruby_rows(plan: Plan) -> None:
    plan.count = int(plan.rng.integers(1, 4))
    pitch = 12.0
    _box(plan, pitch * plan.count)
    _rows(plan, plan.count, float(plan.rng.uniform(4.8, 5.6)), pitch)
    plan.rows = [Row(r.text, r.x, r.y + 1.8, r.em) for r in plan.rows]
    for row in list(plan.rows):
        _add_ruby(plan, row)


def _ruby_name(plan: Plan) -> None:
    """Write a name with its reading above it in the same box."""
    person = draw_stranger(plan.rng, _TODAY)
    plan.kind = FieldKind.KANJI_NAME
    _box(plan, 12.0, 70.0)
    em = float(plan.rng.uniform(5.0, 6.0))
    plan.rows.append(Row(person.name, _LEFT + 4, _TOP + 5.4, em))
    small = em * float(plan.rng.uniform(0.42, 0.52))
    plan.rows.append(Row(person.kana, _LEFT + 4, _TOP + 5.0 - small, small, ruby=True))


def _add_ruby(plan: Plan, row: Row) -> None:
    """Kana of half the size over a part of a line, or right of a part of a column."""
    small = row.em * float(plan.rng.uniform(0.38, 0.46))
    count = int(plan.rng.integers(4, 11))
    kana = "".join(chr(int(c)) for c in plan.rng.integers(0x304B, 0x3083, count))
    room = max(0.0, (len(row.text) * row.em - count * small) * 0.8)
    along = float(plan.rng.uniform(0, room))
    gap = float(plan.rng.uniform(0.02, 0.2)) * row.em
    if row.down:
        place = Row(kana, row.x + gap + small, row.y + along, small, 0.0, down=True, ruby=True)
    else:
        place = Row(kana, row.x + along, row.y - gap - small, small, ruby=True)
    plan.rows.append(place)


def _prompt(plan: Plan) -> None:
    """Print a prompt and a unit in the box; the answer stands by hand between them."""
    plan.kind = FieldKind.TEXT
    _box(plan, 10.0)
    prompts = (
        ("理由：", "通院先の名称：", "その他（")
        if plan.tuning
        else ("備考：", "勤務先名：", "具体的に（")
    )
    prompt = prompts[int(plan.rng.integers(len(prompts)))]
    size = 3.4
    base = _TOP + 6.4
    start = _LEFT + 2 + len(prompt) * size * 1.02
    plan.printed.append(PrintedText(text=prompt, x=_LEFT + 2, y=base, size=size))
    end = "）" if prompt.endswith("（") else "のため"
    plan.printed.append(PrintedText(text=end, x=_LEFT + _WIDE - 12, y=base, size=size))
    em = float(plan.rng.uniform(4.6, 5.8))
    room = int((_LEFT + _WIDE - 14 - start) / em / 1.1)
    (text,) = _texts(plan, 1, min(room, 16))
    plan.rows.append(Row(text, start + 2, _TOP + 5 - em / 2, em))


CASES: Mapping[str, Callable[[Plan], None]] = {
    "plain": _plain,
    "ruled": _ruled,
    "uneven": _uneven,
    "drift": _drift,
    "touching": _touching,
    "dense": _dense,
    "prompt": _prompt,
    "ruby_rows": _ruby_rows,
    "ruby_name": _ruby_name,
    "columns": _columns,
    "printed_columns": _printed_columns,
    "ruby_columns": _ruby_columns,
}
