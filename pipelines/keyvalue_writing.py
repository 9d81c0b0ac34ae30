"""How likely each word of a page without a form was written on it, not printed with it.

What the text of a word leaves open a linear model judges by its place and its ink. Words of one
line in one cell go together. Fitted by `training.fit_keyvalue` on synthetic pages.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipelines.forms.blank_cells import Cell
from pipelines.forms.propose_combs import find_combs
from pipelines.keyvalue_features import FEATURES, HANDS, open_rows
from pipelines.keyvalue_page import PageLayout
from pipelines.keyvalue_tokens import Role, Token, find_tokens
from pipelines.reference.names import is_full_name

Floats = NDArray[np.float64]
_CERTAIN = {Role.PRINT: 0.02, Role.WRITTEN: 0.98}
_STAY = 0.8
"""How often the next word of a line was made as the one before."""
_COMB_CHARS = 2
_HOLDS = re.compile("[年月日時分円人回歳点割%〒-]|間$|令和|平成|昭和")
"""Words that stand beside a figure which is written in."""


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """Bias and weights of a logistic model."""

    bias: float
    weights: Floats

    def chances(self, rows: Floats) -> Floats:
        """Probability for each row."""
        odds = rows @ self.weights + self.bias
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30))), float)


@dataclass(frozen=True, slots=True, eq=False)
class KeyValueModel:
    """What was fitted: the look at words, and the confidence of a pair by kind of pair.

    `writing` judges words by `FEATURES`, `writing_seen` by those and `HANDS`.
    """

    writing: Linear
    writing_seen: Linear
    confidence: Mapping[str, Linear]


@cache
def load_model() -> KeyValueModel:
    """Read the fitted weights (`pipelines/reference/keyvalue.json`)."""
    text = resources.files("pipelines.reference").joinpath("keyvalue.json").read_text("utf-8")
    data = json.loads(text)
    if (data["features"], data["hands"]) != (list(FEATURES), list(HANDS)):
        raise ValueError("keyvalue.json was fitted for other features")
    groups = {name: _linear(group) for name, group in data["confidence"].items()}
    return KeyValueModel(_linear(data["writing"]), _linear(data["writing_seen"]), groups)


def _linear(data: Mapping[str, object]) -> Linear:
    return Linear(float(str(data["bias"])), np.array(data["weights"], float))


def page_tokens(layout: PageLayout) -> tuple[Token, ...]:
    """Words of the page; what stands in the cells of a comb, and names of people, are written."""
    vertical = frozenset(placed.index for placed in layout.lines if placed.line.vertical)
    tokens = find_tokens(layout.chars(), layout.cells, layout.squares, vertical)
    combs = _comb_cells(layout, tokens)
    lines: dict[tuple[int, int | None], str] = {}
    for token in tokens:
        lines[token.line, token.cell] = lines.get((token.line, token.cell), "") + token.text
    company: dict[int | None, list[Token]] = {}
    for token in tokens:
        company.setdefault(token.cell, []).append(token)
    return tuple(
        replace(token, role=Role.WRITTEN)
        if token.cell in combs or is_full_name(lines[token.line, token.cell])
        else replace(token, role=_figure_role(token, company[token.cell]))
        for token in tokens
    )


def _figure_role(token: Token, others: Sequence[Token]) -> Role:
    """Role of a token; a short figure may number a row or an option as well as be a value."""
    if token.role is not Role.WRITTEN or len(token.text) > 2:
        return token.role
    level = [o for o in others if o is not token and _level(o, token)]
    if any(_HOLDS.search(o.text) for o in level):
        return Role.WRITTEN
    return Role.PRINT if any("・" in o.text for o in level) else Role.OPEN


def _level(a: Token, b: Token) -> bool:
    shared = min(a.area.y1, b.area.y1) - max(a.area.y0, b.area.y0)
    return shared > 0.3 * min(a.area.height, b.area.height)


def _comb_cells(layout: PageLayout, tokens: Sequence[Token]) -> frozenset[int]:
    held: dict[int, str] = {}
    for token in tokens:
        if token.cell is not None:
            held[token.cell] = held.get(token.cell, "") + token.text
    places = {layout.cells[i]: i for i in range(len(layout.cells))}
    small = [
        Cell(area, (), False)
        for area, i in places.items()
        if len(held.get(i, "")) <= _COMB_CHARS and area not in layout.page.shades
    ]
    found: set[int] = set()
    for comb in find_combs(small):
        indices = [places[cell.area] for cell in comb]
        text = "".join(held.get(i, "") for i in indices)
        plain = sum(c.isascii() or "ァ" <= c <= "ー" for c in text)
        if text and plain >= 0.7 * len(text):
            found.update(indices)
    return frozenset(found)


def written_chances(layout: PageLayout, tokens: Sequence[Token], model: KeyValueModel) -> Floats:
    """Probability of each token that it was written on the form."""
    chances = np.array([_CERTAIN.get(token.role, 0.5) for token in tokens], float)
    indices, rows = open_rows(layout, tokens)
    if not indices:
        return chances
    judge = model.writing_seen if layout.hands else model.writing
    chances[indices] = judge.chances(rows)
    for chain in _chains(tokens, indices):
        chances[chain] = smoothed(chances[chain])
    return chances


def _chains(tokens: Sequence[Token], indices: Sequence[int]) -> list[list[int]]:
    """Open words that follow one another in a line of a cell."""
    chains: list[list[int]] = []
    for i in indices:
        last = tokens[chains[-1][-1]] if chains else None
        same = last is not None and (last.line, last.cell) == (tokens[i].line, tokens[i].cell)
        if same and chains[-1][-1] == i - 1:
            chains[-1].append(i)
        else:
            chains.append([i])
    return [chain for chain in chains if len(chain) > 1]


def smoothed(chances: Floats) -> Floats:
    """Chances of a row of words when neighbours are mostly alike (forward and backward)."""
    local = np.stack([1 - chances, chances], axis=1)
    move = np.array([[_STAY, 1 - _STAY], [1 - _STAY, _STAY]])
    forward, backward = local.copy(), np.ones_like(local)
    for before, after in pairwise(range(len(local))):
        forward[after] *= forward[before] @ move
        forward[after] /= forward[after].sum()
    for before, after in reversed(list(pairwise(range(len(local))))):
        backward[before] = move @ (local[after] * backward[after])
        backward[before] /= backward[before].sum()
    both = forward * backward
    return np.asarray(both[:, 1] / both.sum(axis=1), float)
