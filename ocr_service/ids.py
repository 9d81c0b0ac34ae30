"""Identifiers of ours: `<prefix>_<26 characters>`, sortable by time of making."""

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_CHARACTERS = 26


def new_id(prefix: str) -> str:
    """Return a new identifier such as `doc_01k8...`.

    48 bits of milliseconds followed by 80 random bits in Crockford's base 32, as in a ULID:
    newer identifiers sort behind older ones, so that indexes grow at their end. `prefix` has at
    most 12 characters, which keeps the whole within the 40 of an id column.
    """
    if not 0 < len(prefix) <= 12:
        raise ValueError(f"prefix of 1 to 12 characters expected: {prefix!r}")
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    characters = []
    for _ in range(_CHARACTERS):
        number, digit = divmod(number, 32)
        characters.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(characters))}"
