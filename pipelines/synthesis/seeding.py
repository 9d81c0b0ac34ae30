"""Random numbers by name: the same seed and words always give the same stream."""

import hashlib

import numpy as np


def seeded(*parts: int | str) -> np.random.Generator:
    """Make the generator for a seed and the words for its use (`seeded(7, "field", "name")`).

    Streams of different words are independent, so that changing one field of a filled form leaves
    every other stroke as it was.
    """
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.sha256(text.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))
