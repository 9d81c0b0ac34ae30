"""Pictures of drawn options with their truth."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context

import cv2
import numpy as np
from numpy.typing import NDArray

from models.marks import HIGH, PLANES, WIDE
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.template import Template, build_templates
from pipelines.ink import subtract_blank, surplus_darkness
from pipelines.marks import group_pictures, option_groups
from training.mark_pages import (
    CONDITIONS,
    EMPTY,
    MarkedPage,
    marked_pages,
    registered_marks,
)
from training.tick_forms import LAYOUTS, tick_form
from training.tick_pages import ticked_page
from training.tick_shares import USUAL, WEAK

_EMPTY_KEPT = 0.4
_MORE_FAXES = 0.15


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Options:
    """Pictures N x 6 x 48 x 64 of options, their truth N and the seed of the page N."""

    pictures: NDArray[np.uint8]
    truth: NDArray[np.int64]
    seeds: NDArray[np.int64]

    def only(self, chosen: NDArray[np.bool_]) -> "Options":
        """Those that are `chosen` (N)."""
        return Options(
            pictures=self.pictures[chosen], truth=self.truth[chosen], seeds=self.seeds[chosen]
        )


def draw_options(first_seed: int, seeds: int, *, processes: int) -> Options:
    """Draw marks on all forms, `seeds` times each; of clean empty options only some are kept."""
    # One form after the other: its blank is rendered once a process.
    jobs = [(n, s) for n in range(_forms()) for s in range(first_seed, first_seed + seeds)]
    with get_context("spawn").Pool(processes) as pool:
        return joined([*pool.imap_unordered(_options_of, jobs, chunksize=4)])


def draw_ticks(first_seed: int, seeds: int, *, weak: bool, processes: int) -> Options:
    """Tick all layouts of `training.tick_forms`, `seeds` times each.

    `weak` draws more of the manners and printings that are read badly, and more faxes.
    """
    seeds_of = range(first_seed, first_seed + seeds)
    jobs = [(number, seed, weak) for number in range(len(LAYOUTS)) for seed in seeds_of]
    with get_context("spawn").Pool(processes) as pool:
        return joined([*pool.imap_unordered(_ticks_of, jobs, chunksize=4)])


def joined(made: Sequence[Options]) -> Options:
    """All of several."""
    return Options(
        pictures=np.concatenate([m.pictures for m in made]),
        truth=np.concatenate([m.truth for m in made]),
        seeds=np.concatenate([m.seeds for m in made]),
    )


def _forms() -> int:
    return len(FormLibrary.builtin().entries)


def _options_of(job: tuple[int, int]) -> Options:
    number, seed = job
    cv2.setNumThreads(1)
    entry = FormLibrary.builtin().entries[number]
    templates = templates_of(entry)
    rng = np.random.default_rng([seed, number])
    return _kept(
        (
            option
            for drawn in marked_pages(entry, seed)
            for option in page_options(entry, templates[drawn.form_page - 1], drawn)
        ),
        seed,
        rng,
    )


def _ticks_of(job: tuple[int, int, bool]) -> Options:
    number, seed, weak = job
    cv2.setNumThreads(1)
    entry, rng = tick_form(LAYOUTS[number]), np.random.default_rng([seed, number])
    condition = list(CONDITIONS)[int(rng.integers(len(CONDITIONS)))]
    if weak and rng.random() < _MORE_FAXES:
        condition = "fax"
    drawn = ticked_page(entry, seed, condition, shares=WEAK if weak else USUAL).page
    return _kept(page_options(entry, templates_of(entry)[0], drawn), seed, rng)


def _kept(
    options: Iterable[tuple[NDArray[np.uint8], int, str]], seed: int, rng: np.random.Generator
) -> Options:
    kept = [
        (picture, truth)
        for picture, truth, manner in options
        if truth != EMPTY or manner != "empty" or rng.random() < _EMPTY_KEPT
    ]
    shape = (0, PLANES, HIGH, WIDE)
    return Options(
        pictures=np.stack([p for p, _ in kept]) if kept else np.zeros(shape, np.uint8),
        truth=np.array([t for _, t in kept], np.int64),
        seeds=np.full(len(kept), seed, np.int64),
    )


def page_options(
    entry: FormEntry, template: Template, drawn: MarkedPage
) -> Iterator[tuple[NDArray[np.uint8], int, str]]:
    """Picture, truth and manner of every option of a drawn page; none if it can't be registered."""
    registered = registered_marks(entry, template, drawn)
    if registered is None:
        return
    ink = subtract_blank(registered, template)
    surplus = surplus_darkness(registered, template, ink)
    for group in option_groups(entry.definition, drawn.form_page):
        pictures = group_pictures(group, registered, ink, surplus)
        for (option, _), picture in zip(group.options, pictures, strict=True):
            key = (group.name, option)
            yield picture, drawn.truth[key], drawn.manner[key]


_TEMPLATES: dict[str, tuple[Template, ...]] = {}


def templates_of(entry: FormEntry) -> tuple[Template, ...]:
    """Templates of a form, built once a process."""
    if entry.key.id not in _TEMPLATES:
        _TEMPLATES[entry.key.id] = build_templates(entry)
    return _TEMPLATES[entry.key.id]
