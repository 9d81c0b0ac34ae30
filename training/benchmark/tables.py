"""The figures as tables on the screen."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table


def tables(results: Mapping[str, Any]) -> list[Table]:
    """Tables of what was measured; `results` is `Results.as_json()`."""
    found = [_engines(results["peers"])]
    if results["sets"]:
        found.append(_sets(results["sets"]))
    found += [_documents(peer, rows) for peer, rows in results["documents"].items()]
    if results["confidence"]:
        found.append(_confidence(results["confidence"]))
    if results["page_speed"] or results["speed"]:
        found.append(_speed(results))
    return found


def _engines(peers: Mapping[str, Mapping[str, str]]) -> Table:
    table = Table("engine", "state", "version or how to install", title="Engines")
    for name, peer in peers.items():
        table.add_row(name, peer["state"], peer.get("version") or peer.get("how", ""))
    return table


def _sets(sets: Mapping[str, Mapping[str, Any]]) -> Table:
    engines = list(dict.fromkeys(e for found in sets.values() for e in found["engines"]))
    table = Table("set", "items", "figure", *engines, title="Sets (real ones marked *)")
    for name, found in sets.items():
        mark = "*" if found["real"] else ""
        if found["missing"]:
            table.add_row(name + mark, "-", found["missing"])
            continue
        exact = found["measure"] == "exact"
        cells = [_cell(found["engines"].get(engine), exact) for engine in engines]
        figure = "exact / CER" if exact else "CER"
        table.add_row(name + mark, str(found["items"]), figure, *cells)
    return table


def _cell(found: Mapping[str, Any] | None, exact: bool) -> str:
    if found is None:
        return ""
    row = found["all"]
    if not exact:
        return f"{row['cer']:.1%}"
    return f"{row['exact']:.1%} ({row['exact_low']:.0%}-{row['exact_high']:.0%}) / {row['cer']:.1%}"


def _documents(peer: str, sources: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table(
        "", "documents", "form found", "written exact", "CER", "silent", "whole", "s",
        title=f"Documents end to end: {peer}",
    )  # fmt: skip
    for source, found in sources.items():
        rows = {
            source: found["by_degradation"].get("all"),
            **{f"{source}, {name}": row for name, row in found["by_hand"].items()},
        }
        for name, row in rows.items():
            if row is not None:
                table.add_row(
                    name, f"{row['documents']:.0f}", f"{row['form_identified']:.1%}",
                    f"{row['written_exact']:.2%}", f"{row['cer']:.2%}",
                    f"{row['wrong_and_not_doubtful']:.2%}", f"{row['documents_whole']:.1%}",
                    f"{row['seconds_a_document']:.2f}",
                )  # fmt: skip
    return table


def _confidence(rows: Mapping[str, Mapping[str, float]]) -> Table:
    table = Table("confidence of", "readings", "right", "ECE", "AURC", title="Confidence")
    for name, row in rows.items():
        table.add_row(
            name, f"{row['readings']:.0f}", f"{row['right']:.1%}", f"{row['ece']:.3f}",
            f"{row['aurc']:.4f}",
        )  # fmt: skip
    return table


def _speed(results: Mapping[str, Any]) -> Table:
    table = Table(
        "reading", "pages", "a second", "ratio", "median s", "processor s", "MiB", title="Speed"
    )
    rows = {
        **{f"page: {name}": row for name, row in results["page_speed"].items()},
        **results["speed"],
    }
    for name, row in rows.items():
        spent = row.get("cpu_seconds", row.get("median_processor_seconds"))
        cells = (
            (row.get("pages_per_second"), ".2f"), (row.get("ratio"), ".1f"),
            (row["median_seconds"], ".2f"), (spent, ".2f"), (row.get("peak_mib"), ".0f"),
        )  # fmt: skip
        shown = ("" if value is None else format(value, form) for value, form in cells)
        table.add_row(name, f"{row['pages']:.0f}", *shown)
    return table
