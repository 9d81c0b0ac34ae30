"""Reads crops of single text lines with PP-OCRv6, one repertoire of characters a crop."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from models.charset import japanese_characters, usual_characters
from models.ctc import BLANK, Spike, fills, greedy, inked_steps
from models.head import load_head
from models.manifest import Manifest, load_manifest
from models.readings import (
    NOTHING,
    ReadCharacter,
    Reading,
    Spans,
    free_segments,
    make_reading,
    placed_segments,
)
from models.session import Backend, Run, open_session

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

__all__ = ["MODEL", "ReadCharacter", "Reading", "Recogniser"]

MODEL = "ppocrv6_small_rec"
HEIGHT = 48
_BUCKET, _LEAST_WIDTH = 16, 32
"""Widths are filled up to a multiple of the first, by a time step at least, as in training. Wider
buckets would make larger batches, which gain less than the padding costs."""
_BATCH, _BATCH_WIDTH = 8, 2560
"""Crops, and pixels of width, that are read in one call: more takes memory and saves no time."""
_MAX_WIDTH = 2048
_STEP = 8
"""Pixels of input width per time step of the output."""
_MAX_MASKS = 64


@dataclass(frozen=True, eq=False)
class _Mask:
    """Columns of the classifier for one repertoire; entry 0 is blank."""

    characters: tuple[str, ...]
    weight: Floats
    bias: Floats


class Recogniser:
    """The recogniser with its characters. Make one a process with `load`."""

    def __init__(
        self, run: Run, weight: Floats, bias: Floats, characters: Sequence[str], manifest: Manifest
    ) -> None:
        self._run = run
        self._weight = weight
        self._bias = bias
        self._characters = characters
        self._masks: dict[frozenset[str], _Mask] = {}
        self.manifest = manifest

    @classmethod
    def load(
        cls,
        threads: int = 1,
        *,
        model: str = MODEL,
        version: str | None = None,
        backend: Backend = Backend.ONNXRUNTIME,
    ) -> "Recogniser":
        """Load a model of `models/artifacts`; `threads` are those of the graph.

        Raises `ModelError` when its files are missing or damaged.
        """
        manifest = load_manifest(model, version)
        head = load_head(manifest)
        run, _ = open_session(head.features, model=model, threads=threads, backend=backend)
        return cls(run, head.weight, head.bias, head.characters, manifest)

    def read(
        self,
        crops: Sequence[Pixels],
        repertoires: Sequence[frozenset[str] | None],
        spans: Sequence[Spans | None] | None = None,
    ) -> list[Reading]:
        """Read every crop (H x W or H x W x 3, one line of text each, any size).

        `repertoires` says what each crop may hold; None is all Japanese characters. `spans` may
        give for a crop the places, 0 (left end) .. 1, where at least one character each stands:
        when fewer are read, or in another place, the best one of each place is taken. Whatever
        the crop is, there is an answer; of an empty crop it is "" with confidence 0.
        """
        if len(crops) != len(repertoires) or (spans is not None and len(spans) != len(crops)):
            raise ValueError(f"{len(crops)} crops but {len(repertoires)} repertoires")
        readings = [NOTHING] * len(crops)
        for batch in _batches([_width(c) for c in crops]):
            width = _bucket(max(_width(crops[i]) for i in batch))
            features = self._run(np.stack([_input(crops[i], width) for i in batch]))
            for row, i in enumerate(batch):
                steps = -(-_width(crops[i]) // _STEP)
                places = spans[i] if spans is not None else None
                readings[i] = self._decode(features[row, :steps], repertoires[i], places)
        return readings

    def _decode(
        self, features: Floats, repertoire: frozenset[str] | None, spans: Spans | None
    ) -> Reading:
        mask = self._open if repertoire is None else self._mask(repertoire)
        if len(mask.characters) == 1:
            return NOTHING
        logits = features @ mask.weight + mask.bias
        probabilities, norm = _softmax(logits)
        spikes = greedy(probabilities)
        placed = bool(spans) and not fills(spikes, spans or (), len(probabilities))
        inked = inked_steps(probabilities)
        if placed:
            spikes, segments = placed_segments(mask.characters, probabilities, spans or ())
        else:
            segments = free_segments(mask.characters, spikes, probabilities, inked)
        if not spikes:
            return NOTHING
        share = 1.0
        if repertoire is not None and not repertoire >= japanese_characters():
            share = self._share(features, spikes, probabilities, norm)
        steps = len(probabilities)
        return make_reading(mask.characters, spikes, segments, steps, inked, share)

    def _share(
        self, features: Floats, spikes: Sequence[Spike], probabilities: Floats, norm: Floats
    ) -> float:
        """Probability of the repertoire at the height of each character, against the usual ones."""
        peaks = [
            s.first + int(probabilities[s.first : s.last + 1, s.index].argmax()) for s in spikes
        ]
        _, usual = _softmax(features[peaks] @ self._usual.weight + self._usual.bias)
        return float(np.exp(np.minimum(norm[peaks] - usual, 0).mean()))

    @cached_property
    def _open(self) -> _Mask:
        return self._mask(japanese_characters())

    @cached_property
    def _usual(self) -> _Mask:
        return self._mask(usual_characters())

    def _mask(self, repertoire: frozenset[str]) -> _Mask:
        mask = self._masks.get(repertoire)
        if mask is None:
            kept = [BLANK, *(i for i, c in enumerate(self._characters) if c in repertoire and c)]
            mask = _Mask(
                tuple(self._characters[i] for i in kept),
                np.ascontiguousarray(self._weight[:, kept]),
                self._bias[kept],
            )
            if len(self._masks) >= _MAX_MASKS:
                self._masks.pop(next(iter(self._masks)))
            self._masks[repertoire] = mask
        return mask


def _softmax(logits: Floats) -> tuple[Floats, Floats]:
    """Probabilities, in place of the logits, and log-normaliser of each row."""
    top = logits.max(1, keepdims=True)
    powers = np.subtract(logits, top, out=logits)
    np.exp(powers, out=powers)
    total = powers.sum(1, keepdims=True)
    return np.divide(powers, total, out=powers), (top + np.log(total))[:, 0]


def _width(crop: Pixels) -> int:
    """Width of the crop at the height of the model; 0 for a crop without pixels."""
    if crop.size == 0:
        return 0
    return int(np.clip(round(crop.shape[1] * HEIGHT / crop.shape[0]), _STEP, _MAX_WIDTH))


def _bucket(width: int) -> int:
    return max(_LEAST_WIDTH, -(-(width + _STEP) // _BUCKET) * _BUCKET)


def _batches(widths: list[int]) -> list[list[int]]:
    """Group crops of the same bucket, few together if they are long; empty crops are left out."""
    buckets: dict[int, list[int]] = {}
    for i, width in enumerate(widths):
        if width:
            buckets.setdefault(_bucket(width), []).append(i)
    batches = []
    for width, members in sorted(buckets.items()):
        size = min(_BATCH, max(1, _BATCH_WIDTH // width))
        batches += [members[at : at + size] for at in range(0, len(members), size)]
    return batches


def _input(crop: Pixels, width: int) -> Floats:
    """3 x 48 x width, -1..1; what is missing on the right is 0, as in training."""
    own = _width(crop)
    shrinking = crop.shape[0] > HEIGHT
    how = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    scaled = cv2.resize(crop, (own, HEIGHT), interpolation=how)
    out = np.zeros((3, HEIGHT, width), np.float32)
    values = scaled.astype(np.float32) * (2 / 255) - 1
    out[:, :, :own] = values if values.ndim == 2 else values.transpose(2, 0, 1)
    return out
