"""The figures as a page for people."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.benchmark.scans import FIRST_SEED

_HEAD = """# Figures

Printed by `make bench` (`python -m training.benchmark`), which writes this page and `figures.json`.
Synthetic scans use seeds from {seed} on, forms, degradations and hands in turn; nothing is tuned on
them. A field counts as exact when its value equals the truth (spaces and width folded),
blank fields and marks included; `written` counts only fields in which something stands. `silent` is
the share of fields that are wrong and not shown to the reviewer as doubtful.
"""


def write_report(results: Mapping[str, Any], path: Path) -> None:
    """Write Markdown tables of `results` to `path`."""
    parts = [_HEAD.format(seed=f"{FIRST_SEED:,}")]
    parts.append(_accuracy("Samples", results["samples"]))
    parts.append(_accuracy("Synthetic scans", results["synthetic_by_degradation"]))
    parts.append(_accuracy("By hand", results["synthetic_by_hand"]))
    parts.append(_kinds(results["synthetic_by_kind"]))
    parts.append(_speed(results["speed"]))
    path.write_text("\n".join(parts), "utf-8")


def _accuracy(title: str, rows: Mapping[str, Mapping[str, float]]) -> str:
    lines = [
        f"## {title}\n",
        "| | documents | form found | fields | exact | written | written exact | silent | whole"
        " documents | s a document |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {name} | {row['documents']:.0f} | {row['form_identified']:.1%} | {row['fields']:.0f} "
        f"| {row['fields_exact']:.2%} | {row['written_fields']:.0f} | {row['written_exact']:.2%} "
        f"| {row['wrong_and_not_doubtful']:.2%} | {row['documents_whole']:.1%} "
        f"| {row['seconds_a_document']:.2f} |"
        for name, row in rows.items()
    ]
    return "\n".join(lines) + "\n"


def _kinds(rows: Mapping[str, Mapping[str, float]]) -> str:
    lines = [
        "## By kind of field\n",
        "| kind | fields | exact | written | written exact | silent |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {name} | {row['fields']:.0f} | {row['fields_exact']:.2%} | {row['written_fields']:.0f} "
        f"| {row['written_exact']:.2%} | {row['wrong_and_not_doubtful']:.2%} |"
        for name, row in rows.items()
    ]
    return "\n".join(lines) + "\n"


def _speed(rows: Mapping[str, Mapping[str, float]]) -> str:
    peer = rows["rapidocr_default_threads"]["median_seconds"]
    lines = [
        "## Speed and memory\n",
        "The same pages in the same run, each way in a process of its own. Ours and `rapidocr`"
        " run on one thread; the ratio is against RapidOCR with its default threads.\n",
        "| | pages | median s a page | ratio to RapidOCR default | peak memory MiB |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {name} | {row['pages']:.0f} | {row['median_seconds']:.2f} "
        f"| {peer / row['median_seconds']:.1f} x | {row['peak_mib']:.0f} |"
        for name, row in rows.items()
    ]
    return "\n".join(lines) + "\n"
