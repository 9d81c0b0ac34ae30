"""Recogniser from confirmed lines: `python -m training.loop.recogniser DATASET` (extra `train`).

The weights in use stay but for the last layers (`adapt.py`), fitted on the lines of two thirds of
the documents together with lines to rehearse. A fifth of the documents says when to stop, the rest
gives the figures of the model card. What comes out is a whole recogniser like the one that ships:
the reader needs nothing new, and no torch. Ends without a candidate when nothing was gained.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from models.head import HEAD_FILE
from models.manifest import load_manifest, shipped_versions
from models.recogniser import MODEL
from pipelines.forms.load import FormLibrary
from training.loop.adapt import EPOCHS, Encoded, encode, errors_of, fit
from training.loop.candidate import Candidate, write_candidate
from training.loop.dataset import load_dataset
from training.loop.lines import OfficeLine, office_lines
from training.loop.rehearsal import CHECK_SEED, SEED, rehearsal_lines
from training.recogniser.export import artifact_files
from training.recogniser.model import Trainable, make_trainable, start_from

LEAST_LINES = 100
"""Fewer lines to fit on teach nothing that is not chance."""
LEAST_KEPT = 15
"""Lines to stop by, and lines to measure on."""
REHEARSED, CHECKED = 500, 300
_STOP, _MEASURE = 0.2, 0.15
_ORIGINAL = "1.0.0"
_DRAWS = 2000
_NOTES = (
    "The last layers were fitted to confirmed lines; `share` is the part of the new weights. For "
    "every kind: lines of documents kept aside, wrong characters in a hundred before and after, "
    "and the 95% interval of the difference (`low`, `high`; below zero is better), drawn by "
    "document. `rehearsal` are wrong characters on lines of the shipped forms that were not "
    "rehearsed. Confidences were fitted to the old weights: watch `confidence` and `unseen` in the "
    "gate, and make a new `field_confidence` afterwards."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """Office lines: to fit on, to stop by, to measure on. No document is in two of them."""

    fit: tuple[OfficeLine, ...]
    stop: tuple[OfficeLine, ...]
    measure: tuple[OfficeLine, ...]


def split_lines(lines: Sequence[OfficeLine]) -> Parts:
    """Sort lines by their document, always the same way: by the hashes of their ids."""
    documents = sorted({line.document for line in lines}, key=_hashed)
    stop, measure = (round(share * len(documents)) for share in (_STOP, _STOP + _MEASURE))
    of_stop, of_measure = set(documents[:stop]), set(documents[stop:measure])
    return Parts(
        fit=tuple(x for x in lines if x.document not in of_stop | of_measure),
        stop=tuple(x for x in lines if x.document in of_stop),
        measure=tuple(x for x in lines if x.document in of_measure),
    )


def make_candidate(
    lines: Sequence[OfficeLine],
    start: str,
    *,
    epochs: int = EPOCHS,
    rehearsed: int = REHEARSED,
    checked: int = CHECKED,
    told: Callable[[str], None] = lambda _: None,
    command: str,
) -> tuple[Candidate, Trainable]:
    """Fit version `start` (one that ships) to the lines and measure both; give the network, too.

    Raises ValueError for too few lines, and when documents kept aside were read no better.
    """
    parts = split_lines(lines)
    model = open_model(start)
    fitting, stop = encode(model, parts.fit), encode(model, parts.stop)
    measured = encode(model, parts.measure)
    if len(fitting) < LEAST_LINES or len(stop) < LEAST_KEPT or len(measured) < LEAST_KEPT:
        raise ValueError(f"{len(fitting)} usable lines to fit on; {LEAST_LINES} are needed")
    told(f"{len(fitting)} lines to fit on, {len(stop)} to stop by, {len(measured)} to measure on")
    rehearsal = encode(model, rehearsal_lines(rehearsed, seed=SEED))
    check = encode(model, rehearsal_lines(checked, seed=CHECK_SEED))
    before = errors_of(model, measured)
    fitted = fit(model, fitting, rehearsal, stop, check, epochs=epochs, told=told)
    if not fitted.share:
        raise ValueError("documents kept aside were read no better: there is no candidate")
    metrics = {
        "lines": len(fitting),
        "corrected": sum(e.line.corrected for e in fitting),
        "share": fitted.share,
        "rehearsal.before": fitted.check[0],
        "rehearsal.after": fitted.check[1],
        **figures(measured, before, errors_of(model, measured)),
    }
    return _candidate(model, start, metrics, command), model


def _candidate(
    model: Trainable, start: str, metrics: Mapping[str, float], command: str
) -> Candidate:
    graph, head = artifact_files(model)
    shipped = load_manifest(MODEL, start)
    return Candidate(
        name=MODEL,
        task="recognition",
        file="features.onnx",
        data=graph,
        parts={HEAD_FILE: head},
        command=command,
        metrics=metrics,
        licence=f"{shipped.licence}; fitted to lines of the office",
        attribution=shipped.attribution,
        notes=f"Fitted from {MODEL} {start}. {_NOTES}",
    )


def open_model(start: str) -> Trainable:
    """Open a shipped recogniser for training. Raises `ModelError`, ValueError."""
    model = make_trainable(MODEL, _ORIGINAL)
    if start != _ORIGINAL:
        start_from(model, MODEL, start)
    model.net.eval()
    return model


def figures(
    lines: Sequence[Encoded], before: NDArray[np.int64], after: NDArray[np.int64]
) -> dict[str, float]:
    """Give by kind, and over all, wrong characters in a hundred and the interval of the change."""
    kinds = np.array([e.line.kind for e in lines])
    found: dict[str, float] = {}
    for kind in ("all", *sorted(set(kinds))):
        chosen = np.flatnonzero((kinds == kind) | (kind == "all")).tolist()
        lengths = np.array([max(len(lines[i].text.replace(" ", "")), 1) for i in chosen])
        documents = [lines[i].line.document for i in chosen]
        low, high = _interval(documents, lengths, after[chosen] - before[chosen])
        found |= {
            f"{kind}.lines": len(chosen),
            f"{kind}.before": round(100 * float(before[chosen].sum() / lengths.sum()), 3),
            f"{kind}.after": round(100 * float(after[chosen].sum() / lengths.sum()), 3),
            f"{kind}.low": round(low, 3),
            f"{kind}.high": round(high, 3),
        }
    return found


def _interval(
    documents: Sequence[str], lengths: NDArray[np.int64], change: NDArray[np.int64]
) -> tuple[float, float]:
    """95% interval of the change in wrong characters in a hundred, whole documents drawn again."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for document, length, by in zip(documents, lengths, change, strict=True):
        sums[document][0] += int(by)
        sums[document][1] += int(length)
    table = np.array(list(sums.values()), np.float64)
    drawn = np.random.default_rng(1).integers(len(table), size=(_DRAWS, len(table)))
    shares = 100 * table[drawn, 0].sum(axis=1) / table[drawn, 1].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)


def _hashed(document: str) -> str:
    return sha256(f"check/{document}".encode()).hexdigest()


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> int:
    """Write a candidate of the recogniser; 1 when nothing was gained."""
    parser = argparse.ArgumentParser(prog="python -m training.loop.recogniser")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--forms", type=Path, help="folder of the office's forms")
    parser.add_argument("--start", default=shipped_versions()[MODEL][-1], help="shipped version")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    dataset = load_dataset(options.dataset)
    library = FormLibrary.load(options.forms) if options.forms else FormLibrary.builtin()
    lines = tuple(office_lines(options.dataset, dataset, library))
    try:
        candidate, _ = make_candidate(
            lines,
            options.start,
            told=_tell,
            command="training.loop.recogniser",
        )
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{write_candidate(candidate, dataset, options.version, options.out)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
