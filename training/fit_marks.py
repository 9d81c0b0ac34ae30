"""Fit the network of `pipelines.mark_model` on drawn marks and write its weights.

    python -m training.fit_marks --pages 14 --first-seed 1000

Takes some minutes on one core. The evaluation of `training.measure_imaging` uses other seeds.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier

from pipelines import mark_model
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.template import Template, build_templates
from pipelines.ink import subtract_blank, surplus_darkness
from pipelines.mark_model import mark_features
from pipelines.marks import group_shapes, option_groups
from pipelines.records import Identification, Page, RegisteredPage
from pipelines.register import register_page
from training.mark_pages import MarkedPage, marked_pages

Sample = tuple[NDArray[np.float64], int]


def main() -> int:
    """Draw, measure, fit, calibrate and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=14, help="seeds a form")
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument(
        "--out", type=Path, default=Path(mark_model.__file__).with_name("mark_weights.json")
    )
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rows, labels, groups = _samples(options.first_seed, options.pages)
    held = groups % 5 == 0
    mean, scale = rows[~held].mean(axis=0), rows[~held].std(axis=0) + 1e-6
    network = MLPClassifier((20,), alpha=1e-2, max_iter=600, random_state=0)
    network.fit((rows[~held] - mean) / scale, labels[~held])
    temperature = _temperature(_logits(network, (rows[held] - mean) / scale), labels[held])
    layers = [
        [np.round(w, 5).tolist(), np.round(b, 5).tolist()]
        for w, b in zip(network.coefs_, network.intercepts_, strict=True)
    ]
    wrong = float((network.predict((rows[held] - mean) / scale) != labels[held]).mean())
    made_from = {
        "options": len(rows),
        "first_seed": options.first_seed,
        "seeds_a_form": options.pages,
        "held_out_error": round(wrong, 5),
    }
    options.out.write_text(
        json.dumps(
            {
                "made_from": made_from,
                "mean": np.round(mean, 5).tolist(),
                "scale": np.round(scale, 5).tolist(),
                "temperature": round(temperature, 4),
                "layers": layers,
            }
        )
        + "\n",
        encoding="utf-8",
    )
    sys.stdout.write(f"{made_from}, temperature {temperature:.3f}\n")
    return 0


def registered_marks(
    entry: FormEntry, template: Template, drawn: MarkedPage
) -> RegisteredPage | None:
    """Register a drawn page from its known pose."""
    height, width = drawn.pixels.shape[:2]
    page = Page(
        number=1,
        pixels=drawn.pixels,
        dpi=drawn.dpi,
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
    )
    pose = Identification(
        form=entry.key,
        form_page=drawn.form_page,
        score=1.0,
        method="pinned",
        from_template=drawn.matrix,
    )
    return register_page(page, template, pose)


def _samples(
    first: int, count: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    rows: list[NDArray[np.float64]] = []
    labels: list[int] = []
    pages: list[int] = []
    for entry in FormLibrary.builtin().entries:
        templates = build_templates(entry)
        for seed in range(first, first + count):
            for drawn in marked_pages(entry, seed):
                for row, label in _page_samples(entry, templates[drawn.form_page - 1], drawn):
                    rows.append(row)
                    labels.append(label)
                    pages.append(seed)
        sys.stderr.write(f"{entry.key.id}: {len(rows)} options\n")
    return np.array(rows), np.array(labels), np.array(pages)


def _page_samples(entry: FormEntry, template: Template, drawn: MarkedPage) -> Iterator[Sample]:
    registered = registered_marks(entry, template, drawn)
    if registered is None:
        return
    ink = subtract_blank(registered, template)
    surplus = surplus_darkness(registered, template, ink)
    for group in option_groups(entry.definition, drawn.form_page):
        features = mark_features(group.style, group_shapes(group, registered, ink, surplus))
        for (option, _), row in zip(group.options, features, strict=True):
            yield row, drawn.truth[(group.name, option)]


def _logits(network: MLPClassifier, values: NDArray[np.float64]) -> NDArray[np.float64]:
    for i, (weights, bias) in enumerate(zip(network.coefs_, network.intercepts_, strict=True)):
        values = values @ weights + bias
        if i < len(network.coefs_) - 1:
            values = np.maximum(values, 0)
    return values


def _temperature(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Temperature with the least log loss on pages the network was not fitted on."""

    def loss(t: float) -> float:
        scaled = logits / t
        top = scaled.max(axis=1, keepdims=True)
        chances = scaled - top - np.log(np.exp(scaled - top).sum(axis=1, keepdims=True))
        return float(-chances[np.arange(len(labels)), labels].mean())

    return float(min(np.geomspace(0.5, 4, 60), key=loss))


if __name__ == "__main__":
    raise SystemExit(main())
