"""What is kept out of training: `held_out.yaml` beside this file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("held_out.yaml")
_ROOT = _FILE.parents[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldOutFont:
    """A font that no training line was drawn with; `kinds` of text it can draw, all when empty."""

    name: str
    file: Path
    hand: str
    licence: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldOut:
    """Seeds from `first_seed` on, fonts, and names of hands."""

    first_seed: int
    fonts: tuple[HeldOutFont, ...]
    hands: frozenset[str]


def load_held_out(path: Path = _FILE) -> HeldOut:
    """Read the list. Raises `KeyError` or `ValueError` for one that is incomplete."""
    stated: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    fonts = tuple(
        HeldOutFont(
            name=str(font["name"]),
            file=_ROOT / str(font["file"]),
            hand=str(font["hand"]),
            licence=str(font["licence"]),
            kinds=tuple(str(kind) for kind in font.get("kinds", ())),
        )
        for font in stated["fonts"]
    )
    for font in fonts:
        if font.hand not in ("handwriting", "print"):
            raise ValueError(f"{font.name}: hand is handwriting or print, not {font.hand}")
    return HeldOut(
        first_seed=int(stated["first_seed"]),
        fonts=fonts,
        hands=frozenset(str(name) for name in stated["hands"]),
    )
