"""Fit what tells writing from print on unknown pages, and the confidence of pairs.

`python -m training.fit_keyvalue --seed 611000 --count 2 --variants 48`

Both are logistic models. The confidence of a pair is the chance that its value and its label are
right, by the way in which the value stands on the paper; pairs of variants, whose labels are not
those of the definition, say only whether the value is right. Seeds 610000-619999 are for this.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.engines import load_engines
from models.hands import HandReader
from pipelines.forms.model import FormDefinition
from pipelines.keyvalue import (
    CONFIDENCE,
    confidence_row,
    page_pairs,
    pair_field,
    pair_group,
)
from pipelines.keyvalue_features import FEATURES, HANDS, open_rows
from pipelines.keyvalue_page import PageLayout, read_layout
from pipelines.keyvalue_pairs import PairKind
from pipelines.keyvalue_tokens import Token
from pipelines.keyvalue_writing import KeyValueModel, Linear, page_tokens
from pipelines.synthesis.truth import Truth
from training.keyvalue_pages import (
    WAYS,
    UnknownDocument,
    alike,
    judgeable,
    same,
    stands,
    unknown_documents,
)

Floats = NDArray[np.float64]
_OUT = Path(__file__).parents[1] / "pipelines" / "reference" / "keyvalue.json"
_ALLOWANCE = 3.0


def main() -> None:
    """Fit and write `pipelines/reference/keyvalue.json`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=611000)
    parser.add_argument("--count", type=int, default=2, help="scans of each built-in form")
    parser.add_argument("--variants", type=int, default=48)
    given = parser.parse_args()
    engines = load_engines()
    documents = unknown_documents(
        engines,
        seed=given.seed,
        count=given.count,
        variants=given.variants,
        ways=list(WAYS),
    )
    fitted = fit(list(documents), engines.hands or HandReader.load())
    head = {
        "command": f"python -m training.fit_keyvalue --seed {given.seed} "
        f"--count {given.count} --variants {given.variants}"
    }
    _OUT.write_text(json.dumps({**head, **fitted}, indent=1) + "\n", "utf-8")


def fit(documents: Sequence[UnknownDocument], hands: HandReader) -> dict[str, Any]:
    """Fit everything on `documents`."""
    pages = [_Page(doc, n, hands) for doc in documents for n in range(len(doc.pages))]
    pages = [page for page in pages if len(page.indices)]
    rows = np.vstack([page.rows for page in pages])
    truth = np.concatenate([page.written for page in pages])
    halves = np.concatenate([[page.half] * len(page.written) for page in pages])
    bare = rows[:, : len(FEATURES)]
    model = KeyValueModel(_fitted(bare, truth), _fitted(rows, truth), {})
    return {
        "features": list(FEATURES),
        "hands": list(HANDS),
        "words": len(truth),
        # Fitted on one half of the forms, told on the other.
        "held_out": _held_out(bare, truth, halves),
        "held_out_seen": _held_out(rows, truth, halves),
        "writing": _data(model.writing),
        "writing_seen": _data(model.writing_seen),
        "confidence_features": list(CONFIDENCE),
        "confidence": _confidences(documents, model, hands),
    }


def _held_out(
    rows: Floats, truth: NDArray[np.bool_], halves: NDArray[np.int64]
) -> dict[str, float]:
    told = np.zeros(len(truth), bool)
    for half in (0, 1):
        model = _fitted(rows[halves != half], truth[halves != half])
        told[halves == half] = model.chances(rows[halves == half]) > 0.5
    return {
        "written_missed": round(float((~told & truth).sum() / truth.sum()), 4),
        "print_as_written": round(float((told & ~truth).sum() / (~truth).sum()), 4),
    }


class _Page:
    """Open words of a page with their truth; `half` parts the forms in two."""

    def __init__(self, document: UnknownDocument, number: int, hands: HandReader) -> None:
        lines = document.pages[number]
        self.layout: PageLayout = read_layout(lines.page, lines.regions, lines.lines, hands)
        self.tokens: tuple[Token, ...] = page_tokens(self.layout)
        self.indices, self.rows = open_rows(self.layout, self.tokens)
        form = document.entry.definition
        truth = document.truth
        self.written = np.array(
            [_is_written(self.layout, self.tokens[i], form, truth) for i in self.indices], bool
        )
        self.half = sum(map(ord, form.operation)) % 2


def _is_written(layout: PageLayout, token: Token, form: FormDefinition, truth: Truth) -> bool:
    box = layout.scan_box(token.area)
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    parted = {field.name for field in form.fields if field.parts}
    for field in truth.fields:
        if field.page != layout.number or field.kind in ("mark", "seal") or not field.text:
            continue
        x0, y0, x1, y1 = field.box
        inside = x0 - _ALLOWANCE <= x <= x1 + _ALLOWANCE and y0 - _ALLOWANCE <= y <= y1 + _ALLOWANCE
        # Between the figures of a date stands print.
        if inside and (field.name not in parted or any(c.isdigit() for c in token.text)):
            return True
    return False


def _fitted(rows: Floats, truth: NDArray[np.bool_], strength: float = 1.0) -> Linear:
    model = LogisticRegression(C=strength, max_iter=5000).fit(rows, truth)
    return Linear(float(model.intercept_[0]), np.asarray(model.coef_[0], float))


def _data(model: Linear) -> dict[str, Any]:
    return {"bias": round(model.bias, 4), "weights": [round(float(w), 4) for w in model.weights]}


def _confidences(
    documents: Sequence[UnknownDocument], model: KeyValueModel, hands: HandReader
) -> dict[str, dict[str, Any]]:
    rows: dict[str, list[Floats]] = {}
    right: dict[str, list[bool]] = {}
    for document in documents:
        form = document.entry.definition
        labels = {item.name: item.label for group in (form.fields, form.marks) for item in group}
        for page in document.pages:
            layout, pairs = page_pairs(page.page, page.regions, page.lines, model, hands)
            for pair in pairs:
                field = pair_field(pair, layout, 1.0)
                if not judgeable(document.truth, [field], labels=not document.variant):
                    continue
                truths = [
                    t
                    for t in document.truth.fields
                    if t.name in labels and same(field, t) and stands(field, t)
                ]
                fits = any(document.variant or alike(field.label, labels[t.name]) for t in truths)
                group = pair_group(pair.how)
                rows.setdefault(group, []).append(confidence_row(pair, page.lines))
                right.setdefault(group, []).append(fits)
    result = {}
    for how in PairKind:
        group = pair_group(how)
        known = group if len(set(right.get(group, []))) == 2 else "plain"
        result[group] = _data(_fitted(np.array(rows[known]), np.array(right[known]), 0.3))
    return result


if __name__ == "__main__":
    main()
