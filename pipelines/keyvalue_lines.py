"""Pairs of label and value where no rules tell them apart: in a letter, on a card, under a table.

Three layouts are understood: `氏名：足立 太郎` and `氏名 足立太郎` on one line, a value right
of its label, and a value under it. Labels are words that forms of an office use
(`pipelines/reference/labels.yaml`) or anything that ends in a colon.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from pipelines.forms.model import FieldKind
from pipelines.records import BoundingBox, Line

_COLON = re.compile(r"^(?P<label>[^:：]{1,14})[:：]\s*(?P<value>.*)$")
_CLOCK = re.compile(r"^[0-9]+$")
_NUMERIC = frozenset(
    {
        FieldKind.DATE,
        FieldKind.PHONE,
        FieldKind.POSTAL_CODE,
        FieldKind.AMOUNT,
        FieldKind.DIGITS,
        FieldKind.MY_NUMBER,
        FieldKind.CORPORATE_NUMBER,
    }
)
_NUMBER = re.compile(r"^([(]?[0-9ア-ン①-⑳][)]|[①-⑳0-9]{1,2}[.、]?)(?=[^0-9])")
_BRACKETED = re.compile(r"[(][^()]*[)]$")
_FIGURE_SIGN = re.compile("[0-9、。・]")
_LONGEST = 12
"""Longer words that end in a label are a sentence."""
_FIGURE = re.compile("[0-9０-９一二三四五六七八九十〇元]")


@dataclass(frozen=True, slots=True)
class _Label:
    text: str
    kind: FieldKind


@dataclass(frozen=True, slots=True)
class LinePair:
    """A label, the kind it promises, the text of its value and the index of its line."""

    label: str
    kind: FieldKind
    text: str
    line: int


def pair_lines(lines: Sequence[Line]) -> tuple[LinePair, ...]:
    """Find the pairs among `lines`, in their order.

    Vertical lines take part only as whole lines with a colon.
    """
    labels = _labels()
    used: set[int] = set()
    pairs: list[LinePair] = []
    for index, line in enumerate(lines):
        if index in used:
            continue
        found = _split(line.text, labels)
        if found is None:
            continue
        label, rest = found
        if rest:
            pairs.append(LinePair(label.text, label.kind, rest, index))
            used.add(index)
            continue
        neighbour = _value_line(index, label.kind, lines, used, labels)
        if neighbour is not None:
            text = lines[neighbour].text
            pairs.append(LinePair(label.text, label.kind, text, neighbour))
            used.update((index, neighbour))
    return tuple(pairs)


@lru_cache(maxsize=1)
def _labels() -> Mapping[str, _Label]:
    text = resources.files("pipelines.reference").joinpath("labels.yaml").read_text("utf-8")
    table: dict[str, list[str]] = yaml.safe_load(text)
    return {
        _squeeze(word): _Label(word, FieldKind(kind))
        for kind, words in table.items()
        for word in words
    }


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _split(text: str, labels: Mapping[str, _Label]) -> tuple[_Label, str] | None:
    match = _COLON.match(text.strip())
    if match and not _CLOCK.match(match["label"].strip()):
        head = _squeeze(match["label"])
        known = _known(head, labels) or _Label(match["label"].strip(), FieldKind.TEXT)
        return known, match["value"].strip()
    found = _known(_squeeze(text), labels)
    if found is not None:
        return found, ""
    # `氏名 足立太郎`: the longest label at the start, set off by a space on the paper.
    head, _, rest = unicodedata.normalize("NFKC", text).strip().partition(" ")
    first = _known(_squeeze(head), labels) if rest else None
    return (first, rest.strip()) if first is not None else None


def _known(words: str, labels: Mapping[str, _Label]) -> _Label | None:
    """Find the label that words are: (1)氏名, 氏名(署名) and 届出人氏名 name a person, too."""
    bare = _BRACKETED.sub("", _NUMBER.sub("", words))
    if words in labels or bare in labels:
        return labels.get(words) or labels[bare]
    if not 2 < len(bare) <= _LONGEST or _FIGURE_SIGN.search(bare):
        return None
    ends = (bare[start:] for start in range(1, len(bare) - 1))
    ending = next((end for end in ends if end in labels), None)
    return _Label(bare, labels[ending].kind) if ending is not None else None


def _value_line(
    index: int,
    kind: FieldKind,
    lines: Sequence[Line],
    used: set[int],
    labels: Mapping[str, _Label],
) -> int | None:
    label = lines[index]
    height = label.box.y1 - label.box.y0
    best: tuple[float, int] | None = None
    for other, line in enumerate(lines):
        if other == index or other in used or line.page != label.page:
            continue
        if line.vertical != label.vertical or _split(line.text, labels) is not None:
            continue
        if kind in _NUMERIC and not _FIGURE.search(line.text):
            # Beside 電話番号 on a blank stands its translation, or the next heading.
            continue
        distance = _distance(label.box, line.box, height)
        if distance is not None and (best is None or distance < best[0]):
            best = (distance, other)
    return best[1] if best else None


def _distance(label: BoundingBox, value: BoundingBox, height: float) -> float | None:
    """How far a value stands from its label; None when it stands nowhere a value would."""
    overlap_y = min(label.y1, value.y1) - max(label.y0, value.y0)
    gap_x = value.x0 - label.x1
    if overlap_y > 0.4 * height and -0.3 * height < gap_x < 12 * height:
        return max(gap_x, 0)
    overlap_x = min(label.x1, value.x1) - max(label.x0, value.x0)
    gap_y = value.y0 - label.y1
    if overlap_x > 0 and -0.3 * height < gap_y < 1.5 * height:
        # Values under a label are rarer than values beside it: they must be clearly nearer.
        return 4 * height + gap_y
    return None
