"""Pairs of label and value on pages of unknown forms, by layout, as fields of a suggestion.

`keyvalue_page` finds rules, cells and characters; `keyvalue_writing` tells print from writing;
`keyvalue_pairs` lays the print out as a blank form and takes the writing from its places.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.detector import TextRegion
from models.hands import HandReader
from pipelines.forms.kinds import FieldKind
from pipelines.forms.propose_labels import known_label
from pipelines.keyvalue_page import PageLayout, read_layout
from pipelines.keyvalue_pairs import Pair, PairKind, find_pairs, take_apart
from pipelines.keyvalue_writing import KeyValueModel, load_model
from pipelines.normalise import normalise_value
from pipelines.records import Field, FieldSource, FieldState, Line, Page

CONFIDENCE = ("reading", "short", "writing", "known", "parsed", "promised")
"""What the confidence of a pair is worked out from."""
_DOUBTFUL_BELOW = 0.85
_LEAST = 0.25
"""Where rules part a page, what is less likely to be a right pair is none: it stays a line."""


def extract_pairs(
    page: Page,
    regions: Sequence[TextRegion],
    lines: Sequence[Line],
    hands: HandReader | None = None,
) -> tuple[Field, ...]:
    """Find the pairs of one upright page; `lines` were read from its `regions`.

    `hands` look at strokes, so that writing is told from print by more than words and places.

    Names are `pair_1`, `pair_2` and so on, from top to bottom; `number_pairs` joins pages. A
    chosen option is the text of a pair. The confidence is the probability that the text is right
    and belongs to its label, fitted on synthetic pages.
    """
    if not lines:
        return ()
    fitted = load_model()
    layout, pairs = page_pairs(page, regions, lines, fitted, hands)
    fields = []
    for pair in pairs:
        judge = fitted.confidence[pair_group(pair.how)]
        chance = float(judge.chances(confidence_row(pair, lines)[None, :])[0])
        if chance >= _LEAST or not layout.cells:
            fields.append(pair_field(pair, layout, round(chance, 4)))
    return number_pairs(fields)


def page_pairs(
    page: Page,
    regions: Sequence[TextRegion],
    lines: Sequence[Line],
    model: KeyValueModel,
    hands: HandReader | None,
) -> tuple[PageLayout, tuple[Pair, ...]]:
    """Lay out a page and find the pairs that have a label and a text."""
    layout = read_layout(page, regions, lines, hands)
    pairs = find_pairs(take_apart(layout, model))
    return layout, tuple(pair for pair in pairs if pair.label and pair.text)


def number_pairs(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Give the pairs of all pages of a document names in one row."""
    return tuple(
        replace(field, name=f"pair_{number}") for number, field in enumerate(fields, start=1)
    )


def confidence_row(pair: Pair, lines: Sequence[Line]) -> NDArray[np.float64]:
    """Give the values of `CONFIDENCE` for a pair."""
    scores = [lines[index].confidence for index in pair.lines] or [0.5]
    reading = min(scores)
    promised = pair.kind is not FieldKind.TEXT
    parsed = promised and normalise_value(pair.kind, pair.text).value is not None
    return np.array(
        [
            float(np.log(np.clip(reading, 0.02, 0.999) / (1 - np.clip(reading, 0.02, 0.999)))),
            float(len(pair.text) <= 2),
            pair.writing,
            float(known_label(pair.label)),
            float(parsed),
            float(promised),
        ]
    )


def pair_field(pair: Pair, layout: PageLayout, confidence: float) -> Field:
    """Give the field of a pair; its label begins with the heading of its rows, if there is one."""
    normalised = normalise_value(pair.kind, pair.text)
    kind, value = pair.kind, normalised.value
    if value is None:
        # The label promised a date or number, the paper says something else: keep the words.
        kind, value = FieldKind.TEXT, normalise_value(FieldKind.TEXT, pair.text).value
    return Field(
        name="pair",
        label=f"{pair.section} {pair.label}" if pair.section else pair.label,
        kind=str(kind),
        value=value,
        raw_text=pair.text,
        confidence=confidence,
        state=FieldState.READ,
        source=FieldSource.READ,
        box=layout.scan_box(pair.area),
        page=layout.number,
        doubtful=confidence < _DOUBTFUL_BELOW or bool(normalised.problems),
    )


def pair_group(how: PairKind) -> str:
    """Group of pairs that share a fit of their confidence."""
    return "marks" if how in (PairKind.TICK, PairKind.CIRCLE) else str(how)
