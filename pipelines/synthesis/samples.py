"""The scans of `samples/`: `python -m pipelines.synthesis.samples` makes them again, byte by byte.

Change the table below to change a sample.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.synthesize import FilledScan, synthesize
from pipelines.synthesis.truth import dump_truth

_FOLDER = Path(__file__).resolve().parents[2] / "samples"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One scan of the set: what `synthesize` is asked for, and the file it becomes."""

    form: str
    seed: int
    hand: str
    degradations: tuple[str, ...] = ("clean",)
    faults: tuple[str, ...] = ()
    format: ScanFormat = ScanFormat.JPEG
    dpi: int = 200

    @property
    def stem(self) -> str:
        """File name without ending: form, hand, degradations, seed."""
        return f"{self.form}_{self.hand}_{'-'.join(self.degradations)}_{self.seed}"


SAMPLES: tuple[Sample, ...] = (
    Sample(form="nursery-admission", seed=11, hand="strokes", format=ScanFormat.PDF),
    Sample(
        form="nursery-admission",
        seed=12,
        hand="typed-mincho",
        degradations=("skew",),
        format=ScanFormat.TIFF,
    ),
    Sample(form="employment-certificate", seed=21, hand="typed-gothic", format=ScanFormat.PNG),
    Sample(
        form="employment-certificate",
        seed=4022,
        hand="kiloji",
        degradations=("fax",),
        format=ScanFormat.TIFF,
    ),
    Sample(form="child-allowance-claim", seed=2031, hand="yusei", degradations=("skew",)),
    Sample(
        form="child-allowance-claim",
        seed=32,
        hand="strokes",
        faults=("missing", "two-options"),
        format=ScanFormat.PNG,
    ),
    Sample(form="resident-move", seed=41, hand="strokes", degradations=("perspective",)),
    Sample(
        form="resident-tax-declaration",
        seed=51,
        hand="typed-mincho",
        degradations=("noise", "jpeg"),
    ),
    Sample(
        form="health-insurance-change",
        seed=61,
        hand="seto",
        degradations=("rotated",),
    ),
    Sample(
        form="care-need-application",
        seed=1071,
        hand="kiloji",
        degradations=("skew",),
        faults=("struck",),
    ),
    Sample(
        form="light-vehicle-tax-reduction",
        seed=1081,
        hand="yusei",
        degradations=("shadow",),
    ),
    Sample(
        form="national-pension-notice",
        seed=91,
        hand="strokes",
        degradations=("bleed",),
        faults=("implausible",),
    ),
    Sample(
        form="seal-registration",
        seed=101,
        hand="seto",
        degradations=("lowres",),
        format=ScanFormat.PNG,
    ),
    Sample(form="late-elderly-care-refund", seed=1111, hand="kiloji", format=ScanFormat.PDF),
    Sample(
        form="moj-residence-renewal",
        seed=126,
        hand="typed-gothic",
        degradations=("skew", "noise"),
    ),
)
"""The set, in the order of the file listing of the demo."""


def make_sample(sample: Sample, entry: FormEntry) -> tuple[bytes, FilledScan]:
    """Make the file of one sample, and the scan with its truth."""
    scan = synthesize(
        entry,
        seed=sample.seed,
        hand=sample.hand,
        degradations=sample.degradations,
        faults=sample.faults,
        dpi=sample.dpi,
    )
    return encode_scan(scan.pages, sample.format, dpi=scan.dpi, quality=78), scan


def write_samples(folder: Path, samples: Iterable[Sample] = SAMPLES) -> list[Path]:
    """Write scans and truth files into `folder`; samples that are no longer in the set go."""
    library = {entry.definition.id: entry for entry in FormLibrary.builtin().entries}
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for sample in samples:
        data, scan = make_sample(sample, library[sample.form])
        path = folder / f"{sample.stem}.{sample.format}"
        path.write_bytes(data)
        truth = path.with_name(f"{sample.stem}.truth.json")
        truth.write_text(dump_truth(scan.truth), encoding="utf-8")
        written += [path, truth]
    keep = {path.name for path in written}
    for path in folder.iterdir():
        if path.name not in keep and path.suffix in {".jpg", ".png", ".tiff", ".pdf", ".json"}:
            path.unlink()
    return written


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the set again; prints each file with its size."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.synthesis.samples")
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where to write")
    options = parser.parse_args(arguments)
    for path in write_samples(options.folder):
        sys.stdout.write(f"{path.stat().st_size:>9,}  {path.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
