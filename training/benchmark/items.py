"""What is read in the benchmark: lines and pages with their truth, in named sets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from pipelines.records import Pixels

if TYPE_CHECKING:
    from training.benchmark.peers import OwnPeer, Read

Corners = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels."""


class Measure(StrEnum):
    """Which figure of a set is its headline; all sets give both."""

    EXACT = "exact"
    CER = "cer"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LineItem:
    """One line, field or character to read.

    `pixels` is H x W x 3 RGB. `repertoire` is what its kind of field may hold (None: anything).
    `tags` are what the figures are split by: kind, hand, degradation, file.
    """

    name: str
    pixels: Pixels
    truth: str
    repertoire: frozenset[str] | None = None
    vertical: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TruthLine:
    """A line that stands on a page; `box` is None where only its text is known."""

    text: str
    box: Corners | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PageItem:
    """A whole page: every engine finds the lines itself. `pixels` is H x W x 3 RGB."""

    name: str
    pixels: Pixels
    lines: tuple[TruthLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ItemSet:
    """A named set. `provenance` says where it comes from, `real` that people wrote or printed it.

    `kinds_given`: engines that can use the kind of field read it once with and once without.
    `by_form` reads the items the way a known form is read (our engines only), by name.
    `missing` says why the set cannot be measured here; it then has no items.
    """

    name: str
    title: str
    provenance: str
    real: bool
    measure: Measure
    lines: Sequence[LineItem] = ()
    pages: Sequence[PageItem] = ()
    kinds_given: bool = False
    by_form: "Callable[[OwnPeer], Mapping[str, Read]] | None" = None
    missing: str = ""

    @property
    def count(self) -> int:
        """How many lines or pages."""
        return len(self.lines) + len(self.pages)
