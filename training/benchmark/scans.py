"""The scans of the benchmark: samples, and synthetic ones whose seeds nothing is tuned on."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.forms.load import FormLibrary
from pipelines.synthesis.degrade import Degradation
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.hand import Hand
from pipelines.synthesis.synthesize import synthesize
from pipelines.synthesis.truth import Truth, load_truth
from training.benchmark.held_out import load_held_out

FIRST_SEED = load_held_out().first_seed
"""Tuning uses seeds below 10,000 and those of samples/; nothing else uses these."""

HANDS = (Hand.STROKES, Hand.KILOJI, Hand.YUSEI, Hand.SETO, Hand.TYPED_MINCHO, Hand.TYPED_GOTHIC)


@dataclass(frozen=True, slots=True)
class Scan:
    """One posted file with its truth; `group` is the name of its row in the table."""

    name: str
    group: str
    data: bytes
    truth: Truth


def sample_scans(folder: Path) -> Iterator[Scan]:
    """Open the files of samples/ that have a truth file."""
    for truth_file in sorted(folder.glob("*.truth.json")):
        stem = truth_file.name.removesuffix(".truth.json")
        file = next(f for f in sorted(folder.glob(f"{stem}.*")) if f.suffix != ".json")
        yield Scan(file.name, "samples", file.read_bytes(), load_truth(truth_file))


def synthetic_scans(library: FormLibrary, count: int) -> Iterator[Scan]:
    """`count` filled scans: forms, degradations and hands in turn, each with a seed of its own."""
    forms = itertools.cycle(library.entries)
    # The lengths of the three cycles share no divisor with one another's product order: walking
    # degradations once a round of forms gives every pair of form and degradation its turn.
    for number in range(count):
        entry = next(forms)
        round_ = number // len(library.entries)
        degradation = tuple(Degradation)[(number + round_) % len(Degradation)]
        hand = HANDS[(number + number // len(Degradation)) % len(HANDS)]
        scan = synthesize(entry, seed=FIRST_SEED + number, hand=hand, degradations=(degradation,))
        format = ScanFormat.JPEG if len(scan.pages) == 1 else ScanFormat.TIFF
        data = encode_scan(scan.pages, format, dpi=scan.dpi)
        yield Scan(f"{entry.key.id}-{FIRST_SEED + number}", str(degradation), data, scan.truth)


def speed_pages(library: FormLibrary) -> Iterator[bytes]:
    """Single pages of filled forms as JPEG, clean and skewed in turn, seeds of their own."""
    for number, entry in enumerate(itertools.cycle(library.entries)):
        degradation = (Degradation.CLEAN, Degradation.SKEW)[number % 2]
        scan = synthesize(
            entry,
            seed=FIRST_SEED + 50_000 + number,
            hand=HANDS[number % len(HANDS)],
            degradations=(degradation,),
            dpi=200,
        )
        yield encode_scan(scan.pages[:1], ScanFormat.JPEG, dpi=scan.dpi)
