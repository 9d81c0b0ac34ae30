"""Filled synthetic scans read as pages of unknown forms, with their truth; what counts as right.

A value counts as found when a pair holds it (spaces and signs aside, or as the same normal form);
its label is right when it is part of the true one or the other way round, or when the two share
three fifths of the characters of the shorter one, if that has three or more (figures, signs and
what stands in brackets aside). The pair must stand in the place of the field.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.detector import TextRegion
from models.engines import Engines
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import FormDefinition
from pipelines.level_rules import lay_flat
from pipelines.lines import read_lines
from pipelines.records import Field, FieldState, Line, Page
from pipelines.synthesis.synthesize import FilledScan, synthesize
from pipelines.synthesis.truth import Truth, TruthField
from pipelines.upright import turn_upright
from training.form_variants import form_variants

WAYS: dict[str, tuple[str, ...]] = {
    "clean": ("clean",),
    "skew": ("skew", "noise", "jpeg"),
    "lowres": ("lowres",),
    "photo": ("perspective", "shadow", "jpeg"),
    "fax": ("fax",),
}
DPI = 200
_NEAR = 12.0
"""Pixels of the scan by which the middle of a pair may lie outside the place of its field."""
GROUPS = ("plain", "parted", "tick", "circle", "table")


@dataclass(frozen=True, slots=True, eq=False)
class PageLines:
    """An upright page with the regions of its text and the lines read from them."""

    page: Page
    regions: Sequence[TextRegion]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, eq=False)
class UnknownDocument:
    """A filled form read as if nobody knew it.

    `variant`: its printed labels are not those of the definition.
    """

    entry: FormEntry
    truth: Truth
    way: str
    pages: tuple[PageLines, ...]
    variant: bool


def unknown_documents(
    engines: Engines, *, seed: int, count: int, variants: int, ways: Sequence[str]
) -> Iterator[UnknownDocument]:
    """`count` scans of every built-in form and one of each of `variants` others, seed by seed.

    The ways of scanning take turns.
    """
    forms = [(entry, False) for _ in range(count) for entry in FormLibrary.builtin().entries]
    forms += [(entry, True) for entry in form_variants(variants, seed + 500)]
    for index, (entry, variant) in enumerate(forms):
        # Twelve forms and five ways: each form comes in another way in the next round.
        way = ways[(index + index // 12) % len(ways)]
        scan = synthesize(entry, seed=seed + index, dpi=DPI, degradations=WAYS[way])
        pages = tuple(read_unknown(page, engines) for page in pages_of(scan))
        yield UnknownDocument(entry, scan.truth, way, pages, variant)


def pages_of(scan: FilledScan) -> list[Page]:
    """Pages of a scan as they come out of the decoder."""
    return [
        Page(
            number=number,
            pixels=pixels,
            dpi=scan.dpi,
            to_scan=np.eye(3),
            scan_width=pixels.shape[1],
            scan_height=pixels.shape[0],
        )
        for number, pixels in enumerate(scan.pages, start=1)
    ]


def read_unknown(page: Page, engines: Engines) -> PageLines:
    """Read a page as the pipeline reads one that no form claims."""
    upright, regions = turn_upright(lay_flat(page), engines.detector, engines.recogniser)
    lines = read_lines(upright, regions, engines.recogniser, engines.wording)
    return PageLines(upright, regions, lines)


def judged(
    form: FormDefinition, truth: Truth, pairs: Sequence[Field], *, labels: bool = True
) -> Counter[str]:
    """Count the written values by group, those found, those found with their label, right pairs.

    `labels`: whether the labels of the definition are those on the paper; otherwise they are not
    judged, and marks left out.
    """
    groups = (form.fields, form.marks) if labels else (form.fields,)
    names = {item.name: item.label for group in groups for item in group}
    pairs = judgeable(truth, pairs, labels=labels)
    row: Counter[str] = Counter(pairs=len(pairs))
    held: set[str] = set()
    right: set[str] = set()
    for field in truth.fields:
        if field.state is not FieldState.READ or field.name not in names:
            continue
        group = group_of(form, field)
        matching = [pair for pair in pairs if same(pair, field) and stands(pair, field)]
        named = [p for p in matching if not labels or alike(p.label, names[field.name])]
        held.update(pair.name for pair in matching)
        right.update(pair.name for pair in named)
        standing = any(stands(pair, field) for pair in pairs)
        for suffix, count in (
            ("", 1),
            ("_value", bool(matching)),
            ("_pair", bool(named)),
            ("_there", standing),
        ):
            row[group + suffix] += count
            if any(char.isdigit() for char in field.name):
                row["table" + suffix] += count
    row["held"], row["right"] = len(held), len(right)
    return row


def judgeable(truth: Truth, pairs: Sequence[Field], *, labels: bool = True) -> Sequence[Field]:
    """Leave out what stands on the marks of a variant: its options are worded anew, too."""
    marks = [] if labels else [field for field in truth.fields if field.kind == "mark"]
    return [pair for pair in pairs if not any(stands(pair, mark) for mark in marks)]


def group_of(form: FormDefinition, field: TruthField) -> str:
    """Give the group of a written value: in one box, in parts or cells, ticked, circled."""
    for item in form.fields:
        if item.name == field.name:
            return "parted" if item.parts or item.cells > 1 else "plain"
    style = next(mark.style for mark in form.marks if mark.name == field.name)
    return "circle" if style == "circle" else "tick"


def same(pair: Field, field: TruthField) -> bool:
    """Whether a pair holds the value of a field."""
    if pair.page != field.page:
        return False
    text = bare(pair.raw_text)
    if text == bare(field.text):
        return True
    return field.kind != "mark" and field.value is not None and pair.value == field.value


def stands(pair: Field, field: TruthField) -> bool:
    """Whether the middle of a pair lies in the place of a field, whatever was read."""
    if pair.box is None or pair.page != field.page:
        return False
    x, y = (pair.box.x0 + pair.box.x1) / 2, (pair.box.y0 + pair.box.y1) / 2
    x0, y0, x1, y1 = field.box
    return x0 - _NEAR <= x <= x1 + _NEAR and y0 - _NEAR <= y <= y1 + _NEAR


def alike(a: str, b: str) -> bool:
    """Whether two labels say the same."""
    own, true = _label(a), _label(b)
    bare = _label(a.split(" ", 1)[-1])
    if not bare or not true:
        return False
    if bare in true or true in own:
        return True
    shared, least = sum((Counter(own) & Counter(true)).values()), min(len(own), len(true))
    return least > 2 and shared >= 0.6 * least


def _label(text: str) -> str:
    outside = re.sub(r"[(][^()]*[)]", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"[\W\d_]", "", outside) or re.sub(r"[\W\d_]", "", text)


def bare(text: str) -> str:
    """Text without spaces and signs."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text))
