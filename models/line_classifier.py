"""A small transformer that says what a document is from its lines: text, place, height.

Each line is a token: the sum of the embeddings of its hashed n-grams, made here, and of its place,
made in the graph. `training/categories` trains it; `pipelines.category_lines` makes the numbers.
"""

import io
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError, ModelProblem
from models.manifest import Manifest, load_manifest, read_part, read_weights
from models.session import Run, open_session

MODEL = "category_lines"
TABLE = "grams.npz"
"""Part with embeddings of n-grams (`values`, int8) and the size of a step of each (`scales`)."""


class LineClassifier:
    """The network; make one a process with `load`."""

    def __init__(self, run: Run, table: NDArray[np.float16], labels: tuple[str, ...]) -> None:
        """`table` has an embedding for every n-gram, `labels` the ids of the K logits."""
        self._run = run
        self._table = table
        self.labels = labels

    @classmethod
    def load(cls, version: str | None = None, *, threads: int = 1) -> "LineClassifier":
        """Load the model of `models/artifacts`. Raises `ModelError`."""
        manifest = load_manifest(MODEL, version)
        run, told = open_session(read_weights(manifest), model=MODEL, threads=threads)
        return cls(run, _table(manifest), tuple(told.get("labels", "").split()))

    def logits(
        self, grams: NDArray[np.int64], starts: NDArray[np.int64], places: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Logits (K,) of a document of L lines; zeros for one without lines.

        `grams` are the numbers of the n-grams of all lines, `starts` where those of each line
        begin (L), `places` what the graph knows of its place (L x P).
        """
        if not len(starts):
            return np.zeros(len(self.labels), np.float32)
        counts = np.diff(np.append(starts, len(grams)))
        said = np.add.reduceat(self._table[grams].astype(np.float32), starts, axis=0)
        said /= np.sqrt(counts)[:, None].astype(np.float32)
        tokens = np.concatenate([said, places.astype(np.float32)], axis=1)
        found: NDArray[np.float32] = self._run(tokens.astype(np.float32))[0]
        return found


def _table(manifest: Manifest) -> NDArray[np.float16]:
    try:
        with np.load(io.BytesIO(read_part(manifest, TABLE)), allow_pickle=False) as arrays:
            table: NDArray[np.float16] = arrays["values"] * arrays["scales"][:, None]
            return table.astype(np.float16)
    except (ValueError, KeyError, EOFError, OSError, BadZipFile) as error:
        raise ModelError(ModelProblem.DAMAGED, MODEL, f"{TABLE}: {error}") from error
