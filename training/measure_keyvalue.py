"""Measure pairs of unknown pages: `python -m training.measure_keyvalue --seed 715000 --count 2`.

Filled synthetic scans of every built-in form and of variants of them are read as pages that no form
claims, in several ways of scanning. Definitions and truth serve only to judge (`keyvalue_pages`).
Printed are, for each group of written values, the share found (`value`), found with the right label
(`with label`), and with a pair in its place whatever was read (`there`); `table` counts the values
of repeated rows once more. Of the pairs, `value right` is the share whose value is that of a field,
`right` the share whose label is right as well (labels of variants are not judged: their print was
worded anew). The last rows compare the confidence of pairs with how often they were right.
Seeds from 715000 on are for reports, 610000-619999 for tuning.
"""

import argparse
import itertools
import sys
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np

from models.engines import load_engines
from pipelines.keyvalue import extract_pairs, number_pairs
from pipelines.records import Field
from training.keyvalue_pages import (
    GROUPS,
    WAYS,
    UnknownDocument,
    alike,
    judgeable,
    judged,
    same,
    stands,
    unknown_documents,
)

_BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 1.001)


def main() -> None:
    """Print a row for each form, each way of scanning and all, and the reliability of pairs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--count", type=int, default=1, help="scans of each built-in form")
    parser.add_argument("--variants", type=int, default=0, help="variants, one scan each")
    parser.add_argument("--ways", nargs="*", default=list(WAYS), choices=list(WAYS))
    given = parser.parse_args()
    rows: dict[str, Counter[str]] = {}
    sure: list[tuple[float, bool]] = []
    seconds, pages = 0.0, 0
    engines = load_engines()
    for document in unknown_documents(
        engines,
        seed=given.seed,
        count=given.count,
        variants=given.variants,
        ways=given.ways,
    ):
        begin = time.process_time()
        pairs = number_pairs(
            pair
            for page in document.pages
            for pair in extract_pairs(page.page, page.regions, page.lines, engines.hands)
        )
        seconds += time.process_time() - begin
        pages += len(document.pages)
        form = document.entry.definition
        row = judged(form, document.truth, pairs, labels=not document.variant)
        name = "variants" if document.variant else form.id
        source = "all variants" if document.variant else "all built-in"
        for key in (name, f"way {document.way}", source, "all"):
            rows.setdefault(key, Counter()).update(row)
        shown = judgeable(document.truth, pairs, labels=not document.variant)
        sure += [(pair.confidence, _is_right(document, pair)) for pair in shown]
        _say(f"{document.truth.seed} {form.id} {document.way}")
    for name, row in rows.items():
        _say(f"{name}: {told(row)}")
    for line in reliability(sure):
        _say(line)
    _say(f"{pages} pages, {1000 * seconds / max(pages, 1):.0f} ms of processor time a page")


def told(row: Counter[str]) -> str:
    """One line of shares."""
    parts = [
        f"{group} {row[group]}: value {_share(row, group, 'value')}, "
        f"with label {_share(row, group, 'pair')}, there {_share(row, group, 'there')}"
        for group in GROUPS
        if row[group]
    ]
    count = max(row["pairs"], 1)
    right = f"value right {row['held'] / count:.1%}, right {row['right'] / count:.1%}"
    return f"{'; '.join(parts)}; pairs {row['pairs']}: {right}"


def reliability(pairs: Sequence[tuple[float, bool]]) -> list[str]:
    """Rows of confidence against how often pairs were right, and the expected error of it."""
    if not pairs:
        return []
    scores = np.array([score for score, _ in pairs])
    right = np.array([there for _, there in pairs])
    lines, error = [], 0.0
    for low, high in itertools.pairwise(_BINS):
        held = (scores >= low) & (scores < high)
        if held.any():
            mean, share = float(scores[held].mean()), float(right[held].mean())
            error += abs(mean - share) * int(held.sum()) / len(pairs)
            bounds = f"{low:.2f}-{min(high, 1):.2f}"
            lines.append(f"confidence {bounds}: {held.sum()} pairs, mean {mean:.3f}, {share:.3f}")
    return [*lines, f"expected calibration error {error:.3f}"]


def _is_right(document: UnknownDocument, pair: Field) -> bool:
    form = document.entry.definition
    labels = {item.name: item.label for group in (form.fields, form.marks) for item in group}
    return any(
        same(pair, field)
        and stands(pair, field)
        and (document.variant or alike(pair.label, labels[field.name]))
        for field in document.truth.fields
        if field.name in labels
    )


def _share(row: Counter[str], group: str, what: str) -> str:
    return f"{row[f'{group}_{what}'] / max(row[group], 1):.1%}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
