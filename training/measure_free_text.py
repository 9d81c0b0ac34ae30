"""How free text is read: lines found, merged and split, characters wrong, furigana kept apart.

    python -m training.measure_free_text --seeds 720000 --count 40

Every case of `training/free_text_plan.py` is read twice: as a box of a known form (`read_fields`)
and as an unknown page (detector, `read_lines`). Seeds 620000-629999 were used for tuning and are
written by other hands than all others; `--errors` lists what was read wrongly.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import cv2
import numpy as np

from models.engines import Engines, load_engines
from pipelines.fields import read_fields
from pipelines.forms.template import build_templates
from pipelines.geometry import resize_by, to_grey
from pipelines.ink import subtract_blank
from pipelines.lines import read_lines
from pipelines.orient import straighten
from pipelines.records import Line, Page, RegisteredPage
from pipelines.upright import turn_upright
from training.benchmark.metrics import character_errors, normalise_text
from training.free_text import DPI, Sample, WrittenLine, make_sample
from training.free_text_plan import CASES

TUNED = range(620_000, 630_000)
# A line found covers a line of the truth when they share so much of the shorter one's length (of
# what it says, of the thinner one's height).
_COVERED = 0.3
_ACROSS, _THICK = 0.4, 0.6


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one sheet was read one way.

    `lines` are those of the truth, `merged` of them share a line found with another, `split` are
    in several pieces, `lost` in none; `leaked` of `ruby` kana of furigana stand in the base text.
    """

    lines: int
    merged: int
    split: int
    lost: int
    errors: int
    characters: int
    leaked: int
    ruby: int
    ordered: bool
    read: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurement and print its table."""
    options = _options(arguments)
    cv2.setNumThreads(1)
    engines = load_engines()
    tables: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for case in options.cases:
        for seed in range(options.seeds, options.seeds + options.count):
            sample = make_sample(case, seed, tuning=seed in TUNED)
            for way in options.ways:
                outcome = WAYS[way](sample, engines)
                tables[case, way].append(outcome)
                if options.errors and (outcome.errors or outcome.merged or outcome.split):
                    truth = "/".join(line.text for line in sample.base)
                    _say(f"{case} {way} {seed} {sample.hand}\n  {truth}\n  {outcome.read}")
    _say(f"{'case':16} way   sheets lines merged split lost  characters wrong  furigana in text  "
         "order")  # fmt: skip
    for (case, way), found in sorted(tables.items(), key=lambda item: item[0][::-1]):
        _say(_row(case, way, found))
    for way in options.ways:
        _say(_row("all", way, [o for (_, w), part in tables.items() if w == way for o in part]))
    return 0


def read_box(sample: Sample, engines: Engines) -> Outcome:
    """Read the sheet as a page of its form."""
    (template,) = build_templates(sample.entry)
    registered = registered_sheet(sample)
    ink = subtract_blank(registered, template)
    (found,) = read_fields(
        registered,
        template,
        sample.entry.definition,
        (),
        ink,
        engines.recogniser,
        digits=engines.digits,
        wording=engines.wording,
    )
    lines = found.raw_text.split("\n") if found.raw_text else []
    return _outcome(sample, _share_out(sample.base, lines), found.raw_text)


def registered_sheet(sample: Sample) -> RegisteredPage:
    """Lay the sheet on its form where it was made: registration is measured elsewhere."""
    height, width = sample.pixels.shape[:2]
    return RegisteredPage(
        number=1,
        form=sample.entry.key,
        form_page=1,
        grey=to_grey(sample.pixels),
        colour=resize_by(sample.pixels, 0.5)[0],
        dpi=float(DPI),
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
        rotation=0,
        score=1.0,
        residual_mm=0.0,
    )


def read_sheet(sample: Sample, engines: Engines) -> Outcome:
    """Read the sheet as a page of no known form."""
    upright, regions = turn_upright(straighten(_page(sample)), engines.detector, engines.recogniser)
    lines = read_lines(upright, regions, engines.recogniser, engines.wording)
    base = [line for line in lines if not getattr(line, "ruby", False)]
    covers = [[t for t, truth in enumerate(sample.base) if _covers(line, truth)] for line in base]
    own = [line for line, found in zip(base, covers, strict=True) if found]
    return _outcome(
        sample, [found for found in covers if found], "\n".join(line.text for line in own)
    )


WAYS = {"box": read_box, "page": read_sheet}


def _outcome(sample: Sample, covers: Sequence[Sequence[int]], read: str) -> Outcome:
    base = sample.base
    merged = {t for found in covers if len(found) > 1 for t in found}
    pieces = [sum(t in found for found in covers) for t in range(len(base))]
    truth, said = "".join(line.text for line in base), read
    # On an unknown page what is printed in the row is rightly part of its line.
    printed = [line.text for line in sample.lines if line.printed]
    truths = [truth, *(text + truth for text in printed), truth + "".join(printed[1:])]
    truths.append("".join(printed[:1]) + truth + "".join(printed[1:]))
    errors, characters = min((character_errors(t, said) for t in truths), key=lambda e: e[0])
    ruby = "".join(line.text for line in sample.lines if line.ruby)
    firsts = [found[0] for found in covers if found]
    return Outcome(
        lines=len(base),
        merged=len(merged),
        split=sum(n > 1 for n in pieces),
        lost=sum(n == 0 for n in pieces),
        errors=errors,
        characters=characters,
        leaked=_surplus(truth, said) if ruby else 0,
        ruby=len(normalise_text(ruby)),
        ordered=firsts == sorted(firsts),
        read=read.replace("\n", "/"),
    )


def _share_out(truth: Sequence[WrittenLine], lines: Sequence[str]) -> list[list[int]]:
    """For each line read of a box the lines of the truth that it has much of, by alignment."""
    expected = [normalise_text(line.text) for line in truth]
    read = [normalise_text(line) for line in lines]
    truth_of = [t for t, text in enumerate(expected) for _ in text]
    line_of = [i for i, text in enumerate(read) for _ in text]
    common: Counter[tuple[int, int]] = Counter()
    matcher = SequenceMatcher(None, "".join(expected), "".join(read), False)
    for block in matcher.get_matching_blocks():
        for k in range(block.size):
            common[line_of[block.b + k], truth_of[block.a + k]] += 1
    found = []
    for i in range(len(read)):
        shares = {t: common[i, t] for t in range(len(expected)) if common[i, t]}
        much = [t for t, n in shares.items() if n >= _ACROSS * len(expected[t])]
        best = [max(shares, key=lambda t: shares[t])] if shares else []
        found.append(sorted(much) or best)
    return found


def _surplus(truth: str, read: str) -> int:
    """Characters of the reading that take no place of the truth."""
    matcher = SequenceMatcher(None, normalise_text(truth), normalise_text(read), False)
    surplus = 0
    for name, a0, a1, b0, b1 in matcher.get_opcodes():
        if name in ("insert", "replace"):
            surplus += max(0, (b1 - b0) - (a1 - a0))
    return surplus


def _covers(line: Line, truth: WrittenLine) -> bool:
    x0, y0, x1, y1 = truth.box
    width = min(line.box.x1, x1) - max(line.box.x0, x0)
    height = min(line.box.y1, y1) - max(line.box.y0, y0)
    if width <= 0 or height <= 0:
        return False
    along = (width, height)[truth.vertical]
    across = (height, width)[truth.vertical]
    whole = (x1 - x0, y1 - y0)[truth.vertical]
    thick = (y1 - y0, x1 - x0)[truth.vertical]
    length = (line.box.x1 - line.box.x0, line.box.y1 - line.box.y0)[truth.vertical]
    own = (line.box.y1 - line.box.y0, line.box.x1 - line.box.x0)[truth.vertical]
    return along >= _COVERED * min(whole, length) and across >= _THICK * min(thick, own)


def _page(sample: Sample) -> Page:
    height, width = sample.pixels.shape[:2]
    return Page(
        number=1,
        pixels=sample.pixels,
        dpi=float(DPI),
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
    )


def _row(case: str, way: str, found: Sequence[Outcome]) -> str:
    lines, ruby = sum(o.lines for o in found), sum(o.ruby for o in found)
    wrong = 100 * sum(o.errors for o in found) / max(1, sum(o.characters for o in found))
    leaked = f"{100 * sum(o.leaked for o in found) / ruby:15.1f}%" if ruby else f"{'-':>16}"
    ordered = sum(o.ordered for o in found)
    return (
        f"{case:16} {way:5} {len(found):6} {lines:5} {sum(o.merged for o in found):6}"
        f" {sum(o.split for o in found):5} {sum(o.lost for o in found):4} {wrong:15.2f}%"
        f"  {leaked}  {ordered:3} of {len(found)}"
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How lines of free text are found and read.")
    parser.add_argument("--seeds", type=int, default=720_000, help="first seed")
    parser.add_argument("--count", type=int, default=20, help="sheets a case")
    parser.add_argument("--cases", nargs="*", choices=list(CASES), default=list(CASES))
    parser.add_argument("--ways", nargs="*", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--errors", action="store_true", help="list what was read wrongly")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
