"""The figures as a page for people."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Rows = Mapping[str, Mapping[str, Any]]

_HEAD = """# Figures

Printed by `make bench` (`ocr-service bench`), which writes this page, `figures.json` and the pictures.
How each figure is defined stands in `training/benchmark/metrics.py`. Synthetic items use seeds from
{seed:,} on; nothing is tuned on them, nor on the real images. `exact` is the share of fields or rows
whose text equals the truth (width, spaces, dashes folded) with its 95% Wilson interval; `CER` is wrong
characters by characters of the truth; `silent` is the share of fields that are wrong and not shown to
the reviewer as doubtful. All engines run on one thread on the same files.

What has commands of its own stands with its goals elsewhere: preprocessing, identification, registration,
marks, corrections and drafts of forms in [page.md](page.md#goals-and-where-they-stand); free text in
[reading.md](reading.md); categories, judging and learning in [categories.md](categories.md),
[judging.md](judging.md), [learning.md](learning.md).
"""  # noqa: E501


def write_report(results: Mapping[str, Any], path: Path, pictures: Sequence[str]) -> None:
    """Write `results` (`Results.as_json()`) as Markdown; `pictures` are file names beside it."""
    parts = [_HEAD.format(seed=results["about"]["first_seed"]), _about(results)]
    if results["sets"]:
        parts.append(_sets(results["sets"]))
        parts += [_split(found) for found in results["sets"].values()]
    for peer, sources in results["documents"].items():
        for source, found in sources.items():
            parts.append(_documents(f"{source}, {peer}", found))
    if results["confidence"]:
        parts.append(_confidence(results["confidence"]))
    if results["page_speed"] or results["speed"]:
        parts.append(_speed(results))
    if results["failed"]:
        lines = [f"- {name}: {why}" for name, why in results["failed"].items()]
        parts.append("## Failed\n\n" + "\n".join(lines) + "\n")
    parts += [f"![{Path(name).stem}]({name})\n" for name in pictures]
    path.write_text("\n".join(parts), "utf-8")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> str:
    """Make a table; the first `words` columns hold words, the others numbers."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * words + "--:|" * (len(head) - words)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def _about(results: Mapping[str, Any]) -> str:
    about = results["about"]
    text = (
        f"Measured on {about['date']} with `{about['command']}` on {about['processors']} "
        f"processors ({about['processor']}); load before the run {about['load']}, after it "
        f"{about['load_after']}.\n"
    )
    if about["interrupted"]:
        text += "\n**The run was interrupted: what is missing was not measured.**\n"
    rows = [
        [name, peer["state"], peer.get("version") or peer.get("how", "")]
        for name, peer in results["peers"].items()
    ]
    return text + "\n" + _table(["engine", "state", "version, or how to install"], rows, 3)


def _sets(sets: Rows) -> str:
    engines = list(dict.fromkeys(e for found in sets.values() for e in found["engines"]))
    rows = []
    for found in sets.values():
        exact = found["measure"] == "exact"
        row = [found["title"], "real" if found["real"] else "synthetic"]
        if found["missing"]:
            rows.append([*row, found["missing"], *[""] * (len(engines) + 1)])
            continue
        row += [str(found["items"]), "exact / CER" if exact else "CER"]
        for engine in engines:
            line = found["engines"].get(engine, {}).get("all")
            row.append("" if line is None else _figure(line, exact) + _part(line, found["items"]))
        rows.append(row)
    text = "## Sets, side by side\n\n" + _table(["set", "", "items", "figure", *engines], rows)
    sources = [f"- {found['title']}: {found['provenance']}" for found in sets.values()]
    return text + "\nWhere they come from:\n\n" + "\n".join(sources) + "\n"


def _part(line: Mapping[str, float], items: int) -> str:
    """Say when an interrupted run, or an engine that failed, read only some of the items."""
    return f" [{line['lines']:.0f} of {items}]" if line["lines"] < items else ""


def _figure(line: Mapping[str, float], exact: bool) -> str:
    if not exact:
        return f"{line['cer']:.1%}"
    return _both(line)


def _both(line: Mapping[str, float]) -> str:
    low, high = line["exact_low"], line["exact_high"]
    return f"{line['exact']:.1%} ({low:.0%}–{high:.0%}) / {line['cer']:.1%}"


def _split(found: Mapping[str, Any]) -> str:
    """Split one set by its tags, every engine a column: exact / CER."""
    engines = found["engines"]
    tags = list(dict.fromkeys(tag for engine in engines.values() for tag in engine["by"]))
    rows = []
    for tag in tags:
        values = sorted({v for engine in engines.values() for v in engine["by"].get(tag, {})})
        for value in values:
            cells = [engine["by"].get(tag, {}).get(value) for engine in engines.values()]
            count = max(int(cell["lines"]) for cell in cells if cell)
            texts = ["" if cell is None else _both(cell) for cell in cells]
            rows.append([f"{tag}: {value}", str(count), *texts])
    if not rows:
        return ""
    return f"### {found['title']}: exact / CER\n\n" + _table(["", "lines", *engines], rows)


def _documents(title: str, found: Mapping[str, Any]) -> str:
    head = ["", "documents", "form found", "fields", "exact", "written", "written exact", "CER",
            "doubtful", "silent", "whole documents", "s a document"]  # fmt: skip
    rows = []
    for tag in ("degradation", "hand", "kind"):
        for name, row in found[f"by_{tag}"].items():
            whole = tag != "kind"
            rows.append(
                [
                    name if name in ("all", "samples") else f"{tag}: {name}",
                    f"{row['documents']:.0f}" if whole else "",
                    f"{row['form_identified']:.1%}" if whole else "",
                    f"{row['fields']:.0f}",
                    f"{row['fields_exact']:.2%}",
                    f"{row['written_fields']:.0f}",
                    f"{row['written_exact']:.2%}",
                    f"{row['cer']:.2%}" if row["characters"] else "",
                    f"{row['doubtful']:.2%}",
                    f"{row['wrong_and_not_doubtful']:.2%}",
                    f"{row['documents_whole']:.1%}" if whole else "",
                    f"{row['seconds_a_document']:.2f}" if whole else "",
                ]
            )
    return f"## Documents end to end: {title}\n\n" + _table(head, rows)


def _confidence(rows: Rows) -> str:
    head = ["confidence of", "readings", "right", "ECE", "AURC"]
    lines = [
        [name, f"{row['readings']:.0f}", f"{row['right']:.1%}", f"{row['ece']:.3f}",
         f"{row['aurc']:.4f}"]
        for name, row in rows.items()
    ]  # fmt: skip
    return "## Confidence\n\n" + _table(head, lines)


_SPEED_COLUMNS = (
    ("processes", ".0f"), ("pages_per_second", ".2f"), ("ratio", ".1f"),
    ("median_seconds", ".3f"), ("p95_seconds", ".3f"), ("cpu_seconds", ".3f"),
    ("loaded_mib", ".0f"), ("first_mib", ".0f"), ("last_mib", ".0f"), ("peak_mib", ".0f"),
)  # fmt: skip


def _speed(results: Mapping[str, Any]) -> str:
    text = "## Speed and memory\n"
    if results["page_speed"]:
        rows = [
            [name, f"{row['pages']:.0f}", f"{row['median_seconds']:.2f}",
             f"{row['median_processor_seconds']:.2f}", f"{row['lines_a_page']:.0f}"]
            for name, row in results["page_speed"].items()
        ]  # fmt: skip
        text += (
            "\nThe same pages as pages of no known form: find the lines and read them, one thread"
            " each.\n\n"
        )
        head = ["engine", "pages", "median s a page", "processor s a page", "lines a page"]
        text += _table(head, rows)
    if results["speed"]:
        text += (
            "\nThe same pages in the same run. `known` reads the boxes of a known form, `unknown`"
            " the whole page; `two workers` are two processes of one thread, each pinned to a core."
            " The ratio is of pages a second against RapidOCR with its default threads.\n\n"
        )
        text += _ratios(results["speed"])
    return text


def _ratios(speed: Rows) -> str:
    head = ["way of reading", "processes", "pages a second", "ratio", "median s", "95% s",
            "processor s", "MiB loaded", "first round", "last round", "most"]  # fmt: skip
    rows = [
        [name.replace("_", " "), *(_cell(row, key, form) for key, form in _SPEED_COLUMNS)]
        for name, row in speed.items()
    ]
    stages = {name: _stages(row) for name, row in speed.items() if _stages(row)}
    columns = list(dict.fromkeys(stage for row in stages.values() for stage in row))
    by_stage = [
        [name.replace("_", " "), *(f"{row[c]:.0f}" if c in row else "" for c in columns)]
        for name, row in stages.items()
    ]
    text = _table(head, rows)
    if by_stage:
        text += "\nMedian milliseconds a page by stage:\n\n" + _table(["", *columns], by_stage)
    return text


def _cell(row: Mapping[str, float], key: str, form: str) -> str:
    return format(row[key], form) if key in row else ""


def _stages(row: Mapping[str, float]) -> dict[str, float]:
    found = [(k.removeprefix("stage_").removesuffix("_ms"), v) for k, v in row.items()]
    return {name: value for (name, value), key in zip(found, row, strict=True)
            if key.startswith("stage_")}  # fmt: skip
