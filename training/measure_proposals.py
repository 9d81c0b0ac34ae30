"""Measure drafts of form definitions: `python -m training.measure_proposals --scan clean skew`.

The blanks of the built-in forms, and of `--variants` others (`blank_variants`), are given to
`propose_form` as PDFs (`--scan` not given, or `pdf`), or as scans of the printed blank: images
alone, made worse in the named way. `proposal_counts` says what counts as found and as spurious.
The rules of `propose_form` were made while looking at the built-in forms: expect less of others.
Labels and kinds of variants are not judged: their words are made anew.

With `--rows FILE` every draft is one line of JSON in that file, and those that are there are not
made again. Seeds from 800000 on are for tuning, from 850000 on for reports.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from models.engines import Engines, load_engines
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.synthesis.seeding import seeded
from training.blank_variants import blank_variants
from training.proposal_counts import WAYS, count, from_pdf, from_scan

_HEAD = (
    "| from | forms | fields tried | found | spurious | kind | label "
    "| options tried | found | spurious |",
    "|---|---|---|---|---|---|---|---|---|---|",
)


def main() -> None:
    """Print a row for each form, then a table of all forms for each way of scanning."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scan", nargs="*", choices=["pdf", *WAYS], default=[])
    parser.add_argument("--seed", type=int, default=800000)
    parser.add_argument("--forms", nargs="*", help="ids of built-in forms; all when not given")
    parser.add_argument("--variants", type=int, default=0, help="other blanks, one scan each")
    parser.add_argument("--errors", action="store_true", help="list what is missed or spurious")
    parser.add_argument("--rows", type=Path, help="file that holds the drafts made")
    given = parser.parse_args()
    known = _read_rows(given.rows)
    shown: list[dict[str, Any]] = []
    for way in given.scan or ["pdf"]:
        for entry, variant in _entries(given.forms, given.variants, given.seed):
            key = [way, entry.key.id, given.seed, variant]
            row = known.get(json.dumps(key))
            if row is None:
                row = {"key": key, **_row(entry, way, given.seed)}
                _write_row(given.rows, row)
            shown.append(row)
            _say(f"{way} {entry.key.id}: {_told(Counter(row['counts']))}")
            if given.errors:
                for error in row["errors"]:
                    _say(f"  {way} {entry.key.id} {error}")
    for line in _table(shown):
        _say(line)


def _entries(forms: list[str] | None, variants: int, seed: int) -> Iterator[tuple[FormEntry, bool]]:
    for entry in FormLibrary.builtin().entries:
        if forms is None or entry.key.id in forms:
            yield entry, False
    yield from ((entry, True) for entry in blank_variants(variants, seed))


def _row(entry: FormEntry, way: str, seed: int) -> dict[str, Any]:
    if way == "pdf":
        draft, move = from_pdf(entry)
    else:
        rng = seeded(seed, entry.key.id, way)
        draft, move = from_scan(entry, way, rng, _engines())
    counts, errors = count(entry.definition, draft, move)
    return {"counts": counts, "errors": errors}


@cache
def _engines() -> Engines:
    return load_engines()


def _read_rows(file: Path | None) -> dict[str, dict[str, Any]]:
    if file is None or not file.exists():
        return {}
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return {json.dumps(row["key"]): row for row in rows}


def _write_row(file: Path | None, row: dict[str, Any]) -> None:
    if file is not None:
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _table(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Rows of totals by way, those of built-in forms and of variants apart."""
    groups: dict[tuple[bool, str], list[Counter[str]]] = {}
    for row in rows:
        way, _, _, variant = row["key"]
        groups.setdefault((variant, way), []).append(Counter(row["counts"]))
    yield from _HEAD
    for (variant, way), counts in sorted(groups.items(), key=lambda group: group[0][0]):
        total: Counter[str] = sum(counts, Counter())
        cells = [f"{'variants' if variant else 'built-in'}, {way}", str(len(counts))]
        for what in ("fields", "options"):
            found, spurious, kind, label = _shares(total, what)
            cells += [str(total[what]), found, spurious]
            if what == "fields":
                cells += ["–", "–"] if variant else [kind, label]
        yield f"| {' | '.join(cells)} |"


def _told(row: Counter[str]) -> str:
    parts = []
    for what in ("fields", "options"):
        found, spurious, kind, label = _shares(row, what)
        parts.append(
            f"{what} {row[what]}: found {found}, spurious {spurious}, "
            f"of found kind {kind}, label {label}"
        )
    return "; ".join(parts)


def _shares(row: Counter[str], what: str) -> tuple[str, str, str, str]:
    """Shares found (of those tried), spurious (of those proposed), kind and label (of found)."""
    tried, found, proposed = row[what], row[f"{what}_found"], row[f"{what}_proposed"]
    parts = (
        (found, tried),
        (row[f"{what}_spurious"], proposed),
        (row[f"{what}_kind"], found),
        (row[f"{what}_label"], found),
    )
    one, two, three, four = (f"{part / max(whole, 1):.1%}" for part, whole in parts)
    return one, two, three, four


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
