"""Reading what `ocr-service examples export` wrote."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One field of a confirmed document."""

    document: str
    form: str
    revision: str
    field: str
    kind: str
    suggested: str | None
    confirmed: str | None
    state: str
    source: str
    confidence: float
    doubtful: bool
    corrected: bool
    received_on: str
    raw_text: str = ""
    line: str | None = None
    """Picture of the line as the reader cuts it (`--lines`), below the folder of the data set."""
    people: tuple[str, ...] | None = None
    """Keyed digests of whom the document is about; None: not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """All examples; `version` is the SHA-256 of the manifest."""

    version: str
    examples: tuple[Example, ...]

    @property
    def documents(self) -> int:
        """How many documents they are of."""
        return len({example.document for example in self.examples})


def load_dataset(folder: Path) -> Dataset:
    """Read a manifest and check it against its summary.

    Raises OSError when it is not there, ValueError when it was changed.
    """
    data = (folder / "manifest.jsonl").read_bytes()
    version = sha256(data).hexdigest()
    if json.loads((folder / "dataset.json").read_text("utf-8"))["version"] != version:
        raise ValueError("manifest.jsonl is not the one that was exported")
    return Dataset(version=version, examples=tuple(_examples(data)))


def is_check(document: str, percent: int = 30) -> bool:
    """Whether a document is for checking and not for fitting: by its id, always the same."""
    return int(sha256(f"check/{document}".encode()).hexdigest()[:8], 16) % 100 < percent


def _examples(data: bytes) -> Iterator[Example]:
    names = [field.name for field in fields(Example)]
    for line in data.decode().splitlines():
        told = json.loads(line)
        people = told.get("people")
        told["people"] = None if people is None else tuple(map(str, people))
        # What newer exports tell as well has a default; TypeError for what every export tells.
        yield Example(**{name: told[name] for name in names if name in told})
