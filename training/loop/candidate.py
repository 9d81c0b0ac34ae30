"""Writing a candidate: weights, manifest with provenance and figures, model card."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import yaml

from training.loop.dataset import Dataset


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A trained version; `task` begins with the word that the gate goes by.

    `metrics` are figures on documents it was not fitted on; `notes` what to know before using it.
    """

    name: str
    task: str
    file: str
    data: bytes
    command: str
    metrics: Mapping[str, float]
    notes: str
    parts: Mapping[str, bytes] = field(default_factory=dict)
    """Further files, by name."""
    licence: str = "property of the office"
    attribution: str = ""


def write_candidate(candidate: Candidate, dataset: Dataset, version: str, out: Path) -> Path:
    """Write `out/<name>/<version>/`; return it. Raises FileExistsError."""
    size = f"{dataset.documents} confirmed documents, {len(dataset.examples)} fields"
    return write_version(candidate, dataset.version, size, version, out)


def write_version(candidate: Candidate, dataset: str, size: str, version: str, out: Path) -> Path:
    """Write `out/<name>/<version>/`, made from the data set `dataset` (SHA-256) of `size`."""
    folder = out / candidate.name / version
    folder.mkdir(parents=True)
    (folder / candidate.file).write_bytes(candidate.data)
    for name, data in candidate.parts.items():
        (folder / name).write_bytes(data)
    provenance = f"{candidate.command} on data set {dataset[:16]}: {size}"
    manifest = {
        "name": candidate.name,
        "version": version,
        "task": candidate.task,
        "file": candidate.file,
        "sha256": sha256(candidate.data).hexdigest(),
        "parts": {name: sha256(data).hexdigest() for name, data in candidate.parts.items()},
        "licence": candidate.licence,
        "attribution": candidate.attribution,
        "provenance": provenance,
        "metrics": {name: float(value) for name, value in candidate.metrics.items()},
    }
    (folder / "manifest.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False), "utf-8")
    (folder / "README.md").write_text(_card(candidate, provenance, version), "utf-8")
    return folder


def _card(candidate: Candidate, provenance: str, version: str) -> str:
    rows = "\n".join(f"| {name} | {value:.6g} |" for name, value in candidate.metrics.items())
    return f"""# {candidate.name} {version}

For: {candidate.task}.

Made by: {provenance}. Documents of the gold set were not in it; the figures are of documents that
were kept aside from the fit as well.

| figure | value |
|---|---|
{rows}

{candidate.notes}
"""
