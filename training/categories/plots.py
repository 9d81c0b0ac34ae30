"""Pictures of a classifier: reliability, confusions."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt

from pipelines.category_model import UNKNOWN
from training.categories.evaluate import Judged, reliability


def plot_reliability(sets: Sequence[tuple[str, Judged]], path: Path) -> None:
    """Draw the share of right ones against confidence, with counts, a line for each set."""
    figure, axes = plt.subplots(figsize=(5.5, 5))
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for name, judged in sets:
        points = reliability(judged)
        axes.plot([c for c, _, _ in points], [r for _, r, _ in points], marker="o", label=name)
        for confidence, right, count in points:
            axes.annotate(
                str(count),
                (confidence, right),
                fontsize=7,
                xytext=(4, -9),
                textcoords="offset points",
            )
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def plot_confusions(judged: Judged, path: Path) -> None:
    """Square root of the share of each truth (row) that was said to be each label (column)."""
    labels, said = judged.model.labels, judged.said
    table = np.zeros((len(labels), len(labels)))
    np.add.at(table, (judged.truth, said), 1)
    table /= np.maximum(table.sum(1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(11, 10.5))
    axes.imshow(np.sqrt(table), cmap="Blues", vmin=0, vmax=1)
    places = range(len(labels))
    axes.set_xticks(places, labels, rotation=90, fontsize=5)
    axes.set_yticks(places, labels, fontsize=5)
    axes.set(xlabel="said", ylabel=f"truth ({UNKNOWN}: kinds never trained on)")
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
