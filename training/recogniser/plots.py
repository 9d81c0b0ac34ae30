"""Curves of a training run: loss, and errors on held-out lines."""

import json
from pathlib import Path

from matplotlib.figure import Figure

LOG, CURVES = "log.jsonl", "curves.png"


def plot_run(folder: Path) -> None:
    """Draw the curves of a run from its log; nothing where there is no log yet."""
    log = folder / LOG
    if not log.exists():
        return
    rows = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    losses = [(r["lines"], r["loss"]) for r in rows if "loss" in r]
    checks = [(r["lines"], r["held_out"]) for r in rows if "held_out" in r]
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    smooth, value = [], None
    for _, loss in losses:
        value = loss if value is None else 0.9 * value + 0.1 * loss
        smooth.append(value)
    left.plot([n for n, _ in losses], [v for _, v in losses], color="#c9d6e3", linewidth=0.8)
    left.plot([n for n, _ in losses], smooth, color="#0017c1")
    left.set(xlabel="lines seen", ylabel="CTC loss", yscale="log")
    for name in checks[0][1] if checks else ():
        wrong = [100 * c[name]["wrong"] for _, c in checks]
        right.plot([n for n, _ in checks], wrong, marker="o", markersize=3, label=name)
    right.set(xlabel="lines seen", ylabel="wrong characters, %", title="held out", ylim=(0, None))
    if checks:
        right.legend(frameon=False)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#eeeeee")
    figure.savefig(folder / CURVES, dpi=120)
