"""The figures as pictures (PNG)."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.synthesis.fonts import FONT_FILES

_FONT = Path(__file__).parents[2] / "pipelines" / "fonts" / FONT_FILES["gothic"]
# Okabe and Ito: told apart by people who see colours differently. One colour an engine everywhere.
_COLOUR_OF = {
    "ours": "#0072B2",
    "ours (kind not given)": "#8CC8EC",
    "unmodified": "#CC79A7",
    "unmodified (kind not given)": "#E8C4D8",
    "rapidocr": "#E69F00",
    "tesseract": "#999999",
    "paddleocr": "#009E73",
}
_OTHER_COLOUR = "#555555"
_NARROW = 0.62
_STYLES = ("-", "--", ":", "-.")
_OWN = ("ours", "unmodified")
_GRID = "#dddddd"
Rows = Mapping[str, Mapping[str, Any]]


class NoMatplotlibError(Exception):
    """Pictures need the extra `bench`."""


def draw_plots(results: Mapping[str, Any], folder: Path) -> list[str]:
    """Draw every picture there are figures for; give their names. Raises `NoMatplotlibError`."""
    try:
        import matplotlib
    except ImportError as error:
        raise NoMatplotlibError("pip install 'ocr-service[bench]' for pictures") from error
    matplotlib.use("Agg")
    from matplotlib import font_manager

    font_manager.fontManager.addfont(str(_FONT))
    family = font_manager.FontProperties(fname=str(_FONT)).get_name()
    matplotlib.rcParams.update(
        {"font.family": family, "font.size": 10, "axes.spines.top": False,
         "axes.spines.right": False, "axes.unicode_minus": False, "figure.dpi": 110}
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    makers: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
        "exact": lambda r: _bars(r["sets"], "exact"),
        "cer": lambda r: _bars(r["sets"], "cer"),
        "degradation": _degradations,
        "confidence": _confidence,
        "speed": _speed,
    }
    written = []
    for name, maker in makers.items():
        figure = maker(results)
        if figure is not None:
            file = folder / f"figures-{name}.png"
            figure.savefig(file, bbox_inches="tight")
            written.append(file.name)
    return written


def _new(width: float, height: float, panels: int = 1) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(1, panels)


def _bars(sets: Rows, measure: str) -> Any:
    """Draw a group of bars for every set, a bar for every engine."""
    chosen = {n: s for n, s in sets.items() if s["measure"] == measure and s["engines"]}
    if not chosen:
        return None
    engines = list(dict.fromkeys(e for found in chosen.values() for e in found["engines"]))
    figure, axes = _new(9, 1.2 + 0.24 * len(chosen) * (len(engines) + 1))
    step = 0.84 / len(engines)
    for number, engine in enumerate(engines):
        colour = _COLOUR_OF.get(engine, _OTHER_COLOUR)
        for at, found in enumerate(chosen.values()):
            if engine not in found["engines"]:
                continue
            row = found["engines"][engine]["all"]
            value = 100 * row[measure]
            y = at - 0.42 + (number + 0.5) * step
            shown = min(value, 100.0)
            axes.barh(
                y, shown, step * 0.9, color=colour,
                label=engine if at == _first(chosen, engine) else None,
            )  # fmt: skip
            end = shown
            if measure == "exact":
                low, high = 100 * row["exact_low"], 100 * row["exact_high"]
                axes.hlines(y, low, high, color="#222222", linewidth=1)
                end = max(end, high)
            axes.text(end + 1, y, f"{value:.1f}", va="center", fontsize=8)
    labels = [f"{s['title']}\n({'real' if s['real'] else 'synthetic'}, {s['items']})"
              for s in chosen.values()]  # fmt: skip
    axes.set_yticks(range(len(chosen)), labels)
    axes.invert_yaxis()
    axes.set_xlim(0, 108)
    title = "Read exactly, with 95% interval" if measure == "exact" else "Character error rate"
    better = "more" if measure == "exact" else "less"
    axes.set_xlabel(f"% ({better} is better)")
    axes.set_title(title, loc="left")
    _finish(axes, "x")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return figure


def _first(sets: Rows, engine: str) -> int:
    return next(i for i, found in enumerate(sets.values()) if engine in found["engines"])


def _degradations(results: Mapping[str, Any]) -> Any:
    """Wrong by degradation: fields of whole forms, and field crops of every engine."""
    panels: list[tuple[str, dict[str, dict[str, float]]]] = []
    forms = {
        peer: {
            name: 100 * (1 - row["written_exact"])
            for name, row in sources["forms"]["by_degradation"].items()
            if name != "all"
        }
        for peer, sources in results["documents"].items()
        if "forms" in sources and sources["forms"]["by_degradation"]
    }
    if forms:
        panels.append(("Forms: written fields wrong", forms))
    for name, title in (("pen_strokes", "Pen-stroke fields wrong"), ("fonts", "Font fields wrong")):
        engines = results["sets"].get(name, {}).get("engines", {})
        found = {
            engine: {k: 100 * (1 - row["exact"]) for k, row in e["by"]["degradation"].items()}
            for engine, e in engines.items()
            if "degradation" in e["by"]
        }
        if found:
            panels.append((title, found))
    if not panels:
        return None
    figure, axes = _new(5.2 * len(panels), 4.6, len(panels))
    engines = list(dict.fromkeys(e for _, rows in reversed(panels) for e in rows))
    for axis, (title, rows) in zip([axes] if len(panels) == 1 else axes, panels, strict=True):
        names = list(dict.fromkeys(n for row in rows.values() for n in row))
        for number, (engine, row) in enumerate(rows.items()):
            # Side by side: engines that err equally often must not hide each other.
            shift = _NARROW * ((number + 0.5) / len(rows) - 0.5)
            places = [i for i, n in enumerate(names) if n in row]
            axis.plot([i + shift for i in places], [row[names[i]] for i in places], "o",
                      color=_COLOUR_OF.get(engine, _OTHER_COLOUR), markersize=6,
                      clip_on=False, zorder=3)  # fmt: skip
        axis.set_xticks(range(len(names)), names, rotation=40, ha="right")
        axis.set_xlim(-0.5, len(names) - 0.5)
        axis.set_ylim(bottom=0)
        axis.set_ylabel("% (less is better)")
        axis.set_title(title, loc="left")
        for edge in range(1, len(names)):
            axis.axvline(edge - 0.5, color=_GRID, linewidth=0.7)
        _finish(axis, "y")
    from matplotlib.lines import Line2D

    marks = [
        Line2D([], [], marker="o", linestyle="", color=_COLOUR_OF.get(e, _OTHER_COLOUR), label=e)
        for e in engines
    ]
    figure.legend(handles=marks, loc="outside lower center", ncols=len(engines), frameon=False)
    return figure


def _confidence(results: Mapping[str, Any]) -> Any:
    """Reliability curves of our own confidences, and risk by coverage of every engine."""
    rows = results["confidence"]
    if not rows:
        return None
    kinds = list(dict.fromkeys(name.partition(": ")[2] for name in rows))
    figure, (left, right) = _new(12.5, 5.4, 2)
    left.plot([0, 1], [0, 1], color="#999999", linewidth=1, label="perfectly calibrated")
    for name, row in rows.items():
        engine, _, kind = name.partition(": ")
        look = {
            "color": _COLOUR_OF.get(engine, _OTHER_COLOUR),
            "linestyle": _STYLES[kinds.index(kind) % len(_STYLES)],
            "linewidth": 1.3,
        }
        if engine in _OWN:
            bins = row["bins"]
            left.plot([b["confidence"] for b in bins], [b["right"] for b in bins], marker="o",
                      markersize=4, label=f"{name} (ECE {row['ece']:.3f})", **look)  # fmt: skip
        curve = row["risk_coverage"]
        right.plot([100 * c for c, _ in curve], [100 * r for _, r in curve],
                   label=f"{name} (AURC {row['aurc']:.3f})", **look)  # fmt: skip
    left.set(xlabel="stated confidence (mean of 15 bins of equal mass)", ylabel="share right")
    left.set_title("Reliability of our confidences", loc="left")
    right.set(xlabel="% of readings accepted, surest first", ylabel="% of these wrong")
    right.set_title("Risk by coverage", loc="left")
    right.set_ylim(bottom=0)
    for axis in (left, right):
        _finish(axis, "both")
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), frameon=False, fontsize=8,
                    ncols=1 if axis is left else 2)  # fmt: skip
    return figure


def _speed(results: Mapping[str, Any]) -> Any:
    """Bars of time a page of no known form by engine, and of pages a second by our ways."""
    pages = {
        f"{name}, unknown page": row["median_processor_seconds"]
        for name, row in results["page_speed"].items()
    }
    ways = {
        name.replace("_", " "): row["pages_per_second"] for name, row in results["speed"].items()
    }
    panels = [
        (title, unit, rows)
        for title, unit, rows in (
            ("Processor time a page, one thread", "seconds (less is better)", pages),
            ("Speed, all processes together", "pages a second (more is better)", ways),
        )
        if rows
    ]
    if not panels:
        return None
    figure, axes = _new(
        5.5 * len(panels), 1.3 + 0.42 * max(len(r) for *_, r in panels), len(panels)
    )
    for axis, panel in zip([axes] if len(panels) == 1 else axes, panels, strict=True):
        _speed_bars(axis, *panel)
    return figure


def _speed_bars(axis: Any, title: str, unit: str, rows: Mapping[str, float]) -> None:
    names: Sequence[str] = list(rows)
    values = [rows[name] for name in names]
    ours = ("ours", "known", "unknown")
    mine, theirs = _COLOUR_OF["ours"], _COLOUR_OF["rapidocr"]
    colours = [mine if n.startswith(ours) else theirs for n in names]
    axis.barh(range(len(names)), values, 0.7, color=colours)
    for at, value in enumerate(values):
        axis.text(value, at, f" {value:.2f}", va="center", fontsize=9)
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()
    axis.set_xlim(0, 1.15 * max(values))
    axis.set_title(title, loc="left")
    axis.set_xlabel(unit)
    _finish(axis, "x")


def _finish(axis: Any, grid: str) -> None:
    axis.grid(axis=grid, color=_GRID, linewidth=0.7)
    axis.set_axisbelow(True)
