"""Synthetic texts of the kinds that stand in the fields of forms. Nobody named here exists."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from pipelines.forms.model import FieldKind
from pipelines.repertoire import kind_repertoire
from pipelines.synthesis.person import (
    draw_far_address,
    draw_landline,
    draw_mobile,
    draw_stranger,
    draw_ward_address,
)

_TODAY = date(2026, 4, 1)
_TRAINING = Path(__file__).parents[1]
_LONGEST = 26


@dataclass(frozen=True, slots=True)
class TextKind:
    """A kind of text: its field kind, the width of its box in mm, and how it is drawn."""

    kind: FieldKind
    width_mm: float
    draw: Callable[[np.random.Generator], str]

    @property
    def repertoire(self) -> frozenset[str] | None:
        """Characters its field may hold."""
        return kind_repertoire(self.kind)


def _name(rng: np.random.Generator) -> str:
    return draw_stranger(rng, _TODAY).name


def _kana(rng: np.random.Generator) -> str:
    return draw_stranger(rng, _TODAY).kana


def _address(rng: np.random.Generator) -> str:
    if rng.random() < 0.35:
        return draw_far_address(rng).full
    address = draw_ward_address(rng)
    return address.full if rng.random() < 0.3 else address.short


def _mixed(rng: np.random.Generator) -> str:
    choice = int(rng.integers(4))
    if choice == 0:
        address = draw_ward_address(rng)
        return address.building or f"{address.rest} {int(rng.integers(1, 9))}階"
    if choice == 1:
        day = _TODAY - timedelta(days=int(rng.integers(1, 2500)))
        return f"令和{day.year - 2018}年{day.month}月{day.day}日から{int(rng.integers(2, 12))}か月"
    if choice == 2:
        return f"{_phrase(rng, 10)} {int(rng.integers(1, 90)) * 100:,}円"
    return _phrase(rng, 18)


def _phone(rng: np.random.Generator) -> str:
    return draw_mobile(rng) if rng.random() < 0.6 else draw_landline(rng)


def _printed(rng: np.random.Generator) -> str:
    return _phrase(rng, _LONGEST)


FIELD_TEXTS: Mapping[str, TextKind] = {
    "name": TextKind(FieldKind.KANJI_NAME, 60, _name),
    "kana": TextKind(FieldKind.KANA_NAME, 60, _kana),
    "address": TextKind(FieldKind.ADDRESS, 125, _address),
    "mixed": TextKind(FieldKind.TEXT, 110, _mixed),
    "phone": TextKind(FieldKind.PHONE, 55, _phone),
}
PRINT_TEXTS: Mapping[str, TextKind] = {"sentence": TextKind(FieldKind.TEXT, 150, _printed)}


def _phrase(rng: np.random.Generator, longest: int) -> str:
    lines = [line for line in _phrases() if len(line) <= longest]
    return lines[int(rng.integers(len(lines)))]


@cache
def _phrases() -> tuple[str, ...]:
    found: list[str] = []
    for name in ("background.txt", "form_phrases.txt"):
        for line in (_TRAINING / name).read_text("utf-8").splitlines():
            # Sentences are cut at their commas, so that short boxes get whole phrases, too.
            parts = line.split("、") if len(line) > _LONGEST else [line]
            found += [p.strip() for p in parts if len(p.strip()) >= 3 and "#" not in p]
    return tuple(dict.fromkeys(found))
