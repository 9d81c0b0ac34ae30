"""How every figure of the benchmark is defined.

Character error rate (CER)
    Levenshtein distance between truth and reading (insertion, deletion, substitution cost 1 each),
    both after `normalise_text`, summed over all lines and divided by the summed length of the
    truth ("micro"). It can exceed 1. Character accuracy is 1 - CER, not below 0.
Exact
    Share of fields or rows whose reading equals the truth after `pipelines.synthesis.compare.fold`
    (NFKC, no spaces, one kind of dash), with its Wilson interval at 95%.
Expected calibration error (ECE)
    Readings are sorted by confidence and cut into 15 bins of equal mass; the mean over the bins,
    weighted by mass, of |mean confidence - share right| (Naeini et al. 2015; equal-mass bins as in
    Nguyen & O'Connor 2015). Of whole lines, where a probability of characters is stated, "right"
    is the share of characters right (1 - CER of the line).
Risk-coverage
    When only the readings of highest confidence are accepted (coverage), the share of those that
    are wrong (risk). The area under it (AURC) is the mean risk over all coverages
    (Geifman & El-Yaniv 2017).
"""

import itertools
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_DROPPED = re.compile(r"[\s\u2190-\u21ff\u27f0-\u27ff\u2900-\u297f\u2b00-\u2b11☆★✩✭✮✯⭐*※]")
_DASHES = re.compile("[-‐‑‒–—―−─━ーｰ~〜∼]+")
_FOLDED = str.maketrans(
    {"、": ",", "。": ".", "｡": ".", "•": "・", "·": "・", "∙": "・", "●": "・", "“": '"', "”": '"',
     "„": '"', "〃": '"', "‘": "'", "’": "'", "′": "'", "`": "'", "【": "[", "】": "]", "〔": "[",
     "〕": "]", "〈": "<", "〉": ">", "《": "<", "》": ">"}
)  # fmt: skip
_Z95 = 1.959964


def normalise_text(text: str) -> str:
    """Fold what a transcription by eye does not tell apart.

    NFKC; white space, arrows, stars and ※ dropped; every run of dashes, long-vowel signs and wave
    dashes is one "-"; full stops, commas, middle dots, quotes and brackets of one kind are one.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_FOLDED)
    return _DASHES.sub("-", _DROPPED.sub("", folded))


def edit_distance(a: str, b: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, start=1):
            diagonal, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right)),
            )
    return row[-1]


def character_errors(truth: str, read: str) -> tuple[int, int]:
    """Errors of a reading, and characters of the truth, after `normalise_text`."""
    expected = normalise_text(truth)
    return edit_distance(expected, normalise_text(read)), len(expected)


def wilson(right: int, count: int) -> tuple[float, float]:
    """Wilson score interval at 95% of the share `right / count`; (0, 1) for no trial."""
    if count == 0:
        return 0.0, 1.0
    share, z2 = right / count, _Z95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z95 / (1 + z2 / count) * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    # At the ends the interval reaches 0 or 1 exactly; rounding must not leave it just inside.
    low = 0.0 if right == 0 else max(0.0, middle - half)
    return low, 1.0 if right == count else min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Judged:
    """One reading: stated confidence 0..1, and how right it was, 0..1."""

    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Readings of similar confidence: how many, their mean confidence, their share right."""

    count: int
    confidence: float
    right: float


def reliability(judged: Sequence[Judged], bins: int = 15) -> list[Bin]:
    """Bins of equal mass by rising confidence; fewer when there are fewer readings than bins."""
    ordered = sorted(judged, key=lambda j: j.confidence)
    count = min(bins, len(ordered))
    edges = [round(i * len(ordered) / count) for i in range(count + 1)] if count else [0]
    found = []
    for start, end in itertools.pairwise(edges):
        part = ordered[start:end]
        found.append(
            Bin(
                len(part),
                sum(j.confidence for j in part) / len(part),
                sum(j.right for j in part) / len(part),
            )
        )
    return found


def calibration_error(judged: Sequence[Judged], bins: int = 15) -> float:
    """ECE over bins of equal mass; 0 for no reading."""
    if not judged:
        return 0.0
    parts = reliability(judged, bins)
    return sum(b.count * abs(b.confidence - b.right) for b in parts) / len(judged)


def risk_coverage(judged: Sequence[Judged]) -> list[tuple[float, float]]:
    """(coverage, risk) after each reading, surest first; equal confidences are taken together."""
    ordered = sorted(judged, key=lambda j: -j.confidence)
    points, wrong = [], 0.0
    for i, item in enumerate(ordered, start=1):
        wrong += 1 - item.right
        if i == len(ordered) or ordered[i].confidence < item.confidence:
            points.append((i / len(ordered), wrong / i))
    return points


def area_under_risk(judged: Sequence[Judged]) -> float:
    """AURC: mean risk over all coverages; 0 for no reading."""
    area, before = 0.0, 0.0
    for coverage, risk in risk_coverage(judged):
        area += (coverage - before) * risk
        before = coverage
    return area
